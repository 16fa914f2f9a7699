"""The parts of a reconciliation that each of its forms shows: header, table of lines, verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from pricelang.apps.reconcile.join import (
    BOUNDED,
    MATCHED,
    NOT_COMPARED,
    WITHIN,
    JoinedLine,
)
from pricelang.apps.reconcile.keys import COST_TYPES, METERS, Side, Used
from pricelang.apps.reconcile.pages import day_after
from pricelang.apps.reconcile.reconciled import Reconciled
from pricelang.evaluate.line_rates import Rate
from pricelang.present.decimals import grouped, money
from pricelang.present.table import Table
from pricelang.present.text import how_many

NAMES = {
    "service_tier": "tier",
    "context_window": "window",
    "inference_geo": "geo",
    "token_type": "counted",
}
WORDS = {
    "day": "UTC day",
    "service_tier": "tier",
    "context_window": "context window",
    "inference_geo": "geo",
    "token_type": "token type",
    "cost_type": "cost type",
}


def header(found: Reconciled) -> list[tuple[str, str]]:
    """What was compared with what, by which book."""
    name, title, read, key = found.book
    book = (
        f'{name} "{title}"'
        + (f", sources read up to {read}" if read else "")
        + (f", text {key}" if key else "")
    )
    tolerance = (
        money(found.within, found.currency) + " a line"
        if found.within
        else "none: amounts are compared exactly"
    )
    return [
        ("period", _period(found)),
        ("usage", _side(found.usage)),
        ("cost", _side(found.cost)),
        ("book", book),
        ("joined on", ", ".join(WORDS.get(name, name) for name in found.fields)),
        ("currency", found.currency),
        ("tolerance", tolerance),
    ]


def _period(found: Reconciled) -> str:
    starts = [side.start for side in (found.usage, found.cost) if side.start]
    ends = [side.end for side in (found.usage, found.cost) if side.end]
    if not starts or not ends:
        return "none: no row has a day"
    start, end = min(starts), max(ends)
    return (
        f"{start}, one UTC day"
        if day_after(start) == end
        else f"from {start} and before {end}, UTC"
    )


def _side(side: Side) -> str:
    return f"{side.kind} {side.name}: {how_many(side.rows, 'row')}" + (
        f", {len(side.unread):,} of them not read" if side.unread else ""
    )


def table_of(found: Reconciled, lines: Sequence[JoinedLine], numbers: Mapping[int, int]) -> Table:
    """The lines as a table; a field that is the same in all of them has no column."""
    fields = [name for name in found.fields if name != "cost_type" and name != "token_type"]
    fields = [
        name
        for name in fields
        if name == "day" or len({getattr(line.key, name) for line in lines}) > 1 or name == "model"
    ]
    currency = found.currency
    rows = [
        (
            *(getattr(line.key, name) or "-" for name in fields),
            counted(line),
            grouped(line.quantity) if line.used else "-",
            expected_text(line, currency),
            money(line.amount, currency) if line.billed else "-",
            "0"
            if not line.difference
            else ("+" if line.difference > 0 else "") + money(line.difference, currency),
            line.status + (f" ({numbers[id(line)]})" if id(line) in numbers else ""),
        )
        for line in lines
    ]
    headers = (
        *(NAMES.get(name, name) for name in fields),
        "counted",
        "quantity",
        "expected",
        "billed",
        "difference",
        "status",
    )
    first = len(fields) + 1
    return Table(headers, tuple(rows), frozenset(range(first, first + 4)))


def counted(line: JoinedLine) -> str:
    """What a line counts: the book's meter, or the cost type."""
    if line.key.token_type is not None:
        return METERS.get(line.key.token_type, line.key.token_type)
    kind = line.key.cost_type
    if kind is None or kind == "tokens":
        return "all"
    return next((meter for meter, name in COST_TYPES.items() if name == kind), kind)


def expected_text(line: JoinedLine, currency: str) -> str:
    """What a line should come to, or between what."""
    if not line.used:
        return "-"
    return (
        money(line.low, currency)
        if line.low == line.high
        else f"{money(line.low, currency)} to {money(line.high, currency)}"
    )


def rule_places(use: Used) -> tuple[str, ...]:
    """Where the rules stand that price a quantity."""
    rate = use.priced.cell.rates[use.request.meter] if use.priced is not None else None
    return (
        tuple(dict.fromkeys([rate.origin.place, *(step.origin.place for step in rate.steps)]))
        if isinstance(rate, Rate)
        else ()
    )


def verdict(found: Reconciled) -> str:
    """What came out, in a sentence or two."""
    total = found.total
    counts = {part.status: part.lines for part in found.subtotals}
    exact = counts.get(MATCHED, 0)
    parts = [f"{exact:,} of {total.lines:,} lines match exactly"]
    parts += [
        f"{counts[status]:,} {status}"
        for status in (WITHIN, BOUNDED, NOT_COMPARED)
        if counts.get(status)
    ]
    without = f", without: {'; '.join(found.left_out)}" if found.left_out else ""
    if found.agrees:
        return f"Usage and cost agree{without}: {', '.join(parts)}."
    unread = len(found.usage.unread) + len(found.cost.unread)
    if found.findings:
        explained = sum(finding.explained for finding in found.findings)
        many = len(found.findings)
        parts.append(f"{how_many(many, 'difference')}, {explained:,} explained")
    if unread:
        parts.append(f"{how_many(unread, 'row')} not read")
    over = total.difference
    amount = (
        f" Billed {money(abs(over), found.currency)} {'more' if over > 0 else 'less'} than "
        "the usage comes to."
        if over
        else ""
    )
    return f"Usage and cost differ{without}: {', '.join(parts)}.{amount}"


def subtotal_table(found: Reconciled) -> Table:
    """The subtotals by status, and the total that they add up to."""
    currency = found.currency
    rows = tuple(
        (
            part.status,
            f"{part.lines:,}",
            money(part.expected, currency),
            money(part.billed, currency),
            signed(part.difference, currency),
        )
        for part in (*found.subtotals, found.total)
    )
    return Table(
        ("status", "lines", "expected", "billed", "difference"), rows, frozenset({1, 2, 3, 4}), 1
    )


def signed(value: Fraction, currency: str) -> str:
    """A difference with its sign, `0` for none."""
    return "0" if not value else ("+" if value > 0 else "") + money(value, currency)
