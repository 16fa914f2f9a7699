"""The axes of a book, and boxes over them: intersection and difference."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from fractions import Fraction

from attrs import frozen

from pricelang.model.book import DATES, FIRST_DIMENSION, MODELS, Book, Dimension, Model, Scope, Sum
from pricelang.model.instants import DAY, written
from pricelang.model.time_of_day import turns_in
from pricelang.present.decimals import grouped
from pricelang.solver.effort import Effort


def point_mask(points: Iterable[int]) -> int:
    """The mask of some points of an axis."""
    mask = 0
    for point in points:
        mask |= 1 << point
    return mask


def sides_of(limits: Sequence[Fraction], limit: Fraction, over: bool) -> tuple[int, ...]:
    """The points of a sum's axis that lie over one of its limits, or up to it:
    the limits between are points of their own.
    """
    first_over = bisect_left(limits, limit) + 1
    return tuple(range(first_over, len(limits) + 1) if over else range(first_over))


def open_sides(most: int, said: Sequence[int] | None) -> Sequence[int]:
    """The points of a sum's axis that the requests of a record may be on:
    those that are said, or else all, up to `most`.

    `most` is the point of all their quantities together. A record may hold a part of what its
    requests used, say their output: where it reaches no side that is said, what is said counts.
    """
    if said is None:
        return range(most + 1)
    return [side for side in said if side <= most] or said


def meet(left: Scope, right: Scope) -> Scope | None:
    """What two scopes share, or None."""
    if not left:
        return right
    if not right:
        return left
    masks = dict(left)
    for axis, mask in right:
        both = masks.get(axis, -1) & mask
        if not both:
            return None
        masks[axis] = both
    return tuple(sorted(masks.items()))


def axis_of(dimension: int) -> int:
    """The axis of a dimension, by its index."""
    return FIRST_DIMENSION + dimension


def dimension_of(axis: int) -> int:
    """The index of the dimension of an axis; that of a sum's is past the last."""
    return axis - FIRST_DIMENSION


def first_sum(dimensions: Sequence[object]) -> int:
    """The axis of the first threshold sum, after those of the dimensions."""
    return FIRST_DIMENSION + len(dimensions)


def value_at(point: Sequence[int], dimension: int) -> int:
    """The value that a point has of a dimension."""
    return point[FIRST_DIMENSION + dimension]


def with_value(point: Sequence[int], dimension: int, value: int) -> tuple[int, ...]:
    """A point with another value of a dimension."""
    axis = axis_of(dimension)
    return (*point[:axis], value, *point[axis + 1 :])


def first_stretch(scope: Scope) -> int:
    """The first stretch of time in a scope: 0 where it has no beginning."""
    return first_point(dict(scope).get(DATES, -1))


def term_of(boundaries: Sequence[int], scope: Scope) -> tuple[int | None, int | None]:
    """The first instant at which a scope holds and the one at which it ends (UTC seconds), None
    where it has none: the period of what is counted `per term`.
    """
    stretches, first = dict(scope).get(DATES, -1), first_stretch(scope)
    last = stretches.bit_length() if stretches > 0 else len(boundaries) + 1
    return (
        boundaries[first - 1] if first else None,
        boundaries[last - 1] if last <= len(boundaries) else None,
    )


def first_point(mask: int) -> int:
    """The lowest point of a mask."""
    return (mask & -mask).bit_length() - 1


def undated(scope: Scope) -> Scope:
    """A scope on all days: what counts usage goes on counting where its prices change."""
    return tuple(part for part in scope if part[0] != DATES)


def holds(scope: Scope, point: Sequence[int]) -> bool:
    """Decides whether a request, as its point on each axis, is in a scope."""
    return all(mask >> point[axis] & 1 for axis, mask in scope)


def subtract(scope: Scope, hole: Scope) -> list[Scope]:
    """What is left of a scope without a hole, as disjoint boxes.
    Masks of `scope` must be finite where `hole`'s cut.
    """
    shared = meet(scope, hole)
    if shared is None:
        return [scope]
    pieces: list[Scope] = []
    rest = dict(scope)
    for axis, mask in hole:
        outside = rest.get(axis, -1) & ~mask
        if outside:
            piece = dict(rest)
            piece[axis] = outside
            pieces.append(tuple(sorted(piece.items())))
        rest[axis] = rest.get(axis, -1) & mask
    return pieces


def without(scopes: Iterable[Scope], holes: Iterable[Scope], effort: Effort) -> list[Scope]:
    """What is left of some scopes without some holes, as boxes. Raises `TooManyPieces`."""
    rest = list(scopes)
    for hole in holes:
        whole, rest = rest, []
        for scope in whole:
            pieces = subtract(scope, hole)
            effort.spend(len(pieces))
            rest += pieces
        if not rest:
            break
    return rest


@frozen(eq=False, repr=False)
class Space:
    """The axes of a book: the models, the stretches of time, the dimensions and the sums.
    `bound` is what all questions about it may cost together; without it, each has its own bound.
    """

    models: tuple[Model, ...]
    boundaries: tuple[int, ...]
    dimensions: tuple[Dimension, ...]
    sums: tuple[Sum, ...]
    bound: Effort | None = None

    @property
    def effort(self) -> Effort:
        """What the next question may cost."""
        return self.bound if self.bound is not None else Effort()

    def size(self, axis: int) -> int:
        """How many points an axis has."""
        if axis == MODELS:
            return len(self.models)
        if axis == DATES:
            return len(self.boundaries) + 1
        dimension = self.dimension(axis)
        if dimension is not None:
            return len(dimension.values)
        return len(self.sums[axis - self.sum_axis(0)].limits) + 1

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many points each axis has."""
        return tuple(self.size(axis) for axis in range(self.axes))

    @property
    def axes(self) -> int:
        """How many axes there are."""
        return self.sum_axis(len(self.sums))

    def axis(self, dimension: int) -> int:
        """The axis of a dimension."""
        return FIRST_DIMENSION + dimension

    def sum_axis(self, total: int) -> int:
        """The axis of a threshold sum."""
        return first_sum(self.dimensions) + total

    def dimension(self, axis: int) -> Dimension | None:
        """The dimension of an axis, or None where it is of something else."""
        index = axis - FIRST_DIMENSION
        return self.dimensions[index] if 0 <= index < len(self.dimensions) else None

    def sum(self, axis: int) -> Sum | None:
        """The threshold sum of an axis, or None where it is of something else."""
        index = axis - self.sum_axis(0)
        return self.sums[index] if 0 <= index < len(self.sums) else None

    def everything(self) -> Scope:
        """Every request, with the mask of each axis written out."""
        return tuple((axis, (1 << self.size(axis)) - 1) for axis in range(self.axes))

    def period(self, start: int | None, end: int | None) -> Scope:
        """A half-open period in UTC seconds whose ends are boundaries, as a scope."""
        first = 0 if start is None else self.boundaries.index(start) + 1
        last = len(self.boundaries) + 1 if end is None else self.boundaries.index(end) + 1
        if first == 0 and end is None:
            return ()
        return ((DATES, (1 << last) - (1 << first)),)

    def since_release(self, model: int) -> int:
        """The mask of the stretches of time in which a model is offered."""
        first = self.boundaries.index(self.models[model].released) + 1
        return (1 << len(self.boundaries) + 1) - (1 << first)

    def describe(self, point: Sequence[int]) -> str:
        """A request as an example would give it: `claude-opus-4-7 at 2026-04-17, speed fast`."""
        parts = []
        for index, dimension in enumerate(self.dimensions):
            value = point[self.axis(index)]
            if value != dimension.default and not dimension.clocked:
                parts.append(f"{dimension.name} {dimension.values[value].name}")
        for index, total in enumerate(self.sums):
            side = point[self.sum_axis(index)]
            if side:
                parts.append(f"{total.label} over {grouped(total.limits[side - 1])}")
        return ", ".join(
            [f"{self.models[point[MODELS]].name} at {day(self._instant_of(point))}", *parts]
        )

    def _instant_of(self, point: Sequence[int]) -> int:
        """The first instant of a point's stretch of time at which the clocks set what it says."""
        stretch = point[DATES]
        said = [value_at(point, n) for n, one in enumerate(self.dimensions) if one.clocked]
        turns = turns_in(self, stretch) if said else ()
        return next((at for at, set_by in turns if set_by == tuple(said)), self.instant(stretch))

    def conditions(self, scope: Scope) -> str:
        """What a scope says of values and sums: `tier is batch and prompt over 100,000`."""
        parts = []
        for axis, mask in scope:
            dimension, total = self.dimension(axis), self.sum(axis)
            if dimension is not None:
                names = [x.name for n, x in enumerate(dimension.values) if mask >> n & 1]
                parts.append(f"{dimension.name} is {' or '.join(names)}")
            if total is not None:
                sides = [side for side in range(len(total.limits) + 1) if mask >> side & 1]
                if sides and sides[0]:
                    parts.append(f"{total.label} over {grouped(total.limits[sides[0] - 1])}")
                if sides and sides[-1] < len(total.limits):
                    parts.append(f"{total.label} up to {grouped(total.limits[sides[-1]])}")
        return " and ".join(parts)

    def instant(self, stretch: int) -> int:
        """An instant (UTC seconds) in a stretch of time: its first, or the day before all dates."""
        return (
            self.boundaries[stretch - 1]
            if stretch
            else (self.boundaries[0] if self.boundaries else DAY) - DAY
        )


def space_of(book: Book) -> Space:
    """The axes of a checked book."""
    return Space(book.models, book.boundaries, book.dimensions, book.sums)


def day(seconds: int) -> str:
    """UTC seconds as the language writes them: a day, with its time unless midnight."""
    return written(seconds)
