"""A line item at its place in the periods of an account: in pieces, each in the tiers of its place.

- Each unit takes the place after what its holder was billed before in the period, by each counter:
  the ladders that count the request, and the pool and the tiers of the meter's own charge.
- A graduated ladder gives a unit the tier of its place; one of all units gives it the tier that the
  whole period reaches, which is known at its end (`Reached`); until then, and wherever what is
  spent is counted, its first.
- What is spent is counted net: at the tiers of all graduated ladders, behind the pool, before
  roundings of lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TypeAlias

from attrs import frozen

from pricelang.evaluate.account_keys import Account, holder_of
from pricelang.evaluate.allowance_terms import AllowanceTerms
from pricelang.evaluate.billing_periods import Term, turn_end, turn_of
from pricelang.evaluate.ladders import LadderTerms, StandingLadder, Values, at_tiers
from pricelang.evaluate.offers import Point
from pricelang.evaluate.pieces import Advance, Counter, Counts, in_pieces
from pricelang.model import book as m

ZERO = Fraction(0)
Reached: TypeAlias = Mapping[Counter, int]
"""The tiers that whole periods reach, of ladders of all units."""


@frozen(eq=False)
class OwnPlace:
    """A place in the pool and the tiers of a charge, at some tiers of ladders: both have
    the first of its counters, where there is any, and the period of that ends at `end`.
    """

    terms: AllowanceTerms
    is_free: bool
    tier: int
    advances: tuple[Advance, ...]
    end: int = 0

    @property
    def price(self) -> Fraction:
        """What a unit costs that is not free."""
        return self.terms.tiers[self.tier].price


@frozen(eq=False)
class ItemPlace:
    """Where a piece of a line item stands: its tier of each ladder, and its `own` place in
    the pool and the tiers of its charge. `prices` are for one unit: at the first tier of all, with
    the tiers of the charge, then with each ladder in turn.
    """

    values: Values
    prices: tuple[Fraction, ...]
    own: OwnPlace
    advances: tuple[Advance, ...]

    @property
    def price(self) -> Fraction:
        """What a unit costs."""
        return ZERO if self.own.is_free else self.prices[-1]


@frozen(eq=False)
class LineItem:
    """A meter of a request that an account pays, with the ladders that count the request and the
    counter of each. Pools and tiers of the meter's own charge are left out unless it
    `has_allowances`.
    """

    terms: LadderTerms
    account: Account
    at: int
    point: Point
    meter: str
    ladders: tuple[StandingLadder, ...]
    counters: tuple[Counter, ...]
    has_allowances: bool = True

    def pieces(
        self, quantity: Fraction, counts: Counts, reached: Reached
    ) -> Iterator[tuple[Fraction, ItemPlace]]:
        """A quantity in pieces, while the counts move on. Raises `BadRequest` (`no_account`)."""
        return in_pieces(quantity, counts, lambda: self.place(counts, reached))

    def place(self, counts: Counts, reached: Reached) -> ItemPlace:
        """Where the next unit stands."""
        counted: list[int] = []
        for one, counter in zip(self.ladders, self.counters, strict=True):
            all_units = one.ladder.all_units
            counted.append(0 if all_units else one.tier(counts.get(counter, ZERO)))
        values = tuple(
            reached.get(counter, 0) if one.ladder.all_units else value
            for one, counter, value in zip(self.ladders, self.counters, counted, strict=True)
        )
        own = self._own(values, counts)
        net = own if values == (*counted,) else self._own((*counted,), counts)
        advances = {one.counter: one for one in (*net.advances, *own.advances)}
        for one, counter, value in zip(self.ladders, self.counters, counted, strict=True):
            by = one.by(self.meter, ZERO if net.is_free else net.price)
            until = None if one.ladder.all_units else one.until(value)
            advances[counter] = Advance(counter, by, until)
        prices = tuple(self._stages(values, own, counts))
        return ItemPlace(values, prices, own, (*advances.values(),))

    def _stages(self, values: Values, own: OwnPlace, counts: Counts) -> Iterator[Fraction]:
        """The prices of a unit at the first tier of all, with the tiers of the charge, and with
        each ladder in turn.
        """
        nothing = (0,) * len(values)
        first = own if values == nothing else self._own(nothing, counts)
        yield first.terms.tiers[0].price
        yield first.price
        for place in range(1, len(values) + 1):
            here = (*values[:place], *nothing[place:])
            yield own.price if here == values else self._own(here, counts).price

    def _own(self, values: Values, counts: Counts) -> OwnPlace:
        """The place in the pool and the tiers of the meter's own charge."""
        point = at_tiers(self.point, self.ladders, values)
        terms = self.terms.terms(point, self.meter)
        if not terms.per or not self.has_allowances:
            return OwnPlace(terms, False, 0, ())
        pool = self._counter(terms, "pool", terms.pool_scope, terms.pool_term)
        pooled = counts.get(pool, ZERO)
        is_free = pooled < terms.pool
        ladder = self._counter(terms, "tiers", terms.tier_scope, terms.tier_term)
        count = counts.get(ladder, ZERO)
        tier = sum(one.after <= count for one in terms.tiers) - 1
        until = terms.tiers[tier + 1].after if tier + 1 < len(terms.tiers) else None
        one = Fraction(1)
        advances = Advance(pool, one, terms.pool if is_free else None), Advance(ladder, one, until)
        end = turn_end(pool[-1], terms.per, terms.pool_term or terms.tier_term)
        return OwnPlace(terms, is_free, tier, advances, end)

    def _counter(self, terms: AllowanceTerms, kind: str, scope: m.Scope, term: Term) -> Counter:
        holder, start = holder_of(self.account, terms.per), turn_of(self.at, terms.per, term)
        return holder, terms.per, self.meter, kind, scope, start
