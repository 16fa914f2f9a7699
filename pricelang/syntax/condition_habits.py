"""Conditions as other languages write them: thresholds, comparisons and lists of values."""

from __future__ import annotations

import re

from pricelang.syntax.habit import Habit
from pricelang.syntax.number_habits import whole_number

_NUMBER = r"([0-9][0-9,_]{0,40}(?:\.[0-9]+)?[kKmMbB]?)(?![\w,])"


def _whole(text: str, change: int = 0) -> str:
    return f"{whole_number(text) + change:,}"


def _threshold(words: str, written: str, change: int = 0) -> Habit:
    """The habit of a threshold in other words."""
    return Habit(
        "",
        rf"(?:{words}) *{_NUMBER}(?: +tokens?\b)?",
        lambda _, rest: f"write `{written} {_whole(rest[1], change)}`",
        "`over`",
    )


CONDITION_HABITS = (
    _threshold("(?:more|greater|longer|larger) +than|above|beyond|exceed(?:s|ing)|>(?!=)", "over"),
    _threshold("at least|from|>=|≥", "over", -1),
    _threshold("at most|within|<=|≤", "up to"),
    _threshold("(?:less|fewer|shorter) than|under|below|<(?![=>])", "up to", -1),
    Habit(
        r"\b(\w+) +",
        rf"between +{_NUMBER} +and +{_NUMBER}",
        lambda x, y: (
            f"write `{x[1]} over {_whole(y[1])} and {x[1]} up to {_whole(y[2])}`, "
            f"where `over` leaves {_whole(y[1])} itself out"
        ),
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
    Habit(
        r"\bwhen .*\bor +\w+ *",
        r"(?:is|over|up)\b|=",
        "`or` joins the values of one dimension; another condition is a line of its own",
    ),
    # values of dimensions
    Habit(
        r"\b(?:when|and) +(\w+) *",
        r"(?:is +)?(?:in|one of)\b *[(\[]?([\w\"', ]+)[)\]]?",
        lambda x, rest: f"write `{x[1]} is {' or '.join(re.findall(r'[A-Za-z0-9_]+', rest[1]))}`",
        "`is`",
    ),
    Habit(
        r"\b(?:when|and) +(\w+) *",
        r"(?:!=|<>|≠|is not\b|isn't\b|not\b|except\b|excluding\b)",
        lambda x, _: f"name the values that are meant, such as `{x[1]} is standard or batch`",
        "`is`",
    ),
    Habit(
        r"\b(?:when|and) +(\w+) *",
        r"(?:==?|:|equals?\b|->|=>) *[\"']?(\w+)",
        lambda x, rest: f"write `{x[1]} is {rest[1]}`",
        "`is`",
    ),
    Habit(
        r"\bis +",
        r"[\"'](\w+)[\"']",
        lambda _, rest: f"a name stands without quotes: `{rest[1]}`",
        "a name",
    ),
    Habit(r"\bwhen .*", r"(?:&&?|AND\b)", "write `and`"),
    Habit(r"\bwhen .*", r"(?:\|\|?|OR\b)", "write `or`"),
    Habit(
        r"\b(?:when|and) +(\w+) *",
        r"(?:(?=(?:for|from|before|because|unsure|see|then)\b)|$)",
        lambda x, _: f"say of which dimension `{x[1]}` is a value, such as `tier is {x[1]}`",
        "`is`",
    ),
    Habit(
        r"^ +given .*, *(\w+) *",
        r"(?:,|$)",
        lambda x, _: f"say of which dimension `{x[1]}` is a value, such as `tier {x[1]}`",
    ),
    Habit(
        r"\bfor +",
        r"(?:all|every|any|each)\b(?: +models?)?|\*",
        lambda _, rest: f"leave `for {rest[0]}` out: a line without `for` is about all models",
    ),
    Habit(
        r"\bfor +(?:all|every|any|each) +",
        r"models?\b",
        lambda x, rest: f"leave `{x[0]}{rest[0]}` out: a line without `for` is about all models",
    ),
    Habit(
        r"\bfor +([\w.-]+) *",
        r"(?:and|or|&|\+|/)\s*([\w.-]+)",
        lambda x, rest: f"write a comma: `for {x[1]}, {rest[1]}`",
    ),
    Habit(
        "",
        r"(?:since|starting|effective|as of|beginning|valid)\b(?: +(?:on|from|as of))? "
        r"+([0-9]{4}-[0-9]{2}-[0-9]{2})",
        lambda _, rest: f"write `from {rest[1]}`",
        "`from`",
    ),
    Habit(
        "",
        r"(?:source|src|ref|as in|according to) +(\w+)",
        lambda _, x: f"write `see {x[1]}`",
        "`see`",
    ),
    Habit(
        "",
        r"(?:reason|since|why|due to):? *(\".*\")",
        lambda _, x: f"write `because {x[1]}`",
        "`because`",
    ),
    Habit(
        "",
        r"(?:excluding|without|but not|not for) +([\w.-]+)",
        lambda _, x: f"write `except for {x[1]}`",
        "`except`",
    ),
    Habit(
        r"^(refuse|note \".*\") +",
        r"(?!(?:for|when|from|before|because|until|till|unless|only|if)\b)([\w.-]+)",
        lambda x, rest: f"write `{x[1]} for {rest[1]}`",
    ),
)
"""Habits of the clauses at the end of a line."""
