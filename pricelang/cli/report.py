"""`pricelang report`: the cost of records or tables, added up by model, day or whatever they
carry.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import click

from pricelang.apps.reports.totals import RECORDS, Total, Unpriced, UsageReport, as_record
from pricelang.cli.book_flags import BookCommand
from pricelang.cli.exit_codes import DONE, SOME_FAILED, error_line
from pricelang.cli.options import (
    at_option,
    book_option,
    dimension_options,
    dimensions_of,
    open_book,
    record_files,
    strict_option,
    unknown_counters_option,
)
from pricelang.cli.output import Failure, markdown, show_table, with_progress
from pricelang.cli.request import span_of
from pricelang.cli.tables import (
    NOT_STRICT,
    engine_options,
    mapping_options,
    on_spark,
    opened,
    tables_of,
)
from pricelang.model.errors import PriceError
from pricelang.model.notes import Note
from pricelang.present.decimals import grouped, to_decimal
from pricelang.present.markdown import quoted
from pricelang.present.table import Table
from pricelang.present.text import printable
from pricelang.present.text_tables import counts_line, note_line
from pricelang.usage.io.csv_lines import CsvWriter
from pricelang.usage.io.files import STDIN
from pricelang.usage.records import UsageError

MAX_NOTES = 8
"""Notes under a report; `pricelang price` shows all of them,
beside the records that they are of.
"""
MAX_SHOWN = 20
"""Reasons that are told one by one."""
FORMS = {"as_json": "--json", "as_csv": "--csv", "as_markdown": "--markdown", "chart": "--chart"}


@click.command(
    cls=BookCommand,
    epilog="Exit codes: 0 everything was priced; 1 something has no price (the rest is added up, "
    "the refused are counted and "
    "named on standard error); 2 wrong usage, or a table or book that cannot be used.",
)
@click.argument("files", nargs=-1, required=True, metavar="FILES…")
@click.option(
    "--by",
    default="model",
    show_default=True,
    metavar="NAME,…",
    help="`model`, `hour`, `day`, `week`, `month`, `year`; a column of a table; what records "
    "carry, such as `session`, "
    "`workspace` or `file`; or `none`.",
)
@click.option("--since", metavar="DAY", help="Only records from this day, month or year on.")
@click.option(
    "--until", metavar="DAY", help="Only records up to the end of this day, month or year."
)
@click.option(
    "--tz",
    "zone",
    metavar="ZONE",
    help="The time zone of days, such as Europe/Berlin or `local`. Default: UTC.",
)
@click.option("--chart", is_flag=True, help="Draw bars under the table.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each group.")
@click.option("--csv", "as_csv", is_flag=True, help="Print comma-separated values with a header.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the table in Markdown.")
@book_option
@at_option
@click.option("--model", metavar="ID", help="The model of rows or records that name none.")
@click.option(
    "--format",
    "format_",
    metavar="NAME",
    help="The format of the records. Default: known by their shape.",
)
@unknown_counters_option
@dimension_options
@strict_option
@click.option(
    "--sum", "is_sum", is_flag=True, help="Take each row of a table as a sum of several requests."
)
@mapping_options
@engine_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    by: str,
    since: str | None,
    until: str | None,
    zone: str | None,
    **params: Any,
) -> None:
    """Add up what usage costs: records of any format (files, folders, `-` for standard input), or
    tables (Parquet, CSV, TSV, a table of a DuckDB file; JSON Lines of columns with `--map`).

    The columns of a table have the names of the book (`model`, `at`, `input`, …), unless `--map`
    names others.

    \b
    Examples:
      pricelang report ~/.claude/projects --by day,model --tz local --chart
      pricelang report records.jsonl --by workspace --since 2026-05 --until 2026-05 --csv
      pricelang report usage.csv --map at=created --map input=prompt_tokens-cached_tokens --json
    """
    forms = [flag for name, flag in FORMS.items() if params[name]]
    if len(forms) > 1 and forms != ["--markdown", "--chart"]:
        ctx.fail(f"`{forms[0]}` and `{forms[1]}` cannot be combined; choose one")
    columns = [] if by == "none" else [name.strip() for name in by.split(",") if name.strip()]
    if params["engine"] == "spark":
        from pricelang.engines.spark_files import report_files

        with on_spark(
            ctx, params, since=since, until=until, tz=zone, format=params["format_"]
        ) as arguments:
            ctx.exit(show_report(report_files(by=columns, **arguments), params))
    if params["master"] is not None:
        ctx.fail("`--master` needs `--engine spark`")
    if not (params["mapping"] or params["table"] or tables_of(ctx, params["files"])):
        if params["is_sum"]:
            ctx.fail("`--sum` is for tables; a record says itself that it is a sum")
        ctx.exit(show_report(_of_records(ctx, columns, (since, until, zone), params), params))
    if since is not None or until is not None or zone is not None or params["format_"] is not None:
        ctx.fail(
            "`--since`, `--until`, `--tz` and `--format` are for records; a table is "
            "narrowed by a query of its own"
        )
    if params["strict"]:
        ctx.fail(NOT_STRICT)
    with opened(ctx, params) as job:
        from pricelang.engines.totals import totals

        report = totals(job, columns)
        rest = job.columns.rest
    ctx.exit(show_report(report, params, rest))


def _of_records(
    ctx: click.Context,
    by: Sequence[str],
    limits: tuple[str | None, str | None, str | None],
    params: dict[str, Any],
) -> UsageReport:
    """The report over files of records."""
    from pricelang.apps.reports.period import between, zone_of
    from pricelang.apps.reports.report import report_records
    from pricelang.apps.reports.tally import RecordDefaults
    from pricelang.usage.reading import read_paths

    for path in params["files"]:
        if path != STDIN and not os.path.exists(path):
            ctx.fail(f"`{printable(path)}` does not exist")
    given = RecordDefaults(
        params["model"], params["at"], dimensions_of(ctx, params), params["strict"]
    )
    try:
        zone = zone_of(limits[2])
        period = between(limits[0], limits[1], zone)
        outcomes = read_paths(
            record_files(ctx, params["files"]),
            params["format_"],
            unknown_counters=params["unknown_counters"],
        )
        return report_records(
            open_book(params["book"]),
            with_progress(outcomes, shares_terminal=False),
            by,
            given,
            period,
            zone,
        )
    except (PriceError, UsageError) as error:
        raise Failure(error.code, error.message, error.help) from None


def show_report(
    report: UsageReport, forms: dict[str, Any] | None = None, rest: tuple[str, ...] = ()
) -> int:
    """Prints the totals in one of the `FORMS`, and on standard error what
    has no price and which columns said nothing; returns the exit code.
    """
    forms = forms or {}
    if forms.get("as_json"):
        for total in report.totals:
            click.echo(json.dumps(as_record(report, total), default=str))
    elif forms.get("as_csv"):
        _csv(report)
    else:
        _table(report, bool(forms.get("as_markdown")), bool(forms.get("chart")))
    sys.stdout.flush()
    for_programs = forms.get("as_json") or forms.get("as_csv")
    not_used = [name for name in rest if name not in report.by]
    if not_used and not for_programs:
        click.echo(
            f"columns that say nothing to the book: {', '.join(map(printable, not_used))}", err=True
        )
    if for_programs and report.counts is not None:
        click.echo(counts_text(report), err=True)
    show_unpriced(report.unpriced, report.noun)
    return SOME_FAILED if report.unpriced else DONE


def _table(report: UsageReport, as_markdown: bool, chart: bool) -> None:
    grid = report_grid(report)
    if grid.rows and as_markdown:
        click.echo(markdown(grid))
    elif grid.rows or report.noun != RECORDS:
        show_table(grid)
    if chart and report.totals:
        from pricelang.cli.bars import show_bars

        click.echo()
        show_bars(
            [
                (" ".join(map(_shown, total.by)) or "total", total.most, total.currency)
                for total in report.totals
            ],
            as_markdown,
        )
    if grid.rows or report.noun != RECORDS:
        click.echo()
    click.echo(counts_text(report))
    show_notes(report.notes, as_markdown)


def counts_text(report: UsageReport) -> str:
    """How many rows or records were read, and what became of them."""
    counts = report.counts
    if counts is None:
        refused = sum(unpriced.rows for unpriced in report.unpriced)
        return f"{report.read:,} rows read: {report.read - refused:,} priced, {refused:,} refused"
    return counts_line(
        counts.priced,
        counts.free,
        counts.skipped,
        counts.refused,
        counts.broken,
        counts.outside,
        counts.warned,
    )


def show_notes(notes: Sequence[tuple[Note, int]], as_markdown: bool = False) -> None:
    """Prints the most frequent notes, whose texts quote what records say."""
    order = sorted(notes, key=lambda pair: -pair[1])
    lines = [note_line(note.to_dict(), records) for note, records in order[:MAX_NOTES]]
    if len(order) > MAX_NOTES:
        lines.append(f"and {len(order) - MAX_NOTES} more notes; `pricelang price` shows all")
    for line in lines:
        click.echo(quoted(line) if as_markdown else line)


def show_unpriced(unpriced: Sequence[Unpriced], noun: str) -> None:
    """Prints on standard error what has no price:
    each reason, how often, where first, and what to do.
    """
    for one in unpriced[:MAX_SHOWN]:
        rows = f"{one.rows:,} {noun.removesuffix('s')}{'s' if one.rows != 1 else ''}"
        click.echo(f"{error_line(one.code, one.reason)} ({rows})", err=True)
        if one.places:
            more = ", …" if one.rows > len(one.places) else ""
            click.echo(f"  --> {', '.join(map(printable, one.places))}{more}", err=True)
        if one.help:
            click.echo(f"  help: {printable(one.help)}", err=True)
    rest = unpriced[MAX_SHOWN:]
    if rest:
        click.echo(
            f"and {sum(one.rows for one in rest):,} more {noun} for {len(rest):,} other "
            "reasons; `pricelang price` names each",
            err=True,
        )


def report_grid(report: UsageReport) -> Table:
    """The totals as a table, with a line for each currency
    that adds them up where there are several.
    """
    used = (
        [
            name
            for n, (name, _) in enumerate(report.totals[0].quantities)
            if any(t.quantities[n][1] for t in report.totals)
        ]
        if report.totals
        else []
    )
    rows = [_row(report, total, used) for total in report.totals]
    sums = list(_whole(report)) if len(rows) > 1 and report.by else []
    for total in sums:
        rows.append(("total", *([""] * (len(report.by) - 1)), *_numbers(total, used)))
    headers = (*report.by, report.noun, *used, "amount")
    return Table(headers, tuple(rows), frozenset(range(len(report.by), len(headers))), len(sums))


def _whole(report: UsageReport) -> Iterator[Total]:
    """The total of each currency."""
    if report.whole:
        yield from report.whole
        return
    for currency in sorted({total.currency for total in report.totals}):
        totals = [total for total in report.totals if total.currency == currency]
        names = [name for name, _ in totals[0].quantities]
        used = tuple(
            (name, sum((dict(total.quantities)[name] for total in totals), Fraction(0)))
            for name in names
        )
        amount = sum((total.amount for total in totals), Fraction(0))
        yield Total((), sum(total.rows for total in totals), used, amount, currency)


def _row(report: UsageReport, total: Total, used: Sequence[str]) -> tuple[str, ...]:
    return (*map(_shown, total.by), *_numbers(total, used))


def _numbers(total: Total, used: Sequence[str]) -> tuple[str, ...]:
    quantities = dict(total.quantities)
    return (
        f"{total.rows:,}",
        *(grouped(quantities[name]) for name in used),
        span_of(total.amount, total.most, total.currency),
    )


def _shown(value: object) -> str:
    return "(none)" if value is None else printable(str(value))


def _csv(report: UsageReport) -> None:
    """Comma-separated values; where a group has bounds,
    all have `low` and `high` and those no `amount`.
    """
    meters = [name for name, _ in report.totals[0].quantities] if report.totals else []
    bounds = ["low", "high"] if any(total.high is not None for total in report.totals) else []
    writer = CsvWriter(sys.stdout)
    writer.row([*report.by, report.noun, *meters, "amount", *bounds, "currency"])
    for total in report.totals:
        quantities = [format(to_decimal(quantity), "f") for _, quantity in total.quantities]
        values = ["" if value is None else str(value) for value in total.by]
        low, high = (format(to_decimal(amount), "f") for amount in (total.amount, total.most))
        amount = "" if total.high is not None else low
        writer.row(
            [
                *values,
                total.rows,
                *quantities,
                amount,
                *([low, high] if bounds else []),
                total.currency,
            ]
        )
