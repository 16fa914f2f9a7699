"""What stops a command, and how errors and the faults of books are shown."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TextIO

import click
from attrs import evolve

from pricelang.cli.exit_codes import WRONG_USAGE, error_line
from pricelang.model.errors import PriceError
from pricelang.present.terminal import coloured
from pricelang.present.text import printable
from pricelang.syntax.diagnostics import (
    COLOURS,
    NOWHERE,
    BookError,
    Fault,
    Palette,
    Span,
    render_fault,
)
from pricelang.usage.records import UsageError

if TYPE_CHECKING:
    from pricelang.check.book_files import Layer


def palette(stream: TextIO) -> Palette:
    """The colours of faults on a stream."""
    return COLOURS if coloured(stream) else Palette()


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
        self.error = PriceError(code, message, help=help).to_dict()

    def show(self, file: Any = None) -> None:
        """Prints the error on standard error."""
        click.echo(error_block(self.error, "", sys.stderr), err=True)


@contextlib.contextmanager
def failures() -> Iterator[None]:
    """Turns what cannot be read or priced as a whole into a `Failure`."""
    try:
        yield
    except (PriceError, UsageError) as error:
        raise Failure(error.code, error.message, error.help) from None


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


def warn_of_same_name(source: str) -> None:
    """Says on standard error where a book that is named is not the one in the working folder."""
    from pricelang.check.same_name import same_name_here
    from pricelang.files.sources import sources_of

    for one in sources_of(source):
        said = same_name_here(one)
        if said is not None:
            fault = Fault("same_name", said[0], NOWHERE, said[1], severity="warning")
            click.echo(render_fault(fault, {}, palette(sys.stderr)), err=True)


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
