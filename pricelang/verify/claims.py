"""The claims of a book, each proven over every request, or broken by one request."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from math import lcm
from typing import Any, TypeVar

from attrs import frozen

from pricelang.compile.decisions import has_effect
from pricelang.evaluate.stack.numbers import through
from pricelang.evaluate.stack.operations import Operation
from pricelang.model import book as m
from pricelang.model.requests import YES, Leaf, Point, is_yes
from pricelang.present.decimals import grouped, money
from pricelang.solver.witness_search import Constraint
from pricelang.verify.analysis import Analysis
from pricelang.verify.monotonicity import first_fall
from pricelang.verify.price_relations import (
    ABOVE,
    BELOW,
    NOT_BELOW,
    NOT_ZERO,
    Prices,
    Relation,
    Undecided,
    at_most,
    find_prices,
    prices_of,
)
from pricelang.verify.witness import Witness, sides_of, witness

T = TypeVar("T")


@frozen
class Verdict:
    """A claim and whether it holds.
    A broken one has the request that breaks it, and both amounts in words.

    One that is `undecided` is neither proven nor broken, and `why` says so.
    """

    claim: m.Claim
    holds: bool
    witness: Witness | None = None
    why: str = ""
    undecided: bool = False


def decide_claims(analysis: Analysis) -> tuple[Verdict, ...]:
    """The verdict on each claim of the book, in their order."""
    return tuple(decide(analysis, claim) for claim in analysis.book.claims)


def decide(analysis: Analysis, claim: m.Claim) -> Verdict:
    """The verdict on one claim."""
    try:
        for breaks in _DECIDERS[claim.kind](analysis, claim):
            return Verdict(claim, False, *breaks)
    except Undecided as undecided:
        return Verdict(claim, False, None, str(undecided) or OPEN, True)
    return Verdict(claim, True)


OPEN = "too many combinations of prices lie too close to tell them apart by their bounds"

Breach = tuple[Witness | None, str]


def _found(analysis: Analysis, claim: m.Claim, *more: Constraint) -> Point | None:
    """A request of the claim's scope that can be priced and meets what breaks the claim."""
    # what breaks the claim goes first: where nothing does, nothing else is walked
    if analysis.find([*more, analysis.within(claim.scope)]) is None:
        return None
    return analysis.find([*more, analysis.within(claim.scope), analysis.usable])


def _yes(root: int) -> Constraint:
    return root, is_yes


# ---- prices against each other -------------------------------------------------------------------

# what the left side less the right is where a claim is broken
_BROKEN: dict[str, Relation] = {
    "equal": NOT_ZERO,
    "less": NOT_BELOW,
    "at_least": BELOW,
    "at_most": ABOVE,
}


def _costs(analysis: Analysis, claim: m.Claim) -> Iterator[Breach]:
    """Sums of prices, one less the other:
    what multiplies all of them alike cancels, and nothing is multiplied out.
    """
    weights: dict[int, Fraction] = {}
    for side, sign in ((claim.left, 1), (claim.right, -1)):
        for meter, factor in side:
            weights[meter] = weights.get(meter, Fraction(0)) + sign * factor
    stack = analysis.book.stack
    prices = prices_of(
        analysis, [(weight, meter, stack) for meter, weight in sorted(weights.items())]
    )
    point = _found_prices(analysis, prices, _BROKEN[claim.relation], claim)
    if point is not None:
        left, right = (
            sum(
                (
                    factor * analysis.price_at(meter, stack, point)
                    for meter, factor in side
                    if factor
                ),
                Fraction(0),
            )
            if all(
                isinstance(analysis.price_at(meter, stack, point), Fraction) for meter, _ in side
            )
            else Fraction(0)
            for side in (claim.left, claim.right)
        )
        scale, usage = _in_place(analysis, point, claim.left)
        currency = analysis.book.currency
        yield (
            witness(analysis, point, usage),
            f"the left side costs {money(left * scale, currency)}, the right "
            f"{money(right * scale, currency)}"
            + (f" for {grouped(scale)} each" if scale > 1 else ""),
        )


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


def members_that_matter(analysis: Analysis, meters: Sequence[int]) -> list[m.Member]:
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


def _above(analysis: Analysis, claim: m.Claim) -> Iterator[Breach]:
    """Every unit price is above an amount:
    the least that factors come to is bounded, not multiplied out.
    """

    def breach(meter: int) -> Breach | None:
        prices = prices_of(analysis, [(Fraction(1), meter, analysis.book.stack)])
        point = _found_prices(analysis, prices, at_most(claim.amount), claim)
        if point is None:
            return None
        price = analysis.price_at(meter, analysis.book.stack, point)
        name = analysis.book.meters[meter].name
        return witness(
            analysis, point, {meter: Fraction(1)}
        ), f"one of `{name}` costs {money(price, analysis.book.currency)}"

    yield from first_of(breach, range(len(analysis.book.meters)))


def first_of(breach: Callable[[T], Breach | None], cases: Iterable[T]) -> Iterator[Breach]:
    """The first breach of some cases.
    One that cannot be decided is no matter where another is broken.
    """
    undecided = False
    for case in cases:
        try:
            found = breach(case)
        except Undecided:
            undecided = True
            continue
        if found is not None:
            yield found
            return
    if undecided:
        raise Undecided


def _prices(analysis: Analysis, claim: m.Claim) -> Iterator[Breach]:
    """Every model has a price for each meter wherever the meter is offered to it."""
    for meter, _ in claim.left:
        roots = (analysis.book.decisions.meters[meter], analysis.list_price(meter))
        gap = analysis.forest.combine(
            roots, lambda leaves: YES if leaves[0] == YES and leaves[1] is None else ()
        )
        point = _found(analysis, claim, _yes(gap))
        if point is not None:
            name = analysis.book.meters[meter].name
            yield (
                witness(analysis, point, {meter: Fraction(1)}),
                f"`{name}` has no price for this request",
            )


# ---- modifiers -----------------------------------------------------------------------------------


def _index(analysis: Analysis, name: str) -> int:
    return next(
        index for index, modifier in enumerate(analysis.book.modifiers) if modifier.name == name
    )


def effect_of(analysis: Analysis, index: int) -> int:
    """Where a modifier has effect."""
    root = analysis.book.decisions.modifiers[index]
    return analysis.forest.combine(
        [root], lambda leaves: YES if has_effect(analysis.book.modifiers[index], leaves[0]) else ()
    )


def _is(analysis: Analysis, claim: m.Claim) -> Iterator[Breach]:
    """Wherever it has effect, a multiplier is these factors on these meters and nothing else."""
    index = _index(analysis, claim.names[0])
    wanted = dict(claim.left)
    for meter in range(len(analysis.book.meters)):
        point = _otherwise(analysis, claim, meter)
        if point is not None:
            yield _on_meter(analysis, index, point, meter, wanted.get(meter, Fraction(1)))
            return
    lines, root = analysis.book.modifiers[index].lines, analysis.book.decisions.modifiers[index]

    def other(leaf: Any) -> bool:
        own = dict(pair for number in leaf for pair in lines[number].factors)
        return any(lines[number].outcome == "add" for number in leaf) or bool(own and own != wanted)

    point = _found(analysis, claim, (root, other))
    if point is not None:
        leaf: Any = analysis.forest.value(root, point)
        factors = [pair for number in leaf for pair in lines[number].factors]
        named = ", ".join(
            f"x {grouped(factor)} on {analysis.book.meters[meter].name}"
            for meter, factor in factors
        )
        yield (
            witness(analysis, point, _plain_usage(analysis, point)),
            f"there `{claim.names[0]}` is {named or 'an addition'}",
        )


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
        return YES if adds or (own and own.get(meter, Fraction(1)) != factor) else ()

    decided = analysis.forest.combine([analysis.book.decisions.modifiers[index]], differs)
    priced: Constraint = (
        analysis.list_price(meter),
        lambda leaf: isinstance(leaf, Fraction) and leaf > 0,
    )
    return _found(analysis, claim, _yes(decided), priced, analysis.billed)


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


def _nevermeets(analysis: Analysis, claim: m.Claim) -> Iterator[Breach]:
    left, right = (_index(analysis, name) for name in claim.names)
    point = _found(
        analysis, claim, _yes(effect_of(analysis, left)), _yes(effect_of(analysis, right))
    )
    if point is not None:
        yield (
            witness(analysis, point, _plain_usage(analysis, point)),
            "both have effect on this request",
        )


def _commute(analysis: Analysis, claim: m.Claim) -> Iterator[Breach]:
    def breach(pair: tuple[str, str]) -> Breach | None:
        left, right = (_index(analysis, name) for name in pair)
        return order_matters(analysis, left, right, analysis.within(claim.scope))

    yield from first_of(breach, itertools.combinations(claim.names, 2))


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
        acting = [_yes(_acts_on(analysis, index, meter)) for index in (left, right)]
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

    return next(first_of(breach, range(len(analysis.book.meters))), None)


def _acts_on(analysis: Analysis, index: int, meter: int) -> int:
    """Where a modifier does something to a meter's price."""
    lines = analysis.book.modifiers[index].lines

    def acts(leaves: tuple[Any, ...]) -> Leaf:
        held = [lines[number] for number in leaves[0]]
        return (
            YES if any(meter in dict(line.factors) or meter in line.meters for line in held) else ()
        )

    return analysis.forest.combine([analysis.book.decisions.modifiers[index]], acts)


def _plain_usage(analysis: Analysis, point: Point) -> dict[int, Fraction]:
    """One of the first meter that the request can use."""
    for meter in range(len(analysis.book.meters)):
        if isinstance(analysis.forest.value(analysis.list_price(meter), point), Fraction):
            return {meter: Fraction(1)}
    return {}


def _monotone(analysis: Analysis, claim: m.Claim) -> Iterator[Breach]:
    """Across each threshold no amount falls:
    within its sides, amounts grow with every quantity anyway.
    """
    found = first_fall(analysis, claim)
    if found is not None:
        yield found


def _agrees(analysis: Analysis, claim: m.Claim) -> Iterator[Breach]:
    """The book below says the same of every request in the claim's scope."""
    from pricelang.verify.agreement import first_disagreement

    found = first_disagreement(analysis, claim)
    if found is not None:
        yield found


_DECIDERS: dict[str, Callable[[Analysis, m.Claim], Iterator[Breach]]] = {
    "costs": _costs,
    "is": _is,
    "nevermeets": _nevermeets,
    "commute": _commute,
    "prices": _prices,
    "above": _above,
    "monotone": _monotone,
    "agrees": _agrees,
}
