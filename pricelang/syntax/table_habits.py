"""What people write in tables who copy them from elsewhere, and what to write instead."""

from __future__ import annotations

import re
from decimal import Decimal

from pricelang.syntax.habit import DAY, Habit, Matched
from pricelang.syntax.number_habits import COIN, DIGITS, SIGN, WORD, amount_named, two_places

TABLES = frozenset({"models", "rates", "figures"})
"""The statements below which rows of a table stand."""
_AMOUNT = rf"{SIGN}? ?[0-9][0-9.,]*"


def _taken_off(before: Matched, rest: Matched) -> str:
    """A price that is said as a percentage of another."""
    price = (
        Decimal(rest["price"].replace(",", ""))
        * (100 - Decimal(before["percent"].replace(",", "")))
        / 100
    )
    sign = rest["sign"]
    return (
        f"a cell is an amount: write `{sign}{two_places(price)} instead of {sign}{rest['price']}`"
    )


PERIODS_IN_ROWS = (
    Habit(
        rf"\| *(?P<from>{DAY})[^|]*",
        rf"(?:-|–|—|to|until|till|through|thru|\.\.+) *(?:{DAY})?",
        lambda x, _: (
            f"a row holds until the next one of its model: write `{x['from']}` alone, and a row "
            "from the day on which it ends"
        ),
    ),
)
"""Habits of rows with the last day of a price."""
_CELL_HABITS = (
    Habit(r"\| *", r"[–—−] *\|", "write `not offered` where there is no price"),
    Habit(
        rf"\| *(?P<percent>{DIGITS}) ?%? *",
        rf"(?:% *)?off +(?P<sign>{SIGN})(?P<price>{DIGITS})",
        _taken_off,
    ),
    Habit(
        r"\| *([0-9.]+%?) *",
        r"[x×*] *([A-Za-z]\w*)",
        lambda x, rest: (
            f"a cell is an amount or `derived`: `derive … is {x[1]} x {rest[1]}` says below the "
            "table how"
        ),
    ),
    Habit(
        r"\|[^|]*instead +",
        rf"({SIGN}[0-9.,]*[0-9])",
        lambda _, rest: f"write `of {rest[1]}`",
        "`of`",
    ),
    Habit(
        rf"\| *({SIGN}[0-9.,]*[0-9]) +",
        rf"\(?(?:was|not|vs\.?|versus|rather +than|replaces|formerly|before|for|<-) +(?:of +)?"
        rf"({SIGN}[0-9.,]*[0-9])\)?",
        lambda x, rest: f"write `{x[1]} instead of {rest[1]}`",
    ),
    Habit(
        r"\|[^|]*instead +of +",
        r"(?:derived|the +list|list|published|standard)\b",
        "write the amount that it replaces, such as `instead of $0.40`",
    ),
    Habit(
        r"^ *\| *([\w.:@/-]+) *",
        r"[,;&/] *([\w.:@/-]+)",
        lambda x, rest: (
            f"a row is about one model: write a row for `{x[1]}` and one for `{rest[1]}`"
        ),
    ),
    Habit(
        r"^ *",
        r"([^|\s].*\|.*?)\|? *$",
        lambda _, rest: f"write `| {rest[1].strip()} |`",
        "`|`",
    ),
    Habit(
        r"\| *([A-Za-z_]\w*) +",
        r"(?:per|in|/)\b",
        lambda x, _: f"write `{x[1]}` alone: the unit stands in the first line of the statement",
        wanted="`|`",
    ),
)

TABLE_HABITS = (
    *_CELL_HABITS,
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
        rf"\| *((?i:{WORD}|{DIGITS})) *",
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
