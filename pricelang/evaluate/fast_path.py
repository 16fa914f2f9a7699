"""The fast path of a request like one before: its model, instant, values and meters, kept as two
functions of its quantities.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache, lru_cache

from attrs import define

from pricelang.evaluate.limits import RequestLimit
from pricelang.evaluate.line_items import Basis
from pricelang.evaluate.quantities import PLAIN
from pricelang.present.decimals import divide

MAX_METERS = 16
"""Requests of more meters go the full way, so that few functions are ever made."""

Units = Callable[[Iterable[object]], int]
Amount = Callable[[Iterable[object]], Decimal]


@define(eq=False, repr=False)
class Shortcut:
    """How requests of one combination and the same meters, in the same order, are priced.

    `units` and `amount` are functions of the quantities: the amount as a whole number of the cell's
    units, and as a decimal of the currency. Both raise `ValueError` where a quantity is not a plain
    whole number (see `PLAIN`), and where there are more or fewer of them than meters.
    """

    basis: Basis
    units: Units
    amount: Amount


def shortcut_of(
    basis: Basis, meters: tuple[str, ...], limits: tuple[RequestLimit, ...] = ()
) -> Shortcut | None:
    """The shortcut of some meters, for requests within some limits;
    None where the full way is needed, which also says what is wrong.
    """
    coefficients = basis.cell.coefficients
    if coefficients is None or not 0 < len(meters) <= MAX_METERS:
        return None
    held = [
        (tuple(place for place, meter in enumerate(meters) if meter in limit.meters), limit.most)
        for limit in limits
    ]
    try:
        units, amount = functions(
            tuple([coefficients[meter] for meter in meters]),
            basis.cell.places,
            tuple([each for each in held if each[0]]),
        )
    except KeyError:
        return None
    return Shortcut(basis, units, amount)


Held = tuple[tuple[tuple[int, ...], int], ...]
"""The places of quantities, and the most that they may be together."""


@lru_cache(maxsize=4096)
def functions(
    coefficients: tuple[int, ...], places: int, limits: Held = ()
) -> tuple[Units, Amount]:
    """The functions `units` and `amount` of a shortcut:
    quantities times coefficients, and that over 10**places.

    >>> units, amount = functions((3, 15), 6)
    >>> units([1000, 10]), amount([1000, 10])
    (3150, Decimal('0.00315'))
    """
    make = _maker(len(coefficients), tuple([places for places, _ in limits]))
    return make(
        divide, Decimal(10**places), _small(limits), *(most for _, most in limits), *coefficients
    )


def _small(limits: Held) -> int:
    """A power of two: quantities that are all below it are within every limit."""
    return 1 << min(
        ((most // len(places) + 1).bit_length() - 1 for places, most in limits),
        default=PLAIN.bit_length() - 1,
    )


@cache
def _maker(count: int, limited: tuple[tuple[int, ...], ...]) -> Callable[..., tuple[Units, Amount]]:
    """The maker of the functions of so many coefficients, with limits on sums of some quantities.

    A loop over coefficients and quantities takes nearly twice the time of a sum that is written
    out, so it is written out here. The text depends on a count and on places, and on nothing else:
    no word and no number of a book is ever in it.
    """
    found: dict[str, Callable[..., tuple[Units, Amount]]] = {}
    exec(_text(count, limited), {}, found)
    return found["make"]


def _text(count: int, limited: tuple[tuple[int, ...], ...]) -> str:
    """The text of those functions.

    `type(…) is int` leaves out `True`; and where any number is negative or large,
    so is the `|` of all. Where that is small, no limit needs to be looked at.
    """
    numbers = range(count)
    quantities = ", ".join(f"q{i}" for i in numbers) + ","
    whole = " and ".join(f"type(q{i}) is int" for i in numbers)
    bits = " | ".join(f"q{i}" for i in numbers)
    within = "".join(
        f" and {' + '.join(f'q{i}' for i in places)} <= m{n}" for n, places in enumerate(limited)
    )
    plain = (
        f"(0 <= {bits} < small or 0 <= {bits} < {PLAIN}{within})"
        if limited
        else f"0 <= {bits} < small"
    )
    total = " + ".join(f"c{i} * q{i}" for i in numbers)
    most = "".join(f"m{n}, " for n in range(len(limited)))
    return f"""
def make(divide, divisor, small, {most}{", ".join(f"c{i}" for i in numbers)}):
    def units(quantities):
        {quantities} = quantities
        if {whole} and {plain}:
            return {total}
        raise ValueError
    def amount(quantities):
        {quantities} = quantities
        if {whole} and {plain}:
            return divide({total}, divisor)
        raise ValueError
    return units, amount
"""
