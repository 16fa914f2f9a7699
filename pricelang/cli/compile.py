"""`pricelang compile`: a book in the form that any program can evaluate."""

from __future__ import annotations

import click

from pricelang.cli.exit_codes import DONE
from pricelang.cli.failures import failures
from pricelang.cli.inputs import open_book
from pricelang.cli.options import BOOK
from pricelang.cli.targets import TARGET, check_outputs
from pricelang.usage.io.files import STDIN
from pricelang.usage.io.writing import write_text
from pricelang.usage.request_flags import DEFAULT_BOOK


@click.command(epilog="Exit codes: 0 done; 2 wrong usage, or a book that cannot be used.")
@click.argument("book", type=BOOK, default=DEFAULT_BOOK, metavar="[PATH|NAME]")
@click.option(
    "-o",
    "--output",
    type=TARGET,
    default=STDIN,
    metavar="FILE",
    help="The file for the JSON. Default: standard output.",
)
@click.pass_context
def command(ctx: click.Context, book: str, output: str) -> None:
    """Write the compiled form of a book: one JSON document with every rule, its scope and its
    place, and the decisions, that `pricelang.load` and other programs read. The same book gives
    the same bytes. A contract carries the books that it extends.

    \b
    Example:
      pricelang compile anthropic -o anthropic.json
    """
    from pricelang.apps.compiled_book import compiled_text

    check_outputs(ctx)
    with failures():
        write_text(output, compiled_text(open_book(book)))
    ctx.exit(DONE)
