"""`pricelang schema`: what a command prints as JSON, as a JSON Schema."""

from __future__ import annotations

import json

import click

from pricelang.apps.output_schemas import SCHEMAS, schema_of


@click.command(epilog="Exit codes: 0 printed; 2 wrong usage.")
@click.argument("name", type=click.Choice(SCHEMAS), metavar="COMMAND")
def command(name: str) -> None:
    """Print the JSON Schema of what a command prints with `--json`: of the whole, or of each line
    where it prints one object a line.

    \b
    Example:
      pricelang schema price
    """
    click.echo(json.dumps(schema_of(name), indent=1, ensure_ascii=False))
