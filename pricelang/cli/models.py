"""`pricelang models`: the models of a book."""

from __future__ import annotations

import json

import attrs
import click

from pricelang.apps.tables.footnotes import note_line
from pricelang.cli.inputs import open_book
from pricelang.cli.options import at_option, book_option
from pricelang.evaluate.announced import announced_on
from pricelang.model.instants import seconds_of, today
from pricelang.present.table import Table
from pricelang.present.terminal import say, show_table


@click.command(epilog="Exit codes: 0 done; 2 wrong usage, or a book that cannot be used.")
@at_option
@book_option
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object for each model, one a line."
)
def command(at: str | None, book: str, as_json: bool) -> None:
    """List the models of a book in order of release, with their dates and aliases; with `--at`,
    those released by that day. A note names each price that was announced and withdrawn, and would
    otherwise hold on that day.

    \b
    Example:
      pricelang models --at 2026-04-17
    """
    loaded = open_book(book)
    models = loaded.models(at)
    if as_json:
        for model in models:
            click.echo(json.dumps(attrs.asdict(model)))
        return
    rows = [
        (
            model.name,
            model.released,
            model.deprecated or "",
            model.retired or "",
            ", ".join(model.aliases),
        )
        for model in models
    ]
    show_table(Table(("model", "released", "deprecated", "retired", "aliases"), tuple(rows)))
    for note in announced_on(
        loaded.checked, seconds_of(today() if at is None else at), {model.name for model in models}
    ):
        say(note_line(note))
