"""One difference of a reconciliation, with what explains it."""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen

from pricelang.apps.reconcile.explain import Explanation
from pricelang.apps.reconcile.join import DIFFERENT, NOT_IN_COST, NOT_IN_USAGE, UNPRICED, JoinedLine

KINDS = {
    DIFFERENT: "amount",
    NOT_IN_COST: "not billed",
    NOT_IN_USAGE: "no usage",
    UNPRICED: "no price",
}


@frozen(eq=False)
class Finding:
    """One difference: its lines (two where a cost row stands under another key),
    its kind, and what explains it.

    `kind` is `amount`, `not billed`, `no usage`, `no price` or `moved`;
    `explained` says that some change of the book's own makes every amount of it exact.
    """

    kind: str
    lines: tuple[JoinedLine, ...]
    explanations: tuple[Explanation, ...]

    @property
    def difference(self) -> Fraction:
        """What was billed beyond what was expected, over all lines."""
        return sum((line.difference for line in self.lines), Fraction(0))

    @property
    def explained(self) -> bool:
        """Says whether something makes the amounts exact."""
        return bool(self.explanations)
