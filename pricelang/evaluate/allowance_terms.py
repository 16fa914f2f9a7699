"""What an account has in a book: free pools and graduated tiers of meters, floors and caps."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attrs import frozen

from pricelang.evaluate.billing_periods import Term, term_for
from pricelang.evaluate.combination import Combination
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.offers import leaf_at
from pricelang.evaluate.stack.numbers import through
from pricelang.evaluate.stack.operations import sized
from pricelang.model import book as m
from pricelang.model.errors import BadRequest
from pricelang.model.space import term_of, undated


@frozen
class Tier:
    """A price bracket of an account: each unit of the meter beyond `after` costs `price`,
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
    pool_term: Term = None
    tier_term: Term = None


@frozen
class SpendLimit:
    """A floor (`at_least`) or cap on what the requests of an account and period cost, in the book's
    currency, or what it has committed to or been given, by its `kind`; `number` tells it from all
    others of the book. It counts what some `meters` cost, or all where there are none.
    """

    number: int
    name: str
    per: str
    at_least: bool
    amount: Fraction
    kind: m.LimitKind = "limit"
    meters: tuple[str, ...] = ()
    term: Term = None
    ends: int | None = None
    """When its line ends (UTC seconds), if it does."""


def terms_of(book: m.Book, cell: Combination, meter: str) -> AllowanceTerms | None:
    """The free pool and the tiers that an account has for a meter in a combination; None where it
    has neither. A checked book has one holder and period for the pool and the tiers of a request.
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
        *(Tier(after, _tier_price(rate, price)) for after, price in later),
    ]
    return AllowanceTerms(
        holders.pop(),
        pool.quantity if pool is not None else Fraction(0),
        tuple(tiers),
        undated(pool.scope) if pool is not None else (),
        undated(later[0][1].scope) if later else (),
        *_terms_between(book, pool, later[0][1] if later else None),
    )


def _terms_between(
    book: m.Book, pool: m.ChargeQuantity | None, tier: m.ChargePrice | None
) -> tuple[Term, Term]:
    """The terms of a pool and of tiers; what does not exist has that of the other."""
    first = None if pool is None else term_for(book, pool.account, pool.scope)
    second = None if tier is None else term_for(book, tier.account, tier.scope)
    return first or second, second or first


def _tier_price(rate: Rate, tier: m.ChargePrice) -> Fraction:
    """The unit price of a tier, after what the stack does to the first."""
    return through(tier.amount / tier.size, sized(rate.operations, tier.size))


def bounds_of(book: m.Book, cell: Combination) -> tuple[SpendLimit, ...]:
    """The floors and caps of accounts that hold in a combination."""
    return tuple(bound for bound in _held(book, cell) if bound.kind == "limit")


def commitments_of(book: m.Book, cell: Combination) -> tuple[SpendLimit, ...]:
    """The commitments that requests of a combination count towards."""
    return tuple(bound for bound in _held(book, cell) if bound.kind == "commitment")


def credits_of(book: m.Book, cell: Combination) -> tuple[SpendLimit, ...]:
    """The credits that pay for requests of a combination. Raises `BadRequest` (`bad_book`) as
    `bounds_for`.
    """
    found = tuple(bound for bound in _held(book, cell) if bound.kind == "credit")
    _check_unconverted(found, cell)
    return found


def _held(book: m.Book, cell: Combination) -> tuple[SpendLimit, ...]:
    held = {
        id(limit.lines[place])
        for limit, root in zip(book.limits, book.decisions.limits, strict=True)
        for place in leaf_at(book, root, cell.point)
    }
    return tuple(bound for bound, row in account_bounds(book) if id(row) in held)


def account_bounds(book: m.Book) -> Iterator[tuple[SpendLimit, m.LimitLine]]:
    """Every floor, cap, commitment and credit of accounts in a book, with its line."""
    number = 0
    for limit in book.limits:
        for place, row in enumerate(limit.lines):
            if row.target == "account":
                yield (
                    SpendLimit(
                        number + place,
                        limit.name,
                        row.per,
                        row.at_least,
                        row.amount,
                        limit.kind,
                        tuple(book.meters[meter].name for meter in row.meters),
                        term_for(book, row.per, row.scope),
                        term_of(book.boundaries, row.scope)[1],
                    ),
                    row,
                )
        number += len(limit.lines)


def bounds_for(book: m.Book, cell: Combination) -> tuple[SpendLimit, ...]:
    """The floors, caps and commitments that hold in a combination.
    Raises `BadRequest` (`bad_book`) where it converts into another currency.
    """
    found = (*bounds_of(book, cell), *commitments_of(book, cell))
    _check_unconverted(found, cell)
    return found


def _check_unconverted(found: tuple[SpendLimit, ...], cell: Combination) -> None:
    if found and cell.conversion is not None:
        word = "pays for" if found[0].kind == "credit" else "bounds"
        raise BadRequest(
            "bad_book", f"`{found[0].name}` {word} what is converted into another currency"
        )


def bounded(bound: SpendLimit, cost: Fraction) -> Fraction:
    """A cost, raised to a floor or lowered to a cap."""
    return max(cost, bound.amount) if bound.at_least else min(cost, bound.amount)
