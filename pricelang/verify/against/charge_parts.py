"""The terms of charges of two books, as parts of bills."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial
from typing import Any, assert_never

from pricelang.model.rules import Stage
from pricelang.verify.against.bill_part import NEW, OLD, BillPart, billed, live, places_of
from pricelang.verify.against.orders import (
    Order,
    PriceLadder,
    of_ladders,
    of_numbers,
    of_pools,
)
from pricelang.verify.diff.align import FREE, bounds_on, step
from pricelang.verify.diff.box_walks import leaves_of
from pricelang.verify.diff.joint_rules import JointRules, Pair
from pricelang.verify.diff.price_states import charged, listed


def charge_parts(rules: JointRules) -> Iterator[BillPart]:
    """Minimums per use, free allowances and graduated prices of each charge."""
    for (meter, term), pair in rules.pairs("charge").items():
        stage: Stage = "line item" if term == "minimum per use" else "account"
        places = places_of(rules, stage, meter=meter)
        found = {_first(x) for root in pair for leaf in leaves_of(rules.joint, root) for x in leaf}
        sizes = sorted(size / _size(rules, meter) for size in found)
        match term:
            case "minimum per use":
                words, root = f"a minimum per use of `{meter}`", billed(rules, pair, _of_minimums)
                small = tuple(Fraction(math.floor(size * 500), 1000) for size in sizes)
                yield BillPart(words, "request", root, places, meter, small)
            case "free":
                words, root = f"a free allowance of `{meter}`", billed(rules, pair, of_pools)
                yield BillPart(words, "account", root, places, meter, _over(sizes))
            case "tiers":
                words, root = f"graduated prices of `{meter}`", _tiers(rules, meter, pair)
                yield BillPart(words, "account", root, places, meter, _over(sizes))
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
    alike = _counts_alike(rules, meter)
    prices = listed(rules, meter)

    def decide(leaves: tuple[Any, ...]) -> Order:
        tiers, first, rest = leaves[:2], leaves[2:4], leaves[4:]
        if tiers == ((), ()) or any(price.kind != "price" for price in first):
            return "same"
        if any(rest[n] != rest[n + 1] for n in range(0, len(rest), 2)):
            return "either"
        theirs, ours = (PriceLadder(first[side].amount, tiers[side]) for side in (OLD, NEW))
        return of_ladders(ours, theirs, alike)

    return live(rules, [*pair, *prices, *steps], decide)


def _counts_alike(rules: JointRules, meter: str) -> bool:
    """Decides whether each request goes as far up a ladder in both books: what is free in one alone
    does not, and another minimum per use goes further.
    """

    def decide(leaves: tuple[Any, ...]) -> Order:
        least, prices = leaves[:2], leaves[2:]
        same = least[OLD] == least[NEW] and (prices[OLD] == FREE) == (prices[NEW] == FREE)
        return "same" if same else "either"

    pair = rules.pairs("charge")[meter, "minimum per use"]
    found = live(rules, [*pair, *charged(rules, meter)], decide)
    return "either" not in leaves_of(rules.joint, found)


def _steps_that_differ(rules: JointRules, meter: str) -> list[int]:
    """What modifiers, limits and roundings do to the unit price of a meter, theirs before ours, of
    those that differ anywhere; and the orders of the stacks, where these differ.
    """
    joint, bounds = rules.joint, partial(bounds_on, meter)
    modifiers, limits = rules.pairs("modifier").values(), rules.pairs("limit").values()
    pairs = [[joint.map(root, partial(step, meter)) for root in pair] for pair in modifiers]
    pairs += [[joint.map(root, bounds) for root in pair] for pair in limits]
    pairs.append([*rules.pairs("rounding")["unit_price"]])
    if not rules.only_factors:  # and of members that only one book has, the steps differ already
        orders = [meaning.order() for meaning in (rules.old, rules.new)]
        shared = {*orders[OLD]} & {*orders[NEW]}
        pairs.append([joint.leaf(tuple(x for x in order if x in shared)) for order in orders])
    return [root for pair in pairs if pair[0] != pair[1] for root in pair]
