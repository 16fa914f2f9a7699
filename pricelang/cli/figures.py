"""`pricelang figures`: the figures of a day, as tables."""

from __future__ import annotations

import json

import click

from pricelang.apps.quote.figure_tables import FigureTable
from pricelang.apps.quote.figures import Found
from pricelang.apps.quote.model import QuoteError
from pricelang.cli.options import at_option, book_option, open_book
from pricelang.cli.output import Failure, markdown, show_table
from pricelang.model.errors import PriceError
from pricelang.model.space import day
from pricelang.present.decimals import grouped, plain
from pricelang.present.table import Table


@click.command(epilog="Exit codes: 0 done; 2 wrong usage, or a book that cannot be used.")
@click.argument("tables", nargs=-1, metavar="[TABLES…]")
@at_option
@click.option("--model", metavar="ID", help="Only the rows of this model or alias.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print tables in Markdown.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object for each table, one a line."
)
@book_option
def command(
    tables: tuple[str, ...],
    at: str | None,
    model: str | None,
    as_markdown: bool,
    as_json: bool,
    book: str,
) -> None:
    """Print the figures of a book on a day: context windows, output limits, minimum cache lengths
    and what else quotes are made of. Figures price nothing. Without names, all tables are printed.

    \b
    Examples:
      pricelang figures --at 2026-11-28
      pricelang figures context_window max_output --at 2026-11-28 --model claude-opus-5-5
    """
    loaded = open_book(book)
    try:
        found = loaded.figures(at, *tables, model=model)
    except (QuoteError, PriceError) as error:
        raise Failure(error.code, error.message, error.help) from None
    if as_json:
        for table in found:
            click.echo(json.dumps(_as_data(table)))
        return
    if not found:
        click.echo("no figures hold on that day", err=True)
    for number, table in enumerate(found):
        if number:
            click.echo()
        if as_markdown:
            click.echo(markdown(_grid(table)))
        else:
            show_table(_grid(table))


def _grid(table: FigureTable) -> Table:
    unsure = any(row.origin.unsure for row in table.rows)
    rows = [
        (
            row.label,
            day(row.start),
            *(grouped(row[column]) if column in row.values else "-" for column in table.columns),
            *((row.origin.unsure or "",) if unsure else ()),
        )
        for row in table.rows
    ]
    heads = (table.key, "from", *table.columns, *(("unsure",) if unsure else ()))
    return Table(
        heads,
        tuple(rows),
        frozenset(range(2, 2 + len(table.columns))),
        title=f"{table.name} in {table.unit}",
    )


def _as_data(table: FigureTable) -> dict[str, object]:
    return {
        "table": table.name,
        "unit": table.unit,
        "key": table.key,
        "rows": [_row(table, row) for row in table.rows],
    }


def _row(table: FigureTable, row: Found) -> dict[str, object]:
    figures = {
        column: plain(row[column]) if column in row.values else None for column in table.columns
    }
    return {
        table.key: row.label,
        "from": day(row.start),
        "figures": figures,
        "source": row.origin.source,
        "unsure": row.origin.unsure,
        "location": row.place,
    }
