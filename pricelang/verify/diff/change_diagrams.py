"""The requests at which a difference shows, as a diagram of changes for each thing of two books.

A rule that changed is no difference where no request can tell: where the request did not exist, is
refused either way, or comes to the same price because another rule changed with it. There a diagram
of changes is open, and a sentence may reach over it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

from pricelang.model import book as m
from pricelang.model.diagrams import Group, reach_of
from pricelang.model.space import axis_of
from pricelang.verify.diff.align import REFUSED, LimitEffect, changed_meters, only_changed
from pricelang.verify.diff.aligned_space import NO, NO_LIMIT, YES, Leaf
from pricelang.verify.diff.box_walks import leaves_of
from pricelang.verify.diff.boxes import OPEN, SAME
from pricelang.verify.diff.joint_rules import JointRules, Pair
from pricelang.verify.diff.price_states import charged, listed, price_state
from pricelang.verify.diff.states import (
    BOTH_REFUSED,
    DIFFERS,
    GONE,
    LIVE,
    OFFER,
    REFUSAL,
    RequestState,
    absent,
)

Decide = Callable[[tuple[Any, ...]], Leaf]


def _of_state(rules: JointRules, roots: Sequence[int], decide: Decide) -> int:
    """The diagram that `decide` makes of the state of a request and the leaves of some diagrams."""
    return rules.joint.combine([rules.state, *roots], decide, absent, most=NO_LIMIT)


def plain(rules: JointRules, pair: Pair) -> int:
    """Where something changed that every request can tell."""

    def decide(leaves: tuple[Any, ...]) -> Leaf:
        at, was, now = leaves
        return OPEN if at != LIVE else SAME if was == now else (was, now)

    return _of_state(rules, pair, decide)


# ---- what exists, and what is refused ------------------------------------------------------------


def offered(rules: JointRules, place: int, position: int) -> int:
    """Where a value of a dimension came or went."""
    state = rules.joint.fix(rules.state, axis_of(place), position)

    def decide(leaves: tuple[Any, ...]) -> Leaf:
        at, was, now = leaves
        if was == now:
            return SAME if was == NO or at in (LIVE, REFUSAL, BOTH_REFUSED) else OPEN
        return (was, now) if at == OFFER or rules.open_state else OPEN

    roots = [state, *rules.pairs("value")[place, position]]
    return rules.joint.combine(roots, decide, absent, most=NO_LIMIT)


def refused(rules: JointRules, pair: Pair) -> int:
    """Where a refusal or an exclusion began or ended."""

    def decide(leaves: tuple[Any, ...]) -> Leaf:
        at, was, now = leaves
        if was == now:
            return SAME if at == LIVE or was == YES else OPEN
        return (was, now) if _shows_refusal(rules, at) else OPEN

    return _of_state(rules, pair, decide)


def _shows_refusal(rules: JointRules, at: RequestState) -> bool:
    return at == REFUSAL or (rules.open_state and at == LIVE)


# ---- prices --------------------------------------------------------------------------------------


def outcome(rules: JointRules, name: str) -> int:
    """Where a modifier changed, as pairs of outcomes; of two effects only what differs."""
    was, now = rules.pairs("modifier")[name]
    pairs = _pairs_of(rules, (was, now))
    meters = sorted({meter for pair in pairs for meter in changed_meters(*pair)})

    def decide(leaves: tuple[Any, ...]) -> Leaf:
        at, before, after, billed, extras_differ, *states = leaves
        if before == after:
            return SAME if at == LIVE or before == REFUSED else OPEN
        if REFUSED in (before, after):
            return (before, after) if _shows_refusal(rules, at) else OPEN
        if at != LIVE:
            return OPEN
        prices = dict(zip(meters, states, strict=True))
        seen = any(prices[meter] == DIFFERS for meter in changed_meters(before, after))
        if seen or (before.extras != after.extras and billed == YES and extras_differ == YES):
            return only_changed(before, after)
        return OPEN

    states = [price_state(rules, meter) for meter in meters]
    return _of_state(rules, [was, now, rules.billed, rules.extras_differ(), *states], decide)


def _pairs_of(rules: JointRules, pair: Pair) -> list[tuple[Any, Any]]:
    """The leaves that two diagrams have at the same points."""
    joint = rules.joint
    return leaves_of(joint, joint.combine(pair, lambda leaves: leaves, most=NO_LIMIT))


def price(rules: JointRules, meter: str) -> int:
    """Where the price of a meter before any modifier changed, as pairs of `Listed`."""

    def decide(leaves: tuple[Any, ...]) -> Leaf:
        at, was, now, state = leaves
        if at != LIVE:
            return OPEN
        if was == now:
            return SAME
        return (was, now) if state in (GONE, DIFFERS) else OPEN

    was, now = listed(rules, meter)
    if was == now:
        return rules.joint.leaf(SAME)
    return _of_state(rules, [was, now, price_state(rules, meter)], decide)


def charge_term(rules: JointRules, meter: str, pair: Pair) -> int:
    """Where a minimum, a pool or the tiers of a charge changed for somebody who pays it."""

    def decide(leaves: tuple[Any, ...]) -> Leaf:
        at, before, after, price, new_price = leaves
        if at != LIVE or new_price.kind != "price":
            return OPEN
        old = before if price.kind == "price" else ()
        return SAME if old == after else (old, after)

    return _of_state(rules, [*pair, *charged(rules, meter)], decide)


def limit(rules: JointRules, name: str) -> int:
    """Where a floor or cap changed, as pairs of tuples of `LimitEffect`;
    only the lines that differ.
    """
    pair = rules.pairs("limit")[name]
    bounds = {bound for leaves in _pairs_of(rules, pair) for leaf in leaves for bound in leaf}
    meters = sorted({bound.about for bound in bounds if bound.target == "unit_price"})

    def decide(leaves: tuple[Any, ...]) -> Leaf:
        at, before, after, billed, bounds_differ, *states = leaves
        if at != LIVE:
            return OPEN
        if before == after:
            return SAME
        prices = dict(zip(meters, states, strict=True))
        shows: dict[m.Target, bool] = {
            "request": bounds_differ == YES and billed == YES,
            "account": bounds_differ == YES,
        }
        both = (before, after)
        old, new = (
            tuple(bound for bound in leaf if _is_seen(bound, both, prices, shows)) for leaf in both
        )
        return (old, new) if old != new else OPEN

    states = [price_state(rules, meter) for meter in meters]
    return _of_state(rules, [*pair, rules.billed, rules.bounds_differ(), *states], decide)


def _is_seen(
    bound: LimitEffect,
    pair: tuple[Any, Any],
    prices: Mapping[str, str],
    shows: Mapping[m.Target, bool],
) -> bool:
    """Decides whether a line of a limit changed in a way that a request can tell, by the states of
    unit prices, or by what all limits together say of the request or the account.
    """
    was, now = (
        [x for x in leaf if (x.target, x.about) == (bound.target, bound.about)] for leaf in pair
    )
    if was == now:
        return False
    return prices[bound.about] == DIFFERS if bound.target == "unit_price" else shows[bound.target]


def rounding(rules: JointRules, stage: m.Stage) -> int:
    """Where a rounding changed, as pairs of `RoundingEffect` or None."""
    pair = rules.pairs("rounding")[stage]
    if stage != "unit_price":
        return on_bills(rules, pair)

    def decide(leaves: tuple[Any, ...]) -> Leaf:
        at, was, now, *states = leaves
        if at != LIVE:
            return OPEN
        if was == now:
            return SAME
        return (was, now) if DIFFERS in states else OPEN

    states = [price_state(rules, meter) for meter in rules.pairs("price")]
    return _of_state(rules, [*pair, *states], decide)


def on_bills(rules: JointRules, pair: Pair) -> int:
    """Where something changed that every request that is billed can tell."""

    def decide(leaves: tuple[Any, ...]) -> Leaf:
        at, was, now, billed = leaves
        if at != LIVE:
            return OPEN
        if was == now:
            return SAME
        return (was, now) if billed == YES else OPEN

    return _of_state(rules, [*pair, rules.billed], decide)


# ---- the order of the stack ----------------------------------------------------------------------


def order(rules: JointRules, meter: str) -> int:
    """Where the price of a meter differs although each rule that makes it is the same."""
    pairs = [pair for group in get_args(Group) for pair in _made_of(rules, meter, group)]

    def decide(leaves: tuple[Any, ...]) -> Leaf:
        at, state, *both = leaves
        if at != LIVE or both[::2] != both[1::2]:
            return OPEN
        return ("old", "new") if state == DIFFERS else SAME

    changed = [root for was, now in pairs if was != now for root in (was, now)]
    roots = [rules.state, price_state(rules, meter), *changed]
    return rules.attempt(
        lambda: rules.joint.combine(roots, decide, absent), lambda: rules.joint.leaf(SAME)
    )


def _made_of(rules: JointRules, meter: str, group: Group) -> list[Pair]:
    """The diagrams of a group that the unit price of a meter is made of."""
    match group:
        case "price":
            return [listed(rules, meter)]
        case "rounding":
            return [rules.pairs(group)["unit_price"]]
        case "derivation" | "charge":
            return []  # the price says it
        case _:
            made = reach_of(group) == "unit price"
            return [*rules.pairs(group).values()] if made else []
