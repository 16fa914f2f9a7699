"""The join of what was used and what was billed: line by line, to the fraction of a cent."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import frozen

from pricelang.apps.reconcile.account_lines import (
    AccountSides,
    Settlement,
    settled_parts,
    settlement,
    with_account,
)
from pricelang.apps.reconcile.admin import cost_side
from pricelang.apps.reconcile.documents import documents
from pricelang.apps.reconcile.drift import drift_of
from pricelang.apps.reconcile.expected import usage_side
from pricelang.apps.reconcile.export import as_dict
from pricelang.apps.reconcile.findings import findings_of
from pricelang.apps.reconcile.invoice_csv import invoice_side, is_invoice
from pricelang.apps.reconcile.join import (
    JoinedLine,
    compared_fields,
    joined,
)
from pricelang.apps.reconcile.keys import FIELDS, BilledAmount, Side, Used
from pricelang.apps.reconcile.reconciled import Reconciled
from pricelang.apps.reconcile.report import plain_text
from pricelang.apps.reconcile.tiered_lines import after_tiers
from pricelang.apps.reconcile.usage_period import within_period
from pricelang.apps.reports.adjustments import COMMITMENT, Adjustment
from pricelang.apps.reports.period import Period, period_of
from pricelang.model.ages import read_to
from pricelang.model.errors import BadRequest
from pricelang.model.instants import written
from pricelang.present.text import help_for, how_many
from pricelang.usage.fields import shown
from pricelang.usage.records import UsageError

if TYPE_CHECKING:
    from pricelang.apps.price_book import PriceBook


@frozen(eq=False, repr=False, slots=False)
class Reconciliation(Reconciled):
    """A reconciliation (see `Reconciled`) with its texts."""

    def to_dict(self) -> dict[str, object]:
        """The reconciliation as `pricelang reconcile --json` prints it:
        amounts are decimal strings.
        """
        return as_dict(self)

    def text(self) -> str:
        """The reconciliation as a text that can be sent to whoever billed."""
        return plain_text(self)

    def __repr__(self) -> str:
        return (
            f"<pricelang.Reconciliation of {len(self.lines)} lines, {len(self.findings)} "
            f"findings: {'agrees' if self.agrees else 'differs'}>"
        )


@frozen
class Comparing:
    """How lines are compared: the tolerance of a line and that of the whole, the fields of the
    join that are ignored, and the period of the bill.
    """

    within: Fraction
    total_within: Fraction | None = None
    ignored: tuple[str, ...] = ()
    period: Period | None = None

    def check(self) -> None:
        """Raises `UsageError` for a tolerance below zero."""
        if self.within < 0 or (self.total_within is not None and self.total_within < 0):
            raise UsageError("bad_amount", "a tolerance is not negative")

    def fields(self) -> tuple[str, ...]:
        """The ignored fields. Raises `UsageError` for one that lines are not joined on."""
        for name in self.ignored:
            if name not in FIELDS or name == "cost_type":
                raise UsageError(
                    "unknown_column",
                    f"{shown(name)} is no column that lines are joined on",
                    help_for(name, FIELDS, "known"),
                )
        return self.ignored


def reconcile(
    book: PriceBook,
    usage: object,
    cost: object,
    *,
    mapping: Mapping[str, str] | None = None,
    within: Decimal | Fraction | int = 0,
    total_within: Decimal | Fraction | int | None = None,
    ignore: Iterable[str] = (),
    dimensions: Mapping[str, str] | None = None,
    at: str | None = None,
    unknown_counters: str = "refuse",
    period: str | None = None,
) -> Reconciliation:
    """Joins usage and cost on what both state:
    UTC day, workspace, model, tier, context window, geo, token type.

    `usage` is an Admin usage report or usage records, `cost` an Admin cost report or an invoice as
    CSV: paths (a folder is read whole), or for the reports their pages as dicts. `mapping` names
    the columns of an invoice, such as `{"day": "date", "amount": "cost"}`. `within` is the
    tolerance of a line in the currency of the bill, none unless given, and `total_within` that of
    the sum of all lines within it; without one, a drift to one side is found. `ignore` names fields
    of the join that are not compared. `dimensions` hold where the
    usage says nothing, and `at` for records without a date (today unless given). A row or record
    with a counter that is not known is unread, unless `unknown_counters` is `warn`. `period` is the
    day, month or year of the bill, such as `2026-05`: usage of other days is left out.

    Raises `BadRequest` for a side that cannot be read, for buckets of runs that overlap, and for
    amounts in another currency. A single row that cannot be read is in `unread` of its side; then
    the two do not agree.

    >>> import pricelang
    >>> found = reconcile(
    ...     pricelang.load(), "samples/reconcile/usage.json", "samples/reconcile/cost_wrong.json"
    ... )
    >>> [finding.kind for finding in found.findings]
    ['amount', 'amount', 'not billed', 'amount', 'no usage', 'moved', 'amount']
    >>> found.findings[0].explanations[0].text
    'as cache_write_5m: $5 per MTok'
    """
    try:
        return _reconcile(
            book,
            usage,
            cost,
            mapping or {},
            Comparing(
                Fraction(within),
                None if total_within is None else Fraction(total_within),
                tuple(ignore),
                None if period is None else period_of(period),
            ),
            (dimensions, at, unknown_counters),
        )
    except UsageError as error:
        raise BadRequest(error.code, error.message, help=error.help) from None


def _reconcile(
    book: PriceBook,
    usage: object,
    cost: object,
    mapping: Mapping[str, str],
    comparing: Comparing,
    given: tuple[Mapping[str, str] | None, str | None, str],
) -> Reconciliation:
    comparing.check()
    whole_usage, usage_read = usage_side(book, usage, *given)
    used, usage_read = within_period(whole_usage, usage_read, comparing.period)
    billed, cost_read = _cost(book, cost, mapping)
    currency = _one_currency(book, used, billed)
    fields, notes = compared_fields(usage_read, cost_read, comparing.fields())
    account = settlement(book, whole_usage, comparing.period)
    lines, settled = _lines(
        book, (used, billed), (usage_read, cost_read), fields, comparing, account
    )
    drift = drift_of(lines, comparing.within, comparing.total_within)
    found = findings_of(book, lines, (usage_read, cost_read), comparing.within, drift is not None)
    last = read_to(book.checked)
    key = book.content[:12] if book.content else None
    about = (book.name, book.title, None if last is None else written(last), key)
    return Reconciliation(
        about,
        usage_read,
        cost_read,
        fields,
        comparing.within,
        currency,
        lines,
        found.findings,
        (*_periods(usage_read, cost_read), *notes, *found.notes, *_doubts(lines)),
        comparing.total_within,
        settled,
        found.causes,
    )


def _cost(
    book: PriceBook, cost: object, mapping: Mapping[str, str]
) -> tuple[tuple[BilledAmount, ...], Side]:
    """What was billed: an invoice as CSV, or the pages of a report."""
    if not mapping and not is_invoice(cost):
        return cost_side(documents(cost))
    if not isinstance(cost, str | os.PathLike):
        raise UsageError("wrong_type", "an invoice is the path of a CSV file")
    return invoice_side(book, str(os.fspath(cost)), mapping)


def _lines(
    book: PriceBook,
    rows: tuple[tuple[Used, ...], tuple[BilledAmount, ...]],
    sides: tuple[Side, Side],
    fields: tuple[str, ...],
    comparing: Comparing,
    settled: Settlement,
) -> tuple[tuple[JoinedLine, ...], frozenset[str]]:
    """The lines of the join and of the account, and what of the account is settled in them."""
    used, billed = rows
    of_usage = [bill for bill in billed if not bill.account]
    of_account = tuple(bill for bill in billed if bill.account)
    lines = joined(used, of_usage, frozenset(fields), comparing.within, sides)
    ladders = frozenset(one.name for one in book.checked.dimensions if one.ladder is not None)
    adjustments = tuple(x for x in settled.adjustments if _whole_commitment(x, *sides))
    tiered = after_tiers(lines, settled.tiers, comparing.within, sides[1].kind)
    if tiered is not None:
        lines = tiered
        adjustments = tuple(one for one in adjustments if one.name not in ladders)
    whole = _whole_months(*sides)
    account = AccountSides(adjustments, of_account, whole, comparing.within, ladders)
    return with_account(lines, account), settled_parts(account)


def _whole_commitment(one: Adjustment, *sides: Side) -> bool:
    """Says whether both sides together are of the whole period of a commitment, if it is one."""
    starts = [side.start for side in sides if side.start]
    ends = [side.end for side in sides if side.end]
    return one.kind != COMMITMENT or (
        bool(starts) and min(starts) <= one.since and one.until <= max(ends)
    )


def _whole_months(usage: Side, cost: Side) -> bool:
    """Says whether both sides together are of whole months, for which minimums and caps hold."""
    starts = [side.start for side in (usage, cost) if side.start]
    ends = [side.end for side in (usage, cost) if side.end]
    return bool(starts) and min(starts).endswith("-01") and max(ends).endswith("-01")


def _one_currency(book: PriceBook, used: tuple[object, ...], billed: tuple[object, ...]) -> str:
    """The currency of both sides. Raises `UsageError` where there are two,
    for amounts of two currencies have no difference.
    """
    expected = {getattr(line, "currency", "") for line in used} - {""} or {book.currency}
    if len(expected) > 1:
        raise UsageError(
            "wrong_currency",
            f"the book prices this usage in several currencies: {', '.join(sorted(expected))}",
            "reconcile one at a time",
        )
    (currency,) = expected
    for line in billed:
        if getattr(line, "currency", currency) != currency:
            raise UsageError(
                "wrong_currency",
                f"{getattr(line, 'place', '')} is in {getattr(line, 'currency', '')}, and "
                f"the book prices in {currency}",
                "use a book that converts, such as a contract with `currency "
                f"{getattr(line, 'currency', '')}`",
            )
    return currency


def _periods(usage: Side, cost: Side) -> tuple[str, ...]:
    if not usage.start or not cost.start or (usage.start, usage.end) == (cost.start, cost.end):
        return ()
    return (
        f"the periods differ: the usage is from {usage.start} and before {usage.end}, the "
        f"cost from {cost.start} and before {cost.end}",
    )


def _doubts(lines: tuple[JoinedLine, ...]) -> tuple[str, ...]:
    """What the book says is doubtful about the prices that were used, once each; what belongs to
    the account is settled, or said with the verdict.
    """
    notes: dict[str, int] = {}
    known: dict[object, frozenset[str]] = {}
    for line in lines:
        own: set[str] = set()
        for priced in {id(used.priced): used.priced for used in line.used}.values():
            if priced is not None:
                key = (
                    id(priced.basis),
                    *(name for name, uses in priced.usage.items() if any(uses)),
                )
                if key not in known:
                    known[key] = frozenset(map(str, priced.remarks))
                own |= known[key]
        for note in own:
            notes[note] = notes.get(note, 0) + 1
    return tuple(f"{note} ({how_many(count, 'line')})" for note, count in sorted(notes.items()))
