"""Floors, caps and roundings of two books, as parts of bills."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import Any

from pricelang.model import book as m
from pricelang.model import rule_kinds as k
from pricelang.model.rules import Stage
from pricelang.verify.against.bill_part import NEW, OLD, BillPart, billed, live, places_of
from pricelang.verify.against.orders import (
    Order,
    of_caps,
    of_numbers,
    of_roundings,
    together,
)
from pricelang.verify.diff.align import LimitEffect
from pricelang.verify.diff.box_walks import leaves_of
from pricelang.verify.diff.joint_rules import JointRules
from pricelang.verify.diff.stack_outcomes import bounds


def limit_parts(rules: JointRules) -> Iterator[BillPart]:
    """Floors and caps of requests and of accounts."""
    own = rules.own("limit")
    if not own[OLD] and not own[NEW]:
        return
    theirs, ours = (bounds(rules.joint, own[side].values()) for side in (OLD, NEW))
    for side, at_least in (("minimum", True), ("maximum", False)):
        root = billed(rules, (theirs, ours), partial(_of_request, at_least))
        places = places_of(rules, "request", k.LimitRule, at_least)
        yield BillPart(f"a {side} for a request", "request", root, places)
        root = live(rules, (theirs, ours), partial(_of_accounts, at_least))
        places = places_of(rules, "account", k.LimitRule, at_least)
        yield BillPart(f"a {side} for an account", "month", root, places)
    crossed = live(rules, (theirs, ours), lambda x: _crossed(x[NEW], x[OLD]))
    yield BillPart(
        "a floor above a cap of an account",
        "month",
        crossed,
        places_of(rules, "account", k.LimitRule),
    )


def _of_request(
    at_least: bool, ours: tuple[LimitEffect, ...], theirs: tuple[LimitEffect, ...]
) -> Order:
    return _bounds(at_least, *(_amounts(x, "request", at_least) for x in (ours, theirs)))


def _bounds(at_least: bool, ours: list[Fraction], theirs: list[Fraction]) -> Order:
    if at_least:
        return of_numbers(max(ours, default=Fraction(0)), max(theirs, default=Fraction(0)))
    return of_caps(min(ours, default=None), min(theirs, default=None))


def _amounts(bounds: tuple[LimitEffect, ...], target: m.Target, at_least: bool) -> list[Fraction]:
    return [x.amount for x in bounds if x.target == target and x.at_least == at_least]


def _of_accounts(at_least: bool, leaves: tuple[Any, ...]) -> Order:
    """Floors and caps by the account and the period that they are of."""
    theirs, ours = leaves
    accounts = {x.about for x in (*ours, *theirs) if x.target == "account"}
    orders = []
    for account in accounts:
        mine, other = (tuple(x for x in all if x.about == account) for all in (ours, theirs))
        orders.append(_bounds(at_least, *(_amounts(x, "account", at_least) for x in (mine, other))))
    return together(orders)


def _crossed(ours: tuple[LimitEffect, ...], theirs: tuple[LimitEffect, ...]) -> Order:
    """Where a floor is above a cap of one account, the order of lines decides what is paid."""

    def crosses(bounds: tuple[LimitEffect, ...]) -> bool:
        found = [x for x in bounds if x.target == "account"]
        return any(
            x.at_least and not y.at_least and x.about == y.about and x.amount > y.amount
            for x in found
            for y in found
        )

    return "either" if ours != theirs and (crosses(ours) or crosses(theirs)) else "same"


def rounding_parts(rules: JointRules) -> Iterator[BillPart]:
    """Roundings of lines and of totals."""
    for stage, pair in rules.pairs("rounding").items():
        if stage != "unit_price":  # which is in the unit prices
            root = live(rules, pair, lambda x: of_roundings(x[NEW], x[OLD]))
            of: Stage = "line item" if stage == "line" else "request"
            steps = {
                effect.step for root in pair for effect in leaves_of(rules.joint, root) if effect
            }
            places = places_of(rules, of, k.RoundingRule)
            words = f"a rounding of the {stage}"
            yield BillPart(words, "request", root, places, steps=tuple(sorted(steps)))


def converted(ours: Any, theirs: Any) -> Order:
    """The order of two conversions, each a `WholeEffect` of a currency and a rate, or none."""
    if ours == theirs:
        return "same"
    if not ours or not theirs or ours[0].terms[0] != theirs[0].terms[0]:
        return "either"
    return of_numbers(ours[0].terms[1], theirs[0].terms[1])
