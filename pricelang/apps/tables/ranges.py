"""Amounts that are known only between two, in words and as data."""

from __future__ import annotations

from fractions import Fraction

from pricelang.apps.quote.model import Range
from pricelang.present.decimals import money_cut, plain

LEVELS = ("low", "expected", "high")


def span_words(amount: Range | None, currency: str) -> str:
    """`$1 to $2`, or nothing where the amount is known."""
    if amount is None or amount.known:
        return ""
    return (
        f"{money_cut(Fraction(amount.low), currency)} to "
        f"{money_cut(Fraction(amount.high), currency)}"
    )


def expected_words(amount: Range | None, currency: str) -> str:
    """What is expected, cut where it has many digits."""
    return "" if amount is None else money_cut(Fraction(amount.expected), currency)


def range_data(amount: Range) -> dict[str, str]:
    """The least, what is expected and the most, as decimal strings."""
    return {level: plain(Fraction(getattr(amount, level))) for level in LEVELS}
