"""What bills are made of: for each part a diagram of its order in two books, wherever both price a
request.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from typing import Any, Literal, TypeAlias, assert_never, get_args

from attrs import frozen

from pricelang.model import book as m
from pricelang.model import rule_kinds as k
from pricelang.model.diagrams import Group
from pricelang.model.rules import Stage, origin_of, rules_of, stage_of
from pricelang.verify.against.orders import (
    Ladder,
    Order,
    of_caps,
    of_ladders,
    of_numbers,
    of_pools,
    of_roundings,
    together,
)
from pricelang.verify.diff.align import LimitEffect, step
from pricelang.verify.diff.aligned_space import NO_LIMIT, YES, TooLarge
from pricelang.verify.diff.box_walks import leaves_of
from pricelang.verify.diff.joint_rules import JointRules, Pair
from pricelang.verify.diff.price_states import listed, price_order
from pricelang.verify.diff.stack_outcomes import bounds, extras
from pricelang.verify.diff.states import LIVE, PriceState

Level: TypeAlias = Literal["request", "month"]
"""Where a part shows: on the bill of a request, or on that of an account and a period alone."""
OLD, NEW = 0, 1
"""Theirs and ours: `diff` calls them the older and the newer book."""


@frozen(eq=False)
class Part:
    """One thing that bills are made of: in words, and where ours is more or less than theirs.

    A leaf of `root` is an `Order`, or None where not both price the request. `meter` is the one
    that a request must use; `quantities`, in its unit, are some at which the part may show; `steps` are those of roundings.
    """

    words: str
    level: Level
    root: int
    places: tuple[str, ...] = ()
    meter: str | None = None
    quantities: tuple[Fraction, ...] = ()
    steps: tuple[Fraction, ...] = ()


def parts_of(rules: JointRules) -> Iterator[Part]:
    """Everything that bills of two books are made of, prices first."""
    currencies = [meaning.book.currency for meaning in (rules.new, rules.old)]
    if len({*currencies}) > 1:
        words = f"prices in {currencies[0]} and in {currencies[1]}"
        yield Part(words, "request", _live(rules, [], lambda leaves: "either"))
    for group in get_args(Group):
        yield from _of_group(rules, group)


def _of_group(rules: JointRules, group: Group) -> Iterator[Part]:
    match group:
        case "price":
            yield from _unit_prices(rules)
        case "modifier":
            yield from _extras(rules)
        case "limit":
            yield from _limits(rules)
        case "rounding":
            yield from _roundings(rules)
        case "conversion":
            root = _live(rules, rules.pair(group), lambda x: _converted(x[NEW], x[OLD]))
            places = _places(rules, "currency")
            yield Part("a conversion to another currency", "request", root, places)
        case "charge":
            yield from _charges(rules)
        case "value" | "refusal" | "exclusion":
            pass  # which requests there are is asked for apart
        case "meter" | "derivation" | "free":
            pass  # in the unit prices
        case "note":
            pass  # on no bill
        case _:
            assert_never(group)


def _live(
    rules: JointRules, roots: Sequence[int], order: Callable[[tuple[Any, ...]], Order | None]
) -> int:
    """The order of a part where both books price a request."""
    return rules.joint.combine(
        [rules.state, *roots],
        lambda leaves: order(leaves[1:]),
        lambda state: None if state == LIVE else OFF,
        most=NO_LIMIT,
    )


OFF = "off"
"""The leaf where not both price the request."""


def _billed(rules: JointRules, pair: Pair, order: Callable[[Any, Any], Order]) -> int:
    """The order of what a request that is free as a whole does not pay."""

    def decide(leaves: tuple[Any, ...]) -> Order:
        theirs, ours = (() if leaves[2 + side] == YES else leaves[side] for side in (OLD, NEW))
        return order(ours, theirs)

    return _live(rules, [*pair, *rules.pair("free")], decide)


# ---- unit prices and additions -------------------------------------------------------------------


def _unit_prices(rules: JointRules) -> Iterator[Part]:
    """The price of each meter, of which a request that is free pays nothing."""
    for meter in rules.pairs("price"):
        root = rules.joint.map(price_order(rules, meter), _order_of)
        yield Part(f"the price of `{meter}`", "request", root, meter=meter)


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


def _extras(rules: JointRules) -> Iterator[Part]:
    own = rules.own("modifier")
    try:
        theirs, ours = (extras(rules.joint, own[side].values()) for side in (OLD, NEW))
    except TooLarge:
        theirs, ours = rules.joint.leaf(()), rules.joint.leaf(None)
    root = _billed(rules, (theirs, ours), _summed)
    yield Part(
        "an amount added to each request",
        "request",
        root,
        _places(rules, "request", k.ModifierRule),
    )


def _summed(ours: Any, theirs: Any) -> Order:
    if ours is None:
        return "either"
    return of_numbers(sum(ours, Fraction(0)), sum(theirs, Fraction(0)))


# ---- limits, roundings and currencies ------------------------------------------------------------


def _limits(rules: JointRules) -> Iterator[Part]:
    own = rules.own("limit")
    if not own[OLD] and not own[NEW]:
        return
    theirs, ours = (bounds(rules.joint, own[side].values()) for side in (OLD, NEW))
    for side, at_least in (("minimum", True), ("maximum", False)):
        root = _billed(rules, (theirs, ours), partial(_of_request, at_least))
        places = _places(rules, "request", k.LimitRule, at_least)
        yield Part(f"a {side} for a request", "request", root, places)
        root = _live(rules, (theirs, ours), partial(_of_accounts, at_least))
        places = _places(rules, "account", k.LimitRule, at_least)
        yield Part(f"a {side} for an account", "month", root, places)
    crossed = _live(rules, (theirs, ours), lambda x: _crossed(x[NEW], x[OLD]))
    yield Part(
        "a floor above a cap of an account",
        "month",
        crossed,
        _places(rules, "account", k.LimitRule),
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


def _roundings(rules: JointRules) -> Iterator[Part]:
    for stage, pair in rules.pairs("rounding").items():
        if stage != "unit_price":  # which is in the unit prices
            root = _live(rules, pair, lambda x: of_roundings(x[NEW], x[OLD]))
            of: Stage = "line item" if stage == "line" else "request"
            steps = {
                effect.step for root in pair for effect in leaves_of(rules.joint, root) if effect
            }
            places = _places(rules, of, k.RoundingRule)
            words = f"a rounding of the {stage}"
            yield Part(words, "request", root, places, steps=tuple(sorted(steps)))


def _converted(ours: Any, theirs: Any) -> Order:
    if ours == theirs:
        return "same"
    if ours is None or theirs is None or ours[0] != theirs[0]:
        return "either"
    return of_numbers(ours[1], theirs[1])


# ---- charges -------------------------------------------------------------------------------------


def _charges(rules: JointRules) -> Iterator[Part]:
    for (meter, term), pair in rules.pairs("charge").items():
        stage: Stage = "line item" if term == "minimum per use" else "account"
        places = _places(rules, stage, meter=meter)
        found = {_first(x) for root in pair for leaf in leaves_of(rules.joint, root) for x in leaf}
        sizes = sorted(size / _size(rules, meter) for size in found)
        match term:
            case "minimum per use":
                words, root = f"a minimum per use of `{meter}`", _billed(rules, pair, _of_minimums)
                small = tuple(Fraction(math.floor(size * 500), 1000) for size in sizes)
                yield Part(words, "request", root, places, meter, small)
            case "free":
                words, root = f"a free allowance of `{meter}`", _billed(rules, pair, of_pools)
                yield Part(words, "month", root, places, meter, _over(sizes))
            case "tiers":
                words, root = f"graduated prices of `{meter}`", _tiers(rules, meter, pair)
                yield Part(words, "month", root, places, meter, _over(sizes))
            case _:
                assert_never(term)


def _first(term: Any) -> Fraction:
    """The quantity of a minimum, an allowance or a tier."""
    found: Fraction = term[0] if isinstance(term, tuple) else term
    return found


def _over(sizes: Sequence[Fraction]) -> tuple[Fraction, ...]:
    return tuple(size + 1 for size in sizes)


def _size(rules: JointRules, meter: str) -> Fraction:
    """How many base units one of a meter's unit is."""
    books = (rules.new.book, rules.old.book)
    return next(x.size for book in books for x in book.meters if x.name == meter)


def _of_minimums(ours: tuple[Fraction, ...], theirs: tuple[Fraction, ...]) -> Order:
    nothing = Fraction(0)
    return of_numbers(max(ours, default=nothing), max(theirs, default=nothing))


def _tiers(rules: JointRules, meter: str, pair: Pair) -> int:
    """Ladders are compared where both go through one stack: it may move their steps otherwise."""
    steps = _steps_that_differ(rules, meter)
    prices = listed(rules, meter)

    def decide(leaves: tuple[Any, ...]) -> Order:
        tiers, first, rest = leaves[:2], leaves[2:4], leaves[4:]
        if tiers == ((), ()) or any(price.kind != "price" for price in first):
            return "same"
        if any(rest[n] != rest[n + 1] for n in range(0, len(rest), 2)):
            return "either"
        theirs, ours = (Ladder(first[side].amount, tiers[side]) for side in (OLD, NEW))
        return of_ladders(ours, theirs)

    return _live(rules, [*pair, *prices, *steps], decide)


def _steps_that_differ(rules: JointRules, meter: str) -> list[int]:
    """What modifiers, limits and roundings do to the unit price of a meter, theirs before ours, of
    those that differ anywhere; and the orders of the stacks, where these differ.
    """
    joint = rules.joint

    def touched(effects: tuple[LimitEffect, ...]) -> tuple[LimitEffect, ...]:
        return tuple(x for x in effects if x.target == "unit_price" and x.about == meter)

    modifiers, limits = rules.pairs("modifier").values(), rules.pairs("limit").values()
    pairs = [[joint.map(root, partial(step, meter)) for root in pair] for pair in modifiers]
    pairs += [[joint.map(root, touched) for root in pair] for pair in limits]
    pairs.append([*rules.pairs("rounding")["unit_price"]])
    if not rules.only_factors:  # and of members that only one book has, the steps differ already
        orders = [meaning.order() for meaning in (rules.old, rules.new)]
        shared = {*orders[OLD]} & {*orders[NEW]}
        pairs.append([joint.leaf(tuple(x for x in order if x in shared)) for order in orders])
    return [root for pair in pairs if pair[0] != pair[1] for root in pair]


# ---- where they stand ----------------------------------------------------------------------------


def _places(
    rules: JointRules,
    stage: Stage,
    of: type[Any] | None = None,
    at_least: bool | None = None,
    meter: str | None = None,
) -> tuple[str, ...]:
    """Where the rules of a stage stand: those that only one of two books has lead."""
    found = [
        [
            origin_of(rule).place
            for rule in rules_of(meaning.book)
            if stage_of(rule) == stage
            and (of is None or isinstance(rule, of))
            and (at_least is None or rule.line.at_least == at_least)  # type: ignore[union-attr]
            and (meter is None or _meter_of(meaning.book, rule) == meter)
        ]
        for meaning in (rules.new, rules.old)
    ]
    own = [place for side in (0, 1) for place in found[side] if place not in found[1 - side]]
    return tuple(dict.fromkeys([*own, *found[0], *found[1]]))


def _meter_of(book: m.Book, rule: k.Rule) -> str | None:
    match rule:
        case (
            k.ChargePriceRule(charge=number)
            | k.ChargeMinimumRule(charge=number)
            | k.ChargePoolRule(charge=number)
            | k.ChargeFreeRule(charge=number)
        ):
            return book.meters[book.charges[number].meter].name
        case _:
            return None
