"""`pricelang compare`: the same usage under other models and modes, ranked, with the rule that
refuses an alternative.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from pricelang.cli.answers import outcomes_of, where
from pricelang.cli.book_flags import BookCommand, taken_from_flags
from pricelang.cli.exit_codes import DONE, SOME_FAILED, UNREADABLE, WRONG_USAGE
from pricelang.cli.failures import error_block, failures
from pricelang.cli.inputs import Input, input_of, open_book, whole_number
from pricelang.cli.options import input_options, option_group
from pricelang.cli.output import form_of, form_options, show, show_lines
from pricelang.cli.progress import with_progress
from pricelang.present.csv_text import write_csv
from pricelang.present.terminal import say
from pricelang.usage.request_flags import quantity

if TYPE_CHECKING:
    from pricelang.api import Book
    from pricelang.apps.quote.comparison import AlternativeComparison
    from pricelang.apps.quote.scenarios import RequestBody
    from pricelang.apps.quote.variants import Scenario
    from pricelang.usage.records import Outcome


@frozen
class Wanted:
    """What is compared: the changes that are asked for, and how often a prompt is sent again."""

    what_ifs: tuple[str, ...]
    only: tuple[str, ...]
    cross: tuple[str, ...]
    reads: int | None
    cached: str | None
    top: int | None


alternative_options = option_group(
    click.option(
        "--what-if",
        "what_ifs",
        multiple=True,
        metavar="AXIS=VALUE[,…]",
        help="Only this change, or these at once, such as service_tier=batch, model=…, at=DATE or "
        "cache=none. May be repeated.",
    ),
    click.option(
        "--only",
        multiple=True,
        metavar="models|modes|AXIS",
        help="Only other models, other modes, or one axis. May be repeated.",
    ),
    click.option(
        "--cross",
        multiple=True,
        metavar="AXIS",
        help="Combine the changes on this axis with those on the other axes so named.",
    ),
    click.option(
        "--reads",
        type=click.IntRange(0, 1_000_000),
        metavar="N",
        help="Send each prompt N times again; a cache may hold it.",
    ),
    click.option(
        "--cached",
        metavar="TOKENS",
        help="With --reads, the tokens of each prompt that stay the same. Default: all.",
    ),
    click.option(
        "--top",
        type=click.IntRange(1),
        metavar="N",
        help="Show the N cheapest. What is refused is always shown.",
    ),
)


@click.command(
    cls=BookCommand,
    epilog="Exit codes: 0 all records were compared; 1 some have no price as they are (named on "
    "standard error); "
    "2 wrong usage, or a book that cannot be used.",
)
@input_options
@alternative_options
@form_options(
    json="Print one JSON object with everything.",
    csv="Print comma-separated values, one row a line.",
    markdown="Print tables in Markdown.",
)
@click.pass_context
def command(ctx: click.Context, /, **params: Any) -> None:
    """Compare what usage costs under every other model, mode and cache of the book. The usage is
    records, request bodies that are not sent yet, or one request given by flags. Each row makes
    one change; rows are ranked by what they are expected to save and show the change against the
    usage as given. An alternative that cannot exist is shown with the rule that refuses it. A
    record that an alternative refuses is left out of that row, and of what it is compared with.

    \b
    Examples:
      pricelang compare --model claude-opus-4-7 --input 50k --output 15k --at 2026-04-17
      pricelang compare records.jsonl --what-if service_tier=batch --what-if model=claude-haiku-4-5
      pricelang compare --model claude-sonnet-4-6 --input 20k --reads 5 --only cache
      pricelang compare request.json --output 800 --reads 20
    """
    form = form_of(ctx, params)
    wanted = Wanted(
        *map(params.pop, ("what_ifs", "only", "cross", "reads", "cached", "top")),
    )
    if wanted.cached is not None and wanted.reads is None:
        ctx.fail("`--cached` needs `--reads`")
    of_files, output = _quantities(ctx, params)
    given = input_of(ctx, params)
    book = open_book(given.book)
    scenario = _scenario(ctx, book, given, wanted)
    found = _compared(book, _subjects(given, output, of_files), scenario, wanted)
    if form == "json":
        from pricelang.apps.tables.comparison import comparison_data

        click.echo(json.dumps({"book": book.name, **comparison_data(found, wanted.top)}))
    elif form == "csv":
        from pricelang.apps.tables.comparison import comparison_rows

        write_csv(comparison_rows(found, wanted.top), sys.stdout)
    else:
        undated = given.at is None and given.usage and form == "text"
        _show(found, wanted.top, form == "markdown", scenario.at if undated else None)
    sys.stdout.flush()
    for place, failure in found.failures:
        click.echo(error_block(failure, where(place), sys.stderr), err=True)
    ctx.exit(_code(found, bool(given.usage)))


def _scenario(ctx: click.Context, book: Book, given: Input, wanted: Wanted) -> Scenario:
    from pricelang.apps.quote.variants import Scenario
    from pricelang.evaluate.days import asked

    cached = None if wanted.cached is None else whole_number(ctx, "--cached", wanted.cached)
    at = asked(book.checked, given.at)
    return Scenario(given.model, at, given.dimensions, wanted.reads, cached)


def _compared(
    book: Book, subjects: Iterable[Outcome | RequestBody], scenario: Scenario, wanted: Wanted
) -> AlternativeComparison:
    from pricelang.apps.quote.compare import compare

    with failures():
        return compare(
            book,
            with_progress(subjects, shares_terminal=False),
            scenario,
            what_ifs=wanted.what_ifs,
            only=wanted.only,
            cross=wanted.cross,
        )


def _quantities(ctx: click.Context, params: dict[str, Any]) -> tuple[dict[str, object], int | None]:
    """The quantities beside files, which are of request bodies, and the length of their answers."""
    if not params["files"]:
        return {}, None
    usage: dict[str, object] = {}
    for name, given in taken_from_flags(ctx, params, "meters").items():
        texts = [quantity(text) for text in given]
        usage[name] = texts[0] if len(texts) == 1 else texts
    output = usage.pop("output", None)
    return usage, None if output is None else whole_number(ctx, "--output", str(output))


def _subjects(
    given: Input, output: int | None, usage: dict[str, object]
) -> Iterable[Outcome | RequestBody]:
    """The records or the request bodies that are asked for.
    Raises `Failure` for an unknown format.
    """
    if given.usage:
        return outcomes_of(given)
    from pricelang.apps.quote.inputs import subjects_of

    with failures():
        return subjects_of(given.files, given.format, output, usage, given.unknown_counters)


def _code(found: AlternativeComparison, by_flags: bool) -> int:
    """A request by flags that cannot be read is wrong usage, as it is for `price`."""
    if not found.failures:
        return DONE
    unreadable = found.failures[0][1]["code"] in {*UNREADABLE, "bad_reads"}
    return WRONG_USAGE if by_flags and unreadable else SOME_FAILED


def _show(
    found: AlternativeComparison, top: int | None, as_markdown: bool, undated: str | None
) -> None:
    """Prints the tables and the sentences under them; `undated` is the day that was taken where
    none is given.
    """
    from pricelang.apps.tables.comparison import (
        comparison_lines,
        has_many,
        ranked_table,
        refused_table,
        shown_rows,
    )
    from pricelang.apps.tables.footnotes import note_line
    from pricelang.model.notes import Note

    many = has_many(found)
    left = len(found.rows) - len(shown_rows(found, top))
    refused = refused_table(found, many)
    if found.rows:
        show(ranked_table(found, top, many), as_markdown)
        if left:
            say(f"and {left:,} more")
        say()
    if refused.rows:
        show(refused, as_markdown)
        say()
    show_lines(comparison_lines(found, top), as_markdown, "- ")
    if undated is not None:
        note = Note("no_date", f"no date is given: priced as of {undated}")
        say(note_line(note))
