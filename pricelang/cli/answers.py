"""Records to answers: each one's bill, or the error that stands in its place."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

import click
from attrs import frozen

from pricelang.api import Book
from pricelang.cli.options import Input
from pricelang.cli.output import Failure, error_block
from pricelang.rating.bill import Bill
from pricelang.rating.errors import PriceError
from pricelang.usage.records import Outcome, Part, Place, Record, Rejected, Skipped, UsageError
from pricelang.wording import printable


@frozen(eq=False, repr=False)
class Answer:
    """A record with its bill, or with the error (`code`, `message`, `rule`, `location`, `help`) that refuses it."""

    place: Place
    record: Record | None
    bill: Bill | None
    error: dict[str, str | None] | None


def outcomes_of(given: Input) -> Iterable[Outcome]:
    """The records that a command is asked for. Raises `Failure` for an unknown format."""
    if given.usage:
        return [Record((Part(None, usage=given.usage),), Place(""), "canonical")]
    from pricelang.usage.reading import read_paths

    try:
        return read_paths(given.files, given.format)
    except UsageError as error:
        raise Failure(error.code, error.message, error.help) from None


def answers_of(book: Book, given: Input, outcomes: Iterable[Outcome]) -> Iterator[Answer | Skipped]:
    """An answer for each record, in order; what was skipped stands between them."""
    for outcome in outcomes:
        if isinstance(outcome, Skipped):
            yield outcome
        elif isinstance(outcome, Rejected):
            error = {"code": outcome.code, "message": outcome.message, "rule": None, "location": None, "help": outcome.help}
            yield Answer(outcome.place, None, None, error)
        else:
            try:
                bill = book.price_record(outcome, model=given.model, at=given.at, dimensions=given.dimensions)
                yield Answer(outcome.place, outcome, bill, None)
            except PriceError as refusal:
                yield Answer(outcome.place, outcome, None, refusal.to_dict())


def where(place: Place) -> str:
    """A place for readers, empty for a request given by flags."""
    return str(place) if place.file or place.id else ""


def show_refused(answer: Answer, err: bool = True) -> None:
    """Prints the error of a record, on standard error unless `err` is false."""
    assert answer.error is not None
    click.echo(error_block(answer.error, where(answer.place), sys.stderr if err else sys.stdout), err=err)


def show_skipped(skipped: Skipped) -> None:
    """Prints what was skipped and why, on standard error."""
    click.echo(f"skipped: {printable(str(skipped.place))}: {printable(skipped.reason)}", err=True)
