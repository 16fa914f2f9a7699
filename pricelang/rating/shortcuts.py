"""The short way of a request like one before: its model, instant, values and meters as two functions of its quantities."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache, lru_cache

from attrs import define

from pricelang.decimals import divide
from pricelang.rating.bill import Basis
from pricelang.rating.quantities import PLAIN

MAX_METERS = 16
"""Requests of more meters go the full way, so that few functions are ever made."""

Units = Callable[[Iterable[object]], int]
Amount = Callable[[Iterable[object]], Decimal]


@define(eq=False, repr=False)
class Shortcut:
    """How requests of one combination and the same meters, in the same order, are priced.

    `units` and `amount` are functions of the quantities: the amount as a whole number of the cell's units, and as a
    decimal of the currency. Both raise `ValueError` where a quantity is not a plain whole number (see `PLAIN`), and
    where there are more or fewer of them than meters.
    """

    basis: Basis
    units: Units
    amount: Amount


def shortcut_of(basis: Basis, meters: tuple[str, ...]) -> Shortcut | None:
    """The shortcut of some meters; None where the full way is needed, which also says what is wrong."""
    coefficients = basis.cell.coefficients
    if coefficients is None or not 0 < len(meters) <= MAX_METERS:
        return None
    try:
        units, amount = functions(tuple([coefficients[meter] for meter in meters]), basis.cell.places)
    except KeyError:
        return None
    return Shortcut(basis, units, amount)


@lru_cache(maxsize=4096)
def functions(coefficients: tuple[int, ...], places: int) -> tuple[Units, Amount]:
    """The functions `units` and `amount` of a shortcut: quantities times coefficients, and that over 10**places.

    >>> units, amount = functions((3, 15), 6)
    >>> units([1000, 10]), amount([1000, 10])
    (3150, Decimal('0.00315'))
    """
    return _maker(len(coefficients))(divide, Decimal(10**places), *coefficients)


@cache
def _maker(count: int) -> Callable[..., tuple[Units, Amount]]:
    """What makes the functions of so many coefficients.

    A loop over coefficients and quantities takes nearly twice the time of a sum that is written out, so it is written
    out here. The text depends on a count and on nothing else: no word and no number of a book is ever in it.

    `type(…) is int` leaves out `True`; and where any number is negative or large, so is the `|` of all.
    """
    numbers = range(count)
    quantities = ", ".join(f"q{i}" for i in numbers) + ","
    whole = " and ".join(f"type(q{i}) is int" for i in numbers)
    bits = " | ".join(f"q{i}" for i in numbers)
    total = " + ".join(f"c{i} * q{i}" for i in numbers)
    text = f"""
def make(divide, divisor, {", ".join(f"c{i}" for i in numbers)}):
    def units(quantities):
        {quantities} = quantities
        if {whole} and 0 <= {bits} < {PLAIN}:
            return {total}
        raise ValueError
    def amount(quantities):
        {quantities} = quantities
        if {whole} and 0 <= {bits} < {PLAIN}:
            return divide({total}, divisor)
        raise ValueError
    return units, amount
"""
    found: dict[str, Callable[..., tuple[Units, Amount]]] = {}
    exec(text, {}, found)
    return found["make"]
