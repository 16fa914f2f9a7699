"""A workload as tables: its kinds of requests, its free allowances and its days, and the chart of
the month.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from pricelang.apps.quote.model import LEVELS, Range
from pricelang.apps.quote.workload_cost import Workload
from pricelang.apps.tables.footnotes import note_line
from pricelang.apps.tables.ranges import expected_words, range_data, span_words
from pricelang.present.charts import TOP, Chart, ChartLine
from pricelang.present.decimals import exact, grouped, plain
from pricelang.present.json_data import fields_of
from pricelang.present.readable import readable_amount, readable_quantity
from pricelang.present.table import Table
from pricelang.present.text import printable

MAX_CHANGES = 3
"""Days from which on a day costs something else that are named one by one."""


def workload_tables(found: Workload, days: bool) -> Iterator[Table]:
    """The kinds of requests, the free allowances and the tiers by usage where there are any, and
    the days if asked for.
    """
    yield _mixes(found)
    if found.pools:
        yield _allowances(found)
    if found.tiers:
        yield _tiers(found)
    if days:
        yield _days(found)


def _mixes(found: Workload) -> Table:
    """A row a kind of request, and the month."""
    spans = not found.total.known

    def row(name: str, count: Fraction, each: Range | None, month: Range) -> tuple[str, ...]:
        return (
            printable(name),
            readable_quantity(count),
            expected_words(each, found.currency),
            expected_words(month, found.currency),
            *([span_words(month, found.currency)] if spans else []),
        )

    rows = [row(mix.name, mix.per_day, mix.request, mix.month) for mix in found.mixes]
    count = sum((mix.per_day for mix in found.mixes), Fraction(0))
    rows.append(row("total", count, None, found.total))
    headers = ("requests", "a day", "each", "a month", *(["range"] if spans else []))
    title = f"{found.month}, {len(found.days)} days"
    return Table(headers, tuple(rows), frozenset({1, 2, 3}), 1, title)


def _allowances(found: Workload) -> Table:
    """How the free allowances are used up."""
    rows = tuple(
        (
            pool.meter,
            f"{grouped(pool.quantity)} {pool.unit} per {pool.per}",
            readable_quantity(pool.used),
            readable_quantity(pool.free),
            readable_amount(pool.saved, found.currency),
            pool.ends or "never",
        )
        for pool in found.pools
    )
    headers = ("free allowance", "of", "used", "free", "saves", "ends")
    return Table(headers, rows, frozenset({2, 3, 4}))


def _tiers(found: Workload) -> Table:
    """Which tiers the usage of the month meets."""
    rows = tuple(
        (one.name, one.per, one.tier, one.since, readable_amount(one.amount, found.currency))
        for one in found.tiers
    )
    return Table(("tiers", "per", "up to", "from", "change"), rows, frozenset({4}))


def _days(found: Workload) -> Table:
    spans = not found.total.known
    rows = tuple(
        (
            day.date,
            expected_words(day.amount, found.currency),
            expected_words(day.together, found.currency),
            *([span_words(day.amount, found.currency)] if spans else []),
        )
        for day in found.days
    )
    headers = ("day", "amount", "together", *(["range"] if spans else []))
    return Table(headers, rows, frozenset({1, 2}))


# ---- sentences and the chart ---------------------------------------------------------------------


def workload_lines(found: Workload) -> Iterator[str]:
    """What stands under the tables: a day, the month, what changes within it, and notes."""
    month = found.total
    span = "" if month.known else f" ({span_words(month, found.currency)})"
    yield (
        f"a day: {expected_words(found.average_day, found.currency)} on average; {found.month}: "
        f"{expected_words(month, found.currency)}{span}"
    )
    yield from _changes(found)
    if found.settled.expected:
        yield (
            "floors and caps of the account: "
            f"{readable_amount(Fraction(found.settled.expected), found.currency)}"
        )
    yield from map(note_line, found.notes)


def _changes(found: Workload) -> Iterator[str]:
    """The days from which on a day costs something else, the first few."""
    steps = [
        (before, after)
        for before, after in pairwise(found.days)
        if before.amount.expected != after.amount.expected
    ]
    for days in steps[:MAX_CHANGES]:
        amounts = (expected_words(day.amount, found.currency) for day in days)
        yield f"from {days[1].date} on: {' -> '.join(amounts)} a day"
    if len(steps) > MAX_CHANGES:
        yield f"and {len(steps) - MAX_CHANGES:,} more such days; see `--days`"


def workload_chart(found: Workload) -> Chart | None:
    """What the days cost together, or None where they cost nothing;
    the positions are cut to a grid of characters.
    """
    most = Fraction(found.days[-1].together.high)
    if not most:
        return None
    whole = most if exact(most) is not None else Fraction(int(most) + 1)
    ticks = range(1, len(found.days) + 1, max(1, len(found.days) // 10))
    chart = Chart(
        f"{found.month}: the days together", "day of the month", whole, found.currency, ticks
    )
    lines = (
        [("expected", "*")]
        if found.total.known
        else [("low", "."), ("high", "+"), ("expected", "*")]
    )
    for level, mark in lines:
        heights = [min(TOP, int(getattr(day.together, level) * chart.scale)) for day in found.days]
        chart.lines.append(ChartLine(heights, level, mark))
    return chart


# ---- for programs --------------------------------------------------------------------------------


def workload_rows(found: Workload) -> Table:
    """The days in plain numbers."""
    rows = tuple(
        (
            day.date,
            *range_data(day.amount).values(),
            *range_data(day.together).values(),
            found.currency,
        )
        for day in found.days
    )
    together = (f"together_{level}" for level in LEVELS)
    return Table(("day", *LEVELS, *together, "currency"), rows)


def workload_data(found: Workload) -> dict[str, object]:
    """Everything, for JSON."""
    met = ("name", "per", "tier", "since", "amount")
    used = ("meter", "unit", "per", "quantity", "used", "free", "saved", "ends")
    return {
        "month": found.month,
        "currency": found.currency,
        "monthly": range_data(found.total),
        "daily": range_data(found.average_day),
        "without_pools": range_data(found.without_pools),
        "settled": range_data(found.settled),
        "requests": [
            {
                "name": x.name,
                "per_day": plain(x.per_day),
                "each": range_data(x.request),
                "monthly": range_data(x.month),
            }
            for x in found.mixes
        ],
        "pools": [fields_of(pool, *used) for pool in found.pools],
        **({"tiers": [fields_of(one, *met) for one in found.tiers]} if found.tiers else {}),
        "days": [{"day": x.date, **range_data(x.amount)} for x in found.days],
        "notes": [note.to_dict() for note in found.notes],
    }
