"""`pricelang export`: the prices of a day in the form of another project."""

from __future__ import annotations

from functools import partial

import click

from pricelang.cli.exit_codes import DONE, SOME_FAILED
from pricelang.cli.inputs import open_book
from pricelang.cli.options import at_option, book_option
from pricelang.cli.progress import with_progress
from pricelang.cli.targets import TARGET, check_outputs
from pricelang.present.terminal import say
from pricelang.usage.io.files import STDIN
from pricelang.usage.io.writing import write_text

FORMATS = ("litellm", "genai-prices")


@click.command(
    epilog="Exit codes: 0 done; 1 with `--strict`, something "
    "could not be said; 2 wrong usage, or a "
    "book that cannot be used."
)
@click.argument("format_", metavar="litellm|genai-prices", type=click.Choice(FORMATS))
@book_option
@at_option
@click.option(
    "--provider",
    metavar="NAME",
    help="The provider that the entries name. Default: the name of the book.",
)
@click.option(
    "-o",
    "--output",
    type=TARGET,
    default=STDIN,
    metavar="FILE",
    help="The file for the text. Default: standard output.",
)
@click.option(
    "--unsaid",
    type=TARGET,
    metavar="FILE",
    help="The file for what the format cannot say, with its reason, as JSON Lines. Default: counts "
    "on standard error.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 if anything could not be said.")
@click.pass_context
def command(
    ctx: click.Context,
    format_: str,
    book: str,
    at: str | None,
    provider: str | None,
    output: str,
    unsaid: str | None,
    strict: bool,
) -> None:
    """Write the prices of a book on one day as entries of LiteLLM's
    `model_prices_and_context_window.json`, or as the YAML file of a provider of genai-prices.
    Numbers are exact decimals. What the format cannot say is listed with its reason.

    \b
    Examples:
      pricelang export litellm --at 2026-04-17 -o claude.json
      pricelang export genai-prices --book my-contract.price --unsaid unsaid.jsonl
    """
    from pricelang.apps.exports import genai_yaml, litellm_map
    from pricelang.apps.imports.drafts import json_lines
    from pricelang.apps.tables.exchange import export_line, unsaid_lines

    check_outputs(ctx)
    loaded = open_book(book)
    exported = litellm_map.exported if format_ == "litellm" else genai_yaml.exported
    watched = partial(with_progress, shares_terminal=False)
    found = exported(loaded, at, provider or loaded.name, watched)
    if unsaid is not None:
        write_text(unsaid, json_lines(found.unsaid))
    write_text(output, found.text)
    say(export_line(found, format_), err=True)
    for line in unsaid_lines(found.unsaid) if unsaid is None else ():
        say(line, err=True)
    ctx.exit(SOME_FAILED if strict and found.unsaid else DONE)
