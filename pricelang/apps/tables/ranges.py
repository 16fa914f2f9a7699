"""Amounts that are known only between two, in words and as data."""

from __future__ import annotations

from fractions import Fraction

from pricelang.apps.quote.model import LEVELS, Range
from pricelang.present.decimals import plain
from pricelang.present.readable import readable_amount


def span_words(amount: Range | None, currency: str) -> str:
    """`$1 to $2`, or nothing where the amount is known."""
    if amount is None or amount.known:
        return ""
    low, high = Fraction(amount.low), Fraction(amount.high)
    return f"{readable_amount(low, currency)} to {readable_amount(high, currency)}"


def expected_words(amount: Range | None, currency: str) -> str:
    """What is expected."""
    return "" if amount is None else readable_amount(Fraction(amount.expected), currency)


def range_data(amount: Range) -> dict[str, str]:
    """The least, what is expected and the most, as decimal strings."""
    return {level: plain(Fraction(getattr(amount, level))) for level in LEVELS}
