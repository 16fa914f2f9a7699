"""Where tiers for all units make more usage cost less: the usage below a step that costs more than
the step itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from typing import Any, Literal, TypeAlias

from attrs import frozen

from pricelang.evaluate.stack.operations import ONE, Operation, factor_of
from pricelang.model import book as m
from pricelang.model.ladder_words import counted_words
from pricelang.model.ladders import Ladder
from pricelang.model.requests import Point
from pricelang.model.space import axis_of
from pricelang.verify.analysis import Analysis
from pricelang.verify.breaches import Breach, first_of
from pricelang.verify.multiplier_bounds import Multipliers
from pricelang.verify.multiplier_search import Furthest, Multiplied, furthest
from pricelang.verify.price_relations import Undecided, step_root
from pricelang.verify.witness import Witness, witness

Way: TypeAlias = Literal["graduated", "falls", "never falls", "undecided"]


@frozen
class TierStep:
    """What the step to a `tier` of a ladder (the index of a dimension) does to what an account
    owes.

    Where it `falls`, usage between `low` and `start`, in units that the ladder counts or in the
    currency of what it counts as spent, costs more than `start` itself: the price of the `meters`
    is `factor` of that in the tier before, at the least, and `witness` is such a request. What
    counts is in the same mix of meters on both sides. One that is not `exact` falls that far at
    least.
    """

    ladder: int
    tier: int
    way: Way
    start: Fraction
    low: Fraction
    factor: Fraction = ONE
    meters: tuple[int, ...] = ()
    exact: bool = True
    witness: Witness | None = None


def tier_fall(analysis: Analysis, claim: m.Claim) -> Breach | None:
    """A step to a tier for all units below which usage of the claim's scope costs more than at it;
    None where there is none. Raises `Undecided`.
    """

    def fall(place: tuple[int, int, Ladder]) -> Breach | None:
        step = _step(analysis, *place, claim.scope)
        if step.way == "undecided":
            name = analysis.book.dimensions[step.ladder].name
            raise Undecided(f"more than factors turn on the tiers of `{name}`")
        return (step.witness, fall_words(analysis.book, step)) if step.way == "falls" else None

    return first_of(fall, (place for place in _places_of(analysis.book) if place[2].all_units))


def fall_words(book: m.Book, step: TierStep) -> str:
    """What costs more than the beginning of a tier: `v high, for all units after 10 MTok: what lies
    between 8 MTok and 10 MTok costs more than 10 MTok`.
    """
    dimension = book.dimensions[step.ladder]
    assert dimension.ladder is not None
    start = counted_words(book, dimension.ladder, step.start)
    low = counted_words(book, dimension.ladder, step.low, step.start)
    return (
        f"{dimension.name} {dimension.values[step.tier].name}, for all units after {start}: what "
        f"lies between {low} and {start} costs more than {start}"
    )


def tier_steps(analysis: Analysis) -> tuple[TierStep, ...]:
    """Each step of each ladder of a book."""
    return tuple(_step(analysis, *place) for place in _places_of(analysis.book))


def _places_of(book: m.Book) -> Iterator[tuple[int, int, Ladder]]:
    """Each ladder by its dimension, with each tier after its first."""
    for number, dimension in enumerate(book.dimensions):
        if dimension.ladder is not None:
            for tier in range(1, len(dimension.values)):
                yield number, tier, dimension.ladder


def _step(
    analysis: Analysis, number: int, tier: int, ladder: Ladder, scope: m.Scope | None = None
) -> TierStep:
    """A step, of the requests of a scope where one is given."""
    start = ladder.starts[tier]
    if not ladder.all_units:
        return TierStep(number, tier, "graduated", start, start)
    axis, meters = axis_of(number), range(len(analysis.book.meters))
    falls_by = partial(_falls, analysis, axis, tier, scope)
    try:
        found = {meter: falls_by(meter, tier - 1) for meter in meters}
        falls = {meter: x for meter, x in found.items() if x is not None and x.multiplier < 1}
        if not falls:
            return TierStep(number, tier, "never falls", start, start)
        lows = {meter: _low(partial(falls_by, meter), tier, ladder) for meter in falls}
    except Undecided:
        return TierStep(number, tier, "undecided", start, start)
    low = min(lows.values())
    of = tuple(meter for meter in falls if lows[meter] == low)
    least = falls[of[0]]
    point: Point = (*least.point[:axis], tier, *least.point[axis + 1 :])
    shown = witness(analysis, point, {of[0]: ONE})
    exact = all(one.exact for one in falls.values())
    return TierStep(number, tier, "falls", start, low, least.multiplier, of, exact, shown)


def _low(falls: Callable[[int], Furthest | None], tier: int, ladder: Ladder) -> Fraction:
    """The least usage above which all costs more than the beginning of a tier; `falls` is asked
    with each tier before it.
    """
    low = start = ladder.starts[tier]
    for before in range(tier - 1, -1, -1):
        fallen = falls(before)
        least = start * min(fallen.multiplier, ONE) if fallen is not None else start
        low = max(least, ladder.starts[before])
        if least > ladder.starts[before]:
            break
    return low


def _falls(
    analysis: Analysis, axis: int, tier: int, scope: m.Scope | None, meter: int, before: int
) -> Furthest | None:
    """The least that the unit price of a meter is in a tier, over that of one before. Raises
    `Undecided` where more than factors turn on the tier.
    """

    def sides(root: int) -> tuple[int, int]:
        return (
            analysis.forest.restrict(root, axis, tier),
            analysis.forest.restrict(root, axis, before),
        )

    def start(leaves: tuple[Any, ...]) -> Multipliers | None:
        price, base = leaves
        if not isinstance(price, Fraction) or not isinstance(base, Fraction) or base <= 0:
            return None
        return Multipliers((ONE, ONE), (price / base, price / base))

    prices = analysis.forest.combine([*sides(analysis.list_price(meter))], start)
    if analysis.leaves_below(prices) == {None}:
        return None
    places = [*_places(analysis, meter, sides)]
    inside = [] if scope is None else [analysis.within(scope)]
    constraints = [
        (analysis.forest.restrict(root, axis, tier), test)
        for root, test in (analysis.billed, analysis.usable, *inside)
    ]
    return furthest(analysis, Multiplied(prices, tuple(places)), constraints, highest=False)


def _places(analysis: Analysis, meter: int, sides: Any) -> Iterator[int]:
    """The factors of the stack in one tier over those in another."""

    def ratio(leaves: tuple[Any, ...]) -> Any:
        price, base = (factor_of(leaf[0]) for leaf in leaves)
        if price is None or base is None:
            raise Undecided
        return ((Operation("factor", price / base),),)

    changes = False
    others = analysis.rounds_unit_prices
    for member in analysis.book.stack:
        root = step_root(analysis, [(member, meter)])
        if root is None:
            continue
        mine, before = sides(root)
        others = others or not analysis.plain(*member, meter)
        if mine != before:
            changes = True
            yield analysis.forest.combine([mine, before], ratio)
    mine, before = sides(analysis.list_price(meter))
    if (changes or mine != before) and others:
        raise Undecided
