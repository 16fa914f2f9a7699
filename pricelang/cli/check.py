"""`pricelang check`: everything that is wrong with a book."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator

import click

from pricelang.cli.exit_codes import DONE, SOME_FAILED
from pricelang.cli.failures import UnusableBook, fault_lines, paths_in, paths_of, renamed
from pricelang.cli.options import checked_instant
from pricelang.model.book import Book
from pricelang.model.instants import seconds_of, today, written
from pricelang.present.terminal import say
from pricelang.present.text import how_many, printable
from pricelang.syntax.diagnostics import NOWHERE, BookError, Fault, Span
from pricelang.usage.request_flags import DEFAULT_BOOK

_EXCERPT = re.compile(r" *[0-9]* (\x1b\[2m)?\|")
"""A line of a book, or the carets under it: they stand below each other."""
OLD = "old_source"
"""The code of a source that was read too long ago."""


@click.command(
    epilog="Exit codes: 0 no error (there may be warnings); 1 at "
    "least one error, or a source older than `--fresh` says; 2 wrong usage, or "
    "no such book."
)
@click.argument("path", default=DEFAULT_BOOK, metavar="[PATH|NAME]")
@click.option(
    "--fresh",
    is_flag=False,
    flag_value="",
    metavar="DAYS",
    help="Also name the sources that are alive and were read longer ago, such as `30d`; without "
    "DAYS, longer ago than each of them says.",
)
@click.option(
    "--at",
    metavar="DATE",
    callback=lambda _ctx, _param, value: checked_instant(value),
    help="With --fresh, the day of the ages. Default: today.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object for each fault, one a line."
)
@click.pass_context
def command(
    ctx: click.Context, /, path: str, as_json: bool, fresh: str | None, at: str | None
) -> None:
    """Check a book, and show each fault with its place, the line and a help. A book is a file, a
    folder with a `book.price`, or the name of a bundled book (`anthropic` unless given).

    \b
    Examples:
      pricelang check my-contract.price
      pricelang check --fresh 30d
    """
    most = _days(ctx, fresh, at)
    from pricelang.check.files import entry_path, read_layers
    from pricelang.compile.book import check_layers

    try:
        entry_path(path)
    except BookError as error:
        raise UnusableBook(error, path) from None
    try:
        layers = read_layers(path)
        checked = check_layers(layers)
        book, faults, texts, names = checked.book, checked.faults, checked.texts, paths_in(layers)
        if book is not None and fresh is not None:
            faults += tuple(_old_sources(book, at or today(), most))
    except BookError as error:
        book, faults, texts, names = None, error.faults, error.texts, paths_of(path)
    if as_json:
        for fault in faults:
            click.echo(json.dumps(_as_data(renamed(fault, names))))
    else:
        for text in fault_lines(faults, texts, names, sys.stdout):
            for line in text.split("\n"):
                say(line, whole=_EXCERPT.match(line) is not None)
            click.echo()
        say(_summary(book, faults))
    failed = any(fault.severity == "error" or fault.code == OLD for fault in faults)
    ctx.exit(SOME_FAILED if failed else DONE)


def _days(ctx: click.Context, fresh: str | None, at: str | None) -> int | None:
    """The days of `--fresh`; None where it gives none. Raises a usage error for no such number."""
    if fresh is None and at is not None:
        ctx.fail("`--at` is of `--fresh`")
    if not fresh:
        return None
    if re.fullmatch("[0-9]{1,5}d?", fresh, re.ASCII) is None:
        ctx.fail(f"`--fresh` takes a number of days such as 30d, not `{printable(fresh)}`")
    return int(fresh.removesuffix("d"))


def _old_sources(book: Book, at: str, most: int | None) -> Iterator[Fault]:
    """A warning for each source that is alive and was read too long ago."""
    from pricelang.model.ages import aged_sources

    for aged in aged_sources(book, seconds_of(at)):
        limit = aged.every if most is None else most
        if aged.days > limit:
            source = aged.source
            message = (
                f"`{source.name}` was read on {written(source.read)}, {how_many(aged.days, 'day')} "
                f"ago, which is longer than {how_many(limit, 'day')}"
            )
            help = f"read it again: {source.address}"
            yield Fault(OLD, message, NOWHERE, help, severity="warning")


def _summary(book: Book | None, faults: tuple[Fault, ...]) -> str:
    errors = sum(fault.severity == "error" for fault in faults)
    if book is None or faults:
        return f"{how_many(errors, 'error')}, {how_many(len(faults) - errors, 'warning')}"
    parts = {
        "model": book.models,
        "meter": book.meters,
        "dimension": book.dimensions,
        "modifier": book.modifiers,
        "charge": book.charges,
        "claim": [claim for claim in book.claims if claim.of is None],
        "example": book.examples,
    }
    return (
        f"{book.name}: no faults "
        f"({', '.join(how_many(len(found), name) for name, found in parts.items() if found)})"
    )


def _as_data(fault: Fault) -> dict[str, object]:
    return {
        "code": fault.code,
        "severity": fault.severity,
        "message": fault.message,
        **_place(fault.span),
        "help": fault.help,
        "others": [{**_place(span), "label": label} for span, label in fault.others],
    }


def _place(span: Span) -> dict[str, object]:
    return {"file": span.file or None, "line": span.line or None, "column": span.column or None}
