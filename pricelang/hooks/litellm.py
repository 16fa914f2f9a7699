"""A callback of LiteLLM that prices each call."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from litellm.integrations.custom_logger import CustomLogger

from pricelang.api import Book
from pricelang.evaluate.bill import Bill
from pricelang.model.errors import PriceError

OnBill = Callable[[Bill, dict[str, Any]], None]
OnError = Callable[[PriceError, dict[str, Any]], None]
_LOG = logging.getLogger("pricelang")


class PriceLogger(CustomLogger):
    """Gives the bill of each call that succeeds, with what LiteLLM says of the call: the log entry
    that it makes for all its integrations. A call without a price is given to `on_error`, and
    logged without one; no call fails for it.

        litellm.callbacks = [PriceLogger(pricelang.load(), lambda bill, call: …)]
    """

    def __init__(
        self, book: Book, on_bill: OnBill, on_error: OnError | None = None, **dimensions: str
    ) -> None:
        """`dimensions` hold for all calls, where they do not say otherwise."""
        super().__init__()
        self._book, self._on_bill, self._on_error = book, on_bill, on_error
        self._dimensions: dict[str, Any] = dict(dimensions)

    def log_success_event(
        self, kwargs: dict[str, Any], response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        """Prices a call."""
        entry = kwargs.get("standard_logging_object")
        usage = response_obj if entry is None else entry
        try:
            bill = self._book.price_any(
                usage, model=kwargs.get("model"), at=start_time, **self._dimensions
            )
        except PriceError as error:
            if self._on_error is None:
                _LOG.warning("a call of LiteLLM has no price: %s: %s", error.code, error)
            else:
                self._on_error(error, kwargs)
            return
        self._on_bill(bill, kwargs)

    async def async_log_success_event(
        self, kwargs: dict[str, Any], response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        """Prices a call that was awaited."""
        self.log_success_event(kwargs, response_obj, start_time, end_time)
