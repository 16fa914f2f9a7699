"""One thing that differs between two books, its kind, and the heading that it stands under."""

from __future__ import annotations

from typing import Literal, TypeAlias, assert_never, get_args

from attrs import frozen

from pricelang.present.notebook import InNotebook

ChangeKind: TypeAlias = Literal[
    "currency",
    "dimension",
    "unit",
    "meter",
    "model",
    "alias",
    "offer",
    "refusal",
    "exclusion",
    "modifier",
    "order",
    "free",
    "tiers",
    "limit",
    "price",
    "charge",
    "rounding",
    "conversion",
    "figure",
    "announcement",
    "note",
    "remark",
]
"""The kinds of changes, in the order in which a reader wants them."""

Heading: TypeAlias = Literal[
    "Requests", "Models", "Offers and refusals", "Modifiers", "Prices", "Figures", "Remarks"
]


def heading_of(kind: ChangeKind) -> Heading:
    """The heading under which a report puts a kind of change."""
    match kind:
        case "currency" | "dimension" | "unit" | "meter":
            return "Requests"
        case "model" | "alias":
            return "Models"
        case "offer" | "refusal" | "exclusion":
            return "Offers and refusals"
        case "modifier" | "order":
            return "Modifiers"
        case "free" | "tiers" | "limit" | "price" | "charge" | "rounding" | "conversion":
            return "Prices"
        case "figure" | "announcement":
            return "Figures"
        case "note" | "remark":
            return "Remarks"
        case _:
            assert_never(kind)


KINDS: dict[ChangeKind, Heading] = {kind: heading_of(kind) for kind in get_args(ChangeKind)}
"""The kinds of changes, each with its heading."""


@frozen
class Change(InNotebook):
    """One thing that differs between two books, or between two days.

    `kind` is a word of `KINDS`, `subject` what it is about (meters, a modifier, …). `who` are the
    models in words, empty for all of them, and `models` the same by name; `when` the days and
    conditions in words, empty for always. `old` and `new` are in words, amounts with their unit.
    `text` is the sentence.
    """

    kind: ChangeKind
    subject: str
    who: str
    when: str
    old: str
    new: str
    text: str
    models: tuple[str, ...] = ()
