"""`pricelang price`: the cost of records and tables, as text, JSON Lines or files."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

import click

from pricelang.api import Book
from pricelang.apps.answers import Answer, answers_of
from pricelang.apps.tables.footnotes import counts_line, for_people, note_line
from pricelang.apps.tables.request import bounds_of, request_table
from pricelang.cli.answers import (
    Skips,
    outcomes_of,
    place_data,
    show_more_refused,
    show_more_skipped,
    show_refused,
    show_skipped,
    sized,
)
from pricelang.cli.book_flags import BookCommand
from pricelang.cli.exit_codes import DONE, SOME_FAILED, UNREADABLE, WRONG_USAGE
from pricelang.cli.inputs import Input, input_of, open_book
from pricelang.cli.options import input_options, option_group, strict_option
from pricelang.cli.progress import with_progress
from pricelang.cli.tables import engine_options, mapping_options, tables_of
from pricelang.cli.targets import TARGET, check_outputs
from pricelang.present.terminal import say, show_table
from pricelang.usage.records import Skipped

target_options = option_group(
    click.option(
        "-o",
        "--to",
        "target",
        type=TARGET,
        metavar="FILE",
        help="The file for a table with its prices: Parquet, CSV, TSV or JSON Lines.",
    ),
    click.option(
        "--rejects",
        type=TARGET,
        metavar="FILE",
        help="The file for records or rows without a price, whole, with place and reason.",
    ),
    click.option("--lines", is_flag=True, help="Add a column of cost for each meter of a table."),
    click.option(
        "--keep",
        metavar="COLUMN,…",
        help="The columns of a table to write beside the prices. Default: all.",
    ),
)


focus_options = option_group(
    click.option(
        "--focus",
        type=TARGET,
        metavar="FILE",
        help="The .csv or .parquet file for cost rows of FOCUS 1.2, one for each line item.",
    ),
    click.option(
        "--account",
        default="default",
        show_default=True,
        metavar="ID[=NAME]",
        help="The billing account of FOCUS rows.",
    ),
    click.option(
        "--sub-account", metavar="ID", help="The sub-account of FOCUS rows, such as a workspace."
    ),
    click.option(
        "--period",
        metavar="MONTH",
        help="The month, day or year (UTC) of FOCUS rows, as of `invoice`. Default: all records.",
    ),
)


@click.command(
    cls=BookCommand,
    epilog="Exit codes: 0 all records were priced; 1 some were refused (the rest is priced, the "
    "refused are named on "
    "standard error); 2 wrong usage, or a book that cannot be used.",
)
@input_options
@strict_option
@click.option(
    "--position",
    multiple=True,
    metavar="TIERS=QUANTITY",
    help="What tiers of the book have counted before the request, such as `us_volume=9,400 MTok`.",
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print one JSON object for each record, one a line, in order.",
)
@target_options
@mapping_options
@engine_options
@focus_options
@click.pass_context
def command(ctx: click.Context, /, as_json: bool, **params: Any) -> None:
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
    if params["position"] and (params["engine"] == "spark" or tables_of(ctx, params["files"])):
        ctx.fail("`--position` is for records and for a request by flags, not for tables")
    if params["engine"] == "spark":
        from pricelang.cli.price_tables import price_on_spark

        ctx.exit(price_on_spark(ctx, params))
    if params["master"] is not None:
        ctx.fail("`--master` needs `--engine spark`")
    check_outputs(ctx)
    target, of_tables = params["target"], ("target", "lines", "keep", "mapping", "table")
    is_table = tables_of(ctx, params["files"]) or (target is not None and params["files"])
    if params["focus"] is not None and (as_json or target is not None or is_table):
        ctx.fail(
            "`--focus` writes the rows of records: it cannot be combined with tables, `--to` "
            "or `--json`"
        )
    if params["period"] is not None and params["focus"] is None:
        ctx.fail("`--period` is for `--focus`; `pricelang invoice` has one too")
    if is_table:
        from pricelang.cli.price_tables import price_table

        ctx.exit(price_table(ctx, params))
    if any(params[name] not in (None, False, ()) for name in of_tables):
        ctx.fail("`--to`, `--keep`, `--lines`, `--map` and `--table` are for tables of usage")
    ctx.exit(_price_records(input_of(ctx, params), params, as_json))


def _price_records(given: Input, params: dict[str, Any], as_json: bool) -> int:
    """Prices records, or the one request of flags; returns the exit code."""
    book = open_book(given.book)
    progress, rejects = sized(given.files), params["rejects"]
    outcomes = outcomes_of(given, rejects is not None, progress)
    bounds = given.across == "bounds"
    answers = answers_of(book, outcomes, given.defaults, given.models, bounds)
    if rejects is not None:
        from pricelang.cli.rejects import with_rejects

        answers = with_rejects(answers, rejects)
    if params["focus"] is not None:
        from pricelang.cli.focus import write_answers

        return write_answers(book, answers, params, given.verbose)
    if given.usage:
        (answer,) = answers
        assert isinstance(answer, Answer)
        return _request(answer, as_json, given.verbose)
    watched = with_progress(answers, shares_terminal=as_json, source=progress)
    return _json_lines(watched, given.verbose) if as_json else _tables(book, watched, given.verbose)


# ---- one request ---------------------------------------------------------------------------------


def _request(answer: Answer, as_json: bool, verbose: bool) -> int:
    """Prints the one request that flags give, and returns the exit code."""
    if as_json:
        _json_lines([answer], verbose)
    elif answer.bill is None:
        show_refused(answer)
    else:
        show_table(request_table(answer.bill))
        for note, _ in for_people((note, 1) for note in answer.bill.notes):
            say(note_line(note))
    if answer.bill is not None:
        return DONE
    # what cannot be read is wrong usage; what has no price is refused
    return WRONG_USAGE if (answer.error or {}).get("code") in UNREADABLE else SOME_FAILED


# ---- records -------------------------------------------------------------------------------------


def _tables(book: Book, answers: Iterator[Answer | Skipped], verbose: bool) -> int:
    """Prints the tables of all records, and returns the exit code."""
    from pricelang.apps.tables.records import Summary, records_table, totals_table

    summary = Summary(book)
    for answer in answers:
        summary.add(answer)
    if summary.rows:
        show_table(records_table(summary))
        if summary.left_out:
            say(
                f"and {summary.left_out:,} more records, each with its line where `--json` is given"
            )
        say()
        show_table(totals_table(summary))
        say()
    say(counts_line(summary.counts()))
    for note, count in for_people(summary.notes.items()):
        say(note_line(note, count))
    if verbose and book.as_of is not None:
        say(f"book `{book.name}`, read to {book.as_of}")
    if verbose:
        for skipped in summary.skipped:
            show_skipped(skipped)
        show_more_skipped(summary.skips)
    sys.stdout.flush()
    for refused in summary.refused:
        show_refused(refused)
    show_more_refused(summary.refusals - len(summary.refused))
    return SOME_FAILED if summary.refusals else DONE


def _json_lines(answers: Iterable[Answer | Skipped], verbose: bool) -> int:
    """Prints the answers, on standard error the counts where there was more than one,
    and returns the exit code.
    """
    import json

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
        else:
            owes = bool(bounds_of(answer.bill)[1])
            priced, free = priced + owes, free + (not owes)
            warned += any(note.doubtful for note in answer.bill.notes)
        found = answer.bill.to_dict() if answer.bill is not None else {"error": answer.error}
        place = place_data(answer.place) if answer.place.file else {}
        click.echo(json.dumps(found | place))
    named.close()
    if priced + free + skips + refused > 1:
        from pricelang.apps.reports.totals import Counts  # which one record has none of

        sys.stdout.flush()
        counts = Counts(priced, free, skips, refused, broken=broken, warned=warned)
        say(counts_line(counts), err=True)
    return SOME_FAILED if refused else DONE
