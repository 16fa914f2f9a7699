"""`pricelang price` of tables of usage: each row into a file, or all of them into totals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from pricelang.cli.exit_codes import DONE, SOME_FAILED
from pricelang.cli.inputs import names_in
from pricelang.cli.report import ignored_line, show_report
from pricelang.cli.tables import NOT_STRICT, on_spark, opened
from pricelang.present.readable import readable_amount
from pricelang.present.terminal import say
from pricelang.present.text import how_many, printable

if TYPE_CHECKING:
    from pricelang.engines.rows import Written


@frozen
class TableTarget:
    """Where the rows of a table of usage go with their prices, and which columns with them."""

    target: str | None
    rejects: str | None
    lines: bool
    keep: list[str] | None


def _target(params: dict[str, Any]) -> TableTarget:
    keep = params["keep"]
    columns = None if keep is None else names_in(keep)
    return TableTarget(params["target"], params["rejects"], params["lines"], columns)


def price_table(ctx: click.Context, params: dict[str, Any]) -> int:
    """Prices tables by DuckDB; returns the exit code."""
    table = _target(params)
    if params["strict"]:
        ctx.fail(NOT_STRICT)
    if table.target is None:
        if table.rejects is not None or table.lines or table.keep is not None:
            ctx.fail(
                "`--rejects`, `--keep` and `--lines` need an output, such as `-o priced.parquet`"
            )
        from pricelang.engines.totals import totals

        with opened(ctx, params) as job:
            return show_report(totals(job, ["model"]), rest=job.columns.rest)
    from pricelang.engines.rows import write_priced

    with opened(ctx, params) as job:
        written = write_priced(job, table.target, table.rejects, table.lines, table.keep)
        rest = job.columns.rest
    return _show_written(written, rest)


def price_on_spark(ctx: click.Context, params: dict[str, Any]) -> int:
    """The same on Spark, from files and folders into folders."""
    table = _target(params)
    if not params["files"]:
        ctx.fail("nothing to price: name the files or folders of usage")
    from pricelang.engines.spark_files import price_file, report_files

    with on_spark(ctx, params, keep=table.keep) as arguments:
        if table.target is not None:
            written = price_file(
                output=table.target, rejects=table.rejects, lines=table.lines, **arguments
            )
            return _show_written(written, ())
        if table.rejects is not None or table.lines:
            ctx.fail("`--rejects` and `--lines` need an output, such as `-o priced.parquet`")
        return show_report(report_files(by=["model"], **arguments))


def _show_written(written: Written, rest: tuple[str, ...]) -> int:
    """Says on standard error what became of rows that were written; returns the exit code."""
    amounts = ", ".join(readable_amount(sum_, name) for name, sum_ in written.totals.items())
    say(
        f"{how_many(written.read, 'row')} read: {written.priced:,} priced, {written.refused:,} "
        f"refused{f'; total {amounts}' if amounts else ''}",
        err=True,
    )
    if rest:
        say(ignored_line(rest), err=True)
    for reason in written.reasons if written.refused else ():
        say(f"refused: {printable(reason)}", err=True)
    return SOME_FAILED if written.refused else DONE
