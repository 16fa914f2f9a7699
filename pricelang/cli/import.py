"""`pricelang import`: the price data of another project as a book."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pricelang.cli.exit_codes import DONE, SOME_FAILED
from pricelang.cli.failures import Failure
from pricelang.cli.options import checked_instant
from pricelang.cli.targets import FOLDER, TARGET, check_outputs
from pricelang.present.terminal import say
from pricelang.present.text import printable
from pricelang.usage.io.files import STDIN
from pricelang.usage.io.targets import Target
from pricelang.usage.io.writing import write_text

if TYPE_CHECKING:
    from pricelang.apps.imports.drafts import Imported

FORMATS = ("litellm", "genai-prices")


@click.command(
    epilog="Exit codes: 0 done; 1 with `--strict`, something could not be said; 2 wrong usage, or "
    "no such price data."
)
@click.argument("format_", metavar="litellm|genai-prices", type=click.Choice(FORMATS))
@click.argument("source", required=False, metavar="[FILE|-]")
@click.option(
    "-o",
    "--output",
    type=FOLDER,
    required=True,
    metavar="FOLDER",
    help="The folder for the book: `book.price` and a file for each provider.",
)
@click.option(
    "--read",
    metavar="DATE",
    callback=lambda _ctx, _param, value: checked_instant(value),
    help="The day on which the data was read. Default: today.",
)
@click.option(
    "--unsaid",
    type=TARGET,
    metavar="FILE",
    help="The file for each figure and entry that is not in the book, with its reason, as JSON "
    "Lines; `-` for standard output.",
)
@click.option("--force", is_flag=True, help="Replace the book that an earlier import wrote there.")
@click.option("--strict", is_flag=True, help="Exit with 1 if anything could not be said.")
@click.pass_context
def command(
    ctx: click.Context,
    format_: str,
    source: str | None,
    output: str,
    read: str | None,
    unsaid: str | None,
    force: bool,
    strict: bool,
) -> None:
    """Turn the whole price data of LiteLLM (`model_prices_and_context_window.json`) or
    genai-prices (its JSON, or the YAML file of a provider) into a book. Without FILE, the data of
    the installed package is read. Nothing is dropped: what the book does not have is counted and
    listed with its reason.

    \b
    Examples:
      pricelang import litellm model_prices_and_context_window.json -o books/litellm
      pricelang import genai-prices -o books/genai-prices --unsaid unsaid.jsonl
    """
    from pricelang.apps.imports.drafts import json_lines
    from pricelang.apps.tables.exchange import import_lines

    check_outputs(ctx)
    found, besides = _written(ctx, format_, source, Path(output), read, force)
    if unsaid is not None:
        write_text(unsaid, json_lines(found.listed))
    for line in import_lines(found, output):
        say(line, err=unsaid == STDIN)
    if besides:
        say(
            f"left as they are, and no part of the book: {', '.join(map(printable, besides))}",
            err=True,
        )
    ctx.exit(SOME_FAILED if strict and found.listed else DONE)


def _written(
    ctx: click.Context,
    format_: str,
    source: str | None,
    folder: Path,
    read: str | None,
    force: bool,
) -> tuple[Imported, tuple[str, ...]]:
    """Writes the book into a folder; returns what was read, and the files there that are no part of
    it. Raises `Failure` for data of another form.
    """
    from pricelang.apps.imports.drafts import ImportFault
    from pricelang.apps.imports.folders import has_book, write_book
    from pricelang.apps.imports.reading import imported

    name = printable(str(folder))
    if folder.exists() and not folder.is_dir():
        ctx.fail(f"`{name}` is not a folder; name one for the book")
    if has_book(folder) and not force:
        ctx.fail(f"the folder `{name}` has a book already; name another, or add `--force`")
    day = (read or datetime.datetime.now(datetime.UTC).date().isoformat())[:10]
    try:
        found = imported(format_, source, day)
        files = (Target("`--output`", str(folder / file), True) for file in found.files)
        check_outputs(ctx, *files)
        return found, write_book(folder, found.files)
    except ImportFault as error:
        raise Failure("bad_data", str(error)) from None
