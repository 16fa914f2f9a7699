"""`pricelang figures`: the figures of a day, as tables."""

from __future__ import annotations

import json
from typing import Any

import click

from pricelang.apps.tables.figures import figures_data, figures_table
from pricelang.cli.failures import failures
from pricelang.cli.inputs import open_book
from pricelang.cli.options import at_option, book_option
from pricelang.cli.output import form_of, form_options, show_tables
from pricelang.present.terminal import say


@click.command(epilog="Exit codes: 0 done; 2 wrong usage, or a book that cannot be used.")
@click.argument("tables", nargs=-1, metavar="[TABLES…]")
@at_option
@click.option("--model", metavar="ID", help="Only the rows of this model or alias.")
@form_options(
    json="Print one JSON object for each table, one a line.", markdown="Print tables in Markdown."
)
@book_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    tables: tuple[str, ...],
    at: str | None,
    model: str | None,
    book: str,
    **params: Any,
) -> None:
    """Print the figures of a book on a day: context windows, output limits, minimum cache lengths
    and what else quotes are made of. Figures price nothing. Without names, all tables are printed.

    \b
    Examples:
      pricelang figures --at 2026-11-28
      pricelang figures context_window max_output --at 2026-11-28 --model claude-opus-5-5
    """
    form = form_of(ctx, params)
    loaded = open_book(book)
    with failures():
        found = loaded.figures(at, *tables, model=model)
    if form == "json":
        for table in found:
            click.echo(json.dumps(figures_data(table)))
        return
    if not found:
        say("no figures hold on that day", err=True)
    show_tables(map(figures_table, found), form == "markdown")
