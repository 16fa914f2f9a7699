"""Claims that compare two costs in the words of other languages, and the claim that says it."""

from __future__ import annotations

import re

from pricelang.syntax.diagnostics import Mend
from pricelang.syntax.habit import Said

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


def claim_said(row: str, column: int) -> Said | None:
    """The claim that a row means which compares two costs in words that cannot be read, the first
    of them at a column (from 1); None where it is none.

    >>> claim_said("claim output is never below input", 17).help
    'write `claim output costs at least input`'
    >>> claim_said("claim output > input for alpha", 14).help
    'write `claim input costs less than output for alpha`'
    """
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
