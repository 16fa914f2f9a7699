"""What a record is of: one request, or a sum of several, on which a threshold cannot be decided."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

RecordKind: TypeAlias = Literal["single", "sum"]
SINGLE: Final = "single"
SUM: Final = "sum"
