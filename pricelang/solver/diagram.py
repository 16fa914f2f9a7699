"""Decision diagrams over the axes of a book:
the compiled form that prices are read from and questions are decided on.

A diagram maps each request, as its point on every axis, to a leaf. A node is an axis and branches,
each a mask of points with the diagram that holds there; the masks of a node part the axis, no two
branches lead to the same diagram, and equal diagrams are one node. So two diagrams of one forest
are the same function exactly when they are the same number.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence

from attrs import define, field

from pricelang.solver.answers import Answer, Answers, is_by_value
from pricelang.solver.axis_parts import parts_by_masks
from pricelang.solver.boxes import Branches, Scope
from pricelang.solver.node_store import Leaf, NodeStore


@define(eq=False, repr=False)
class Forest(NodeStore[Leaf]):
    """Diagrams that share their nodes, and what is made of them. With `answers`, what is asked
    again is not worked out again.
    """

    answers: Answers | None = None
    _restricted: dict[tuple[int, int], dict[int, int]] = field(factory=dict, init=False)

    def asked(
        self, question: Hashable, work_out: Callable[[], Answer], does: Iterable[object] = ()
    ) -> Answer:
        """The answer to a question, from before where the functions that it holds are known by
        their value. Raises `TooManyPieces` once the `effort` is spent.
        """
        if self.answers is None or not all(map(is_by_value, does)):
            return work_out()
        return self.answers.of(question, self.effort, work_out)

    def build(
        self, scopes: Sequence[tuple[Scope, int]], decide: Callable[[tuple[int, ...]], Leaf]
    ) -> int:
        """The diagram whose leaf is what `decide` makes
        of the tags of all scopes that hold at a point.

        Raises `TooManyPieces` once the `effort` is spent.
        """
        entries = tuple((tuple(scope), tag) for scope, tag in scopes)
        question = "build", entries, decide
        return self.asked(question, lambda: self._built(entries, decide), [decide])

    def _built(
        self, entries: tuple[tuple[Scope, int], ...], decide: Callable[[tuple[int, ...]], Leaf]
    ) -> int:
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

        return part(entries)

    def mapped(self, root: int, decide: Callable[[Leaf], Leaf]) -> int:
        """The diagram whose leaf is what `decide` makes of the leaf of another, at every point."""
        question = "mapped", root, decide
        return self.asked(question, lambda: self._mapped(root, decide), [decide])

    def _mapped(self, root: int, decide: Callable[[Leaf], Leaf]) -> int:
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
        masks = parts_by_masks(everywhere, named)
        classes: dict[tuple[tuple[Scope, int], ...], int] = {}
        for key, mask in masks.items():
            inside = tuple(rest[number] for number in sorted({*key, *common}))
            classes[inside] = classes.get(inside, 0) | mask
        return classes

    def combine(self, roots: Sequence[int], decide: Callable[[tuple[Leaf, ...]], Leaf]) -> int:
        """The diagram whose leaf is what `decide` makes of the leaves of some diagrams,
        at every point. Raises `TooManyPieces` once the `effort` is spent.
        """
        question = "combine", tuple(roots), decide
        return self.asked(question, lambda: self._combined(roots, decide), [decide])

    def _combined(self, roots: Sequence[int], decide: Callable[[tuple[Leaf, ...]], Leaf]) -> int:
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
        each = tuple(roots)
        return self.asked(("all", each, yes, no), lambda: self._all_of(each, yes, no))

    def _all_of(self, roots: tuple[int, ...], yes: int, no: int) -> int:
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

        return part(roots)

    def restrict(self, root: int, axis: int, position: int) -> int:
        """The diagram where an axis is fixed to one of its points."""
        # the same few are asked for at each step over a threshold
        known = self._restricted.setdefault((axis, position), {})

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
        wanted, todo = set[int](), [*roots]
        while todo:
            root = todo.pop()
            if root not in wanted:
                wanted.add(root)
                if root >= 0:
                    todo += (child for _, child in self.nodes[root][1])
        old = sorted(wanted)  # a node comes after those it leads to
        leaves = [root for root in reversed(old) if root < 0]
        nodes = [root for root in old if root >= 0]
        numbers = {root: ~index for index, root in enumerate(leaves)}
        numbers.update((root, index) for index, root in enumerate(nodes))
        own = (
            (axis, tuple((mask, numbers[child]) for mask, child in branches))
            for axis, branches in (self.nodes[root] for root in nodes)
        )
        return tuple(own), tuple(self.leaves[~root] for root in leaves), numbers
