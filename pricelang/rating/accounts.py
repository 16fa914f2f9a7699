"""What belongs to an account and a period: free pools, graduated tiers, floors and caps on what a period costs.

The price of one record leaves these out, for it does not know what came before. Here usage comes as priced requests in
order of instant, and each pays for its place in the account's period:

- A request counts for a meter where the book has a pool or a tier for it there, and it is not free. It takes the units
  from `start` on, the sum of what the account was billed before within the calendar period (UTC).
- A unit within the pool is free; one beyond pays the price of the last tier whose `after` is not beyond it. Pool and tiers
  count from the same beginning: with 20 hours free and another price after 100, the hours 21 to 100 have the first.
- A tier's price goes through the same modifiers, limits and rounding of unit prices as the first.
- A floor or a cap of an account bounds the sum of those requests of a period that it holds for.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from fractions import Fraction

from attrs import frozen

from pricelang.book import model as m
from pricelang.decimals import rounded
from pricelang.rating.bill import Priced
from pricelang.rating.cells import Cell
from pricelang.rating.errors import BadRequest
from pricelang.rating.rates import Rate, leaf_at, stepped


@frozen
class Tier:
    """From `after` units on (in the meter's unit) one costs `price`, in the book's currency, after all modifiers."""

    after: Fraction
    price: Fraction


@frozen
class Terms:
    """What an account pays for a meter: nothing for the first `pool` units, then by tiers, the first after none. `per` is
    the holder and the period, such as `organization per month`."""

    per: str
    pool: Fraction
    tiers: tuple[Tier, ...]


@frozen
class Bound:
    """A floor (`at_least`) or cap on what the requests of an account and period cost, in the book's currency; `number`
    tells it from all others of the book."""

    number: int
    name: str
    per: str
    at_least: bool
    amount: Fraction


@frozen
class AccountLine:
    """What a request pays for a meter: units billed, how many of them were free, and the amount."""

    meter: str
    quantity: Fraction
    free: Fraction
    amount: Fraction


@frozen(eq=False)
class Charged:
    """A request with what it costs its account: the lines that an account changes, and the exact total."""

    account: str
    priced: Priced
    lines: tuple[AccountLine, ...]
    total: Fraction


@frozen
class Settled:
    """What a floor or cap adds to (or takes from) an account's period, which begins at `start` (UTC seconds)."""

    account: str
    start: int
    bound: Bound
    cost: Fraction
    difference: Fraction


def terms_of(book: m.Book, cell: Cell, meter: str) -> Terms | None:
    """What an account has for a meter at a cell; None where the request does not count. Raises `BadRequest`
    (`mixed_accounts`) where pool and tiers are of several holders or periods."""
    rate = cell.rates[meter]
    if not isinstance(rate, Rate) or rate.free is not None or cell.free is not None:
        return None
    number = next((n for n, charge in enumerate(book.charges) if book.meters[charge.meter].name == meter), None)
    if number is None:
        return None
    charge, roots = book.charges[number], book.decisions.charges[number]
    prices = [charge.prices[index] for index in leaf_at(book, roots[0], cell.point)]
    pool = next((charge.pools[index] for index in leaf_at(book, roots[2], cell.point)), None)
    later = sorted(((price.after, price) for price in prices if price.after is not None), key=lambda pair: pair[0])
    holders = {price.account for _, price in later} | ({pool.account} if pool is not None else set())
    if not holders:
        return None
    if len(holders) > 1:
        raise BadRequest("mixed_accounts", f"`{meter}` has rules per {' and per '.join(sorted(holders))}, which no one sum can tell")
    tiers = [Tier(Fraction(0), rate.unit_price), *(Tier(after, _tier_price(book, cell, rate, price)) for after, price in later)]
    return Terms(holders.pop(), pool.quantity if pool is not None else Fraction(0), tuple(tiers))


def _tier_price(book: m.Book, cell: Cell, rate: Rate, tier: m.ChargePrice) -> Fraction:
    """The unit price of a tier, after what the stack does to the first."""
    price = tier.amount / tier.size
    for step in rate.steps:
        if step.kind != "round":
            price = stepped(price, step)
    for number in leaf_at(book, book.decisions.roundings, cell.point):
        rounding = book.roundings[number]
        if rounding.stage == "unit_price":
            price = rounded(price * tier.size, rounding.step, rounding.mode) / tier.size
    return price


def bounds_of(book: m.Book, cell: Cell) -> tuple[Bound, ...]:
    """The floors and caps of accounts that hold at a cell."""
    found, number = [], 0
    for limit, root in zip(book.limits, book.decisions.limits, strict=True):
        holding = leaf_at(book, root, cell.point)
        for place, row in enumerate(limit.lines):
            if row.target == "account" and place in holding:
                found.append(Bound(number + place, limit.name, row.per, row.at_least, row.amount))
        number += len(limit.lines)
    return tuple(found)


def price_between(terms: Terms, start: Fraction, quantity: Fraction) -> tuple[Fraction, Fraction]:
    """What a quantity costs after `start` units of the period, and how much of it is free.

    >>> hours = Terms("organization per month", Fraction(20), (Tier(Fraction(0), Fraction(6)), Tier(Fraction(100), Fraction(5))))
    >>> price_between(hours, Fraction(10), Fraction(100))
    (Fraction(530, 1), Fraction(10, 1))
    """
    end, amount = start + quantity, Fraction(0)
    for tier, after in zip(terms.tiers, (*(later.after for later in terms.tiers[1:]), None), strict=True):
        first, last = max(tier.after, terms.pool, start), end if after is None else min(after, end)
        if last > first:
            amount += (last - first) * tier.price
    return amount, max(Fraction(0), min(end, terms.pool) - start)


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


def charge_accounts(book: m.Book, usage: Iterable[tuple[str, Priced]]) -> tuple[tuple[Charged, ...], tuple[Settled, ...]]:
    """What accounts pay for priced requests in order of instant, and what floors and caps of their periods add or take.

    A period without any request has no floor here, since nothing says that it was. Raises `BadRequest`: `late_record`
    for a request that comes after one of a later instant, `mixed_accounts` as `terms_of`, and `bad_book` for a floor
    or cap where the book converts into another currency.
    """
    used: dict[tuple[str, str, int], Fraction] = {}
    sums: dict[tuple[str, int, Bound], Fraction] = {}
    found: list[Charged] = []
    last: int | None = None
    for account, priced in usage:
        if last is not None and priced.at < last:
            raise BadRequest("late_record", "a request comes after one of a later instant", help="sort usage by its instants first")
        last = priced.at
        charged = _charged(book, account, priced, used)
        found.append(charged)
        for bound in bounds_of(book, priced.cell):
            if priced.cell.conversion is not None:
                raise BadRequest("bad_book", f"`{bound.name}` bounds what is converted into another currency")
            key = account, turn_of(priced.at, bound.per), bound
            sums[key] = sums.get(key, Fraction(0)) + charged.total
    settled = [Settled(account, start, bound, cost, bounded(bound, cost) - cost) for (account, start, bound), cost in sums.items()]
    return tuple(found), tuple(each for each in settled if each.difference)


def charge_alike(
    book: m.Book, account: str, priced: Priced, count: Fraction, used: dict[tuple[str, str, int], Fraction]
) -> tuple[Fraction, tuple[AccountLine, ...]]:
    """What `count` requests alike cost an account, one after the other, and their lines together; `used` moves on.

    The same as `charge_accounts` of each of them, in one step, and for a part of a request too. Raises `BadRequest`
    (`rounded_account`) where each request of a pool or tier is rounded or bounded by itself: no one step is exact there.
    """
    cell, total = priced.cell, priced.total * count
    lines = []
    for amount in priced.amounts:
        terms = terms_of(book, cell, amount.rate.meter.name) if amount.rate is not None else None
        if amount.rate is None or terms is None:
            continue
        meter = amount.rate.meter.name
        if cell.line_rounding is not None or cell.total_rounding is not None or cell.floors:
            raise BadRequest("rounded_account", f"each request with `{meter}` is rounded or bounded by itself, so that many have no one price")
        key = account, meter, turn_of(priced.at, terms.per)
        start, quantity = used.get(key, Fraction(0)), Fraction(amount.billed) * count
        used[key] = start + quantity
        cost, free = price_between(terms, start, quantity)
        lines.append(AccountLine(meter, quantity, free, cost * _rate(cell)))
        total += lines[-1].amount - amount.amount * count
    return total, tuple(lines)


def bounded(bound: Bound, cost: Fraction) -> Fraction:
    """A cost, raised to a floor or lowered to a cap."""
    return max(cost, bound.amount) if bound.at_least else min(cost, bound.amount)


def _charged(book: m.Book, account: str, priced: Priced, used: dict[tuple[str, str, int], Fraction]) -> Charged:
    """A request at its place in the account's period, which moves on."""
    cell, lines = priced.cell, []
    subtotal = Fraction(0)
    for amount in priced.amounts:
        if amount.rate is None:
            continue  # additions and limits of the request follow from the lines
        meter, cost = amount.rate.meter.name, amount.billed * amount.rate.unit_price
        terms = terms_of(book, cell, meter)
        if terms is not None:
            key = account, meter, turn_of(priced.at, terms.per)
            start, quantity = used.get(key, Fraction(0)), Fraction(amount.billed)
            used[key] = start + quantity
            cost, free = price_between(terms, start, quantity)
        if cell.line_rounding is not None:
            cost = rounded(cost, cell.line_rounding.step, cell.line_rounding.mode)
        if terms is not None:
            lines.append(AccountLine(meter, quantity, free, cost * _rate(cell)))
        subtotal += cost
    for step in () if cell.free is not None else cell.extras:
        value = step.value
        subtotal += value if cell.line_rounding is None else rounded(value, cell.line_rounding.step, cell.line_rounding.mode)
    for step in () if cell.free is not None else cell.floors:
        subtotal = max(subtotal, step.value) if step.kind == "at_least" else min(subtotal, step.value)
    total, rounding = subtotal * _rate(cell), cell.total_rounding
    return Charged(account, priced, tuple(lines), total if rounding is None else rounded(total, rounding.step, rounding.mode))


def _rate(cell: Cell) -> Fraction:
    return cell.conversion.rate if cell.conversion is not None else Fraction(1)
