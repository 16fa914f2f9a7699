"""One of two books in their joint space: its diagrams, with leaves that mean the same in both."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import define, field

from pricelang.model import book as m
from pricelang.model.space import axis_of, dimension_of
from pricelang.verify.diff.aligned_space import NO, NO_LIMIT, YES, Joint, Leaf
from pricelang.verify.refined_axes import spread


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
        if (axis, mask) not in self._masks:
            self._masks[axis, mask] = spread(self.points[axis], mask)
        return self._masks[axis, mask]

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
            [self.chosen(axis), *(root for _, root in parts)], pick, most=NO_LIMIT
        )

    def chosen(self, axis: int) -> int:
        """The value that the clock sets: that of the hour where it is offered, else the default. A
        leaf is `("value", index)`, since a bare index would be one leaf with an equal ratio or
        amount.
        """
        found = self._chosen.get(axis)
        if found is None:
            clock = self.joint.clock
            assert clock is not None
            parts = enumerate(self.points[axis])
            found = self._chosen[axis] = self.joint.select(
                clock, [(mask, self._set_to(axis, value)) for value, mask in parts if mask]
            )
        return found

    def _set_to(self, axis: int, value: int) -> int:
        """What the clock sets in the hours of a value."""
        dimensions = self.book.dimensions
        default = dimensions[dimension_of(axis)].default
        later = {
            other: dimensions[dimension_of(other)].default for other in self.clocked if other > axis
        }
        return self.joint.map(
            self._offered(axis, value, later),
            lambda leaf: ("value", value if leaf == YES else default),
        )

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
