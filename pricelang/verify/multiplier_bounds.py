"""The bounds of a multiplier, a price over the one it starts from, after the operations of a stack.

Beside a range of multipliers stands the range of the prices they are of: what an amount adds, or a
floor or a cap leaves, is as many times a price as that price is small.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from attrs import frozen

from pricelang.evaluate.stack.numbers import applied
from pricelang.evaluate.stack.operations import Operation

Range = tuple[Fraction, Fraction]


@frozen
class Multipliers:
    """Multipliers between two numbers, of prices (above zero) between two amounts."""

    prices: Range
    ends: Range

    def hull(self, other: Multipliers) -> Multipliers:
        """Bounds of either."""
        return Multipliers(_hull(self.prices, other.prices), _hull(self.ends, other.ends))

    def scaled(self, least: Fraction, most: Fraction) -> Multipliers:
        """Bounds after a factor between two numbers."""
        return Multipliers(self.prices, (self.ends[0] * least, self.ends[1] * most))

    def after(self, operations: Iterable[Operation]) -> Multipliers:
        """Bounds after some operations on the price."""
        found = self.ends
        for operation in operations:
            found = self._after(found, operation)
        return Multipliers(self.prices, found)

    def _after(self, ends: Range, operation: Operation) -> Range:
        """An operation is monotone in the price; beside the price that it starts from, all but a
        rounding are, so that the ends of both decide.
        """
        low, high = ends
        cheap, dear = self.prices
        if operation.kind == "round" and cheap != dear:
            whole = operation.value / operation.size / cheap
            return low - whole, high + whole
        return (
            min(applied(low * price, operation) / price for price in self.prices),
            max(applied(high * price, operation) / price for price in self.prices),
        )


def _hull(one: Range, other: Range) -> Range:
    return min(one[0], other[0]), max(one[1], other[1])
