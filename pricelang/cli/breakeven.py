"""`pricelang breakeven`: when a cache pays, when a free allowance ends, and which model is cheaper
for which output.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from pricelang.cli.charts import Chart, ChartLine, chart_text, plotext
from pricelang.cli.options import at_option, book_option, open_book
from pricelang.cli.output import Failure, markdown, show_table
from pricelang.model.errors import PriceError
from pricelang.model.instants import written
from pricelang.present.decimals import grouped, money, plain
from pricelang.present.table import Table

if TYPE_CHECKING:
    from pricelang.apps.break_even import BreakEven, CacheBreakEven, OutputShare, PoolEnd

CALLS = 8
"""Calls that a chart shows at least."""

MOST_CALLS = 60
"""And at most."""


@click.command(epilog="Exit codes: 0 done; 2 wrong usage, or a book that cannot be used.")
@at_option
@click.option(
    "--model", "models", multiple=True, metavar="ID", help="Only this model. May be repeated."
)
@click.option(
    "--against",
    metavar="MODEL",
    help="Show from which share of output this model is cheaper or dearer.",
)
@click.option(
    "--write",
    metavar="METER",
    help="The meter that fills a cache. Default: all that the book derives.",
)
@click.option("--read", metavar="METER", help="The meter that reads from the cache.")
@click.option("--base", metavar="METER", help="The meter that is paid without a cache.")
@click.option(
    "--retired", is_flag=True, help="Include models that were retired long before that day."
)
@click.option(
    "--chart",
    is_flag=True,
    help="Draw what a prompt costs over several calls, for the first model.",
)
@click.option("--markdown", "as_markdown", is_flag=True, help="Print tables in Markdown.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with everything.")
@book_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    at: str | None,
    models: tuple[str, ...],
    against: str | None,
    write: str | None,
    read: str | None,
    base: str | None,
    retired: bool,
    chart: bool,
    as_markdown: bool,
    as_json: bool,
    book: str,
) -> None:
    """Show after how many reads a cache pays for itself, for each model and each lifetime, in
    every stack of modifiers; what is paid when a free allowance has ended; and with `--against`,
    at which share of output two models cost the same.

    \b
    Examples:
      pricelang breakeven --at 2026-04-17
      pricelang breakeven --model claude-opus-4-7 --against claude-2.0 --chart
    """
    if as_json and (chart or as_markdown):
        ctx.fail("`--json` cannot be combined with `--chart` or `--markdown`")
    plot = plotext() if chart else None
    loaded = open_book(book)
    try:
        found = loaded.break_even(
            at, models=models, against=against, write=write, read=read, base=base, retired=retired
        )
    except PriceError as error:
        raise Failure(error.code, error.message, error.help) from None
    if as_json:
        click.echo(json.dumps({"book": loaded.name, **_as_data(found)}))
        return
    for number, grid in enumerate(_grids(found)):
        if number:
            click.echo()
        if as_markdown:
            click.echo(markdown(grid))
        else:
            show_table(grid)
    if found.without:
        click.echo(f"\nno cache price: {', '.join(found.without)}")
    if not found.caches and not found.without:
        click.echo(
            ("\n" if found.pools or found.shares else "")
            + "the book names no cache: give --write, --read and --base"
        )
    if plot is not None:
        _chart(plot, found, as_markdown)


def _grids(found: BreakEven) -> Iterator[Table]:
    if found.caches:
        yield _caches(found)
    if found.pools:
        rows = tuple(
            (pool.title, _ends(pool), f"{money(pool.price, pool.currency)} per {pool.per}")
            for pool in found.pools
        )
        yield Table(("Pool", "Ends after", "Then"), rows, title="When a free pool ends")
    if found.shares:
        shares = tuple((share.model, share.against, _cheaper(share)) for share in found.shares)
        yield Table(
            ("Model", "Against", "Cheaper"),
            shares,
            title=f"Cheaper by the share of output on {written(found.at)}",
        )


def _caches(found: BreakEven) -> Table:
    units = {cache.per for cache in found.caches}
    per = f", per {units.pop()}" if len(units) == 1 else ""
    first = found.caches[0]
    headers = (
        "Model",
        "Cache",
        first.base.replace("_", " ").capitalize(),
        "Write",
        "Read",
        "Pays after",
        "Stacks",
    )
    rows = []
    for cache in found.caches:
        prices = (
            money(price, cache.currency)
            for price in (cache.base_price, cache.write_price, cache.read_price)
        )
        rows.append((cache.model, cache.write, *prices, _reads(cache), _stacks(cache)))
    return Table(
        headers,
        tuple(rows),
        frozenset({2, 3, 4}),
        title=f"When a cache pays on {written(found.at)}{per}",
    )


def _reads(cache: CacheBreakEven) -> str:
    return (
        "never" if cache.reads is None else f"{cache.reads:,} read{'' if cache.reads == 1 else 's'}"
    )


def _stacks(cache: CacheBreakEven) -> str:
    if cache.everywhere:
        return "every stack"
    return (", ".join(cache.stack) or "none of them") + (f" ({cache.given})" if cache.given else "")


def _ends(pool: PoolEnd) -> str:
    uses = f", or {pool.uses:,} uses of up to {pool.least}" if pool.uses is not None else ""
    return f"{grouped(pool.quantity)} {pool.unit} per {pool.account}{uses}"


def _cheaper(found: OutputShare) -> str:
    from pricelang.apps.break_even import percent

    if found.share is None:
        return f"always {found.below}" if found.below is not None else "both cost the same"
    if found.below is None:
        return f"{found.above}, as soon as there is output"
    if found.above is None:
        return f"{found.below}, unless all is output"
    return (
        f"{found.below} below {percent(found.share)} of output ({found.share}), {found.above} above"
    )


# ---- the chart -----------------------------------------------------------------------------------


def _chart(plot: Any, found: BreakEven, as_markdown: bool) -> None:
    """What a prompt costs over several calls, without a cache and with each;
    the positions are cut to a grid of characters.
    """
    from pricelang.apps.break_even import costs

    if not found.caches:
        return
    first = found.caches[0]
    lines = [cache for cache in found.caches if cache.model == first.model]
    reads = [cache.reads for cache in lines if cache.reads is not None]
    calls = min(max([CALLS, *(2 * read for read in reads)]), MOST_CALLS)
    most = max(max(pair) for cache in lines for pair in costs(cache, calls))
    ticks = range(1, calls + 1, max(1, calls // 20))
    chart = Chart(
        f"{first.model}: a prompt of one {first.per}", "calls", most, first.currency, ticks
    )
    chart.lines.append(
        ChartLine(
            [int(sent * chart.scale) for sent, _ in costs(first, calls)],
            f"{first.base} each time",
            "x",
        )
    )
    for cache, mark in zip(lines, "*o+#", strict=False):
        chart.lines.append(
            ChartLine(
                [int(kept * chart.scale) for _, kept in costs(cache, calls)], _label(cache), mark
            )
        )
    click.echo(chart_text(plot, chart, as_markdown))


def _label(cache: CacheBreakEven) -> str:
    return f"{cache.write}, then {cache.read}" + (
        "" if cache.everywhere else f" ({_stacks(cache)})"
    )


# ---- JSON ----------------------------------------------------------------------------------------


def _as_data(found: BreakEven) -> dict[str, object]:
    from pricelang.apps.break_even import percent

    return {
        "at": written(found.at),
        "caches": [
            {
                "model": x.model,
                "write": x.write,
                "read": x.read,
                "base": x.base,
                "reads": x.reads,
                "everywhere": x.everywhere,
                "stack": list(x.stack),
                "given": x.given or None,
                "prices": {
                    "write": plain(x.write_price),
                    "read": plain(x.read_price),
                    "base": plain(x.base_price),
                },
                "per": x.per,
                "currency": x.currency,
            }
            for x in found.caches
        ],
        "without": list(found.without),
        "pools": [
            {
                "meter": x.meter,
                "title": x.title,
                "quantity": plain(x.quantity),
                "unit": x.unit,
                "account": x.account,
                "uses": x.uses,
                "least": x.least,
                "price": plain(x.price),
                "per": x.per,
                "currency": x.currency,
                "location": x.location,
            }
            for x in found.pools
        ],
        "shares": [
            {
                "model": x.model,
                "against": x.against,
                "share": None if x.share is None else str(x.share),
                "percent": None if x.share is None else percent(x.share),
                "below": x.below,
                "above": x.above,
            }
            for x in found.shares
        ],
    }
