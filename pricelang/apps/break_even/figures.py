"""The price of a meter in a cell, as it is billed."""

from __future__ import annotations

from fractions import Fraction

from pricelang.evaluate.combination import Combination
from pricelang.evaluate.line_rates import Rate
from pricelang.model import book as m


def figure_of(book: m.Book, cell: Combination, meter: int) -> tuple[Fraction, str, str]:
    """The price of a meter in a cell, what it is for, and its currency."""
    rate = cell.rates[book.meters[meter].name]
    if not isinstance(rate, Rate):
        raise rate
    if cell.conversion is not None:
        return (
            rate.unit_price * rate.size * cell.conversion.rate,
            rate.per,
            cell.conversion.currency,
        )
    return rate.unit_price * rate.size, rate.per, book.currency


def unit_price(book: m.Book, cell: Combination, meter: int) -> Fraction:
    """The unit price of a meter (by its index) in a combination. Raises `PriceError`."""
    rate = cell.rates[book.meters[meter].name]
    if not isinstance(rate, Rate):
        raise rate
    return rate.unit_price
