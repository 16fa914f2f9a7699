"""A book on one day, for programs that price by today's prices or those of a fixed date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import frozen

from pricelang.rating.errors import BadRequest

if TYPE_CHECKING:
    from pricelang.api import Book, ModelInfo
    from pricelang.rating.bill import Bill


@frozen
class BookAt:
    """A book on one day: the same calls without `at`, which is refused (`bad_date`)."""

    book: Book
    day: str

    def price(self, /, *, model: str, usage: Mapping[str, object], record: str = "single", each: Iterable[str] = (), **dimensions: str) -> Bill:
        """`Book.price` on this day."""
        self._without_at(dimensions)
        return self.book.price(model=model, usage=usage, at=self.day, record=record, each=each, **dimensions)

    def total(self, /, *, model: str, usage: Mapping[str, object], **dimensions: str) -> Decimal:
        """`Book.total` on this day."""
        if "at" in dimensions:
            self._without_at(dimensions)
        return self.book.rates.amount(model, self.day, usage, dimensions)

    def price_message(self, message: object, /, **dimensions: str) -> Bill:
        """`Book.price_message` on this day."""
        self._without_at(dimensions)
        return self.book.price_message(message, at=self.day, **dimensions)

    def models(self) -> tuple[ModelInfo, ...]:
        """The models released by this day."""
        return self.book.models(self.day)

    def _without_at(self, dimensions: Mapping[str, str]) -> None:
        if "at" in dimensions:
            raise BadRequest("bad_date", f"this book is that of {self.day}", help="ask the book itself for another day, or `book.at(…)`")
