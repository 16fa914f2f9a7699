"""What breaks even as tables: caches, the ends of free allowances and cheaper models, and the chart
of a prompt over several calls.
"""

from __future__ import annotations

from collections.abc import Iterator

from pricelang.apps.break_even.allowances import PoolEnd
from pricelang.apps.break_even.break_even import BreakEven
from pricelang.apps.break_even.caches import CacheBreakEven, costs
from pricelang.apps.break_even.shares import OutputShare
from pricelang.model.instants import for_programs, written
from pricelang.present.charts import Chart, ChartLine
from pricelang.present.decimals import grouped, money
from pricelang.present.json_data import fields_of
from pricelang.present.readable import readable_percent
from pricelang.present.table import NotedCell, Table
from pricelang.present.text import how_many

CALLS = 8
"""Calls that a chart shows at least."""

MOST_CALLS = 60
"""And at most."""


def break_even_tables(found: BreakEven) -> Iterator[Table]:
    """A table for each question that has an answer."""
    if found.caches:
        yield caches_table(found)
    if found.pools:
        yield allowances_table(found)
    if found.shares:
        yield _shares(found)


def tiers_line(found: BreakEven) -> str | None:
    """Which tiers by usage the figures leave out, if any."""
    if not found.tiers:
        return None
    names = ", ".join(f"`{name}`" for name in found.tiers)
    return f"prices are those of the first tier of {names}: what an account has used is left out"


def caches_table(found: BreakEven) -> Table:
    """After how many reads each cache pays; a row for each of `found.caches`."""
    units = {cache.per for cache in found.caches}
    per = f", per {units.pop()}" if len(units) == 1 else ""
    base = found.caches[0].base.replace("_", " ").capitalize()
    rows = []
    for cache in found.caches:
        prices = (
            money(price, cache.currency)
            for price in (cache.base_price, cache.write_price, cache.read_price)
        )
        reads = "never" if cache.reads is None else how_many(cache.reads, "read")
        rows.append((cache.model, cache.write, *prices, reads, _stacks(cache)))
    return Table(
        ("Model", "Cache", base, "Write", "Read", "Pays after", "Stacks"),
        tuple(rows),
        frozenset({2, 3, 4}),
        title=f"When a cache pays on {written(found.at)}{per}",
    )


def _stacks(cache: CacheBreakEven) -> str:
    if cache.everywhere:
        return "every stack"
    return (", ".join(cache.stack) or "none of them") + (f" ({cache.given})" if cache.given else "")


def allowances_table(found: BreakEven) -> Table:
    """When each free allowance ends, and what is paid then."""
    rows = tuple(
        tuple(NotedCell(text, pool.location) for text in (pool.title, _ends(pool), _then(pool)))
        for pool in found.pools
    )
    headers = ("Charge", "Ends after", "Then")
    return Table(headers, rows, title="When a free allowance ends")


def _ends(pool: PoolEnd) -> str:
    uses = f", or {pool.uses:,} uses of up to {pool.least}" if pool.uses is not None else ""
    return f"{grouped(pool.quantity)} {pool.unit} per {pool.account}{uses}"


def _then(pool: PoolEnd) -> str:
    return f"{money(pool.price, pool.currency)} per {pool.per}"


def _shares(found: BreakEven) -> Table:
    rows = tuple((share.model, share.against, _cheaper(share)) for share in found.shares)
    title = f"Cheaper by the share of output on {written(found.at)}"
    return Table(("Model", "Against", "Cheaper"), rows, title=title)


def _cheaper(found: OutputShare) -> str:
    if found.share is None:
        return f"always {found.below}" if found.below is not None else "both cost the same"
    if found.below is None:
        return f"{found.above}, as soon as there is output"
    if found.above is None:
        return f"{found.below}, unless all is output"
    share = f"{readable_percent(found.share)} of output ({found.share})"
    return f"{found.below} below {share}, {found.above} above"


def break_even_chart(found: BreakEven) -> Chart | None:
    """What a prompt costs over several calls, without a cache and with each, for the first model;
    the positions are cut to a grid of characters.
    """
    if not found.caches:
        return None
    first = found.caches[0]
    caches = [cache for cache in found.caches if cache.model == first.model]
    reads = [cache.reads for cache in caches if cache.reads is not None]
    calls = min(max([CALLS, *(2 * read for read in reads)]), MOST_CALLS)
    most = max(max(pair) for cache in caches for pair in costs(cache, calls))
    ticks = range(1, calls + 1, max(1, calls // 20))
    title = f"{first.model}: a prompt of one {first.per}"
    chart = Chart(title, "calls", most, first.currency, ticks)
    sent = [int(anew * chart.scale) for anew, _ in costs(first, calls)]
    chart.lines.append(ChartLine(sent, f"{first.base} each time", "x"))
    for cache, mark in zip(caches, "*o+#", strict=False):
        kept = [int(cached * chart.scale) for _, cached in costs(cache, calls)]
        stacks = "" if cache.everywhere else f" ({_stacks(cache)})"
        chart.lines.append(ChartLine(kept, f"{cache.write}, then {cache.read}{stacks}", mark))
    return chart


def break_even_data(found: BreakEven) -> dict[str, object]:
    """Everything, for JSON."""
    ends = ("meter", "title", "quantity", "unit", "account", "uses", "least")
    paid = ("price", "per", "currency", "location")
    return {
        "at": for_programs(found.at),
        "caches": [_cache_data(cache) for cache in found.caches],
        "without": list(found.without),
        "pools": [fields_of(pool, *ends, *paid) for pool in found.pools],
        "shares": [
            {
                **fields_of(x, "model", "against"),
                "share": None if x.share is None else str(x.share),
                "percent": None if x.share is None else f"{grouped(x.share * 100)}%",
                **fields_of(x, "below", "above"),
            }
            for x in found.shares
        ],
        **({"tiers": list(found.tiers)} if found.tiers else {}),
    }


def _cache_data(cache: CacheBreakEven) -> dict[str, object]:
    prices = fields_of(cache, "write_price", "read_price", "base_price")
    return {
        **fields_of(cache, "model", "write", "read", "base", "reads", "everywhere", "stack"),
        "given": cache.given or None,
        "prices": {name.removesuffix("_price"): price for name, price in prices.items()},
        **fields_of(cache, "per", "currency"),
    }
