"""The prices of models: cells of tables, prices that follow from others, and announced ones."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, TypeAlias

from attrs import frozen

from pricelang.model.origins import Origin
from pricelang.solver.boxes import Scope

PriceKind: TypeAlias = Literal["amount", "derived", "absent"]


@frozen(repr=False)
class Price:
    """A price of a meter of a model in a scope. Of those that hold, the highest `rank` decides.

    `kind` is amount, derived or absent (not offered). `amount` is in the book's currency for `size`
    of the meter's unit (`per` is how that is written). A derived price may hold the `amount` that
    the table prints.
    """

    model: int
    meter: int
    rank: int
    scope: Scope
    kind: PriceKind
    amount: Fraction | None
    instead_of: Fraction | None
    per: str
    size: Fraction
    origin: Origin


@frozen(eq=False, repr=False)
class Announcement:
    """A price that was announced and withdrawn; it prices nothing. Dates in UTC seconds."""

    model: int
    meter: int
    start: int
    amount: Fraction
    per: str
    announced: int
    withdrawn: int
    origin: Origin


@frozen(eq=False, repr=False)
class Derivation:
    """A meter's price as a factor of another's. Of those that hold, the highest `rank` decides: 0
    for the general line, 1 for its exceptions, more for what contracts amend.
    """

    meter: int
    scope: Scope
    factor: Fraction
    of: int
    rank: int
    origin: Origin
