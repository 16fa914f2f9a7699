"""The states of a request, and of the price of a meter, under two books, as leaves of diagrams."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from pricelang.verify.diff.align import ModifierOutcome, factor_of
from pricelang.verify.diff.aligned_books import NO
from pricelang.verify.diff.boxes import OPEN

ABSENT, UNOFFERED, OFFER = "absent", "unoffered", "offer"
BOTH_REFUSED, REFUSAL, LIVE = "both refused", "refusal", "live"
"""The state of a request: no model, or no value; one book offers it and prices it;
neither prices it, or one; both price it.
"""

OFF, GONE, NIL, EQUAL, DIFFERS = "off", "gone", "nil", "equal", "differs"
"""The state of a meter's price: in neither book, in one,
zero in both for good, the same in both, another.
"""


def paired(
    old: Mapping[Any, int], new: Mapping[Any, int], nothing: int
) -> dict[Any, tuple[int, int]]:
    """Diagrams of two books by name; what only one of them names says nothing in the other."""
    return {name: (old.get(name, nothing), new.get(name, nothing)) for name in {**old, **new}}


def step(meter: str, leaf: ModifierOutcome) -> tuple[Fraction, Fraction]:
    """What a modifier does to the price of a meter: a factor and an addition."""
    return factor_of(leaf, meter), dict(leaf.adds).get(meter, Fraction(0))


def unreleased(released: str) -> str | None:
    """What the state of a request is where no model is, which settles it."""
    return ABSENT if released == NO else None


def absent(state: str) -> str | None:
    """What a diagram of changes says where no model is, which settles it."""
    return OPEN if state == ABSENT else None


def off(state: str) -> str | None:
    """What a diagram of prices says where not both books price the request, which settles it."""
    return OFF if state != LIVE else None


def one_way(ratio: str | Fraction) -> str:
    """The state of a price by the ratio of new to old, or by what it is already."""
    return ratio if isinstance(ratio, str) else EQUAL if ratio == 1 else DIFFERS
