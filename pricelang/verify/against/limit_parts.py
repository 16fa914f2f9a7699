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
        yield BillPart(f"a {side} for an account", "account", root, places)
    root = live(rules, (theirs, ours), _held_together)
    places = places_of(rules, "account", k.LimitRule)
    yield BillPart("limits of an account that meet", "account", root, places, turns=True)


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
    """Floors and caps by the account and the period that they are of, and whose requests count. A
    commitment is as a floor, and a credit as a cap: one more never makes it cost less, or more.
    """
    theirs, ours = ([x for x in leaf if x.target == "account"] for leaf in leaves)
    kind: m.LimitKind = "commitment" if at_least else "credit"
    orders = [_of_agreed(*([x for x in side if x.kind == kind] for side in (ours, theirs)))]
    ours, theirs = ([x for x in side if x.kind == "limit"] for side in (ours, theirs))
    counters = {(x.about, x.counted) for x in (*ours, *theirs)}
    for counter in counters:
        mine, other = (
            _amounts(tuple(x for x in all if (x.about, x.counted) == counter), "account", at_least)
            for all in (ours, theirs)
        )
        if max(len(mine), len(other)) > 1:
            orders.append("same" if mine == other else "either")
        else:
            orders.append(_bounds(at_least, mine, other))
    return together(orders)


def _of_agreed(ours: list[LimitEffect], theirs: list[LimitEffect]) -> Order:
    """The order of commitments, or of credits."""
    extra, lacking = (
        [x for x in one if x not in of] for one, of in ((ours, theirs), (theirs, ours))
    )
    if not extra and not lacking:
        return "same"
    (kind,) = {x.kind for x in (*extra, *lacking)}
    if extra and lacking:
        if len(extra) > 1 or {_whose(x) for x in extra} != {_whose(x) for x in lacking}:
            return "either"
        is_higher = extra[0].amount > lacking[0].amount
    else:
        is_higher = bool(extra)
    return "more" if is_higher == (kind == "commitment") else "less"


def _whose(bound: LimitEffect) -> tuple[object, ...]:
    return bound.about, bound.counted, bound.meters


def _held_together(leaves: tuple[Any, ...]) -> Order:
    """Where several floors or caps of accounts hold for a request, each settles the same cost: a
    higher cost may then be less to pay. A floor below a cap of the same requests cannot meet it. A
    commitment and a credit of one request do the same.
    """
    for leaf in leaves:
        found = [x for x in leaf if x.target == "account"]
        if len(found) > 1 and not _apart(found):
            return "either"
    return "same"


def _apart(found: list[LimitEffect]) -> bool:
    if any(x.kind != "limit" for x in found):
        return False
    floors, caps = ([x for x in found if x.at_least == side] for side in (True, False))
    if len(floors) != 1 or len(caps) != 1:
        return False
    floor, cap = floors[0], caps[0]
    same = (floor.about, floor.counted) == (cap.about, cap.counted)
    return same and floor.amount <= cap.amount


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
