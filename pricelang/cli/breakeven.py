"""`pricelang breakeven`: when a cache pays, when a free allowance ends, and which model is cheaper
for which output.
"""

from __future__ import annotations

import json
from typing import Any

import click

from pricelang.cli.charts import plotext, show_chart
from pricelang.cli.failures import failures
from pricelang.cli.inputs import open_book
from pricelang.cli.options import at_option, book_option, option_group
from pricelang.cli.output import form_of, form_options, show_tables
from pricelang.present.terminal import say

question_options = option_group(
    click.option(
        "--model", "models", multiple=True, metavar="ID", help="Only this model. May be repeated."
    ),
    click.option(
        "--against",
        metavar="MODEL",
        help="Show from which share of output this model is cheaper or more expensive.",
    ),
    click.option(
        "--write",
        metavar="METER",
        help="The meter that fills a cache. Default: all that the book derives.",
    ),
    click.option("--read", metavar="METER", help="The meter that reads from the cache."),
    click.option("--base", metavar="METER", help="The meter that is paid without a cache."),
    click.option(
        "--retired", is_flag=True, help="Include models that were retired long before that day."
    ),
)


@click.command(epilog="Exit codes: 0 done; 2 wrong usage, or a book that cannot be used.")
@at_option
@question_options
@click.option(
    "--chart",
    is_flag=True,
    help="Draw what a prompt costs over several calls, for the first model.",
)
@form_options(json="Print one JSON object with everything.", markdown="Print tables in Markdown.")
@book_option
@click.pass_context
def command(ctx: click.Context, /, at: str | None, chart: bool, book: str, **params: Any) -> None:
    """Show after how many reads a cache pays for itself, for each model and each lifetime, in
    every stack of modifiers; what is paid when a free allowance has ended; and with `--against`,
    at which share of output two models cost the same.

    \b
    Examples:
      pricelang breakeven --at 2026-04-17
      pricelang breakeven --model claude-opus-4-7 --against claude-2.0 --chart
    """
    form = form_of(ctx, params, chart)
    plot = plotext() if chart else None
    loaded = open_book(book)
    with failures():
        found = loaded.break_even(at, **params)
    from pricelang.apps.tables import break_even as tables

    if form == "json":
        click.echo(json.dumps({"book": loaded.name, **tables.break_even_data(found)}))
        return
    as_markdown = form == "markdown"
    show_tables(tables.break_even_tables(found), as_markdown)
    if found.without:
        say(f"\nno cache price: {', '.join(found.without)}")
    if not found.caches and not found.without:
        between = "\n" if found.pools or found.shares else ""
        say(f"{between}the book names no cache: give --write, --read and --base")
    left_out = tables.tiers_line(found)
    if left_out is not None:
        say(f"\n{left_out}")
    show_chart(plot, tables.break_even_chart(found) if plot else None, as_markdown)
