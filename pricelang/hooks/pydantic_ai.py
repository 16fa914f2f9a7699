"""A model of pydantic-ai that prices each answer of another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings

from pricelang.api import Book
from pricelang.evaluate.bill import Bill
from pricelang.hooks.kept_bills import KeptBills


class PricedModel(WrapperModel):
    """Asks another model, keeps the bills of its answers, and gives each to `on_bill`. An answer
    without a price is logged; no run fails for it.

        model = PricedModel("anthropic:claude-opus-5", pricelang.load())
        Agent(model).run_sync("…")
        model.bills
    """

    def __init__(
        self,
        wrapped: Model | str,
        book: Book,
        on_bill: Callable[[Bill], None] | None = None,
        **dimensions: str,
    ) -> None:
        """`dimensions` hold for all answers, where they do not say otherwise."""
        super().__init__(wrapped)
        self._kept = KeptBills(book, on_bill, dict(dimensions))
        self.bills, self.errors = self._kept.bills, self._kept.errors

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """The answer to a request, priced."""
        answer = await super().request(messages, model_settings, model_request_parameters)
        self._kept.add(answer)
        return answer

    @asynccontextmanager
    async def request_stream(self, *args: Any, **kwargs: Any) -> AsyncIterator[StreamedResponse]:
        """The stream of an answer, priced at its end."""
        async with super().request_stream(*args, **kwargs) as stream:
            yield stream
        self._kept.add(stream.get())
