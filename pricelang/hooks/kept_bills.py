"""The bills of answers as they come, which the hooks of several libraries keep."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from pricelang.api import Book
from pricelang.evaluate.bill import Bill
from pricelang.model.errors import PriceError

_LOG = logging.getLogger("pricelang")


class KeptBills:
    """Prices answers, keeps their bills, and gives each to `on_bill`. An answer without a price is
    kept as its error and logged; nothing is raised for it.
    """

    def __init__(
        self, book: Book, on_bill: Callable[[Bill], None] | None, dimensions: dict[str, Any]
    ) -> None:
        self._book, self._on_bill, self._dimensions = book, on_bill, dimensions
        self.bills: list[Bill] = []
        self.errors: list[PriceError] = []

    def add(self, answer: object) -> None:
        """Prices an answer."""
        try:
            bill = self._book.price_any(answer, **self._dimensions)
        except PriceError as error:
            self.errors.append(error)
            _LOG.warning("an answer has no price: %s: %s", error.code, error)
            return
        self.bills.append(bill)
        if self._on_bill is not None:
            self._on_bill(bill)
