"""What people write in tables who copy them from elsewhere, and what to write instead."""

from __future__ import annotations

import re

from pricelang.syntax.habit import Habit
from pricelang.syntax.number_habits import COIN, SIGN, WORD, amount_named

TABLES = frozenset({"models", "rates", "figures"})
"""The statements below which rows of a table stand."""
_AMOUNT = rf"{SIGN}? ?[0-9][0-9.,]*"

TABLE_HABITS = (
    Habit(r"^ *\| *", r":?-{2,}:?|:-", "a table has no line under its header"),
    Habit(
        r"\| *",
        r"=",
        "a cell holds an amount: write what the formula comes to, or `derived` and a `derive`",
    ),
    Habit(
        rf"\| *({_AMOUNT}) *",
        rf"(?:-|–|—|to|or|/) *({_AMOUNT})",
        lambda x, y: (
            f"a cell is one amount: write a row for `{x[1]}` and one for `{y[1]}`, with a column "
            "or a `when` that tells them apart"
        ),
    ),
    Habit(
        rf"\| *({SIGN}[0-9][0-9.,]*) *",
        r"(?!(?:/|per\b|instead\b|\|))\S",
        lambda x, _: (
            f"a cell is the amount alone, `{x[1]}`: a remark is a `note`, a doubt `unsure`"
        ),
        wanted="`|`",
    ),
    Habit(
        r"\| *",
        rf"(?:~|≈|<|>|ca\.?|about|approx\.?|from|up to) *({SIGN}[0-9][0-9.,]*)",
        lambda _, rest: f'an amount is exact: write `{rest[1]}`, and a doubt as `unsure "…"`',
    ),
    Habit(
        r"\| *([A-Za-z]\w*) *",
        r"[(\[]",
        lambda x, _: (
            f"write `{x[1]}` alone: a unit stands behind `rates per`, and a remark in a `note`"
        ),
    ),
    Habit(
        rf"\| *((?i:{WORD}|[0-9][0-9.,]*)) *",
        rf"(?i:({COIN}))",
        lambda x, coin: f"write `{amount_named(x[1], None, coin[1])}`",
    ),
    Habit(
        r"\| *(\d*[A-Za-z_][\w.-]*) +",
        r"([A-Za-z0-9_][\w. -]*?) *(?=\||$)",
        lambda x, rest: f"a name has no spaces: `{x[1]}_{'_'.join(rest[1].split())}`",
        wanted="`|`",
    ),
)
"""Habits of the cells of a table."""


def row_help(row: str) -> str | None:
    """The row with bars, where it has none; None where it is no row.

    >>> row_help("  alpha, 2026-01-01, $4")
    'a row of a table stands between bars: `| alpha | 2026-01-01 | $4 |`'
    """
    if not row.startswith(" ") or "|" in row:
        return None
    marks = r" *[,;] +|;|,(?![0-9]{3}(?![0-9]))" if re.search(r"[,;]", row) else r" +"
    cells = re.split(marks, row.strip())
    return f"a row of a table stands between bars: `| {' | '.join(cells)} |`"
