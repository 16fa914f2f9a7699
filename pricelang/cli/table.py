"""`pricelang table`: the tables of a price page, from a book."""

from __future__ import annotations

import json
from typing import Any

import click

from pricelang.apps.price_page.price_page import price_page
from pricelang.apps.tables.footnotes import note_line
from pricelang.apps.tables.price_page import page_data, page_tables
from pricelang.cli.failures import failures
from pricelang.cli.inputs import open_book
from pricelang.cli.options import at_option, book_option
from pricelang.cli.output import form_of, form_options, show_tables
from pricelang.present.markdown import line
from pricelang.present.terminal import say


@click.command(epilog="Exit codes: 0 done; 2 wrong usage, or a book that cannot be used.")
@at_option
@click.option(
    "--mode",
    "modes",
    multiple=True,
    metavar="base|cache|batch|fast|residency|all",
    help="The table to print: base, cache, charges, the name of a multiplier of the book, or all.",
)
@click.option(
    "--retired", is_flag=True, help="Include models that were retired long before that day."
)
@form_options(json="Print one JSON object with all tables.", markdown="Print tables in Markdown.")
@book_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    at: str | None,
    modes: tuple[str, ...],
    retired: bool,
    book: str,
    **params: Any,
) -> None:
    """Print the tables of a price page on a day, from the book: base prices, cache multiples,
    batch, fast mode and charges, unless `--mode` names others. The newest models come first, and a
    model is listed for 120 days after its retirement.

    \b
    Examples:
      pricelang table --at 2026-04-17
      pricelang table --mode fast --markdown
    """
    form = form_of(ctx, params)
    loaded = open_book(book)
    with failures():
        page = price_page(loaded.checked, at, modes, retired)
    if form == "json":
        click.echo(json.dumps({"book": loaded.name, **page_data(page)}))
        return
    as_markdown = form == "markdown"
    show_tables(page_tables(page, joined=as_markdown), as_markdown)
    for note in page.notes:
        say(f"\n{line(note.text)}" if as_markdown else note_line(note), whole=as_markdown)
    if page.beside:
        say("\nbeside these tables:")
        for text in page.beside:
            say(f"- {line(text)}" if as_markdown else f"  {text}", whole=as_markdown)
