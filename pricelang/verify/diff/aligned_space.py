"""The space of two books: the axes of both together, and a forest for the diagrams of both.

A model, value, meter or threshold that only one book knows is a point of the joint space too: the
other book does not offer it. Leaves are amounts, factors by the names of meters, and outcomes,
never indices; so two rules that mean the same have the same root, whatever file, order or wording
they come from.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from attrs import define, field, frozen

from pricelang.model import book as m
from pricelang.model.space import axis_of, first_sum
from pricelang.model.threshold_bands import reachable_sides
from pricelang.solver.diagram import Forest

Leaf = Hashable
Decide = Callable[[tuple[Any, ...]], Leaf]

YES, NO = "yes", "no"
MAX_STEPS = 50_000
"""Steps in which prices are multiplied out; what takes more is left undecided, and said to be."""

MAX_JOINED = 1_000_000
"""The same for what exists and what is refused."""

NO_LIMIT = 1 << 62
"""For what grows no larger than what it is made of."""


class TooLarge(Exception):
    """A combination of diagrams that is not worth working out."""


@frozen
class JointDimension:
    """A dimension of either book: its values by name, and the default (that of the newer book).

    All that the clocks of both books set is one dimension:
    its values are what they set together, by hours.
    """

    name: str
    values: tuple[str, ...]
    default: str
    clocked: bool = False


@frozen
class JointSum:
    """A sum of meters (by name) that either book looks at, with the limits of both."""

    label: str
    meters: tuple[str, ...]
    limits: tuple[Fraction, ...]
    whole: bool


@define(eq=False, repr=False)
class Joint:
    """The space of two books, and the forest of all their diagrams.

    `boundaries` are UTC seconds; there are none where the books are compared on two days.
    `released` has the day of each model's release (of the newer book, where it has the model).
    """

    models: tuple[str, ...]
    released: tuple[int, ...]
    boundaries: tuple[int, ...]
    dimensions: tuple[JointDimension, ...]
    sums: tuple[JointSum, ...]
    hours: tuple[int, ...] = ()
    """For each stretch of time, the mask of what the clocks can set in it; empty without clocks."""
    sizes: tuple[int, ...] = field(init=False)
    forest: Forest[Leaf] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.sizes = (
            len(self.models),
            len(self.boundaries) + 1,
            *(len(dimension.values) for dimension in self.dimensions),
            *(len(summed.limits) + 1 for summed in self.sums),
        )
        self.forest = Forest(self.sizes)

    @property
    def clock(self) -> int | None:
        """The axis of what the clocks set."""
        return next(
            (axis_of(n) for n, dimension in enumerate(self.dimensions) if dimension.clocked), None
        )

    def possible(self) -> int:
        """Where the clocks can set what they set,
        and quantities can be on their sides of all thresholds.
        """
        roots = []
        if self.clock is not None:
            stretches = [
                (1 << n, self.box([*map(self.full, range(self.clock)), mask]))
                for n, mask in enumerate(self.hours)
            ]
            roots.append(self.forest.node(m.DATES, stretches))
        names = sorted({name for total in self.sums for name in total.meters})
        sums = self.numbered_sums(names)
        scopes = reachable_sides(sums, first_sum(self.dimensions))
        if scopes is not None:
            roots.append(
                self.forest.build(
                    [(scope, 1) for scope in scopes], lambda tags: YES if tags else NO
                )
            )
        return self.all_of(roots)

    def numbered_sums(self, names: Sequence[str]) -> list[m.Sum]:
        """The sums, with their meters as the numbers of some names."""
        return [
            m.Sum(total.label, tuple(map(names.index, total.meters)), total.limits, total.whole)
            for total in self.sums
        ]

    def full(self, axis: int) -> int:
        """The mask of all points of an axis."""
        return (1 << self.sizes[axis]) - 1

    def leaf(self, value: Leaf) -> int:
        """The diagram that is a value everywhere."""
        return self.forest.leaf(value)

    def leaf_of(self, root: int) -> Any:
        """The value of a diagram that is one everywhere."""
        return self.forest.leaves[~root]

    def value(self, root: int, point: Sequence[int]) -> Any:
        """The leaf of a diagram at a point."""
        return self.forest.value(root, point)

    def select(self, axis: int, parts: Sequence[tuple[int, int]]) -> int:
        """The diagram that is another in each part (a mask, a root) of an axis,
        wherever the parts look themselves.
        """
        nodes = self.forest.nodes
        if all(root < 0 or nodes[root][0] > axis for _, root in parts):
            return self.forest.node(axis, parts)
        chosen = self.forest.node(
            axis, [(mask, self.leaf(("part", n))) for n, (mask, _) in enumerate(parts)]
        )
        return self.combine(
            [chosen, *(root for _, root in parts)],
            lambda leaves: leaves[1 + leaves[0][1]],
            most=NO_LIMIT,
        )

    def combine(
        self,
        roots: Sequence[int],
        decide: Decide,
        settled: Callable[[Any], Leaf | None] = lambda leaf: None,
        most: int = MAX_STEPS,
    ) -> int:
        """The diagram whose leaf is what `decide` makes of the leaves of some diagrams.

        Where the first of them is a leaf that `settled` makes something of,
        the others are not looked at. Raises `TooLarge` after `most` steps.
        """
        known: dict[tuple[int, ...], int] = {}
        nodes, leaf_of = self.forest.nodes, self.leaf_of

        def part(key: tuple[int, ...]) -> int:
            found = known.get(key)
            if found is not None:
                return found
            if len(known) >= most:
                raise TooLarge
            early = settled(leaf_of(key[0])) if key[0] < 0 else None
            if early is not None:
                found = self.leaf(early)
            else:
                axes = [nodes[root][0] for root in key if root >= 0]
                if not axes:
                    found = self.leaf(decide(tuple(map(leaf_of, key))))
                else:
                    axis = min(axes)
                    found = self.forest.node(
                        axis,
                        [(mask, part(children)) for mask, children in self.forest.split(axis, key)],
                    )
            known[key] = found
            return found

        return part(tuple(roots))

    def map(self, root: int, change: Callable[[Any], Leaf]) -> int:
        """The diagram with each leaf changed."""
        return self.combine([root], lambda leaves: change(leaves[0]), most=NO_LIMIT)

    def fix(self, root: int, axis: int, position: int) -> int:
        """The diagram with one axis fixed to a point."""
        known: dict[int, int] = {}

        def part(inner: int) -> int:
            if inner < 0 or self.forest.nodes[inner][0] > axis:
                return inner
            if inner not in known:
                on, branches = self.forest.nodes[inner]
                if on == axis:
                    known[inner] = next(child for mask, child in branches if mask >> position & 1)
                else:
                    known[inner] = self.forest.node(
                        on, [(mask, part(child)) for mask, child in branches]
                    )
            return known[inner]

        return part(root)

    def all_of(self, roots: Iterable[int]) -> int:
        """Where all of some diagrams of yes and no say yes. Raises `TooLarge`."""
        return self._joined(roots, NO, YES)

    def any_of(self, roots: Iterable[int]) -> int:
        """Where any of some diagrams of yes and no says yes. Raises `TooLarge`."""
        return self._joined(roots, YES, NO)

    def _joined(self, roots: Iterable[int], strong: str, weak: str) -> int:
        found = self.leaf(weak)
        for root in dict.fromkeys(roots):
            if root == self.leaf(strong):
                return root
            if root != self.leaf(weak):
                found = self.combine(
                    [found, root],
                    lambda leaves: strong if strong in leaves else weak,
                    lambda leaf: strong if leaf == strong else None,
                    MAX_JOINED,
                )
        return found

    def box(self, masks: Sequence[int]) -> int:
        """The diagram that says yes in a box and no outside."""
        root = self.leaf(YES)
        for axis in range(len(masks) - 1, -1, -1):
            if masks[axis] != self.full(axis):
                root = self.forest.node(
                    axis, [(masks[axis], root), (self.full(axis) & ~masks[axis], self.leaf(NO))]
                )
        return root
