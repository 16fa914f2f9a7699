"""Cost of records by what they carry: model, time, file, dimensions and attributes;
only the groups are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, tzinfo
from fractions import Fraction

from attrs import evolve

from pricelang.apps.answers import RecordDefaults
from pricelang.apps.price_book import PriceBook
from pricelang.apps.reports.grouping import GroupKeys, Key
from pricelang.apps.reports.period import Period, moment
from pricelang.apps.reports.tally import Tally, costs, no_time
from pricelang.apps.reports.totals import RECORDS, Total, UsageReport
from pricelang.evaluate.bill import Bill
from pricelang.evaluate.line_items import Priced
from pricelang.model.errors import BELT, PriceError, check_certain
from pricelang.model.notes import Note
from pricelang.usage.records import Outcome, Place, Record


def report_records(
    book: PriceBook,
    outcomes: Iterable[Outcome],
    by: Sequence[str] = ("model",),
    given: RecordDefaults | None = None,
    period: Period | None = None,
    zone: tzinfo | None = UTC,
    refused: Callable[[Place, dict[str, str | None]], None] | None = None,
) -> UsageReport:
    """What records cost by `model` (the book's id of it), `hour`, `day`, `week`, `month` or `year`
    in a time zone, `file`, `format`, `id`, a dimension of the book, or any attribute that records
    carry (`session`, `workspace`, a tag).

    A record counts in each group that one of its requests falls in. What it does not say is None.
    With a period, records outside of it are counted apart, and one without a time is refused.
    `refused` is called with each refused record.

    Raises `BadRequest` (`no_column`) for a name that no record carries.
    """
    given, tally = given or RecordDefaults(), Tally(refused)
    groups, grouping = _Groups(book), GroupKeys(book.checked, by, zone)
    for record in tally.records(outcomes):
        try:
            with BELT:
                inside = record if period is None else _inside(record, given, period, zone)
                if inside is None:
                    tally.outside += 1
                    continue
                keys, bills, notes = _priced(book, inside, given, grouping)
        except PriceError as error:
            tally.refuse(record.place, error)
            continue
        groups.add(keys, bills)
        tally.accept(not any(map(costs, bills)), notes)
    grouping.check()
    totals, whole = groups.totals()
    counts, notes_of = tally.counts(), tuple(tally.notes.items())
    return UsageReport(
        tuple(by), totals, tally.unpriced(), counts.read, RECORDS, counts, whole, notes_of
    )


def _priced(
    book: PriceBook, record: Record, given: RecordDefaults, grouping: GroupKeys
) -> tuple[list[Key], tuple[Bill, ...], list[Note]]:
    """The group and the bill of each request of a record, and the notes. Raises `PriceError`."""
    bills = book.price_parts(record, model=given.model, at=given.at, dimensions=given.dimensions)
    keys = [
        grouping.key(record, part, bill.parts[0], given)
        for part, bill in zip(record.parts, bills, strict=True)
    ]
    notes = [*record.notes, *(note for bill in bills for note in bill.notes)]
    if given.strict:
        check_certain(notes)
    return keys, bills, notes


def _inside(
    record: Record, given: RecordDefaults, period: Period, zone: tzinfo | None
) -> Record | None:
    """A record with those of its requests that are inside a period;
    None where it has requests and all are outside.
    """
    parts = []
    for part in record.parts:
        at = part.at if part.at is not None else given.at
        if at is None:
            raise no_time()
        if period.holds(moment(at, zone)[0]):
            parts.append(part)
    return evolve(record, parts=tuple(parts)) if parts or not record.parts else None


class _Sum:
    """An exact sum of amounts: whole numbers of each power of ten, and fractions."""

    def __init__(self) -> None:
        self._units: dict[int, int] = {}
        self._rest = Fraction(0)

    def add(self, priced: Priced, amount: Fraction | None = None) -> None:
        """Adds what a request costs, or `amount` in its stead."""
        if amount is None and priced.units is not None:
            places = priced.cell.places
            self._units[places] = self._units.get(places, 0) + priced.units
        else:
            self._rest += priced.total if amount is None else amount

    @property
    def total(self) -> Fraction:
        """The sum."""
        return self._rest + sum(
            (Fraction(units, 10**places) for places, units in self._units.items()), Fraction(0)
        )


class _Group:
    """What is added up for one group:
    `more` is what the sums of requests in it may cost beyond the least.
    """

    def __init__(self) -> None:
        self.rows, self.used, self.least, self.more = (
            0,
            dict[str, Fraction | int](),
            _Sum(),
            Fraction(0),
        )

    def add(self, bill: Bill) -> None:
        """Adds a request."""
        (priced,) = bill.parts
        if bill.bounds is None:
            self.least.add(priced)
        else:
            self.least.add(priced, bill.bounds[0])
            self.more += bill.bounds[1] - bill.bounds[0]
        for meter, uses in priced.given.items():
            self.used[meter] = self.used.get(meter, 0) + (
                uses if isinstance(uses, int) else sum(uses)
            )


class _Groups:
    """The groups of a report."""

    def __init__(self, book: PriceBook) -> None:
        self._book = book
        self._groups: dict[tuple[Key, str], _Group] = {}
        self._whole: dict[tuple[Key, str], _Group] = {}

    def add(self, keys: Sequence[Key], bills: Sequence[Bill]) -> None:
        """Adds a record: its requests and their groups."""
        for groups, found in ((self._groups, keys), (self._whole, [()] * len(keys))):
            touched: dict[int, _Group] = {}
            for key, bill in zip(found, bills, strict=True):
                group = groups.setdefault((key, bill.currency), _Group())
                group.add(bill)
                touched[id(group)] = group
            for group in touched.values():
                group.rows += 1

    def totals(self) -> tuple[tuple[Total, ...], tuple[Total, ...]]:
        """The groups in order of their values, and the whole of each currency."""
        used = {
            meter
            for group in self._whole.values()
            for meter, quantity in group.used.items()
            if quantity
        }
        meters = self._book.columns(used)
        found = [_total(key, group, meters) for key, group in self._groups.items()]
        found.sort(
            key=lambda total: (
                *((value is None, str(value)) for value in total.by),
                (False, total.currency),
            )
        )
        whole = sorted(
            (_total(key, group, meters) for key, group in self._whole.items()),
            key=lambda total: total.currency,
        )
        return tuple(found), tuple(whole)


def _total(key: tuple[Key, str], group: _Group, meters: Sequence[str]) -> Total:
    least = group.least.total
    quantities = tuple((meter, Fraction(group.used.get(meter, 0))) for meter in meters)
    return Total(
        key[0], group.rows, quantities, least, key[1], least + group.more if group.more else None
    )
