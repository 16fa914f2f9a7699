"""The search for the plainest request that meets tests: newest model, last day, defaults."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pricelang.model.book import DATES, MODELS
from pricelang.model.space import first_point
from pricelang.solver.diagram import Forest
from pricelang.solver.witness_search import Constraint, Search

Point = tuple[int, ...]


class PlainestFirst:
    """The requests of a space whose first axes are models and days. Who inherits it has the
    diagrams, the axes with their sizes, and the defaults of dimensions.
    """

    __slots__ = ()
    forest: Forest[Any]

    @property
    def axes(self) -> int:
        """How many axes there are."""
        raise NotImplementedError

    def size(self, axis: int) -> int:
        """How many points an axis has."""
        raise NotImplementedError

    def default(self, axis: int) -> int | None:
        """The default of a dimension's axis; None of another axis."""
        raise NotImplementedError

    def search(self, constraints: Iterable[Constraint]) -> Search:
        """A walk of several constraints at once."""
        return Search(self.forest, list(constraints), self.choice, self.rank)

    def find(self, constraints: Iterable[Constraint]) -> Point | None:
        """One request that meets all constraints, defaults and late releases first;
        None when there is none.

        The walk is memoised on what is still open,
        so constraints that share no axis cost the sum of their sizes, not the product.
        """
        tests = tuple(constraints)
        question = "find", tests, self.defaults
        return self.forest.asked(question, lambda: self._found(tests), (x for _, x in tests))

    def _found(self, constraints: Sequence[Constraint]) -> Point | None:
        search = self.search(constraints)
        start = search.start()
        found = search.first(start) if start is not None else None
        return None if found is None else self.completed(found)

    @property
    def defaults(self) -> tuple[int | None, ...]:
        """The default of each axis, as `default`."""
        return tuple(map(self.default, range(self.axes)))

    def completed(self, found: dict[int, int]) -> Point:
        """A point with the plainest choice on each axis that does not matter."""
        return tuple(found.get(axis, self.choice(axis, -1)) for axis in range(self.axes))

    def reached(self, root: int, constraints: Iterable[Constraint]) -> frozenset[Any]:
        """The leaves of a diagram that some request reaches which meets all constraints."""
        tests = tuple(constraints)
        question = "reached", root, tests
        return self.forest.asked(
            question, lambda: self._reached(root, tests), (x for _, x in tests)
        )

    def _reached(self, root: int, constraints: Sequence[Constraint]) -> frozenset[Any]:
        search = self.search(constraints)
        leaves = search.leaves(search.start(), root)
        return frozenset(self.forest.leaves[~leaf] for leaf in leaves)

    def choice(self, axis: int, mask: int) -> int:
        """The plainest point of a part of an axis:
        the default of a dimension, the newest model, the last date.
        """
        mask &= (1 << self.size(axis)) - 1
        if axis in (MODELS, DATES):
            return mask.bit_length() - 1
        default = self.default(axis)
        if default is not None and mask >> default & 1:
            return default
        return first_point(mask)

    def rank(self, axis: int, mask: int) -> tuple[int, int]:
        """How plain a part of an axis is: the lowest is looked at first."""
        if axis in (MODELS, DATES):
            return (0, -mask)
        default = self.default(axis)
        return (0 if default is None or mask >> default & 1 else 1, mask)
