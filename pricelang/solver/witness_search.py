"""A walk of several diagrams at once, for one request that meets a test of each:
memoised on what is still open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from attrs import define, field

from pricelang.solver.diagram import Forest

Constraint = tuple[int, Callable[[Any], bool]]
State = tuple[tuple[int, int], ...]


@define(eq=False, repr=False)
class Search:
    """A walk of several constraints at once. A state is what is still open:
    (constraint, root) pairs. Raises `TooManyPieces` once the forest's `effort` is spent.
    """

    forest: Forest[Any]
    tests: list[Constraint]
    # The most ordinary point of a mask of an axis, and how ordinary the mask is:
    # where two would do, the lower rank is taken.
    choice: Callable[[int, int], int]
    rank: Callable[[int, int], Any]
    known: dict[State, bool] = field(factory=dict)
    masks: dict[State, int] = field(factory=dict)

    def start(self) -> State | None:
        """The state before the first axis, or None where a constraint is broken from the start."""
        return self.settle(enumerate(root for root, _ in self.tests))

    def settle(self, state: Iterable[tuple[int, int]]) -> State | None:
        still = []
        for number, root in state:
            if root >= 0:
                still.append((number, root))
            elif not self.tests[number][1](self.forest.leaves[~root]):
                return None
        return tuple(still)

    def parts(self, state: State) -> tuple[int, list[tuple[int, State]]]:
        """The next axis,
        and the masks of its points with the states that follow and are not broken.
        """
        axis = min(self.forest.nodes[root][0] for _, root in state)
        found = []
        self._spend(len(state))
        for mask, children in self.forest.split(axis, tuple(root for _, root in state)):
            settled = self.settle(zip((number for number, _ in state), children, strict=True))
            if settled is not None:
                found.append((mask, settled))
        return axis, found

    def _spend(self, work: int) -> None:
        if self.forest.effort is not None:
            self.forest.effort.spend(work)

    def first(self, state: State) -> dict[int, int] | None:
        """A point for each axis that matters, or None where no request is left."""
        if not state:
            return {}
        if self.known.get(state) is False:
            return None
        axis, parts = self.parts(state)
        for mask, following in sorted(parts, key=lambda part: self.rank(axis, part[0])):
            found = self.first(following)
            if found is not None:
                return {axis: self.choice(axis, mask), **found}
        self.known[state] = False
        return None

    def some(self, state: State) -> bool:
        """Decides whether a request is left."""
        if not state:
            return True
        found = self.known.get(state)
        if found is None:
            found = self.known[state] = any(
                self.some(following) for _, following in self.parts(state)[1]
            )
        return found

    def mask(self, state: State, target: int) -> int:
        """The points of an axis at which a request is left."""
        if not state:
            return -1
        found = self.masks.get(state)
        if found is None:
            axis, parts = self.parts(state)
            found = 0
            for inside, following in parts:
                if axis < target:
                    found |= self.mask(following, target)
                elif self.some(following):
                    if axis > target:
                        found = -1
                        break
                    found |= inside
            self.masks[state] = found
        return found

    def leaves(self, state: State | None, target: int) -> set[int]:
        """The leaves of one of the diagrams, taken out of the tests,
        that some request reaches which meets the rest.
        """
        found: set[int] = set()
        seen: set[tuple[State, int]] = set()
        todo = [(state, target)] if state is not None else []
        while todo:
            following, root = todo.pop()
            if root < 0:
                if root not in found and self.some(following):
                    found.add(root)
                continue
            if (following, root) in seen:
                continue
            seen.add((following, root))
            self._spend(1 + len(following))
            numbers = [number for number, _ in following]
            roots = (*(inner for _, inner in following), root)
            axis = min(self.forest.nodes[inner][0] for inner in roots if inner >= 0)
            for _, children in self.forest.split(axis, roots):
                if children[-1] not in found:
                    settled = self.settle(zip(numbers, children, strict=False))
                    if settled is not None:
                        todo.append((settled, children[-1]))
        return found
