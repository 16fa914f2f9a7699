"""The combinations of a book that have a price, as a decision diagram over some dimensions and the
sides of thresholds.

Equal parts are one node, so that a book of millions of combinations has some hundred of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from attrs import define, field

from pricelang.evaluate.combination import Combination
from pricelang.evaluate.rate_card import RateCard
from pricelang.evaluate.rate_table.walk import REFUSED, Walk, walk_of
from pricelang.model import book as m
from pricelang.model.errors import PriceError
from pricelang.model.space import dimension_of, first_sum
from pricelang.model.time_of_day import Setting

NOTHING = -1
"""The node below which no combination has a price."""


class _Later(Exception):
    """A value that the clock sets depends on a dimension that comes after it."""


@define(eq=False, repr=False)
class RateGrid:
    """Diagrams over `levels`:
    the chosen dimensions (by their index) in the order of the book, then all thresholds.

    A node is a number: into `nodes`, the children for each value (the default first) or side, or
    with all levels behind it into `cells`. `leaf` is what two cells of one node have in common;
    `seen` are all cells that were met.
    """

    card: RateCard
    dimensions: tuple[int, ...]
    fixed: Mapping[str, str]
    leaf: Callable[[Combination], object]
    nodes: list[tuple[int, ...]] = field(factory=list)
    cells: list[Combination] = field(factory=list)
    seen: list[Combination] = field(factory=list)
    _walk: Walk = field(init=False)
    _values: tuple[tuple[int, ...], ...] = field(init=False)
    _known: dict[tuple[int, int, Setting], int] = field(factory=dict)
    _numbers: dict[object, int] = field(factory=dict)
    _shapes: list[tuple[tuple[Any, ...], tuple[int, ...]]] = field(factory=list)
    _leaves: dict[int, int] = field(factory=dict)
    _fills: dict[int, dict[int, int]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self._walk = walk_of(self.card)
        book = self.card.book
        chosen = [
            values_of(found) if n in self.dimensions else self._given(found)
            for n, found in enumerate(book.dimensions)
        ]
        self._values = (*chosen, *(tuple(range(len(total.limits) + 1)) for total in book.sums))

    def _given(self, dimension: m.Dimension) -> tuple[int]:
        """The value of a dimension that is not chosen."""
        named = [
            n
            for n, value in enumerate(dimension.values)
            if value.name == self.fixed.get(dimension.name)
        ]
        return (named[0] if named else dimension.default,)

    @property
    def size(self) -> int:
        """The number of levels."""
        return len(self.dimensions) + len(self.card.book.sums)

    def root(self, state: int, point: tuple[int, int], at: int, setting: Setting) -> int:
        """The diagram of a dated version (a state of the walk,
        and a point it holds at) where the clocks set something.
        """
        rest = self._walk.rest(state)
        if rest == REFUSED:
            return NOTHING
        try:
            shape = self._shape(rest, (), setting)
        except _Later:
            return self._asked(state, point, at, setting)
        # settings and versions that settle the same fill a shape with the same cells
        known = self._fills.setdefault(self._walk.settled(state), {NOTHING: NOTHING})
        return self._filled(shape, state, point, known)

    # ---- the ways down ----

    def _shape(self, rest: int, way: tuple[int, ...], setting: Setting) -> int:
        """The diagram of what is left open, whose ends are what the walk has decided:
        one for all dated versions that leave the same open.
        """
        axis = len(way) + 2
        key = (rest, axis, setting)
        found = self._known.get(key)
        if found is None:
            if axis == first_sum(self._values):
                found = self._shaped(("end", self._walk.end(rest)), way)
            else:
                found = self._turned(rest, way, setting)
            self._known[key] = found
        return found

    def _turned(self, rest: int, way: tuple[int, ...], setting: Setting) -> int:
        axis = len(way) + 2
        dimensions = self.card.book.dimensions
        is_level = dimension_of(axis) in self.dimensions or dimension_of(axis) >= len(dimensions)
        values = self._values[dimension_of(axis)]
        if dimension_of(axis) < len(dimensions) and dimensions[dimension_of(axis)].clocked:
            values = (self._by_clock(rest, axis, setting),)
        ways = self._walk.ways(rest, axis)
        below = [
            NOTHING if ways[n] == REFUSED else self._shape(ways[n], (*way, n), setting)
            for n in values
        ]
        if not is_level:
            return below[0]
        return (
            NOTHING if all(child == NOTHING for child in below) else self._shaped(tuple(below), ())
        )

    def _shaped(self, key: tuple[Any, ...], way: tuple[int, ...]) -> int:
        number = self._numbers.setdefault(("shape", key), len(self._shapes))
        if number == len(self._shapes):
            self._shapes.append((key, way))
        return number

    def _filled(self, shape: int, state: int, point: tuple[int, int], known: dict[int, int]) -> int:
        """A shape with the cells of a dated version at its ends; `known` are such shapes."""
        found = known.get(shape)
        if found is not None:
            return found
        key, way = self._shapes[shape]
        if key[0] == "end":
            found = self._last(self._walk.at_end(state, key[1], (*point, *way)))
        else:
            children = []
            for child in key:
                node = known.get(child)
                if node is None:
                    node = self._filled(child, state, point, known)
                children.append(node)
            found = self._node(tuple(children))
        known[shape] = found
        return found

    def _by_clock(self, rest: int, axis: int, setting: Setting) -> int:
        """The value that the clock sets where it is offered, else the default."""
        dimensions = self.card.book.dimensions
        default = dimensions[dimension_of(axis)].default
        hours = setting[sum(one.clocked for one in dimensions[: dimension_of(axis)])]
        offered = hours == default or self._walk.offered(rest, axis, hours)
        if offered is None:
            raise _Later
        return hours if offered else default

    def _asked(self, state: int, point: tuple[int, int], at: int, setting: Setting) -> int:
        """The same diagram, by asking for every combination."""
        book = self.card.book
        chosen = [book.dimensions[n] for n in self.dimensions]
        sides = [*product(*self._values[len(book.dimensions) :])]

        def below(given: tuple[str, ...]) -> int:
            if len(given) < len(chosen):
                dimension = chosen[len(given)]
                return self._node(
                    tuple(below((*given, dimension.values[n].name)) for n in values_of(dimension))
                )
            named = dict(zip((found.name for found in chosen), given, strict=True))
            try:
                values, _ = self.card.values_at(
                    point[m.MODELS], {**self.fixed, **named}, at, setting
                )
            except PriceError:
                return NOTHING
            found = {
                side: self._last(self._walk.cell(state, point, values, side)) for side in sides
            }
            return self._sided(found, ())

        return below(())

    def _sided(self, found: Mapping[tuple[int, ...], int], side: tuple[int, ...]) -> int:
        sums = self.card.book.sums
        if len(side) == len(sums):
            return found[side]
        return self._node(
            tuple(self._sided(found, (*side, n)) for n in range(len(sums[len(side)].limits) + 1))
        )

    def _node(self, children: tuple[int, ...]) -> int:
        if children.count(NOTHING) == len(children):
            return NOTHING
        number = self._numbers.setdefault(children, len(self.nodes))
        if number == len(self.nodes):
            self.nodes.append(children)
        return number

    def _last(self, cell: Combination | None) -> int:
        if cell is None:
            return NOTHING
        if id(cell) not in self._leaves:
            self.seen.append(cell)
            number = NOTHING
            if cell.coefficients is not None:
                number = self._numbers.setdefault(("leaf", self.leaf(cell)), len(self.cells))
                if number == len(self.cells):
                    self.cells.append(cell)
            self._leaves[id(cell)] = number
        return self._leaves[id(cell)]

    # ---- what is in it ----

    def below(self, vector: Sequence[int], value: int) -> tuple[int, ...]:
        """What some nodes of one level have below them for a value."""
        return tuple([NOTHING if n == NOTHING else self.nodes[n][value] for n in vector])

    def count(self, roots: Iterable[int]) -> int:
        """The number of combinations below some nodes that have a price."""
        known: dict[tuple[int, int], int] = {}
        return sum(self._counted(root, 0, known) for root in roots)

    def _counted(self, node: int, level: int, known: dict[tuple[int, int], int]) -> int:
        if node == NOTHING or level == self.size:
            return int(node != NOTHING)
        if (node, level) not in known:
            known[node, level] = sum(
                self._counted(child, level + 1, known) for child in self.nodes[node]
            )
        return known[node, level]

    def ends(self, root: int, level: int = 0) -> list[int | None]:
        """The number of the cell of each combination below a node, in their order;
        None for one that has no price.
        """
        if level == self.size:
            return [None if root == NOTHING else root]
        children = (NOTHING,) * len(self._values_at(level)) if root == NOTHING else self.nodes[root]
        return [end for child in children for end in self.ends(child, level + 1)]

    def _values_at(self, level: int) -> tuple[int, ...]:
        """The points of a level."""
        count = len(self.dimensions)
        return self._values[
            self.dimensions[level]
            if level < count
            else level - count + len(self.card.book.dimensions)
        ]

    def idle(self, roots: Sequence[int]) -> frozenset[int]:
        """The levels of dimensions on which nothing below some nodes turns."""
        found, here = set(), {root for root in roots if root != NOTHING}
        for level in range(len(self.dimensions)):
            if all(len(set(self.nodes[node])) == 1 for node in here):
                found.add(level)
            here = {child for node in here for child in self.nodes[node] if child != NOTHING}
        return frozenset(found)

    def drop(self, roots: Sequence[int], levels: frozenset[int]) -> list[int]:
        """The roots without levels on which nothing turns;
        from then on the grid has none of these.
        """
        known: dict[tuple[int, int], int] = {}
        found = [self._without(root, levels, 0, known) for root in roots]
        self.dimensions = tuple(n for level, n in enumerate(self.dimensions) if level not in levels)
        return found

    def _without(
        self, node: int, levels: frozenset[int], level: int, known: dict[tuple[int, int], int]
    ) -> int:
        if node == NOTHING or level == len(self.dimensions):
            return node
        if (node, level) not in known:
            children = self.nodes[node][:1] if level in levels else self.nodes[node]
            below = tuple(self._without(child, levels, level + 1, known) for child in children)
            known[node, level] = below[0] if level in levels else self._node(below)
        return known[node, level]


def values_of(dimension: m.Dimension) -> tuple[int, ...]:
    """The values of a dimension by their numbers, the default first."""
    return (dimension.default, *(n for n in range(len(dimension.values)) if n != dimension.default))
