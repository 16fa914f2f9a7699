"""The state of a meter's unit price by two books: whether it differs, and in which requests.

Prices are compared by ratios of the factors that changed; only where a surcharge, a limit or a
rounding makes the order matter are whole prices worked out.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from pricelang.verify.diff.align import FREE, Listed, bounds_on, factor_of, step, stepped
from pricelang.verify.diff.aligned_space import NO, NO_LIMIT, YES, Joint, TooLarge
from pricelang.verify.diff.box_walks import leaves_of
from pricelang.verify.diff.joint_rules import JointRules, Pair
from pricelang.verify.diff.states import (
    DIFFERS,
    EQUAL,
    GONE,
    NIL,
    OFF,
    PriceState,
    compared,
    differs,
    off,
    one_way,
)


def price_state(rules: JointRules, meter: str) -> int:
    """The state of the unit price of a meter (`PriceState`), whichever way it differs."""
    return rules.joint.map(price_order(rules, meter), differs)


def price_order(rules: JointRules, meter: str) -> int:
    """The state of the unit price of a meter (`PriceState`): less or more where it differs."""
    decide = _by_ratio if rules.multiplied(meter) else _by_price
    return rules.once(
        ("price state", meter),
        lambda: decide(rules, meter),
        lambda: _if_it_can_be_used(rules, meter),
    )


def listed(rules: JointRules, meter: str) -> Pair:
    """The price of a meter before any modifier by each book."""
    return rules.pairs("price")[meter]


def charged(rules: JointRules, meter: str) -> list[int]:
    """The same, free where the request is free as a whole."""
    free = rules.pair("free")
    return [_charged(rules, free[side], price) for side, price in enumerate(listed(rules, meter))]


def _charged(rules: JointRules, free: int, price: int) -> int:
    if free == rules.joint.leaf(NO):
        return price
    return rules.joint.combine(
        [price, free],
        lambda leaves: FREE if leaves[1] == YES else leaves[0],
        lambda leaf: leaf if leaf.kind == "none" else None,
        most=NO_LIMIT,
    )


def _if_it_can_be_used(rules: JointRules, meter: str) -> int:
    """What the state of a price is where it cannot be decided: every price may differ."""

    def decide(leaves: tuple[Any, ...]) -> PriceState:
        kinds = [leaf.kind for leaf in leaves[1:]]
        return OFF if kinds == ["none", "none"] else GONE if "none" in kinds else DIFFERS

    roots = [rules.state, *listed(rules, meter)]
    return rules.joint.combine(roots, decide, off, most=NO_LIMIT)


# ---- by ratios -----------------------------------------------------------------------------------


def _by_ratio(rules: JointRules, meter: str) -> int:
    joint = rules.joint
    roots = [rules.state, *charged(rules, meter)]
    found = joint.combine(roots, _ratio, off, most=NO_LIMIT)
    factors = _factors(rules, meter)
    if _all_one_way(joint, [found, *factors]):
        # Nothing cancels what all goes one way: then a price differs where any of them does.
        found, *factors = (joint.map(root, one_way) for root in (found, *factors))
        for of in factors:
            found = joint.combine(
                [found, of], lambda x: x[1], lambda x: x if x != EQUAL else None, most=NO_LIMIT
            )
        return found
    key = ("multiplied out", *factors)
    if key in rules.known:  # as it was too large for another meter
        raise TooLarge
    rules.known[key] = found
    for of in factors:
        found = joint.combine(
            [found, of], lambda x: x[0] * x[1], lambda x: x if isinstance(x, str) else None
        )
    del rules.known[key]
    return joint.map(found, one_way)


def _ratio(leaves: tuple[Any, ...]) -> PriceState | Fraction:
    """The new price by the old, before any modifier."""
    was, now = leaves[1:]
    if was.kind == "none" or now.kind == "none":
        return OFF if was.kind == now.kind else GONE
    amounts = [Fraction(0) if price.kind == "free" else price.amount for price in (was, now)]
    if not all(amounts):
        return NIL if amounts[0] == amounts[1] else compared(*amounts)
    return Fraction(amounts[1] / amounts[0])


def _factors(rules: JointRules, meter: str) -> list[int]:
    """What each modifier that differs makes of a price, the new by the old."""
    same = rules.joint.leaf(Fraction(1))
    found = [
        rules.joint.combine(
            [was, now],
            lambda leaves: factor_of(leaves[1], meter) / factor_of(leaves[0], meter),
            most=NO_LIMIT,
        )
        for was, now in rules.pairs("modifier").values()
        if was != now
    ]
    return [root for root in found if root != same]


def _all_one_way(joint: Joint, roots: Sequence[int]) -> bool:
    """Decides whether all numbers of some diagrams are at least 1, or all are at most 1."""
    leaves = [leaf for root in roots for leaf in leaves_of(joint, root)]
    numbers: list[Any] = [leaf for leaf in leaves if isinstance(leaf, Fraction)]
    return all(number >= 1 for number in numbers) or all(number <= 1 for number in numbers)


# ---- by whole prices -----------------------------------------------------------------------------


def _by_price(rules: JointRules, meter: str) -> int:
    """By whole prices, each worked out step by step in the order of its own stack."""
    first = [rules.state, *charged(rules, meter), *rules.pairs("rounding")["unit_price"]]
    stacks = [_stack(rules, meter, side) for side in (0, 1)]
    same = {rules.joint.leaf(()), rules.joint.leaf((Fraction(1), Fraction(0)))}
    # a step that both books have is looked at once, and one that changes nothing not at all
    shared = list(dict.fromkeys(root for stack in stacks for root in stack if root not in same))
    orders = [
        [len(first) + shared.index(root) for root in stack if root not in same] for stack in stacks
    ]
    roots = [*first, *shared]

    def price(leaves: tuple[Any, ...], side: int) -> Fraction | None:
        start: Listed = leaves[1 + side]
        if start.kind == "none":
            return None
        if start.kind == "free":
            return Fraction(0)
        return stepped(start, [leaves[place] for place in orders[side]], leaves[3 + side])

    def decide(leaves: tuple[Any, ...]) -> PriceState:
        was, now = (price(leaves, side) for side in (0, 1))
        if was is None or now is None:
            return OFF if was == now else GONE
        return compared(was, now)

    return rules.joint.combine(roots, decide, off)


def _stack(rules: JointRules, meter: str, side: int) -> list[int]:
    """What the stack of a book does to a meter, in its order."""
    outcomes, limits = rules.own("modifier")[side], rules.own("limit")[side]
    return [
        rules.joint.map(limits[name], partial(bounds_on, meter))
        if name in limits
        else rules.joint.map(outcomes[name], partial(step, meter))
        for name in (rules.old, rules.new)[side].order()
    ]
