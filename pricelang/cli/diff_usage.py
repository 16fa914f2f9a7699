"""The cost of usage under two books, or as of two days."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from attrs import define, evolve, field

from pricelang.api import Book
from pricelang.evaluate.bill import Bill
from pricelang.model.errors import PriceError
from pricelang.model.instants import seconds_of, today, with_time, written
from pricelang.present.decimals import money, plain
from pricelang.present.table import Table
from pricelang.present.text import printable
from pricelang.usage.records import Outcome, Record, Rejected
from pricelang.verify.diff.phrases import percent

DAY = 86_400
_DAY = re.compile(r"\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\s*\Z", re.ASCII)


_Key = tuple[str, str, str]


@define
class Costs:
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
        self, outcomes: Iterable[Outcome], books: tuple[Book, Book], days: Sequence[str | None]
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
        self, record: Record, books: tuple[Book, Book], days: Sequence[str | None]
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

    def grid(self) -> Table:
        """The table: old, new, difference and percent."""
        rows = []
        for name, count, (_, was, now), old, new in self.rows():
            same = was == now
            difference = ("+" if new > old else "") + money(new - old, now) if same else ""
            rows.append(
                (
                    name,
                    f"{count:,}",
                    money(old, was),
                    money(new, now),
                    difference,
                    percent(old, new) if same else "",
                )
            )
        totals = sum(row[0] == "total" for row in rows)
        return Table(
            ("model", "requests", "old", "new", "difference", "change"),
            tuple(rows),
            frozenset({1, 2, 3, 4}),
            totals,
        )

    def remarks(self, names: list[str]) -> Iterator[str]:
        """How many records a difference can be seen on at all, and what the table leaves out."""
        yield from self._reached()
        for name, count, reason in zip(names, self.refused, self.reasons, strict=True):
            if count:
                yield (
                    f"left out: {_records(count)} without a price under {printable(name)}: "
                    f"{printable(reason)}"
                )
        if self.unread:
            yield (
                f"left out: {_records(self.unread)} that cannot be read: "
                f"{printable(self.first_unread)}"
            )
        if self.ranges:
            yield (
                f"low figures are shown of {_records(self.ranges)} that may be on either side of "
                "a threshold"
            )

    def _reached(self) -> Iterator[str]:
        if self.on_or_after is None or self.since is None:
            return
        day = written(self.since)
        if self.on_or_after:
            verb = "lies" if self.on_or_after == 1 else "lie"
            yield (
                f"{_records(self.on_or_after)} of {self.read:,} {verb} on or after {day}, when "
                "the first difference begins"
            )
        elif self.read:
            yield (
                f"warning: no record lies on or after {day}, when the first difference begins: "
                f"compare days, as in `BOOK@{day[:10]}`"
            )

    def as_data(self) -> dict[str, object]:
        """The same for programs; amounts are decimal strings."""
        rows: list[dict[str, object]] = []
        for name, count, (_, was, now), old, new in self.rows():
            row = {"old": plain(old), "old_currency": was, "new": plain(new), "new_currency": now}
            rows.append(
                {
                    "model": name,
                    "requests": count,
                    **row,
                    "difference": plain(new - old) if was == now else None,
                }
            )
        return {
            "models": [row for row in rows if row["model"] != "total"],
            "totals": [row for row in rows if row["model"] == "total"],
            "refused_old": self.refused[0],
            "refused_new": self.refused[1],
            "unread": self.unread,
            "ranges": self.ranges,
            "records": self.read,
            "first_difference": None if self.since is None else written(self.since),
            "on_or_after": self.on_or_after,
        }


def _records(count: int) -> str:
    return f"{count:,} record{'s' if count != 1 else ''}"


def _moved(record: Record, day: str) -> Record:
    """The record on another day, at its own hour (UTC);
    an instant with a time, or a record without one, is taken as it is.
    """

    def instant(at: str | None) -> str:
        if at is None or _DAY.match(at) or not _DAY.match(day):
            return day
        return with_time(seconds_of(day) + seconds_of(at) % DAY)

    return evolve(record, parts=tuple(evolve(part, at=instant(part.at)) for part in record.parts))
