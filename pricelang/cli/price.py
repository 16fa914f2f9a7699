"""`pricelang price`: what records cost, as tables or as JSON Lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from functools import partial
from typing import Any

import click

from pricelang.api import Book
from pricelang.cli.answers import Answer, answers_of, outcomes_of, show_refused, show_skipped
from pricelang.cli.options import input_of, input_options, open_book
from pricelang.cli.output import DONE, SOME_FAILED, WRONG_USAGE, show_grid, with_progress
from pricelang.usage.records import Place, Skipped
from pricelang.wording import printable


@click.command(
    epilog="Exit codes: 0 all records were priced; 1 some were refused (the rest is priced, the refused are named on "
    "standard error); 2 wrong usage, or a book that cannot be used.",
)
@input_options
@click.option("--json", "as_json", is_flag=True, help="One JSON object a record, in order, on one line each.")
@click.pass_context
def command(ctx: click.Context, /, as_json: bool, **params: Any) -> None:
    """What usage records cost: canonical records, Messages API responses, batch results, Claude Code transcripts and
    `claude -p` results, recognised by their shape; folders are read whole.

    \b
    Examples:
      pricelang price --model claude-opus-4-7 --input 50k --output 15k --at 2026-04-17
      pricelang price samples/claude_code --json
      cat records.jsonl | pricelang price --speed fast -
    """
    given = input_of(ctx, params)
    book = open_book(given.book)
    answers = answers_of(book, given, outcomes_of(given))
    if as_json and given.usage:
        found = list(answers)
        code = _json_lines(iter(found), given.verbose)
        ctx.exit(max(code, *(_code_of_flags(answer) for answer in found if isinstance(answer, Answer) and answer.bill is None), 0))
    if as_json:
        ctx.exit(_json_lines(with_progress(answers, shares_terminal=True), given.verbose))
    ctx.exit(_request_table(answers) if given.usage else _tables(book, answers, given.verbose))


def _request_table(answers: Iterator[Answer | Skipped]) -> int:
    """Prints the lines of the one request that flags give, and returns the exit code."""
    from pricelang.cli.request import request_grid

    (answer,) = answers
    assert isinstance(answer, Answer)
    if answer.bill is None:
        show_refused(answer)
        return _code_of_flags(answer)
    show_grid(request_grid(answer.bill))
    for note in answer.bill.notes:
        click.echo(f"note: {printable(note)}")
    return DONE


def _code_of_flags(answer: Answer) -> int:
    """A request by flags that cannot be read is wrong usage; one that has no price is refused."""
    unreadable = (answer.error or {}).get("code") in ("bad_quantity", "bad_date", "bad_record", "no_model")
    return WRONG_USAGE if unreadable else SOME_FAILED


def _tables(book: Book, answers: Iterator[Answer | Skipped], verbose: bool) -> int:
    """Prints the tables of all records, and returns the exit code."""
    from pricelang.cli.summary import Summary, record_grid, total_grid

    summary = Summary(book)
    for answer in with_progress(answers, shares_terminal=False):
        summary.add(answer)
    if summary.rows:
        without_ids, without_meters = partial(record_grid, summary, ids=False), partial(record_grid, summary, ids=False, meters=False)
        show_grid(record_grid(summary), without_ids, without_meters)
        click.echo()
        show_grid(total_grid(summary))
        click.echo()
    click.echo(summary.counts())
    for note, count in summary.notes.items():
        click.echo(f"note: {printable(note)} ({count:,} record{'s' if count != 1 else ''})")
    if verbose:
        for skipped in summary.skipped:
            show_skipped(skipped)
    sys.stdout.flush()
    for refused in summary.refused:
        show_refused(refused)
    return SOME_FAILED if summary.refused else DONE


def _json_lines(answers: Iterator[Answer | Skipped], verbose: bool) -> int:
    """Prints the answers and returns the exit code."""
    code = DONE
    for answer in answers:
        if isinstance(answer, Skipped):
            if verbose or answer.broken:
                show_skipped(answer)
            continue
        if answer.bill is None:
            code = SOME_FAILED
        found = answer.bill.to_dict() if answer.bill is not None else {"error": answer.error}
        click.echo(json.dumps(found | _place(answer.place)))
    return code


def _place(place: Place) -> dict[str, object]:
    """Where a record stands; nothing for a request given by flags."""
    return {"file": place.file, "line": place.line, "id": place.id} if place.file else {}
