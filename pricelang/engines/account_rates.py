"""What the rates in a warehouse say of accounts: counters, pools, and a price for each tier, as
columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import product

from attrs import evolve, frozen

from pricelang.engines.account_counters import (
    Counted,
    bounds,
    bounds_at,
    counted_of,
    counter_of,
    counters,
    ladders_counted,
)
from pricelang.engines.ladder_rates import TieredCard, Tiers
from pricelang.engines.warehouse_plan import Plan, has_least
from pricelang.evaluate.allowance_terms import AllowanceTerms
from pricelang.evaluate.rate_table.unit_prices import UnitPrices
from pricelang.model.errors import BadRequest

NEVER = 10**30
"""A quantity that no account reaches: where a tier that a request does not have begins."""

MOST_PRICES = 64
"""Prices of one meter beyond which tiers are too many together."""


@frozen
class PriceTiers:
    """What a price of a meter turns on: the number of `tiers` of its own charge, and the `ladders`
    of the plan, by their numbers.
    """

    tiers: int
    ladders: tuple[int, ...]


@lru_cache(maxsize=64)
def tiers_of(plan: Plan, meter: int) -> int:
    """How many tiers a meter's own charge has at most; none where nothing of it belongs to
    accounts.
    """
    found = (card.terms[meter] for card in plan.rates.cards if card.terms)
    return max((len(terms.tiers) for terms in found if terms is not None), default=0)


@lru_cache(maxsize=64)
def price_tiers(plan: Plan, meter: int) -> PriceTiers:
    """What a price of a meter turns on."""
    found = tuple(
        k for k in range(len(plan.ladders)) if any(_turns(card, meter, k) for card in plan.tiered)
    )
    return PriceTiers(max(1, tiers_of(plan, meter)), found)


def _turns(card: TieredCard, meter: int, ladder: int) -> bool:
    def price(tiers: Tiers) -> object:
        found = card[tiers]
        return found.atoms[meter], found.terms[meter]

    return any(
        price(tiers) != price((*tiers[:ladder], 0, *tiers[ladder + 1 :]))
        for tiers in card
        if tiers[ladder]
    )


@lru_cache(maxsize=64)
def placed_meters(plan: Plan) -> tuple[int, ...]:
    """The meters that are counted for accounts, or whose prices turn on what is."""
    return tuple(
        n
        for n in range(len(plan.quantities))
        if tiers_of(plan, n)
        or price_tiers(plan, n).ladders
        or any(n in ladder.meters for ladder in plan.ladders)
    )


def ladders_at(plan: Plan, meter: int) -> list[Counted]:
    """The ladders that count a meter, or on which its price turns."""
    return [
        counted
        for counted in ladders_counted(plan)
        if counted.index in price_tiers(plan, meter).ladders
        or meter in plan.ladders[counted.index].meters
    ]


# ---- the tables ----------------------------------------------------------------------------------


def account_columns(plan: Plan) -> list[tuple[str, str]]:
    """The columns that the rates have for accounts, and their types."""
    words, found = plan.dialect, list[tuple[str, str]]()
    for n in placed_meters(plan):
        if has_least(plan, n):
            found.append((f"billed_{n}", words.number))
        for counted in counted_of(plan, n):
            found.append((f"{counted.name}_counter", words.small))
            found += [(mark, words.number) for mark in own_marks(plan, counted)]
        found += [(f"price_{n}_{i}", words.number) for i, _ in enumerate(prices_of(plan, n))]
    for counted in ladders_counted(plan):
        found.append((f"{counted.name}_counter", words.small))
        found += [
            (f"{counted.name}_counts_{n}", words.small) for n in plan.ladders[counted.index].meters
        ]
    return found + [(f"bound_{bound.number}", words.small) for bound in bounds(plan)]


def own_marks(plan: Plan, counted: Counted) -> list[str]:
    """The columns that say where a pool ends, or where each later tier of a charge begins."""
    n = counted.index
    if counted.kind == "pool":
        return [f"pool_{n}"]
    return [f"after_{n}_{tier}" for tier in range(1, tiers_of(plan, n))]


def prices_of(plan: Plan, meter: int) -> Iterator[tuple[int, Tiers]]:
    """The tiers that each price of a meter is for: of its own charge, and of the ladders on which
    it turns. Raises `BadRequest` (`not_linear`) for too many.
    """
    turns = price_tiers(plan, meter)
    sizes = [range(len(plan.ladders[k].starts)) for k in turns.ladders]
    found = [(own, tiers) for own, *tiers in product(range(turns.tiers), *sizes)]
    if len(found) > MOST_PRICES:
        raise BadRequest(
            "not_linear",
            f"`{plan.quantities[meter].meter}` has {len(found)} prices by tiers, and SQL can say "
            f"{MOST_PRICES}",
            help="apply its tiers with `pricelang invoice`",
        )
    yield from ((own, tuple(tiers)) for own, tiers in found)


def account_values(plan: Plan, number: int) -> list[str]:
    """The values of those columns for a card, by its number."""
    card, found = plan.rates.cards[number], list[str]()
    billed = card.account.billed if card.account is not None else ()
    for n in placed_meters(plan):
        if has_least(plan, n):
            found.append(_billed(plan, card, n))
        for counted in counted_of(plan, n):
            found.append(_counter_number(plan, number, counted))
            found += map(plan.dialect.integer, marks_at(plan, card, counted))
        for own, tiers in prices_of(plan, n):
            price = price_at(plan, number, n, own, tiers)
            found.append("null" if price is None else plan.dialect.integer(price))
    for counted in ladders_counted(plan):
        found.append(_counter_number(plan, number, counted))
        found += [
            "1" if plan.quantities[n].meter in billed else "0"
            for n in plan.ladders[counted.index].meters
        ]
    held = {bound.number for bound in bounds_at(card)}
    return found + ["1" if bound.number in held else "0" for bound in bounds(plan)]


def _billed(plan: Plan, card: UnitPrices, n: int) -> str:
    """The units that a use below the minimum is billed for."""
    least, units = card.least[n], int(10 ** plan.quantities[n].scale)
    if least is None or (least * units).denominator != 1:
        return "null"
    return plan.dialect.integer(int(least * units))


def _counter_number(plan: Plan, number: int, counted: Counted) -> str:
    """Which counter of a kind counts a request, as a number from 1 on; 0 where none."""
    found = counter_of(plan, number, counted)
    return "0" if found is None else str(1 + counters(plan, counted).index(found))


def marks_at(plan: Plan, card: UnitPrices, counted: Counted) -> list[int]:
    """Where a pool ends, or each later tier of a charge begins, in units that are counted."""
    n, quantity = counted.index, plan.quantities[counted.index]
    terms, units = card.terms[n], int(10**quantity.scale)
    if counted.kind == "pool":
        return [0 if terms is None else _whole(terms.pool * units, quantity.meter)]
    later = terms.tiers[1:] if terms is not None else ()
    found = [_whole(tier.after * units, quantity.meter) for tier in later]
    return found + [NEVER] * (tiers_of(plan, n) - 1 - len(found))


def price_at(plan: Plan, number: int, n: int, own: int, tiers: Tiers) -> int | None:
    """A price of a meter at a tier of its own charge and at those of ladders, in atoms; nothing at
    tiers that a request of the card does not have.
    """
    card, every = plan.rates.cards[number], [0] * len(plan.ladders)
    for k, tier in zip(price_tiers(plan, n).ladders, tiers, strict=True):
        every[k] = tier
    here = plan.tiered[number].get(tuple(every))
    if here is None:
        return 0
    _check_alike(plan, card, here, n)
    terms = here.terms[n]
    if own == 0 or terms is None or own >= len(terms.tiers):
        return here.atoms[n] if own == 0 else 0
    conversion = _conversion(here, n, terms, plan)
    price = terms.tiers[own].price * conversion * 10**plan.rates.decimals
    if price.denominator != 1:
        raise BadRequest(
            "not_linear",
            f"SQL cannot say a tier of `{plan.quantities[n].meter}`, whose price is no finite "
            "decimal",
            help="leave the meter out",
        )
    return int(price)


def _check_alike(plan: Plan, first: UnitPrices, later: UnitPrices, n: int) -> None:
    """Raises `BadRequest` (`not_linear`) where anything but a price turns on the tier of a
    ladder.
    """
    terms = [_without_prices(card.terms[n]) for card in (first, later)]
    if terms[0] != terms[1] or (first.atoms[n] is None) != (later.atoms[n] is None):
        raise BadRequest(
            "not_linear",
            f"SQL cannot say that the tiers of `{plan.quantities[n].meter}` turn on a ladder",
            help="leave the meter out",
        )


def _without_prices(terms: AllowanceTerms | None) -> object:
    if terms is None:
        return None
    return evolve(terms, tiers=()), tuple(tier.after for tier in terms.tiers)


def _conversion(row: UnitPrices, n: int, terms: AllowanceTerms, plan: Plan) -> Fraction:
    """What the book's currency is times in that of the bill."""
    if row.currency == plan.book.currency:
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
