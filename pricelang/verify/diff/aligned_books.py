"""Two books in one space: the axes of both, and the diagrams of each with leaves that mean the
same. The space itself is in `aligned_space`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from attrs import define, field

from pricelang.model import book as m
from pricelang.model.space import axis_of, dimension_of, first_sum
from pricelang.model.time_of_day import DAY, Setting
from pricelang.verify.diff.aligned_hours import Hours, hours_of
from pricelang.verify.diff.aligned_space import (
    NO,
    YES,
    Joint,
    JointDimension,
    JointSum,
    Leaf,
    TooLarge,
    first_of,
    points_of,
)

__all__ = [
    "NO",
    "YES",
    "BookView",
    "Joint",
    "JointDimension",
    "JointSum",
    "Leaf",
    "TooLarge",
    "first_of",
    "join",
    "points_of",
]


@define(eq=False, repr=False)
class BookView:
    """One of two books in the joint space;
    `at` (UTC seconds) is the instant that it is looked at, or None for all.

    `axes` has the joint axis of each of the book's,
    `points` for each of its axes and points the mask of joint points.
    """

    joint: Joint
    book: m.Book
    at: int | None
    axes: tuple[int, ...]
    points: tuple[tuple[int, ...], ...]
    _chosen: dict[int, int] = field(factory=dict, init=False)
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
        """A diagram of the book in the joint forest;
        `meaning` makes a leaf of each tuple of indices.

        Points that the book does not know go with any other point:
        what exists is told apart elsewhere.
        """
        return self._carried(root, meaning, {})

    def _carried(
        self, root: int, meaning: Callable[[tuple[int, ...]], Leaf], fixed: Mapping[int, int]
    ) -> int:
        """The same with some of the book's axes fixed to a point."""
        decided, joint, stretch = self.book.decisions, self.joint, self.stretch
        known: dict[int, int] = {}

        def part(at: int) -> int:
            found = known.get(at)
            if found is None:
                if at < 0:
                    found = joint.leaf(meaning(decided.leaves[~at]))
                else:
                    axis, branches = decided.nodes[at]
                    place = stretch if axis == m.DATES else fixed.get(axis)
                    if place is not None:
                        found = part(next(child for mask, child in branches if mask >> place & 1))
                    elif self.axes[axis] == joint.clock:
                        found = self._by_the_clock(
                            axis, [(mask, part(child)) for mask, child in branches]
                        )
                    else:
                        parts = [(self.spread(axis, mask), part(child)) for mask, child in branches]
                        found = joint.select(
                            self.axes[axis], _filled(parts, joint.full(self.axes[axis]))
                        )
                known[at] = found
            return found

        return part(root)

    # ---- what the clock sets ----

    @property
    def clocked(self) -> list[int]:
        """The axes of the book's dimensions that the clock sets."""
        return [axis_of(n) for n, dimension in enumerate(self.book.dimensions) if dimension.clocked]

    def _by_the_clock(self, axis: int, parts: list[tuple[int, int]]) -> int:
        """The diagram that is another for each value that the clock sets."""

        def pick(leaves: tuple[Any, ...]) -> Any:
            return next(
                leaf
                for (mask, _), leaf in zip(parts, leaves[1:], strict=True)
                if mask >> leaves[0][1] & 1
            )

        return self.joint.combine(
            [self.chosen(axis), *(root for _, root in parts)], pick, most=1 << 62
        )

    def chosen(self, axis: int) -> int:
        """The value that the clock sets: that of the hour where it is offered, else the default. A
        leaf is `("value", index)`, since a bare index would be one leaf with an equal ratio or
        amount.
        """
        found = self._chosen.get(axis)
        if found is None:
            default, parts = self.book.dimensions[dimension_of(axis)].default, []
            for value, mask in enumerate(self.points[axis]):
                offered = self._offered(
                    axis,
                    value,
                    {
                        later: self.book.dimensions[later - 2].default
                        for later in self.clocked
                        if later > axis
                    },
                )
                parts.append(
                    (
                        mask,
                        self.joint.map(
                            offered,
                            lambda leaf, value=value: ("value", value if leaf == YES else default),  # type: ignore[misc]
                        ),
                    )
                )
            clock = self.joint.clock
            assert clock is not None
            found = self._chosen[axis] = self.joint.select(
                clock, [part for part in parts if part[0]]
            )
        return found

    def _offered(self, axis: int, value: int, fixed: Mapping[int, int]) -> int:
        """Where a value that the clock may set is offered."""
        root = self.book.decisions.values[dimension_of(axis)][value]
        return self._carried(root, lambda leaf: YES if leaf else NO, {**fixed, axis: value})

    def hours_offered(self) -> int:
        """Where all that the clock sets is offered. Raises `TooLarge`."""
        roots = []
        for axis in self.clocked:
            values = range(len(self.book.dimensions[dimension_of(axis)].values))
            roots.append(
                self._by_the_clock(
                    axis, [(1 << value, self._offered(axis, value, {})) for value in values]
                )
            )
        return self.joint.all_of(roots)

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
    return [
        (mask | rest if number == largest else mask, root)
        for number, (mask, root) in enumerate(parts)
    ]


def join(
    old: m.Book, new: m.Book, old_at: int | None, new_at: int | None
) -> tuple[BookView, BookView]:
    """Two books in one space; with two instants (UTC seconds), each as it is at its own.
    An instant that is no midnight has its hour, and a midnight stands for all hours of its day.
    """
    books = (old, new)
    released = {model.name: model.released for book in books for model in book.models}
    days: tuple[int, ...] = ()
    if old_at is None:
        days = tuple(sorted({instant for book in books for instant in book.boundaries}))
    hours = hours_of(books, (_hour(old_at), _hour(new_at)))
    joint = Joint(
        tuple(released),
        tuple(released.values()),
        days,
        _dimensions(books, hours),
        _sums(books),
        () if hours is None else hours.within(days),
    )
    set_by: tuple[Sequence[Setting], Sequence[Setting]] = (
        ((), ()) if hours is None else hours.settings
    )
    return _side(joint, old, old_at, set_by[0]), _side(joint, new, new_at, set_by[1])


def _dimensions(books: tuple[m.Book, m.Book], hours: Hours | None) -> tuple[JointDimension, ...]:
    """The dimensions of both books with the values of both; the clocks of both are one."""
    values: dict[str, dict[str, None]] = {}
    defaults: dict[str, str] = {}
    for dimension in (dimension for book in books for dimension in book.dimensions):
        if not dimension.clocked:
            names = [value.name for value in dimension.values]
            values.setdefault(dimension.name, {}).update(dict.fromkeys(names))
            defaults[dimension.name] = names[dimension.default]
        elif hours is not None and hours.before == dimension.name:
            values.setdefault(hours.name, {})  # where it stands in its book
    return tuple(
        JointDimension(name, tuple(found), defaults[name])
        if hours is None or name != hours.name
        else JointDimension(name, hours.values, hours.default, clocked=True)
        for name, found in values.items()
    )


def _sums(books: tuple[m.Book, m.Book]) -> tuple[JointSum, ...]:
    """The sums of meters that rules of either book look at, with the limits of both."""
    limits: dict[tuple[str, ...], set[Fraction]] = {}
    labels: dict[tuple[str, ...], str] = {}
    for book in books:
        for summed in book.sums:
            limits.setdefault(_meters(book, summed), set()).update(summed.limits)
            labels[_meters(book, summed)] = summed.label
    return tuple(
        JointSum(labels[meters], meters, tuple(sorted(found))) for meters, found in limits.items()
    )


def _hour(at: int | None) -> int | None:
    return None if at is None or at % DAY == 0 else at % DAY // 60


def _meters(book: m.Book, summed: m.Sum) -> tuple[str, ...]:
    return tuple(sorted(book.meters[meter].name for meter in summed.meters))


def _side(joint: Joint, book: m.Book, at: int | None, settings: Sequence[Setting]) -> BookView:
    models = {name: number for number, name in enumerate(joint.models)}
    axes, points = [m.MODELS, m.DATES], [tuple(1 << models[model.name] for model in book.models)]
    stretches = [0] * (len(book.boundaries) + 1)
    for number in range(len(joint.boundaries) + 1):
        stretches[bisect_right(book.boundaries, joint.boundaries[number - 1]) if number else 0] |= (
            1 << number
        )
    points.append(tuple(stretches))
    clocked = 0
    for dimension in book.dimensions:
        if dimension.clocked:
            axes.append(joint.clock or 0)
            set_by = [setting[clocked] for setting in settings]
            points.append(
                tuple(
                    sum(1 << n for n, number in enumerate(set_by) if number == value)
                    for value in range(len(dimension.values))
                )
            )
            clocked += 1
            continue
        place, known = next(
            (n, d) for n, d in enumerate(joint.dimensions) if d.name == dimension.name
        )
        axes.append(axis_of(place))
        points.append(tuple(1 << known.values.index(value.name) for value in dimension.values))
    for summed in book.sums:
        meters = _meters(book, summed)
        place, total = next((n, s) for n, s in enumerate(joint.sums) if s.meters == meters)
        axes.append(first_sum(joint.dimensions) + place)
        inside = [0] * (len(summed.limits) + 1)
        for number in range(len(total.limits) + 1):
            inside[bisect_right(summed.limits, total.limits[number - 1]) if number else 0] |= (
                1 << number
            )
        points.append(tuple(inside))
    return BookView(joint, book, at, tuple(axes), tuple(points))
