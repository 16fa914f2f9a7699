"""Exact numbers in and out: rationals inside, decimals outside, never a float."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal, TypeAlias, assert_never

DIGITS = 20
"""Digits after the point of an amount that has no finite decimal;
such an amount is rounded half even and says so.
"""

_WIDE = decimal.Context(prec=100_000, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN, traps=[])

_scaleb, _normalize = _WIDE.scaleb, _WIDE.normalize

NARROW = 57
"""Digits of an integer that `divide` takes: three words of the decimal library."""

# Every setting is given, so that no `decimal.DefaultContext` of the program's matters.
_NARROW = decimal.Context(
    prec=NARROW,
    rounding=decimal.ROUND_HALF_EVEN,
    Emax=decimal.MAX_EMAX,
    Emin=decimal.MIN_EMIN,
    capitals=1,
    clamp=0,
    traps=[decimal.Inexact],
)
divide = _NARROW.divide
"""`divide(integer, Decimal(10**places))` is `scaled(integer, places)` in one step,
for an integer of `NARROW` digits at most.

An exact quotient of whole numbers has no zeros at the end of its decimals and no positive exponent:
the specification calls that the ideal exponent. Were a quotient not exact, it would raise
`decimal.Inexact` rather than be wrong.
"""


@lru_cache(maxsize=4096)
def power_of_ten(denominator: int) -> int | None:
    """The least k such that the denominator divides 10**k, or None.

    >>> power_of_ten(8), power_of_ten(3)
    (3, None)
    """
    twos = fives = 0
    while denominator % 2 == 0:
        denominator //= 2
        twos += 1
    while denominator % 5 == 0:
        denominator //= 5
        fives += 1
    return max(twos, fives) if denominator == 1 else None


def atoms(value: Fraction, places: int) -> int:
    """A value that has no more decimals than `places`, in units of 10**-places.

    >>> atoms(Fraction(1, 8), 4)
    1250
    """
    scale: int = 10**places
    return value.numerator * (scale // value.denominator)


def scaled(integer: int, places: int) -> Decimal:
    """`integer / 10**places`, exactly, without zeros at the end of its decimals;
    the caller's context does not matter.
    """
    if integer % 10:
        return _scaleb(Decimal(integer), -places) if places else Decimal(integer)
    whole, rest = divmod(integer, 10**places)
    return _normalize(_scaleb(Decimal(integer), -places)) if rest else Decimal(whole)


def exact(value: Fraction) -> Decimal | None:
    """The value as a decimal, or None when it has no finite one."""
    places = power_of_ten(value.denominator)
    return None if places is None else scaled(atoms(value, places), places)


def to_decimal(value: Fraction) -> Decimal:
    """The value as a decimal: exact where there is one,
    else rounded half even to `DIGITS` places.
    """
    found = exact(value)
    return found if found is not None else scaled(round(value * 10**DIGITS), DIGITS)


def plain(value: Fraction | Decimal) -> str:
    """Digits without exponent or separators: `0.000005`.

    >>> plain(Fraction(1, 200000))
    '0.000005'
    """
    return format(value if isinstance(value, Decimal) else to_decimal(value), "f")


def grouped(value: Fraction | int) -> str:
    """Digits with thousands separators:
    `50,000`, `0.0416666666666666666667` where there is no finite decimal.
    """
    return format(to_decimal(Fraction(value)), ",f")


_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


def money(value: Fraction, currency: str) -> str:
    """An amount for readers: `$0.705`, `$2.50`, `EUR 3`;
    all digits, and two decimals at least where it has any.
    """
    digits = grouped(abs(value))
    whole, _, part = digits.partition(".")
    shown = whole + ("." + part.ljust(2, "0") if part else "")
    return ("-" if value < 0 else "") + _SYMBOLS.get(currency, currency + " ") + shown


RoundingMode: TypeAlias = Literal["half_even", "half_up", "half_down", "up", "down"]
"""How a value between two steps is rounded: `up` is away from zero, `down` toward it."""


def rounded(value: Fraction, step: Fraction, mode: RoundingMode) -> Fraction:
    """The value as a whole number of steps.

    >>> rounded(Fraction(1, 8), Fraction(1, 100), "half_even")
    Fraction(3, 25)
    """
    steps = value / step
    floor, rest = divmod(steps.numerator, steps.denominator)
    twice = 2 * rest - steps.denominator
    match mode:
        case "half_even":
            up = twice > 0 or (twice == 0 and floor % 2 == 1)
        case "half_up":
            up = twice > 0 or (twice == 0 and value >= 0)
        case "half_down":
            up = twice > 0 or (twice == 0 and value < 0)
        case "up":
            up = rest > 0 and value >= 0
        case "down":
            up = rest > 0 and value < 0
        case _:
            assert_never(mode)
    return (floor + (1 if up else 0)) * step


_WITHOUT_CENTS = ("JPY", "KRW", "VND", "CLP", "ISK")


def smallest_coin(currency: str) -> Fraction:
    """What amounts are paid in: cents, or units of a currency that has none."""
    return Fraction(1) if currency in _WITHOUT_CENTS else Fraction(1, 100)


def paid(value: Fraction, currency: str) -> Fraction:
    """An amount as it is paid: in whole cents, or units of a currency that has none, half up.

    >>> paid(Fraction(1, 200), "USD"), paid(Fraction(-3, 2), "JPY")
    (Fraction(1, 100), Fraction(-2, 1))
    """
    size = rounded(abs(value), smallest_coin(currency), "half_up")
    return size if value >= 0 else -size
