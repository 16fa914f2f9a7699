"""The meaning of one book in a joint space: diagrams of offers, outcomes, prices and the rest, by
name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import partial
from typing import Any

from attrs import define, field

from pricelang.model import book as m
from pricelang.model.space import axis_of
from pricelang.verify.diff.align import (
    NOTHING,
    REFUSED,
    UNUSABLE,
    LimitEffect,
    Listed,
    ModifierOutcome,
    RoundingEffect,
)
from pricelang.verify.diff.aligned_books import NO, YES, BookView, Joint, Leaf, TooLarge


def base_size(meter: m.Meter, size: Fraction) -> Fraction:
    """So much of a meter's unit in base units (tokens, seconds, …)."""
    return size * meter.size


@define(eq=False, repr=False)
class BookSemantics:
    """The diagrams of one book in the joint forest, each made when it is first asked for.

    `names` are what modifiers are called in the other book, where they are called something else.
    """

    side: BookView
    names: Mapping[str, str]
    sized: bool
    undecided: bool = False
    _prices: dict[str, int] = field(factory=dict)

    @property
    def joint(self) -> Joint:
        """The space."""
        return self.side.joint

    @property
    def book(self) -> m.Book:
        """The book."""
        return self.side.book

    # ---- what exists ----

    def released(self) -> int:
        """Where the model is in the book and released."""
        joint, parts = self.joint, []
        known = {model.name: model.released for model in self.book.models}
        for number, name in enumerate(joint.models):
            first = known.get(name)
            stretches = 0
            for stretch in range(joint.sizes[m.DATES]):
                start = self.side.start(stretch)
                if first is not None and start is not None and start >= first:
                    stretches |= 1 << stretch
            inside = [
                (stretches, joint.leaf(YES)),
                (joint.full(m.DATES) & ~stretches, joint.leaf(NO)),
            ]
            parts.append((1 << number, joint.forest.node(m.DATES, inside)))
        return joint.forest.node(m.MODELS, parts)

    def values(self) -> dict[tuple[int, int], int]:
        """Where each value (joint dimension, value) is offered,
        whatever the request says of that dimension itself.
        """
        joint = self.joint
        own = {dimension.name: number for number, dimension in enumerate(self.book.dimensions)}
        found: dict[tuple[int, int], int] = {}
        for place, dimension in enumerate(joint.dimensions):
            number = own.get(dimension.name)
            if dimension.clocked:
                hours = self.side.hours_offered()
                found |= {
                    (place, n): joint.fix(hours, axis_of(place), n)
                    for n in range(len(dimension.values))
                }
                continue
            for position, name in enumerate(dimension.values):
                root = joint.leaf(NO)
                if number is None:
                    root = joint.leaf(YES if name == dimension.default else NO)
                else:
                    for at, value in enumerate(self.book.dimensions[number].values):
                        if value.name == name:
                            root = self.side.carry(self.book.decisions.values[number][at], _yes)
                found[place, position] = root
        return found

    def existing(self, values: Mapping[tuple[int, int], int]) -> int:
        """Where all values of a request are offered. Raises `TooLarge`."""
        joint = self.joint
        roots = []
        for place, dimension in enumerate(joint.dimensions):
            parts = [
                (1 << position, values[place, position])
                for position in range(len(dimension.values))
            ]
            roots.append(joint.select(axis_of(place), parts))
        return joint.all_of([*roots, joint.possible()])

    # ---- outcomes ----

    def outcomes(self) -> dict[str, int]:
        """What each modifier does, by its name in the other book."""
        found = {}
        for modifier, root in zip(self.book.modifiers, self.book.decisions.modifiers, strict=True):
            found[self._named(modifier.name)] = self.side.carry(
                root, partial(self._outcome, modifier)
            )
        return found

    def _named(self, name: str) -> str:
        return self.names.get(name, name)

    def _outcome(self, modifier: m.Modifier, leaf: tuple[int, ...]) -> ModifierOutcome:
        lines = [modifier.lines[number] for number in leaf]
        if not lines or lines[0].outcome == "no_effect":
            return NOTHING
        if lines[0].outcome == "refuse":
            return REFUSED
        factors = {
            self.book.meters[meter].name: factor
            for line in lines
            for meter, factor in line.factors
            if factor != 1
        }
        adds: dict[str, Fraction] = {}
        for line in lines:
            for meter in line.meters:
                unit = self.book.meters[meter]
                adds[unit.name] = adds.get(unit.name, Fraction(0)) + (
                    line.amount or Fraction(0)
                ) / base_size(unit, line.size)
        extras = tuple(
            sorted(
                line.amount
                for line in lines
                if line.outcome == "add" and not line.meters and line.amount
            )
        )
        if not factors and not adds and not extras:
            return NOTHING
        return ModifierOutcome(
            "effect", tuple(sorted(factors.items())), tuple(sorted(adds.items())), extras
        )

    def refusals(self) -> int:
        """Where a `refuse` of the book holds."""
        return self.side.carry(self.book.decisions.refusals, _yes)

    def exclusions(self) -> dict[tuple[str, ...], int]:
        """Where each exclusion refuses, by the sorted names of its modifiers. Raises `TooLarge`."""
        effective = [
            self.side.carry(root, partial(_in_effect, modifier))
            for modifier, root in zip(
                self.book.modifiers, self.book.decisions.modifiers, strict=True
            )
        ]
        found: dict[tuple[str, ...], int] = {}
        for exclusion, root in zip(
            self.book.exclusions, self.book.decisions.exclusions, strict=True
        ):
            pair = (
                [exclusion.left] if exclusion.right is None else [exclusion.left, exclusion.right]
            )
            key = tuple(sorted(self._named(self.book.modifiers[index].name) for index in pair))
            holds = self.joint.all_of(
                [*(effective[index] for index in pair), self.side.carry(root, _yes)]
            )
            found[key] = self.joint.any_of([found[key], holds]) if key in found else holds
        return found

    def free(self) -> int:
        """Where a request is free as a whole."""
        return self.side.carry(self.book.decisions.free, lambda leaf: YES if leaf else NO)

    # ---- prices ----

    def meters(self) -> dict[str, m.Meter]:
        """The meters by name."""
        return {meter.name: meter for meter in self.book.meters}

    def price(self, name: str) -> int:
        """The price of a meter before any modifier (`Listed`). Raises `TooLarge`."""
        found = self._prices.get(name)
        if found is None:
            index = next(
                (n for n, meter in enumerate(self.book.meters) if meter.name == name), None
            )
            if index is None:
                found = self.joint.leaf(UNUSABLE)
            else:
                offered = self.side.carry(self.book.decisions.meters[index], _yes)
                charge = next(
                    (n for n, charge in enumerate(self.book.charges) if charge.meter == index), None
                )
                listed = self._rated(index) if charge is None else self._charged(index, charge)
                found = self.joint.combine(
                    [offered, listed],
                    lambda leaves: leaves[1],
                    lambda leaf: UNUSABLE if leaf == NO else None,
                    most=1 << 62,
                )
            self._prices[name] = found
        return found

    def _charged(self, index: int, number: int) -> int:
        charge, roots = self.book.charges[number], self.book.decisions.charges[number]

        def first(leaf: tuple[int, ...]) -> Listed:
            price = next((charge.prices[n] for n in leaf if charge.prices[n].after is None), None)
            return UNUSABLE if price is None else self._listed(index, price.amount, price.size)

        prices, free = (
            self.side.carry(roots[0], first),
            self.side.carry(roots[3], lambda leaf: YES if leaf else NO),
        )
        return self.joint.combine(
            [free, prices],
            lambda leaves: leaves[1],
            lambda leaf: Listed("free") if leaf == YES else None,
        )

    def _listed(self, index: int, amount: Fraction, size: Fraction) -> Listed:
        per = base_size(self.book.meters[index], size)
        return Listed("price", amount / per, per if self.sized else None)

    def _rated(self, index: int) -> int:
        book, joint = self.book, self.joint
        rows = self.side.carry(book.decisions.prices[index], lambda leaf: self._row(index, leaf))
        bases = sorted({line.of for line in book.derivations if line.meter == index})
        if not bases:
            return joint.map(rows, lambda leaf: UNUSABLE if leaf.kind == "derived" else leaf)

        def factor(leaf: tuple[int, ...]) -> Leaf:
            return (
                None
                if not leaf
                else (bases.index(book.derivations[leaf[0]].of), book.derivations[leaf[0]].factor)
            )

        def derived(leaves: tuple[Any, ...]) -> Listed:
            row, line = leaves[:2]
            if line is None:
                return UNUSABLE
            base: Listed = leaves[2 + line[0]]
            if base.kind == "none":
                return UNUSABLE
            sizes = [book.meters[meter].size for meter in (bases[line[0]], index)]
            return Listed("price", base.amount * line[1] * sizes[0] / sizes[1], row.size)

        roots = [
            rows,
            self.side.carry(book.decisions.derivations[index], factor),
            *(self._unoffered(base) for base in bases),
        ]
        return joint.combine(
            roots, derived, lambda row: None if row.kind == "derived" else row, most=1 << 62
        )

    def _unoffered(self, index: int) -> int:
        """The price that another is derived from, whether or not its meter is offered."""
        key = f" {self.book.meters[index].name}"  # no name of a meter begins with a space
        if key not in self._prices:
            self._prices[key] = self._rated(index)
        return self._prices[key]

    def _row(self, index: int, leaf: tuple[int, ...]) -> Listed:
        if not leaf or self.book.prices[leaf[0]].kind == "absent":
            return UNUSABLE
        price = self.book.prices[leaf[0]]
        if price.kind == "amount":
            return self._listed(index, price.amount or Fraction(0), price.size)
        return Listed(
            "derived",
            Fraction(0),
            base_size(self.book.meters[index], price.size) if self.sized else None,
        )

    def per_use(self, name: str) -> tuple[int, int, int]:
        """A charge's minimum per use, its free pools and its graduated prices,
        as tuples in base units.
        """
        for number, charge in enumerate(self.book.charges):
            meter = self.book.meters[charge.meter]
            if meter.name == name:
                prices, minimums, pools, *_ = self.book.decisions.charges[number]
                return (
                    self.side.carry(minimums, partial(_minimum, meter, charge)),
                    self.side.carry(pools, partial(_pools, meter, charge)),
                    self.side.carry(prices, partial(_tiers, meter, charge)),
                )
        nothing = self.joint.leaf(())
        return nothing, nothing, nothing

    # ---- notes, limits, roundings, conversion, aliases ----

    def notes(self) -> dict[str, int]:
        """Where each note is told, by its text."""
        found: dict[str, int] = {}
        for index, note in enumerate(self.book.notes):
            told = self.side.carry(
                self.book.decisions.notes,
                lambda leaf, index=index: YES if index in leaf else NO,  # type: ignore[misc]
            )
            found[note.text] = (
                self.joint.any_of([found[note.text], told]) if note.text in found else told
            )
        return found

    def limits(self) -> dict[str, int]:
        """The lines of each limit that hold, as tuples of `LimitEffect`."""
        found = {}
        for limit, root in zip(self.book.limits, self.book.decisions.limits, strict=True):
            found[limit.name] = self.side.carry(root, partial(self._sorted_bounds, limit))
        return found

    def _sorted_bounds(self, limit: m.Limit, leaf: tuple[int, ...]) -> tuple[LimitEffect, ...]:
        # Of one meter the order stays, for a floor and a cap may cross.
        return tuple(
            sorted(self._bounds(limit, leaf), key=lambda bound: (bound.target, bound.about))
        )

    def _bounds(self, limit: m.Limit, leaf: tuple[int, ...]) -> Iterator[LimitEffect]:
        for line in (limit.lines[number] for number in leaf):
            for meter in (self.book.meters[index] for index in line.meters):
                yield LimitEffect(
                    line.target,
                    meter.name,
                    line.at_least,
                    line.amount / base_size(meter, line.size),
                )
            if not line.meters:
                yield LimitEffect(line.target, line.per, line.at_least, line.amount)

    def bounds(self) -> int:
        """All lines on requests and accounts that hold, of whatever limit:
        those on requests in their order. Raises `TooLarge`.
        """

        def every(leaves: tuple[Any, ...]) -> Leaf:
            found = [bound for leaf in leaves for bound in leaf if bound.target != "unit_price"]
            rest = (x for x in found if x.target != "request")
            return (
                *(x for x in found if x.target == "request"),
                *sorted(rest, key=LimitEffect.place),
            )

        return self.joint.combine([*self.limits().values(), self.joint.leaf(())], every)

    def crossing(self) -> int:
        """The lines on accounts whose order decides what is paid, in that order:
        a floor above a cap. Raises `TooLarge`.
        """

        def kept(leaves: tuple[Any, ...]) -> Leaf:
            found = [
                bound
                for leaf in leaves
                for bound in leaf
                if bound.target not in ("unit_price", "request")
            ]
            floors, caps = ([x for x in found if x.at_least == side] for side in (True, False))
            crossed = {
                x.about for x in floors for y in caps if x.about == y.about and x.amount > y.amount
            }
            return tuple(x for about in sorted(crossed) for x in found if x.about == about)

        return self.joint.combine([*self.limits().values(), self.joint.leaf(())], kept)

    def extras(self, outcomes: Iterable[int]) -> int:
        """All amounts per request, of whatever modifier. Raises `TooLarge`."""
        roots = [self.joint.map(root, lambda leaf: leaf.extras) for root in outcomes]
        return self.joint.combine(
            [*roots, self.joint.leaf(())],
            lambda leaves: tuple(sorted(x for leaf in leaves for x in leaf)),
        )

    def roundings(self) -> dict[str, int]:
        """The rounding of each stage, or None."""
        found = {}
        for stage in ("unit_price", "line", "total"):

            def step(leaf: tuple[int, ...], stage: str = stage) -> Leaf:
                held = next(
                    (r for r in (self.book.roundings[n] for n in leaf) if r.stage == stage), None
                )
                return None if held is None else RoundingEffect(held.step, held.currency, held.mode)

            found[stage] = self.side.carry(self.book.decisions.roundings, step)
        return found

    def conversion(self) -> int:
        """The currency of bills and the rate, or None."""
        lines = self.book.conversions
        return self.side.carry(
            self.book.decisions.conversions,
            lambda leaf: (lines[leaf[0]].currency, lines[leaf[0]].rate) if leaf else None,
        )

    def aliases(self) -> dict[str, int]:
        """The model that each alias stands for, None for none,
        and an empty name before that model is released.
        """
        joint, book = self.joint, self.book
        found = {}
        for name in dict.fromkeys(alias.name for alias in book.aliases):
            parts = []
            for stretch in range(joint.sizes[m.DATES]):
                start = self.side.start(stretch)
                model = None
                for alias in book.aliases:
                    target = book.models[alias.model]
                    if alias.name == name and _within(-1 << 62 if start is None else start, alias):
                        model = (
                            target.name if start is not None and start >= target.released else ""
                        )
                parts.append((1 << stretch, joint.leaf(model)))
            found[name] = joint.forest.node(m.DATES, parts)
        return found

    def order(self) -> tuple[str, ...]:
        """The stack by name: modifiers, and limits on unit prices."""
        return tuple(
            self._named(self.book.modifiers[index].name)
            if kind == "modifier"
            else self.book.limits[index].name
            for kind, index in self.book.stack
        )


def _within(start: int, alias: m.Alias) -> bool:
    return (alias.start is None or start >= alias.start) and (
        alias.end is None or start < alias.end
    )


def _yes(leaf: tuple[int, ...]) -> str:
    """A leaf of what is offered or holds: `(1,)`, or the index of the first that holds."""
    return YES if leaf else NO


def _in_effect(modifier: m.Modifier, leaf: tuple[int, ...]) -> Leaf:
    return YES if leaf and modifier.lines[leaf[0]].outcome in ("factor", "add") else NO


def refused_where(
    meaning: BookSemantics, outcomes: Mapping[str, int], exclusions: Mapping[tuple[str, ...], int]
) -> int:
    """Where any rule of a book refuses;
    where that is too large to work out, only where `refuse` itself does.
    """
    joint = meaning.joint
    try:
        modifiers = [
            joint.map(root, lambda leaf: YES if leaf.kind == "refuse" else NO)
            for root in outcomes.values()
        ]
        return joint.any_of([meaning.refusals(), *modifiers, *exclusions.values()])
    except TooLarge:
        meaning.undecided = True
        return meaning.refusals()


def _minimum(meter: m.Meter, charge: m.Charge, leaf: tuple[int, ...]) -> Leaf:
    return (base_size(meter, charge.minimums[leaf[0]].quantity),) if leaf else ()


def _pools(meter: m.Meter, charge: m.Charge, leaf: tuple[int, ...]) -> Leaf:
    pools = [charge.pools[number] for number in leaf]
    return tuple(sorted((base_size(meter, pool.quantity), pool.account) for pool in pools))


def _tiers(meter: m.Meter, charge: m.Charge, leaf: tuple[int, ...]) -> Leaf:
    prices = [charge.prices[number] for number in leaf]
    return tuple(
        sorted(
            (
                base_size(meter, price.after),
                price.account,
                price.amount / base_size(meter, price.size),
            )
            for price in prices
            if price.after is not None
        )
    )
