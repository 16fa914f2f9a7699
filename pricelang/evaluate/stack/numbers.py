"""The number that the operations of a stack make of one price."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import assert_never

from pricelang.evaluate.stack.operations import Operation
from pricelang.model import book as m
from pricelang.present.decimals import rounded


def applied(price: Fraction, operation: Operation) -> Fraction:
    """A price after an operation."""
    kind, value, size, mode = operation
    if kind == "factor":
        return price * value
    if kind == "add":
        return price + value
    if kind == "at_least":
        return max(price, value)
    if kind == "at_most":
        return min(price, value)
    if kind == "round":
        return rounded(price * size, value, mode) / size
    assert_never(kind)


def through(price: Fraction, operations: Iterable[Operation]) -> Fraction:
    """A price after some operations, in their order.

    >>> from pricelang.evaluate.stack.operations import Operation
    >>> through(Fraction(3), [Operation("factor", Fraction(2)), Operation("at_most", Fraction(5))])
    Fraction(5, 1)
    """
    for operation in operations:
        price = applied(price, operation)
    return price


def rounded_by(rounding: m.Rounding | None, amount: Fraction) -> Fraction:
    """An amount after a rounding, where there is one."""
    return amount if rounding is None else rounded(amount, rounding.step, rounding.mode)
