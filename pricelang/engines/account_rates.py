"""What the rates in a warehouse say of accounts: pools, tiers, floors and caps, as columns."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from pricelang.engines.account_counters import Counted, Kind, bounds, counter_of, counters
from pricelang.engines.warehouse_plan import Plan
from pricelang.evaluate.allowance_terms import AllowanceTerms
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


# ---- the tables ----------------------------------------------------------------------------------


def account_columns(plan: Plan) -> list[tuple[str, str]]:
    """The columns that the rates have for accounts, and their types."""
    words, found = plan.dialect, []
    for n in range(len(plan.quantities)):
        tiers = tiers_of(plan, n)
        if tiers:
            found += [(f"counts_{n}", words.small), (f"billed_{n}", words.number)]
        if counters(plan, Counted(n, "pool")):
            found += [(f"pool_{n}", words.number), (f"pool_counter_{n}", words.small)]
        if counters(plan, Counted(n, "tiers")):
            found.append((f"tiers_counter_{n}", words.small))
        for tier in range(tiers):
            found += [(f"after_{n}_{tier}", words.number)] if tier else []
            found.append((f"tier_{n}_{tier}", words.number))
    return found + [(f"bound_{bound.number}", words.small) for bound in bounds(plan)]


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
        found += ["1" if terms is not None else "0", "null" if billed is None else billed]
        if counters(plan, Counted(n, "pool")):
            pool = _whole(terms.pool * units, quantity.meter) if terms is not None else 0
            found += [words.integer(pool), _counter_number(plan, n, "pool", terms)]
        if counters(plan, Counted(n, "tiers")):
            found.append(_counter_number(plan, n, "tiers", terms))
        for tier, (after, price) in enumerate(_tiers(plan, row, n, terms, tiers, units)):
            found += [words.integer(after)] if tier else []
            found.append("null" if price is None else words.integer(price))
    held = {bound.number for bound in row.bounds}
    return found + ["1" if bound.number in held else "0" for bound in bounds(plan)]


def _counter_number(plan: Plan, n: int, kind: Kind, terms: AllowanceTerms | None) -> str:
    """Which pool or ladder of a meter counts a request, as a number from 1 on; 0 where none."""
    found = counter_of(terms, kind)
    return "0" if found is None else str(1 + counters(plan, Counted(n, kind)).index(found))


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
