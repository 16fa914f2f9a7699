"""What people write in declarations and headers who know other languages, and what to write
instead.
"""

from __future__ import annotations

import re

from pricelang.syntax.build_values import SYMBOLS
from pricelang.syntax.habit import DAY, Habit, Matched
from pricelang.syntax.number_habits import SIGN, SIZES, whole_number

_DAYS = {"day": 1, "daily": 1, "week": 7, "weekly": 7, "month": 30, "monthly": 30}
_DAYS |= {"quarter": 90, "quarterly": 90, "year": 365, "yearly": 365}
_NAME = r"[A-Za-z_][\w.-]*"


def _values(before: Matched, rest: Matched) -> str:
    named = dict.fromkeys([before[1], *re.findall(r"\w+", rest[1])])
    return f"values stand on an indented line below the header: `{', '.join(named)}`"


_BOOK_HABITS = (
    Habit(r"^book +", r'"', 'a name stands before the title: `book shop "Shop" in USD`'),
    Habit(r"^book .*\bin +", r'"([A-Z]{3})"', lambda _, rest: f"write `{rest[1]}`"),
    Habit(r"^book .*\bin +", rf"({SIGN})", lambda _, rest: f"write `{SYMBOLS[rest[1]]}`"),
    Habit(
        r"^book +(\w+) +.*",
        r'("[^"]*") *$',
        lambda x, rest: f"the title stands behind the name: `book {x[1]} {rest[1]}`",
    ),
    Habit(
        r"^book +\w+ +(?:\"[^\"]*\" +)?",
        r"(?:currency|priced? +in|using|with)[ :=]+([A-Z]{3})\b",
        lambda _, rest: f"write `in {rest[1]}`",
        "`in`",
    ),
    Habit(
        r"^book .*",
        r"(?:based +on|over|on +top +of|inherits?(?: +from)?|extending|below|under|from)"
        r"[ :]+([A-Za-z]\w*)",
        lambda _, rest: f"write `extends {rest[1]}`",
    ),
)

_SOURCE_HABITS = (
    Habit(
        r"^source +\S+ +",
        rf"read +({DAY}) +(\"[^\"]*\")",
        lambda _, rest: f"write `{rest[2]} read {rest[1]}`",
    ),
    Habit(
        r"^source +\S+ +\"[^\"]*\",? *",
        rf",? *(?:accessed|retrieved|on|dated?|as +of|fetched|from|seen|checked|visited|at|"
        rf"last +read)?[ :=]*({DAY})",
        lambda _, rest: f"write `read {rest[1]}`",
        "`read`",
    ),
    Habit(
        r"\bevery +",
        r"(?:[a-z]+ +)?(?:(\w+?)s?)\b",
        lambda _, rest: f"write the days: `{_DAYS.get(rest[1], 30)} days`",
        "a number",
    ),
    Habit(
        r"^source +\S+ .*every *",
        r"$",
        "write the days: `every 30 days`",
    ),
    Habit(
        r"^source +\S+ +",
        r"(https?:[^\s\"]+)\"?",
        lambda _, rest: f'write `"{rest[1].rstrip(",")}"`',
    ),
    Habit(r"^source .*", r"$", "say the day on which it was read: `read 2026-07-24`", "`read`"),
    Habit(
        r"\bsee +",
        r'"?(https?://[^\s"]+)"?',
        lambda _, rest: (
            f'`see` names a source: declare `source page "{rest[1]}" read 2026-07-24`, and write '
            "`see page`"
        ),
    ),
    Habit(r"\bsee +", r'"(\w[\w.-]*)"', lambda _, rest: f"write `{rest[1]}`"),
    Habit("", rf"[\"']({DAY})[\"']", lambda _, rest: f"write `{rest[1]}`"),
    Habit(
        r"^include +\"[^\"]*\" *",
        r"(?:,|and\b)",
        "an `include` names one file: write a line for each",
    ),
    Habit(r"^include +", r"(?:from +)?([^\"\s]+)", lambda _, rest: f'write `"{rest[1]}"`'),
    Habit(
        r"^note +",
        r"([A-Za-z][^\"]*?\w) *$",
        lambda _, rest: f'write `"{rest[1]}"`',
        "a string in double quotes",
    ),
)

_UNIT_HABITS = (
    Habit(
        r"^unit +\S+ +is +",
        r"(?:a |one )?(thousand|million|billion)\b",
        lambda _, rest: f"write `{SIZES[rest[1]]:,}`",
    ),
    Habit(
        r"^unit +(\S+) +",
        r"(?:=|:|equals|means|of) *([0-9][0-9,._]*[kKmMbB]?) *([A-Za-z]\w*)?",
        lambda x, y: f"write `unit {x[1]} is {whole_number(y[1]):,} {y[2] or 'tokens'}`",
    ),
    Habit(
        r"^(unit +)",
        rf"([0-9][0-9,._]*[kKmMbB]?) +({_NAME}) +(?:is|=|are|make) +(?:1 |an? |one )?({_NAME})",
        lambda _, y: f"write `unit {y[3]} is {whole_number(y[1]):,} {y[2]}`",
    ),
    Habit(
        r"^unit +(\S+) +is +",
        rf"({_NAME}) *$",
        lambda x, y: f"say how many: `unit {x[1]} is 1,000,000 {y[1]}`",
        "a number",
    ),
    Habit(
        r"^dimension +\S+ *", r"$", "say which value a request has that names none: `default VALUE`"
    ),
    Habit(r"^dimension .*default +(\w+) *", r"[:,=|({\[] *([A-Za-z_][\w ,|]*)", _values),
    Habit(
        r"^(dimension +(\w+) *)",
        r"[:=(].*\bdefault +(\w+).*",
        lambda x, rest: f"write `dimension {x[2]} default {rest[1]}`",
        "`default`",
    ),
    Habit(
        r"^ +(\w+) *",
        r"\*",
        lambda x, _: f"the header says the default, such as `default {x[1]}`",
    ),
    Habit(
        r"^(dimension +(\w+) *)",
        r"(?:[:=({\[]|is|in|of|values?|has) *[\[({]? *([A-Za-z_]\w*) *([,|][\w ,|]*)?.*",
        lambda x, rest: (
            f"write `dimension {x[2]} default {rest[1]}`, and the values on an indented line below"
        ),
        "`default`",
    ),
    Habit(r"^ +", r"(?:[-•*] +)([A-Za-z_]\w*)", lambda _, rest: f"write `{rest[1]}`", "a name"),
    Habit(
        r"^meter +(?:\w+, *)*\w+ +",
        rf"(?:of|as|counted in|per|:|=|\() *({_NAME})\)?",
        lambda _, rest: f"write `in {rest[1]}`",
        "`in`",
    ),
    Habit(
        r"^meter +(?:\w+, *)*\w+ +",
        rf"({_NAME}) *$",
        lambda _, rest: f"write `in {rest[1]}`",
        "`in`",
    ),
    Habit(
        r"^meter .* in +\S+ +",
        r"(?:at|costs?|@|price) *[$€£¥0-9]",
        "a price stands in a column of `rates`, or in a `charge`",
    ),
    Habit(r"^meter +[^ ].*", r"$", "say what it is counted in, such as `in tokens`", "`in`"),
)

_DERIVE_HABITS = (
    Habit(r"^derive +\w+ *", r"(?:,|and\b|&)", "a `derive` is of one meter: write a line for each"),
    Habit(
        r"^derive +\S+ +is +([0-9.]*[0-9]) *",
        rf"(?:times|of|\*) *({_NAME})",
        lambda x, rest: f"write `{x[1]} x {rest[1]}`",
    ),
    Habit(
        r"^(derive +(\w+) +)",
        rf"(?:from|=|as|:)? *({_NAME}) *(?:x|\*|times) *([0-9.]*[0-9])",
        lambda x, rest: f"write `derive {x[2]} is {rest[2]} x {rest[1]}`",
    ),
    Habit(
        r"^derive +\S+ +is +",
        rf"({_NAME}) *[-+]",
        lambda _, rest: f"what is derived is a factor of one meter, such as `0.1 x {rest[1]}`",
    ),
)

_NAME_HABITS = (
    Habit(
        rf"^group +\S+ +is +(?:.*, *)?({_NAME}) *",
        rf"(?:\+|and|&|;|/) *({_NAME})",
        lambda x, rest: f"write `{x[1]}, {rest[1]}`",
    ),
    Habit(
        r"^group +\S+ +is +models +",
        r"(?!released)\S",
        "a group of models is by their release: `models released from 2026-02-01`; other models "
        "are named behind `for`",
    ),
    Habit(
        r"^models +",
        rf"({_NAME})(?= +(?:is|=|:))",
        "a group of models is by their release: `group newer is models released from 2026-02-01`",
    ),
    Habit(r"^alias +[^ ,]+ *", r"(?:,|and\b|/)", "an alias is one name: write a line for each"),
    Habit(
        r"^alias +([\w.:@/-]*)",
        r"([\w.:@/-]*[*#][\w.:@/*#-]*)",
        lambda x, rest: f'a pattern stands in quotes: `"{x[1]}{rest[1]}"`',
    ),
    Habit(
        r"^alias +\S+ +",
        rf"(?:for|of|as|to|means|equals) +({_NAME})",
        lambda _, rest: f"write `is {rest[1]}`",
        "`is`",
    ),
    Habit(
        r"^((?:multiplier|surcharge|limit|charge|tiers|commitment|credit) +)",
        r'("[^"]*") +([A-Za-z_]\w*)',
        lambda x, rest: f"write `{x[1].strip()} {rest[2]} {rest[1]}`",
    ),
    Habit(
        r"^((?:multiplier|surcharge|limit|charge|tiers|commitment|credit) +)",
        r'"([^"]*)" *$',
        lambda x, rest: (
            f'a name stands before the title: `{x[1].strip()} {_as_name(rest[1])} "{rest[1]}"`'
        ),
    ),
    Habit(
        r"^((?:multiplier|surcharge|limit|charge|tiers|commitment|credit) +(?:\w+))",
        r' *: *([^\s"].*\S)',
        lambda x, rest: (
            f"write `{' '.join(x[1].split())}`, and `{rest[1]}` on an indented line below"
        ),
    ),
    Habit(
        r"^((?:multiplier|surcharge|limit|charge|tiers|commitment|credit) +(\w+))",
        r"[%$&!?]",
        lambda x, _: f"a name has letters, digits and `_`: `{x[2]}`",
    ),
    Habit(
        r"^((?:multiplier|surcharge|limit|charge|tiers|commitment|credit) +(\w+))",
        r' *: *("[^"]*")?',
        lambda x, rest: f"write `{' '.join(x[1].split())}{' ' + rest[1] if rest[1] else ''}`",
    ),
)


def _as_name(title: str) -> str:
    """A title as a name could be."""
    return "_".join(word.lower() for word in title.split()) or "night"


DECLARATION_HABITS = (*_BOOK_HABITS, *_SOURCE_HABITS, *_UNIT_HABITS, *_DERIVE_HABITS, *_NAME_HABITS)
"""Habits of the header of a book and of declarations."""
