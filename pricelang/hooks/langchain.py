"""A callback handler of LangChain that prices each answer of a model."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.outputs import ChatGeneration, LLMResult

from pricelang.api import Bill, Book, PriceError

_LOG = logging.getLogger("pricelang")


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
        self._book, self._on_bill = book, on_bill
        self._dimensions: dict[str, Any] = dict(dimensions)
        self.bills: list[Bill] = []
        self.errors: list[PriceError] = []

    def on_llm_end(self, response: LLMResult, **kwargs: Any) -> None:
        """Prices the answers of a call."""
        for answers in response.generations:
            for answer in answers:
                if isinstance(answer, ChatGeneration):
                    self._price(answer.message)

    def _price(self, message: object) -> None:
        try:
            bill = self._book.price_any(message, **self._dimensions)
        except PriceError as error:
            self.errors.append(error)
            _LOG.warning("an answer has no price: %s: %s", error.code, error)
            return
        self.bills.append(bill)
        if self._on_bill is not None:
            self._on_bill(bill)
