"""What people write in examples who know other languages, and what to write instead."""

from __future__ import annotations

import re

from pricelang.syntax.habit import DAY, Habit, Matched
from pricelang.syntax.number_habits import SIGN, whole_number

_INSTANT = DAY + r"(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?"
_NUMBER = r"[0-9][0-9.,_]*[kKmMbB]?"
_FACT = re.compile(r"(\w+)(?: +is +| *[=:] *)[\"']?(\w+)[\"']?")


def _quantity_first(_: Matched, rest: Matched) -> str:
    return f"the quantity comes first: `{whole_number(rest[2]):,} {rest[1]}`"


def _given(_: Matched, rest: Matched) -> str:
    """A request as named arguments."""
    if rest["day"] is None:
        return f"write `given {rest['model']} at …`"
    parts = [part.strip() for part in rest["facts"].split(",") if part.strip()]
    facts = (
        f", {found[1]} {found[2]}" if (found := _FACT.fullmatch(x)) else f", {x}" for x in parts
    )
    return f"write `given {rest['model']} at {rest['day']}{''.join(facts)}`"


def _uses(_: Matched, rest: Matched) -> str:
    return f"write `uses {whole_number(rest[2]):,} {rest[1]}`"


EXAMPLE_HABITS = (
    Habit(
        r"^ +(given +(?:model|id) *)",
        rf"[=:]? *[\"']?(?P<model>[^\s,\"']+)[\"']?(?: *,? *(?:(?:at|on|date|day|when|time)\b)?"
        rf" *[=:]? *"
        rf"[\"']?(?P<day>{_INSTANT})[\"']?(?P<facts>.*))?",
        _given,
    ),
    Habit(
        r"^ +given +",
        rf"[{{(\[].*?\bmodel\b[\"']? *[:=] *[\"']?([\w.:@/-]*\w).*?({_INSTANT}).*",
        lambda _, rest: f"write `given {rest[1]} at {rest[2]}`, and other values behind commas",
    ),
    Habit(r"^ +given +\S+ +", r"(?:on|from|in|as +of)\b", "write `at`"),
    Habit(
        r"^ +given +([^\s,:@]+) *",
        rf"[,:@] *(?:at|on|date)? *[=:]? *({_INSTANT})",
        lambda x, rest: f"write `{x[1]} at {rest[1]}`",
        "`at`",
    ),
    Habit(r"^ +given .*, *(\w+) *", r"[=:]+ *(\w+)", lambda x, rest: f"write `{x[1]} {rest[1]}`"),
    Habit(r"^ +given .*, *(\w+) is +", r"(\w+)", lambda x, rest: f"write `{x[1]} {rest[1]}`"),
    Habit(
        r"^ +given .*\S( +)",
        r"(?:with|and|when|where|if) +(\w+)(?: +is +| *[=:] *| +)(\w+)",
        lambda _, rest: f"write a comma: `, {rest[1]} {rest[2]}`",
    ),
    Habit(
        r"^ +given +(\S+) *",
        r"$",
        lambda before, _: f"say the day: `given {before[1]} at 2026-07-24`",
    ),
    Habit(
        r"^ +",
        r"(?:model|id) *[=:]? *[\"']?([^\s,\"']+)",
        lambda _, rest: f"write `given {rest[1]} at …`, the day behind `at`",
        "`given`",
    ),
    Habit(
        r"^ +",
        r"(?:at|on|date|day|when|time)\b *[=:]? *",
        "the day stands behind the model: `given alpha at 2026-07-24`",
        "`given`",
    ),
    Habit(
        r"^ +",
        rf"(?:total|price|amount|expect(?:s|ed)?|is|equals|bills?|costs?|charges?)"
        rf"\b *[=:]* *({SIGN}[0-9][0-9.,]*)",
        lambda _, rest: f"write `costs {rest[1]}`",
        "`costs`",
    ),
    Habit(
        r"^ +",
        r"(?:total|price|amount|expect(?:s|ed)?|is|equals|bills?|costs?|charges?)\b",
        "write `costs` and the amount",
        "`costs`",
    ),
    Habit(
        r"^ +",
        r"(?:is +)?(?:refuse|reject(?:s|ed)?|fail(?:s|ed)?|errors?|invalid|raises?|throws?|"
        r"forbidden)\b",
        "write `refused`, or `not offered` of what does not exist",
        "`refused`",
    ),
    Habit(
        r"^ +",
        r"(?:unavailable|not_offered|does +not +exist)\b",
        "write `not offered`",
        "`refused`",
    ),
    Habit(r"^ +", rf"([A-Za-z_]\w*) *[=:]? *({_NUMBER}) *$", _uses, "`uses`"),
    Habit(r"^ +uses +(?:.*, *)?", rf"([A-Za-z_]\w*) *[:=]? *({_NUMBER})", _quantity_first),
    Habit(
        r"^ +uses +(?:.*, *)?([0-9][0-9.,]* +\w+) +of +",
        r"(\w+)",
        lambda x, rest: f"leave `of` out: `{x[1]} {rest[1]}`",
    ),
    Habit(
        r"^ +uses .*?( +and +)",
        r"([0-9].*\S)",
        lambda _, rest: f"write a comma: `, {rest[1]}`",
    ),
    Habit(
        r"^ +uses .*[\w,]( *)",
        r"(?:[;+&]|plus\b|and\b) *([0-9].*\S)",
        lambda _, rest: f"write a comma: `, {rest[1]}`",
    ),
    Habit(r"^ +costs +", r"=+ *", "write the amount behind `costs`, such as `costs $0.30`"),
    Habit(
        r"^ +costs +",
        r"(?:about|around|circa|approximately|roughly|~|≈|at +least|at +most|less|more|under|"
        r"over|<|>)",
        "an example is exact: write the amount, or a range such as `$7 to $9`",
    ),
    Habit(
        rf"^ +costs +(?:between +)?({SIGN}[0-9][0-9.,]*) *",
        rf"(?:-|–|—|and\b|or\b|\.\.+) *({SIGN}?)([0-9][0-9.,]*)",
        lambda x, rest: f"write `{x[1]} to {rest[1] or x[1][0]}{rest[2]}`",
    ),
    Habit(
        r"^ +costs +",
        rf"between +({SIGN}[0-9][0-9.,]*) +(?:and|to) +({SIGN}[0-9][0-9.,]*)",
        lambda _, rest: f"write `{rest[1]} to {rest[2]}`",
    ),
    Habit(
        rf"^ +costs +({SIGN}[0-9][0-9.,]*) +",
        r"(?:exactly|total|in +total|USD|dollars?|per +request|altogether)\b",
        lambda x, rest: f"leave `{rest[0]}` out: `costs {x[1]}`",
    ),
    Habit(
        r"^ +refused +by +(\w+) *",
        r"(?:and|,|&|\+) *(\w+)",
        lambda x, rest: f"write `{x[1]} with {rest[1]}`",
    ),
    Habit(
        r"^ +refused +",
        r"(?:because\b|\")",
        "the rule has the reason; `refused by RULE` names the rule",
    ),
    Habit(r"^example *", r"$", 'say what it shows: `example "a thousand tokens"`'),
    Habit(
        r"^example +",
        r'\w+ *:? *("[^"]*") *$',
        lambda _, rest: f"write `{rest[1]}`",
        "a string in double quotes",
    ),
    Habit(
        r"^example +",
        r"([A-Za-z_][^\":]*[\w)])",
        lambda _, rest: f'write `"{rest[1]}"`',
        "a string in double quotes",
    ),
)
"""Habits of the lines of an example."""
