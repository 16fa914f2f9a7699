"""The invoice of an account: its records priced by the list and by its book,
and what belongs to the account as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from fractions import Fraction
from typing import Any

from attrs import evolve, frozen

from pricelang.apps.answers import RecordDefaults
from pricelang.apps.price_book import PriceBook
from pricelang.apps.reports.account import AccountUsage, Adjustment
from pricelang.apps.reports.lines import InvoiceLine, Lines
from pricelang.apps.reports.names import Names
from pricelang.apps.reports.period import Period, moment
from pricelang.apps.reports.tally import Tally, costs, no_time
from pricelang.apps.reports.totals import Counts, Unpriced
from pricelang.evaluate.bill import Bill
from pricelang.evaluate.line_items import Priced
from pricelang.model.errors import BELT, BadRequest, PriceError, check_certain
from pricelang.model.notes import Note
from pricelang.present.decimals import plain
from pricelang.usage.records import Outcome, Part, Place, Record


@frozen
class InvoiceTotal:
    """The sums of an invoice in one currency: the lines by the list (those that
    it has) and by the book, what the account adds or takes, and what is due.
    """

    currency: str
    listed: Fraction
    subtotal: Fraction
    adjustments: Fraction

    @property
    def due(self) -> Fraction:
        """What is to be paid."""
        return self.subtotal + self.adjustments


@frozen
class Invoice:
    """What an account owes for a period (None: for all that it used),
    with the lines, and the records that have no price.

    `book` and `title` are those of the book that priced,
    `list` the name of the one that it extends, or its own.
    """

    book: str
    title: str
    list: str
    period: Period | None
    by: tuple[str, ...]
    lines: tuple[InvoiceLine, ...]
    adjustments: tuple[Adjustment, ...]
    totals: tuple[InvoiceTotal, ...]
    counts: Counts
    unpriced: tuple[Unpriced, ...]
    notes: tuple[tuple[Note, int], ...]

    def to_dict(self) -> dict[str, Any]:
        """The invoice as `pricelang invoice --json` prints it: amounts are decimal strings."""
        counts = self.counts
        return {
            "book": self.book,
            "list": self.list,
            "period": None if self.period is None else self.period.name,
            "lines": [_line_data(self.by, line) for line in self.lines],
            "account": [
                {
                    "kind": one.kind,
                    "name": one.name,
                    "since": one.since,
                    "quantity": _text(one.quantity),
                    "text": one.text,
                    "amount": plain(one.amount),
                    "currency": one.currency,
                }
                for one in self.adjustments
            ],
            "totals": [
                {
                    "currency": one.currency,
                    "list": plain(one.listed),
                    "subtotal": plain(one.subtotal),
                    "account": plain(one.adjustments),
                    "total": plain(one.due),
                }
                for one in self.totals
            ],
            "records": {
                "read": counts.read,
                "priced": counts.priced,
                "free": counts.free,
                "skipped": counts.skipped,
                "refused": counts.refused,
                "outside": counts.outside,
            },
            "refused": [
                {
                    "records": one.rows,
                    "code": one.code,
                    "message": one.reason,
                    "places": list(one.places),
                }
                for one in self.unpriced
            ],
            "notes": [note.to_dict() for note, _ in self.notes],
        }


def make_invoice(
    book: PriceBook,
    outcomes: Iterable[Outcome],
    period: Period | None = None,
    by: Sequence[str] = (),
    given: RecordDefaults | None = None,
    refused: Callable[[Place, dict[str, str | None]], None] | None = None,
) -> Invoice:
    """The invoice for records in any order, all of one account.

    Lines are what `book` charges for each request alone, beside what the book that it extends
    charges (itself where it extends none), by model, meter and price, and by the names `by` as in
    `reports.report`. Pools and tiers are used up in order of instant, also by records from before
    the period where they are of a longer one; floors and caps hold for periods that the invoice
    covers. Records outside of the period are counted and left out; one without a time is refused.

    Raises `BadRequest` (`no_column`) for a name that no record carries.
    """
    given, tally = given or RecordDefaults(), Tally(refused)
    below = book.below
    lines, account, names = Lines(), AccountUsage(book.checked, period), Names(book.checked, by)
    for record in tally.records(outcomes):
        try:
            with BELT:
                inside, early = _split(record, given, period, account.since)
                used = _priced(book, inside, given)
                earlier = _priced(book, early, given)
                listed = [
                    priced if below is None else _listed(below, part, given)
                    for part, priced in zip(inside.parts, used, strict=True)
                ]
                keys = [
                    names.key(inside, part, priced, given)
                    for part, priced in zip(inside.parts, used, strict=True)
                ]
                for priced in (*used, *earlier):
                    account.check(priced)
                notes = [*record.notes, *(note for priced in used for note in priced.remarks)]
                if given.strict:
                    check_certain(notes)
        except PriceError as error:
            tally.refuse(record.place, error)
            continue
        for priced in earlier:
            account.before(priced)
        if record.parts and not inside.parts:
            tally.outside += 1
            continue
        for key, priced, other in zip(keys, used, listed, strict=True):
            lines.add(key, priced, other)
            account.add(priced)
        tally.accept(not any(costs(Bill((priced,))) for priced in used), notes)
    names.check()
    done = lines.done()
    adjustments, left_out = account.settle()
    noted = [*tally.notes.items(), *((Note("account", text), 0) for text in left_out)]
    return Invoice(
        book.name,
        book.title,
        book.name if below is None else below.name,
        period,
        tuple(by),
        done,
        adjustments,
        _totals(done, adjustments),
        tally.counts(),
        tally.unpriced(),
        tuple(noted),
    )


def _split(
    record: Record, given: RecordDefaults, period: Period | None, since: int | None
) -> tuple[Record, Record]:
    """The requests of a record inside a period, and those before it but not before `since`.
    Raises `BadRequest` (`no_time`, `bad_date`).
    """
    inside, early = [], []
    for part in record.parts:
        at = part.at if part.at is not None else given.at
        if at is None:
            raise no_time()
        seconds = moment(at, UTC)[0]
        if period is None or period.holds(seconds):
            inside.append(part)
        elif since is not None and period.start is not None and since <= seconds < period.start:
            early.append(part)
    return evolve(record, parts=tuple(inside)), evolve(record, parts=tuple(early))


def _priced(book: PriceBook, record: Record, given: RecordDefaults) -> list[Priced]:
    """Each request of a record. Raises `PriceError`, also for a sum that has only bounds."""
    found: list[Priced] = []
    for bill in book.price_parts(
        record, model=given.model, at=given.at, dimensions=given.dimensions
    ):
        if bill.bounds is not None:
            raise BadRequest(
                "range",
                "the record adds up requests that may lie on either side of a threshold, so "
                "it has no single amount",
                help='say on which side each was, such as `"each": ["prompt up to 200000"]`',
            )
        found += bill.parts
    return found


def _listed(below: PriceBook, part: Part, given: RecordDefaults) -> Priced | None:
    """A request by the list, if it has one price there."""
    try:
        (bill,) = below.price_parts(
            Record((part,), Place(""), ""),
            model=given.model,
            at=given.at,
            dimensions=given.dimensions,
        )
    except PriceError:
        return None
    return bill.parts[0] if bill.bounds is None else None


def _totals(
    lines: Sequence[InvoiceLine], adjustments: Sequence[Adjustment]
) -> tuple[InvoiceTotal, ...]:
    found = []
    for currency in sorted(
        {*(line.currency for line in lines), *(one.currency for one in adjustments)}
    ):
        own = [line for line in lines if line.currency == currency]
        listed = sum((line.listed for line in own if line.listed is not None), Fraction(0))
        net = sum((line.net for line in own), Fraction(0))
        found.append(
            InvoiceTotal(
                currency,
                listed,
                net,
                sum((one.amount for one in adjustments if one.currency == currency), Fraction(0)),
            )
        )
    return tuple(found)


def _line_data(by: Sequence[str], line: InvoiceLine) -> dict[str, Any]:
    return {
        **dict(zip(by, line.by, strict=True)),
        "model": line.model,
        "meter": line.meter,
        "unit": line.unit,
        "requests": line.requests,
        "quantity": plain(line.quantity),
        "list_price": _text(line.list_price),
        "unit_price": _text(line.unit_price),
        "rules": list(line.rules),
        "list": _text(line.listed),
        "discount": _text(line.discount),
        "net": plain(line.net),
        "currency": line.currency,
    }


def _text(value: Fraction | None) -> str | None:
    return None if value is None else plain(value)
