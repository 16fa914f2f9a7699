"""Bars for a terminal or a pipe, drawn by Rich. Lengths are never read back; exact amounts stand
beside them.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from fractions import Fraction

import click

from pricelang.present.readable import readable_amount
from pricelang.present.text import printable

WIDTH = 100
"""Columns where the output is no terminal."""
MAX_LABEL = 40


def show_bars(rows: Sequence[tuple[str, Fraction, str]], fenced: bool = False) -> None:
    """Prints a bar for each label with its amount and currency;
    the longest of each currency fills the width.
    """
    from rich.bar import Bar
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    most: dict[str, Fraction] = {}
    for _, amount, currency in rows:
        most[currency] = max(most.get(currency, Fraction(0)), amount)
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(max_width=MAX_LABEL)
    table.add_column(ratio=1)
    table.add_column(no_wrap=True, justify="right")
    for label, amount, currency in rows:
        share = float(amount / most[currency]) if most[currency] > 0 else 0.0
        table.add_row(
            Text(printable(label), overflow="fold"),
            Bar(1.0, 0.0, max(share, 0.0)),
            Text(readable_amount(amount, currency)),
        )
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH, no_color=True)
    with console.capture() as captured:
        console.print(table)
    if fenced:
        click.echo("```")
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))
    if fenced:
        click.echo("```")
