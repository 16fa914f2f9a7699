"""The unit prices of a combination as whole numbers, and what a request pays besides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from attrs import frozen

from pricelang.evaluate.allowance_terms import (
    AllowanceTerms,
    SpendLimit,
    bounds_of,
    commitments_of,
    credits_of,
    terms_of,
)
from pricelang.evaluate.combination import Combination, billed
from pricelang.evaluate.line_rates import Rate
from pricelang.model import book as m
from pricelang.present.decimals import atoms, power_of_ten


@frozen
class AccountTerms:
    """What requests of a combination have with their accounts: for each meter its pool and tiers;
    the floors, caps and commitments that their cost counts towards; the credits that pay for them;
    and the meters that are billed for, of which ladders count the units.
    """

    terms: tuple[AllowanceTerms | None, ...]
    bounds: tuple[SpendLimit, ...]
    credits: tuple[SpendLimit, ...]
    billed: frozenset[str]


def account_terms(book: m.Book, cell: Combination, meters: Sequence[str]) -> AccountTerms:
    """What requests of a combination have with their accounts, of some meters."""
    return AccountTerms(
        tuple(terms_of(book, cell, meter) for meter in meters),
        (*bounds_of(book, cell), *commitments_of(book, cell)),
        credits_of(book, cell),
        frozenset(meter for meter in meters if _is_billed(cell, meter)),
    )


def _is_billed(cell: Combination, meter: str) -> bool:
    """Decides whether a meter has a price that is not waived."""
    rate = cell.rates[meter]
    return isinstance(rate, Rate) and rate.free is None and cell.free is None


@frozen(repr=False)
class UnitPrices:
    """What requests of a combination pay. `atoms` are, for each meter, the price of one of its unit
    in units of 10**-places of the currency: None where the meter cannot be used, or its price is no
    such number. A use of less than `least` (in the meter's unit) is not priced by it. `account` is
    what belongs to accounts, where that was asked for.
    """

    model: str
    currency: str
    atoms: tuple[int | None, ...]
    least: tuple[Fraction | None, ...]
    account: AccountTerms | None = None

    @property
    def terms(self) -> tuple[AllowanceTerms | None, ...]:
        """The pools and tiers of each meter; none where they were not asked for."""
        return () if self.account is None else self.account.terms


def unit_prices(
    book: m.Book, cell: Combination, meters: Sequence[str], places: int, accounts: bool = False
) -> UnitPrices:
    """The unit prices of some meters at a power of ten; with `accounts` what belongs to those."""
    prices = [finite_price(cell, meter) for meter in meters]
    return UnitPrices(
        cell.model.name,
        cell.conversion.currency if cell.conversion is not None else book.currency,
        tuple(None if price is None else atoms(price, places) for price in prices),
        tuple(
            _least(cell, meter) if price else None
            for meter, price in zip(meters, prices, strict=True)
        ),
        account_terms(book, cell, meters) if accounts else None,
    )


def distinction(
    book: m.Book, meters: Sequence[str], accounts: bool, cell: Combination
) -> tuple[object, ...]:
    """What tells a combination from others by what requests of some meters pay."""
    return (
        cell.model.name,
        tuple(finite_price(cell, meter) for meter in meters),
        tuple(_least(cell, meter) for meter in meters),
        account_terms(book, cell, meters) if accounts else None,
    )


def _least(cell: Combination, meter: str) -> Fraction | None:
    rate = cell.rates[meter]
    return rate.minimum.quantity if isinstance(rate, Rate) and rate.minimum is not None else None


def finite_price(cell: Combination, meter: str) -> Fraction | None:
    """The price of one of a meter's unit in the currency of the bill,
    where it is a finite decimal.
    """
    rate = cell.rates[meter]
    if not isinstance(rate, Rate):
        return None
    price = billed(rate, cell.conversion)
    return price if power_of_ten(price.denominator) is not None else None


def beyond_sums(cell: Combination, meters: Sequence[str]) -> Iterator[str]:
    """What a request of a combination pays that is no sum of quantity times price, in words."""
    for rounding, what in ((cell.line_rounding, "each line"), (cell.total_rounding, "each total")):
        if rounding is not None:
            yield f"the rounding of {what}"
    for step in cell.extras:
        yield f"the addition of `{step.rule}` to each request"
    for step in cell.floors:
        what = "limit" if step.kind in ("at_least", "at_most") else "step"
        yield f"the {what} `{step.rule}` of each request"
    simple = cell.coefficients or {}  # those are decimals
    for meter in (meter for meter in meters if meter not in simple):
        if isinstance(cell.rates[meter], Rate) and finite_price(cell, meter) is None:
            yield f"the price of `{meter}`, which has no finite decimal"
