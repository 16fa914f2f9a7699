"""What is gathered on the way through LiteLLM's price map."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from attrs import define, field

from pricelang.apps.imports import litellm_fields as f
from pricelang.apps.imports.drafts import (
    NAMELESS,
    Condition,
    Measure,
    amount_of,
)
from pricelang.apps.imports.import_work import ImportWork

Figures = dict[tuple[str, str, int, Condition], Fraction]
"""What a model's fields say, by meter, tier, length of prompt and further conditions."""


@define
class LitellmWork(ImportWork):
    """What is gathered on the way through the map."""

    read: str = field(kw_only=True)
    measures: dict[str, Measure] = field(factory=lambda: dict(f.MEASURES))
    values: dict[str, list[str]] = field(factory=lambda: defaultdict(list))
    tiers: dict[str, list[str]] = field(factory=dict)
    uplifts: dict[tuple[str, str, str], dict[Fraction, list[str]]] = field(factory=dict)
    at_one_price: list[str] = field(factory=list)
    """Models of Vertex AI without a factor for its regional endpoints."""
    searches: dict[tuple[Condition, Fraction], list[str]] = field(factory=lambda: defaultdict(list))
    pools: dict[tuple[str, int, str], list[str]] = field(factory=lambda: defaultdict(list))

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
