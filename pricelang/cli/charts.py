"""Charts of commands, where the library that draws them is installed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from pricelang.cli.failures import Failure
from pricelang.present.charts import Chart, chart_text


def plotext() -> Any:
    """The library, imported now. Raises `Failure` where it is not installed."""
    try:
        return import_module("plotext")
    except ImportError:
        raise Failure(
            "no_charts",
            "a chart needs plotext, which is not installed",
            "pip install 'pricelang[charts]'",
        ) from None


def show_chart(plot: Any, chart: Chart | None, as_markdown: bool) -> None:
    """Prints a chart, if there is one."""
    if chart is not None:
        click.echo(chart_text(plot, chart, as_markdown))
