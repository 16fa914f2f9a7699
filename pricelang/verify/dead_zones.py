"""Where tiers for all units make more usage cost less: the usage below a step that costs more than
the step itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from attrs import frozen

from pricelang.evaluate.stack.operations import ONE, Operation, factor_of
from pricelang.model.ladders import Ladder
from pricelang.model.requests import Point
from pricelang.model.space import axis_of
from pricelang.verify.analysis import Analysis
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


def tier_steps(analysis: Analysis) -> tuple[TierStep, ...]:
    """Each step of each ladder of a book."""
    return tuple(
        _step(analysis, number, tier, ladder)
        for number, dimension in enumerate(analysis.book.dimensions)
        if (ladder := dimension.ladder) is not None
        for tier in range(1, len(dimension.values))
    )


def _step(analysis: Analysis, number: int, tier: int, ladder: Ladder) -> TierStep:
    start = ladder.starts[tier]
    if not ladder.all_units:
        return TierStep(number, tier, "graduated", start, start)
    axis, meters = axis_of(number), range(len(analysis.book.meters))
    try:
        found = {meter: _falls(analysis, axis, tier, meter) for meter in meters}
        falls = {meter: x for meter, x in found.items() if x is not None and x.multiplier < 1}
        if not falls:
            return TierStep(number, tier, "never falls", start, start)
        lows = {meter: _low(analysis, axis, tier, meter, ladder) for meter in falls}
    except Undecided:
        return TierStep(number, tier, "undecided", start, start)
    low = min(lows.values())
    of = tuple(meter for meter in falls if lows[meter] == low)
    least = falls[of[0]]
    point: Point = (*least.point[:axis], tier, *least.point[axis + 1 :])
    shown = witness(analysis, point, {of[0]: ONE})
    exact = all(one.exact for one in falls.values())
    return TierStep(number, tier, "falls", start, low, least.multiplier, of, exact, shown)


def _low(analysis: Analysis, axis: int, tier: int, meter: int, ladder: Ladder) -> Fraction:
    """The least usage above which all costs more than the beginning of a tier."""
    low = start = ladder.starts[tier]
    for before in range(tier - 1, -1, -1):
        fallen = _falls(analysis, axis, tier, meter, before)
        least = start * min(fallen.multiplier, ONE) if fallen is not None else start
        low = max(least, ladder.starts[before])
        if least > ladder.starts[before]:
            break
    return low


def _falls(
    analysis: Analysis, axis: int, tier: int, meter: int, before: int | None = None
) -> Furthest | None:
    """The least that the unit price of a meter is in a tier, over that of one before. Raises
    `Undecided` where more than factors turn on the tier.
    """
    before = tier - 1 if before is None else before

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
    constraints = [
        (analysis.forest.restrict(root, axis, tier), test)
        for root, test in (analysis.billed, analysis.usable)
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
