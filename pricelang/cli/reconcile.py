"""`pricelang reconcile`: what was billed, compared with what the usage comes to."""

from __future__ import annotations

import contextlib
import json
import re
import sys
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import click

from pricelang.cli.book_flags import BookCommand
from pricelang.cli.exit_codes import DONE, SOME_FAILED, error_line
from pricelang.cli.options import (
    at_option,
    book_option,
    dimension_options,
    dimensions_of,
    open_book,
    unknown_counters_option,
)
from pricelang.cli.output import Failure
from pricelang.cli.targets import TARGET, check_outputs
from pricelang.model.errors import PriceError
from pricelang.present.text import printable
from pricelang.usage.io.writing import write_text

_AMOUNT = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?\Z", re.ASCII)


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
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the lines as comma-separated values.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the text as Markdown.")
@click.option(
    "-o",
    "--to",
    "target",
    type=TARGET,
    default="-",
    metavar="FILE",
    help="The file for the text. Default: standard output.",
)
@book_option
@at_option
@unknown_counters_option
@dimension_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    usage: str,
    cost: str,
    within: str | None,
    mapping: tuple[str, ...],
    all_lines: bool,
    as_json: bool,
    as_csv: bool,
    as_markdown: bool,
    target: str,
    book: str,
    **params: Any,
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
    if as_json + as_csv + as_markdown > 1:
        ctx.fail("`--json`, `--csv` and `--markdown` cannot be combined; choose one")
    if usage == cost == "-":
        ctx.fail("standard input can be the usage or the cost, not both")
    if within is not None and not _AMOUNT.match(within):
        ctx.fail(f"`--within` takes an amount such as 0.01, not `{printable(within)}`")
    check_outputs(ctx)
    try:
        with _working():
            found = open_book(book).reconcile(
                usage,
                cost,
                mapping=_mapping(ctx, mapping),
                within=Fraction(within or 0),
                dimensions=dimensions_of(ctx, params),
                at=params["at"],
                unknown_counters=params["unknown_counters"],
            )
    except PriceError as error:
        raise Failure(error.code, error.message, error.help) from None
    for row in (*found.usage.unread, *found.cost.unread) if as_csv else ():
        click.echo(
            f"not read: {printable(row.place)}: {error_line(row.code, row.message)}", err=True
        )
    write_text(target, _text(found, all_lines, as_json, as_csv, as_markdown))
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


def _text(found: Any, all_lines: bool, as_json: bool, as_csv: bool, as_markdown: bool) -> str:
    from pricelang.apps.reconcile.export import as_csv as lines_csv
    from pricelang.apps.reconcile.report import markdown_text, plain_text

    if as_json:
        return json.dumps(found.to_dict(), indent=2) + "\n"
    if as_csv:
        return lines_csv(found)
    return markdown_text(found, all_lines) if as_markdown else plain_text(found, all_lines)


def _mapping(ctx: click.Context, given: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in given:
        name, equals, column = text.partition("=")
        if not equals or not name.strip() or not column.strip():
            ctx.fail(f"`--map` takes NAME=COLUMN, not `{printable(text)}`")
        found[name.strip()] = column.strip()
    return found
