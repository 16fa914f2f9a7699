"""The forests of the books that were checked last, with the answers to what was asked of them."""

from __future__ import annotations

from typing import Any

from attrs import define, field

from pricelang.solver.answers import Answers
from pricelang.solver.diagram import Forest
from pricelang.solver.effort import Effort

MAX_FORESTS = 4
MAX_NODES = 100_000
"""A forest with more nodes than this is not used again."""


@define(eq=False, repr=False)
class Forests:
    """Forests by the sizes of their axes, for one thread. A diagram is what its scopes make it:
    which book it is of does not matter.
    """

    _known: dict[tuple[int, ...], Forest[Any]] = field(factory=dict)

    def of(self, sizes: tuple[int, ...], effort: Effort | None) -> Forest[Any]:
        """The forest of some sizes, whose questions spend an effort from now on."""
        forest = self._known.pop(sizes, None)
        if forest is None or len(forest.nodes) > MAX_NODES:
            forest = Forest(sizes, answers=Answers())
        forest.effort = effort
        self._known[sizes] = forest
        if len(self._known) > MAX_FORESTS:
            del self._known[next(iter(self._known))]
        return forest
