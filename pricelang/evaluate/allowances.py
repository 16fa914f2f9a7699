"""The rules of an account and a period: free pools, graduated tiers, floors and caps on what a
period costs.

The price of one record leaves these out, for it does not know what came before. Here usage comes
as priced requests in order of instant, and each pays for its place in the account's period:

- A request counts for a meter where the book has a pool or a tier for it there, and it is not free.
  It takes the units
  from `start` on, the sum of what the account was billed before within the calendar period (UTC).
- A unit within the pool is free;
  one beyond pays the price of the last tier whose `after` is not beyond it. Pool and tiers
  count from the same beginning: with 20 hours free and another price after 100,
  the hours 21 to 100 have the first.
- A pool, and a ladder of tiers, counts the usage of its own scope whatever the day, apart for each
  value of its key: two of different scopes, keys or values share nothing.
- A tier's price goes through the same modifiers, limits and rounding of unit prices as the first.
- A floor or a cap of an account bounds the sum of those requests of a period that it holds for.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from attrs import evolve, frozen

from pricelang.evaluate.account_keys import Account, Holder, holder_of
from pricelang.evaluate.allowance_terms import (
    AllowanceTerms,
    SpendLimit,
    bounded,
    bounds_for,
    price_between,
    terms_of,
)
from pricelang.evaluate.billing_periods import turn_of
from pricelang.evaluate.combination import Combination
from pricelang.evaluate.line_items import Priced, beyond_lines
from pricelang.evaluate.stack.numbers import rounded_by
from pricelang.model import book as m
from pricelang.model.errors import BadRequest

Counter = tuple[Holder, str, str, str, m.Scope, int]
"""Whose usage is counted, by which key and period, a meter, `pool` or `tiers`, the scope that it
counts, and the start of the period (UTC seconds).
"""


@frozen
class AccountLine:
    """What a request pays for a meter in its account's period, which begins at `start` (UTC
    seconds): units billed, how many of them were `free` and how many `later` than the first tier,
    and the amount. `alone` is the amount at the first price, without pool and tiers; `tiered` has
    the tiers and no pool.
    """

    meter: str
    quantity: Fraction
    free: Fraction
    amount: Fraction
    later: Fraction
    alone: Fraction
    tiered: Fraction
    start: int
    per: str
    holder: Holder = ""


@frozen(eq=False)
class ChargedRequest:
    """A request with what it costs its account: the lines that an account changes,
    and the exact total. Amounts are in the currency of the bill.
    """

    account: Account
    priced: Priced
    lines: tuple[AccountLine, ...]
    total: Fraction


@frozen
class TrueUp:
    """What a floor or cap adds to (or takes from) an account's period,
    which begins at `start` (UTC seconds).
    """

    account: Holder
    start: int
    bound: SpendLimit
    cost: Fraction
    difference: Fraction


class Ledger:
    """What accounts have used and paid so far. Requests come in order of instant;
    those that no pool and no tier counts may come in any.
    """

    def __init__(self, book: m.Book) -> None:
        self._book = book
        self._used: dict[Counter, Fraction] = {}
        self._sums: dict[tuple[Holder, int, SpendLimit], Fraction] = {}
        self._last: int | None = None

    def charge(self, account: Account, priced: Priced) -> ChargedRequest:
        """What an account pays for a request.
        Raises `BadRequest` (`late_record`, or `no_account` for a key that it lacks).
        """
        if self._last is not None and priced.at < self._last:
            raise BadRequest(
                "late_record",
                "a request comes after one of a later instant",
                help="sort usage by its instants first",
            )
        self._last = priced.at
        return _charged(self._book, account, priced, self._used)

    def add(
        self, account: Account, priced: Priced, total: Fraction, bounds: Iterable[SpendLimit]
    ) -> None:
        """Adds what a request cost to the floors and caps that hold for it."""
        for bound in bounds:
            key = holder_of(account, bound.per), turn_of(priced.at, bound.per), bound
            self._sums[key] = self._sums.get(key, Fraction(0)) + total

    def open(self, holder: Holder, start: int, bound: SpendLimit) -> None:
        """Says that somebody has a floor in the period that begins at `start`,
        though it may have used nothing.
        """
        self._sums.setdefault((holder, start, bound), Fraction(0))

    def settled(self) -> tuple[TrueUp, ...]:
        """What floors and caps add or take."""
        found = [
            TrueUp(holder, start, bound, cost, bounded(bound, cost) - cost)
            for (holder, start, bound), cost in self._sums.items()
        ]
        return tuple(each for each in found if each.difference)


def charge_accounts(
    book: m.Book, usage: Iterable[tuple[Account, Priced]]
) -> tuple[tuple[ChargedRequest, ...], tuple[TrueUp, ...]]:
    """What accounts pay for priced requests in order of instant,
    and what floors and caps of their periods add or take. An account is one name for all keys of
    the book, or the value of each key, such as `{"project": "alpha"}`.

    A period without any request has no floor here, since nothing says that it was. Raises
    `BadRequest`: `late_record` for a request that comes after one of a later instant, `no_account`
    for one that lacks a key by which it is counted, and
    `bad_book` for a floor or cap where the book converts into another currency.
    """
    ledger, found = Ledger(book), []
    for account, priced in usage:
        charged = ledger.charge(account, priced)
        found.append(charged)
        ledger.add(account, priced, charged.total, bounds_for(book, priced.cell))
    return tuple(found), ledger.settled()


def charge_alike(
    book: m.Book, account: Account, priced: Priced, count: Fraction, used: dict[Counter, Fraction]
) -> tuple[Fraction, tuple[AccountLine, ...]]:
    """What `count` requests alike cost an account, one after the other, and their lines together;
    `used` moves on.

    The same as `charge_accounts` of each of them, in one step, and for a part of a request too.
    Raises `BadRequest` (`rounded_account`) where each request of a pool or tier is rounded or
    bounded by itself: no one step is exact there.
    """
    cell, total = priced.cell, priced.total * count
    lines = []
    for amount in priced.amounts:
        terms = terms_of(book, cell, amount.rate.meter.name) if amount.rate is not None else None
        if amount.rate is None or terms is None:
            continue
        meter = amount.rate.meter.name
        if cell.line_rounding is not None or cell.total_rounding is not None or cell.floors:
            raise BadRequest(
                "rounded_account",
                f"each request with `{meter}` is rounded or bounded by itself, so several "
                "together have no single price",
            )
        quantity, alone = Fraction(amount.billed) * count, amount.amount * count
        use = _use(account, priced.at, meter, terms, quantity, used)
        lines.append(_account_line(cell, use, alone))
        total += lines[-1].amount - alone
    return total, tuple(lines)


def _charged(
    book: m.Book, account: Account, priced: Priced, used: dict[Counter, Fraction]
) -> ChargedRequest:
    """A request at its place in the account's period, which moves on."""
    cell, rounding = priced.cell, priced.cell.line_rounding
    rate, subtotal = _conversion(cell), Fraction(0)
    lines = []
    for amount in priced.amounts:
        if amount.rate is None:
            continue  # additions and limits of the request follow from the lines
        meter = amount.rate.meter.name
        alone = rounded_by(rounding, amount.billed * amount.rate.unit_price)
        terms = terms_of(book, cell, meter)
        if terms is None:
            subtotal += alone
            continue
        use = _use(account, priced.at, meter, terms, Fraction(amount.billed), used)
        subtotal += rounded_by(rounding, use.cost)
        lines.append(_account_line(cell, use, alone * rate))
    subtotal += sum((beside.amount for beside in beyond_lines(cell, subtotal)), Fraction(0))
    total = rounded_by(cell.total_rounding, subtotal * rate)
    return ChargedRequest(account, priced, tuple(lines), total)


@frozen(eq=False)
class _Use:
    """A quantity of a meter behind what its tiers and its pool counted before in the period:
    what it costs in the book's currency, and how much of it is free.
    """

    holder: Holder
    meter: str
    terms: AllowanceTerms
    quantity: Fraction
    start: Fraction
    period: int
    cost: Fraction
    free: Fraction


def _use(
    account: Account,
    at: int,
    meter: str,
    terms: AllowanceTerms,
    quantity: Fraction,
    used: dict[Counter, Fraction],
) -> _Use:
    """A quantity at its place in the account's period; both counters move on."""
    holder, period, starts = holder_of(account, terms.per), turn_of(at, terms.per), []
    for kind, scope in (("tiers", terms.tier_scope), ("pool", terms.pool_scope)):
        key = holder, terms.per, meter, kind, scope, period
        starts.append(used.get(key, Fraction(0)))
        used[key] = starts[-1] + quantity
    start, pooled = starts
    cost, free = price_between(terms, start, quantity, pooled)
    return _Use(holder, meter, terms, quantity, start, period, cost, free)


def _account_line(cell: Combination, use: _Use, alone: Fraction) -> AccountLine:
    """The line of a use, with what it would have cost `alone` or without the pool."""
    terms, start, quantity = use.terms, use.start, use.quantity
    tiered, _ = price_between(evolve(terms, pool=Fraction(0)), start, quantity)
    first = terms.tiers[1].after if len(terms.tiers) > 1 else None
    later = Fraction(0) if first is None else max(Fraction(0), start + quantity - max(start, first))
    amount, tiered = (
        rounded_by(cell.line_rounding, cost) * _conversion(cell) for cost in (use.cost, tiered)
    )
    about = use.period, terms.per, use.holder
    return AccountLine(use.meter, quantity, use.free, amount, later, alone, tiered, *about)


def _conversion(cell: Combination) -> Fraction:
    return cell.conversion.rate if cell.conversion is not None else Fraction(1)
