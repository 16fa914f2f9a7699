"""Quantities of a record, as exact numbers in the unit of their meter."""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NoReturn

from pricelang.model.book import Meter, Unit
from pricelang.model.errors import BadRequest
from pricelang.model.units import find_unit, plural
from pricelang.present.explained import Help
from pricelang.present.text import help_for, shown

MAX_DIGITS = 40
PLAIN = 2**50
"""An `int` from zero to below this is a quantity of any meter as it is,
without reading or further checks.
"""
_WANTED = "give a whole number, a `Decimal`, or a string"
_AMOUNT = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?)(?:\s+([A-Za-z_]+))?\Z", re.ASCII)


def read_uses(value: object, meter: Meter, units: Sequence[Unit]) -> tuple[Fraction, ...]:
    """The uses of a meter: one for a number or a string such as `"90 minutes"`,
    one each for a list of them.

    Raises `BadRequest` (`bad_quantity`) for anything negative,
    not finite, too long, or a part of something whole.
    """
    if isinstance(value, list | tuple):
        return tuple(_read_one(part, meter, units) for part in value)
    return (_read_one(value, meter, units),)


def _read_one(value: object, meter: Meter, units: Sequence[Unit]) -> Fraction:
    if isinstance(value, float):
        _bad(meter, "is a binary float", _WANTED)
    if value is None or isinstance(value, bool):
        _bad(meter, "is nothing" if value is None else "is true or false", _WANTED)
    if isinstance(value, str):
        number = _read_text(value, meter, units)
    elif isinstance(value, int | Fraction):
        number = Fraction(value)
    elif isinstance(value, Decimal):
        number = _read_decimal(value, meter)
    else:
        number = _read_other(value, meter)
    if number < 0:
        _bad(meter, f"is negative: `{shown(value, 40)}`", None)
    if (
        number.numerator.bit_length() > 4 * MAX_DIGITS
        or number.denominator.bit_length() > 4 * MAX_DIGITS
    ):
        _bad(meter, f"has more than {MAX_DIGITS} digits", None)
    if meter.whole and number.denominator != 1:
        _bad(
            meter,
            f"is `{shown(value, 40)}`, and {plural(meter.unit)} are counted in whole numbers",
            None,
        )
    return number


def _read_other(value: object, meter: Meter) -> Fraction:
    """The whole number of a type that stands for one, such as those of numpy."""
    try:
        return Fraction(operator.index(value))  # type: ignore[arg-type]
    except TypeError:
        _bad(meter, f"is a Python `{type(value).__name__}`", _WANTED)


def _read_decimal(value: Decimal, meter: Meter) -> Fraction:
    if not value.is_finite():
        _bad(meter, f"is {value}", None)
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or len(digits) > MAX_DIGITS or abs(exponent) > MAX_DIGITS:
        _bad(meter, f"has more than {MAX_DIGITS} digits", None)
    return Fraction(value)


def _in_digits(text: str) -> str | None:
    """How a number is written that programs and other languages write otherwise."""
    from pricelang.syntax.number_habits import plain_digits  # what is read does not need it

    digits = plain_digits(text)
    return f"write `{digits}`" if digits else None


def _read_text(value: str, meter: Meter, units: Sequence[Unit]) -> Fraction:
    match = _AMOUNT.match(value.strip()) if len(value) <= 100 else None
    if match is None or len(match.group(1)) > MAX_DIGITS:
        _bad(
            meter,
            f"is `{shown(value, 40)}`",
            _in_digits(value.strip())
            or "write a number, or a number and a unit such as "
            f"`{90 if meter.size != 1 else 100} {plural(meter.unit)}`",
        )
    number = Fraction(match.group(1).replace(",", ""))
    if match.group(2) is None:
        return number
    unit = find_unit(match.group(2), units)
    if unit is None:
        _bad(
            meter,
            f"has the unknown unit `{match.group(2)}`",
            help_for(match.group(2), [u.name for u in units]),
        )
    if unit.kind != meter.kind:
        _bad(meter, f"is in {match.group(2)}, but is counted in {plural(meter.unit)}", None)
    return number * unit.size / meter.size


def _bad(meter: Meter, what: str, help: Help) -> NoReturn:
    raise BadRequest("bad_quantity", f"the quantity of `{meter.name}` {what}", help=help)
