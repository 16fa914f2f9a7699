"""What a step of a stack does to a price or an amount, in words."""

from __future__ import annotations

from pricelang.evaluate.stack.operations import Kind, Step
from pricelang.present.decimals import grouped, money


def step_words(step: Step, currency: str) -> str:
    """What a step does: `x 2`, `+ $1 per MTok`, `at least $5 per MTok`, `rounded by $0.01 …`."""
    value = grouped(step.value) if step.kind == "factor" else money(step.value, currency)
    per = "" if step.kind == "factor" else f" per {step.per}"
    return f"{sign_of(step.kind)} {value}{per}"


def sign_of(kind: Kind) -> str:
    """What stands before the value of a step: `x`, `+`, `at least`."""
    match kind:
        case "factor":
            return "x"
        case "add":
            return "+"
        case "round":
            return "rounded by"
        case _:
            return kind.replace("_", " ")
