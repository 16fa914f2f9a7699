"""The stacking of modifiers with derived meters: of which list price of its base the price of a
derived meter can be how many times, and whether each modifier multiplies both alike.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from operator import eq
from typing import Any, Literal, TypeAlias

from attrs import frozen

from pricelang.evaluate.stack.operations import ONE, factor_of
from pricelang.model.requests import Point
from pricelang.solver.witness_search import Constraint
from pricelang.verify.analysis import Analysis
from pricelang.verify.extremes import End, Steps, steps_at
from pricelang.verify.multiplier_search import furthest, multiplied
from pricelang.verify.price_relations import Undecided
from pricelang.verify.witness import Witness, witness

StackingKind: TypeAlias = Literal["stacks", "differs", "never"]


@frozen
class DerivedEnd:
    """The furthest that the price of a derived meter is from the list price of its base:
    so many times it, what members of the stack do there, and such a request.

    One that is not `exact` is the furthest that was found; without a `multiplier` none was.
    """

    multiplier: Fraction | None
    steps: Steps = ()
    witness: Witness | None = None
    exact: bool = True


@frozen
class DerivedStacking:
    """How a modifier meets the derivation of a meter.

    `kind` is stacks (it multiplies the meter and its base alike), differs (on some request it does
    not), or never (it changes neither on any request that has both prices).
    """

    modifier: str
    kind: StackingKind
    witness: Witness | None = None


@frozen
class DerivedMeter:
    """A derived meter and its base: the lowest and the highest multiple of the base's list price,
    before any modifier (`listed`) and after all, and how each modifier stacks.
    """

    meter: str
    of: str
    listed_lowest: DerivedEnd
    listed_highest: DerivedEnd
    lowest: DerivedEnd
    highest: DerivedEnd
    modifiers: tuple[DerivedStacking, ...]

    @property
    def ends(self) -> tuple[DerivedEnd, ...]:
        """All four."""
        return self.listed_lowest, self.listed_highest, self.lowest, self.highest


def derived_meters(analysis: Analysis) -> tuple[DerivedMeter, ...]:
    """Each pair of a derived meter and a base that some request has prices of, in the order of
    meters.
    """
    pairs = sorted({(line.meter, line.of) for line in analysis.book.derivations})
    found = (_derived(analysis, *pair) for pair in pairs if _priced(analysis, *pair) is not None)
    return tuple(found)


def _derived(analysis: Analysis, meter: int, of: int) -> DerivedMeter:
    def end(which: End, with_stack: bool) -> DerivedEnd:
        return _end(analysis, meter, of, which, with_stack)

    return DerivedMeter(
        analysis.book.meters[meter].name,
        analysis.book.meters[of].name,
        end("lowest", False),
        end("highest", False),
        end("lowest", True),
        end("highest", True),
        tuple(_stacking(analysis, index, meter, of) for index in analysis.modifiers_in_order),
    )


def _end(analysis: Analysis, meter: int, of: int, end: End, with_stack: bool) -> DerivedEnd:
    price = multiplied(analysis, meter, of, with_stack)
    try:
        found = furthest(analysis, price, [analysis.billed, analysis.usable], end == "highest")
    except Undecided:
        found = None
    if found is None:
        return DerivedEnd(None, exact=False)
    steps = steps_at(analysis, meter, found.point) if with_stack else ()
    return DerivedEnd(found.multiplier, steps, _request(analysis, found.point, meter), found.exact)


def _stacking(analysis: Analysis, index: int, meter: int, of: int) -> DerivedStacking:
    name = analysis.book.modifiers[index].name

    def changed(leaves: tuple[Any, ...]) -> StackingKind:
        one, other = (analysis.operations("modifier", index, n, leaves[0]) for n in (meter, of))
        if not one and not other:
            return "never"
        return "stacks" if one == other and factor_of(one) is not None else "differs"

    root = analysis.forest.combine([analysis.member("modifier", index)], changed)
    kinds: tuple[StackingKind, ...] = ("differs", "stacks")
    for kind in kinds:
        point = _priced(analysis, meter, of, (root, partial(eq, kind)))
        if point is not None:
            return DerivedStacking(name, kind, _request(analysis, point, meter))
    return DerivedStacking(name, "never")


def _priced(analysis: Analysis, meter: int, of: int, *more: Constraint) -> Point | None:
    """A request that has a price of both meters."""
    prices = [
        (analysis.list_price(n), lambda leaf: isinstance(leaf, Fraction) and leaf > 0)
        for n in (meter, of)
    ]
    return analysis.find([*more, *prices, analysis.billed, analysis.usable])


def _request(analysis: Analysis, point: Point, meter: int) -> Witness:
    return witness(analysis, point, {meter: ONE})
