"""What is gathered on the way through genai-prices' data: sets of prices, and when they hold."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from attrs import define, field, frozen

from pricelang.apps.imports.clocks import DayClock
from pricelang.apps.imports.drafts import (
    FIRST_DAY,
    DraftModel,
    DraftPrice,
    Imported,
    Measure,
    Unsaid,
)
from pricelang.present.text import shown

Context = tuple[tuple[str, str], ...]
Tiers = list[tuple[int, Fraction]]
"""A price by the length of the prompt that it is above; the first is above 0."""


@frozen
class Applicability:
    """When a set of prices holds:
    from a day, or within hours (minutes of the UTC day), or always.
    """

    start: str = FIRST_DAY
    hours: tuple[int, int] | None = None


@frozen
class PriceSet:
    """Prices by meter, when they hold and for which
    context they are (none for the ordinary ones).
    """

    prices: Mapping[str, Tiers]
    when: Applicability = Applicability()
    context: Context = ()


@define
class Work:
    """What is gathered on the way through the providers."""

    imported: Imported = field(factory=lambda: Imported({}, []))
    measures: dict[str, Measure] = field(factory=dict)
    models: list[DraftModel] = field(factory=list)
    known: set[str] = field(factory=set)
    prices: list[DraftPrice] = field(factory=list)
    aliases: dict[str, str] = field(factory=dict)
    values: dict[str, dict[str, list[str]]] = field(factory=dict)
    day: DayClock | None = None

    def unsaid(self, model: str, name: str, value: object, reason: str) -> None:
        """A figure that the book does not have."""
        self.imported.listed.append(Unsaid(model, name, shown(value, 120), reason))


def of_prompt(measure: Measure) -> bool:
    """Decides whether a meter counts tokens of the prompt."""
    return measure.unit == "tokens" and measure.name.startswith(("input", "cache"))
