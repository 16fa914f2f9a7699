"""A callback handler of LangChain that prices each answer of a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.outputs import ChatGeneration, LLMResult

from pricelang.api import Book
from pricelang.evaluate.bill import Bill
from pricelang.hooks.kept_bills import KeptBills


class PriceHandler(BaseCallbackHandler):
    """Keeps the bills of the answers that passed through it, and gives each to `on_bill`. An answer
    without a price is logged; no call fails for it.

        handler = PriceHandler(pricelang.load())
        model.invoke("…", config={"callbacks": [handler]})
        handler.bills
    """

    def __init__(
        self, book: Book, on_bill: Callable[[Bill], None] | None = None, **dimensions: str
    ) -> None:
        """`dimensions` hold for all answers, where they do not say otherwise."""
        self._kept = KeptBills(book, on_bill, dict(dimensions))
        self.bills, self.errors = self._kept.bills, self._kept.errors

    def on_llm_end(self, response: LLMResult, **kwargs: Any) -> None:
        """Prices the answers of a call."""
        for answers in response.generations:
            for answer in answers:
                if isinstance(answer, ChatGeneration):
                    self._kept.add(answer.message)
