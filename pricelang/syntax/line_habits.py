"""What people write who know other languages and price lists, told by what stands before it too,
and what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from decimal import Decimal

from attrs import frozen

AMOUNT = "an amount such as `$0.30`"
"""How faults name an amount that is expected."""

Matched = re.Match[str]


@frozen
class Habit:
    """A habit: what stands before the place of a fault and at it, as regular expressions, the help
    made of both, and a word that must be able to stand there for it to mean this.
    """

    before: str
    rest: str
    help: str | Callable[[Matched, Matched], str]
    wanted: str = ""


def first_help(
    habits: Iterable[Habit], row: str, column: int, wanted: Collection[str]
) -> str | None:
    """The help of the first of some habits that a row shows at a column (from 1), where `wanted`
    could stand; None where none does.

    >>> first_help(LINE_HABITS, "  -50% on tokens", 3, [])
    'write `50% off tokens`'
    """
    for habit in habits:
        if habit.wanted and habit.wanted not in wanted:
            continue
        before = re.search(f"(?:{habit.before})$", row[: column - 1])
        rest = re.match(habit.rest, row[column - 1 :])
        if before and rest:
            return habit.help if isinstance(habit.help, str) else habit.help(before, rest)
    return None


def _factor(text: str, change: int = 0) -> str:
    """A percentage as a factor of the price, `change` being 1 for what is added to it."""
    return f"{(Decimal(text) / 100 + change).normalize():f}"


def _one_less(text: str) -> str:
    return f"{int(text.replace(',', '')) - 1:,}"


_NO_TIERS = (
    "where tiers begin is said in `tiers`; those of a book below cannot be amended: declare `tiers` "
    "of another name, and amend the factors that turn on those below"
)
_PERCENT = r"\b([0-9]+(?:\.[0-9]+)?) ?%"
_NUMBER = r"([0-9][0-9,]{0,40})(?![0-9,])"
SIZES = {"thousand": "1,000", "million": "1,000,000", "billion": "1,000,000,000"}
SIGN = r"[$€£¥]"

LINE_HABITS = (
    Habit(r"^ +", r"[A-Za-z_][A-Za-z0-9_]* +after +[$€£¥0-9]", _NO_TIERS, "`at least`"),
    Habit(r"^amend +tiers +", r"[A-Za-z_]", _NO_TIERS),
    # days and times, before numbers are looked at
    Habit(
        "",
        r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}\b|[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{4}|"
        r"[0-9]{4}[./][0-9]{1,2}[./][0-9]{1,2}\b",
        "write a day as `2026-07-24`",
    ),
    # thresholds in words
    Habit(
        "",
        rf"(?:more|greater|longer|larger) +than +{_NUMBER}",
        lambda _, rest: f"write `over {rest[1]}`",
        "`over`",
    ),
    Habit(
        "",
        rf"(?:above|beyond|exceeds) +{_NUMBER}",
        lambda _, rest: f"write `over {rest[1]}`",
        "`over`",
    ),
    Habit(
        "",
        rf"(?:at least|from) +{_NUMBER}",
        lambda _, rest: f"write `over {_one_less(rest[1])}`",
        "`over`",
    ),
    Habit(
        "", rf"(?:at most|within) +{_NUMBER}", lambda _, rest: f"write `up to {rest[1]}`", "`over`"
    ),
    Habit(
        "",
        rf"(?:less than|fewer than|shorter than|under|below) +{_NUMBER}",
        lambda _, rest: f"write `up to {_one_less(rest[1])}`",
        "`over`",
    ),
    Habit(
        r"\b(\w+) +",
        rf"between +{_NUMBER} +and +{_NUMBER}",
        lambda x, y: f"write `{x[1]} over {y[1]} and {x[1]} up to {y[2]}`",
        "`over`",
    ),
    Habit(
        r"\b(?:over|up +to) +[0-9][0-9,]* +",
        r"(tokens?|MTok|\w+s)\b",
        lambda _, rest: f"a threshold counts the unit of its meters: leave `{rest[1]}` out",
    ),
    Habit(
        r"\bwhen .*",
        r"or\b",
        "`or` joins the values of one dimension; another condition is a line of its own",
    ),
    # marks of other languages
    Habit("", r"'([^']*)'", lambda _, rest: f'write `"{rest[1]}"`'),
    Habit("^[^|]*", r"\|", "commas separate names; only a row of a table begins with `|`"),
    Habit(r"^claim .*", r"==?", "write `costs`, or `is` behind a modifier"),
    Habit("", rf">= *{_NUMBER}", lambda _, rest: f"write `over {_one_less(rest[1])}`"),
    Habit("", rf"<= *{_NUMBER}", lambda _, rest: f"write `up to {rest[1]}`"),
    Habit("", rf"< *{_NUMBER}", lambda _, rest: f"write `up to {_one_less(rest[1])}`"),
    Habit(r"^ +given .*, *(\w+) *", r"[=:]+ *(\w+)", lambda x, rest: f"write `{x[1]} {rest[1]}`"),
    Habit("", r"[-=]>", "write `is`"),
    # amounts and units
    Habit(
        r"\|[^|]*",
        rf"({SIGN}[0-9.,]*[0-9]) *(?:/|per\b)",
        lambda _, rest: (
            f"the unit stands behind `rates per`, and a cell is the amount: `{rest[1]}`"
        ),
    ),
    Habit("", rf"({SIGN}[0-9.,]*[0-9])/(\w+)", lambda _, rest: f"write `{rest[1]} per {rest[2]}`"),
    Habit("", r"([A-Z]{3})([0-9][0-9.,]*)", lambda _, rest: f"write `{rest[1]} {rest[2]}`"),
    Habit(
        r"^rates +per +(?:a +)?(?:million|thousand|[0-9]+[kKmM]) +",
        r"\w+",
        "declare the unit, such as `unit MTok is 1,000,000 tokens`, and write `per MTok`",
    ),
    Habit(
        r"\bper +(thousand|million) +", r"(\w+)", lambda x, y: f"write `per {SIZES[x[1]]} {y[1]}`"
    ),
    Habit(r"^rates +", r"(?!per\b)", "say the unit of the prices, such as `rates per MTok`"),
    Habit(
        r"\bper (day|month|year|term) *",
        r"$",
        lambda before, _: f"say whose usage counts: `per organization per {before[1]}`",
    ),
    Habit(
        r"\|[^|]*?\b([0-9][0-9.,]{0,40}) +",
        r"(?:USD|dollars?)\b",
        lambda before, _: f"write `${before[1]}`",
    ),
    Habit(
        r"\|[^|]*?\b([0-9][0-9.,]{0,40}) +",
        r"[A-Z]{3}\b",
        lambda before, rest: f"write `{rest[0]} {before[1]}`",
    ),
    # percentages and factors
    Habit(r"^ +", r"/ *[0-9.]", "write the factor, such as `x 0.5` for the half"),
    Habit(
        r"^ +",
        rf"{_PERCENT}",
        lambda _, rest: (
            "a surcharge is an amount; a percentage is a factor of a `multiplier`: "
            f"`x {_factor(rest[1], 1)} on tokens`"
        ),
        wanted=AMOUNT,
    ),
    Habit(r"^ +", rf"[-−] ?{_PERCENT}", lambda _, rest: f"write `{rest[1]}% off tokens`"),
    Habit(
        r"^ +",
        rf"(?:\+ ?(?={_PERCENT})|(?={_PERCENT} (?:more|extra|up|markup|surcharge)))",
        lambda _, rest: (
            f"write an increase as a factor: `x {_factor(rest[1] or rest[2], 1)} on tokens`"
        ),
    ),
    Habit(
        r"^ +",
        rf"{_PERCENT} (?:discount|less|cheaper|rebate|reduction|down)\b",
        lambda _, rest: f"write `{rest[1]}% off tokens`",
    ),
    Habit(
        rf"{_PERCENT} off (?:on|of|for) +",
        r"([\w, ]*\w)",
        lambda before, rest: f"write `{before[1]}% off {rest[1]}`",
    ),
    Habit(r"\b(\w+) and +", r"(\w+)", lambda x, y: f"write `{x[1]}, {y[1]}`", wanted="`x`"),
    Habit("", r"([0-9]+(?:\.[0-9]+)?) ?x\b", lambda _, rest: f"write `x {rest[1]}`"),
    Habit(
        rf"^derive \S+ is +{_PERCENT} *",
        r"of +(\w+)",
        lambda before, rest: f"write `{_factor(before[1])} x {rest[1]}`",
    ),
    Habit(
        r"^derive \S+ is +",
        r"(\w+) +[x*] +([0-9.]*[0-9])",
        lambda _, rest: f"the factor comes first: `{rest[2]} x {rest[1]}`",
    ),
    Habit(r"^ +x [0-9.]+ +", r"(\w+)", lambda _, rest: f"write `on {rest[1]}`", wanted="`on`"),
)
"""Habits of days, marks, amounts, units and percentages."""
