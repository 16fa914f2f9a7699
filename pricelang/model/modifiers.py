"""What the stack does to a price: multipliers, surcharges, floors, caps, and their exclusions."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, TypeAlias

from attrs import frozen

from pricelang.model.names import Offer
from pricelang.model.origins import Origin
from pricelang.solver.boxes import Scope

Outcome: TypeAlias = Literal["factor", "add", "no_effect", "refuse"]
ModifierKind: TypeAlias = Literal["multiplier", "surcharge"]
StackKind: TypeAlias = Literal["modifier", "limit"]
Member: TypeAlias = tuple[StackKind, int]
"""A modifier or a limit of the stack, by its index."""
Target: TypeAlias = Literal["unit_price", "request", "account"]
LimitKind: TypeAlias = Literal["limit", "commitment", "credit"]


@frozen(eq=False, repr=False)
class ModifierLine:
    """One line of a modifier. `outcome` is factor, add, no_effect or refuse.

    `factors` are (meter, factor); `add` is an amount per meter's unit times `size`, on `meters`;
    without meters it is added once a request. An `otherwise` line decides where no other line of
    its modifier holds.
    """

    scope: Scope
    otherwise: bool
    outcome: Outcome
    factors: tuple[tuple[int, Fraction], ...]
    amount: Fraction | None
    size: Fraction
    per: str
    meters: tuple[int, ...]
    origin: Origin


@frozen(eq=False, repr=False)
class Modifier:
    """A multiplier or a surcharge: it holds where `when` holds (everywhere, without one)."""

    name: str
    title: str
    kind: ModifierKind
    when: Scope
    conditional: bool
    lines: tuple[ModifierLine, ...]
    origin: Origin


@frozen(eq=False, repr=False)
class LimitLine:
    """A floor or a cap: on unit prices of `meters`, on a request, or on an account (`per` is its
    key and period), for which `meters` are those whose cost counts, and none are all that a request
    costs.
    """

    scope: Scope
    at_least: bool
    amount: Fraction
    target: Target
    meters: tuple[int, ...]
    size: Fraction
    per: str
    origin: Origin


@frozen(eq=False, repr=False)
class Limit:
    """A named floor or cap; or a commitment, of which what is not spent is billed at the end of the
    period, or a credit, which pays until it is used up. The lines of these two are of accounts;
    those of a commitment are at least, those of a credit at most.
    """

    name: str
    title: str
    lines: tuple[LimitLine, ...]
    origin: Origin
    kind: LimitKind = "limit"


@frozen(eq=False, repr=False)
class Exclusion:
    """Two modifiers (indices) that cannot both have effect,
    or one that cannot in `scope`; `allowed` lifts it.
    """

    left: int
    right: int | None
    scope: Scope
    allowed: tuple[Offer, ...]
    origin: Origin

    @property
    def sides(self) -> tuple[int, ...]:
        """The two modifiers, or the one."""
        return (self.left,) if self.right is None else (self.left, self.right)

    def label(self, names: tuple[str, ...]) -> str:
        """`fast with batch`, or the one name."""
        return " with ".join(names[side] for side in self.sides)
