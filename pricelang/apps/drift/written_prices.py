"""Prices as pages write them: an amount for so many of a unit."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from pricelang.syntax.build_values import SYMBOLS

_AMOUNT = re.compile(
    r"(?P<sign>[$€£¥]|\b[A-Z]{3} )(?P<amount>[0-9][0-9,]*(?:\.[0-9]+)?)"
    r"(?:\s*(?:/|per)\s*(?:(?P<count>[0-9][0-9,]*)\s*)?(?P<unit>[A-Za-z]+(?: tokens)?))?"
)
_UNITS = {
    **dict.fromkeys(("mtok", "million tokens", "m tokens"), 1_000_000),
    **dict.fromkeys(("ktok", "thousand tokens", "k tokens"), 1_000),
}


def price_in(text: str, currency: str = "USD") -> Fraction | None:
    """The price of one in a text, None where it has none in a currency.

    >>> price_in("$5 / MTok") == price_in("$5 per 1M tokens") == Fraction(5, 1_000_000)
    True
    >>> price_in("$10 per 1,000 searches"), price_in("€10 per hour"), price_in("$5")
    (Fraction(1, 100), None, None)
    """
    found = _AMOUNT.search(text)
    if found is None or why_unread(text, currency) is not None:
        return None
    count = int((found["count"] or "1").replace(",", ""))
    amount = Fraction(Decimal(found["amount"].replace(",", "")))
    return amount / count / _UNITS.get(found["unit"].lower(), 1)


def why_unread(text: str, currency: str = "USD") -> str | None:
    """The reason for which an amount in a text is no price in a currency; None where it is one,
    or there is none.
    """
    found = _AMOUNT.search(text)
    if found is None:
        return None
    if SYMBOLS.get(found["sign"], found["sign"].strip()) != currency:
        return "a price in another currency than the book's"
    if found["unit"] is None or (found["count"] and not found["count"].strip("0,")):
        return "a price that does not say for how many"
    return None
