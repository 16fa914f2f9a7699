"""What people write in charges, limits, commitments and contracts, and what to write instead."""

from __future__ import annotations

import re

from pricelang.syntax.diagnostics import Mend
from pricelang.syntax.habit import AMOUNT, Habit, Matched, Said
from pricelang.syntax.number_habits import SIGN

_PERIODS = {"daily": "day", "monthly": "month", "annual": "year", "yearly": "year"}
_POOL = re.compile(r"^ +(?=.*\b(?:free|included|allowance)\b).*?\b([0-9][0-9,]*) +(?:free +)?(\w+)")
_FREE_FIRST = re.compile(
    r"^ +(?:free +|[$€£¥]0+(?:\.0+)? +(?:per|/) *[\w,]+(?: +\w+)? +)(?:for +)?(?:the +)?"
    r"(?:first|up +to|until|below|under) +([0-9][0-9,]*) +(\w+)"
)
_PRICE = rf"{SIGN}[0-9.,]*[0-9] +per +(?:[0-9,]+ +)?\w+"


def pool_said(row: str) -> Said | None:
    """The free allowance that a line of a charge means; None where it means none.

    >>> pool_said("  100 free searches a month").help
    'write `first 100 searches free per organization per month`'
    >>> pool_said("  $0 per hour up to 100 hours").help
    'write `first 100 hours free per organization per month`'
    """
    found = _FREE_FIRST.match(row) or (None if "$" in row else _POOL.match(row))
    if found is None:
        return None
    said = re.search(r"\b(day|month|year|term|daily|monthly|annual|yearly)\b", row)
    holder = re.search(r"\bper +(?!day|month|year|term|free)(\w+) +per\b", row)
    period = said[1] if said is not None else "month"
    period, key = _PERIODS.get(period, period), holder[1] if holder else "organization"
    pool = f"first {found[1]} {found[2]} free per {key} per {period}"
    return Said(f"write `{pool}`", Mend(len(row) - len(row.lstrip()) + 1, len(row) + 1, pool))


def _after(_: Matched, rest: Matched) -> str:
    whole = "" if re.search(r"\bper\b", rest["usage"]) else " per organization per month"
    return f"write `after {rest['usage'].strip()}{whole}`"


CHARGE_HABITS = (
    Habit(
        rf"^ +{_PRICE} +",
        r"(?:over|above|beyond|past|thereafter|>|more +than|from)(?! *[0-9]{4}-)"
        r" *(?P<usage>[0-9][0-9,]* +\w+(?: +per +\w+)*)",
        _after,
    ),
    Habit(
        rf"^ +{_PRICE} +",
        r"((?:for +)?(?:the +)?(?:first|up +to|until|below|under|<=?|≤) *[0-9].*\S)",
        lambda _, rest: (
            f"leave `{rest[1]}` out: the next price begins `after` so many, such as `$0.05 per "
            "hour after 100 hours per organization per month`"
        ),
    ),
    Habit(
        rf"^ +{_PRICE} +",
        r"(?:between +)?([0-9][0-9,]*) *(?:-|–|to|and) *[0-9][0-9,]* +(\w+)(?: +per.*)?",
        lambda _, rest: (
            "a step says where it begins, and holds until the next one: "
            f"`after {rest[1]} {rest[2]} per organization per month`"
        ),
    ),
    Habit(
        rf"^ +{_PRICE} +",
        r"(?:rounded|billed|in +(?:blocks|steps|increments))\b",
        "usage is counted as it is: a minimum is a line `at least 5 minutes per use`, and `round` "
        "rounds amounts",
    ),
    Habit(
        rf"^ +({SIGN}[0-9.,]*[0-9]) +per +(?:started|full|commenced|begun) +",
        r"(\w+)",
        lambda x, rest: (
            f"usage is counted as it is, `{x[1]} per {rest[1]}`: a minimum is a line `at least 5 "
            "minutes per use`"
        ),
    ),
    Habit(
        r"^ +",
        rf"{SIGN}[0-9.,]*[0-9] *(?:-|–|to) *{SIGN}[0-9]",
        "a price is one amount: write a line for each, told apart by `for`, `when` or `after`",
    ),
    Habit(
        r"^ +((\w+) +from +)",
        r"([0-9][0-9,]* +[A-Za-z]\w*).*",
        lambda x, rest: f"write `{x[2]} after {rest[1]}`",
    ),
    Habit(
        r"^ +(\w+) +",
        r"0 *(?:-|–|to) *[0-9]",
        lambda x, _: (
            f"a tier says where it begins: `{x[1]}` alone is the first, others are `after`"
        ),
    ),
    Habit(
        r"^ +",
        r"\w+",
        "say first what is counted: `counts tokens per organization per month`",
        "`counts`",
    ),
    Habit(
        r"^ +",
        rf"(?:commit\w*|spend|pay|minimum|min|at +least)(?: +(?:of|to))* +({SIGN}[0-9.,]*[0-9])"
        rf"(?: +(?:per|a|each|/) *(\w+))?$",
        lambda _, rest: f"write `{rest[1]} per organization per {rest[2] or 'year'}`",
        AMOUNT,
    ),
    Habit(
        r"^amend +\w+ +(?:from +)?",
        r"(?:from|:)? *(\S.*?) +(?:to|->|=>|→) +(\S+(?: +off)?)( +\w.*)?$",
        lambda _, rest: (
            f"what is amended stands on an indented line: `{rest[2]} instead of {rest[1]}"
            f"{rest[3] or ''}`"
        ),
    ),
)
"""Habits of prices with steps, of allowances and of amended lines."""
