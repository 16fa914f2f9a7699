"""Requests with a day and no time of day, or without a date: what a clock, or a price that changes
within a day, asks of them.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve, frozen

from pricelang.evaluate.line_items import Priced
from pricelang.model import book as m
from pricelang.model.errors import BadRequest, PriceError
from pricelang.model.instants import DAY, Instant, is_day, now, text_of, today, with_time, written
from pricelang.model.notes import Note, told
from pricelang.model.time_of_day import turns_of_day


@frozen
class Days:
    """What a book asks of days: whether it is `timed` by a clock,
    and the prices that change within a day (UTC seconds).
    """

    book: m.Book
    timed: bool
    changes: tuple[int, ...]

    @classmethod
    def of(cls, book: m.Book) -> Days:
        """The days of a book."""
        changes = tuple([one for one in book.boundaries if one % DAY])
        return cls(book, any(one.clocked for one in book.dimensions), changes)

    def present(self) -> str:
        """The present day, or the present instant where a price changes within the day."""
        if not self.timed and not self.changes:
            return today()
        seconds = now()
        midnight = seconds - seconds % DAY
        return with_time(seconds) if self.timed or self._changes(midnight) else written(midnight)

    def lacks_time(self, at: str) -> bool:
        """Decides whether an instant lacks the time of day that the clock asks for."""
        return self.timed and is_day(at)

    def turns(self, midnight: int) -> list[int]:
        """The instants of a day at which something may change."""
        return sorted({*turns_of_day(self.book, midnight), *self._changes(midnight)})

    def _changes(self, midnight: int) -> list[int]:
        return [one for one in self.changes if midnight < one < midnight + DAY]


def asked(book: m.Book, at: Instant | None) -> str:
    """An instant as text, the present where none is given. Raises `BadRequest` (`bad_date`)."""
    return Days.of(book).present() if at is None else text_of(at)


def noted(priced: Priced, note: Note) -> Priced:
    """The request with one note more."""
    priced.basis = evolve(priced.basis, doubts=(*priced.basis.doubts, note))
    return priced


def undated(priced: Priced) -> Priced:
    """The request with the note that no date was given for it."""
    return noted(priced, told("no_date", day=written(priced.at)))


def any_time(days: Days, midnight: int, priced_at: Callable[[str], Priced]) -> Priced:
    """Prices a request of a day that costs the same at any time of the day. Raises `BadRequest`
    (`no_time_of_day`) where it does not, and the error of all times where none has a price.
    """
    found: list[Priced] = []
    errors: list[PriceError] = []
    for instant in days.turns(midnight):
        try:
            found.append(priced_at(with_time(instant)))
        except PriceError as error:
            errors.append(error)
    if not found and len({str(error) for error in errors}) == 1:
        raise errors[0]
    if errors or len({(one.total, one.currency) for one in found}) > 1:
        raise BadRequest(
            "no_time_of_day",
            f"the price on {written(midnight)} depends on the time of day, and the request "
            "has only the day",
            help=f"give the instant in UTC, such as `{written(midnight)}T12:30:00Z`",
        )
    return found[0]
