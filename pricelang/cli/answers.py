"""The records that a command is asked for, and the printing of what was refused or skipped."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from attrs import define

from pricelang.apps.answers import MAX_NAMED, Answer
from pricelang.cli.failures import error_block, failures
from pricelang.cli.inputs import Input
from pricelang.present.terminal import say
from pricelang.present.text import printable
from pricelang.usage.io.files import STDIN
from pricelang.usage.records import (
    SINGLE,
    SUM,
    Outcome,
    Part,
    Place,
    Record,
    RecordKind,
    Skipped,
)

if TYPE_CHECKING:
    from pricelang.usage.io.files import Progress


def outcomes_of(
    given: Input, keep_raw: bool = False, progress: Progress | None = None
) -> Iterable[Outcome]:
    """The records that a command is asked for;
    `keep_raw` keeps their texts, `progress` is told how far the reading is.

    Raises `Failure` for an unknown format.
    """
    if given.usage:
        kind: RecordKind = SUM if given.is_sum else SINGLE
        part = Part(given.model, None, given.dimensions, given.usage, kind=kind)
        return [Record((part,), Place(""), "canonical")]
    from pricelang.usage.reading import read_paths

    with failures():
        return read_paths(
            given.files,
            given.format,
            keep_raw=keep_raw,
            progress=progress,
            unknown_counters=given.unknown_counters,
        )


def sized(files: Iterable[str]) -> Progress:
    """Progress through files; the total is known where none is a pipe."""
    from pricelang.usage.io.files import Progress

    total = 0
    for file in files:
        try:
            if file == STDIN or not os.path.isfile(file):
                return Progress(None)
            total += os.path.getsize(file)
        except OSError:
            return Progress(None)
    return Progress(total)


def where(place: Place) -> str:
    """A place for readers, empty for a request given by flags."""
    return str(place) if place.file or place.id else ""


def place_data(place: Place) -> dict[str, object]:
    """Where a record stands, for programs."""
    return {"file": place.file, "line": place.line, "id": place.id}


def show_refused(answer: Answer, err: bool = True) -> None:
    """Prints the error of a record, on standard error unless `err` is false."""
    assert answer.error is not None
    say(error_block(answer.error, where(answer.place), sys.stderr if err else sys.stdout), err=err)


def show_more_refused(count: int) -> None:
    """Says how many were refused beyond those that are named."""
    if count > 0:
        say(f"and {count:,} more refused: `--rejects FILE` writes them all", err=True)


def show_skipped(skipped: Skipped) -> None:
    """Prints what was skipped and why, on standard error."""
    say(f"skipped: {printable(str(skipped.place))}: {printable(skipped.reason)}", err=True)


def show_more_skipped(count: int) -> None:
    """Says how many of `count` were skipped beyond those that are named."""
    if count > MAX_NAMED:
        say(f"and {count - MAX_NAMED:,} more skipped", err=True)


@define
class Skips:
    """Prints what was skipped and why, on standard error:
    the first `MAX_NAMED` by name, and how many more.
    """

    count: int = 0

    def show(self, skipped: Skipped) -> None:
        """Names one, unless so many are named already."""
        self.count += 1
        if self.count <= MAX_NAMED:
            show_skipped(skipped)

    def close(self) -> None:
        """Says how many more there were."""
        show_more_skipped(self.count)
