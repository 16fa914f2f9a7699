"""What is gathered on the way through LiteLLM's price map."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from attrs import define, field

from pricelang.apps.imports import litellm_fields as f
from pricelang.apps.imports.clocks import DayClock
from pricelang.apps.imports.drafts import (
    NAMELESS,
    Condition,
    DraftModel,
    DraftPrice,
    Imported,
    Measure,
    Unsaid,
    amount_of,
)
from pricelang.present.text import shown

Figures = dict[tuple[str, str, int, Condition], Fraction]
"""What a model's fields say, by meter, tier, length of prompt and further conditions."""


@define
class Work:
    """What is gathered on the way through the map."""

    read: str
    imported: Imported = field(factory=lambda: Imported({}, []))
    measures: dict[str, Measure] = field(factory=lambda: dict(f.MEASURES))
    models: list[DraftModel] = field(factory=list)
    known: set[str] = field(factory=set)
    prices: list[DraftPrice] = field(factory=list)
    aliases: dict[str, str] = field(factory=dict)
    values: dict[str, list[str]] = field(factory=lambda: defaultdict(list))
    tiers: dict[str, list[str]] = field(factory=dict)
    uplifts: dict[tuple[str, str, str], dict[Fraction, list[str]]] = field(factory=dict)
    searches: dict[tuple[Condition, Fraction], list[str]] = field(factory=lambda: defaultdict(list))
    pools: dict[tuple[str, int, str], list[str]] = field(factory=lambda: defaultdict(list))
    by_day: list[str] = field(factory=list)
    day: DayClock | None = None

    def figure(
        self, model: str, name: str, value: object, reason: str | None = None
    ) -> Fraction | None:
        """A figure that was read:
        counted, and None with a reason noted where it is no price or there is one already.
        """
        self.imported.figures += 1
        amount = None
        try:
            amount = amount_of(value)
        except ValueError as error:
            reason = str(error)
        if reason is not None:
            self.unsaid(model, name or NAMELESS, value, reason)
            return None
        self.imported.said += 1
        return amount

    def unsaid(self, model: str, name: str, value: object, reason: str) -> None:
        """A figure that the book does not have."""
        self.imported.listed.append(Unsaid(model, name, shown(value, 120), reason))
