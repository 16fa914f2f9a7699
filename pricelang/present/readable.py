"""Numbers for people: amounts in whole cents, or with four digits that say something below a
dollar; all digits where they are asked for. Data (JSON, CSV) and unit prices keep all digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from fractions import Fraction

from pricelang.present.decimals import exact, grouped, money, rounded, smallest_coin

DIGITS = 4
"""Digits of an amount below a hundred of the smallest coin."""
PLACES = 4
"""Decimals of a quantity that has no end."""
_EXACT: ContextVar[bool] = ContextVar("exact", default=False)


@contextmanager
def all_digits() -> Iterator[None]:
    """Makes every number that is shown meanwhile one with all its digits."""
    token = _EXACT.set(True)
    try:
        yield
    finally:
        _EXACT.reset(token)


def _step(value: Fraction, currency: str) -> Fraction:
    """What an amount is rounded to: the smallest coin from a hundred of them on, else four of its
    own digits.
    """
    coin = smallest_coin(currency)
    size = abs(value)
    if not size or size >= 100 * coin:
        return coin
    # the place of the first digit, to within one
    first = len(str(size.numerator)) - len(str(size.denominator))
    step = Fraction(10) ** (first - DIGITS + 1)
    return min(step if size >= step * 10 ** (DIGITS - 1) else step / 10, coin)


def _rounded(value: Fraction, step: Fraction) -> Fraction:
    size = rounded(abs(value), step, "half_up")
    return size if value >= 0 else -size


def readable_amount(value: Fraction, currency: str) -> str:
    """An amount that is owed, spent or saved.

    >>> readable_amount(Fraction("34.41766"), "USD"), readable_amount(Fraction("0.00012345"), "USD")
    ('$34.42', '$0.0001235')
    """
    return readable_amounts([value], currency)[0]


def readable_amounts(values: Sequence[Fraction], currency: str) -> list[str]:
    """Amounts beside each other, such as two and their difference: all have the digits that the
    smallest needs, so that they add up.

    >>> readable_amounts([Fraction("34.41766"), Fraction("34.42766"), Fraction("0.01")], "USD")
    ['$34.42', '$34.43', '$0.01']
    >>> readable_amounts([Fraction("34.41766"), Fraction("34.41799"), Fraction("0.00033")], "USD")
    ['$34.41766', '$34.41799', '$0.00033']
    """
    if _EXACT.get():
        return [money(value, currency) for value in values]
    steps = (_least(_rounded(value, _step(value, currency)), currency) for value in values)
    step = min(steps, default=Fraction(1))
    return [money(_rounded(value, step), currency) for value in values]


def _least(value: Fraction, currency: str) -> Fraction:
    """The place of the last digit of a rounded amount."""
    step = smallest_coin(currency)
    while (value / step).denominator != 1:
        step /= 10
    return step


def readable_quantity(quantity: Fraction) -> str:
    """A quantity with all its digits, or four decimals where they never end.

    >>> readable_quantity(Fraction(1, 3)), readable_quantity(Fraction(12_345))
    ('0.3333', '12,345')
    """
    if _EXACT.get() or exact(quantity) is not None:
        return grouped(quantity)
    return grouped(_rounded(quantity, Fraction(1, 10**PLACES)))


def readable_percent(share: Fraction) -> str:
    """A share as a percentage with two decimals, or as many as say something; only what is whole is
    called 100%.

    >>> readable_percent(Fraction(3, 4)), readable_percent(Fraction(-2, 3))
    ('75%', '-66.67%')
    >>> readable_percent(Fraction(1, 10**6)), readable_percent(1 - Fraction(1, 10**5))
    ('0.0001%', '99.999%')
    """
    value = share * 100
    if _EXACT.get():
        return f"{grouped(value)}%"
    step = Fraction(1, 100)
    while value not in (0, 100) and _rounded(value, step) in (0, 100):
        step /= 10
    return f"{grouped(_rounded(value, step))}%"
