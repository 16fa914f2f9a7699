"""The bounds of many prices at once after the operations of a stack, without multiplying them out.

`Box` bounds some prices at once, and one sum of them: what all of them have in common cancels in
the sum, however wide the prices are.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Literal, TypeAlias, assert_never

from attrs import frozen

from pricelang.evaluate.stack.numbers import applied
from pricelang.evaluate.stack.operations import Operation, Operations

FREE = "free"
ZERO = Fraction(0)
Free: TypeAlias = Literal["yes", "no", "maybe"]
Ends = tuple[Fraction | None, Fraction | None]
"""The least and the most that a price may be; None where nothing bounds it."""


def ends_after(ends: Ends, operation: Operation) -> Ends:
    """The ends of an interval after an operation: each is monotone."""
    low, high = (None if end is None else applied(end, operation) for end in ends)
    match operation.kind:
        case "at_least":
            return operation.value if low is None else low, high
        case "at_most":
            return low, operation.value if high is None else high
        case _:
            return low, high


@frozen
class Box:
    """Bounds of each of some prices, and of a sum of them;
    `free` says of each whether it is, or may be, nothing at all.

    What is free stays free, whatever the stack says.
    """

    low: tuple[Fraction, ...]
    high: tuple[Fraction, ...]
    free: tuple[Free, ...]
    least: Fraction
    most: Fraction

    def hull(self, other: Box) -> Box:
        """Bounds of either."""
        return Box(
            tuple(map(min, self.low, other.low)),
            tuple(map(max, self.high, other.high)),
            tuple(a if a == b else "maybe" for a, b in zip(self.free, other.free, strict=True)),
            min(self.least, other.least),
            max(self.most, other.most),
        )


def box_of(prices: Sequence[Any], weights: Sequence[Fraction]) -> Box:
    """The box of known prices."""
    known = tuple(ZERO if price == FREE else price for price in prices)
    total = sum((weight * price for weight, price in zip(weights, known, strict=True)), ZERO)
    return Box(
        known, known, tuple("yes" if price == FREE else "no" for price in prices), total, total
    )


def scaled(box: Box, least: Fraction, most: Fraction) -> Box:
    """A box after one factor for all prices that is between two numbers."""
    return Box(
        tuple(low * least for low in box.low),
        tuple(high * most for high in box.high),
        box.free,
        min(box.least * least, box.least * most),
        max(box.most * least, box.most * most),
    )


def moved(box: Box, operations: Sequence[Operations], weights: Sequence[Fraction]) -> Box:
    """A box after some operations for each of its prices."""
    sure = all(free == "no" for free in box.free)
    if sure and all(one == operations[0] for one in operations):
        for operation in operations[0]:
            box = _alike(box, operation, weights)
        return box
    for index, own in enumerate(operations):
        if box.free[index] != "yes":
            for operation in own:
                box = _alone(box, index, operation, weights)
    return _within(box, weights)


def _alike(box: Box, operation: Operation, weights: Sequence[Fraction]) -> Box:
    """The same operation for all prices:
    a factor scales their sum, and what bounds two prices alike keeps which is the greater.
    """
    if operation.kind == "factor":
        return _within(scaled(box, operation.value, operation.value), weights)
    least, most = box.least, box.most
    for index in range(len(weights)):
        box = _alone(box, index, operation, weights)
    if len(weights) == 2 and weights[0] == -weights[1]:
        bounds = box.least, box.most
        if least >= 0:
            bounds = max(bounds[0], ZERO), bounds[1]
        if most <= 0:
            bounds = bounds[0], min(bounds[1], ZERO)
        box = Box(box.low, box.high, box.free, *bounds)
    return _within(box, weights)


def _alone(box: Box, index: int, operation: Operation, weights: Sequence[Fraction]) -> Box:
    """One operation for one price."""
    low, high = box.low[index], box.high[index]
    after = applied(low, operation), applied(high, operation)
    value = operation.value
    match operation.kind:
        case "factor":
            change = sorted((low * (value - 1), high * (value - 1)))
        case "add":
            change = [value, value]
        case "at_least" | "at_most":  # it lifts a low price most, and lowers a high one most
            change = [after[1] - high, after[0] - low]
        case "round" if low != high:
            change = _by_rounding(operation)
        case _:  # it is monotone
            change = [after[0] - high, after[1] - low] if low != high else [after[0] - low] * 2
    if box.free[index] == "maybe":
        after = min(after[0], ZERO), after[1]
        change = [min(change[0], ZERO), max(change[1], ZERO)]
    moved_by = sorted((weights[index] * change[0], weights[index] * change[1]))
    lows, highs = list(box.low), list(box.high)
    lows[index], highs[index] = after
    return Box(tuple(lows), tuple(highs), box.free, box.least + moved_by[0], box.most + moved_by[1])


def _by_rounding(operation: Operation) -> list[Fraction]:
    """By how much a rounding moves a price at least and at most."""
    whole = operation.value / operation.size
    match operation.mode:
        case "up":
            return [ZERO, whole]
        case "down":
            return [-whole, ZERO]
        case "half_even" | "half_up" | "half_down":
            return [-whole / 2, whole / 2]
        case _:
            assert_never(operation.mode)


def _within(box: Box, weights: Sequence[Fraction]) -> Box:
    """A box whose sum is no wider than its prices say."""
    ends = [
        sorted((weight * low, weight * high))
        for weight, low, high in zip(weights, box.low, box.high, strict=True)
    ]
    least, most = sum((end[0] for end in ends), ZERO), sum((end[1] for end in ends), ZERO)
    if least <= box.least and most >= box.most:
        return box
    return Box(box.low, box.high, box.free, max(least, box.least), min(most, box.most))
