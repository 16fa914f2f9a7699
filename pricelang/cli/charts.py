"""Charts of the terminal, drawn by plotext: the figure that a command fills, and its text."""

from __future__ import annotations

from fractions import Fraction
from importlib import import_module
from shutil import get_terminal_size
from typing import Any

from pricelang.cli.output import Failure
from pricelang.decimals import money

MAX_WIDTH, HEIGHT = 90, 24
TOP = 1_000_000
"""The height of a figure. Positions are whole numbers, so that only the drawing itself leaves exact numbers."""


def plotext() -> Any:
    """The library, imported now. Raises `Failure` where it is not installed."""
    try:
        return import_module("plotext")
    except ImportError:
        raise Failure("no_charts", "a chart needs plotext, which is not installed", "pip install 'pricelang[charts]'") from None


def begin(plot: Any, most: Fraction, currency: str) -> Fraction:
    """Begins a figure of amounts from zero to `most`, and returns what an amount is multiplied by for its position."""
    plot.clear_figure()
    plot.theme("clear")
    plot.limit_size(False, False)
    plot.plotsize(min(get_terminal_size().columns, MAX_WIDTH), HEIGHT)
    scale = Fraction(TOP) / most
    steps = [most * step / 4 for step in range(5)]
    plot.ylim(0, TOP)
    plot.yticks([int(step * scale) for step in steps], [money(step, currency) for step in steps])
    return scale


def chart_text(plot: Any, as_markdown: bool) -> str:
    """The figure as text, without colours; in Markdown inside of a fence."""
    text = "\n".join(row.rstrip() for row in plot.uncolorize(plot.build()).splitlines())
    return f"\n```text\n{text}\n```" if as_markdown else f"\n{text}"
