"""What people write in the lines of each statement who know other languages, and what to write
instead.
"""

from __future__ import annotations

import re
from decimal import Decimal

from pricelang.syntax.habit import Habit, Matched
from pricelang.syntax.number_habits import SIGN


def _step(_: Matched, rest: Matched) -> str:
    places = int(rest[1])
    step = f"${Decimal(1).scaleb(-places):f}" if places < 20 else "$0.01"
    return f"write the step to which it is rounded: `{step} half_even`"


STATEMENT_HABITS = (
    Habit(
        r"\b(?:when|and) +(\w+) +",
        r"(?!(?:after|before|since|until|exceeds?|equals?|between|not|in|one|under|below)\b)(\w+)",
        lambda x, y: f"write `{x[1]} is {y[1]}`",
        wanted="`is`",
    ),
    Habit(r"^ +", r"(?:min|minimum|floor)\b", "write `at least`", wanted="`at least`"),
    Habit(
        r"^ +(\w+) +",
        rf"(?:over|above|beyond|from|>) *({SIGN}?[0-9].*)",
        lambda x, rest: f"write `{x[1]} after {rest[1].strip()}`",
        wanted="`after`",
    ),
    Habit(
        r"^round +\w+ +to +",
        r"([0-9]{1,2})(?![.,0-9])(?= *(?:decimals?|places?|digits?)?\b)",
        _step,
    ),
    Habit(
        r"\b(?:because|unsure) +",
        r"([^\"']*?\w) *$",
        lambda _, rest: f'write `"{rest[1]}"`',
        wanted="a string in double quotes",
    ),
    Habit(
        r"\b(?:because|unsure) +.*",
        r"[^\"]",
        "a reason stands in double quotes",
        wanted="a string in double quotes",
    ),
    Habit(r"^ +\|.*", r"$", "a row ends with `|`", wanted="`|`"),
    Habit(
        r"^convert +",
        r"[A-Z]{3} +to +([A-Z]{3})",
        lambda _, rest: f"write `to {rest[1]}`: what is converted is in the currency of the book",
    ),
    Habit(
        r"^ +.*",
        r'"([A-Za-z]\w*)"',
        lambda _, rest: f"a name stands without quotes: `{rest[1]}`",
        "a name",
    ),
    Habit(r"^ +\S+ +", r"each\b", "say what it is the price of, such as `per search`", "`per`"),
    Habit(r'"', r'[A-Za-z0-9][^"]*"', 'a quote inside a string is written `\\"`'),
    Habit(r"^claim .*", r"always\b", "leave `always` out: a claim is about every request"),
)
"""Habits of the lines of each statement."""

_NAMED = r"(?:book|source|multiplier|surcharge|limit|charge|tiers|commitment|credit|dimension)"
"""The statements that begin with a name."""


def header_help(row: str, column: int) -> str | None:
    """The help for a header with a word too many; None where the row is none.

    >>> header_help("multiplier night shift", 18)
    'a name has no spaces: `night_shift`'
    """
    before, rest = row[: column - 1], row[column - 1 :]
    if re.fullmatch(r"free +", before):
        return (
            "`free` makes whole requests free: write `free when …`, or a line `free` in a `charge`"
        )
    header, word = re.fullmatch(rf"{_NAMED} +(\w+) +", before), re.match(r"\w+", rest)
    if header is None:
        return None
    if re.match(r"x\b|[0-9$€£¥]", rest):
        return "what belongs to a statement stands indented below its header"
    return f"a name has no spaces: `{header[1]}_{word[0]}`" if word else None
