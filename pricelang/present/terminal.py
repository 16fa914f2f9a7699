"""Tables drawn on a terminal, or as plain text anywhere else."""

from __future__ import annotations

import os
import sys
from typing import TextIO

import click

from pricelang.present.table import Table
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


def show_table(table: Table) -> None:
    """Prints a table: drawn on a terminal on which it or a narrower one fits, else plain."""
    if coloured(sys.stdout) and len(table.rows) <= MAX_RICH_ROWS:
        if _drawn(table) or any(_drawn(make()) for make in table.narrower):
            return
    for line in table_lines(table):
        click.echo(line)


def _drawn(table: Table) -> bool:
    """Draws a table with Rich, or says that the terminal is too narrow to show it whole."""
    from rich import box
    from rich.console import Console
    from rich.table import Table as Drawing
    from rich.text import Text

    console = Console()
    columns = padded(table)
    if sum(max(map(len, column)) for column in columns) + 3 * len(columns) > console.width:
        return False
    drawing = Drawing(
        box=box.SIMPLE_HEAD,
        title=Text(table.title) if table.title else None,
        title_justify="left",
        pad_edge=False,
    )
    for column in columns:
        drawing.add_column(Text(column[0]), no_wrap=True)
    rows = list(zip(*(column[1:] for column in columns), strict=True))
    for number, cells in enumerate(rows):
        last = len(rows) - table.totals
        drawing.add_row(
            *(Text(cell) for cell in cells),
            end_section=bool(table.totals) and number == last - 1,
            style="bold" if number >= last else "",
        )
    console.print(drawing)
    return True
