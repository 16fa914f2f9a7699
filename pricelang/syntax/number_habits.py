"""Numbers and amounts as people write them elsewhere, and how they are written in a book."""

from __future__ import annotations

import re
from decimal import Decimal

_NUMBER = re.compile(r"(?P<sign>[$€£¥])?(?P<digits>[0-9][0-9,._]*)(?P<suffix>[kKmMbB]\b)?")
_SIZES = {"k": 1_000, "m": 1_000_000, "b": 1_000_000_000}


def number_at(row: str, column: int) -> re.Match[str] | None:
    """The number that stands at a column of a row (from 1), with its sign and its suffix."""
    return next(
        (found for found in _NUMBER.finditer(row) if found.start() < column <= found.end()), None
    )


def whole_number(written: str) -> int:
    """The number that digits with a suffix stand for.

    >>> whole_number("1.5k"), whole_number("200,000")
    (1500, 200000)
    """
    size = _SIZES.get(written[-1:].lower(), 1)
    digits = re.sub("[^0-9.]", "", written).strip(".").replace("..", ".")
    return int(Decimal(digits) * size)


def number_help(found: re.Match[str], rest: str, is_amount: bool) -> str | None:
    """How a number is written that cannot be read; `rest` is what follows it, and `is_amount`
    says that an amount of money should stand there.

    >>> number_help(number_at("$0,06 per hour", 3), " per hour", False)
    'a comma groups thousands: did you mean `$0.06`?'
    >>> number_help(number_at("1.000.000 tokens", 1), " tokens", False)
    'commas group thousands: `1,000,000`'
    >>> number_help(number_at("costs 4.40", 7), "", True)
    'an amount bears a currency: `$4.40`'
    """
    digits, sign = found["digits"].rstrip(",._"), found["sign"] or ""
    if found["suffix"] is not None:
        return f"write the whole number: `{sign}{whole_number(digits + found['suffix']):,}`"
    behind = re.match(r" *([€$£¥])", rest)
    if behind is not None and not sign:
        return f"the currency stands before the amount: `{behind[1]}{_decimal(digits)}`"
    if "_" in digits or re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3}){2,}", digits):
        return f"commas group thousands: `{sign}{int(re.sub('[._,]', '', digits)):,}`"
    if re.fullmatch(r"[0-9]+(,[0-9]+)+", digits):
        return _comma_help(digits, sign)
    if is_amount and not sign and re.fullmatch(r"[0-9,]+(\.[0-9]+)?", digits):
        amount = Decimal(digits.replace(",", ""))
        if re.match(r" *(cents?|ct|¢)\b", rest):
            amount /= 100
        code = re.match(r" *([A-Z]{3})\b", rest)
        sign = f"{code[1]} " if code is not None and code[1] != "USD" else "$"
        return f"an amount bears a currency: `{sign}{amount:,f}`"
    return None


def _decimal(digits: str) -> str:
    """Digits with a point before the cents, whichever mark stands there."""
    found = re.fullmatch(r"([0-9.,]*)[.,]([0-9]{1,2})", digits)
    if found is None:
        return f"{int(re.sub('[.,]', '', digits)):,}"
    return f"{int(re.sub('[.,]', '', found[1]) or 0):,}.{found[2]}"


def _comma_help(digits: str, sign: str) -> str:
    """A comma as the decimal point, or thousands that are grouped otherwise."""
    whole, *parts = digits.split(",")
    grouped, point = f"{sign}{int(''.join((whole, *parts))):,}", f"{sign}{whole}.{parts[-1]}"
    if len(parts) > 1:
        return f"a comma groups thousands: did you mean `{grouped}`?"
    if sign or whole == "0":
        return f"a comma groups thousands: did you mean `{point}`?"
    return f"a comma groups thousands: did you mean `{point}` or `{grouped}`?"
