"""`pricelang report`: what a table of usage costs, by model, day, or any column."""

from __future__ import annotations

import csv
import json
import sys
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from pricelang.cli.options import at_option, book_option, dimension_options
from pricelang.cli.output import Grid, show_grid
from pricelang.cli.tables import engine_options, mapping_options, on_spark, opened
from pricelang.decimals import grouped, money, to_decimal
from pricelang.ending import DONE, SOME_FAILED, error_line
from pricelang.wording import printable

if TYPE_CHECKING:
    from pricelang.engines.totals import Report, Total


@click.command(
    epilog="Exit codes: 0 all rows were priced; 1 some have no price (the rest is added up, the refused are counted on "
    "standard error); 2 wrong usage, or a table or book that cannot be used.",
)
@click.argument("files", nargs=-1, required=True, metavar="FILES…")
@click.option("--by", default="model", show_default=True, metavar="COLUMN,…", help="Columns, `model`, `hour`, `day`, `week`, `month`, `year`; or `none`.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a group.")
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated values with a header.")
@book_option
@at_option
@click.option("--model", metavar="ID", help="The model of all rows, where no column says it.")
@dimension_options
@mapping_options
@engine_options
@click.pass_context
def command(ctx: click.Context, /, by: str, as_json: bool, as_csv: bool, **params: Any) -> None:
    """What tables of usage cost, added up: Parquet, CSV, TSV, JSON Lines, or a table of a DuckDB file.

    Columns are known by the names of the book (`model`, `at`, `input`, …); `--map` names others.

    \b
    Examples:
      pricelang report usage.parquet --by model,day
      pricelang report usage.csv --map at=created --map input=prompt_tokens --json
    """
    if as_json and as_csv:
        ctx.fail("`--json` and `--csv` are two answers; choose one")
    columns = [] if by == "none" else [name.strip() for name in by.split(",") if name.strip()]
    if params["engine"] == "spark":
        from pricelang.engines.spark_files import report_files

        with on_spark(ctx, params) as arguments:
            ctx.exit(show_report(report_files(by=columns, **arguments), as_json, as_csv))
    if params["master"] is not None:
        ctx.fail("`--master` goes with `--engine spark`")
    with opened(ctx, params) as job:
        from pricelang.engines.totals import totals

        report = totals(job, columns)
        rest = job.columns.rest
    ctx.exit(show_report(report, as_json, as_csv, rest))


def show_report(report: Report, as_json: bool = False, as_csv: bool = False, rest: tuple[str, ...] = ()) -> int:
    """Prints the totals, and on standard error what has no price and which columns said nothing; returns the exit code."""
    if as_json:
        _json(report)
    elif as_csv:
        _csv(report)
    else:
        show_grid(report_grid(report))
        click.echo()
        refused = sum(unpriced.rows for unpriced in report.unpriced)
        click.echo(f"{report.read:,} rows read: {report.read - refused:,} priced, {refused:,} refused")
    sys.stdout.flush()
    not_used = [name for name in rest if name not in report.by]
    if not_used and not as_json and not as_csv:
        click.echo(f"columns that say nothing to the book: {', '.join(map(printable, not_used))}", err=True)
    for unpriced in report.unpriced:
        rows = f"{unpriced.rows:,} row{'s' if unpriced.rows != 1 else ''}"
        click.echo(f"{error_line(unpriced.code, unpriced.reason)} ({rows})", err=True)
        if unpriced.help:
            click.echo(f"  help: {printable(unpriced.help)}", err=True)
    return SOME_FAILED if report.unpriced else DONE


def report_grid(report: Report) -> Grid:
    """The totals as a table, with a line that adds them up where all are in one currency."""
    used = [name for n, (name, _) in enumerate(report.totals[0].quantities) if any(t.quantities[n][1] for t in report.totals)] if report.totals else []
    rows = [
        (*(_shown(value) for value in total.by), f"{total.rows:,}", *(_quantity(total, name) for name in used), money(total.amount, total.currency))
        for total in report.totals
    ]
    totals = 0
    if len({total.currency for total in report.totals}) == 1 and len(rows) > 1 and report.by:
        whole = sum((total.amount for total in report.totals), Fraction(0))
        sums = [grouped(sum((dict(total.quantities)[name] for total in report.totals), Fraction(0))) for name in used]
        label = ["total", *([""] * (len(report.by) - 1))]
        rows.append((*label, f"{sum(total.rows for total in report.totals):,}", *sums, money(whole, report.totals[0].currency)))
        totals = 1
    headers = (*report.by, "rows", *used, "amount")
    return Grid(headers, tuple(rows), frozenset(range(len(report.by), len(headers))), totals)


def _quantity(total: Total, name: str) -> str:
    return grouped(dict(total.quantities)[name])


def _shown(value: object) -> str:
    return "(none)" if value is None else printable(str(value))


def _json(report: Report) -> None:
    from pricelang.engines.totals import as_record

    for total in report.totals:
        click.echo(json.dumps(as_record(report, total), default=str))


def _csv(report: Report) -> None:
    meters = [name for name, _ in report.totals[0].quantities] if report.totals else []
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([*report.by, "rows", *meters, "amount", "currency"])
    for total in report.totals:
        quantities = [format(to_decimal(quantity), "f") for _, quantity in total.quantities]
        values = ["" if value is None else str(value) for value in total.by]
        writer.writerow([*values, total.rows, *quantities, format(to_decimal(total.amount), "f"), total.currency])
