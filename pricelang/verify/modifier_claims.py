"""Claims on modifiers: what they are, that two never meet, and that their order is no matter."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

from pricelang.compile.decisions import has_effect
from pricelang.evaluate.stack.numbers import through
from pricelang.evaluate.stack.operations import Operation
from pricelang.model import book as m
from pricelang.model.requests import NO, YES, Leaf, Point
from pricelang.present.decimals import grouped, money
from pricelang.solver.witness_search import Constraint
from pricelang.verify.analysis import Analysis
from pricelang.verify.breaches import Breach, first_of, found_in, plain_usage, says_yes
from pricelang.verify.price_relations import NOT_ZERO, find_prices, prices_of
from pricelang.verify.witness import witness


def _index(analysis: Analysis, name: str) -> int:
    return next(
        index for index, modifier in enumerate(analysis.book.modifiers) if modifier.name == name
    )


def effect_of(analysis: Analysis, index: int) -> int:
    """Where a modifier has effect."""
    root = analysis.book.decisions.modifiers[index]
    return analysis.forest.combine(
        [root], lambda leaves: YES if has_effect(analysis.book.modifiers[index], leaves[0]) else NO
    )


def is_as_claimed(analysis: Analysis, claim: m.Claim) -> Breach | None:
    """Decides whether a multiplier, wherever it has effect, is these factors on these meters and
    nothing else.
    """
    index = _index(analysis, claim.names[0])
    wanted = dict(claim.left)
    for meter in range(len(analysis.book.meters)):
        point = _otherwise(analysis, claim, meter)
        if point is not None:
            return _on_meter(analysis, index, point, meter, wanted.get(meter, Fraction(1)))
    lines, root = analysis.book.modifiers[index].lines, analysis.book.decisions.modifiers[index]

    def other(leaf: Any) -> bool:
        own = dict(pair for number in leaf for pair in lines[number].factors)
        return any(lines[number].outcome == "add" for number in leaf) or bool(own and own != wanted)

    point = found_in(analysis, claim, (root, other))
    if point is None:
        return None
    leaf: Any = analysis.forest.value(root, point)
    factors = [pair for number in leaf for pair in lines[number].factors]
    named = ", ".join(
        f"x {grouped(factor)} on {analysis.book.meters[meter].name}" for meter, factor in factors
    )
    why = f"there `{claim.names[0]}` is {named or 'an addition'}"
    return witness(analysis, point, plain_usage(analysis, point)), why


def _otherwise(analysis: Analysis, claim: m.Claim, meter: int) -> Point | None:
    """A request in which a modifier does something else to a meter with a price than is claimed."""
    index = _index(analysis, claim.names[0])
    lines, wanted = analysis.book.modifiers[index].lines, dict(claim.left)

    def differs(leaves: tuple[Any, ...]) -> Leaf:
        own = dict(pair for number in leaves[0] for pair in lines[number].factors)
        adds = any(
            lines[number].outcome == "add" and meter in lines[number].meters for number in leaves[0]
        )
        factor = wanted.get(meter, Fraction(1))
        return YES if adds or (own and own.get(meter, Fraction(1)) != factor) else NO

    decided = analysis.forest.combine([analysis.book.decisions.modifiers[index]], differs)
    priced: Constraint = (
        analysis.list_price(meter),
        lambda leaf: isinstance(leaf, Fraction) and leaf > 0,
    )
    return found_in(analysis, claim, says_yes(decided), priced, analysis.billed)


def _on_meter(
    analysis: Analysis, index: int, point: Point, meter: int, claimed: Fraction
) -> Breach:
    """One of a meter on which a multiplier is not what is claimed,
    and what it costs with either.
    """
    book, stack = analysis.book, analysis.book.stack
    leaf = analysis.forest.value(book.decisions.modifiers[index], point)
    steps = analysis.operations("modifier", index, meter, leaf)
    named = (
        f"is x {grouped(steps[0].value)}"
        if steps and steps[0].kind == "factor"
        else "is an addition"
        if steps
        else "does nothing"
    )
    price: Any = analysis.forest.value(analysis.list_price(meter), point)
    for member in stack:
        here = analysis.operations(
            *member, meter, analysis.forest.value(analysis.member(*member), point)
        )
        price = through(
            price, (Operation("factor", claimed),) if member == ("modifier", index) else here
        )
    price = analysis.rounded_at(meter, price, point)
    shown = [money(x, book.currency) for x in (analysis.price_at(meter, stack, point), price)]
    why = (
        f"there `{book.modifiers[index].name}` {named} on {book.meters[meter].name}: one of it "
        f"costs {shown[0]}, and {shown[1]} at x {grouped(claimed)}"
    )
    return witness(analysis, point, {meter: Fraction(1)}), why


def never_meets(analysis: Analysis, claim: m.Claim) -> Breach | None:
    """Decides whether two modifiers never have effect on one request."""
    effects = (effect_of(analysis, _index(analysis, name)) for name in claim.names)
    point = found_in(analysis, claim, *map(says_yes, effects))
    if point is None:
        return None
    request = witness(analysis, point, plain_usage(analysis, point))
    return request, "both have effect on this request"


def commute(analysis: Analysis, claim: m.Claim) -> Breach | None:
    """Decides whether the order of some modifiers shows in no price."""

    def breach(pair: tuple[str, str]) -> Breach | None:
        left, right = (_index(analysis, name) for name in pair)
        return order_matters(analysis, left, right, analysis.within(claim.scope))

    return first_of(breach, itertools.combinations(claim.names, 2))


def order_matters(analysis: Analysis, left: int, right: int, *more: Constraint) -> Breach | None:
    """A request that pays another amount when two modifiers change places in the stack, or None.
    Raises `Undecided`.

    Factors commute; only an addition or a limit on a meter that both touch can tell the order.
    """
    stack = list(analysis.book.stack)
    places = [stack.index(("modifier", index)) for index in (left, right)]
    swapped = list(stack)
    swapped[places[0]], swapped[places[1]] = stack[places[1]], stack[places[0]]
    inside = stack[min(places) : max(places) + 1]

    def breach(meter: int) -> Breach | None:
        both = all(analysis.touches("modifier", index, meter) for index in (left, right))
        if not both or all(analysis.plain(*member, meter) for member in inside):
            return None
        prices = prices_of(analysis, [(Fraction(1), meter, stack), (Fraction(-1), meter, swapped)])
        acting = [says_yes(_acts_on(analysis, index, meter)) for index in (left, right)]
        point = find_prices(
            analysis, prices, NOT_ZERO, [*acting, analysis.billed, *more, analysis.usable]
        )
        if point is None:
            return None
        values = [analysis.price_at(meter, order, point) for order in (stack, swapped)]
        shown = [
            money(value, analysis.book.currency) if isinstance(value, Fraction) else str(value)
            for value in values
        ]
        names = [analysis.book.modifiers[index].name for index in (left, right)]
        why = (
            f"one of `{analysis.book.meters[meter].name}` costs {shown[0]}, and {shown[1]} with "
            f"`{names[0]}` and `{names[1]}` changed about"
        )
        return witness(analysis, point, {meter: Fraction(1)}), why

    return first_of(breach, range(len(analysis.book.meters)))


def _acts_on(analysis: Analysis, index: int, meter: int) -> int:
    """Where a modifier does something to a meter's price."""
    lines = analysis.book.modifiers[index].lines

    def acts(leaves: tuple[Any, ...]) -> Leaf:
        held = [lines[number] for number in leaves[0]]
        return (
            YES if any(meter in dict(line.factors) or meter in line.meters for line in held) else NO
        )

    return analysis.forest.combine([analysis.book.decisions.modifiers[index]], acts)
