"""The rules of an account and a period: free pools, graduated tiers, ladders, floors and caps on
what a period costs.

The price of one record leaves these out, for it does not know what came before. Here usage comes
as priced requests in order of instant, and each pays for its place in the account's period:

- A request counts for a meter where the book has a pool, a tier or a ladder for it there, and it is
  not free. Its line items go in the order of the book's meters. Each takes the units from a start
  on, the sum of what the account was billed before within the period.
- A unit within the pool is free; one beyond pays the price of the last tier whose `after` is not
  beyond it. Pool and tiers count from the same beginning: with 20 hours free and another price
  after 100, the hours 21 to 100 have the first.
- A pool, and a ladder of tiers, counts the usage of its own scope whatever the day, apart for each
  value of its key: two of different scopes, keys or values share nothing.
- A tier's price goes through the same modifiers, limits and rounding of unit prices as the first.
- A ladder gives each unit the tier of its place (see `account_items`); one of all units wants the
  usage twice, first to see what is reached (`Ledger.reached`).
- A floor, a cap or a commitment of an account bounds the sum of those requests of a period that it
  holds for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from attrs import frozen

from pricelang.evaluate.account_items import ZERO, LineItem, Reached
from pricelang.evaluate.account_keys import Account, Holder, holder_of
from pricelang.evaluate.account_lines import AccountLine, account_line
from pricelang.evaluate.allowance_terms import SpendLimit, bounded, bounds_for
from pricelang.evaluate.billing_periods import turn_of
from pricelang.evaluate.ladders import LadderTerms, ReachedTier
from pricelang.evaluate.line_items import Amount, Priced, beyond_lines
from pricelang.evaluate.pieces import Counter, Counts
from pricelang.evaluate.stack.numbers import rounded_by
from pricelang.model import book as m
from pricelang.model.errors import BadRequest


@frozen(eq=False)
class ChargedRequest:
    """A request with what it costs its account: the lines that an account changes,
    and the exact total. Amounts are in the currency of the bill.
    """

    account: Account
    priced: Priced
    lines: tuple[AccountLine, ...]
    total: Fraction

    def cost_of(self, meters: Iterable[str]) -> Fraction:
        """What some meters cost; all that the request costs where none are named."""
        if not meters:
            return self.total
        return sum((self.costs().get(meter, ZERO) for meter in meters), ZERO)

    def costs(self) -> dict[str, Fraction]:
        """What each meter costs."""
        alone = {x.rate.meter.name: x.amount for x in self.priced.amounts if x.rate is not None}
        return {**alone, **{line.meter: line.amount for line in self.lines}}


@frozen
class TrueUp:
    """What a floor, a cap or a commitment adds to (or takes from) an account's period,
    which begins at `start` (UTC seconds).
    """

    account: Holder
    start: int
    bound: SpendLimit
    cost: Fraction
    difference: Fraction


class Ledger:
    """What accounts have used and paid so far. Requests come in order of instant;
    those that no pool, tier or ladder counts may come in any. `reached` are the tiers of the
    ladders of all units, where they are known.
    """

    def __init__(self, book: m.Book, reached: Reached | None = None) -> None:
        self._terms = LadderTerms(book)
        self._reached: Reached = {} if reached is None else reached
        self._counts: Counts = {}
        self._sums: dict[tuple[Holder, int, SpendLimit], Fraction] = {}
        self._last: int | None = None

    def charge(self, account: Account, priced: Priced) -> ChargedRequest:
        """What an account pays for a request.
        Raises `BadRequest` (`late_record`, `said_tier`, or `no_account` for a key that it lacks).
        """
        if self._last is not None and priced.at < self._last:
            raise BadRequest(
                "late_record",
                "a request comes after one of a later instant",
                help="sort usage by its instants first",
            )
        self._last = priced.at
        items = list(line_items(self._terms, account, priced))
        return _charged(account, priced, items, self._counts, self._reached)

    def reached(self) -> tuple[ReachedTier, ...]:
        """What each period of a ladder of all units has reached so far."""
        return tuple(self._terms.reached(self._counts))

    def add(
        self,
        account: Account,
        priced: Priced,
        charged: ChargedRequest,
        bounds: Iterable[SpendLimit],
    ) -> None:
        """Adds what a request cost to the floors, caps and commitments that hold for it."""
        for bound in bounds:
            start = turn_of(priced.at, bound.per, bound.term)
            key = holder_of(account, bound.per), start, bound
            self._sums[key] = self._sums.get(key, ZERO) + charged.cost_of(bound.meters)

    def open(self, holder: Holder, start: int, bound: SpendLimit) -> None:
        """Says that somebody has a floor in the period that begins at `start`,
        though it may have used nothing.
        """
        self._sums.setdefault((holder, start, bound), ZERO)

    def settled(self) -> tuple[TrueUp, ...]:
        """What floors, caps and commitments add or take; nothing too."""
        return tuple(
            TrueUp(holder, start, bound, cost, bounded(bound, cost) - cost)
            for (holder, start, bound), cost in self._sums.items()
        )


def charge_accounts(
    book: m.Book, usage: Iterable[tuple[Account, Priced]]
) -> tuple[tuple[ChargedRequest, ...], tuple[TrueUp, ...]]:
    """What accounts pay for priced requests in order of instant,
    and what floors, caps and commitments of their periods add or take. An account is one name for
    all keys of the book, or the value of each key, such as `{"project": "alpha"}`.

    A period without any request has no floor here, since nothing says that it was. Credits are not
    drawn. Raises `BadRequest`: `late_record` for a request that comes after one of a later instant,
    `no_account` for one that lacks a key by which it is counted, `said_tier` for one that names a
    tier, and `bad_book` for a floor or cap where the book converts into another currency.
    """
    usage, found = tuple(usage), []
    ledger = Ledger(book, reached_by(book, usage))
    for account, priced in usage:
        charged = ledger.charge(account, priced)
        found.append(charged)
        ledger.add(account, priced, charged, bounds_for(book, priced.cell))
    return tuple(found), tuple(one for one in ledger.settled() if one.difference)


def reached_by(book: m.Book, usage: Iterable[tuple[Account, Priced]]) -> Mapping[Counter, int]:
    """The tiers that requests in order of instant reach together, of ladders of all units. Raises
    `BadRequest`.
    """
    if not counts_twice(book):
        return {}
    ledger = Ledger(book)
    for account, priced in usage:
        ledger.charge(account, priced)
    return {one.counter: one.tier for one in ledger.reached()}


def counts_twice(book: m.Book) -> bool:
    """Decides whether a book has a ladder of all units, for which all usage is counted before any
    of it is charged.
    """
    return any(one.ladder is not None and one.ladder.all_units for one in book.dimensions)


def line_items(
    terms: LadderTerms, account: Account, priced: Priced
) -> Iterable[tuple[Amount, LineItem]]:
    """The line items of a request that accounts have terms for, in the order of the book's meters.
    Raises `BadRequest` (`no_account`, `said_tier`).
    """
    cell, ladders = priced.cell, terms.at(priced.cell.point)
    counters = tuple(one.counter(account, priced.at) for one in ladders)
    place = {name: number for number, name in enumerate(cell.rates)}
    for amount in sorted(
        (x for x in priced.amounts if x.rate is not None and x.rate.free is None),
        key=lambda x: place[x.rate.meter.name] if x.rate is not None else 0,
    ):
        assert amount.rate is not None
        meter = amount.rate.meter.name
        if ladders or terms.terms(cell.point, meter).per:
            yield (
                amount,
                LineItem(terms, account, priced.at, cell.point, meter, ladders, counters),
            )


def _charged(
    account: Account,
    priced: Priced,
    items: Iterable[tuple[Amount, LineItem]],
    counts: Counts,
    reached: Reached,
) -> ChargedRequest:
    """A request at its place in the account's period, which moves on."""
    cell = priced.cell
    rate = cell.conversion.rate if cell.conversion is not None else Fraction(1)
    costs = {
        x.rate.meter.name: rounded_by(cell.line_rounding, x.billed * x.rate.unit_price)
        for x in priced.amounts
        if x.rate is not None
    }
    lines = []
    for amount, item in items:
        pieces = list(item.pieces(Fraction(amount.billed), counts, reached))
        line, costs[item.meter] = account_line(cell, item, pieces, costs[item.meter] * rate)
        lines.append(line)
    if not lines:
        return ChargedRequest(account, priced, (), priced.total)
    subtotal = sum(costs.values(), ZERO)  # additions and limits of the request follow from it
    subtotal += sum((beside.amount for beside in beyond_lines(cell, subtotal)), ZERO)
    total = rounded_by(cell.total_rounding, subtotal * rate)
    return ChargedRequest(account, priced, tuple(lines), total)
