"""The printing that commands share: exit codes, colours, errors, and tables for terminals and for
pipes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click
from attrs import evolve

from pricelang.cli.exit_codes import WRONG_USAGE, error_line
from pricelang.present.markdown import table_lines as markdown_lines
from pricelang.present.table import Table
from pricelang.present.text import printable
from pricelang.present.text_tables import padded, table_lines
from pricelang.syntax.diagnostics import COLOURS, BookError, Fault, Palette, Span, render_fault

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

    from pricelang.check.files import Layer
    from pricelang.usage.io.files import Progress

MAX_RICH_ROWS = 2_000
"""Longer tables are printed plainly on a terminal too:
drawing them takes longer than pricing them.
"""

PROGRESS_AFTER = 0.7
"""Seconds of work before a progress line appears."""

Item = TypeVar("Item")


def coloured(stream: TextIO) -> bool:
    """Whether to colour what goes to a stream:
    on a terminal only, and not where `NO_COLOR` is set.
    """
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def palette(stream: TextIO) -> Palette:
    """The colours of faults on a stream."""
    return COLOURS if coloured(stream) else Palette()


# ---- errors --------------------------------------------------------------------------------------


def error_block(error: dict[str, str | None], where: str, stream: TextIO) -> str:
    """The error of a record as text:
    code and message, where the record stands, the rule with its place, the help.
    """
    colours = palette(stream)
    quiet, stop = colours.quiet
    lines = [error_line(error["code"] or "", error["message"] or "", *colours.error)]
    if where:
        lines.append(f"  {quiet}-->{stop} {printable(where)}")
    if error["rule"] and error["location"]:
        lines.append(f"  {quiet}rule:{stop} {error['rule']}, {error['location']}")
    elif error["location"]:
        lines.append(f"  {quiet}book:{stop} {error['location']}")
    if error["help"]:
        lines.append(f"  {quiet}help:{stop} {printable(error['help'])}")
    return "\n".join(lines)


class Failure(click.ClickException):
    """Something that stops a command: shown in the style of faults, exit code 2."""

    exit_code = WRONG_USAGE

    def __init__(self, code: str, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.error = {
            "code": code,
            "message": message,
            "rule": None,
            "location": None,
            "help": help,
        }

    def show(self, file: Any = None) -> None:
        """Prints the error on standard error."""
        click.echo(error_block(self.error, "", sys.stderr), err=True)


class UnusableBook(click.ClickException):
    """A book with faults: all of them are shown, exit code 2."""

    exit_code = WRONG_USAGE

    def __init__(self, error: BookError, source: str) -> None:
        super().__init__(str(error))
        self.faults, self.texts = error.faults, error.texts
        self.names = paths_of(source)

    def show(self, file: Any = None) -> None:
        """Prints the faults on standard error."""
        for line in fault_lines(self.faults, self.texts, self.names, sys.stderr):
            click.echo(line, err=True)


def fault_lines(
    faults: Iterable[Fault], texts: dict[str, str], names: dict[str, str], stream: TextIO
) -> Iterator[str]:
    """Faults as text, their files under names that a terminal can open."""
    shown = {names.get(name, name): text for name, text in texts.items()}
    for fault in faults:
        yield render_fault(renamed(fault, names), shown, palette(stream))


def renamed(fault: Fault, names: dict[str, str]) -> Fault:
    """A fault whose files have other names."""

    def moved(span: Span) -> Span:
        return evolve(span, file=names.get(span.file, span.file))

    return evolve(
        fault,
        span=moved(fault.span),
        others=tuple((moved(span), word) for span, word in fault.others),
    )


def paths_of(source: str) -> dict[str, str]:
    """The paths of a book's files by their names in messages;
    empty where the book cannot be read.
    """
    from pricelang.check.files import read_layers

    try:
        return paths_in(read_layers(source))
    except BookError:
        return {}


def paths_in(layers: Sequence[Layer]) -> dict[str, str]:
    """The paths of the files of some layers,
    seen from the working folder where they lie under it.
    """
    names = {}
    for layer in layers:
        for file in layer.files:
            try:
                near = os.path.relpath(file.path)
            except ValueError:  # another drive
                near = os.pardir
            names[file.name] = str(file.path) if near.startswith(os.pardir) else near
    return names


# ---- tables --------------------------------------------------------------------------------------


def show_table(table: Table, *narrower: Callable[[], Table]) -> None:
    """Prints a table: drawn on a terminal, plain anywhere else.

    `narrower` make tables that say less of the same, for terminals on which this one would not fit.
    """
    if coloured(sys.stdout) and len(table.rows) <= MAX_RICH_ROWS:
        if _drawn(table) or any(_drawn(make()) for make in narrower):
            return
    for line in table_lines(table):
        click.echo(line)


def markdown(table: Table) -> str:
    """A table as Markdown."""
    return "\n".join(markdown_lines(table))


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


# ---- progress ------------------------------------------------------------------------------------


def with_progress(
    items: Iterable[Item], shares_terminal: bool, source: Progress | None = None
) -> Iterator[Item]:
    """The items again; on standard error a terminal's user sees how many there were and,
    where `source` knows how large the files are, the rate and the time that is left.

    `shares_terminal` says that results are written to standard output meanwhile;
    on a terminal the two would mix.
    """
    if not sys.stderr.isatty() or (shares_terminal and sys.stdout.isatty()):
        yield from items
        return
    import time

    start, shown = time.monotonic(), None
    try:
        for number, item in enumerate(items, 1):
            if shown is None and time.monotonic() - start > PROGRESS_AFTER:
                shown = _bar(source)
                shown.start()
            if shown is not None and number % 100 == 0:
                shown.update(
                    shown.task_ids[0],
                    completed=source.read if source is not None else number,
                    records=number,
                )
            yield item
    finally:
        if shown is not None:
            shown.stop()


def _bar(source: Progress | None) -> RichProgress:
    """A bar over the bytes of files whose size is known, or else a count of records."""
    from rich import progress as rich
    from rich.console import Console

    columns: list[Any] = [rich.SpinnerColumn(), rich.TextColumn("{task.fields[records]:,} records")]
    if source is not None:
        columns += [rich.DownloadColumn(), rich.TransferSpeedColumn()]
        if source.total:
            columns[1:1] = [rich.BarColumn()]
            columns += [rich.TextColumn("left"), rich.TimeRemainingColumn()]
    bar = rich.Progress(*columns, console=Console(stderr=True), transient=True)
    bar.add_task("", total=(source.total or None) if source is not None else None, records=0)
    return bar
