"""`pricelang check`: everything that is wrong with a book."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping

import click

from pricelang.cli.exit_codes import DONE, SOME_FAILED
from pricelang.cli.failures import (
    Failure,
    UnusableBook,
    failures,
    fault_lines,
    paths_in,
    paths_of,
    warn_of_same_name,
)
from pricelang.cli.freshness import OLD, freshness_options, old_sources
from pricelang.cli.watching import watched
from pricelang.model.book import Book
from pricelang.present.terminal import say
from pricelang.present.text import how_many
from pricelang.syntax.diagnostics import BookError, Fault
from pricelang.usage.io.files import STDIN
from pricelang.usage.request_flags import DEFAULT_BOOK

_EXCERPT = re.compile(r" *[0-9]* (\x1b\[2m)?\|")
"""A line of a book, or the carets under it: they stand below each other."""


@click.command(
    epilog="Exit codes: 0 no error (there may be warnings); 1 at "
    "least one error, or a source older than `--fresh` says; 2 wrong usage, or "
    "no such book."
)
@click.argument("path", default=DEFAULT_BOOK, metavar="[PATH|NAME]")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object for each fault, one a line."
)
@click.option(
    "--fix", is_flag=True, help="Mend the faults that have one right answer, in their files."
)
@freshness_options
@click.pass_context
@watched
def command(ctx: click.Context, /, path: str, as_json: bool, fix: bool, **ages: str | None) -> None:
    """Check a book, and show each fault with its place, the line and a help. A book is a file, a
    folder with a `book.price`, or the name of a bundled book (`anthropic` unless given); `-` is the
    text on standard input.

    \b
    Examples:
      pricelang check my-contract.price
      pricelang check my-contract.price --fix
      pricelang check --fresh 30d
    """
    from pricelang.check.entries import entry_of

    if path == STDIN:
        if fix:
            raise Failure("no_file", "what is mended is a file, not standard input")
        _show(ctx, sys.stdin.read() + "\n", path, as_json, ages)
    warn_of_same_name(path)
    try:
        entry_of(path)
    except BookError as error:
        raise UnusableBook(error, path) from None
    if fix:
        from pricelang.editor.mending import mend_files  # which a plain check does not need

        with failures():
            mended = mend_files(path)
        say(
            "".join(f"{name}: {how_many(count, 'fault')} mended\n" for name, count in mended),
            err=True,
        )
    _show(ctx, path, path, as_json, ages)


def _show(
    ctx: click.Context, source: str, path: str, as_json: bool, ages: Mapping[str, str | None]
) -> None:
    """Checks a book, and shows what is wrong with it; ends with the exit code."""
    from pricelang.check.files import read_layers
    from pricelang.compile.book import check_layers

    try:
        layers = read_layers(source)
        checked = check_layers(layers)
        book, faults, texts, names = checked.book, checked.faults, checked.texts, paths_in(layers)
        if book is not None:
            faults += tuple(old_sources(ctx, book, **ages))
    except BookError as error:
        book, faults, texts, names = (
            None,
            error.faults,
            error.texts,
            {} if path == STDIN else paths_of(path),
        )
    if as_json:
        from pricelang.editor.fault_data import fault_data  # and fixes, which people need not

        for fault in faults:
            click.echo(json.dumps(fault_data(fault, texts, names)))
    else:
        for text in fault_lines(faults, texts, names, sys.stdout):
            for line in text.split("\n"):
                say(line, whole=_EXCERPT.match(line) is not None)
            click.echo()
        say(_summary(book, faults))
    failed = any(fault.severity == "error" or fault.code == OLD for fault in faults)
    ctx.exit(SOME_FAILED if failed else DONE)


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
