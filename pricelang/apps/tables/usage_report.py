"""A usage report as tables: totals by group for people and for spreadsheets, and its counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial

from pricelang.apps.reports.totals import Total, Unpriced, UsageReport
from pricelang.apps.tables.footnotes import counts_line, for_people, note_line
from pricelang.apps.tables.request import span_of
from pricelang.model.notes import Note
from pricelang.present.decimals import plain
from pricelang.present.readable import readable_quantity
from pricelang.present.table import Table
from pricelang.present.text import how_many, printable

MAX_NOTES = 8
"""Notes under a report; `pricelang price` shows all of them,
beside the records that they are of.
"""
MAX_REASONS = 20
"""Reasons that are named one by one."""


def report_table(report: UsageReport, meters: bool = True) -> Table:
    """The totals, with a line for each currency that adds them up where there are several; with the
    quantities of meters or without them.
    """
    used = (
        [
            name
            for n, (name, _) in enumerate(report.totals[0].quantities)
            if any(t.quantities[n][1] for t in report.totals)
        ]
        if report.totals and meters
        else []
    )
    rows = [(*map(value_text, total.by), *_numbers(total, used)) for total in report.totals]
    sums = list(_whole(report)) if len(rows) > 1 and report.by else []
    for total in sums:
        rows.append(("total", *([""] * (len(report.by) - 1)), *_numbers(total, used)))
    headers = (*report.by, report.noun, *used, "amount")
    numbers = frozenset(range(len(report.by), len(headers)))
    narrower = (partial(report_table, report, False),) if used else ()
    return Table(headers, tuple(rows), numbers, len(sums), narrower=narrower)


def _whole(report: UsageReport) -> Iterator[Total]:
    """The total of each currency."""
    if report.whole:
        yield from report.whole
        return
    for currency in sorted({total.currency for total in report.totals}):
        totals = [total for total in report.totals if total.currency == currency]
        names = [name for name, _ in totals[0].quantities]
        used = tuple(
            (name, sum((dict(total.quantities)[name] for total in totals), Fraction(0)))
            for name in names
        )
        amount = sum((total.amount for total in totals), Fraction(0))
        yield Total((), sum(total.rows for total in totals), used, amount, currency)


def _numbers(total: Total, used: Sequence[str]) -> tuple[str, ...]:
    quantities = dict(total.quantities)
    return (
        f"{total.rows:,}",
        *(readable_quantity(quantities[name]) for name in used),
        span_of(total.amount, total.most, total.currency),
    )


def value_text(value: object) -> str:
    """A value that records are grouped by."""
    return "(none)" if value is None else printable(str(value))


def report_rows(report: UsageReport) -> Table:
    """The totals as plain numbers; where a group has bounds,
    all have `low` and `high` and those no `amount`.
    """
    meters = [name for name, _ in report.totals[0].quantities] if report.totals else []
    bounds = any(total.high is not None for total in report.totals)
    rows = []
    for total in report.totals:
        low, high = plain(total.amount), plain(total.most)
        rows.append(
            (
                *("" if value is None else str(value) for value in total.by),
                str(total.rows),
                *(plain(quantity) for _, quantity in total.quantities),
                "" if total.high is not None else low,
                *((low, high) if bounds else ()),
                total.currency,
            )
        )
    span = ("low", "high") if bounds else ()
    return Table((*report.by, report.noun, *meters, "amount", *span, "currency"), tuple(rows))


def report_bars(report: UsageReport) -> list[tuple[str, Fraction, str]]:
    """A bar for each group: its label, the most that it costs, and the currency."""
    return [
        (" ".join(map(value_text, total.by)) or "total", total.most, total.currency)
        for total in report.totals
    ]


def report_counts(report: UsageReport) -> str:
    """How many rows or records were read, and what became of them."""
    if report.counts is not None:
        return counts_line(report.counts)
    refused = sum(unpriced.rows for unpriced in report.unpriced)
    read = how_many(report.read, "row")
    return f"{read} read: {report.read - refused:,} priced, {refused:,} refused"


def notes_lines(notes: Sequence[tuple[Note, int]]) -> Iterator[str]:
    """The most frequent notes, whose texts quote what records say."""
    order = sorted(for_people(notes), key=lambda pair: -pair[1])
    for note, records in order[:MAX_NOTES]:
        yield note_line(note, records)
    if len(order) > MAX_NOTES:
        yield f"and {len(order) - MAX_NOTES} more notes; `pricelang price` shows all"


def unpriced_lines(unpriced: Sequence[Unpriced], noun: str) -> Iterator[str]:
    """What has no price: each reason, how often, where first, and what to do."""
    for one in unpriced[:MAX_REASONS]:
        rows = how_many(one.rows, noun.removesuffix("s"))
        yield f"error[{one.code}]: {printable(one.reason)} ({rows})"
        if one.places:
            more = " and others" if one.rows > len(one.places) else ""
            yield f"  --> {', '.join(map(printable, one.places))}{more}"
        if one.help:
            yield f"  help: {printable(one.help)}"
    rest = unpriced[MAX_REASONS:]
    if rest:
        yield (
            f"and {sum(one.rows for one in rest):,} more {noun} for {len(rest):,} other "
            "reasons; `pricelang price` names each"
        )
