"""One part of a bill in two books: a diagram of its order, and where its rules stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from attrs import frozen

from pricelang.model import book as m
from pricelang.model import rule_kinds as k
from pricelang.model.diagrams import slot_of
from pricelang.model.rules import Stage, origin_of, rules_of, stage_of
from pricelang.verify.against.orders import Order
from pricelang.verify.diff.aligned_space import NO_LIMIT, YES
from pricelang.verify.diff.joint_rules import JointRules, Pair
from pricelang.verify.diff.states import LIVE

Level: TypeAlias = Literal["request", "account"]
"""Where a part shows: on the bill of a request, or on that of an account that makes it alone."""
OFF = "off"
"""The leaf where not both price the request."""
OLD, NEW = 0, 1
"""Theirs and ours: `diff` calls them the older and the newer book."""


@frozen(eq=False)
class BillPart:
    """One thing that bills are made of: in words, and where ours is more or less than theirs.

    A leaf of `root` is an `Order`, or `OFF`. `meter` is the one that a request must use;
    `quantities`, in its unit, are some at which the part may show; `steps` are those of roundings.
    A part that `turns` is the same in both, and may turn the order of others.
    """

    words: str
    level: Level
    root: int
    places: tuple[str, ...] = ()
    meter: str | None = None
    quantities: tuple[Fraction, ...] = ()
    steps: tuple[Fraction, ...] = ()
    turns: bool = False


def live(rules: JointRules, roots: Sequence[int], order: Callable[[tuple[Any, ...]], Order]) -> int:
    """The order of a part where both books price a request."""
    return rules.joint.combine(
        [rules.state, *roots],
        lambda leaves: order(leaves[1:]),
        lambda state: None if state == LIVE else OFF,
        most=NO_LIMIT,
    )


def billed(rules: JointRules, pair: Pair, order: Callable[[Any, Any], Order]) -> int:
    """The order of what a request that is free as a whole does not pay."""

    def decide(leaves: tuple[Any, ...]) -> Order:
        theirs, ours = (() if leaves[2 + side] == YES else leaves[side] for side in (OLD, NEW))
        return order(ours, theirs)

    return live(rules, [*pair, *rules.pair("free")], decide)


def places_of(
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
    """The meter of the charge that a rule is of, or None."""
    slot = slot_of(rule)
    if slot is None or slot.group != "charge":
        return None
    return book.meters[book.charges[slot.index].meter].name
