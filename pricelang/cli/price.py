"""`pricelang price`: the cost of records and tables, as text, JSON Lines or files."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from pricelang.api import Book
from pricelang.cli.answers import (
    Answer,
    Skips,
    answers_of,
    outcomes_of,
    show_more_skipped,
    show_refused,
    show_skipped,
    sized,
)
from pricelang.cli.book_flags import BookCommand
from pricelang.cli.exit_codes import DONE, SOME_FAILED, WRONG_USAGE
from pricelang.cli.focus import focus_options, write_answers
from pricelang.cli.options import input_of, input_options, open_book, strict_option
from pricelang.cli.output import show_table, with_progress
from pricelang.cli.rejects import with_rejects
from pricelang.cli.request import bounds_of
from pricelang.cli.tables import (
    NOT_STRICT,
    engine_options,
    mapping_options,
    on_spark,
    opened,
    tables_of,
)
from pricelang.cli.targets import TARGET, check_outputs
from pricelang.present.decimals import money
from pricelang.present.text import printable
from pricelang.present.text_tables import counts_line, note_line
from pricelang.usage.records import Place, Skipped

if TYPE_CHECKING:
    from pricelang.engines.rows import Written


@click.command(
    cls=BookCommand,
    epilog="Exit codes: 0 all records were priced; 1 some were refused (the rest is priced, the "
    "refused are named on "
    "standard error); 2 wrong usage, or a book that cannot be used.",
)
@input_options
@strict_option
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print one JSON object for each record, one a line, in order.",
)
@click.option(
    "-o",
    "--to",
    "target",
    type=TARGET,
    metavar="FILE",
    help="The file for a table with its prices: Parquet, CSV, TSV or JSON Lines.",
)
@click.option(
    "--rejects",
    type=TARGET,
    metavar="FILE",
    help="The file for records or rows without a price, whole, with place and reason.",
)
@click.option("--lines", is_flag=True, help="Add a column of cost for each meter of a table.")
@click.option(
    "--keep",
    metavar="COLUMN,…",
    help="The columns of a table to write beside the prices. Default: all.",
)
@mapping_options
@engine_options
@focus_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    as_json: bool,
    target: str | None,
    rejects: str | None,
    lines: bool,
    keep: str | None,
    focus: str | None,
    account: str,
    sub_account: str | None,
    **params: Any,
) -> None:
    """Price usage records: responses, streams, batches, transcripts, reports, spans and logs,
    whose format is known by their shape. `.gz` and `.zst` files are unpacked, and folders are read
    whole. A table (Parquet, CSV, DuckDB) gets a price for each row with `-o`, or else totals by
    model.

    \b
    Examples:
      pricelang price --model claude-opus-4-7 --input 50k --output 15k --at 2026-04-17
      pricelang price samples/claude_code --json
      cat records.jsonl | pricelang price --speed fast -
      pricelang price logs/ --rejects rejects.jsonl
      pricelang price records.jsonl --focus costs.csv --account org-1
      pricelang price usage.parquet -o priced.parquet --rejects rejects.jsonl
    """
    if params["engine"] == "spark":
        ctx.exit(_price_on_spark(ctx, params, target, rejects, lines, keep))
    if params["master"] is not None:
        ctx.fail("`--master` needs `--engine spark`")
    check_outputs(ctx)
    if focus is not None and (as_json or target is not None or tables_of(ctx, params["files"])):
        ctx.fail(
            "`--focus` writes the rows of records: it cannot be combined with tables, `--to` "
            "or `--json`"
        )
    if tables_of(ctx, params["files"]) or (target is not None and params["files"]):
        ctx.exit(_price_table(ctx, params, target, rejects, lines, keep))
    if target is not None or lines or keep is not None or params["mapping"] or params["table"]:
        ctx.fail("`--to`, `--keep`, `--lines`, `--map` and `--table` are for tables of usage")
    given = input_of(ctx, params)
    book = open_book(given.book)
    progress = sized(given.files)
    answers = with_rejects(
        answers_of(book, given, outcomes_of(given, rejects is not None, progress)), rejects
    )
    if focus is not None:
        ctx.exit(write_answers(book, answers, focus, account, sub_account, given.verbose))
    if as_json and given.usage:
        found = list(answers)
        code = _json_lines(iter(found), given.verbose)
        ctx.exit(
            max(
                code,
                *(
                    _code_of_flags(answer)
                    for answer in found
                    if isinstance(answer, Answer) and answer.bill is None
                ),
                0,
            )
        )
    if as_json:
        ctx.exit(
            _json_lines(
                with_progress(answers, shares_terminal=True, source=progress), given.verbose
            )
        )
    ctx.exit(
        _request_table(answers)
        if given.usage
        else _tables(
            book,
            with_progress(answers, shares_terminal=False, source=progress),
            given.verbose,
        )
    )


def _price_table(
    ctx: click.Context,
    params: dict[str, Any],
    target: str | None,
    rejects: str | None,
    lines: bool,
    keep: str | None,
) -> int:
    """Prices tables of usage: each row into a file, or all of them into totals;
    returns the exit code.
    """
    if params["strict"]:
        ctx.fail(NOT_STRICT)
    if target is None:
        if rejects is not None or lines or keep is not None:
            ctx.fail(
                "`--rejects`, `--keep` and `--lines` need an output, such as `-o priced.parquet`"
            )
        from pricelang.cli.report import show_report
        from pricelang.engines.totals import totals

        with opened(ctx, params) as job:
            return show_report(totals(job, ["model"]), rest=job.columns.rest)
    from pricelang.engines.rows import write_priced

    with opened(ctx, params) as job:
        written = write_priced(
            job,
            target,
            rejects,
            lines,
            [*filter(None, map(str.strip, keep.split(",")))] if keep is not None else None,
        )
        rest = job.columns.rest
    return _show_written(written, rest)


def _price_on_spark(
    ctx: click.Context,
    params: dict[str, Any],
    target: str | None,
    rejects: str | None,
    lines: bool,
    keep: str | None,
) -> int:
    """The same on Spark, from files and folders into folders."""
    if not params["files"]:
        ctx.fail("nothing to price: name the files or folders of usage")
    from pricelang.engines.spark_files import price_file, report_files

    with on_spark(ctx, params, keep=keep) as arguments:
        if target is not None:
            return _show_written(
                price_file(output=target, rejects=rejects, lines=lines, **arguments), ()
            )
        if rejects is not None or lines:
            ctx.fail("`--rejects` and `--lines` need an output, such as `-o priced.parquet`")
        from pricelang.cli.report import show_report

        return show_report(report_files(by=["model"], **arguments))


def _show_written(written: Written, rest: tuple[str, ...]) -> int:
    """Says on standard error what became of rows that were written; returns the exit code."""
    amounts = ", ".join(money(total, currency) for currency, total in written.totals.items())
    click.echo(
        f"{written.read:,} rows read: {written.priced:,} priced, {written.refused:,} "
        f"refused{f'; total {amounts}' if amounts else ''}",
        err=True,
    )
    if rest:
        click.echo(
            f"columns that say nothing to the book: {', '.join(map(printable, rest))}", err=True
        )
    for reason in written.reasons if written.refused else ():
        click.echo(f"refused: {printable(reason)}", err=True)
    return SOME_FAILED if written.refused else DONE


def _request_table(answers: Iterator[Answer | Skipped]) -> int:
    """Prints the lines of the one request that flags give, and returns the exit code."""
    from pricelang.cli.request import request_grid

    (answer,) = answers
    assert isinstance(answer, Answer)
    if answer.bill is None:
        show_refused(answer)
        return _code_of_flags(answer)
    show_table(request_grid(answer.bill))
    for note in answer.bill.notes:
        click.echo(note_line(note.to_dict()))
    return DONE


def _code_of_flags(answer: Answer) -> int:
    """A request by flags that cannot be read is wrong usage; one that has no price is refused."""
    unreadable = (answer.error or {}).get("code") in (
        "bad_quantity",
        "bad_date",
        "bad_record",
        "no_model",
    )
    return WRONG_USAGE if unreadable else SOME_FAILED


def _tables(book: Book, answers: Iterator[Answer | Skipped], verbose: bool) -> int:
    """Prints the tables of all records, and returns the exit code."""
    from pricelang.cli.summary import Summary, record_grid, total_grid

    summary = Summary(book)
    for answer in answers:
        summary.add(answer)
    if summary.rows:
        without_ids, without_meters = (
            partial(record_grid, summary, ids=False),
            partial(record_grid, summary, ids=False, meters=False),
        )
        show_table(record_grid(summary), without_ids, without_meters)
        if summary.left_out:
            click.echo(
                f"and {summary.left_out:,} more records, each with its line where `--json` is given"
            )
        click.echo()
        show_table(total_grid(summary))
        click.echo()
    click.echo(summary.counts())
    for note, count in summary.notes.items():
        click.echo(note_line(note.to_dict(), count))
    if verbose:
        for skipped in summary.skipped:
            show_skipped(skipped)
        show_more_skipped(summary.skips)
    sys.stdout.flush()
    for refused in summary.refused:
        show_refused(refused)
    if summary.refusals > len(summary.refused):
        click.echo(
            f"and {summary.refusals - len(summary.refused):,} more refused: `--rejects FILE` "
            "writes them all",
            err=True,
        )
    return SOME_FAILED if summary.refusals else DONE


def _json_lines(answers: Iterator[Answer | Skipped], verbose: bool) -> int:
    """Prints the answers, on standard error the counts where there was more than one,
    and returns the exit code.
    """
    priced = free = skips = broken = refused = warned = 0
    named = Skips()
    for answer in answers:
        if isinstance(answer, Skipped):
            skips, broken = skips + 1, broken + answer.broken
            if verbose or answer.broken:
                named.show(answer)
            continue
        if answer.bill is None:
            refused += 1
        elif bounds_of(answer.bill)[1]:
            priced += 1
        else:
            free += 1
        if answer.bill is not None:
            warned += any(note.doubtful for note in answer.bill.notes)
        found = answer.bill.to_dict() if answer.bill is not None else {"error": answer.error}
        click.echo(json.dumps(found | _place(answer.place)))
    named.close()
    if priced + free + skips + refused > 1:
        sys.stdout.flush()
        click.echo(counts_line(priced, free, skips, refused, broken, warned=warned), err=True)
    return SOME_FAILED if refused else DONE


def _place(place: Place) -> dict[str, object]:
    """Where a record stands; nothing for a request given by flags."""
    return {"file": place.file, "line": place.line, "id": place.id} if place.file else {}
