"""What people write in the lines of rules that change a price or round it, and what to write
instead.
"""

from __future__ import annotations

from decimal import Decimal

from pricelang.syntax.build_values import SYMBOLS
from pricelang.syntax.habit import Habit, Matched
from pricelang.syntax.number_habits import SIGN

PERCENT = r"\b([0-9]+(?:\.[0-9]+)?) ?%"
_BY = r"([0-9]+(?:\.[0-9]+)?) ?%"
FREE_ELSEWHERE = (
    'what is free is a statement of its own, such as `free when tier is batch because "a gift"`'
)
"""What to do where a modifier says that something is free."""
_STEPS = {"cent": "$0.01", "cents": "$0.01", "penny": "$0.01", "dollar": "$1"}


def factor(percent: str, change: int = 0) -> str:
    """A percentage as a factor of the price, `change` being 1 for what is added to it.

    >>> factor("25"), factor("10", 1)
    ('0.25', '1.1')
    """
    return f"{(Decimal(percent) / 100 + change).normalize():f}"


def _less(_: Matched, rest: Matched) -> str:
    return f"write `{rest['percent']}% off {(rest['of'] or 'tokens').strip()}`"


def _more(_: Matched, rest: Matched) -> str:
    return f"write `x {factor(rest['percent'], 1)} on {(rest['of'] or 'tokens').strip()}`"


def _more_or_less(_: Matched, rest: Matched) -> str:
    of = rest[2] or "tokens"
    return (
        f"write `{rest[1]}% off {of}` for a discount, or `x {factor(rest[1], 1)} on {of}` for an "
        "increase"
    )


_LESS, _MORE = (
    "reduces?|discounts?|lowers?|cuts?|decreases?",
    "increases?|raises?|marks? +up|adds?|uplifts?",
)
_OF = r"(?P<of>[A-Za-z_][\w, ]*?)"
_PERCENT = r"(?P<percent>[0-9]+(?:\.[0-9]+)?) ?%"
_ENDS = r"(?= +(?:for|except|when|from|before|then|because|unsure|see)\b| *$)"

_FACTOR_HABITS = (
    Habit(
        r"^ +",
        rf"(?:multiply|multiplies) +{_OF} +(?:by|with) +(?P<number>[0-9.]*[0-9])",
        lambda _, rest: f"write `x {rest['number']} on {rest['of']}`",
        "`x`",
    ),
    Habit(
        r"^ +",
        rf"(?:factor|times|multiply|multiplied|multiplier)(?: +(?:by|of))?"
        rf"[ =:]+(?P<number>[0-9.]*[0-9])(?: +on)? +{_OF}{_ENDS}",
        lambda _, rest: f"write `x {rest['number']} on {rest['of']}`",
        "`x`",
    ),
    Habit(
        r"^ +",
        rf"([0-9]+(?:\.[0-9]+)?) *(?:percent|pct\.?|per +cent) +(?:off|less|discount)(?: +(?:of|"
        rf"on|for))? +{_OF}{_ENDS}",
        lambda _, rest: f"write `{rest[1]}% off {rest['of']}`",
        "`x`",
    ),
    Habit(
        r"^ +no +",
        r"(?:charge|price|cost|fee)\b",
        FREE_ELSEWHERE,
        "`effect`",
    ),
    Habit(
        r"^ +",
        rf"([0-9]*\.?[0-9]+) +(?:on +)?(?!off\b){_OF}{_ENDS}",
        lambda _, rest: f"write `x {rest[1]} on {rest['of']}`",
        "`x`",
    ),
    Habit(r"^ +", rf"(?:{_LESS}) +{_OF} +by +{_PERCENT}", _less, "`x`"),
    Habit(r"^ +", rf"(?:{_MORE}) +{_OF} +by +{_PERCENT}", _more, "`x`"),
    Habit(
        r"^ +",
        rf"(?:{_LESS}|minus|less|save|rebate)(?: +(?:of|by))? +{_PERCENT}"
        rf"(?: +(?:off|on|of|for))?(?: +{_OF})?{_ENDS}",
        _less,
        "`x`",
    ),
    Habit(
        r"^ +",
        rf"(?:{_MORE}|plus|markup|surcharge|premium)(?: +(?:of|by))? +{_PERCENT}"
        rf"(?: +(?:on|of|for|to))?(?: +{_OF})?{_ENDS}",
        _more,
        "`x`",
    ),
    Habit(r"^ +", rf"{_BY} +(?:on|of|to) +([\w, ]*?\w){_ENDS}", _more_or_less, "`x`"),
    Habit(
        r"^claim +\w+ +is +",
        rf"{_BY} +(?:on|of) +(\w.*)",
        lambda _, rest: f"write `x {factor(rest[1])} on {rest[2]}`",
        "`x`",
    ),
    Habit(
        r"^ +",
        rf"{SIGN}[0-9]",
        "a multiplier has factors, such as `25% off output`; an amount is a line of a `surcharge`",
        "`x`",
    ),
    Habit(
        r"^ +",
        r"first +[0-9]",
        "a free allowance is a line of a `charge`; rates step with usage by `tiers`",
        "`x`",
    ),
    Habit(
        r"% off +(?:\w+, *)*\w+ +",
        r"on\b",
        "meters stand behind `off`, models behind `for`, other requests behind `when`",
    ),
    Habit(r"\bon +", r"\*", "name the meters, or their unit: `on tokens` is all that count tokens"),
)

_LIMIT_HABITS = (
    Habit(
        r"^ +",
        r"(?:not?|never) +(?:less|lower|under|below|cheaper)(?: +than)?\b",
        "write `at least`",
        "`at least`",
    ),
    Habit(
        r"^ +",
        r"(?:not?|never) +(?:more|higher|over|above)(?: +than)?\b",
        "write `at most`",
        "`at most`",
    ),
    Habit(
        r"^ +",
        rf"(?:min|minimum|floor)(?: +(?:spend|charge|fee|price|of|is|at))* +({SIGN}[0-9.,]*[0-9])",
        lambda _, rest: f"write `at least {rest[1]}`",
        "`at least`",
    ),
    Habit(
        r"^ +",
        rf"(?:max|maximum|cap|capped|ceiling)(?: +(?:spend|charge|fee|price|of|is|at))*"
        rf" +({SIGN}[0-9.,]*[0-9])",
        lambda _, rest: f"write `at most {rest[1]}`",
        "`at most`",
    ),
    Habit(
        rf"^ +({SIGN}[0-9.,]*[0-9] +)",
        r"(?:flat|fixed|once|one-time|one-off)\b.*",
        lambda x, _: f"write `{x[1].strip()} per request`",
        "`per`",
    ),
    Habit(
        rf"^ +at +(?:least|most) +{SIGN}[0-9.,]* +",
        r"on +(\w.*)",
        lambda _, rest: f"say of which unit it is the price: `per MTok on {rest[1]}`",
        "`per`",
    ),
)

_PAIR_HABITS = (
    Habit(
        r"^exclude +(\w+) *",
        r"(?:and|or|,|&|\+|/|vs\.?) *(\w+)",
        lambda x, rest: f"write `{x[1]} with {rest[1]}`",
    ),
    Habit(
        r"^exclude +\w+ +with +\w+ *",
        r"(?:with|and|,|&|\+)",
        "an exclusion is of two modifiers: write a line for each pair",
    ),
    Habit(
        r"^exclude +(\w+) +from +",
        r"([A-Za-z]\w*)",
        lambda x, rest: (
            "an exclusion is of two modifiers; a modifier that a model lacks has a line "
            f'`refuse for {rest[1]} because "…"` in `multiplier {x[1]}`'
        ),
    ),
    Habit(
        r"^stack +(?:.*, *)?(\w+) *",
        r"(?:->|=>|[>;+&/<]|then\b|and\b|before\b) *(\w+)",
        lambda x, rest: f"write `{x[1]}, {rest[1]}`",
    ),
    Habit(
        r"^((refuse|free) +)",
        r"(\w+) +(\w+) +for +(\w[\w, .:@/-]*?\w)(?= +because\b| *$)",
        lambda x, rest: f"write `{x[2]} for {rest[3]} when {rest[1]} is {rest[2]}`",
    ),
    Habit(
        r"^((refuse|free) +)",
        r"(\w+ +(?:is +\w|over +[0-9]|up +to +[0-9])[\w,]*)",
        lambda x, rest: f"write `{x[2]} when {rest[1]}`",
    ),
    Habit(
        r"^(refuse|free) +",
        r"(?!(?:for|when|from|before|because|except|until|only|if)\b)(\w+)(?= +because\b)",
        lambda x, rest: (
            f"say what it is: a model, `for {rest[1]}`, or a value, such as `when tier is "
            f"{rest[1]}`"
            + (f"; a meter has a line `free` in `charge {rest[1]}`" if x[1] == "free" else "")
        ),
    ),
    Habit(
        r"^((?:refuse|free) +)",
        r"(\"[^\"]*\") *(.*?) *$",
        lambda x, rest: f"write `{' '.join([x[1].strip(), *rest[2].split(), 'because', rest[1]])}`",
    ),
)

_STEP_HABITS = (
    Habit(
        r"^(round +(up|down|half_up|half_even|half_down) +)",
        r"(\w+) +to +(\S+) *$",
        lambda x, rest: f"write `round {rest[1]} to {rest[2]} {x[2]}`",
    ),
    Habit(
        r"^round +\w+ +to +",
        rf"(?:the +)?(?:nearest +)?({'|'.join(_STEPS)})\b",
        lambda _, rest: f"write the step, and how halves go: `{_STEPS[rest[1]]} half_up`",
    ),
    Habit(
        r"^round +\w+ +to +(\S+) *",
        r"$",
        lambda x, _: f"say how halves go: `{x[1]} half_even` or `{x[1]} half_up`",
        "a name",
    ),
    Habit(r"^convert +to +", rf"({SIGN})", lambda _, rest: f"write `{SYMBOLS[rest[1]]}`"),
    Habit(
        r"^convert +to +\w+ +",
        r"(?:=|:|x|rate|by|for)? *([0-9.]*[0-9])",
        lambda _, rest: f"write `at {rest[1]}`",
        "`at`",
    ),
    Habit(
        r"^convert .* at +",
        rf"{SIGN}([0-9.]*[0-9])",
        lambda _, rest: f"a rate has no sign: `{rest[1]}` of the other for one of the book's",
    ),
)

RULE_HABITS = (*_FACTOR_HABITS, *_LIMIT_HABITS, *_PAIR_HABITS, *_STEP_HABITS)
"""Habits of factors, limits, exclusions, the stack, rounding and conversion."""
