"""What bills are made of: for each part a diagram of its order in two books, wherever both price a
request.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, assert_never, get_args

from pricelang.model import rule_kinds as k
from pricelang.model.diagrams import Group, reach_of
from pricelang.verify.against.bill_part import NEW, OFF, OLD, BillPart, billed, live, places_of
from pricelang.verify.against.charge_parts import charge_parts
from pricelang.verify.against.ladder_parts import ladder_parts
from pricelang.verify.against.limit_parts import converted, limit_parts, rounding_parts
from pricelang.verify.against.orders import (
    Order,
    of_numbers,
)
from pricelang.verify.diff.aligned_space import TooLarge
from pricelang.verify.diff.joint_rules import JointRules
from pricelang.verify.diff.price_states import price_order
from pricelang.verify.diff.stack_outcomes import extras
from pricelang.verify.diff.states import PriceState


def parts_of(rules: JointRules) -> Iterator[BillPart]:
    """Everything that bills of two books are made of, prices first."""
    currencies = [meaning.book.currency for meaning in (rules.new, rules.old)]
    if len({*currencies}) > 1:
        words = f"prices in {currencies[0]} and in {currencies[1]}"
        yield BillPart(words, "request", live(rules, [], lambda leaves: "either"))
    for group in get_args(Group):
        yield from _of_group(rules, group)
    yield from ladder_parts(rules)


def _of_group(rules: JointRules, group: Group) -> Iterator[BillPart]:
    match group:
        case "price":
            yield from _unit_prices(rules)
        case "modifier":
            yield from _extras(rules)
        case "limit":
            yield from limit_parts(rules)
        case "rounding":
            yield from rounding_parts(rules)
        case "conversion":
            root = live(rules, rules.pair(group), lambda x: converted(x[NEW], x[OLD]))
            places = places_of(rules, "currency")
            yield BillPart("a conversion to another currency", "request", root, places)
        case "charge":
            yield from charge_parts(rules)
        case "derivation" | "free":
            pass  # in the unit prices
        case _ if reach_of(group) in ("existence", "told"):
            pass  # which requests there are is asked for apart
        case _:
            root = billed(rules, rules.pair(group), lambda x, y: "same" if x == y else "either")
            yield BillPart(f"a {group}", "request", root, places_of(rules, "request"))


def _unit_prices(rules: JointRules) -> Iterator[BillPart]:
    """The price of each meter, of which a request that is free pays nothing."""
    for meter in rules.pairs("price"):
        root = rules.joint.map(price_order(rules, meter), _order_of)
        yield BillPart(f"the price of `{meter}`", "request", root, meter=meter)


def _order_of(state: PriceState) -> Order | str:
    match state:
        case "less" | "more":
            return state
        case "nil" | "equal":
            return "same"
        case "off" | "gone":
            return OFF
        case "differs":
            return "either"
        case _:
            assert_never(state)


def _extras(rules: JointRules) -> Iterator[BillPart]:
    own = rules.own("modifier")
    try:
        theirs, ours = (extras(rules.joint, own[side].values()) for side in (OLD, NEW))
    except TooLarge:
        theirs, ours = rules.joint.leaf(()), rules.joint.leaf(None)
    root = billed(rules, (theirs, ours), _summed)
    yield BillPart(
        "an amount added to each request",
        "request",
        root,
        places_of(rules, "request", k.ModifierRule),
    )


def _summed(ours: Any, theirs: Any) -> Order:
    if ours is None:
        return "either"
    return of_numbers(sum(ours, Fraction(0)), sum(theirs, Fraction(0)))
