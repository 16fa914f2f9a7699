"""Three and more modifiers at once: which sets can all have effect on one request."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction

from attrs import frozen

from pricelang.evaluate.stack.intervals import ZERO
from pricelang.evaluate.stack.operations import ONE
from pricelang.model.requests import Point, is_yes
from pricelang.verify.analysis import Analysis
from pricelang.verify.extremes import Steps, steps_at
from pricelang.verify.modifier_claims import effect_of
from pricelang.verify.witness import Witness, witness

MOST_SETS = 500
"""So many sets are looked at: of more, it is said that there are more."""


@frozen
class Together:
    """A set of modifiers, each smaller set of which can have effect at once. Where all can, a
    request on which they do, what the whole stack does to its meter, and how many times its list
    price that makes. `witness` is None where all together never can.
    """

    modifiers: tuple[str, ...]
    witness: Witness | None
    meter: str = ""
    multiplier: Fraction | None = None
    steps: Steps = ()


@frozen
class TogetherSets:
    """The sets of three and more modifiers that can all have effect on one request, and those that
    never can though each smaller set can. Of `more` not all were looked at.
    """

    sets: tuple[Together, ...]
    apart: tuple[Together, ...]
    more: bool = False


def together(analysis: Analysis) -> TogetherSets:
    """The sets of three and more modifiers, small ones first and in the order of the stack:
    a set is looked at where each smaller one is possible.
    """
    pairs = itertools.combinations(analysis.modifiers_in_order, 2)
    found: list[tuple[int, ...]] = [pair for pair in pairs if _met(analysis, pair) is not None]
    seen: list[Together] = []
    more = False
    while found and not more:
        left = MOST_SETS - len(seen)
        larger = list(itertools.islice(_larger(analysis, found), left + 1))
        more = len(larger) > left
        sets = {one: _together(analysis, one) for one in larger[:left]}
        seen += sets.values()
        found = [one for one, met in sets.items() if met.witness is not None]
    possible = tuple(one for one in seen if one.witness is not None)
    return TogetherSets(possible, tuple(one for one in seen if one.witness is None), more)


def _larger(analysis: Analysis, found: list[tuple[int, ...]]) -> Iterator[tuple[int, ...]]:
    """The sets of one modifier more, each smaller set of which was found."""
    known = set(found)
    place = {index: number for number, index in enumerate(analysis.modifiers_in_order)}
    for one in found:
        for index in analysis.modifiers_in_order[place[one[-1]] + 1 :]:
            larger = (*one, index)
            if all(smaller in known for smaller in itertools.combinations(larger, len(one))):
                yield larger


def _together(analysis: Analysis, indices: tuple[int, ...]) -> Together:
    """A set of modifiers: whether they meet, and the price of the meter that most change."""
    names = tuple(analysis.book.modifiers[index].name for index in indices)
    point = _met(analysis, indices)
    if point is None:
        return Together(names, None)
    priced = [meter for meter in range(len(analysis.book.meters)) if _price(analysis, meter, point)]
    if not priced:
        return Together(names, witness(analysis, point, {}))
    by_meter = {meter: steps_at(analysis, meter, point) for meter in priced}
    meter = max(priced, key=lambda one: sum(name in names for name, _ in by_meter[one]))
    price = analysis.price_at(meter, analysis.book.stack, point)
    return Together(
        names,
        witness(analysis, point, {meter: ONE}),
        analysis.book.meters[meter].name,
        price / _price(analysis, meter, point),
        by_meter[meter],
    )


def _price(analysis: Analysis, meter: int, point: Point) -> Fraction:
    """The list price of a meter; nothing where it has none."""
    price = analysis.forest.value(analysis.list_price(meter), point)
    return price if isinstance(price, Fraction) else ZERO


def _met(analysis: Analysis, indices: tuple[int, ...]) -> Point | None:
    """A request that can be priced, on which some modifiers all have effect."""
    effects = [(effect_of(analysis, index), is_yes) for index in indices]
    return analysis.find([*effects, analysis.usable])
