"""The search for the request of the highest, or the lowest, multiplier: how many times the price
that a stack starts from is what comes of it.

The stack stays factors: the diagrams of the prices and of each member are walked at once, the part
that may go furthest first, and a part whose bounds are no further than what is found is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from attrs import define, field, frozen

from pricelang.evaluate.stack.operations import ONE, factor_of
from pricelang.model.requests import Point
from pricelang.solver.witness_search import Constraint, Search, State
from pricelang.verify.analysis import Analysis
from pricelang.verify.multiplier_bounds import Multipliers
from pricelang.verify.price_relations import MAX_STATES, Undecided, rounding_root, step_root


@frozen
class Multiplied:
    """A price that is multiplied, as diagrams:
    what it starts as (`Multipliers`, or None where there is no price), and the places of the stack.
    """

    start: int
    places: tuple[int, ...]


@frozen
class Furthest:
    """The furthest multiplier and a request that meets it.
    One that is not `exact` is the furthest that was found in as many steps as are worth taking.
    """

    multiplier: Fraction
    point: Point
    exact: bool


def multiplied(analysis: Analysis, meter: int, of: int, with_stack: bool = True) -> Multiplied:
    """The unit price of a meter over the list price of one, be it the same or another."""
    book = analysis.book
    members = [member for member in book.stack if with_stack and analysis.touches(*member, meter)]
    rounded = with_stack and analysis.rounds_unit_prices
    plain = not rounded and all(analysis.plain(*member, meter) for member in members)

    def decide(leaves: tuple[Any, ...]) -> Multipliers | None:
        price, base = leaves
        if not isinstance(price, Fraction) or not isinstance(base, Fraction) or base <= 0:
            return None
        ratio = price / base
        prices = (ONE, ONE) if plain else (base, base)  # factors are the same of every price
        return Multipliers(prices, (ratio, ratio))

    start = analysis.forest.combine([analysis.list_price(meter), analysis.list_price(of)], decide)
    places = [step_root(analysis, [(member, meter)]) for member in members]
    if rounded:
        places.append(rounding_root(analysis, [meter]))
    return Multiplied(start, tuple(root for root in places if root is not None))


def furthest(
    analysis: Analysis,
    price: Multiplied,
    constraints: Sequence[Constraint],
    highest: bool,
    beyond: Fraction | None = None,
) -> Furthest | None:
    """The highest, or the lowest, multiplier of a request that meets all constraints, and is
    further than one that is `beyond`; None where there is none.

    Raises `Undecided` where nothing was found before there was too much to look at.
    """
    search = _Search(analysis, highest, analysis.search(constraints), beyond)
    start = search.walk.start()
    if start is None:
        return None
    exact = True
    try:
        search.look(start, price.start, price.places, {})
    except Undecided:
        if search.point is None:
            raise
        exact = False
    if search.best is None or search.point is None:
        return None
    point = search.plainest(start, price) if exact else None
    return Furthest(search.best, point or search.point, exact)


Key = tuple[State, int, tuple[int, ...]]


@define(eq=False, repr=False)
class _Search:
    analysis: Analysis
    highest: bool
    walk: Search
    best: Fraction | None
    point: Point | None = None
    seen: set[Key] = field(factory=set)
    dead: set[Key] = field(factory=set)
    starts: dict[int, Multipliers | None] = field(factory=dict)
    ranges: dict[int, tuple[Fraction, Fraction] | None] = field(factory=dict)
    bounds: dict[tuple[int, tuple[int, ...]], tuple[Fraction, Fraction] | None] = field(
        factory=dict
    )

    def look(self, state: State, start: int, places: tuple[int, ...], at: dict[int, int]) -> None:
        """Looks at the requests below a state, the parts that may go furthest first."""
        key = (state, start, places)
        ends = self.ends(start, places)
        if key in self.seen or ends is None or not self.further(ends):
            return
        self._count(key, self.seen)
        if self.settled(ends, start):
            rest = self.walk.first(state)
            if rest is not None:
                self.best = ends[0]
                self.point = self.analysis.completed({**rest, **at})
            return
        axis, parts = self.parts(state, start, places)
        found = []
        for mask, settled, first, others in parts:
            inner = self.ends(first, others)
            if inner is not None:
                end = -inner[1] if self.highest else inner[0]
                found.append(((end, self.analysis.rank(axis, mask)), mask, settled, first, others))
        for _, mask, settled, first, others in sorted(found, key=lambda part: part[0]):
            self.look(settled, first, others, {**at, axis: self.analysis.choice(axis, mask)})

    def plainest(self, state: State, price: Multiplied) -> Point | None:
        """The most ordinary request of the multiplier that was found."""
        try:
            found = self.first(state, price.start, price.places)
        except Undecided:
            return None
        return None if found is None else self.analysis.completed(found)

    def first(self, state: State, start: int, places: tuple[int, ...]) -> dict[int, int] | None:
        """A point for each axis that matters at which the multiplier is the one found."""
        key = (state, start, places)
        ends = self.ends(start, places)
        if key in self.dead or ends is None or self.best is None:
            return None
        if not ends[0] <= self.best <= ends[1]:
            return None
        self._count(key, self.dead)
        if self.settled(ends, start):
            return self.walk.first(state)
        axis, parts = self.parts(state, start, places)
        for mask, settled, first, others in sorted(
            parts, key=lambda part: self.analysis.rank(axis, part[0])
        ):
            found = self.first(settled, first, others)
            if found is not None:
                return {axis: self.analysis.choice(axis, mask), **found}
        return None

    @staticmethod
    def _count(key: Key, keys: set[Key]) -> None:
        keys.add(key)
        if len(keys) > MAX_STATES:
            raise Undecided

    def parts(
        self, state: State, start: int, places: tuple[int, ...]
    ) -> tuple[int, list[tuple[int, State, int, tuple[int, ...]]]]:
        """The next axis, and its parts with what is left of each diagram."""
        forest, cut = self.analysis.forest, len(state)
        roots = (*(root for _, root in state), start, *places)
        axis = min(forest.nodes[root][0] for root in roots if root >= 0)
        numbers, found = [number for number, _ in state], []
        for mask, children in forest.split(axis, roots):
            settled = self.walk.settle(zip(numbers, children, strict=False))
            if settled is not None:
                found.append((mask, settled, children[cut], children[cut + 1 :]))
        return axis, found

    # ---- bounds ----

    def further(self, ends: tuple[Fraction, Fraction]) -> bool:
        """Decides whether some multiplier within bounds may be further than the best."""
        if self.best is None:
            return True
        return ends[1] > self.best if self.highest else ends[0] < self.best

    def settled(self, ends: tuple[Fraction, Fraction], start: int) -> bool:
        """Decides whether all requests below have one multiplier."""
        return ends[0] == ends[1] and None not in self.analysis.leaves_below(start)

    def ends(self, start: int, places: tuple[int, ...]) -> tuple[Fraction, Fraction] | None:
        """The least and the greatest multiplier below; None where there is no price."""
        key = (start, places)
        if key not in self.bounds:
            found = self.begun(start)
            self.bounds[key] = None if found is None else self.through(found, places).ends
        return self.bounds[key]

    def begun(self, root: int) -> Multipliers | None:
        """The bounds of what prices start as below a node."""
        if root not in self.starts:
            found: Multipliers | None = None
            leaves: frozenset[Any] = self.analysis.leaves_below(root)
            for leaf in leaves:
                if leaf is not None:
                    found = leaf if found is None else found.hull(leaf)
            self.starts[root] = found
        return self.starts[root]

    def through(self, bounds: Multipliers, places: tuple[int, ...]) -> Multipliers:
        """Bounds after some places of the stack. Factors are multiplied as whole numbers, and
        reduced once: this is done for every part of the requests.
        """
        least, below, most, under = 1, 1, 1, 1
        for root in places:
            known = self.factors(root)
            if known is None:
                bounds = bounds.scaled(Fraction(least, below), Fraction(most, under))
                bounds, least, below, most, under = self.after(bounds, root), 1, 1, 1, 1
            else:
                least, below = least * known[0].numerator, below * known[0].denominator
                most, under = most * known[1].numerator, under * known[1].denominator
        return bounds.scaled(Fraction(least, below), Fraction(most, under))

    def factors(self, place: int) -> tuple[Fraction, Fraction] | None:
        """The least and the greatest factor of a place; None where something else holds too."""
        if place not in self.ranges:
            leaves: list[Any] = list(self.analysis.leaves_below(place))
            factors = [factor_of(leaf[0]) for leaf in leaves]
            known = [factor for factor in factors if factor is not None]
            whole = len(known) == len(factors)
            self.ranges[place] = (min(known), max(known)) if whole else None
        return self.ranges[place]

    def after(self, bounds: Multipliers, place: int) -> Multipliers:
        """Bounds after one place of the stack, whatever holds there."""
        found: Multipliers | None = None
        leaves: frozenset[Any] = self.analysis.leaves_below(place)
        for leaf in leaves:
            one = bounds.after(leaf[0])
            found = one if found is None else found.hull(one)
        return found if found is not None else bounds
