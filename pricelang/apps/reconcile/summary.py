"""The parts of a reconciliation that each of its forms shows: header, table of lines, verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from pricelang.apps.reconcile.account_lines import BY_METER, BY_PERIOD
from pricelang.apps.reconcile.join import (
    BOUNDED,
    MATCHED,
    NOT_COMPARED,
    WITHIN,
    JoinedLine,
)
from pricelang.apps.reconcile.keys import Side, Used, meter_of
from pricelang.apps.reconcile.pages import day_after
from pricelang.apps.reconcile.reconciled import BilledSubtotal, Reconciled
from pricelang.evaluate.line_rates import Rate
from pricelang.present.decimals import money, rounded
from pricelang.present.readable import readable_amount, readable_amounts, readable_quantity
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


ACCOUNT_TYPES = frozenset((*BY_METER, *BY_PERIOD))


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
    if found.total_within is not None:
        tolerance += f", {money(found.total_within, found.currency)} in all"
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


_HEADERS = ("counted", "quantity", "expected", "billed", "difference", "status")


def table_of(
    found: Reconciled,
    lines: Sequence[JoinedLine],
    numbers: Mapping[int, int],
    by_cause: bool = False,
) -> Table:
    """The lines as a table; a field that is the same in all of them has no column. Lines by cause
    say the number of theirs.
    """
    causes = {
        id(line): f", cause {number}"
        for number, cause in enumerate(found.causes, 1)
        for line in (cause.lines if by_cause else ())
    }
    fields = [
        name
        for name in found.fields
        if name not in ("cost_type", "token_type")
        and (name in ("day", "model") or len({getattr(line.key, name) for line in lines}) > 1)
    ]
    rows = [
        (
            *(getattr(line.key, name) or "-" for name in fields),
            counted(line),
            readable_quantity(line.quantity) if line.used else "-",
            *amount_texts(line, found.currency),
            line.status
            + (f" ({numbers[id(line)]})" if id(line) in numbers else "")
            + causes.get(id(line), ""),
        )
        for line in lines
    ]
    headers = (*(NAMES.get(name, name) for name in fields), *_HEADERS)
    return Table(headers, tuple(rows), frozenset(range(len(fields) + 1, len(fields) + 5)))


def counted(line: JoinedLine) -> str:
    """What a line counts: the book's meter, or the cost type."""
    kind = line.key.cost_type
    if kind in ACCOUNT_TYPES and line.key.token_type is not None:
        return f"{kind} {line.key.token_type}"
    return meter_of(line.key)


def amount_texts(line: JoinedLine, currency: str) -> tuple[str, str, str]:
    """What a line should come to, or between what, what was billed, and the difference."""
    sums = line.low, line.high, line.amount, line.difference
    low, high, billed, difference = readable_amounts(sums, currency)
    expected = low if line.low == line.high else f"{low} to {high}"
    return (
        expected if line.used or line.low else "-",
        billed if line.billed else "-",
        with_sign(line.difference, difference),
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
    near = counts.get(WITHIN, 0)
    parts = (
        [f"{exact + near:,} of {total.lines:,} lines match, {exact:,} exactly"]
        if near
        else [f"{exact:,} of {total.lines:,} lines match exactly"]
    )
    parts += [
        f"{counts[status]:,} {status}"
        for status in (WITHIN, BOUNDED, NOT_COMPARED)
        if counts.get(status)
    ]
    without = f", without: {'; '.join(found.left_out)}" if found.left_out else ""
    if found.agrees:
        return f"Usage and cost agree{without}: {', '.join(parts)}.{_apart(found)}"
    apart = _apart(found)
    unread = len(found.usage.unread) + len(found.cost.unread)
    if found.findings:
        explained = sum(finding.explained for finding in found.findings)
        many = len(found.findings)
        parts.append(f"{how_many(many, 'difference')}, {explained:,} explained")
    if unread:
        parts.append(f"{how_many(unread, 'row')} not read")
    over = total.difference
    by, word = readable_amount(abs(over), found.currency), "more" if over > 0 else "less"
    amount = f" Billed {by} {word} than the usage comes to." if over else ""
    return f"Usage and cost differ{without}: {', '.join(parts)}.{amount}{_drift(found)}{apart}"


def _drift(found: Reconciled) -> str:
    """A sentence about what the lines within tolerance add up to."""
    drift = found.drift
    if drift is None:
        return ""
    money_of = signed(drift.sum, found.currency)
    if drift.over_total and found.total_within is not None:
        most = money(found.total_within, found.currency)
        return f" The lines within tolerance add up to {money_of}, more than {most} in all."
    way = "high" if drift.sum > 0 else "low"
    many = drift.high if drift.sum > 0 else drift.lines - drift.high
    return (
        f" A drift to one side: {many:,} of {drift.lines:,} lines within tolerance are too {way}, "
        f"{money_of} together."
    )


def _apart(found: Reconciled) -> str:
    """A sentence about the rows of the bill that no record can match."""
    if not found.apart:
        return ""
    kinds: dict[str, Fraction] = {}
    for line in found.apart:
        kind = line.key.cost_type or "other"
        kinds[kind] = kinds.get(kind, Fraction(0)) + line.amount
    each = ", ".join(
        f"{kind} {readable_amount(value, found.currency)}" for kind, value in kinds.items()
    )
    rows = sum(len(line.billed) for line in found.apart)
    return (
        f" Apart from them, {how_many(rows, 'row')} of the bill that no record can match: {each}."
    )


def six_places(value: Fraction) -> Fraction:
    """A ratio as people read it."""
    return rounded(value, Fraction(1, 10**6), "half_even")


def subtotal_table(found: Reconciled) -> Table:
    """The subtotals by status, and the total that they add up to."""
    currency = found.currency
    rows = tuple(
        (
            part.status,
            f"{part.lines:,}",
            *_sums(part, currency),
        )
        for part in (*found.subtotals, found.total)
    )
    return Table(
        ("status", "lines", "expected", "billed", "difference"), rows, frozenset({1, 2, 3, 4}), 1
    )


def _sums(part: BilledSubtotal, currency: str) -> tuple[str, str, str]:
    sums = part.expected, part.billed, part.difference
    expected, billed, difference = readable_amounts(sums, currency)
    return expected, billed, with_sign(part.difference, difference)


def signed(value: Fraction, currency: str) -> str:
    """A difference with its sign, `0` for none."""
    return with_sign(value, readable_amount(value, currency))


def with_sign(value: Fraction, text: str) -> str:
    """The text of a difference with its sign, `0` for none."""
    return "0" if not value else ("+" if value > 0 else "") + text
