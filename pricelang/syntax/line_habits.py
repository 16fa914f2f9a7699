"""What people write who know other languages and price lists, told by what stands before it too,
and what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from decimal import Decimal

from attrs import frozen

AMOUNT = "an amount such as `$0.30`"
"""How faults name an amount that is expected."""

Matched = re.Match[str]


@frozen
class _Habit:
    """A habit: what stands before the place of a fault and at it, as regular expressions, the help
    made of both, and a word that must be able to stand there for it to mean this.
    """

    before: str
    rest: str
    help: str | Callable[[Matched, Matched], str]
    wanted: str = ""


def line_help(row: str, column: int, wanted: Collection[str]) -> str | None:
    """The help of the first habit that a row shows at a column (from 1); None where none does.

    >>> line_help("  uses input 1,000", 8, [])
    'the quantity comes first: `1,000 input`'
    >>> line_help("  given alpha at 2026-02-01, tier is batch", 38, [])
    'write `tier batch`'
    """
    for habit in _HABITS:
        if habit.wanted and habit.wanted not in wanted:
            continue
        before = re.search(f"(?:{habit.before})$", row[: column - 1])
        rest = re.match(habit.rest, row[column - 1 :])
        if before and rest:
            return habit.help if isinstance(habit.help, str) else habit.help(before, rest)
    return None


def _quantity_first(_: Matched, rest: Matched) -> str:
    return f"the quantity comes first: `{rest[2]} {rest[1]}`"


def _factor(text: str, change: int = 0) -> str:
    """A percentage as a factor of the price, `change` being 1 for what is added to it."""
    return f"{(Decimal(text) / 100 + change).normalize():f}"


def _one_less(text: str) -> str:
    return f"{int(text.replace(',', '')) - 1:,}"


def _step(_: Matched, rest: Matched) -> str:
    places = int(rest[1])
    step = f"${Decimal(1).scaleb(-places):f}" if places < 20 else "$0.01"
    return f"write the step to which it is rounded: `{step} half_even`"


_NO_TIERS = (
    "where tiers begin is said in `tiers`; those of a book below cannot be amended: declare `tiers` "
    "of another name, and amend the factors that turn on those below"
)
_PERCENT = r"\b([0-9]+(?:\.[0-9]+)?) ?%"
_NUMBER = r"([0-9][0-9,]{0,40})(?![0-9,])"
_SIGN = r"[$€£¥]"

_HABITS = (
    _Habit(r"^ +", r"[A-Za-z_][A-Za-z0-9_]* +after +[$€£¥0-9]", _NO_TIERS, "`at least`"),
    _Habit(r"^amend +tiers +", r"[A-Za-z_]", _NO_TIERS),
    # days and times, before numbers are looked at
    _Habit(
        "",
        r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}\b|[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{4}|"
        r"[0-9]{4}[./][0-9]{1,2}[./][0-9]{1,2}\b",
        "write a day as `2026-07-24`",
    ),
    # marks of other languages
    _Habit("", r"'([^']*)'", lambda _, rest: f'write `"{rest[1]}"`'),
    _Habit("^[^|]*", r"\|", "commas separate names; only a row of a table begins with `|`"),
    _Habit(r"^claim .*", r"<=", "write `costs at most`"),
    _Habit(r"^claim .*", r"<", "write `costs less than`"),
    _Habit(r"^claim .*", r">=", "write `costs at least`"),
    _Habit(r"^claim .*", r">", "write `costs less than`, with the sides exchanged"),
    _Habit(r"^claim .*", r"==?", "write `costs`, or `is` behind a modifier"),
    _Habit("", rf">= *{_NUMBER}", lambda _, rest: f"write `over {_one_less(rest[1])}`"),
    _Habit("", rf"<= *{_NUMBER}", lambda _, rest: f"write `up to {rest[1]}`"),
    _Habit("", rf"< *{_NUMBER}", lambda _, rest: f"write `up to {_one_less(rest[1])}`"),
    _Habit(r"^ +given .*, *(\w+) *", r"[=:]+ *(\w+)", lambda x, rest: f"write `{x[1]} {rest[1]}`"),
    _Habit("", r"[-=]>", "write `is`"),
    # amounts and units
    _Habit(
        r"\|[^|]*",
        rf"({_SIGN}[0-9.,]*[0-9]) *(?:/|per\b)",
        lambda _, rest: (
            f"the unit stands behind `rates per`, and a cell is the amount: `{rest[1]}`"
        ),
    ),
    _Habit(
        "", rf"({_SIGN}[0-9.,]*[0-9])/(\w+)", lambda _, rest: f"write `{rest[1]} per {rest[2]}`"
    ),
    _Habit("", r"([A-Z]{3})([0-9][0-9.,]*)", lambda _, rest: f"write `{rest[1]} {rest[2]}`"),
    _Habit(
        r"\bper +(?:a +)?(?:million|thousand|[0-9]+[kKmM]) +",
        r"\w+",
        "declare the unit, such as `unit MTok is 1,000,000 tokens`, and write `per MTok`",
    ),
    _Habit(r"^rates +", r"(?!per\b)", "say the unit of the prices, such as `rates per MTok`"),
    _Habit(
        r"\bper (day|month|year|term) *",
        r"$",
        lambda before, _: f"say whose usage counts: `per organization per {before[1]}`",
    ),
    # percentages and factors
    _Habit(
        r"^ +",
        rf"{_PERCENT}",
        lambda _, rest: (
            "a surcharge is an amount; a percentage is a factor of a `multiplier`: "
            f"`x {_factor(rest[1], 1)} on tokens`"
        ),
        wanted=AMOUNT,
    ),
    _Habit(r"^ +", rf"[-−] ?{_PERCENT}", lambda _, rest: f"write `{rest[1]}% off tokens`"),
    _Habit(
        r"^ +",
        rf"(?:\+ ?(?={_PERCENT})|(?={_PERCENT} (?:more|extra|up|markup|surcharge)))",
        lambda _, rest: (
            f"write an increase as a factor: `x {_factor(rest[1] or rest[2], 1)} on tokens`"
        ),
    ),
    _Habit(
        r"^ +",
        rf"{_PERCENT} (?:discount|less|cheaper|rebate|reduction|down)\b",
        lambda _, rest: f"write `{rest[1]}% off tokens`",
    ),
    _Habit(
        rf"{_PERCENT} off (?:on|of|for) +",
        r"([\w, ]*\w)",
        lambda before, rest: f"write `{before[1]}% off {rest[1]}`",
    ),
    _Habit(r"\b(\w+) and +", r"(\w+)", lambda x, y: f"write `{x[1]}, {y[1]}`", wanted="`x`"),
    _Habit("", r"([0-9]+(?:\.[0-9]+)?) ?x\b", lambda _, rest: f"write `x {rest[1]}`"),
    _Habit(
        rf"^derive \S+ is +{_PERCENT} *",
        r"of +(\w+)",
        lambda before, rest: f"write `{_factor(before[1])} x {rest[1]}`",
    ),
    _Habit(
        r"^derive \S+ is +",
        r"(\w+) +[x*] +([0-9.]*[0-9])",
        lambda _, rest: f"the factor comes first: `{rest[2]} x {rest[1]}`",
    ),
    _Habit(r"^ +x [0-9.]+ +", r"(\w+)", lambda _, rest: f"write `on {rest[1]}`", wanted="`on`"),
    # what a line of each statement is made of
    _Habit(r"^book +", r'"', 'a name stands before the title: `book shop "Shop" in USD`'),
    _Habit(
        r"\b(?:when|and) +(\w+) +",
        r"(\w+)",
        lambda x, y: f"write `{x[1]} is {y[1]}`",
        wanted="`is`",
    ),
    _Habit(r"^exclude +(\S+) +", r"(?:and|or|,|&)", "write `with` between the two modifiers"),
    _Habit(r"^ +given +model +", r"(\S+)", lambda _, rest: f"write `given {rest[1]} at …`"),
    _Habit(r"^ +given +\S+ +", r"(?:on|from|in)\b", "write `at`"),
    _Habit(r"^ +given .*, *(\w+) is +", r"(\w+)", lambda x, rest: f"write `{x[1]} {rest[1]}`"),
    _Habit(r"^ +uses +(?:.*, *)?", r"([A-Za-z_]\w*):? +([0-9][0-9.,]*)", _quantity_first),
    _Habit(
        r"^ +", r"(?:total|price|expects?|is|equals|bills?)\b", "write `costs`", wanted="`costs`"
    ),
    _Habit(r"^ +", r"(?:min|minimum|floor)\b", "write `at least`", wanted="`at least`"),
    _Habit(r"^ +", r"(?:max|maximum|cap|ceiling)\b", "write `at most`", wanted="`at most`"),
    _Habit(
        r"^ +(\w+) +",
        rf"(?:over|above|beyond|from|>) *({_SIGN}?[0-9].*)",
        lambda x, rest: f"write `{x[1]} after {rest[1].strip()}`",
        wanted="`after`",
    ),
    _Habit(r"^round +\w+ +to +", r"([0-9]{1,2})(?= *(?:decimals?|places?|digits?)?\b)", _step),
    _Habit(r"^include +", r"(\S+)", lambda _, rest: f'write `"{rest[1]}"`'),
    _Habit(
        r"\b(?:because|unsure) +.*",
        r"[^\"]",
        "a reason stands in double quotes",
        wanted="a string in double quotes",
    ),
    _Habit(r"^ +\|.*", r"$", "a row ends with `|`", wanted="`|`"),
    _Habit(
        r"^ +given +(\S+) *",
        r"$",
        lambda before, _: f"say the day: `given {before[1]} at 2026-07-24`",
    ),
    _Habit(
        r"^convert +",
        r"[A-Z]{3} +to +([A-Z]{3})",
        lambda _, rest: f"write `to {rest[1]}`: what is converted is in the currency of the book",
    ),
)
"""The habits in the order in which they are looked for."""

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
