"""`pricelang focus-check`: cost rows held against the rules of FOCUS 1.2."""

from __future__ import annotations

import json

import click

from pricelang.cli.exit_codes import DONE, SOME_FAILED
from pricelang.cli.output import Failure
from pricelang.model.errors import PriceError
from pricelang.present.text import printable

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
    try:
        for problem in check.problems():
            count += 1
            if as_json:
                click.echo(
                    json.dumps(
                        {"row": problem.row, "column": problem.column, "message": problem.message}
                    )
                )
            elif count <= SHOWN:
                where = "header" if problem.row is None else f"row {problem.row}"
                click.echo(
                    printable(f"{file}: {where}: {problem.column or 'the row'}: {problem.message}")
                )
    except PriceError as error:
        raise Failure(error.code, error.message, error.help) from None
    if not as_json:
        if count > SHOWN:
            click.echo(f"and {count - SHOWN:,} more")
        problems = f"{count:,} problem{'s' if count != 1 else ''}"
        click.echo(
            f"{check.rows:,} row{'s' if check.rows != 1 else ''}: "
            f"{problems if count else 'no rule of FOCUS 1.2 is broken'}"
        )
    ctx.exit(SOME_FAILED if count else DONE)
