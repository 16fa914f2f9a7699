"""`pricelang reconcile`: what was billed, compared with what the usage comes to."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from pricelang.cli.book_flags import BookCommand
from pricelang.cli.exit_codes import DONE, SOME_FAILED, error_line
from pricelang.cli.failures import failures
from pricelang.cli.inputs import amount, dimensions_of, open_book, pairs
from pricelang.cli.options import at_option, book_option, dimension_options, unknown_counters_option
from pricelang.cli.output import Form, form_of, form_options
from pricelang.cli.targets import TARGET, check_outputs
from pricelang.present.csv_text import csv_text
from pricelang.present.terminal import width_to_keep
from pricelang.present.text import printable
from pricelang.usage.io.files import STDIN
from pricelang.usage.io.writing import write_text

if TYPE_CHECKING:
    from pricelang.apps.reconcile.reconcile import Reconciliation


@click.command(
    cls=BookCommand,
    epilog="Exit codes: 0 usage and cost agree; 1 they differ, or a row could not be read; 2 wrong "
    "usage, or a file or book that cannot be used.",
)
@click.argument("usage", type=click.Path(exists=True, allow_dash=True), metavar="USAGE")
@click.argument("cost", type=click.Path(exists=True, allow_dash=True), metavar="COST")
@click.option(
    "--within",
    metavar="AMOUNT",
    help="The tolerance of a line in the currency of the bill, such as 0.01. Default: none.",
)
@click.option(
    "--total-within",
    metavar="AMOUNT",
    help="The tolerance of the sum of all lines that are within theirs. Default: a drift to one "
    "side is no agreement.",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="COLUMN",
    help="A column that lines are not joined on, such as `workspace`.",
)
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="NAME=COLUMN",
    help="The column of an invoice that holds `day`, `amount` (or `cents`), `model`, `token_type`, "
    "`service_tier`, …",
)
@click.option(
    "--all",
    "all_lines",
    is_flag=True,
    help="Show all lines of a long table, and not only those that differ.",
)
@form_options(
    json="Print one JSON object.",
    csv="Print the lines as comma-separated values.",
    markdown="Print the text as Markdown.",
)
@click.option(
    "-o",
    "--to",
    "target",
    type=TARGET,
    default=STDIN,
    metavar="FILE",
    help="The file for the text. Default: standard output.",
)
@book_option
@at_option
@unknown_counters_option
@dimension_options
@click.pass_context
def command(
    ctx: click.Context, /, usage: str, cost: str, all_lines: bool, target: str, **params: Any
) -> None:
    """Compare what was billed with what the usage comes to, line by line: an Admin usage report
    with an Admin cost report, or usage records with an invoice as CSV. Each is a file or a folder
    of pages. A difference is explained where another modifier, tier, token type, date, model,
    price or quantity makes the amount exact.

    \b
    Examples:
      pricelang reconcile usage.json cost.json
      pricelang reconcile records.jsonl invoice.csv --map day=date --map amount=cost --markdown
    """
    form = form_of(ctx, params)
    if usage == cost == STDIN:
        ctx.fail("standard input can be the usage or the cost, not both")
    within = params["within"]
    tolerance = Fraction(0) if within is None else amount(ctx, "--within", within)
    whole = params["total_within"]
    check_outputs(ctx)
    with failures(), _working():
        found = open_book(params["book"]).reconcile(
            usage,
            cost,
            mapping=dict(pairs(ctx, params["mapping"], "--map", "NAME=COLUMN")),
            within=tolerance,
            total_within=None if whole is None else amount(ctx, "--total-within", whole),
            ignore=params["ignore"],
            dimensions=dimensions_of(ctx, params),
            at=params["at"],
            unknown_counters=params["unknown_counters"],
        )
    for row in (*found.usage.unread, *found.cost.unread) if form == "csv" else ():
        click.echo(
            f"not read: {printable(row.place)}: {error_line(row.code, row.message)}", err=True
        )
    width = width_to_keep(sys.stdout) if target == STDIN else None
    write_text(target, _text(found, form, all_lines, width))
    ctx.exit(DONE if found.agrees else SOME_FAILED)


@contextlib.contextmanager
def _working() -> Iterator[None]:
    """Shows that something is being done while a terminal's user waits."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status("reconciling"):
        yield


def _text(found: Reconciliation, form: Form, all_lines: bool, width: int | None) -> str:
    from pricelang.apps.reconcile.export import lines_table
    from pricelang.apps.reconcile.report import markdown_text, plain_text

    match form:
        case "json":
            return json.dumps(found.to_dict(), indent=2) + "\n"
        case "csv":
            return csv_text(lines_table(found))
        case "markdown":
            return markdown_text(found, all_lines)
        case "text":
            return plain_text(found, all_lines, width)
