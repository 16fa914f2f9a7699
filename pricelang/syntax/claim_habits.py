"""Claims that compare two costs in the words of other languages, and the claim that says it."""

from __future__ import annotations

import re
from decimal import Decimal

from pricelang.syntax.diagnostics import Mend
from pricelang.syntax.habit import Habit, Matched, Said, first_said

_VERB = r"(?:is|are|costs?|stays?|must|should|be|always)"
_CLAIM = re.compile(
    rf"^claim +(?P<left>\S.*?) +(?:{_VERB} +)*(?:(?P<no>never|not|no) +)?(?:{_VERB} +)*(?:"
    r"(?P<below><(?!=)|below|under|less|lower|cheaper|smaller)|"
    r"(?P<above>>(?!=)|above|over|beyond|exceeds?|more|higher|greater|dearer|larger)|"
    r"(?P<least>>=|≥|at +least)|(?P<most><=|≤|at +most)|(?P<equal>equals?|same|as +much)"
    r")(?: +(?:than|as|to|expensive))* *(?P<right>[\w$€£¥].*?)"
    r"(?P<rest> +(?:for|except|when|from|before|because|unsure|see)\b.*)?$"
)
_NAMES = r"(?!(?:an?|the|prices?)\b)([\w.:@/-]+(?: *(?:,|and|&|,? +and) *[\w.:@/-]+)*)"


def _listed(text: str) -> str:
    """Names as a claim lists them."""
    return ", ".join(re.split(r" *(?:, *and +|,|&| and ) *", text.strip()))


def _prices(_: Matched, rest: Matched) -> str:
    return f"write `claim every model prices {_listed(rest[1])}`"


_TIMES = {"half": "0.5", "twice": "2", "double": "2", "triple": "3"}


def _times(before: Matched, rest: Matched) -> str:
    """So many times the cost of a meter."""
    number = before["number"] or _TIMES.get(before["word"] or "", "1")
    if before["percent"]:
        number = f"{(Decimal(before['percent']) / 100).normalize():f}"
    return f"write `{number} {rest[1]}`"


_CLAIM_HABITS = (
    Habit(
        r"^(claim +(\S.*?) +costs +the +)",
        r"same +as +(\w.*)",
        lambda x, rest: f"write `claim {x[2]} costs {rest[1]}`",
    ),
    Habit(
        r"^claim .*\bcosts +(?:(?:less +than|at +least|at +most) +)?("
        rf"(?:(?P<number>[0-9]+(?:\.[0-9]+)?)x|(?P<word>{'|'.join(_TIMES)})"
        r"|(?P<percent>[0-9]+(?:\.[0-9]+)?)% *of) +)",
        r"(\w+)",
        _times,
    ),
    Habit(
        r"^(claim +)",
        r'"([^"]*)" *$',
        lambda _, rest: f"a claim stands without quotes: `claim {rest[1]}`",
    ),
    Habit(
        r"^(claim +(?:all|any|each|every) +)",
        rf"models?(?: +(?:must|should))? +(?:prices?|has|have|(?:has|have) +(?:a +)?"
        rf"prices?(?: +for)?) +{_NAMES}",
        _prices,
    ),
    Habit(
        r"^(claim +every +model +)",
        rf"(?:has|have|must +have|with)(?: +an?)?(?: +prices?)?(?: +(?:of|for|on))? +{_NAMES}",
        _prices,
    ),
    Habit(
        r"^claim +every +model +",
        r"(?:has|have|is|must|with)\b",
        "name the meters: `claim every model prices input, output`",
    ),
    Habit(
        r"^(claim +every +price +is +)",
        r"(?:positive|non-?zero|not +(?:zero|free|negative))\b",
        "write `claim every price is above $0`",
    ),
    Habit(
        r"^(claim +(\w+) +)",
        r"(?:and|with|,|&) +(\w+) +(?:are +)?(?:never|do +not|don't|cannot|can't) +(?:be +)?"
        r"(?:meet|combine|stack)\w*",
        lambda x, rest: f"write `claim {x[2]} never meets {rest[1]}`",
    ),
    Habit(
        r"^(claim +(\w+) +)",
        r"(?:and|with|&) +(\w+) +(?:commutes?|in +any +order)",
        lambda x, rest: f"write `claim {x[2]}, {rest[1]} commute`",
    ),
    Habit(
        r"^(claim +)(?:for +)",
        r"(?:all|every|each|any)(?: +models?)?,? +(\w.*)",
        lambda _, rest: f"write `claim {rest[1]}`",
    ),
    Habit(
        r"^(claim +that +)",
        r"(\w.*)",
        lambda _, rest: f"write `claim {rest[1]}`",
    ),
)

_OPPOSITE = {"below": "least", "above": "most", "least": "below", "most": "above"}
_COSTS = {"below": "less than ", "least": "at least ", "most": "at most ", "equal": ""}


def claim_said(row: str, column: int) -> Said | None:
    """The claim that a row means which compares two costs in words that cannot be read, the first
    of them at a column (from 1); None where it is none.

    >>> claim_said("claim output is never below input", 17).help
    'write `claim output costs at least input`'
    >>> claim_said("claim output > input for alpha", 14).help
    'write `claim input costs less than output for alpha`'
    """
    said = first_said(_CLAIM_HABITS, row, column, ())
    if said is not None:
        return said
    found = _CLAIM.search(row)
    if found is None or not found.end("left") < column <= found.start("right"):
        return None
    body, is_exact = _claim(found)
    claim = body + (found["rest"] or "").rstrip()
    return Said(f"write `{claim}`", Mend(1, len(row) + 1, claim) if is_exact else None)


def _claim(found: re.Match[str]) -> tuple[str, bool]:
    """The claim without its clauses, and whether it says the very same."""
    relation = next(name for name in (*_COSTS, "above") if found[name] is not None)
    if found["no"]:
        relation = _OPPOSITE.get(relation, relation)
    left, right = found["left"], found["right"].rstrip()
    if left in ("every price", "every model"):
        bound = "at most" if relation in ("below", "most") else "above"
        return f"claim every price is {bound} {right}", relation in ("most", "above")
    if relation == "above" and re.match(r"[$€£¥]", right):  # an amount is no left side
        return f"claim {left} costs at least {right}", False
    if relation == "above":
        relation, left, right = "below", right, left
    return f"claim {left} costs {_COSTS[relation]}{right}", True
