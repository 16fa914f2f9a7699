"""Decision diagrams over the axes of a book:
the compiled form that prices are read from and questions are decided on.

A diagram maps each request, as its point on every axis, to a leaf. A node is an axis and branches,
each a mask of points with the diagram that holds there; the masks of a node part the axis, no two
branches lead to the same diagram, and equal diagrams are one node. So two diagrams of one forest
are the same function exactly when they are the same number.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import repeat
from math import prod
from typing import Generic, TypeAlias, TypeVar

from attrs import define, field

from pricelang.solver.effort import Effort

Scope: TypeAlias = tuple[tuple[int, int], ...]
"""A box over axes: pairs of an axis and a bit mask of the points on it, sorted by axis;
an axis that is not named is unrestricted.
"""

Leaf = TypeVar("Leaf", bound=Hashable)
FEW = 8
"""Up to so many masks an axis is cut at one after another,
and so many branches are tried in turn.
"""

Branches = tuple[tuple[int, int], ...]


@define(eq=False, repr=False)
class Forest(Generic[Leaf]):
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

    def build(
        self, scopes: Sequence[tuple[Scope, int]], decide: Callable[[tuple[int, ...]], Leaf]
    ) -> int:
        """The diagram whose leaf is what `decide` makes
        of the tags of all scopes that hold at a point.

        Raises `TooManyPieces` once the `effort` is spent.
        """
        known: dict[tuple[tuple[Scope, int], ...], int] = {}

        def part(entries: tuple[tuple[Scope, int], ...]) -> int:
            found = known.get(entries)
            if found is None:
                if self.effort is not None:
                    self.effort.spend(1 + len(entries))
                axis = min((scope[0][0] for scope, _ in entries if scope), default=-1)
                if axis < 0:
                    found = self.leaf(decide(tuple(tag for _, tag in entries)))
                else:
                    found = self.node(
                        axis,
                        [
                            (mask, part(inside))
                            for inside, mask in self._classes(axis, entries).items()
                        ],
                    )
                known[entries] = found
            return found

        return part(tuple((tuple(scope), tag) for scope, tag in scopes))

    def mapped(self, root: int, decide: Callable[[Leaf], Leaf]) -> int:
        """The diagram whose leaf is what `decide` makes of the leaf of another, at every point."""
        known: dict[int, int] = {}

        def part(inner: int) -> int:
            found = known.get(inner)
            if found is None:
                if inner < 0:
                    found = self.leaf(decide(self.leaves[~inner]))
                else:
                    axis, branches = self.nodes[inner]
                    found = self.node(axis, [(mask, part(child)) for mask, child in branches])
                known[inner] = found
            return found

        return part(root)

    def _classes(
        self, axis: int, entries: tuple[tuple[Scope, int], ...]
    ) -> dict[tuple[tuple[Scope, int], ...], int]:
        """The parts of an axis in which the same entries go on, without that axis."""
        everywhere = (1 << self.sizes[axis]) - 1
        rest: list[tuple[Scope, int]] = []
        common: list[int] = []
        named: list[tuple[int, int]] = []
        for number, (scope, tag) in enumerate(entries):
            if scope and scope[0][0] == axis:
                rest.append((scope[1:], tag))
                named.append((number, scope[0][1] & everywhere))
            else:
                rest.append((scope, tag))
                common.append(number)
        masks = _parted(everywhere, named) if len(named) <= FEW else _by_point(everywhere, named)
        classes: dict[tuple[tuple[Scope, int], ...], int] = {}
        for key, mask in masks.items():
            inside = tuple(rest[number] for number in sorted({*key, *common}))
            classes[inside] = classes.get(inside, 0) | mask
        return classes

    def combine(self, roots: Sequence[int], decide: Callable[[tuple[Leaf, ...]], Leaf]) -> int:
        """The diagram whose leaf is what `decide` makes of the leaves of some diagrams,
        at every point. Raises `TooManyPieces` once the `effort` is spent.
        """
        known: dict[tuple[int, ...], int] = {}

        def part(tuple_of: tuple[int, ...]) -> int:
            found = known.get(tuple_of)
            if found is None:
                if self.effort is not None:
                    self.effort.spend(len(tuple_of))
                axes = [self.nodes[root][0] for root in tuple_of if root >= 0]
                if not axes:
                    found = self.leaf(decide(tuple(self.leaves[~root] for root in tuple_of)))
                else:
                    axis = min(axes)
                    found = self.node(
                        axis,
                        [(mask, part(children)) for mask, children in self.split(axis, tuple_of)],
                    )
                known[tuple_of] = found
            return found

        return part(tuple(roots))

    def all_of(self, roots: Iterable[int], yes: int, no: int) -> int:
        """The diagram that is the leaf `yes` where each of some diagrams is, and else `no`;
        they have no other leaves. Raises `TooManyPieces` once the `effort` is spent.
        """
        known: dict[tuple[int, ...], int] = {(): yes}

        def part(roots: tuple[int, ...]) -> int:
            if no in roots:
                return no
            still = tuple(sorted({root for root in roots if root != yes}))
            found = known.get(still)
            if found is None:
                if self.effort is not None:
                    self.effort.spend(len(still))
                axis = min(self.nodes[root][0] for root in still)
                parts = self.split(axis, still)
                found = self.node(axis, [(mask, part(children)) for mask, children in parts])
                known[still] = found
            return found

        return part(tuple(roots))

    def restrict(self, root: int, axis: int, position: int) -> int:
        """The diagram where an axis is fixed to one of its points."""
        known: dict[int, int] = {}

        def part(inner: int) -> int:
            if inner < 0 or self.nodes[inner][0] > axis:
                return inner
            found = known.get(inner)
            if found is None:
                at, branches = self.nodes[inner]
                if at == axis:
                    found = next(child for mask, child in branches if mask >> position & 1)
                else:
                    found = self.node(at, [(mask, part(child)) for mask, child in branches])
                known[inner] = found
            return found

        return part(root)

    def points(self, root: int, no: int) -> list[int]:
        """For each axis the mask of its points at which a diagram is not, whatever the rest,
        the leaf `no`.
        """
        found = [0] * len(self.sizes)
        # the axes before the one of a node that no node above it looks at
        todo, seen = [(root, 0)], {(root, 0)}
        while todo:
            inner, first = todo.pop()
            if inner == no:
                continue
            axis, branches = self.nodes[inner] if inner >= 0 else (len(self.sizes), ())
            for open_axis in range(first, axis):
                found[open_axis] = (1 << self.sizes[open_axis]) - 1
            for mask, child in branches:
                if child != no:
                    found[axis] |= mask
                following = (child, axis + 1)
                if following not in seen:
                    seen.add(following)
                    todo.append(following)
        return found

    def part(
        self, roots: Iterable[int]
    ) -> tuple[tuple[tuple[int, Branches], ...], tuple[Leaf, ...], dict[int, int]]:
        """The nodes and leaves of some diagrams alone, and the new number of each old one."""
        wanted = {*roots}
        for index in range(len(self.nodes) - 1, -1, -1):  # a node comes after those it leads to
            if index in wanted:
                wanted.update(child for _, child in self.nodes[index][1])
        old = sorted(wanted)
        leaves = [root for root in reversed(old) if root < 0]
        nodes = [root for root in old if root >= 0]
        numbers = {root: ~index for index, root in enumerate(leaves)}
        numbers.update((root, index) for index, root in enumerate(nodes))
        own = (
            (axis, tuple((mask, numbers[child]) for mask, child in branches))
            for axis, branches in (self.nodes[root] for root in nodes)
        )
        return tuple(own), tuple(self.leaves[~root] for root in leaves), numbers

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


def _by_point(everywhere: int, named: Sequence[tuple[int, int]]) -> dict[tuple[int, ...], int]:
    """The points of an axis by the numbers of the masks that hold them:
    in the order of those, what none holds last.
    """
    by_point: dict[int, list[int]] = {}
    for number, mask in named:
        while mask:
            low = mask & -mask
            by_point.setdefault(low.bit_length() - 1, []).append(number)
            mask ^= low
    masks: dict[tuple[int, ...], int] = {}
    touched = 0
    for point, numbers in by_point.items():
        key = tuple(numbers)
        masks[key] = masks.get(key, 0) | 1 << point
        touched |= 1 << point
    if everywhere & ~touched:
        masks[()] = everywhere & ~touched
    return masks


def _parted(everywhere: int, named: Sequence[tuple[int, int]]) -> dict[tuple[int, ...], int]:
    """The same, by cutting the whole axis at one mask after another:
    quicker for few masks of many points.
    """
    parts: dict[tuple[int, ...], int] = {(): everywhere}
    for number, mask in named:
        cut: dict[tuple[int, ...], int] = {}
        for key, inside in parts.items():
            if inside & mask:
                cut[(*key, number)] = inside & mask
            if inside & ~mask:
                cut[key] = inside & ~mask
        parts = cut
    rest = parts.pop((), 0)
    ordered = dict(sorted(parts.items(), key=lambda part: (part[0][0], part[1] & -part[1])))
    return {**ordered, **({(): rest} if rest else {})}


def walk(
    nodes: Sequence[tuple[int, Branches]],
    root: int,
    point: Sequence[int],
    jumps: dict[int, dict[int, int]],
) -> int:
    """The leaf (a number below 0) of a diagram at a point. `jumps` are kept by the caller:
    where a node has many branches, the one of each position.
    """
    while root >= 0:
        axis, branches = nodes[root]
        position = point[axis]
        if len(branches) > FEW:
            found = jumps.get(root)
            if found is None:
                found = jumps[root] = {
                    place: child for mask, child in branches for place in positions(mask)
                }
            root = found[position]
            continue
        for mask, child in branches:
            if mask >> position & 1:
                root = child
                break
        else:
            raise ValueError(f"no branch of axis {axis} holds {position}")
    return root


def positions(mask: int) -> Iterator[int]:
    """The positions of the bits of a mask.

    >>> [*positions(0b1101)]
    [0, 2, 3]
    """
    return (place for place, bit in enumerate(reversed(f"{mask:b}")) if bit == "1")
