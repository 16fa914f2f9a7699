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
- A pool, and a ladder of tiers, counts the usage of its own scope whatever the day:
  two of different scopes share nothing.
- A tier's price goes through the same modifiers, limits and rounding of unit prices as the first.
- A floor or a cap of an account bounds the sum of those requests of a period that it holds for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from fractions import Fraction

from attrs import evolve, frozen

from pricelang.evaluate.combination import Combination
from pricelang.evaluate.line_items import Priced
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.offers import leaf_at
from pricelang.evaluate.stack.numbers import applied, through
from pricelang.evaluate.stack.operations import sized
from pricelang.model import book as m
from pricelang.model.errors import BadRequest
from pricelang.model.space import undated
from pricelang.present.decimals import rounded


@frozen
class Tier:
    """From `after` units on (in the meter's unit) one costs `price`,
    in the book's currency, after all modifiers.
    """

    after: Fraction
    price: Fraction


@frozen
class AllowanceTerms:
    """What an account pays for a meter: nothing for the first `pool` units, then by tiers,
    the first after none. `per` is the holder and the period, such as `organization per month`.
    """

    per: str
    pool: Fraction
    tiers: tuple[Tier, ...]
    # Whose usage the pool and the tiers count: their scopes, but for the dates.
    pool_scope: m.Scope = ()
    tier_scope: m.Scope = ()


Counter = tuple[str, str, str, m.Scope, int]
"""An account, a meter, `pool` or `tiers`, the scope that it counts,
and the start of the period (UTC seconds).
"""


@frozen
class SpendLimit:
    """A floor (`at_least`) or cap on what the requests of an account and period cost,
    in the book's currency; `number` tells it from all others of the book.
    """

    number: int
    name: str
    per: str
    at_least: bool
    amount: Fraction


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


@frozen(eq=False)
class ChargedRequest:
    """A request with what it costs its account: the lines that an account changes,
    and the exact total. Amounts are in the currency of the bill.
    """

    account: str
    priced: Priced
    lines: tuple[AccountLine, ...]
    total: Fraction


@frozen
class TrueUp:
    """What a floor or cap adds to (or takes from) an account's period,
    which begins at `start` (UTC seconds).
    """

    account: str
    start: int
    bound: SpendLimit
    cost: Fraction
    difference: Fraction


def terms_of(book: m.Book, cell: Combination, meter: str) -> AllowanceTerms | None:
    """What an account has for a meter at a cell; None where the request does not count.
    A book that checks has one holder and period for the pool and the tiers of a request.
    """
    rate = cell.rates[meter]
    if not isinstance(rate, Rate) or rate.free is not None or cell.free is not None:
        return None
    number = next(
        (n for n, charge in enumerate(book.charges) if book.meters[charge.meter].name == meter),
        None,
    )
    if number is None:
        return None
    charge, roots = book.charges[number], book.decisions.charges[number]
    prices = [charge.prices[index] for index in leaf_at(book, roots[0], cell.point)]
    pool = next((charge.pools[index] for index in leaf_at(book, roots[2], cell.point)), None)
    later = sorted(
        ((price.after, price) for price in prices if price.after is not None),
        key=lambda pair: pair[0],
    )
    holders = {price.account for _, price in later} | (
        {pool.account} if pool is not None else set()
    )
    if not holders:
        return None
    tiers = [
        Tier(Fraction(0), rate.unit_price),
        *(Tier(after, _tier_price(book, cell, rate, price)) for after, price in later),
    ]
    return AllowanceTerms(
        holders.pop(),
        pool.quantity if pool is not None else Fraction(0),
        tuple(tiers),
        undated(pool.scope) if pool is not None else (),
        undated(later[0][1].scope) if later else (),
    )


def _tier_price(book: m.Book, cell: Combination, rate: Rate, tier: m.ChargePrice) -> Fraction:
    """The unit price of a tier, after what the stack does to the first."""
    return through(tier.amount / tier.size, sized(rate.operations, tier.size))


def bounds_of(book: m.Book, cell: Combination) -> tuple[SpendLimit, ...]:
    """The floors and caps of accounts that hold at a cell."""
    held = {
        id(limit.lines[place])
        for limit, root in zip(book.limits, book.decisions.limits, strict=True)
        for place in leaf_at(book, root, cell.point)
    }
    return tuple(bound for bound, row in account_bounds(book) if id(row) in held)


def account_bounds(book: m.Book) -> Iterator[tuple[SpendLimit, m.LimitLine]]:
    """Every floor and cap of accounts in a book, with its line."""
    number = 0
    for limit in book.limits:
        for place, row in enumerate(limit.lines):
            if row.target == "account":
                yield SpendLimit(number + place, limit.name, row.per, row.at_least, row.amount), row
        number += len(limit.lines)


def price_between(
    terms: AllowanceTerms, start: Fraction, quantity: Fraction, pooled: Fraction | None = None
) -> tuple[Fraction, Fraction]:
    """What a quantity costs after `start` units of the period, and how much of it is free;
    `pooled` are those that the pool counts, where it counts others than the tiers.

    >>> tiers = Tier(Fraction(0), Fraction(6)), Tier(Fraction(100), Fraction(5))
    >>> hours = AllowanceTerms("organization per month", Fraction(20), tiers)
    >>> price_between(hours, Fraction(10), Fraction(100))
    (Fraction(530, 1), Fraction(10, 1))
    """
    free = max(Fraction(0), min(quantity, terms.pool - (start if pooled is None else pooled)))
    end, amount = start + quantity, Fraction(0)
    for tier, after in zip(
        terms.tiers, (*(later.after for later in terms.tiers[1:]), None), strict=True
    ):
        first, last = max(tier.after, start + free), end if after is None else min(after, end)
        if last > first:
            amount += (last - first) * tier.price
    return amount, free


def _moved(
    account: str,
    meter: str,
    terms: AllowanceTerms,
    turn: int,
    quantity: Fraction,
    used: dict[Counter, Fraction],
) -> tuple[Fraction, Fraction]:
    """Where a quantity begins in its tiers and in its pool; both counters move on."""
    starts = []
    for kind, scope in (("tiers", terms.tier_scope), ("pool", terms.pool_scope)):
        key = account, meter, kind, scope, turn
        starts.append(used.get(key, Fraction(0)))
        used[key] = starts[-1] + quantity
    return starts[0], starts[1]


def turn_of(at: int, per: str) -> int:
    """The start of the calendar period of an instant, both UTC seconds: a day, a month or a year.

    >>> turn_of(1_776_384_000 + 5, "organization per month") == 1_775_001_600
    True
    """
    day = datetime.fromtimestamp(at, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    period = per.rsplit(" ", 1)[-1]
    if period != "day":
        day = day.replace(day=1, month=1) if period == "year" else day.replace(day=1)
    return int(day.timestamp())


def turn_end(start: int, per: str) -> int:
    """The end of the calendar period that begins at an instant, both UTC seconds.

    >>> turn_end(
    ...     turn_of(1_776_384_000, "organization per month"), "organization per month"
    ... ) == 1_777_593_600
    True
    """
    day = {"day": 1, "year": 366}.get(per.rsplit(" ", 1)[-1], 31)
    return turn_of(start + day * 86_400, per)


class Ledger:
    """What accounts have used and paid so far. Requests come in order of instant;
    those that no pool and no tier counts may come in any.
    """

    def __init__(self, book: m.Book) -> None:
        self._book = book
        self._used: dict[Counter, Fraction] = {}
        self._sums: dict[tuple[str, int, SpendLimit], Fraction] = {}
        self._last: int | None = None

    def charge(self, account: str, priced: Priced) -> ChargedRequest:
        """What an account pays for a request. Raises `BadRequest` (`late_record`)."""
        if self._last is not None and priced.at < self._last:
            raise BadRequest(
                "late_record",
                "a request comes after one of a later instant",
                help="sort usage by its instants first",
            )
        self._last = priced.at
        return _charged(self._book, account, priced, self._used)

    def add(
        self, account: str, priced: Priced, total: Fraction, bounds: Iterable[SpendLimit]
    ) -> None:
        """Adds what a request cost to the floors and caps that hold for it."""
        for bound in bounds:
            key = account, turn_of(priced.at, bound.per), bound
            self._sums[key] = self._sums.get(key, Fraction(0)) + total

    def open(self, account: str, start: int, bound: SpendLimit) -> None:
        """Says that an account has a floor in the period that begins at `start`,
        though it may have used nothing.
        """
        self._sums.setdefault((account, start, bound), Fraction(0))

    def settled(self) -> tuple[TrueUp, ...]:
        """What floors and caps add or take."""
        found = [
            TrueUp(account, start, bound, cost, bounded(bound, cost) - cost)
            for (account, start, bound), cost in self._sums.items()
        ]
        return tuple(each for each in found if each.difference)


def bounds_for(book: m.Book, cell: Combination) -> tuple[SpendLimit, ...]:
    """As `bounds_of`.
    Raises `BadRequest` (`bad_book`) where the cell converts into another currency.
    """
    found = bounds_of(book, cell)
    if found and cell.conversion is not None:
        raise BadRequest(
            "bad_book", f"`{found[0].name}` bounds what is converted into another currency"
        )
    return found


def charge_accounts(
    book: m.Book, usage: Iterable[tuple[str, Priced]]
) -> tuple[tuple[ChargedRequest, ...], tuple[TrueUp, ...]]:
    """What accounts pay for priced requests in order of instant,
    and what floors and caps of their periods add or take.

    A period without any request has no floor here, since nothing says that it was. Raises
    `BadRequest`: `late_record` for a request that comes after one of a later instant, and
    `bad_book` for a floor or cap where the book converts into another currency.
    """
    ledger, found = Ledger(book), []
    for account, priced in usage:
        charged = ledger.charge(account, priced)
        found.append(charged)
        ledger.add(account, priced, charged.total, bounds_for(book, priced.cell))
    return tuple(found), ledger.settled()


def charge_alike(
    book: m.Book, account: str, priced: Priced, count: Fraction, used: dict[Counter, Fraction]
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
        quantity = Fraction(amount.billed) * count
        start, pooled = _moved(account, meter, terms, turn_of(priced.at, terms.per), quantity, used)
        cost, free = price_between(terms, start, quantity, pooled)
        lines.append(
            _account_line(
                terms,
                meter,
                start,
                quantity,
                free,
                cost * _rate(cell),
                amount.amount * count,
                cell,
                priced.at,
            )
        )
        total += lines[-1].amount - amount.amount * count
    return total, tuple(lines)


def bounded(bound: SpendLimit, cost: Fraction) -> Fraction:
    """A cost, raised to a floor or lowered to a cap."""
    return max(cost, bound.amount) if bound.at_least else min(cost, bound.amount)


def _account_line(
    terms: AllowanceTerms,
    meter: str,
    start: Fraction,
    quantity: Fraction,
    free: Fraction,
    amount: Fraction,
    alone: Fraction,
    cell: Combination,
    at: int,
) -> AccountLine:
    """A line of what comes after `start` in the account's period,
    with what it would have cost otherwise.
    """
    tiered, _ = price_between(evolve(terms, pool=Fraction(0)), start, quantity)
    first = terms.tiers[1].after if len(terms.tiers) > 1 else None
    later = Fraction(0) if first is None else max(Fraction(0), start + quantity - max(start, first))
    return AccountLine(
        meter,
        quantity,
        free,
        amount,
        later,
        alone,
        _line(cell, tiered) * _rate(cell),
        turn_of(at, terms.per),
        terms.per,
    )


def _charged(
    book: m.Book, account: str, priced: Priced, used: dict[Counter, Fraction]
) -> ChargedRequest:
    """A request at its place in the account's period, which moves on."""
    cell, lines = priced.cell, []
    subtotal = Fraction(0)
    for amount in priced.amounts:
        if amount.rate is None:
            continue  # additions and limits of the request follow from the lines
        meter, alone = amount.rate.meter.name, _line(cell, amount.billed * amount.rate.unit_price)
        terms = terms_of(book, cell, meter)
        if terms is None:
            subtotal += alone
            continue
        quantity = Fraction(amount.billed)
        start, pooled = _moved(account, meter, terms, turn_of(priced.at, terms.per), quantity, used)
        cost, free = price_between(terms, start, quantity, pooled)
        cost, rate = _line(cell, cost), _rate(cell)
        subtotal += cost
        lines.append(
            _account_line(
                terms, meter, start, quantity, free, cost * rate, alone * rate, cell, priced.at
            )
        )
    for step in () if cell.free is not None else cell.extras:
        subtotal += _line(cell, step.value)
    for step in () if cell.free is not None else cell.floors:
        subtotal = applied(subtotal, step.operation)
    total, rounding = subtotal * _rate(cell), cell.total_rounding
    return ChargedRequest(
        account,
        priced,
        tuple(lines),
        total if rounding is None else rounded(total, rounding.step, rounding.mode),
    )


def _line(cell: Combination, amount: Fraction) -> Fraction:
    """An amount of a line, rounded where the book rounds lines."""
    return (
        amount
        if cell.line_rounding is None
        else rounded(amount, cell.line_rounding.step, cell.line_rounding.mode)
    )


def _rate(cell: Combination) -> Fraction:
    return cell.conversion.rate if cell.conversion is not None else Fraction(1)
