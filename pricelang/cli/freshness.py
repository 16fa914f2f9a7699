"""How old the sources of a book are, as `pricelang check --fresh` shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from pricelang.cli.options import checked_instant, option_group
from pricelang.model.ages import aged_sources
from pricelang.model.book import Book
from pricelang.model.instants import seconds_of, today, written
from pricelang.present.text import how_many, printable
from pricelang.syntax.diagnostics import NOWHERE, Fault

OLD = "old_source"
"""The code of a source that was read too long ago."""

freshness_options = option_group(
    click.option(
        "--fresh",
        is_flag=False,
        flag_value="",
        metavar="DAYS",
        help="Also name the sources that are alive and were read longer ago, such as `30d`; "
        "without DAYS, longer ago than each of them says.",
    ),
    click.option(
        "--at",
        metavar="DATE",
        callback=lambda _ctx, _param, value: checked_instant(value),
        help="With --fresh, the day of the ages. Default: today.",
    ),
)


def old_sources(ctx: click.Context, book: Book, fresh: str | None, at: str | None) -> list[Fault]:
    """A warning for each source that is alive and was read too long ago; none without `--fresh`.
    Raises a usage error for what is no number of days.
    """
    if fresh is None and at is not None:
        ctx.fail("`--at` is of `--fresh`")
    if fresh is None:
        return []
    if re.fullmatch("([0-9]{1,5}d?)?", fresh, re.ASCII) is None:
        ctx.fail(f"`--fresh` takes a number of days such as 30d, not `{printable(fresh)}`")
    most = int(fresh.removesuffix("d")) if fresh else None
    return list(_old(book, seconds_of(at or today()), most))


def _old(book: Book, now: int, most: int | None) -> Iterator[Fault]:
    for aged in aged_sources(book, now):
        limit = aged.every if most is None else most
        if aged.days > limit:
            source = aged.source
            message = (
                f"`{source.name}` was read on {written(source.read)}, {how_many(aged.days, 'day')} "
                f"ago, which is longer than {how_many(limit, 'day')}"
            )
            help = f"read it again: {source.address}"
            yield Fault(OLD, message, NOWHERE, help, severity="warning")
