"""`pricelang drift`: where lists, pages and packages differ from a book."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pricelang.cli.exit_codes import DONE, SOME_FAILED
from pricelang.cli.failures import Failure, failures
from pricelang.cli.inputs import open_book
from pricelang.cli.options import book_option, checked_instant
from pricelang.cli.output import Form, form_of, form_options, show_lines, show_tables
from pricelang.model.instants import DAY, seconds_of, today, written
from pricelang.present.terminal import say

if TYPE_CHECKING:
    from pricelang.api import Book
    from pricelang.apps.drift.accepted import Accepted
    from pricelang.apps.drift.drift import DriftReport
    from pricelang.apps.drift.source_data import SourceData


@click.command(
    epilog="Exit codes: 0 nothing new; 1 at least one difference that is not accepted; 2 wrong "
    "usage, a source that cannot be read, or a book that cannot be used."
)
@click.argument("sources", metavar="SOURCE…", nargs=-1, required=True)
@click.option(
    "--at",
    metavar="DATE",
    callback=lambda _ctx, _param, value: checked_instant(value),
    help="The day whose prices are compared. Default: today.",
)
@click.option(
    "--accepted",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="The differences that are accepted, each with a reason. Default: the `drift.toml` beside "
    "the book, where there is one.",
)
@click.option(
    "--draft",
    is_flag=True,
    help="Show, as a patch of the book, the lines that would settle what is new.",
)
@click.option("--all", "show_all", is_flag=True, help="Show what is accepted too, by its reason.")
@form_options(json="Print one JSON object with everything.", markdown="Print tables in Markdown.")
@book_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    sources: tuple[str, ...],
    at: str | None,
    accepted: str | None,
    show_all: bool,
    draft: bool,
    book: str,
    **params: Any,
) -> None:
    """Compare a book with the world. Each SOURCE is an installed package (`litellm`,
    `genai-prices`, `anthropic`), a saved price page or release notes (Markdown or HTML), a
    catalogue in CSV, or a list of prices in the form of LiteLLM or genai-prices (JSON, YAML). For
    each model id as the source spells it, each meter and each condition, the price of the source
    stands beside that of the book. Nothing is guessed: an id that the book cannot read is a
    difference.

    \b
    Examples:
      pricelang drift litellm genai-prices anthropic
      pricelang drift pricing.md --at 2026-11-29 --markdown
    """
    from pricelang.apps.drift.drift import drift_report

    form = form_of(ctx, params)
    if draft and form != "text":
        ctx.fail("`--draft` writes a patch, and has no other form")
    opened = open_book(book)
    data, lines = _data(opened, sources), _accepted(accepted or _beside(book))
    report = drift_report(opened, data, _day(at), lines)
    if draft:
        _show_draft(opened, book, report, data)
    elif form == "json":
        from pricelang.apps.tables.drift import drift_data

        click.echo(json.dumps(drift_data(report), indent=1))
    else:
        _show(report, form, show_all)
    ctx.exit(SOME_FAILED if report.new else DONE)


def _day(at: str | None) -> str:
    """The day of an instant, today where none is given."""
    if at is None:
        return today()
    seconds = seconds_of(at)
    return written(seconds - seconds % DAY)


def _data(book: Book, sources: Sequence[str]) -> list[SourceData]:
    from pricelang.apps.drift.source_data import SourceFault
    from pricelang.apps.drift.sources import source_data

    try:
        return [source_data(book.checked, one) for one in sources]
    except SourceFault as fault:
        raise Failure("bad_source", str(fault)) from None


def _show_draft(priced: Book, source: str, report: DriftReport, data: Sequence[SourceData]) -> None:
    from pricelang.apps.additions.edited_book import EditedBook
    from pricelang.apps.drift.draft import draft

    with failures():
        book = EditedBook.of(source)
        draft(book, priced, report, data)
    click.echo("\n".join(book.patch()))
    for remark in dict.fromkeys(book.remarks):
        say(f"look at it: {remark}", err=True)


def _accepted(path: str | None) -> Sequence[Accepted]:
    from pricelang.apps.drift.accepted import AcceptedFault, read_accepted

    try:
        return read_accepted(Path(path)) if path is not None else ()
    except AcceptedFault as fault:
        raise Failure("bad_accepted", str(fault)) from None


def _beside(book: str) -> str | None:
    """The file of accepted differences in the folder of a book."""
    from pricelang.apps.drift.accepted import ACCEPTED_FILE
    from pricelang.check.entries import entry_of
    from pricelang.files.places import is_there

    folder = entry_of(book).folder
    path = folder.joinpath(ACCEPTED_FILE) if folder is not None else None
    return str(path) if path is not None and is_there(path) else None


def _show(report: DriftReport, form: Form, show_all: bool) -> None:
    from pricelang.apps.tables.drift import accepted_table, drift_lines, drift_tables

    tables = list(drift_tables(report))
    if show_all and report.accepted:
        tables.append(accepted_table(report))
    show_tables(tables, form == "markdown")
    if tables:
        say()
    show_lines(drift_lines(report), form == "markdown", "- ")
