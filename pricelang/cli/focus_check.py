"""`pricelang focus-check`: cost rows held against the rules of FOCUS 1.2."""

from __future__ import annotations

import json

import click

from pricelang.cli.exit_codes import DONE, SOME_FAILED
from pricelang.cli.failures import failures
from pricelang.present.json_data import fields_of
from pricelang.present.terminal import say
from pricelang.present.text import how_many, printable

SHOWN = 100


@click.command(
    epilog="Exit codes: 0 no rule is broken; 1 at least one is; 2 wrong usage, or a file "
    "that cannot be read."
)
@click.argument("file", type=click.Path(exists=True, allow_dash=True), metavar="FILE")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each problem.")
@click.pass_context
def command(ctx: click.Context, /, file: str, as_json: bool) -> None:
    """Check that the cost rows of a CSV or Parquet file keep the rules of FOCUS 1.2: mandatory
    columns, types, nulls, allowed values, periods, and that a cost is its unit price times its
    quantity.

    \b
    Example:
      pricelang price records.jsonl --focus costs.csv && pricelang focus-check costs.csv
    """
    from pricelang.apps.exports.focus_check import FileCheck

    check, count = FileCheck(file), 0
    with failures():
        for problem in check.problems():
            count += 1
            if as_json:
                click.echo(json.dumps(fields_of(problem, "row", "column", "message")))
            elif count <= SHOWN:
                where = "header" if problem.row is None else f"row {problem.row}"
                say(printable(f"{file}: {where}: {problem.column or 'the row'}: {problem.message}"))
    if not as_json:
        if count > SHOWN:
            say(f"and {count - SHOWN:,} more")
        problems = how_many(count, "problem") if count else "no rule of FOCUS 1.2 is broken"
        say(f"{how_many(check.rows, 'row')}: {problems}")
    ctx.exit(SOME_FAILED if count else DONE)
