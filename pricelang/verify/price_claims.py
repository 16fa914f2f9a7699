"""Claims on prices: against each other, against an amount, and that there is one."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import assert_never

from pricelang.model import book as m
from pricelang.model.requests import NO, YES, Point
from pricelang.present.decimals import grouped, money
from pricelang.syntax.relations import Relation as ClaimRelation
from pricelang.verify.analysis import Analysis
from pricelang.verify.breaches import Breach, first_of, found_in, says_yes
from pricelang.verify.price_relations import (
    ABOVE,
    BELOW,
    NOT_BELOW,
    NOT_ZERO,
    Prices,
    Relation,
    beyond,
    find_prices,
    prices_of,
)
from pricelang.verify.witness import sides_of, witness


def costs(analysis: Analysis, claim: m.Claim) -> Breach | None:
    """Decides on sums of prices, one less the other:
    what multiplies all of them alike cancels, and nothing is multiplied out.
    """
    weights: dict[int, Fraction] = {}
    for side, sign in ((claim.left, 1), (claim.right, -1)):
        for meter, factor in side:
            weights[meter] = weights.get(meter, Fraction(0)) + sign * factor
    stack = analysis.book.stack
    terms = [(weight, meter, stack) for meter, weight in sorted(weights.items())]
    relation = beyond(_broken(claim.relation), claim.amount)
    point = _found_prices(analysis, prices_of(analysis, terms), relation, claim)
    if point is None:
        return None
    factors = (factor for _, factor in claim.left if factor and not claim.right)
    one = min(factors, default=Fraction(1))
    shown = [(meter, factor / one) for meter, factor in claim.left]
    scale, usage = _in_place(analysis, point, shown)
    left, right = (
        money(amount * scale / one, analysis.book.currency)
        for amount in (
            _cost(analysis, point, claim.left),
            _cost(analysis, point, claim.right) if claim.right else claim.amount,
        )
    )
    each = f" for {grouped(scale)} each" if scale > 1 else ""
    why = f"the left side costs {left}, the right {right}{each}"
    return witness(analysis, point, usage), why


def _broken(relation: ClaimRelation) -> Relation:
    """What the left side less the right is where a claim is broken."""
    match relation:
        case "equal":
            return NOT_ZERO
        case "less":
            return NOT_BELOW
        case "at_least":
            return BELOW
        case "at_most":
            return ABOVE
        case _:
            assert_never(relation)


def _cost(analysis: Analysis, point: Point, side: Sequence[tuple[int, Fraction]]) -> Fraction:
    """What one side comes to at a point; nothing where one of its meters has no price."""
    stack = analysis.book.stack
    prices = [analysis.price_at(meter, stack, point) for meter, _ in side]
    if not all(isinstance(price, Fraction) for price in prices):
        return Fraction(0)
    terms = zip(prices, side, strict=True)
    return sum((factor * price for price, (_, factor) in terms), Fraction(0))


def _found_prices(
    analysis: Analysis, prices: Prices, relation: Relation, claim: m.Claim
) -> Point | None:
    """A request of the claim's scope that can be priced,
    is billed, and whose prices are as looked for.
    """
    constraints = [analysis.billed, analysis.within(claim.scope)]
    # what breaks the claim goes first: where nothing does, nothing else is walked
    if find_prices(analysis, prices, relation, constraints) is None:
        return None
    return find_prices(analysis, prices, relation, [*constraints, analysis.usable])


def _in_place(
    analysis: Analysis, point: Point, terms: Sequence[tuple[int, Fraction]]
) -> tuple[int, dict[int, Fraction]]:
    """Quantities in the ratio of some terms,
    as large as reads well and stays on the point's sides of all thresholds.
    """
    whole = lcm(
        *(factor.denominator for meter, factor in terms if analysis.book.meters[meter].whole), 1
    )
    for scale in (1_000_000, 1_000, 1):
        usage = {meter: factor * scale * whole for meter, factor in terms}
        if _fits(analysis, point, usage):
            break
    return scale * whole, usage


def _fits(analysis: Analysis, point: Point, usage: dict[int, Fraction]) -> bool:
    for total, side in zip(analysis.book.sums, sides_of(analysis, point), strict=True):
        counted = sum((usage.get(meter, Fraction(0)) for meter in total.meters), Fraction(0))
        if side < len(total.limits) and counted > total.limits[side]:
            return False
    return True


def is_bounded(analysis: Analysis, claim: m.Claim, broken: Relation) -> Breach | None:
    """Decides whether no unit price, less an amount, is `broken`:
    the least and the most that factors come to are bounded, not multiplied out.
    """

    def breach(term: tuple[int, Fraction]) -> Breach | None:
        meter, size = term
        prices = prices_of(analysis, [(size, meter, analysis.book.stack)])
        point = _found_prices(analysis, prices, beyond(broken, claim.amount), claim)
        if point is None:
            return None
        price = analysis.price_at(meter, analysis.book.stack, point) * size
        number = "one" if size == 1 else grouped(size)
        cost = f"{'costs' if size == 1 else 'cost'} {money(price, analysis.book.currency)}"
        why = f"{number} of `{analysis.book.meters[meter].name}` {cost}"
        return witness(analysis, point, {meter: Fraction(1)}), why

    return first_of(breach, claim.left)


def has_prices(analysis: Analysis, claim: m.Claim) -> Breach | None:
    """Decides whether every model has a price for each meter wherever the meter is offered."""
    for meter, _ in claim.left:
        roots = (analysis.book.decisions.meters[meter], analysis.list_price(meter))
        gap = analysis.forest.combine(
            roots, lambda leaves: YES if leaves[0] == YES and leaves[1] is None else NO
        )
        point = found_in(analysis, claim, says_yes(gap))
        if point is not None:
            why = f"`{analysis.book.meters[meter].name}` has no price for this request"
            return witness(analysis, point, {meter: Fraction(1)}), why
    return None
