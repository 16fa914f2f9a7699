"""Prices as pages write them: an amount for so many of a unit."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

_AMOUNT = re.compile(
    r"[$€£](?P<amount>[0-9][0-9,]*(?:\.[0-9]+)?)\s*(?:/|per)\s*"
    r"(?:(?P<count>[0-9][0-9,]*)\s+)?(?P<unit>[A-Za-z]+(?: tokens)?)"
)
_UNITS = {"mtok": 1_000_000, "million tokens": 1_000_000, "ktok": 1_000}


def price_in(text: str) -> Fraction | None:
    """The price of one in a text, None where it has none.

    >>> price_in("$5 / MTok") == Fraction(5, 1_000_000), price_in("$10 per 1,000 searches")
    (True, Fraction(1, 100))
    """
    found = _AMOUNT.search(text)
    if found is None:
        return None
    count = int((found["count"] or "1").replace(",", ""))
    amount = Fraction(Decimal(found["amount"].replace(",", "")))
    return amount / count / _UNITS.get(found["unit"].lower(), 1)
