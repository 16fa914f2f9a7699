"""How the two sides of a claim compare."""

from __future__ import annotations

from typing import Literal, TypeAlias

Relation: TypeAlias = Literal["equal", "less", "at_least", "at_most"]
