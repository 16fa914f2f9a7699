"""Two books in one space: the axes of both together, and the diagrams of each with leaves that mean the same.

A model, value, meter or threshold that only one book knows is a point of the joint space too: the other book does not
offer it. Leaves are amounts, factors by the names of meters, and outcomes, never indices; so two rules that mean the
same have the same root, whatever file, order or wording they come from.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from attrs import define, field, frozen

from pricelang.book import model as m
from pricelang.book.diagram import Forest

Leaf = Hashable
Decide = Callable[[tuple[Any, ...]], Leaf]

YES, NO = "yes", "no"
MAX_STEPS = 50_000
"""Steps in which prices are multiplied out; what takes more is left undecided, and said to be."""

MAX_JOINED = 1_000_000
"""The same for what exists and what is refused."""


def points_of(mask: int) -> Iterator[int]:
    """The points of a mask, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def first_of(mask: int) -> int:
    """The lowest point of a mask."""
    return (mask & -mask).bit_length() - 1


class TooLarge(Exception):
    """A combination of diagrams that is not worth working out."""


@frozen
class JointDimension:
    """A dimension of either book: its values by name, and the default (that of the newer book)."""

    name: str
    values: tuple[str, ...]
    default: str


@frozen
class JointSum:
    """A sum of meters (by name) that either book looks at, with the limits of both."""

    label: str
    meters: tuple[str, ...]
    limits: tuple[Fraction, ...]


@define(eq=False, repr=False)
class Joint:
    """The space of two books, and the forest of all their diagrams.

    `boundaries` are UTC seconds; there are none where the books are compared on two days. `released` has the day of
    each model's release (of the newer book, where it has the model).
    """

    models: tuple[str, ...]
    released: tuple[int, ...]
    boundaries: tuple[int, ...]
    dimensions: tuple[JointDimension, ...]
    sums: tuple[JointSum, ...]
    sizes: tuple[int, ...] = field(init=False)
    forest: Forest[Leaf] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.sizes = (
            len(self.models), len(self.boundaries) + 1, *(len(dimension.values) for dimension in self.dimensions),
            *(len(summed.limits) + 1 for summed in self.sums),
        )  # fmt: skip
        self.forest = Forest(self.sizes)

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
        """The diagram that is another in each part (a mask, a root) of an axis, wherever the parts look themselves."""
        nodes = self.forest.nodes
        if all(root < 0 or nodes[root][0] > axis for _, root in parts):
            return self.forest.node(axis, parts)
        chosen = self.forest.node(axis, [(mask, self.leaf(("part", n))) for n, (mask, _) in enumerate(parts)])
        return self.combine(
            [chosen, *(root for _, root in parts)], lambda leaves: leaves[1 + leaves[0][1]], most=1 << 62
        )

    def combine(
        self, roots: Sequence[int], decide: Decide, settled: Callable[[Any], Leaf | None] = lambda leaf: None,
        most: int = MAX_STEPS,
    ) -> int:  # fmt: skip
        """The diagram whose leaf is what `decide` makes of the leaves of some diagrams.

        Where the first of them is a leaf that `settled` makes something of, the others are not looked at. Raises
        `TooLarge` after `most` steps.
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
                        axis, [(mask, part(children)) for mask, children in self.forest.split(axis, key)]
                    )
            known[key] = found
            return found

        return part(tuple(roots))

    def map(self, root: int, change: Callable[[Any], Leaf]) -> int:
        """The diagram with each leaf changed."""
        return self.combine([root], lambda leaves: change(leaves[0]), most=1 << 62)

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
                    known[inner] = self.forest.node(on, [(mask, part(child)) for mask, child in branches])
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
                    [found, root], lambda leaves: strong if strong in leaves else weak,
                    lambda leaf: strong if leaf == strong else None, MAX_JOINED,
                )  # fmt: skip
        return found

    def box(self, masks: Sequence[int]) -> int:
        """The diagram that says yes in a box and no outside."""
        root = self.leaf(YES)
        for axis in range(len(masks) - 1, -1, -1):
            if masks[axis] != self.full(axis):
                root = self.forest.node(axis, [(masks[axis], root), (self.full(axis) & ~masks[axis], self.leaf(NO))])
        return root


@define(eq=False, repr=False)
class Side:
    """One of two books in the joint space; `at` (UTC seconds) is the instant that it is looked at, or None for all.

    `axes` has the joint axis of each of the book's, `points` for each of its axes and points the mask of joint points.
    """

    joint: Joint
    book: m.Book
    at: int | None
    axes: tuple[int, ...]
    points: tuple[tuple[int, ...], ...]
    _masks: dict[tuple[int, int], int] = field(factory=dict, init=False)

    @property
    def stretch(self) -> int | None:
        """The stretch of time that the book is looked at in."""
        return None if self.at is None else bisect_right(self.book.boundaries, self.at)

    def start(self, stretch: int) -> int | None:
        """UTC seconds of the first instant of a joint stretch of time; None before all dates."""
        if self.at is not None:
            return self.at
        return self.joint.boundaries[stretch - 1] if stretch else None

    def spread(self, axis: int, mask: int) -> int:
        """A mask of the book's points of an axis as joint points."""
        found = self._masks.get((axis, mask))
        if found is None:
            found, places = 0, self.points[axis]
            for position in points_of(mask & (1 << len(places)) - 1):
                found |= places[position]
            self._masks[axis, mask] = found
        return found

    def carry(self, root: int, meaning: Callable[[tuple[int, ...]], Leaf]) -> int:
        """A diagram of the book in the joint forest; `meaning` makes a leaf of each tuple of indices.

        Points that the book does not know go with any other point: what exists is told apart elsewhere.
        """
        decided, joint, stretch = self.book.decisions, self.joint, self.stretch
        known: dict[int, int] = {}

        def part(at: int) -> int:
            found = known.get(at)
            if found is None:
                if at < 0:
                    found = joint.leaf(meaning(decided.leaves[~at]))
                else:
                    axis, branches = decided.nodes[at]
                    if axis == m.DATES and stretch is not None:
                        found = part(next(child for mask, child in branches if mask >> stretch & 1))
                    else:
                        parts = [(self.spread(axis, mask), part(child)) for mask, child in branches]
                        found = joint.select(self.axes[axis], _filled(parts, joint.full(self.axes[axis])))
                known[at] = found
            return found

        return part(root)

    def point(self, joint_point: Sequence[int]) -> tuple[int, ...] | None:
        """A joint point as one of the book's space, or None where the book does not know it."""
        found = []
        for axis, points in enumerate(self.points):
            if axis == m.DATES and self.stretch is not None:
                found.append(self.stretch)
                continue
            position = joint_point[self.axes[axis]]
            inside = [number for number, mask in enumerate(points) if mask >> position & 1]
            if not inside:
                return None
            found.append(inside[0])
        return tuple(found)


def _filled(parts: list[tuple[int, int]], full: int) -> list[tuple[int, int]]:
    """Parts of an axis with the points that none holds added to the largest."""
    rest = full
    for mask, _ in parts:
        rest &= ~mask
    if not rest:
        return parts
    largest = max(range(len(parts)), key=lambda number: parts[number][0].bit_count())
    return [(mask | rest if number == largest else mask, root) for number, (mask, root) in enumerate(parts)]


def join(old: m.Book, new: m.Book, old_at: int | None, new_at: int | None) -> tuple[Side, Side]:
    """Two books in one space; with two instants (UTC seconds), each as it is at its own."""
    books = (old, new)
    released = {model.name: model.released for book in books for model in book.models}
    days = () if old_at is not None else tuple(sorted({instant for book in books for instant in book.boundaries}))
    values: dict[str, dict[str, None]] = {}
    defaults: dict[str, str] = {}
    limits: dict[tuple[str, ...], set[Fraction]] = {}
    labels: dict[tuple[str, ...], str] = {}
    for book in books:
        for dimension in book.dimensions:
            values.setdefault(dimension.name, {}).update(dict.fromkeys(value.name for value in dimension.values))
            defaults[dimension.name] = dimension.values[dimension.default].name
        for summed in book.sums:
            limits.setdefault(_meters(book, summed), set()).update(summed.limits)
            labels[_meters(book, summed)] = summed.label
    joint = Joint(
        tuple(released), tuple(released.values()), days,
        tuple(JointDimension(name, tuple(found), defaults[name]) for name, found in values.items()),
        tuple(JointSum(labels[meters], meters, tuple(sorted(found))) for meters, found in limits.items()),
    )  # fmt: skip
    return _side(joint, old, old_at), _side(joint, new, new_at)


def _meters(book: m.Book, summed: m.Sum) -> tuple[str, ...]:
    return tuple(sorted(book.meters[meter].name for meter in summed.meters))


def _side(joint: Joint, book: m.Book, at: int | None) -> Side:
    models = {name: number for number, name in enumerate(joint.models)}
    axes, points = [m.MODELS, m.DATES], [tuple(1 << models[model.name] for model in book.models)]
    stretches = [0] * (len(book.boundaries) + 1)
    for number in range(len(joint.boundaries) + 1):
        stretches[bisect_right(book.boundaries, joint.boundaries[number - 1]) if number else 0] |= 1 << number
    points.append(tuple(stretches))
    for dimension in book.dimensions:
        place, known = next((n, d) for n, d in enumerate(joint.dimensions) if d.name == dimension.name)
        axes.append(2 + place)
        points.append(tuple(1 << known.values.index(value.name) for value in dimension.values))
    for summed in book.sums:
        meters = _meters(book, summed)
        place, total = next((n, s) for n, s in enumerate(joint.sums) if s.meters == meters)
        axes.append(2 + len(joint.dimensions) + place)
        inside = [0] * (len(summed.limits) + 1)
        for number in range(len(total.limits) + 1):
            inside[bisect_right(summed.limits, total.limits[number - 1]) if number else 0] |= 1 << number
        points.append(tuple(inside))
    return Side(joint, book, at, tuple(axes), tuple(points))
