"""One difference between a source and the book, as data and in words."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

from attrs import field, frozen

DifferenceKind = Literal["model", "price", "date", "lacks"]
"""An id that the book cannot read or price, another price, another day, what the source lacks."""


@frozen
class Difference:
    """Where a source and the book differ.

    `model` is the book's name, empty where it has none; `what` the meter or the date, `said` what
    holds beside the id, `above` a length of prompt and `on` a day on which the two differ, where
    that is not today. `theirs` and `ours` are texts, with the exact amounts where they are prices.
    """

    kind: DifferenceKind
    source: str
    id: str
    model: str
    what: str
    theirs: str
    ours: str
    place: str
    said: Mapping[str, str] = field(factory=dict)
    above: int = 0
    on: str = ""
    amount: Fraction | None = None
    own_amount: Fraction | None = None

    @property
    def when(self) -> str:
        """Under which conditions, in words."""
        parts = [f"{name} {value}" for name, value in self.said.items()]
        parts += [f"prompt over {self.above:,}"] if self.above else []
        parts += [f"on {self.on}"] if self.on else []
        return ", ".join(parts)
