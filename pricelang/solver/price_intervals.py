"""What the stack does to prices, as steps,
and the bounds of what many steps can come to without multiplying them out.

A step is a factor, an addition, a floor, a cap or a rounding; each is monotone in the price. `Box`
bounds some prices at once, and one sum of them: what all of them have in common cancels in the sum,
however wide the prices are.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from attrs import frozen

from pricelang.present.decimals import rounded

Step = tuple[Any, ...]
"""("x", factor), ("+", amount), ("floor", bound), ("cap",
bound), or ("round", size, step, mode): for `size` units.
"""

Steps = tuple[Step, ...]
FREE = "free"
ZERO, ONE = Fraction(0), Fraction(1)


def through(price: Fraction, steps: Steps) -> Fraction:
    """A price after some steps."""
    for step in steps:
        kind, value = step[0], step[1]
        if kind == "x":
            price *= value
        elif kind == "+":
            price += value
        elif kind == "floor":
            price = max(price, value)
        elif kind == "cap":
            price = min(price, value)
        else:
            price = rounded(price * value, step[2], step[3]) / value
    return price


def factor_of(steps: Steps) -> Fraction | None:
    """The factor that some steps are together; None where they are more than factors."""
    product = ONE
    for step in steps:
        if step[0] != "x":
            return None
        product *= step[1]
    return product


@frozen
class Box:
    """Bounds of each of some prices, and of a sum of them;
    `free` says of each whether it is, or may be, nothing at all.

    What is free stays free, whatever the stack says.
    """

    low: tuple[Fraction, ...]
    high: tuple[Fraction, ...]
    free: tuple[str, ...]
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


def moved(box: Box, steps: Sequence[Steps], weights: Sequence[Fraction]) -> Box:
    """A box after some steps for each of its prices."""
    sure = all(free == "no" for free in box.free)
    if sure and all(one == steps[0] for one in steps):
        for step in steps[0]:
            box = _alike(box, step, weights)
        return box
    for index, own in enumerate(steps):
        if box.free[index] != "yes":
            for step in own:
                box = _alone(box, index, step, weights)
    return _within(box, weights)


def _alike(box: Box, step: Step, weights: Sequence[Fraction]) -> Box:
    """The same step for all prices:
    a factor scales their sum, and what bounds two prices alike keeps which is the greater.
    """
    if step[0] == "x":
        return _within(scaled(box, step[1], step[1]), weights)
    least, most = box.least, box.most
    for index in range(len(weights)):
        box = _alone(box, index, step, weights)
    if len(weights) == 2 and weights[0] == -weights[1]:
        bounds = box.least, box.most
        if least >= 0:
            bounds = max(bounds[0], ZERO), bounds[1]
        if most <= 0:
            bounds = bounds[0], min(bounds[1], ZERO)
        box = Box(box.low, box.high, box.free, *bounds)
    return _within(box, weights)


def _alone(box: Box, index: int, step: Step, weights: Sequence[Fraction]) -> Box:
    """One step for one price."""
    low, high = box.low[index], box.high[index]
    after = through(low, (step,)), through(high, (step,))
    kind, value = step[0], step[1]
    if kind == "x":
        change = sorted((low * (value - 1), high * (value - 1)))
    elif kind == "+":
        change = [value, value]
    elif kind in ("floor", "cap"):  # it lifts a low price most, and lowers a high one most
        change = [after[1] - high, after[0] - low]
    else:
        change = _by_rounding(step) if low != high else [after[0] - low, after[0] - low]
    if box.free[index] == "maybe":
        after = min(after[0], ZERO), after[1]
        change = [min(change[0], ZERO), max(change[1], ZERO)]
    moved_by = sorted((weights[index] * change[0], weights[index] * change[1]))
    lows, highs = list(box.low), list(box.high)
    lows[index], highs[index] = after
    return Box(tuple(lows), tuple(highs), box.free, box.least + moved_by[0], box.most + moved_by[1])


def _by_rounding(step: Step) -> list[Fraction]:
    """By how much a rounding moves a price at least and at most."""
    whole = Fraction(step[2]) / step[1]
    return {"up": [ZERO, whole], "down": [-whole, ZERO]}.get(step[3], [-whole / 2, whole / 2])


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
