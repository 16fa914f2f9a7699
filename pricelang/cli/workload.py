"""`pricelang workload`: what so many requests a day cost a day and a month, with free allowances
and a chart.

A quote answers for one request; a workload adds up many over the days of a month, in which
prices change and allowances end.
"""

from __future__ import annotations

import io
import json
import sys
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from pricelang.cli.book_flags import BookCommand
from pricelang.cli.charts import plotext, show_chart
from pricelang.cli.exit_codes import SOME_FAILED
from pricelang.cli.failures import Failure, error_block
from pricelang.cli.inputs import Input, input_of, open_book
from pricelang.cli.options import input_options, option_group
from pricelang.cli.output import form_of, form_options, show_lines, show_tables
from pricelang.model.errors import BadRequest, PriceError
from pricelang.present.terminal import say
from pricelang.present.text import printable
from pricelang.usage.io.files import STDIN
from pricelang.usage.records import UsageError
from pricelang.usage.request_flags import quantity

if TYPE_CHECKING:
    from pricelang.api import Book
    from pricelang.apps.quote.workload_cost import Workload

month_options = option_group(
    click.option(
        "--per-day", metavar="N", help="The requests a day; goes before those of a workload file."
    ),
    click.option(
        "--month", metavar="YYYY-MM", help="The month. Default: that of --at, or this one."
    ),
    click.option("--chart", is_flag=True, help="Draw the running total of the month."),
    click.option("--days", is_flag=True, help="Show a row for each day."),
)


@click.command(
    cls=BookCommand,
    epilog="Exit codes: 0 done; 1 a request of the workload is refused; 2 wrong usage, or a book "
    "that cannot be used.",
)
@input_options
@month_options
@form_options(
    json="Print one JSON object with everything.",
    csv="Print the days as comma-separated values.",
    markdown="Print tables in Markdown.",
)
@click.pass_context
def command(ctx: click.Context, /, chart: bool, days: bool, **params: Any) -> None:
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
    form = form_of(ctx, params, chart)
    plot = plotext() if chart else None
    given = input_of(ctx, params)
    book = open_book(given.book)
    per_day = params["per_day"]
    found = _workload(
        ctx, book, given, None if per_day is None else _count(ctx, per_day), params["month"]
    )
    from pricelang.apps.tables import workload as tables

    match form:
        case "json":
            click.echo(json.dumps({"book": book.name, **tables.workload_data(found)}))
        case "csv":
            from pricelang.present.csv_text import write_csv

            write_csv(tables.workload_rows(found), sys.stdout)
        case _:
            as_markdown = form == "markdown"
            show_tables(tables.workload_tables(found, days), as_markdown)
            say()
            show_lines(tables.workload_lines(found), as_markdown, "- ")
            show_chart(plot, tables.workload_chart(found) if plot else None, as_markdown)


def _workload(
    ctx: click.Context, book: Book, given: Input, per_day: Fraction | None, month: str | None
) -> Workload:
    """The workload. Ends with 1 where a request of it is refused."""
    from pricelang.apps.quote.model import QuoteError
    from pricelang.apps.quote.workload import workload

    try:
        return workload(
            book,
            _requests(given),
            per_day,
            month,
            given.model,
            given.dimensions,
            given.at,
            given.unknown_counters,
        )
    except (UsageError, BadRequest, QuoteError) as error:
        raise Failure(error.code, error.message, error.help) from None
    except PriceError as error:
        click.echo(error_block(error.to_dict(), "", sys.stderr), err=True)
        ctx.exit(SOME_FAILED)


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

    policy = given.unknown_counters
    if given.usage:
        return {"usage": given.usage}
    if given.files == (STDIN,):
        data = sys.stdin.buffer.read()
        if is_plan(data):
            return data.decode("utf-8", "replace") + "\n"
        return read(io.BytesIO(data), STDIN, given.format, unknown_counters=policy)
    if len(given.files) == 1 and given.format is None:
        return given.files[0]
    return read_paths(given.files, given.format, unknown_counters=policy)
