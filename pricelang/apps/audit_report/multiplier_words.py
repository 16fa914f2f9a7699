"""Multipliers, and what makes them, in words and as data."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from pricelang.evaluate.stack.operations import Operation
from pricelang.evaluate.stack.step_words import sign_of
from pricelang.present.decimals import exact, grouped, money, plain
from pricelang.verify.extremes import Steps

_PLACES = 4


def times(multiplier: Fraction | None) -> str:
    """A multiplier: `x 13.2`, `about x 1.3333`; nothing where there is none."""
    if multiplier is None:
        return ""
    if exact(multiplier) is not None:
        return f"x {grouped(multiplier)}"
    return f"about x {grouped(round(multiplier, _PLACES))}"


def made_by(steps: Steps, currency: str) -> str:
    """What members of the stack do: `fast x 6, residency x 1.1`."""
    each = (
        f"{name} {' and '.join(_operation(one, currency) for one in operations)}"
        for name, operations in steps
    )
    return ", ".join(each) or "no modifier"


def _operation(operation: Operation, currency: str) -> str:
    match operation.kind:
        case "factor":
            return times(operation.value)
        case "round":
            return f"to {money(operation.value, currency)}"
        case _:
            return f"{sign_of(operation.kind)} {money(operation.value, currency)}"


def number_of(multiplier: Fraction | None) -> str | None:
    """A multiplier for JSON."""
    return None if multiplier is None else plain(multiplier)


def steps_data(steps: Steps) -> Sequence[dict[str, Any]]:
    """What members of the stack do for JSON; amounts are for one of the meter's unit."""
    return [
        {"name": name, "kind": one.kind, "value": plain(one.value)}
        for name, operations in steps
        for one in operations
    ]
