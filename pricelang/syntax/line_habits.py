"""What people write who know other languages and price lists, told by what stands before it too,
and what to write instead.
"""

from __future__ import annotations

from pricelang.syntax.habit import AMOUNT, Habit
from pricelang.syntax.number_habits import SIGN, SIZES, whole_number
from pricelang.syntax.rule_habits import PERCENT, factor


def _several(number: str | None) -> str:
    return f"{whole_number(number):,} " if number else ""


_NO_TIERS = (
    "where tiers begin is said in `tiers`; those of a book below cannot be amended: declare "
    "`tiers` of another name, and amend the factors that turn on those below"
)
_FACTORS = {
    "half": "0.5",
    "halve": "0.5",
    "halved": "0.5",
    "quarter": "0.25",
    "double": "2",
    "doubled": "2",
    "twice": "2",
    "triple": "3",
}
_WORDS = "|".join(_FACTORS)
LINE_HABITS = (
    Habit(r"^ +", r"[A-Za-z_][A-Za-z0-9_]* +after +[$€£¥0-9]", _NO_TIERS, "`at least`"),
    Habit(r"^amend +tiers +", r"[A-Za-z_]", _NO_TIERS),
    # marks of other languages
    Habit("", r"'([^']*)'", lambda _, rest: f'write `"{rest[1]}"`'),
    Habit("^[^|]*", r"\|", "commas separate names; only a row of a table begins with `|`"),
    Habit(r"^claim .*", r"==?", "write `costs`, or `is` behind a modifier"),
    Habit("", r"[-=]>", "write `is`", "`is`"),
    # amounts and units
    Habit(
        r"\|[^|]*",
        rf"({SIGN}[0-9.,]*[0-9]) *(?:/|per\b)",
        lambda _, rest: (
            f"the unit stands behind `rates per`, and a cell is the amount: `{rest[1]}`"
        ),
    ),
    Habit(
        "",
        rf"({SIGN}[0-9.,]*[0-9]) */ *(?:([0-9][0-9.,]*[kKmMbB]?) ?)?([A-Za-z]\w*)",
        lambda _, rest: f"write `{rest[1]} per {_several(rest[2])}{rest[3]}`",
    ),
    Habit(
        rf"({SIGN}[0-9.,]*[0-9]) +",
        r"(?:/|an?|each|for|pro) *(?:each\b|every\b)? *"
        r"(?:([0-9][0-9.,]*[kKmMbB]?) ?)?([A-Za-z]\w*)",
        lambda x, rest: f"write `{x[1]} per {_several(rest[1])}{rest[2]}`",
        "`per`",
    ),
    Habit(
        rf"^ +({SIGN}[0-9.,]*[0-9]) *",
        r"$",
        lambda x, _: f"say what it is the price of, such as `{x[1]} per 1,000 searches`",
        "`per`",
    ),
    Habit(
        r"\b([0-9][0-9.,]*[kKmMbB]) +",
        r"\w",
        lambda x, _: f"write the whole number: `{whole_number(x[1]):,}`",
    ),
    Habit(
        "",
        rf"(?:[-−–] *{SIGN}|{SIGN} *[-−–]|\( *{SIGN})",
        "an amount is above zero: a discount is a line of a `multiplier`, such as `25% off tokens`",
    ),
    Habit("", r"([A-Z]{3})([0-9][0-9.,]*)", lambda _, rest: f"write `{rest[1]} {rest[2]}`"),
    Habit(
        r"^rates +per +(?:a +)?(?:million|thousand|[0-9]+[kKmM]) +",
        r"\w+",
        "declare the unit, such as `unit MTok is 1,000,000 tokens`, and write `per MTok`",
    ),
    Habit(
        r"\b(per +(?P<number>[0-9,]+ +)?(?P<size>hundred|thousand|million|billion) +)",
        r"(\w+)",
        lambda x, y: f"write `per {whole_number(x['number'] or '1') * SIZES[x['size']]:,} {y[1]}`",
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
    Habit(r"^ +", rf"{PERCENT} *off +(.*\S)", lambda _, x: f"write `{x[1]}% off {x[2]}`"),
    Habit(
        r"^ +(?:.* and +)?",
        rf"({_WORDS})\b(?: *\b(?:the|price|off|of|on|for|rate|cost|a)\b)* *(\w.*)",
        lambda _, rest: f"write `x {_FACTORS[rest[1]]} on {rest[2]}`",
        "`x`",
    ),
    Habit(
        r"^(?: +|claim +\w+ +is +)([0-9].*off|x [0-9.]+) *",
        r"$",
        lambda x, _: f"say of which meters: `{x[1]} {'on ' if x[1].startswith('x') else ''}tokens`",
    ),
    Habit(r"^ +", r"/ *[0-9.]", "write the factor, such as `x 0.5` for the half"),
    Habit(
        r"^ +",
        rf"{PERCENT}",
        lambda _, rest: (
            "a surcharge is an amount; a percentage is a factor of a `multiplier`: "
            f"`x {factor(rest[1], 1)} on tokens`"
        ),
        wanted=AMOUNT,
    ),
    Habit(r"^ +", rf"[-−] ?{PERCENT}", lambda _, rest: f"write `{rest[1]}% off tokens`"),
    Habit(
        r"^ +",
        rf"(?:\+ ?(?={PERCENT})|(?={PERCENT} (?:more|extra|up|markup|surcharge)))",
        lambda _, rest: (
            f"write an increase as a factor: `x {factor(rest[1] or rest[2], 1)} on tokens`"
        ),
    ),
    Habit(
        r"^ +",
        rf"{PERCENT} (?:discount|less|cheaper|rebate|reduction|down)\b",
        lambda _, rest: f"write `{rest[1]}% off tokens`",
    ),
    Habit(
        rf"{PERCENT} off (?:on|of|for) +",
        r"([\w, ]*\w)",
        lambda before, rest: f"write `{before[1]}% off {rest[1]}`",
    ),
    Habit(r"\b(\w+) and +", r"(\w+)", lambda x, y: f"write `{x[1]}, {y[1]}`", wanted="`x`"),
    Habit("", r"([0-9]+(?:\.[0-9]+)?) ?x\b", lambda _, rest: f"write `x {rest[1]}`"),
    Habit(
        rf"^derive \S+ is +{PERCENT} *",
        r"of +(\w+)",
        lambda before, rest: f"write `{factor(before[1])} x {rest[1]}`",
    ),
    Habit(
        r"^derive \S+ is +",
        r"(\w+) +[x*] +([0-9.]*[0-9])",
        lambda _, rest: f"the factor comes first: `{rest[2]} x {rest[1]}`",
    ),
    Habit(r"^ +x [0-9.]+ +", r"(\w+)", lambda _, rest: f"write `on {rest[1]}`", wanted="`on`"),
)
"""Habits of days, marks, amounts, units and percentages."""
