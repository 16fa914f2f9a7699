"""Charts for the terminal, drawn by plotext, whose fifth and sixth editions are called
differently.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from shutil import get_terminal_size
from typing import Any

from attrs import define, field, frozen

from pricelang.present.readable import readable_amount

MAX_WIDTH, HEIGHT = 90, 24
TOP = 1_000_000
"""The height of a figure. Positions are whole numbers,
so that only the drawing itself leaves exact numbers.
"""


@frozen
class ChartLine:
    """The heights of a line, one at each place of the axis below."""

    heights: Sequence[int]
    label: str
    marker: str


@define
class Chart:
    """A figure of amounts from zero to `most` over the whole numbers from 1 on."""

    title: str
    below: str
    most: Fraction
    currency: str
    ticks: Sequence[int]
    lines: list[ChartLine] = field(factory=list)

    @property
    def scale(self) -> Fraction:
        """What an amount is multiplied by for its position."""
        return Fraction(TOP) / self.most

    def steps(self) -> tuple[list[int], list[str]]:
        """Positions at the side, and the amounts there."""
        amounts = [self.most * step / 4 for step in range(5)]
        return [int(amount * self.scale) for amount in amounts], [
            readable_amount(amount, self.currency) for amount in amounts
        ]


def chart_text(plot: Any, chart: Chart, as_markdown: bool) -> str:
    """The figure as text, without colours; in Markdown inside of a fence."""
    width = min(get_terminal_size().columns, MAX_WIDTH)
    drawn = (
        _by_functions(plot, chart, width)
        if hasattr(plot, "clear_figure")
        else _by_figure(plot.figure, chart, width)
    )
    text = "\n".join(row.rstrip() for row in plot.uncolorize(drawn).splitlines())
    return f"\n```text\n{text}\n```" if as_markdown else f"\n{text}"


def _by_functions(plot: Any, chart: Chart, width: int) -> str:
    """As plotext 5 draws."""
    plot.clear_figure()
    plot.theme("clear")
    plot.limit_size(False, False)
    plot.plotsize(width, HEIGHT)
    plot.ylim(0, TOP)
    plot.yticks(*chart.steps())
    for line in chart.lines:
        plot.plot(
            range(1, len(line.heights) + 1), line.heights, label=line.label, marker=line.marker
        )
    plot.xticks(chart.ticks)
    plot.xlabel(chart.below)
    plot.title(chart.title)
    return str(plot.build())


def _by_figure(figure: Any, chart: Chart, width: int) -> str:
    """As plotext 6 draws."""
    figure.clear()
    figure.theme("colorless")
    figure.plot_size(width, HEIGHT)
    figure.ruler("y", "left").lim(0, TOP)
    figure.ruler("y", "left").ticks(*chart.steps())
    for line in chart.lines:
        signal = figure.signal(
            list(range(1, len(line.heights) + 1)), list(line.heights), marker=line.marker
        )
        signal.lines()
        signal.label(line.label)
        figure.draw(signal)
    figure.ruler("x", "lower").ticks(list(chart.ticks), [str(tick) for tick in chart.ticks])
    figure.label(chart.below, "x")
    figure.title(chart.title)
    return str(figure.build().string())
