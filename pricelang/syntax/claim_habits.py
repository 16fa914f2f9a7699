"""Claims that compare two costs in the words of other languages, and the claim that says it."""

from __future__ import annotations

import re

_VERB = r"(?:is|are|costs?|stays?|must|should|be|always)"
_CLAIM = re.compile(
    rf"^claim +(?P<left>\S.*?) +(?:{_VERB} +)*(?:(?P<no>never|not|no) +)?(?:{_VERB} +)*(?:"
    r"(?P<below><(?!=)|below|under|less|lower|cheaper|smaller)|"
    r"(?P<above>>(?!=)|above|over|beyond|exceeds?|more|higher|greater|dearer|larger)|"
    r"(?P<least>>=|≥|at +least)|(?P<most><=|≤|at +most)|(?P<equal>equals?|same|as +much)"
    r")(?: +(?:than|as|to|expensive))* *(?P<right>[\w$€£¥].*?)"
    r"(?P<rest> +(?:for|except|when|from|before|because|unsure|see)\b.*)?$"
)
_OPPOSITE = {"below": "least", "above": "most", "least": "below", "most": "above"}
_COSTS = {"below": "less than ", "least": "at least ", "most": "at most ", "equal": ""}


def claim_help(row: str, column: int) -> str | None:
    """The claim that a row means which compares two costs in words that cannot be read, the first
    of them at a column (from 1); None where it is none.

    >>> claim_help("claim output is never below input", 17)
    'write `claim output costs at least input`'
    >>> claim_help("claim output > input for alpha", 14)
    'write `claim input costs less than output for alpha`'
    """
    found = _CLAIM.search(row)
    if found is None or not found.end("left") < column <= found.start("right"):
        return None
    relation = next(name for name in (*_COSTS, "above") if found[name] is not None)
    if found["no"]:
        relation = _OPPOSITE.get(relation, relation)
    left, right, rest = found["left"], found["right"].rstrip(), (found["rest"] or "").rstrip()
    if left in ("every price", "every model"):
        bound = "at most" if relation in ("below", "most") else "above"
        return f"write `claim every price is {bound} {right}{rest}`"
    if relation == "above" and re.match(r"[$€£¥]", right):
        relation = "least"
    if relation == "above":
        relation, left, right = "below", right, left
    return f"write `claim {left} costs {_COSTS[relation]}{right}{rest}`"
