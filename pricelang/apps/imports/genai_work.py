"""What is gathered on the way through genai-prices' data: sets of prices, and when they hold."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from attrs import define, field, frozen

from pricelang.apps.imports.drafts import (
    FIRST_DAY,
    Measure,
)
from pricelang.apps.imports.genai_families import Routes
from pricelang.apps.imports.import_work import ImportWork

Context = tuple[tuple[str, str], ...]
Tiers = list[tuple[int, Fraction]]
"""A price by the length of the prompt that it is above; the first is above 0."""


@frozen
class PriceTimes:
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
    when: PriceTimes = PriceTimes()
    context: Context = ()


@define
class GenaiWork(ImportWork):
    """What is gathered on the way through the providers."""

    routes: Routes = field(kw_only=True)
    measures: dict[str, Measure] = field(factory=dict)
    values: dict[str, dict[str, list[str]]] = field(factory=dict)
    families: dict[str, str] = field(factory=dict)


def of_prompt(measure: Measure) -> bool:
    """Decides whether a meter counts tokens of the prompt."""
    return measure.unit == "tokens" and measure.name.startswith(("input", "cache"))
