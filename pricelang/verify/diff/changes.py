"""The requests at which a difference shows: in existence, in refusals, or in the unit price of a
meter.

A rule that changed is no difference where no request can tell: where the request did not exist, is
refused either way, or comes to the same price because another rule changed with it. There a diagram
of changes is open, and a sentence may reach over it. Prices are compared by ratios of the factors
that changed; only where a surcharge, a limit or a rounding makes the order matter are whole prices
worked out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from attrs import define, field

from pricelang.model.space import axis_of
from pricelang.verify.diff.align import (
    REFUSED,
    LimitEffect,
    Listed,
    ModifierOutcome,
    changed_meters,
    factor_of,
    only_changed,
    stepped,
)
from pricelang.verify.diff.aligned_books import NO, YES, Joint, TooLarge
from pricelang.verify.diff.boxes import OPEN, SAME, leaves_of
from pricelang.verify.diff.semantics import BookSemantics, refused_where
from pricelang.verify.diff.states import (
    BOTH_REFUSED,
    DIFFERS,
    EQUAL,
    GONE,
    LIVE,
    NIL,
    OFF,
    OFFER,
    REFUSAL,
    UNOFFERED,
    absent,
    off,
    one_way,
    paired,
    step,
    unreleased,
)


@define(eq=False, repr=False)
class JointRules:
    """The diagrams of two books, those of the newer under the names of the older,
    and what they come to together.

    `undecided` is set where something was too large to work out;
    what is then reported may cancel out.
    """

    old: BookSemantics
    new: BookSemantics
    outcomes: dict[str, tuple[int, int]]
    limits: dict[str, tuple[int, int]] = field(init=False)
    roundings: dict[str, tuple[int, int]] = field(init=False)
    values: tuple[dict[tuple[int, int], int], dict[tuple[int, int], int]] = field(init=False)
    exclusions: dict[tuple[str, ...], tuple[int, int]] = field(init=False)
    refusals: tuple[int, int] = field(init=False)
    free: tuple[int, int] = field(init=False)
    state: int = field(init=False)
    factors_only: bool = field(init=False)
    undecided: bool = field(default=False, init=False)
    _differs: dict[str, int] = field(factory=dict, init=False)
    _wholes: dict[str, int] = field(factory=dict, init=False)
    _too_many: set[tuple[int, ...]] = field(factory=set, init=False)

    @property
    def joint(self) -> Joint:
        """The space."""
        return self.old.joint

    def extras(self) -> int:
        """Where requests pay other amounts per request, by whatever modifiers."""
        return self._whole(
            "extras",
            lambda side, meaning: meaning.extras(pair[side] for pair in self.outcomes.values()),
        )

    def bounds(self) -> int:
        """Where other floors and caps hold for requests or accounts, by whatever limits."""
        return self._whole("bounds", lambda side, meaning: meaning.bounds())

    def _whole(self, what: str, made: Callable[[int, BookSemantics], int]) -> int:
        """Where two books say different things (yes or no)
        of what several rules come to together.
        """
        if what not in self._wholes:
            try:
                roots = [made(side, meaning) for side, meaning in enumerate((self.old, self.new))]
                self._wholes[what] = self.joint.combine(
                    roots, lambda leaves: NO if leaves[0] == leaves[1] else YES
                )
            except TooLarge:
                self.undecided, self._wholes[what] = True, self.joint.leaf(YES)
        return self._wholes[what]

    def __attrs_post_init__(self) -> None:
        joint, both = self.joint, (self.old, self.new)
        nothing = joint.leaf(())
        self.limits = paired(self.old.limits(), self.new.limits(), nothing)
        roundings = [meaning.roundings() for meaning in both]
        self.roundings = {
            stage: (root, roundings[1][stage]) for stage, root in roundings[0].items()
        }
        self.refusals = (self.old.refusals(), self.new.refusals())
        self.free = (self.old.free(), self.new.free())
        self.values = (self.old.values(), self.new.values())
        exclusions = [meaning.exclusions() for meaning in both]
        self.exclusions = paired(exclusions[0], exclusions[1], joint.leaf(NO))
        self.state = self._state(exclusions)
        leaves = [
            leaf
            for pair in self.outcomes.values()
            for root in pair
            for leaf in leaves_of(joint, root)
        ]
        bounds = [
            x
            for pair in self.limits.values()
            for root in pair
            for leaf in leaves_of(joint, root)
            for x in leaf
        ]
        self.factors_only = (
            not any(isinstance(leaf, ModifierOutcome) and leaf.adds for leaf in leaves)
            and all(bound.target != "unit_price" for bound in bounds)
            and all(root == joint.leaf(None) for root in self.roundings["unit_price"])
        )

    def _state(self, exclusions: list[dict[tuple[str, ...], int]]) -> int:
        joint = self.joint
        released = joint.all_of([self.old.released(), self.new.released()])
        existing, refused = [], []
        for side, meaning in enumerate((self.old, self.new)):
            try:
                existing.append(meaning.existing(self.values[side]))
            except TooLarge:
                existing.append(joint.leaf(YES))
                self.undecided = True
            outcomes = {name: pair[side] for name, pair in self.outcomes.items()}
            refused.append(refused_where(meaning, outcomes, exclusions[side]))
            self.undecided = self.undecided or meaning.undecided

        def state(leaves: tuple[Any, ...]) -> str:
            _, was, now, kept, keeps = leaves
            if was == now == NO:
                return UNOFFERED
            priced = (was == YES and kept == NO, now == YES and keeps == NO)
            if priced[0] == priced[1]:
                return LIVE if priced[0] else BOTH_REFUSED
            return OFFER if was != now else REFUSAL

        return joint.combine([released, *existing, *refused], state, unreleased, most=1 << 62)

    # ---- whether a price differs ----

    def differs(self, meter: str) -> int:
        """Whether the unit price of a meter differs: off, gone, nil, equal or differs."""
        found = self._differs.get(meter)
        if found is None:
            try:
                found = self._by_ratio(meter) if self.factors_only else self._by_price(meter)
            except TooLarge:
                self.undecided = True
                found = self._usable(meter)
            self._differs[meter] = found
        return found

    def _listed(self, meter: str) -> list[int]:
        return [self.old.price(meter), self.new.price(meter)]

    def _usable(self, meter: str) -> int:
        """What `differs` says where it cannot be decided: that every price may."""

        def decide(leaves: tuple[Any, ...]) -> str:
            kinds = [leaf.kind for leaf in leaves[1:]]
            return OFF if kinds == ["none", "none"] else GONE if "none" in kinds else DIFFERS

        return self.joint.combine([self.state, *self._listed(meter)], decide, off, most=1 << 62)

    def _by_ratio(self, meter: str) -> int:
        joint = self.joint

        def ratio(leaves: tuple[Any, ...]) -> str | Fraction:
            _, was, now, was_free, now_free = leaves
            if was.kind == "none" or now.kind == "none":
                return OFF if was.kind == now.kind else GONE
            amounts = [
                Fraction(0) if free == YES or price.kind == "free" else price.amount
                for price, free in ((was, was_free), (now, now_free))
            ]
            if not all(amounts):
                return NIL if amounts[0] == amounts[1] else DIFFERS
            return Fraction(amounts[1] / amounts[0])

        found = joint.combine(
            [self.state, *self._listed(meter), *self.free], ratio, off, most=1 << 62
        )
        factors = self._factors(meter)
        if _one_way(joint, [found, *factors]):
            # Nothing cancels what all goes one way: then a price differs where any of them does.
            found, *factors = (joint.map(root, one_way) for root in (found, *factors))
            for of in factors:
                found = joint.combine(
                    [found, of], lambda x: x[1], lambda x: x if x != EQUAL else None, most=1 << 62
                )
            return found
        if tuple(factors) in self._too_many:  # as it was for another meter
            raise TooLarge
        self._too_many.add(tuple(factors))
        for of in factors:
            found = joint.combine(
                [found, of], lambda x: x[0] * x[1], lambda x: x if isinstance(x, str) else None
            )
        self._too_many.discard(tuple(factors))
        return joint.map(found, one_way)

    def _factors(self, meter: str) -> list[int]:
        """What each modifier that differs makes of a price, the new by the old."""
        same = self.joint.leaf(Fraction(1))
        found = [
            self.joint.combine(
                [was, now],
                lambda leaves: factor_of(leaves[1], meter) / factor_of(leaves[0], meter),
                most=1 << 62,
            )
            for was, now in self.outcomes.values()
            if was != now
        ]
        return [root for root in found if root != same]

    def _by_price(self, meter: str) -> int:
        """By whole prices, each worked out step by step in the order of its own stack."""
        roots = [self.state, *self._listed(meter), *self.free, *self.roundings["unit_price"]]
        orders = [self._stack(meter, side, roots) for side in (0, 1)]

        def decide(leaves: tuple[Any, ...]) -> str:
            prices: list[Fraction | None] = []
            for side in (0, 1):
                listed: Listed = leaves[1 + side]
                if listed.kind == "none":
                    prices.append(None)
                elif listed.kind == "free" or leaves[3 + side] == YES:
                    prices.append(Fraction(0))
                else:
                    prices.append(
                        stepped(listed, [leaves[place] for place in orders[side]], leaves[5 + side])
                    )
            if None in prices:
                return OFF if prices[0] == prices[1] else GONE
            return EQUAL if prices[0] == prices[1] else DIFFERS

        return self.joint.combine(roots, decide, off)

    def _stack(self, meter: str, side: int, roots: list[int]) -> list[int]:
        """The places, among some roots, of what the stack of a book does to a meter, in its order;
        the diagrams of that are added to the roots.
        """

        def about(leaf: tuple[LimitEffect, ...]) -> tuple[LimitEffect, ...]:
            return tuple(b for b in leaf if b.target == "unit_price" and b.about == meter)

        meaning = (self.old, self.new)[side]
        limits = {limit.name for limit in meaning.book.limits}
        places = []
        for name in meaning.order():
            places.append(len(roots))
            if name in limits:
                roots.append(self.joint.map(self.limits[name][side], about))
            else:
                roots.append(self.joint.map(self.outcomes[name][side], partial(step, meter)))
        return places

    # ---- diagrams of changes ----

    def offered(self, place: int, position: int) -> int:
        """Where a value of a dimension came or went."""
        roots = [values[place, position] for values in self.values]
        state = self.joint.fix(self.state, axis_of(place), position)

        def decide(leaves: tuple[Any, ...]) -> Any:
            at, was, now = leaves
            if was == now:
                return SAME if was == NO or at in (LIVE, REFUSAL, BOTH_REFUSED) else OPEN
            return (was, now) if at == OFFER or self.undecided else OPEN

        return self.joint.combine([state, *roots], decide, absent, most=1 << 62)

    def refusal(self, pair: tuple[int, int]) -> int:
        """Where a refusal or an exclusion began or ended."""

        def decide(leaves: tuple[Any, ...]) -> Any:
            at, was, now = leaves
            if was == now:
                return SAME if at == LIVE or was == YES else OPEN
            return (was, now) if at == REFUSAL or (self.undecided and at == LIVE) else OPEN

        return self.joint.combine([self.state, *pair], decide, absent, most=1 << 62)

    def outcome(self, name: str) -> int:
        """Where a modifier changed, as pairs of outcomes; of two effects only what differs."""
        was, now = self.outcomes[name]
        pairs = leaves_of(
            self.joint, self.joint.combine([was, now], lambda leaves: leaves, most=1 << 62)
        )
        meters = sorted({meter for pair in pairs for meter in changed_meters(*pair)})

        def decide(leaves: tuple[Any, ...]) -> Any:
            at, before, after = leaves[:3]
            if before == after:
                return SAME if at == LIVE or before == REFUSED else OPEN
            if REFUSED in (before, after):
                return (before, after) if at == REFUSAL or (self.undecided and at == LIVE) else OPEN
            if at != LIVE:
                return OPEN
            prices = dict(zip(meters, leaves[6:], strict=True))
            seen = any(prices[meter] == DIFFERS for meter in changed_meters(before, after))
            if seen or (before.extras != after.extras and NO in leaves[3:5] and leaves[5] == YES):
                return only_changed(before, after)
            return OPEN

        roots = [
            self.state,
            was,
            now,
            *self.free,
            self.extras(),
            *(self.differs(meter) for meter in meters),
        ]
        return self.joint.combine(roots, decide, absent, most=1 << 62)

    def price(self, meter: str) -> int:
        """Where the price of a meter before any modifier changed, as pairs of `Listed`."""

        def decide(leaves: tuple[Any, ...]) -> Any:
            at, was, now, differs = leaves
            if at != LIVE:
                return OPEN
            if was == now:
                return SAME
            return (was, now) if differs in (GONE, DIFFERS) else OPEN

        was, now = self._listed(meter)
        if was == now:
            return self.joint.leaf(SAME)
        return self.joint.combine(
            [self.state, was, now, self.differs(meter)], decide, absent, most=1 << 62
        )

    def per_use(self, meter: str, was: int, now: int) -> int:
        """Where a minimum, a pool or the tiers of a charge changed for somebody who pays it."""

        def decide(leaves: tuple[Any, ...]) -> Any:
            at, before, after, listed, lists, was_free, now_free = leaves
            pays = [
                price.kind == "price" and free == NO
                for price, free in ((listed, was_free), (lists, now_free))
            ]
            old, new = (before if pays[0] else ()), (after if pays[1] else ())
            if at != LIVE or not pays[1]:
                return OPEN
            return SAME if old == new else (old, new)

        roots = [self.state, was, now, *self._listed(meter), *self.free]
        return self.joint.combine(roots, decide, absent, most=1 << 62)

    def limit(self, name: str) -> int:
        """Where a floor or cap changed, as pairs of tuples of `LimitEffect`;
        only the lines that differ.
        """
        was, now = self.limits[name]
        pairs = leaves_of(
            self.joint, self.joint.combine([was, now], lambda leaves: leaves, most=1 << 62)
        )
        bounds = {bound for pair in pairs for leaf in pair for bound in leaf}
        meters = sorted({bound.about for bound in bounds if bound.target == "unit_price"})

        def decide(leaves: tuple[Any, ...]) -> Any:
            at, before, after = leaves[:3]
            if at != LIVE:
                return OPEN
            if before == after:
                return SAME
            prices = dict(zip(meters, leaves[6:], strict=True))
            both, facts = (before, after), leaves[3:6]
            old, new = ([x for x in leaf if self._seen(x, both, prices, facts)] for leaf in both)
            return (tuple(old), tuple(new)) if old != new else OPEN

        roots = [
            self.state,
            was,
            now,
            *self.free,
            self.bounds(),
            *(self.differs(meter) for meter in meters),
        ]
        return self.joint.combine(roots, decide, absent, most=1 << 62)

    @staticmethod
    def _seen(
        bound: LimitEffect, pair: tuple[Any, Any], prices: Mapping[str, str], facts: tuple[str, ...]
    ) -> bool:
        """Whether a line of a limit changed in a way that a request can tell. `facts` are whether
        it is free by either book, and whether all limits together say another thing.
        """
        mine = [
            tuple(x for x in leaf if (x.target, x.about) == (bound.target, bound.about))
            for leaf in pair
        ]
        if mine[0] == mine[1]:
            return False
        if bound.target == "unit_price":
            return prices[bound.about] == DIFFERS
        return facts[2] == YES and (bound.target != "request" or NO in facts[:2])

    def rounding(self, stage: str) -> int:
        """Where a rounding changed, as pairs of `Round` or None."""
        meters = list(self.old.meters() | self.new.meters()) if stage == "unit_price" else []

        def decide(leaves: tuple[Any, ...]) -> Any:
            at, was, now = leaves[:3]
            if at != LIVE:
                return OPEN
            if was == now:
                return SAME
            seen = DIFFERS in leaves[5:] if meters else NO in leaves[3:5]
            return (was, now) if seen else OPEN

        roots = [
            self.state,
            *self.roundings[stage],
            *self.free,
            *(self.differs(meter) for meter in meters),
        ]
        return self.joint.combine(roots, decide, absent, most=1 << 62)

    def plain(self, pair: tuple[int, int]) -> int:
        """Where something changed that every request can tell."""

        def decide(leaves: tuple[Any, ...]) -> Any:
            at, was, now = leaves
            return OPEN if at != LIVE else SAME if was == now else (was, now)

        return self.joint.combine([self.state, *pair], decide, absent, most=1 << 62)

    def order(self, meter: str) -> int:
        """Where the price of a meter differs although each rule that makes it is the same."""
        pairs = [tuple(self._listed(meter)), self.free, self.roundings["unit_price"]]
        pairs += [
            pair for pair in (*self.outcomes.values(), *self.limits.values()) if pair[0] != pair[1]
        ]

        def decide(leaves: tuple[Any, ...]) -> Any:
            at, differs = leaves[:2]
            equal = all(leaves[n] == leaves[n + 1] for n in range(2, len(leaves), 2))
            return (
                OPEN if at != LIVE or not equal else ("old", "new") if differs == DIFFERS else SAME
            )

        roots = [
            self.state,
            self.differs(meter),
            *(root for pair in pairs if pair[0] != pair[1] for root in pair),
        ]
        try:
            return self.joint.combine(roots, decide, absent)
        except TooLarge:
            self.undecided = True
            return self.joint.leaf(SAME)


def _one_way(joint: Joint, roots: Sequence[int]) -> bool:
    """Whether all numbers of some diagrams are at least 1, or all are at most 1."""
    leaves = [leaf for root in roots for leaf in leaves_of(joint, root)]
    numbers: list[Any] = [leaf for leaf in leaves if isinstance(leaf, Fraction)]
    return all(number >= 1 for number in numbers) or all(number <= 1 for number in numbers)
