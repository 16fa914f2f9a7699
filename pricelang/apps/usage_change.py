"""The cost of usage under two books, or as of two days."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from attrs import define, evolve, field

from pricelang.apps.price_book import PriceBook
from pricelang.evaluate.bill import Bill
from pricelang.model.errors import PriceError
from pricelang.model.instants import seconds_of, today, with_time
from pricelang.usage.records import Outcome, Record, Rejected

DAY = 86_400
_DAY = re.compile(r"\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\s*\Z", re.ASCII)


_Key = tuple[str, str, str]


@define
class UsageChange:
    """What usage costs under two books, by model;
    `refused` counts the records without a price, under each.

    `since` (UTC seconds) is when the first difference begins, None for always. `on_or_after` counts
    the records from then on; it is None where days are compared, for then each record is priced as
    of them.
    """

    sums: dict[_Key, list[Fraction]] = field(factory=dict)
    requests: dict[_Key, int] = field(factory=dict)
    refused: list[int] = field(factory=lambda: [0, 0])
    reasons: list[str] = field(factory=lambda: ["", ""])
    read: int = 0
    unread: int = 0
    first_unread: str = ""
    ranges: int = 0
    since: int | None = None
    on_or_after: int | None = None

    def price(
        self,
        outcomes: Iterable[Outcome],
        books: tuple[PriceBook, PriceBook],
        days: Sequence[str | None],
    ) -> None:
        """Prices records under both books: each at its own instant,
        or at its own hour of the days that are compared.
        """
        for outcome in outcomes:
            if isinstance(outcome, Rejected):
                self.unread += 1
                self.first_unread = self.first_unread or f"{outcome.message} (at {outcome.place})"
            if isinstance(outcome, Record):
                self.read += 1
                bills = list(self._bills(outcome, books, days))
                if len(bills) == 2:
                    self.add(bills)

    def _bills(
        self, record: Record, books: tuple[PriceBook, PriceBook], days: Sequence[str | None]
    ) -> Iterator[Bill]:
        """What both books bill for a record; where one does not, the reason is kept."""
        with contextlib.suppress(PriceError):  # then no book prices it, and says why
            self._seen(record)
        for side, (book, day) in enumerate(zip(books, days, strict=True)):
            try:
                yield book.price_record(record if day is None else _moved(record, day))
            except PriceError as error:
                self.refused[side] += 1
                self.reasons[side] = self.reasons[side] or error.message

    def _seen(self, record: Record) -> None:
        """Counts a record that lies on or after the first difference;
        one without a date is priced as of today.
        """
        if self.on_or_after is not None:
            days = [seconds_of(today() if part.at is None else part.at) for part in record.parts]
            self.on_or_after += self.since is None or any(day >= self.since for day in days)

    def add(self, bills: list[Bill]) -> None:
        """Adds a record that both books price."""
        self.ranges += any(bill.bounds is not None for bill in bills)
        for old, new in zip(bills[0].parts, bills[1].parts, strict=True):
            key = (old.cell.model.name, old.currency, new.currency)
            sums = self.sums.setdefault(key, [Fraction(0), Fraction(0)])
            self.requests[key] = self.requests.get(key, 0) + 1
            for side, part in enumerate((old, new)):
                sums[side] += part.total

    def rows(self) -> Iterator[tuple[str, int, _Key, Fraction, Fraction]]:
        """Model, requests, currencies, old and new, for each model and then for all."""
        totals: dict[tuple[str, str], list[Fraction]] = {}
        for key, (old, new) in sorted(self.sums.items()):
            total = totals.setdefault(key[1:], [Fraction(0), Fraction(0)])
            total[0], total[1] = total[0] + old, total[1] + new
            yield key[0], self.requests[key], key, old, new
        for currencies, (old, new) in totals.items():
            count = sum(number for key, number in self.requests.items() if key[1:] == currencies)
            yield "total", count, ("", *currencies), old, new


def _moved(record: Record, day: str) -> Record:
    """The record on another day, at its own hour (UTC);
    an instant with a time, or a record without one, is taken as it is.
    """

    def instant(at: str | None) -> str:
        if at is None or _DAY.match(at) or not _DAY.match(day):
            return day
        return with_time(seconds_of(day) + seconds_of(at) % DAY)

    return evolve(record, parts=tuple(evolve(part, at=instant(part.at)) for part in record.parts))
