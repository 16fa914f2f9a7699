"""What the rates in a warehouse say of accounts: pools, tiers, floors and caps, as columns."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from pricelang.engines.warehouse_plan import Plan
from pricelang.evaluate.account_keys import key_of
from pricelang.evaluate.allowance_terms import AllowanceTerms, SpendLimit
from pricelang.evaluate.rate_table.unit_prices import UnitPrices
from pricelang.model.errors import BadRequest

NEVER = 10**30
"""A quantity that no account reaches: where a tier that a request does not have begins."""


@lru_cache(maxsize=64)
def tiers_of(plan: Plan, meter: int) -> int:
    """How many tiers a meter has at most; none where nothing of it belongs to accounts."""
    return max(
        (
            len(terms.tiers)
            for row in plan.rates.cards
            if row.terms and (terms := row.terms[meter]) is not None
        ),
        default=0,
    )


@lru_cache(maxsize=8)
def bounds(plan: Plan) -> tuple[SpendLimit, ...]:
    """The floors and caps of accounts that hold anywhere."""
    found = {bound.number: bound for row in plan.rates.cards for bound in row.bounds}
    return tuple(found[number] for number in sorted(found))


def period_of(plan: Plan) -> str:
    """The one period of all that belongs to accounts; a month where nothing does. Raises
    `BadRequest` for several keys or periods and for a key that the column of accounts is not of
    (`mixed_accounts`), and for a floor or cap of what is converted (`bad_book`).
    """
    per = {terms.per for row in plan.rates.cards for terms in row.terms if terms is not None}
    per |= {bound.per for bound in bounds(plan)}
    if len(per) > 1:
        raise BadRequest(
            "mixed_accounts",
            f"the book has rules per {' and per '.join(sorted(per))}, which one column of accounts "
            "cannot tell apart",
            help="name fewer meters",
        )
    for key in map(key_of, per):
        if key != plan.account_key:
            raise BadRequest(
                "mixed_accounts",
                f"the book counts usage per {key}, and the column of accounts is of the key "
                f"`{plan.account_key}`",
                help=f"name the column of its values as `{key}=COLUMN`",
            )
    if bounds(plan) and plan.rates.currency != plan.book.currency:
        raise BadRequest(
            "bad_book", f"`{bounds(plan)[0].name}` bounds what is converted into another currency"
        )
    return per.pop().rsplit(" ", 1)[-1] if per else "month"


# ---- the tables ----------------------------------------------------------------------------------


def account_columns(plan: Plan) -> list[tuple[str, str]]:
    """The columns that the rates have for accounts, and their types."""
    number, found = plan.dialect.number, []
    for n in range(len(plan.quantities)):
        tiers = tiers_of(plan, n)
        if tiers:
            found += [
                (f"counts_{n}", plan.dialect.small),
                (f"billed_{n}", number),
                (f"pool_{n}", number),
            ]
            found += [(f"pooled_{n}", plan.dialect.small), (f"ladder_{n}", plan.dialect.small)]
        for tier in range(tiers):
            found += [(f"after_{n}_{tier}", number), (f"tier_{n}_{tier}", number)]
    return found + [(f"bound_{bound.number}", plan.dialect.small) for bound in bounds(plan)]


def account_values(plan: Plan, row: UnitPrices) -> list[str]:
    """The values of those columns."""
    words, found = plan.dialect, []
    for n, quantity in enumerate(plan.quantities):
        tiers, terms = tiers_of(plan, n), row.terms[n] if row.terms else None
        if not tiers:
            continue
        units, least = int(10**quantity.scale), row.least[n]
        billed = (
            None
            if least is None or (least * units).denominator != 1
            else words.integer(int(least * units))
        )
        pool = _whole(terms.pool * units, quantity.meter) if terms is not None else 0
        found += [
            "1" if terms is not None else "0",
            "null" if billed is None else billed,
            words.integer(pool),
        ]
        found += [str(place) for place in _counters(plan, n, terms)]
        for after, price in _tiers(plan, row, n, terms, tiers, units):
            found += [words.integer(after), "null" if price is None else words.integer(price)]
    held = {bound.number for bound in row.bounds}
    return found + ["1" if bound.number in held else "0" for bound in bounds(plan)]


def _counters(plan: Plan, n: int, terms: AllowanceTerms | None) -> tuple[int, int]:
    """Which pool and which ladder of a meter counts a request, as numbers from 1 on;
    0 where none does.
    """
    every = [row.terms[n] for row in plan.rates.cards if row.terms]
    pools = sorted({each.pool_scope for each in every if each is not None})
    ladders = sorted({each.tier_scope for each in every if each is not None})
    return (
        (0, 0)
        if terms is None
        else (1 + pools.index(terms.pool_scope), 1 + ladders.index(terms.tier_scope))
    )


def _tiers(
    plan: Plan, row: UnitPrices, n: int, terms: AllowanceTerms | None, size: int, units: int
) -> list[tuple[int, int | None]]:
    """The tiers of a meter in units and atoms;
    the first price is that of the rates, and is there even where nothing counts.
    """
    found: list[tuple[int, int | None]] = [(0, row.atoms[n])]
    conversion = _conversion(row, n, terms, plan)
    for tier in terms.tiers[1:] if terms is not None else ():
        price = tier.price * conversion * 10**plan.rates.decimals
        if price.denominator != 1:
            raise BadRequest(
                "not_linear",
                f"SQL cannot say a tier of `{plan.quantities[n].meter}`, whose price is no "
                "finite decimal",
                help="leave the meter out",
            )
        found.append((_whole(tier.after * units, plan.quantities[n].meter), int(price)))
    return found + [(NEVER, 0)] * (size - len(found))


def _conversion(row: UnitPrices, n: int, terms: AllowanceTerms | None, plan: Plan) -> Fraction:
    """What the book's currency is times in that of the bill."""
    if terms is None or row.currency == plan.book.currency:
        return Fraction(1)
    first, atoms = terms.tiers[0].price, row.atoms[n]
    if not first or atoms is None:
        raise BadRequest(
            "not_linear",
            f"SQL cannot say a tier of `{plan.quantities[n].meter}`, which is converted",
            help="leave the meter out",
        )
    return Fraction(atoms, 10**plan.rates.decimals) / first


def _whole(quantity: Fraction, meter: str) -> int:
    if quantity.denominator != 1:
        raise BadRequest(
            "not_linear",
            f"SQL cannot say a pool or tier of `{meter}`, which ends within a unit that is counted",
            help="leave the meter out",
        )
    return int(quantity)
