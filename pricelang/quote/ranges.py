"""Numbers that are known only between two."""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen


@frozen
class Range:
    """A number that is known only between two: `low <= expected <= high`; exact."""

    low: Fraction | int
    expected: Fraction | int
    high: Fraction | int

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.expected + other.expected, self.high + other.high)

    @property
    def known(self) -> bool:
        """Whether there is nothing between the two."""
        return self.low == self.high


NOTHING = Range(0, 0, 0)


def same(number: Fraction | int) -> Range:
    """The range of a number that is known."""
    return Range(number, number, number)
