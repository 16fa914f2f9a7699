"""`pricelang report`: the cost of records or tables, added up by model, day or whatever they
carry.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import click
from attrs import frozen

from pricelang.apps.reports.totals import RECORDS, UsageReport, as_record
from pricelang.apps.tables.usage_report import (
    notes_lines,
    report_bars,
    report_counts,
    report_rows,
    report_table,
    unpriced_lines,
)
from pricelang.cli.book_flags import BookCommand
from pricelang.cli.exit_codes import DONE, SOME_FAILED
from pricelang.cli.failures import failures
from pricelang.cli.inputs import names_in, open_book, records_in
from pricelang.cli.options import option_group, record_options
from pricelang.cli.output import Form, form_of, form_options, show, show_lines
from pricelang.cli.progress import with_progress
from pricelang.cli.tables import (
    NOT_STRICT,
    engine_options,
    mapping_options,
    on_spark,
    opened,
    tables_of,
)
from pricelang.present.csv_text import write_csv
from pricelang.present.terminal import say
from pricelang.present.text import printable


@frozen
class ReportGroups:
    """What a report adds up: the names that it groups by, and the period of records."""

    by: list[str]
    since: str | None
    until: str | None
    zone: str | None

    @property
    def is_dated(self) -> bool:
        """Says whether a period or a time zone is given."""
        return not (self.since is self.until is self.zone is None)


grouping_options = option_group(
    click.option(
        "--by",
        default="model",
        show_default=True,
        metavar="NAME,…",
        help="`model`, `hour`, `day`, `week`, `month`, `year`; a column of a table; what records "
        "carry, such as `session`, `workspace` or `file`; or `none`.",
    ),
    click.option("--since", metavar="DAY", help="Only records from this day, month or year on."),
    click.option(
        "--until", metavar="DAY", help="Only records up to the end of this day, month or year."
    ),
    click.option(
        "--tz",
        "zone",
        metavar="ZONE",
        help="The time zone of days, such as Europe/Berlin or `local`. Default: UTC.",
    ),
)


@click.command(
    cls=BookCommand,
    epilog="Exit codes: 0 everything was priced; 1 something has no price (the rest is added up, "
    "the refused are counted and "
    "named on standard error); 2 wrong usage, or a table or book that cannot be used.",
)
@click.argument("files", nargs=-1, required=True, metavar="FILES…")
@grouping_options
@click.option("--chart", is_flag=True, help="Draw bars under the table.")
@form_options(
    json="Print one JSON object for each group.",
    csv="Print comma-separated values with a header.",
    markdown="Print the table in Markdown.",
)
@record_options
@click.option(
    "--sum", "is_sum", is_flag=True, help="Take each row of a table as a sum of several requests."
)
@mapping_options
@engine_options
@click.pass_context
def command(ctx: click.Context, /, chart: bool, **params: Any) -> None:
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
    form = form_of(ctx, params, chart)
    by = params.pop("by")
    grouping = ReportGroups(
        [] if by == "none" else names_in(by), *map(params.pop, ("since", "until", "zone"))
    )
    report, rest = _report(ctx, grouping, params)
    ctx.exit(show_report(report, form, chart, rest))


def _report(
    ctx: click.Context, grouping: ReportGroups, params: dict[str, Any]
) -> tuple[UsageReport, tuple[str, ...]]:
    """The report, and the columns of tables that say nothing to the book."""
    if params["engine"] == "spark":
        from pricelang.engines.spark_files import report_files

        without = {"since": grouping.since, "until": grouping.until, "tz": grouping.zone}
        with on_spark(ctx, params, **without, format=params["format_"]) as arguments:
            return report_files(by=grouping.by, **arguments), ()
    if params["master"] is not None:
        ctx.fail("`--master` needs `--engine spark`")
    if not (params["mapping"] or params["table"] or tables_of(ctx, params["files"])):
        if params["is_sum"]:
            ctx.fail("`--sum` is for tables; a record says itself that it is a sum")
        return _of_records(ctx, grouping, params), ()
    if grouping.is_dated or params["format_"] is not None:
        ctx.fail(
            "`--since`, `--until`, `--tz` and `--format` are for records; a table is "
            "narrowed by a query of its own"
        )
    if params["strict"]:
        ctx.fail(NOT_STRICT)
    with opened(ctx, params) as job:
        from pricelang.engines.totals import totals

        return totals(job, grouping.by), job.columns.rest


def _of_records(ctx: click.Context, grouping: ReportGroups, params: dict[str, Any]) -> UsageReport:
    """The report over files of records."""
    from pricelang.apps.reports.period import between, zone_of
    from pricelang.apps.reports.report import report_records

    outcomes, given = records_in(ctx, params)
    with failures():
        zone = zone_of(grouping.zone)
        period = between(grouping.since, grouping.until, zone)
        watched = with_progress(outcomes, shares_terminal=False)
        return report_records(open_book(params["book"]), watched, grouping.by, given, period, zone)


def show_report(
    report: UsageReport, form: Form = "text", chart: bool = False, rest: tuple[str, ...] = ()
) -> int:
    """Prints the totals in a form, and on standard error what
    has no price and which columns said nothing; returns the exit code.
    """
    match form:
        case "json":
            for total in report.totals:
                click.echo(json.dumps(as_record(report, total), default=str))
        case "csv":
            write_csv(report_rows(report), sys.stdout)
        case _:
            _show(report, form == "markdown", chart)
    sys.stdout.flush()
    for_programs = form in ("json", "csv")
    not_used = [name for name in rest if name not in report.by]
    if not_used and not for_programs:
        say(ignored_line(not_used), err=True)
    if for_programs and report.counts is not None:
        say(report_counts(report), err=True)
    for line in unpriced_lines(report.unpriced, report.noun):
        say(line, err=True)
    return SOME_FAILED if report.unpriced else DONE


def ignored_line(columns: list[str] | tuple[str, ...]) -> str:
    """Which columns of a table the book has no word for."""
    return f"ignored columns: {', '.join(map(printable, columns))}"


def _show(report: UsageReport, as_markdown: bool, chart: bool) -> None:
    table = report_table(report)
    has_table = bool(table.rows) or report.noun != RECORDS
    if has_table:
        show(table, as_markdown and bool(table.rows))
    if chart and report.totals:
        from pricelang.present.bars import show_bars

        say()
        show_bars(report_bars(report), as_markdown)
    if has_table:
        say()
    say(report_counts(report))
    show_lines(notes_lines(report.notes), as_markdown)
