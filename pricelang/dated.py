"""A book on one day: the calls of a program without their date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import frozen

from pricelang.rating.bill import Bill
from pricelang.rating.models import ModelInfo

if TYPE_CHECKING:
    from pricelang.api import Book


@frozen
class BookAt:
    """A book on one day: the same calls without `at`."""

    book: Book
    day: str

    def price(self, /, *, model: str, usage: Mapping[str, object], record: str = "single", each: Iterable[str] = (), **dimensions: str) -> Bill:
        """`Book.price` on this day."""
        return self.book.price(model=model, usage=usage, at=self.day, record=record, each=each, **dimensions)

    def total(self, /, *, model: str, usage: Mapping[str, object], **dimensions: str) -> Decimal:
        """`Book.total` on this day."""
        return self.book.rates.amount(model, self.day, usage, dimensions)

    def price_message(self, message: object, /, **dimensions: str) -> Bill:
        """`Book.price_message` on this day."""
        return self.book.price_message(message, at=self.day, **dimensions)

    def models(self) -> tuple[ModelInfo, ...]:
        """The models released by this day."""
        return self.book.models(self.day)
