"""The search for a request whose prices stand in a relation. It keeps the stack as factors, and
cuts by the range that they can reach.

The diagrams of the list prices and of each member of the stack are walked at once. At each point of
the walk the rest is bounded: where no request can be what is looked for, or each is, the members
are not walked on. So what is independent is never multiplied out, and what cannot be told in
`MAX_STATES` steps is said to be undecided, not waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from attrs import define, field, frozen

from pricelang.evaluate.stack.intervals import Box, box_of, moved, scaled
from pricelang.evaluate.stack.operations import Operation, Operations, factor_of, roundings_of
from pricelang.model.book import Member
from pricelang.model.requests import Point
from pricelang.solver.witness_search import Constraint, Search, State
from pricelang.verify.analysis import Analysis

MAX_STATES = 40_000
Relation = tuple[Callable[[Fraction, Fraction], bool], Callable[[Fraction, Fraction], bool]]
"""Of the bounds of a sum: whether it may be what is looked for, and whether it surely is."""

NOT_ZERO: Relation = (
    lambda least, most: least != 0 or most != 0,
    lambda least, most: least > 0 or most < 0,
)
BELOW: Relation = (lambda least, most: least < 0, lambda least, most: most < 0)
ABOVE: Relation = (lambda least, most: most > 0, lambda least, most: least > 0)
NOT_ABOVE: Relation = (lambda least, most: least <= 0, lambda least, most: most <= 0)
NOT_BELOW: Relation = (lambda least, most: most >= 0, lambda least, most: least >= 0)


def beyond(relation: Relation, amount: Fraction) -> Relation:
    """That a sum, less an amount, is as looked for."""
    may, sure = relation
    return (
        lambda least, most: may(least - amount, most - amount),
        lambda least, most: sure(least - amount, most - amount),
    )


class Undecided(Exception):
    """A question that is not settled:
    its reason, or none where bounds do not settle it in as many steps as are worth taking.
    """


@frozen(eq=False)
class Prices:
    """Prices of requests, as diagrams:
    where they start, and what each place of the stack does to each of them.

    A leaf of `start` has one price for each weight, or is None where there is nothing to compare; a
    leaf of `places` has the steps of each. What is looked at is the sum of the prices times their
    weights.
    """

    weights: tuple[Fraction, ...]
    start: int
    places: tuple[int, ...]


def prices_of(
    analysis: Analysis, terms: Sequence[tuple[Fraction, int, Sequence[Member]]]
) -> Prices:
    """Terms of a weight, a meter and the stack that its price goes through,
    all of the same length, rounded as the book rounds.
    """
    meters = [meter for _, meter, _ in terms]
    start = analysis.forest.combine([analysis.list_price(meter) for meter in meters], _all_or_none)
    stacks = zip(*(stack for _, _, stack in terms), strict=True)
    places = [
        place
        for place in (
            step_root(analysis, list(zip(members, meters, strict=True))) for members in stacks
        )
        if place is not None
    ]
    if analysis.rounds_unit_prices:
        places.append(rounding_root(analysis, meters))
    return Prices(tuple(weight for weight, _, _ in terms), start, tuple(places))


def _all_or_none(leaves: tuple[Any, ...]) -> Any:
    return leaves if all(isinstance(leaf, Fraction) for leaf in leaves) else None


def step_root(analysis: Analysis, members: Sequence[tuple[Member, int]]) -> int | None:
    """The diagram of what members of the stack do to meters; None where it is nothing."""
    if not any(analysis.touches(*member, meter) for member, meter in members):
        return None

    def decide(leaves: tuple[Any, ...]) -> Any:
        return tuple(
            analysis.operations(*member, meter, leaf)
            for (member, meter), leaf in zip(members, leaves, strict=True)
        )

    def make() -> int:
        return analysis.forest.combine([analysis.member(*member) for member, _ in members], decide)

    return analysis.once(("steps", *members), make)


def rounding_root(analysis: Analysis, meters: Sequence[int]) -> int:
    """The diagram of how unit prices of meters are rounded."""

    def decide(leaves: tuple[Any, ...]) -> Any:
        return tuple(tuple(roundings_of(analysis.book, leaves[0], size)) for size in leaves[1:])

    def make() -> int:
        sizes = map(analysis.size_of, meters)
        return analysis.forest.combine([analysis.book.decisions.roundings, *sizes], decide)

    return analysis.once(("roundings", *meters), make)


def find_prices(
    analysis: Analysis, prices: Prices, relation: Relation, constraints: Iterable[Constraint]
) -> Point | None:
    """A request that meets all constraints and on which the sum of the prices is as looked for;
    None where there is none.

    Raises `Undecided`.
    """
    search = _PriceSearch(analysis, prices, relation, analysis.search(constraints))
    start = search.walk.start()
    found = search.first(start, prices.start, prices.places) if start is not None else None
    return None if found is None else analysis.completed(found)


def members_that_matter(analysis: Analysis, meters: Sequence[int]) -> list[Member]:
    """The members of the stack that may change how the prices of some meters compare,
    in the order of the stack.
    """
    stack = analysis.book.stack
    plain = all(analysis.plain(kind, index, meter) for kind, index in stack for meter in meters)
    rounded = analysis.rounds_unit_prices
    found = []
    for kind, index in stack:
        if not any(analysis.touches(kind, index, meter) for meter in meters):
            continue
        if plain and not rounded and kind == "modifier":
            lines = analysis.book.modifiers[index].lines
            alike = all(
                len({dict(line.factors).get(meter, Fraction(1)) for meter in meters}) == 1
                for line in lines
            )
            if alike:
                continue
        found.append((kind, index))
    return found


# A run of places that are factors for all prices alike, as the least and the greatest of them;
# or the leaves of one place.
Range = tuple[Fraction, Fraction]
Place = Range | list[tuple[Operations, ...]]


@define(eq=False, repr=False)
class _PriceSearch:
    analysis: Analysis
    prices: Prices
    relation: Relation
    walk: Search
    dead: set[tuple[State, int, tuple[int, ...]]] = field(factory=set)
    profiles: dict[tuple[int, ...], list[Place]] = field(factory=dict)
    states: int = 0

    def first(self, state: State, start: int, places: tuple[int, ...]) -> dict[int, int] | None:
        """A point for each axis that matters, or None where no request is left."""
        key = (state, start, places)
        if key in self.dead:
            return None
        self.states += 1
        if self.states > MAX_STATES:
            raise Undecided
        box = self.box(start)
        if box is not None:
            for place in self.profile(places):
                box = self.after(box, place)
            may, sure = (test(box.least, box.most) for test in self.relation)
            if may and sure and not self.open_end(start):
                found = self.walk.first(state)
                if found is None:
                    self.dead.add(key)
                return found
            if may:
                found = self.branch(state, start, places)
                if found is not None:
                    return found
        self.dead.add(key)
        return None

    def branch(self, state: State, start: int, places: tuple[int, ...]) -> dict[int, int] | None:
        forest = self.analysis.forest
        roots = (*(root for _, root in state), start, *places)
        axis = min(forest.nodes[root][0] for root in roots if root >= 0)
        numbers, cut = [number for number, _ in state], len(state)
        parts = forest.split(axis, roots)
        for mask, children in sorted(parts, key=lambda part: self.analysis.rank(axis, part[0])):
            settled = self.walk.settle(zip(numbers, children, strict=False))
            if settled is not None:
                found = self.first(settled, children[cut], children[cut + 1 :])
                if found is not None:
                    return {axis: self.analysis.choice(axis, mask), **found}
        return None

    # ---- bounds ----

    def box(self, root: int) -> Box | None:
        """The bounds of where the prices start below a node; None where they start nowhere."""
        boxes = self.analysis.boxes.setdefault(self.prices.weights, {})
        if root not in boxes:
            found: Box | None = None
            if root < 0:
                leaf: Any = self.analysis.forest.leaves[~root]
                found = box_of(leaf, self.prices.weights) if leaf is not None else None
            else:
                for _, child in self.analysis.forest.nodes[root][1]:
                    inner = self.box(child)
                    if inner is not None:
                        found = inner if found is None else found.hull(inner)
            boxes[root] = found
        return boxes[root]

    def open_end(self, root: int) -> bool:
        """Decides whether some request below a node has nothing to compare."""
        return any(leaf is None for leaf in self.analysis.leaves_below(root))

    def profile(self, places: tuple[int, ...]) -> list[Place]:
        """The places of the stack as few things as bound them just as well."""
        found = self.profiles.get(places)
        if found is None:
            found = self.profiles[places] = []
            for root in places:
                leaves: list[tuple[Operations, ...]] = sorted(
                    self.analysis.leaves_below(root), key=repr
                )
                factors = [
                    factor_of(leaf[0]) if all(one == leaf[0] for one in leaf) else None
                    for leaf in leaves
                ]
                known = [factor for factor in factors if factor is not None]
                if len(known) < len(factors):
                    found.append(leaves)
                    continue
                least, most = min(known), max(known)
                if found and isinstance(found[-1], tuple):
                    before = found.pop()
                    assert isinstance(before, tuple)
                    least, most = least * before[0], most * before[1]
                found.append((least, most))
        return found

    def after(self, box: Box, place: Place) -> Box:
        """A box after one place of the stack, whatever holds there."""
        if isinstance(place, tuple):
            if all(free == "no" for free in box.free):
                return scaled(box, *place)
            place = [((Operation("factor", factor),),) * len(box.low) for factor in place]
        found: Box | None = None
        for steps in place:
            one = moved(box, steps, self.prices.weights)
            found = one if found is None else found.hull(one)
        return found if found is not None else box
