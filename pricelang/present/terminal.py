"""Tables and lines of text on a terminal, within its width; whole anywhere else."""

from __future__ import annotations

import os
import sys
from typing import TextIO

import click

from pricelang.present.fitting import fits, fitted, folded_lines, left_out
from pricelang.present.table import WIDE, Table
from pricelang.present.text_tables import padded, table_lines

MAX_RICH_ROWS = 2_000
"""Longer tables are printed plainly on a terminal too:
drawing them takes longer than pricing them.
"""


def coloured(stream: TextIO) -> bool:
    """Decides whether to colour what goes to a stream:
    on a terminal only, and not where `NO_COLOR` is set.
    """
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width_to_keep(stream: TextIO) -> int | None:
    """The columns of the terminal that a stream goes to; None where it is no terminal, and where
    `WIDE` is set.
    """
    context = click.get_current_context(silent=True)
    if not stream.isatty() or (context is not None and context.meta.get(WIDE)):
        return None
    from rich.console import Console

    return Console().width


def say(text: str = "", err: bool = False, whole: bool = False) -> None:
    """Prints lines of text; one that is too long for a terminal goes on below, unless `whole` says
    that lines mean something, as in Markdown.
    """
    width = width_to_keep(sys.stderr if err else sys.stdout)
    if width is not None and not whole:
        text = "\n".join(folded_lines(text, width))
    click.echo(text, err=err)


def show_table(table: Table) -> None:
    """Prints a table: on a terminal as it fits, drawn there; plain and whole anywhere else."""
    width = width_to_keep(sys.stdout)
    parts = [table] if width is None else list(fitted(table, width))
    plain = width is None or not coloured(sys.stdout) or len(table.rows) > MAX_RICH_ROWS
    for part in parts:
        if plain or not fits(part, width or 0):  # a figure is never broken
            click.echo("\n".join(table_lines(part)))
        else:
            _draw(part)
    hidden = left_out(table, parts)
    if hidden:
        say(f"not shown: {', '.join(hidden)}; `--wide` shows all")


def _draw(table: Table) -> None:
    """Draws a table that fits with Rich."""
    from rich import box
    from rich.console import Console
    from rich.table import Table as Drawing
    from rich.text import Text

    drawing = Drawing(
        box=box.SIMPLE_HEAD,
        title=Text(table.title) if table.title else None,
        title_justify="left",
        pad_edge=False,
    )
    columns = padded(table)
    for column in columns:
        drawing.add_column(Text(column[0]), no_wrap=True, overflow="fold")
    rows = list(zip(*(column[1:] for column in columns), strict=True))
    for number, cells in enumerate(rows):
        last = len(rows) - table.totals
        drawing.add_row(
            *(Text(cell) for cell in cells),
            end_section=bool(table.totals) and number == last - 1,
            style="bold" if number >= last else "",
        )
    Console().print(drawing)
