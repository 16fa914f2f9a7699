"""The nodes of decision diagrams, each kept once: how they are made, walked and split."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from itertools import repeat
from math import prod
from typing import Generic, TypeVar

from attrs import define, field

from pricelang.solver.boxes import Branches
from pricelang.solver.effort import Effort
from pricelang.solver.walk import walk

Leaf = TypeVar("Leaf", bound=Hashable)


@define(eq=False, repr=False)
class NodeStore(Generic[Leaf]):
    """Diagrams that share their nodes. A root is a number: a node from 0 on, a leaf below."""

    sizes: tuple[int, ...]
    nodes: list[tuple[int, Branches]] = field(factory=list)
    leaves: list[Leaf] = field(factory=list)
    effort: Effort | None = None
    _node_index: dict[tuple[int, Branches], int] = field(factory=dict)
    _leaf_index: dict[Leaf, int] = field(factory=dict)
    _by_point: dict[int, list[int]] = field(factory=dict)
    _jumps: dict[int, dict[int, int]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self._node_index = {node: index for index, node in enumerate(self.nodes)}
        self._leaf_index = {leaf: ~index for index, leaf in enumerate(self.leaves)}

    def leaf(self, value: Leaf) -> int:
        """The diagram that is a value everywhere."""
        found = self._leaf_index.get(value)
        if found is None:
            self.leaves.append(value)
            found = self._leaf_index[value] = ~(len(self.leaves) - 1)
        return found

    def node(self, axis: int, branches: Iterable[tuple[int, int]]) -> int:
        """The diagram that is another in each part of an axis;
        parts with the same diagram become one.
        """
        merged: dict[int, int] = {}
        for mask, child in branches:
            if mask:
                merged[child] = merged.get(child, 0) | mask
        if len(merged) == 1:
            return next(iter(merged))
        key = (axis, tuple(sorted((mask, child) for child, mask in merged.items())))
        found = self._node_index.get(key)
        if found is None:
            self.nodes.append(key)
            found = self._node_index[key] = len(self.nodes) - 1
        return found

    def value(self, root: int, point: Sequence[int]) -> Leaf:
        """The leaf at a point."""
        return self.leaves[~walk(self.nodes, root, point, self._jumps)]

    def split(self, axis: int, roots: tuple[int, ...]) -> list[tuple[int, tuple[int, ...]]]:
        """The parts of an axis in which each of some diagrams goes on in one way, and how."""
        here = [root for root in dict.fromkeys(roots) if root >= 0 and self.nodes[root][0] == axis]
        if len(here) == 1:
            return self._split_one(here[0], roots)
        if prod(len(self.nodes[root][1]) for root in here) > 8 * self.sizes[axis]:
            return self._split_by_point(axis, roots)
        parts: list[tuple[int, tuple[int, ...]]] = [((1 << self.sizes[axis]) - 1, ())]
        for root in here:
            branches = self.nodes[root][1]
            parts = [
                (mask & inside, (*children, child))
                for mask, children in parts
                for inside, child in branches
                if mask & inside
            ]
        # no two parts go on alike, since no two branches of a node do
        if len(here) == len(roots):
            return parts
        places = [
            here.index(root) if root >= 0 and self.nodes[root][0] == axis else -1 for root in roots
        ]
        return [
            (
                mask,
                tuple(
                    root if place < 0 else children[place]
                    for root, place in zip(roots, places, strict=True)
                ),
            )
            for mask, children in parts
        ]

    def _split_one(self, node: int, roots: tuple[int, ...]) -> list[tuple[int, tuple[int, ...]]]:
        """The same, where one diagram alone looks at the axis."""
        branches = self.nodes[node][1]
        if len(roots) == 1:
            return [(mask, (child,)) for mask, child in branches]
        if roots.count(node) == 1:
            place = roots.index(node)
            before, after = roots[:place], roots[place + 1 :]
            return [(mask, (*before, child, *after)) for mask, child in branches]
        return [
            (mask, tuple(child if root == node else root for root in roots))
            for mask, child in branches
        ]

    def _split_by_point(
        self, axis: int, roots: tuple[int, ...]
    ) -> list[tuple[int, tuple[int, ...]]]:
        """The same, where the diagrams branch so much
        that parts would be met with parts for long.
        """
        columns = [
            self._children(root) if root >= 0 and self.nodes[root][0] == axis else repeat(root)
            for root in roots
        ]
        merged: dict[tuple[int, ...], int] = {}
        for position, children in zip(
            range(self.sizes[axis]), zip(*columns, strict=False), strict=False
        ):
            merged[children] = merged.get(children, 0) | 1 << position
        return [(mask, children) for children, mask in merged.items()]

    def _children(self, root: int) -> list[int]:
        """Where a node leads from each point of its axis."""
        found = self._by_point.get(root)
        if found is None:
            axis, branches = self.nodes[root]
            found = self._by_point[root] = [0] * self.sizes[axis]
            for mask, child in branches:
                while mask:
                    low = mask & -mask
                    found[low.bit_length() - 1] = child
                    mask ^= low
        return found
