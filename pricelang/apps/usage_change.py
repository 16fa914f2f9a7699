"""The cost of usage under two books, or as of two days: by group, by request, and as owed."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from attrs import define, evolve, field, frozen

from pricelang.apps.account_change import AccountChange, AccountRow, Currencies
from pricelang.apps.answers import RecordDefaults
from pricelang.apps.price_book import PriceBook
from pricelang.apps.reports.grouping import GroupKeys, Key
from pricelang.evaluate.bill import Bill
from pricelang.model.errors import PriceError
from pricelang.model.instants import DAY, seconds_of, today, with_time
from pricelang.present.notebook import InNotebook
from pricelang.usage.records import Outcome, Place, Record, Rejected

_DAY = re.compile(r"\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\s*\Z", re.ASCII)


_NOTHING = RecordDefaults()


@frozen
class GroupChange:
    """What the requests of one group cost under two books; of all of them, `by` is empty."""

    by: Key
    requests: int
    currencies: Currencies
    old: Fraction
    new: Fraction


@frozen
class RecordChange:
    """What one record costs under two books of one currency."""

    place: Place
    model: str
    currency: str
    old: Fraction
    new: Fraction

    @property
    def order(self) -> tuple[object, ...]:
        """The key of the list: the greatest difference first, whatever the order of records."""
        place = self.place
        return -abs(self.new - self.old), place.file, place.line or 0, place.id or "", self.model


@define
class UsageChange(InNotebook):
    """What usage costs under two books, by what records carry (`by`);
    `refused` counts the records without a price, under each; `account_notes` say what the invoice
    of each leaves out, and what is left of commitments and credits.

    Of the records whose cost changes most, `most` are kept.

    `since` (UTC seconds) is when the first difference begins, None for always. `on_or_after` counts
    the records from then on; it is None where days are compared, for then each record is priced as
    of them.
    """

    by: tuple[str, ...] = ("model",)
    most: int = 0
    sums: dict[tuple[Key, Currencies], list[Fraction]] = field(factory=dict)
    requests: dict[tuple[Key, Currencies], int] = field(factory=dict)
    account: list[AccountRow] = field(factory=list)
    account_notes: list[tuple[str, ...]] = field(factory=lambda: [(), ()])
    refused: list[int] = field(factory=lambda: [0, 0])
    reasons: list[str] = field(factory=lambda: ["", ""])
    read: int = 0
    unread: int = 0
    first_unread: str = ""
    ranges: int = 0
    since: int | None = None
    on_or_after: int | None = None
    _changed: list[RecordChange] = field(factory=list)

    def price(
        self,
        outcomes: Iterable[Outcome],
        books: tuple[PriceBook, PriceBook],
        days: Sequence[str | None],
    ) -> None:
        """Prices records under both books: each at its own instant,
        or at its own hour of the days that are compared.
        Raises `BadRequest`: `no_column` for a name in `by` that no record carries,
        `mixed_accounts` where some records carry an organization and others do not.
        """
        grouping, account = GroupKeys(books[0].checked, self.by), AccountChange(books)
        for outcome in outcomes:
            if isinstance(outcome, Rejected):
                self.unread += 1
                self.first_unread = self.first_unread or f"{outcome.message} (at {outcome.place})"
            if isinstance(outcome, Record):
                self.read += 1
                bills = list(self._bills(outcome, books, days, account))
                if len(bills) == 2:
                    self._add(outcome, bills, grouping)
                    account.add(outcome, bills)
        grouping.check()
        self.account = account.rows(self._totals())
        self.account_notes = account.notes

    def _bills(
        self,
        record: Record,
        books: tuple[PriceBook, PriceBook],
        days: Sequence[str | None],
        account: AccountChange,
    ) -> Iterator[Bill]:
        """What both books bill for a record; where one does not, the reason is kept."""
        with contextlib.suppress(PriceError):  # then no book prices it, and says why
            self._seen(record)
        for side, (book, day) in enumerate(zip(books, days, strict=True)):
            try:
                bill = book.price_record(record if day is None else _moved(record, day))
                account.check(side, record, bill)
                yield bill
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

    def _add(self, record: Record, bills: list[Bill], grouping: GroupKeys) -> None:
        """Adds a record that both books price."""
        self.ranges += any(bill.bounds is not None for bill in bills)
        changed: dict[Currencies, list[Fraction]] = {}
        for part, old, new in zip(record.parts, bills[0].parts, bills[1].parts, strict=True):
            pair = (old.currency, new.currency)
            key = (grouping.key(record, part, old, _NOTHING), pair)
            self.requests[key] = self.requests.get(key, 0) + 1
            for found in (self.sums.setdefault(key, _zero()), changed.setdefault(pair, _zero())):
                found[0], found[1] = found[0] + old.total, found[1] + new.total
        if self.most:
            models = dict.fromkeys(priced.cell.model.name for priced in bills[0].parts)
            self._changed += [
                RecordChange(record.place, ", ".join(models), now, old_sum, new_sum)
                for (was, now), (old_sum, new_sum) in changed.items()
                if was == now and old_sum != new_sum
            ]
            if len(self._changed) > 2 * self.most + 1_000:
                self._changed = self.records()

    def records(self) -> list[RecordChange]:
        """The records whose cost changes most, those first."""
        return sorted(self._changed, key=lambda one: one.order)[: self.most]

    def groups(self) -> Iterator[GroupChange]:
        """What each group costs, in order of its values."""
        ordered = sorted(
            self.sums.items(), key=lambda item: ([*map(_place_of, item[0][0])], item[0][1])
        )
        for (by, pair), (old, new) in ordered:
            yield GroupChange(by, self.requests[by, pair], pair, old, new)

    def totals(self) -> Iterator[GroupChange]:
        """What all requests cost, for each pair of currencies."""
        for pair, (old, new) in self._totals().items():
            count = sum(number for (_, other), number in self.requests.items() if other == pair)
            yield GroupChange((), count, pair, old, new)

    def _totals(self) -> dict[Currencies, list[Fraction]]:
        totals: dict[Currencies, list[Fraction]] = {}
        for group in self.groups():
            total = totals.setdefault(group.currencies, _zero())
            total[0], total[1] = total[0] + group.old, total[1] + group.new
        return totals


def _zero() -> list[Fraction]:
    return [Fraction(0), Fraction(0)]


def _place_of(value: object) -> tuple[bool, str]:
    """The place of a value in an order: what is not said stands last."""
    return value is None, str(value)


def _moved(record: Record, day: str) -> Record:
    """The record on another day, at its own hour (UTC);
    an instant with a time, or a record without one, is taken as it is.
    """

    def instant(at: str | None) -> str:
        if at is None or _DAY.match(at) or not _DAY.match(day):
            return day
        return with_time(seconds_of(day) + seconds_of(at) % DAY)

    return evolve(record, parts=tuple(evolve(part, at=instant(part.at)) for part in record.parts))
