"""What people write in the lines of each statement who know other languages, and what to write
instead.
"""

from __future__ import annotations

import re
from decimal import Decimal

from pricelang.syntax.habit import Habit, Matched
from pricelang.syntax.number_habits import SIGN, SIZES, whole_number


def _quantity_first(_: Matched, rest: Matched) -> str:
    return f"the quantity comes first: `{whole_number(rest[2]):,} {rest[1]}`"


def _step(_: Matched, rest: Matched) -> str:
    places = int(rest[1])
    step = f"${Decimal(1).scaleb(-places):f}" if places < 20 else "$0.01"
    return f"write the step to which it is rounded: `{step} half_even`"


STATEMENT_HABITS = (
    Habit(r"^book +", r'"', 'a name stands before the title: `book shop "Shop" in USD`'),
    Habit(
        r"\b(?:when|and) +(\w+) +",
        r"(\w+)",
        lambda x, y: f"write `{x[1]} is {y[1]}`",
        wanted="`is`",
    ),
    Habit(r"^exclude +(\S+) +", r"(?:and|or|,|&)", "write `with` between the two modifiers"),
    Habit(
        r"^ +given +(?:model|id) *",
        r"[=:]? *([^\s,]+)",
        lambda _, rest: f"write `given {rest[1]} at …`",
    ),
    Habit(r"^ +given +\S+ +", r"(?:on|from|in)\b", "write `at`"),
    Habit(r"^ +given .*, *(\w+) is +", r"(\w+)", lambda x, rest: f"write `{x[1]} {rest[1]}`"),
    Habit(
        r"^ +uses +(?:.*, *)?([0-9][0-9.,]* +\w+) +of +",
        r"(\w+)",
        lambda x, rest: f"leave `of` out: `{x[1]} {rest[1]}`",
    ),
    Habit(r"^ +uses +(?:.*, *)?", r"([A-Za-z_]\w*) *[:=]? *([0-9][0-9.,]*)", _quantity_first),
    Habit(
        r"^ +", r"(?:total|price|expects?|is|equals|bills?)\b", "write `costs`", wanted="`costs`"
    ),
    Habit(r"^ +", r"(?:min|minimum|floor)\b", "write `at least`", wanted="`at least`"),
    Habit(r"^ +", r"(?:max|maximum|cap|ceiling)\b", "write `at most`", wanted="`at most`"),
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
    Habit(r"^include +", r"(\S+)", lambda _, rest: f'write `"{rest[1]}"`'),
    Habit(
        r"\b(?:because|unsure) +.*",
        r"[^\"]",
        "a reason stands in double quotes",
        wanted="a string in double quotes",
    ),
    Habit(r"^ +\|.*", r"$", "a row ends with `|`", wanted="`|`"),
    Habit(
        r"^ +given +(\S+) *",
        r"$",
        lambda before, _: f"say the day: `given {before[1]} at 2026-07-24`",
    ),
    Habit(
        r"^convert +",
        r"[A-Z]{3} +to +([A-Z]{3})",
        lambda _, rest: f"write `to {rest[1]}`: what is converted is in the currency of the book",
    ),
    # declarations
    Habit(
        r"^unit +\S+ +is +",
        r"(?:a |one )?(thousand|million|billion)\b",
        lambda _, rest: f"write `{SIZES[rest[1]]:,}`",
    ),
    Habit(
        r"^dimension +\S+ *", r"$", "say which value a request has that names none: `default VALUE`"
    ),
    Habit(r"^meter +[^ ].*", r"$", "say what it is counted in, such as `in tokens`", "`in`"),
    Habit(r"^meter +.*", r"of\b", "write `in`", "`in`"),
    Habit(r"^source +\S+ +", r"(https?:[^\s\"]+)\"?", lambda _, rest: f'write `"{rest[1]}"`'),
    Habit(r"^source .*", r"$", "say the day on which it was read: `read 2026-07-24`", "`read`"),
    Habit(
        r"^ +.*",
        r'"([A-Za-z]\w*)"',
        lambda _, rest: f"a name stands without quotes: `{rest[1]}`",
        "a name",
    ),
    Habit(r"^ +\S+ +", r"each\b", "say what it is the price of, such as `per search`", "`per`"),
    Habit(
        r"^stack +(?:.*, *)?(\w+) *",
        r"(?:->|=>|>|;|then\b|and\b|before\b) *(\w+)",
        lambda x, rest: f"write a comma: `{x[1]}, {rest[1]}`",
    ),
    Habit(r'"', r'[^\s"][^"]*"', 'a quote inside a string is written `\\"`'),
    Habit(
        r"^unit +(\S+) +",
        r"(?:=|:|equals|means) *([0-9][0-9,._]*[kKmMbB]?) *([A-Za-z]\w*)?",
        lambda x, y: f"write `unit {x[1]} is {whole_number(y[1]):,} {y[2] or 'tokens'}`",
    ),
    # claims and examples
    Habit(r"^claim .*", r"always\b", "leave `always` out: a claim is about every request"),
    Habit(r"^example *", r"$", 'say what it shows: `example "a thousand tokens"`'),
    Habit(
        r"^ +refused +", r"because\b", "the rule has the reason; `refused by RULE` names the rule"
    ),
    Habit(
        r"^ +costs +",
        r"(?:about|around|circa|~)",
        "an example is exact: write the amount, or a range such as `$7 to $9`",
    ),
    Habit(r"^ +uses .* and +", r"([0-9].*\S)", lambda _, rest: f"write a comma: `, {rest[1]}`"),
)
"""Habits of the lines of each statement."""

_PERIODS = {"daily": "day", "monthly": "month", "annual": "year", "yearly": "year"}
_POOL = re.compile(r"^ +(?=.*\b(?:free|included|allowance)\b).*?\b([0-9][0-9,]*) +(?:free +)?(\w+)")


def pool_help(row: str) -> str | None:
    """The free allowance that a line of a charge means; None where it means none.

    >>> pool_help("  100 free searches a month")
    'first 100 searches free per organization per month'
    """
    found = _POOL.match(row)
    if found is None or "$" in row:
        return None
    said = re.search(r"\b(day|month|year|term|daily|monthly|annual|yearly)\b", row)
    period = said[1] if said is not None else "month"
    period = _PERIODS.get(period, period)
    return f"first {found[1]} {found[2]} free per organization per {period}"


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
