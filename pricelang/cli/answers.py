"""The answers to records: the bill of each, or the error that stands in its place."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click
from attrs import define, frozen

from pricelang.api import Book
from pricelang.cli.options import Input
from pricelang.cli.output import Failure, error_block
from pricelang.cli.request import bounds_of, span_of
from pricelang.evaluate.bill import Bill
from pricelang.model.errors import BELT, PriceError
from pricelang.present.text import printable
from pricelang.usage.io.files import STDIN
from pricelang.usage.records import (
    SINGLE,
    SUM,
    Outcome,
    Part,
    Place,
    Record,
    Rejected,
    Skipped,
    UsageError,
)

if TYPE_CHECKING:
    from pricelang.usage.io.files import Progress


MAX_NAMED = 1_000
"""Refused and skipped records, and different notes, beyond these are counted and not named."""


@frozen(eq=False, repr=False)
class Answer:
    """A record with its bill, or with the error (`code`, `message`, `rule`,
    `location`, `help`) that refuses it and, where it is kept, its text.
    """

    place: Place
    record: Record | None
    bill: Bill | None
    error: dict[str, str | None] | None
    raw: str | None = None


def outcomes_of(
    given: Input, keep_raw: bool = False, progress: Progress | None = None
) -> Iterable[Outcome]:
    """The records that a command is asked for;
    `keep_raw` keeps their texts, `progress` is told how far the reading is.

    Raises `Failure` for an unknown format.
    """
    if given.usage:
        part = Part(
            given.model, None, given.dimensions, given.usage, kind=SUM if given.is_sum else SINGLE
        )
        return [Record((part,), Place(""), "canonical")]
    from pricelang.usage.reading import read_paths

    try:
        return read_paths(
            given.files,
            given.format,
            keep_raw=keep_raw,
            progress=progress,
            unknown_counters=given.unknown_counters,
        )
    except UsageError as error:
        raise Failure(error.code, error.message, error.help) from None


def answers_of(book: Book, given: Input, outcomes: Iterable[Outcome]) -> Iterator[Answer | Skipped]:
    """An answer for each record, in order; what was skipped stands between them."""
    if given.models:
        from pricelang.usage.model_mapping import mapped
    for outcome in outcomes:
        if isinstance(outcome, Skipped):
            yield outcome
        elif isinstance(outcome, Rejected):
            error = {
                "code": outcome.code,
                "message": outcome.message,
                "rule": None,
                "location": None,
                "help": outcome.help,
            }
            yield Answer(outcome.place, None, None, error, outcome.raw)
        else:
            try:
                with BELT:
                    record = mapped(outcome, given.models) if given.models else outcome
                    bill = book.price_record(
                        record,
                        model=given.model,
                        at=given.at,
                        dimensions=given.dimensions,
                        strict=given.strict,
                    )
                if bill.bounds is not None and given.across == "refuse":
                    yield Answer(outcome.place, outcome, None, _across(bill), outcome.raw)
                else:
                    yield Answer(outcome.place, record, bill, None)
            except PriceError as refusal:
                yield Answer(outcome.place, outcome, None, refusal.to_dict(), outcome.raw)


def _across(bill: Bill) -> dict[str, str | None]:
    """The error of a sum that has bounds only."""
    span = span_of(*bounds_of(bill), bill.currency)
    return {
        "code": "across_threshold",
        "message": "the record adds up several requests, and what "
        "they cost depends on the side of a "
        f"threshold of each: {span}",
        "rule": None,
        "location": None,
        "help": "price it between bounds with `--across bounds`, "
        "or say the side of each threshold: "
        "`each` of a canonical record",
    }


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


def show_refused(answer: Answer, err: bool = True) -> None:
    """Prints the error of a record, on standard error unless `err` is false."""
    assert answer.error is not None
    click.echo(
        error_block(answer.error, where(answer.place), sys.stderr if err else sys.stdout), err=err
    )


def show_skipped(skipped: Skipped) -> None:
    """Prints what was skipped and why, on standard error."""
    click.echo(f"skipped: {printable(str(skipped.place))}: {printable(skipped.reason)}", err=True)


def show_more_skipped(count: int) -> None:
    """Says how many of `count` were skipped beyond those that are named."""
    if count > MAX_NAMED:
        click.echo(f"and {count - MAX_NAMED:,} more skipped", err=True)


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
