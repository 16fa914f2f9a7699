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

SCOPE_HABITS = (
    Habit(
        r"^ +",
        r"(when +.*\S)",
        lambda _, rest: (
            "`when` stands once, below the header: join conditions by `and`, or write "
            f"`{' '.join(rest[1].split())}` at the end of a line"
        ),
    ),
    Habit(
        "",
        r"(?:until|till) +(?:further +notice|changed|revoked)\b|(?:ongoing|indefinitely|forever)\b",
        lambda _, rest: f"leave `{rest[0]}` out: a line without `before` holds for good",
    ),
    Habit(
        "",
        r"if *\( *(\w+) *(?:==?|is) *[\"']?(\w+)[\"']? *\) *:?",
        lambda _, rest: f"write `when {rest[1]} is {rest[2]}`",
    ),
    Habit(
        r"\b((?:for +all +)?except +)",
        r"([A-Za-z_][\w.:@/-]*)",
        lambda _, rest: f"write `except for {rest[1]}`",
        "`for`",
    ),
    Habit(r"\bsee +(\w+) *", r",", lambda x, _: f"one source stands behind `see`: `see {x[1]}`"),
    Habit(r"\bunsure *", r"$", 'say the doubt: `unsure "the page is old"`'),
    Habit("", r"only +(?=when|for|from)", "leave `only` out"),
    Habit(
        "",
        r"(?:unless|except +when) +(\w+)",
        lambda _, rest: (
            f"name the values that are meant, such as `when {rest[1]} is standard or batch`"
        ),
    ),
    Habit(
        r"\b(?:when|and) +(?:.* +)?(\w+) *",
        r", *(\w+)(?= +(?:is|over|up)\b)",
        lambda x, rest: f"write `{x[1]} and {rest[1]}`",
    ),
    Habit(
        r"\b(?:when|and) .*\bis +(?:\w+ +or +)*(\w+) *",
        r"[,/] *(?:or +)?([A-Za-z_]\w*)",
        lambda x, rest: f"write `{x[1]} or {rest[1]}`",
    ),
    Habit(
        r"\b(?:when|and) +(?:date|day|time|month|year|today|now)(?: +is)? +",
        r"\S",
        "a period stands behind the conditions, such as `from 2026-07-24 before 2026-08-01`",
    ),
    Habit(
        r"\b(?:when|and) +",
        r"([0-9][0-9,_]*[kKmM]?) *< *(\w+) *(?:<=|≤) *([0-9][0-9,_]*[kKmM]?)",
        lambda _, x: (
            f"write `{x[2]} over {whole_number(x[1]):,} and {x[2]} up to {whole_number(x[3]):,}`"
        ),
    ),
    Habit(
        r"\b(?:when|and) +(\w+) +is +",
        r"([0-9][0-9,.]*)",
        lambda x, rest: f"a quantity has a threshold: `{x[1]} over {rest[1]}` or `up to {rest[1]}`",
    ),
    Habit(
        r"\b(?:when|and) +(\w+) +",
        r"(?:like|match(?:es)?|contains?|starts?|ends?|begins?|has)\b",
        lambda x, _: f"name the values that are meant, such as `{x[1]} is standard or batch`",
    ),
)
"""Habits of conditions, models and reasons that are told before those of any line."""
