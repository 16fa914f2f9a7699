"""Tables drawn on a terminal, or as plain text anywhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TextIO

import click

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


def show_table(table: Table) -> None:
    """Prints a table: drawn on a terminal, the widest form of it that fits, else in parts one below
    the other; plain and whole anywhere else, and where `WIDE` is set.
    """
    context = click.get_current_context(silent=True)
    wide = context is not None and bool(context.meta.get(WIDE))
    if not coloured(sys.stdout) or len(table.rows) > MAX_RICH_ROWS or wide:
        for line in table_lines(table):
            click.echo(line)
        return
    width = _width()
    forms = [table, *(make() for make in table.narrower)]
    fitting = next((form for form in forms if fits(form, width)), None)
    for part in [fitting] if fitting is not None else parts_of(forms[-1], width):
        if fits(part, width) or not part.numbers:
            _draw(part, width)
        else:  # a figure is never broken
            click.echo("\n".join(table_lines(part)))


def _width() -> int:
    from rich.console import Console

    return Console().width


def fits(table: Table, width: int) -> bool:
    """Decides whether a table can be drawn in so many columns of a terminal."""
    return _drawn_width(map(_cells_width, padded(table))) <= width


def _cells_width(column: list[str]) -> int:
    return max(map(len, column))


def _drawn_width(widths: Iterable[int]) -> int:
    return sum(width + GAP for width in widths)


GAP = 3
"""What the drawing puts between two columns."""


def parts_of(table: Table, width: int) -> Iterator[Table]:
    """A table that is too wide, in parts that fit: each has the first column, which names the row,
    and as many others as there is room for. A column that has no room alone is a part of its own,
    whose text is folded.
    """
    widths = list(map(_cells_width, padded(table)))
    rest = list(range(1, len(widths)))
    first = True
    while rest or first:
        taken = [rest.pop(0)] if rest else []
        while rest and _drawn_width(widths[n] for n in (0, *taken, rest[0])) <= width:
            taken.append(rest.pop(0))
        yield table.only([0, *taken], table.title if first else "")
        first = False


def _draw(table: Table, width: int) -> None:
    """Draws a table with Rich; text that has no room is folded, never cut."""
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
    columns, whole = padded(table), fits(table, width)
    for column in columns:
        drawing.add_column(Text(column[0]), no_wrap=whole, overflow="fold")
    rows = list(zip(*(column[1:] for column in columns), strict=True))
    for number, cells in enumerate(rows):
        last = len(rows) - table.totals
        drawing.add_row(
            *(Text(cell) for cell in cells),
            end_section=bool(table.totals) and number == last - 1,
            style="bold" if number >= last else "",
        )
    Console().print(drawing)
