"""The exact sum of many fractions: whole numbers are added, and one division is left."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction


def exact_sum(values: Iterable[Fraction]) -> Fraction:
    """The sum of some fractions. Amounts of one price have few denominators, so that adding up
    the numerators of each is much faster than adding fractions.
    """
    by_denominator: dict[int, int] = {}
    for value in values:
        below = value.denominator
        by_denominator[below] = by_denominator.get(below, 0) + value.numerator
    return sum((Fraction(above, below) for below, above in by_denominator.items()), Fraction(0))
