"""`pricelang workload`: what so many requests a day cost a day and a month, with free allowances
and a chart.

A quote answers for one request; a workload adds up many over the days of a month, in which
prices change and allowances end.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from pricelang.cli.book_flags import BookCommand
from pricelang.cli.charts import TOP, Chart, ChartLine, chart_text, plotext
from pricelang.cli.options import Input, input_of, input_options, open_book
from pricelang.cli.output import Failure, markdown, show_table
from pricelang.model.errors import BadRequest, PriceError
from pricelang.present.decimals import exact, grouped, money, money_cut, plain
from pricelang.present.markdown import quoted
from pricelang.present.table import Table
from pricelang.present.text import printable
from pricelang.present.text_tables import note_line, shown_quantity
from pricelang.usage.io.csv_lines import CsvWriter
from pricelang.usage.request_flags import STDIN, quantity

if TYPE_CHECKING:
    from pricelang.apps.quote.model import Range
    from pricelang.apps.quote.workload_cost import Workload

MAX_CHANGES = 3


@click.command(
    cls=BookCommand,
    epilog="Exit codes: 0 done; 1 a request of the workload is refused; 2 wrong usage, or a book "
    "that cannot be used.",
)
@input_options
@click.option(
    "--per-day", metavar="N", help="The requests a day; goes before those of a workload file."
)
@click.option("--month", metavar="YYYY-MM", help="The month. Default: that of --at, or this one.")
@click.option("--chart", is_flag=True, help="Draw the running total of the month.")
@click.option("--days", is_flag=True, help="Show a row for each day.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print tables in Markdown.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the days as comma-separated values.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with everything.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    per_day: str | None,
    month: str | None,
    chart: bool,
    days: bool,
    as_markdown: bool,
    as_csv: bool,
    as_json: bool,
    **params: Any,
) -> None:
    """Estimate what a workload costs a day and a month: so many requests a day of one kind, given
    by flags; a mix of kinds, in a workload file (TOML or JSON, `-` for standard input); or
    requests like those of usage records. The free allowances of the account are used up over the
    month.

    \b
    Examples:
      pricelang workload --model claude-sonnet-5-5 --input 2k --output 400 --per-day 5000
      pricelang workload samples/workloads/support.toml --chart
      pricelang workload samples/requests.jsonl --per-day 1000
    """
    if as_markdown + as_csv + as_json > 1 or (chart and (as_csv or as_json)):
        ctx.fail(
            "`--markdown`, `--csv` and `--json` cannot be combined, nor `--chart` with "
            "the last two; choose one"
        )
    from pricelang.apps.quote.model import QuoteError
    from pricelang.usage.records import UsageError

    plot = plotext() if chart else None
    given = input_of(ctx, params)
    book = open_book(given.book)
    try:
        from pricelang.apps.quote.workload import workload

        count = None if per_day is None else _count(ctx, per_day)
        found = workload(
            book,
            _requests(given),
            count,
            month,
            given.model,
            given.dimensions,
            given.at,
            given.unknown_counters,
        )
    except UsageError as error:
        raise Failure(error.code, error.message, error.help) from None
    except (BadRequest, QuoteError) as error:
        raise Failure(error.code, error.message, error.help) from None
    except PriceError as error:
        _refuse(ctx, error)
    if as_json:
        click.echo(json.dumps({"book": book.name, **_as_data(found)}))
    elif as_csv:
        click.echo(_as_csv(found), nl=False)
    else:
        _show(found, days, as_markdown)
    if plot is not None:
        _chart(plot, found, as_markdown)


def _refuse(ctx: click.Context, error: PriceError) -> None:
    from pricelang.cli.output import error_block

    click.echo(error_block(error.to_dict(), "", sys.stderr), err=True)
    ctx.exit(1)


# ---- what is asked for ---------------------------------------------------------------------------


def _count(ctx: click.Context, text: str) -> Fraction:
    digits = quantity(text).replace(",", "")
    if not digits.isascii() or not digits.replace(".", "", 1).isdigit() or len(digits) > 20:
        ctx.fail(
            f"`--per-day` takes a number of requests such as 5000, not `{printable(text[:60])}`"
        )
    return Fraction(digits)


def _requests(given: Input) -> object:
    """The request of flags, the text of a workload, the path of one file, or records.
    Raises `UsageError`.
    """
    from pricelang.apps.quote.workload_text import is_plan
    from pricelang.usage.reading import read, read_paths

    if given.usage:
        return {"usage": given.usage}
    if given.files == (STDIN,):
        data = sys.stdin.buffer.read()
        return (
            data.decode("utf-8", "replace") + "\n"
            if is_plan(data)
            else read(
                io.BytesIO(data), STDIN, given.format, unknown_counters=given.unknown_counters
            )
        )
    if len(given.files) == 1 and given.format is None:
        return given.files[0]
    return read_paths(given.files, given.format, unknown_counters=given.unknown_counters)


# ---- tables --------------------------------------------------------------------------------------


def _show(found: Workload, days: bool, as_markdown: bool) -> None:
    grids = [mixes_grid(found)]
    if found.pools:
        grids.append(pools_grid(found))
    if days:
        grids.append(days_grid(found))
    for number, grid in enumerate(grids):
        if number:
            click.echo()
        if as_markdown:
            click.echo(markdown(grid))
        else:
            show_table(grid)
    click.echo()
    for line in _sentences(found):
        click.echo(f"- {quoted(line)}" if as_markdown else line)


def mixes_grid(found: Workload) -> Table:
    """A row a mix, and the month."""
    spans = not found.total.known

    def row(name: str, count: Fraction, each: str, month: Range) -> tuple[str, ...]:
        more = [_span(month, found.currency)] if spans else []
        return (
            printable(name),
            shown_quantity(count),
            each,
            money_cut(Fraction(month.expected), found.currency),
            *more,
        )

    rows = [
        row(
            mix.name,
            mix.per_day,
            money_cut(Fraction(mix.request.expected), found.currency),
            mix.month,
        )
        for mix in found.mixes
    ]
    count = sum((mix.per_day for mix in found.mixes), Fraction(0))
    rows.append(row("total", count, "", found.total))
    headers = ("requests", "a day", "each", "a month", *(["range"] if spans else []))
    return Table(
        headers, tuple(rows), frozenset({1, 2, 3}), 1, f"{found.month}, {len(found.days)} days"
    )


def pools_grid(found: Workload) -> Table:
    """How the free pools are used."""
    rows = tuple(
        (
            pool.meter,
            f"{grouped(pool.quantity)} {pool.unit} per {pool.per}",
            shown_quantity(pool.used),
            shown_quantity(pool.free),
            money_cut(pool.saved, found.currency),
            pool.ends or "never",
        )
        for pool in found.pools
    )
    return Table(("free pool", "of", "used", "free", "saves", "ends"), rows, frozenset({2, 3, 4}))


def days_grid(found: Workload) -> Table:
    """A row a day."""
    spans = not found.total.known
    rows = []
    for day in found.days:
        more = [_span(day.amount, found.currency)] if spans else []
        rows.append(
            (
                day.date,
                *(
                    money_cut(Fraction(amount.expected), found.currency)
                    for amount in (day.amount, day.together)
                ),
                *more,
            )
        )
    return Table(
        ("day", "amount", "together", *(["range"] if spans else [])), tuple(rows), frozenset({1, 2})
    )


def _span(amount: Range, currency: str) -> str:
    return (
        ""
        if amount.known
        else f"{money_cut(Fraction(amount.low), currency)} to "
        f"{money_cut(Fraction(amount.high), currency)}"
    )


def _sentences(found: Workload) -> Iterator[str]:
    day, month = found.average_day, found.total
    span = "" if month.known else f" ({_span(month, found.currency)})"
    yield (
        f"a day: {money_cut(Fraction(day.expected), found.currency)} on average; {found.month}: "
        f"{money_cut(Fraction(month.expected), found.currency)}{span}"
    )
    yield from _changes(found)
    if found.settled.expected:
        yield (
            "floors and caps of the account: "
            f"{money(Fraction(found.settled.expected), found.currency)}"
        )
    yield from (note_line(note.to_dict()) for note in found.notes)


def _changes(found: Workload) -> Iterator[str]:
    """The days from which on a day costs something else, the first few."""
    steps = [
        (before, after)
        for before, after in pairwise(found.days)
        if before.amount.expected != after.amount.expected
    ]
    for before, after in steps[:MAX_CHANGES]:
        amounts = (
            money_cut(Fraction(day.amount.expected), found.currency) for day in (before, after)
        )
        yield f"from {after.date} on: {' -> '.join(amounts)} a day"
    if len(steps) > MAX_CHANGES:
        yield f"… and {len(steps) - MAX_CHANGES:,} more such days; see `--days`"


def _chart(plot: Any, found: Workload, as_markdown: bool) -> None:
    """What the days cost together; the positions are cut to a grid of characters."""
    most = Fraction(found.days[-1].together.high)
    if not most:
        return
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
    click.echo(chart_text(plot, chart, as_markdown))


# ---- for programs --------------------------------------------------------------------------------


def _as_csv(found: Workload) -> str:
    text = io.StringIO()
    writer = CsvWriter(text)
    writer.row(
        (
            "day",
            "low",
            "expected",
            "high",
            "together_low",
            "together_expected",
            "together_high",
            "currency",
        )
    )
    for day in found.days:
        writer.row(
            (
                day.date,
                *_range_data(day.amount).values(),
                *_range_data(day.together).values(),
                found.currency,
            )
        )
    return text.getvalue()


def _as_data(found: Workload) -> dict[str, object]:
    return {
        "month": found.month,
        "currency": found.currency,
        "monthly": _range_data(found.total),
        "daily": _range_data(found.average_day),
        "without_pools": _range_data(found.without_pools),
        "settled": _range_data(found.settled),
        "requests": [
            {
                "name": x.name,
                "per_day": plain(x.per_day),
                "each": _range_data(x.request),
                "monthly": _range_data(x.month),
            }
            for x in found.mixes
        ],
        "pools": [
            {
                "meter": x.meter,
                "unit": x.unit,
                "per": x.per,
                "quantity": plain(x.quantity),
                "used": plain(x.used),
                "free": plain(x.free),
                "saved": plain(x.saved),
                "ends": x.ends,
            }
            for x in found.pools
        ],
        "days": [{"day": x.date, **_range_data(x.amount)} for x in found.days],
        "notes": [note.to_dict() for note in found.notes],
    }


def _range_data(amount: Range) -> dict[str, str]:
    return {level: plain(Fraction(getattr(amount, level))) for level in ("low", "expected", "high")}
