"""The tables of answers: a row for each record, and exact totals by model and currency."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import partial
from typing import TypeVar

from attrs import evolve, frozen

from pricelang.apps.answers import MAX_NAMED, Answer
from pricelang.apps.price_book import PriceBook
from pricelang.apps.reports.totals import Counts
from pricelang.apps.tables.request import bounds_of, span_of
from pricelang.evaluate.bill import Bill
from pricelang.model.instants import written
from pricelang.model.notes import Note
from pricelang.present.readable import readable_amount, readable_quantity
from pricelang.present.table import Table
from pricelang.present.text import MAX_ID, printable, shown
from pricelang.usage.io.files import STDIN
from pricelang.usage.records import Place, Record, Skipped

MAX_ROWS = 10_000
"""Records beyond these are added up, and have no row of their own."""
Kept = TypeVar("Kept")


@frozen(eq=False, repr=False)
class RecordRow:
    """A record or a part of one: quantities by meter, and its amount in words."""

    place: Place | None
    label: str
    model: str
    quantities: dict[str, Fraction]
    amount: str


class ModelTotal:
    """The records of a model and what they cost, at least and at most."""

    def __init__(self) -> None:
        self.records = 0
        self.low = self.high = Fraction(0)

    def add(self, low: Fraction, high: Fraction) -> None:
        """Adds a record."""
        self.records += 1
        self.low += low
        self.high += high


class Summary:
    """What a run has priced so far; nothing in it is ever rounded.
    (A plain class: it grows, and it loads faster.)
    """

    def __init__(self, book: PriceBook) -> None:
        self.book = book
        self.rows: list[RecordRow] = []
        self.totals: dict[str, dict[str, ModelTotal]] = {}
        self.grand: dict[str, ModelTotal] = {}
        self.notes: dict[Note, int] = {}
        self.refused: list[Answer] = []
        self.skipped: list[Skipped] = []
        self.priced = self.free = self.skips = self.broken = self.refusals = self.left_out = (
            self.warned
        ) = 0

    def add(self, answer: Answer | Skipped) -> None:
        """Counts an answer in."""
        if isinstance(answer, Skipped):
            self.skips, self.broken = self.skips + 1, self.broken + answer.broken
            _keep(self.skipped, answer, MAX_NAMED)
            return
        if answer.bill is None or answer.record is None:
            self.refusals += 1
            _keep(self.refused, evolve(answer, raw=None), MAX_NAMED)
            return
        bill = answer.bill
        low, high = bounds_of(bill)
        self.priced, self.free = self.priced + bool(high), self.free + (not high)
        notes = bill.notes
        self.warned += any(note.doubtful for note in notes)
        for note in notes:
            if note in self.notes or len(self.notes) < MAX_NAMED:
                self.notes[note] = self.notes.get(note, 0) + 1
        self._add_totals(answer.record, bill)
        self.grand.setdefault(bill.currency, ModelTotal()).add(low, high)
        # What is drawn is bounded, what is added up is not:
        # a run of any length needs no more memory than this.
        if len(self.rows) < MAX_ROWS:
            self.rows += _rows(answer.place, bill)
        else:
            self.left_out += 1

    def counts(self) -> Counts:
        """How many records were read, and what became of them."""
        return Counts(
            self.priced,
            self.free,
            self.skips,
            self.refusals,
            broken=self.broken,
            warned=self.warned,
        )

    def _add_totals(self, record: Record, bill: Bill) -> None:
        by_model: dict[str, tuple[Fraction, Fraction]] = {}
        for model, low, high in self._shares(record, bill):
            before = by_model.get(model, (Fraction(0), Fraction(0)))
            by_model[model] = (before[0] + low, before[1] + high)
        models = self.totals.setdefault(bill.currency, {})
        for model, (low, high) in by_model.items():
            models.setdefault(model, ModelTotal()).add(low, high)

    def _shares(self, record: Record, bill: Bill) -> Iterator[tuple[str, Fraction, Fraction]]:
        """What each part of a bill adds to its model's total."""
        names = [part.cell.model.name for part in bill.parts]
        if bill.bounds is None:
            yield from (
                (name, part.total, part.total) for name, part in zip(names, bill.parts, strict=True)
            )
        elif len(set(names)) == 1:
            yield names[0], *bill.bounds
        else:
            # A bill knows the bounds of its sum alone, and the parts are of several models:
            # price them one by one.
            for name, part, priced in zip(names, record.parts, bill.parts, strict=True):
                alone = self.book.price_record(
                    evolve(record, parts=(part,)),
                    model=name,
                    at=written(priced.at),
                    dimensions=dict(priced.dimensions),
                )
                yield name, *bounds_of(alone)


def records_table(summary: Summary, ids: bool = True, meters: bool = True) -> Table:
    """A row a record and a part,
    with the ids of records and the quantities of meters or without them.
    """
    narrower = (
        (
            partial(records_table, summary, ids=False),
            partial(records_table, summary, ids=False, meters=False),
        )
        if ids and meters
        else ()
    )
    used = {meter for row in summary.rows for meter, quantity in row.quantities.items() if quantity}
    names = summary.book.columns(used) if meters else []
    folder = _shared_folder({row.place.file for row in summary.rows if row.place is not None})
    ids = ids and any(row.place is not None and row.place.id for row in summary.rows)
    rows = []
    for row in summary.rows:
        place, quantities = row.place, row.quantities
        counts = [readable_quantity(quantities[x]) if quantities.get(x) else "" for x in names]
        where = (
            f"  {printable(row.label)}"
            if place is None
            else _short_place(place.file, place.line, folder)
        )
        id = [shown((place.id if place is not None else None) or "", MAX_ID)] if ids else []
        rows.append((where, *id, row.model, *counts, row.amount))
    headers = ("record", *(["id"] if ids else []), "model", *names, "amount")
    numbers = frozenset(range(len(headers) - len(names) - 1, len(headers)))
    return Table(headers, tuple(rows), numbers, narrower=narrower)


def totals_table(summary: Summary) -> Table:
    """The totals by model, and the grand total of each currency."""
    rows = []
    for currency, models in summary.totals.items():
        for model, total in sorted(models.items(), key=lambda item: (-item[1].high, item[0])):
            rows.append((model, f"{total.records:,}", span_of(total.low, total.high, currency)))
    for currency, total in summary.grand.items():
        rows.append(("total", f"{total.records:,}", span_of(total.low, total.high, currency)))
    headers = ("model", "records", "amount")
    return Table(headers, tuple(rows), frozenset({1, 2}), len(summary.grand))


def _keep(found: list[Kept], one: Kept, most: int) -> None:
    if len(found) < most:
        found.append(one)


def _rows(place: Place, bill: Bill) -> Iterator[RecordRow]:
    names = list(dict.fromkeys(part.cell.model.name for part in bill.parts))
    model = names[0] if len(names) == 1 else f"{len(names)} models" if names else ""
    together: dict[str, Fraction] = {}
    for part in bill.parts:
        for meter, uses in part.usage.items():
            together[meter] = together.get(meter, Fraction(0)) + sum(uses)
    yield RecordRow(place, "", model, together, span_of(*bounds_of(bill), bill.currency))
    if len(bill.parts) > 1:
        for number, part in enumerate(bill.parts, 1):
            quantities = {meter: Fraction(sum(uses)) for meter, uses in part.usage.items()}
            # The parts of a sum with bounds say what they cost together only.
            amount = readable_amount(part.total, part.currency) if bill.bounds is None else ""
            yield RecordRow(
                None, part.label or f"part {number}", part.cell.model.name, quantities, amount
            )


def _shared_folder(files: Iterable[str]) -> str:
    """The folder that several files share, which their names need not repeat."""
    try:
        return os.path.commonpath([os.path.dirname(file) for file in files if file != STDIN])
    except ValueError:  # no file, or files that share nothing
        return ""


def _short_place(file: str, line: int | None, folder: str) -> str:
    """`FILE:LINE` without the folder."""
    file = file.removeprefix(folder + os.sep) if folder else file
    return file if line is None else f"{file}:{line}"
