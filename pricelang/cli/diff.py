"""`pricelang diff`: what changes for whom between two books, two days of one, or two git
revisions.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import attrs
import click

from pricelang.api import Book
from pricelang.apps.tables.usage_change import (
    account_table,
    change_data,
    change_remarks,
    change_table,
    records_table,
)
from pricelang.apps.usage_change import UsageChange
from pricelang.cli.book_at import book_at
from pricelang.cli.exit_codes import DONE, SOME_FAILED
from pricelang.cli.failures import failures
from pricelang.cli.inputs import names_in, record_files
from pricelang.cli.options import unknown_counters_option
from pricelang.cli.output import Form, form_of, form_options, show
from pricelang.cli.tables import mapping_options, opened_by, tables_of
from pricelang.model.instants import seconds_of, written
from pricelang.present.markdown import line, quoted
from pricelang.present.terminal import say
from pricelang.present.text import how_many, printable
from pricelang.verify.diff.change import KINDS, Change
from pricelang.verify.diff.difference import Comparison


@click.command(
    epilog="Exit codes: 0 no difference; 1 at least one; 2 wrong usage, or a book that "
    "cannot be used."
)
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@click.option(
    "--usage",
    metavar="FILE",
    multiple=True,
    type=click.Path(exists=True, allow_dash=True),
    help="Usage to price under both: records, folders or tables (Parquet, CSV, DuckDB), as `price` "
    "reads them.",
)
@click.option(
    "--requests",
    "most",
    metavar="N",
    type=click.IntRange(1),
    help="With --usage, also list the N records whose cost changes most.",
)
@click.option(
    "--by",
    metavar="NAME,…",
    help="With --usage, group by what records carry, such as `workspace,model`. Default: model.",
)
@unknown_counters_option
@mapping_options
@form_options(
    json="Print one JSON object with all changes.",
    markdown="Print Markdown, for a pull request or an announcement.",
)
@click.pass_context
def command(
    ctx: click.Context,
    /,
    old: str,
    new: str,
    usage: tuple[str, ...],
    most: int | None,
    by: str | None,
    **reading: Any,
) -> None:
    """Show what changes for whom from A to B, decided over every request. Each is a book (a path
    or a bundled name), a book on a day (`BOOK@DATE`), or a file or folder of a git revision
    (`REV:PATH`). If one names a day, both are compared on days. Rows in another order, groups
    spelled out, other words and other sources are no difference.

    \b
    Examples:
      pricelang diff anthropic@2026-04-17 anthropic@2026-11-22
      pricelang diff anthropic my-contract.price --usage march.jsonl --by workspace --requests 20
      pricelang diff HEAD~1:rules/anthropic rules/anthropic --markdown
    """
    form = form_of(ctx, reading)
    if (most or by) and not usage:
        ctx.fail("`--requests` and `--by` are of `--usage`")
    sides = (book_at(old), book_at(new))
    days = [side.at or other.at for side, other in zip(sides, reversed(sides), strict=True)]
    names = [
        side.name if day is None else f"{side.name} on {written(seconds_of(day))}"
        for side, day in zip(sides, days, strict=True)
    ]
    comparison = Comparison.of(sides[0].book.checked, sides[1].book.checked, days[0], days[1])
    changes = tuple(comparison.all())
    starts = 0 if changes and not any(days) else None
    groups = tuple(names_in(by or "")) or ("model",)
    costs = UsageChange(groups, most or 0, since=comparison.since, on_or_after=starts)
    if usage:
        with failures():
            _price(ctx, usage, (sides[0].book, sides[1].book), days, costs, reading)
    _print(changes, names, costs if usage else None, form)
    ctx.exit(SOME_FAILED if changes else DONE)


# ---- output --------------------------------------------------------------------------------------


def _print(
    changes: tuple[Change, ...], names: list[str], costs: UsageChange | None, form: Form
) -> None:
    if form != "json":
        _show(changes, names, costs, form == "markdown")
        return
    found: dict[str, object] = {"old": names[0], "new": names[1]}
    found["changes"] = [attrs.asdict(change) for change in changes]
    if costs is not None:
        found["usage"] = change_data(costs)
    click.echo(json.dumps(found, indent=1))


def _show(
    changes: tuple[Change, ...], names: list[str], costs: UsageChange | None, as_markdown: bool
) -> None:
    mark = "## " if as_markdown else ""
    say(
        f"# {quoted(names[0])} -> {quoted(names[1])}"
        if as_markdown
        else f"{printable(names[0])} -> {printable(names[1])}",
        whole=as_markdown,
    )
    for heading in dict.fromkeys(KINDS.values()):
        inside = [change for change in changes if KINDS[change.kind] == heading]
        if inside:
            say(f"\n{mark}{heading}")
        if inside and as_markdown:
            say()
        for change in inside:
            say(
                f"- {line(change.text)}" if as_markdown else f"  {printable(change.text)}",
                whole=as_markdown,
            )
    say(f"\n{how_many(len(changes), 'change') if changes else 'no difference'}")
    if costs is not None:
        _show_costs(costs, names, as_markdown)


def _show_costs(costs: UsageChange, names: list[str], as_markdown: bool) -> None:
    say("\n## Usage\n" if as_markdown else "", whole=as_markdown)
    if costs.sums:
        show(change_table(costs), as_markdown)
    else:
        say("no usage has a price under both")
    for table in (account_table(costs), records_table(costs)):
        if table.rows:
            say()
            show(table, as_markdown)
    for remark in change_remarks(costs, names):
        say(f"\n{line(remark)}" if as_markdown else remark, whole=as_markdown)


# ---- usage ---------------------------------------------------------------------------------------


def _price(
    ctx: click.Context,
    usage: tuple[str, ...],
    books: tuple[Book, Book],
    days: Sequence[str | None],
    costs: UsageChange,
    reading: dict[str, Any],
) -> None:
    """Prices usage under both books: records, or the rows of tables."""
    if tables_of(ctx, usage):
        from pricelang.engines.outcomes import outcomes_of

        with opened_by(ctx, books[1], usage, reading) as job:
            costs.price(outcomes_of(job), books, days)
        return
    if reading["mapping"] or reading["table"]:
        ctx.fail("`--map` and `--table` are for tables of usage")
    from pricelang.usage.reading import read_paths

    outcomes = read_paths(record_files(ctx, usage), unknown_counters=reading["unknown_counters"])
    costs.price(outcomes, books, days)
