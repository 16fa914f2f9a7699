"""Statements that make prices: tables, derivations, modifiers, limits."""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import evolve, frozen

from pricelang.syntax.values import (
    Date,
    Endings,
    Money,
    Name,
    Node,
    Number,
    Outcome,
    Statement,
    Test,
    Text,
)

__all__ = [
    "Account",
    "Addition",
    "Alias",
    "Cell",
    "CellKind",
    "Convert",
    "Derive",
    "DeriveLine",
    "Effect",
    "Exclude",
    "FactorClause",
    "Factors",
    "Figures",
    "Free",
    "Limit",
    "LimitLine",
    "Models",
    "ModifierLine",
    "Multiplier",
    "Per",
    "Rates",
    "Refuse",
    "Round",
    "Row",
    "Stack",
    "Surcharge",
    "TableOfCells",
]

# ---- models and rates ----------------------------------------------------------------------------


CellKind: TypeAlias = Literal[
    "name", "date", "money", "number", "string", "derived", "not_offered", "any", "blank"
]


@frozen
class Cell(Node):
    """A cell of a table. One that is derived, not offered, any value (`*`) or blank has none."""

    kind: CellKind
    value: Name | Date | Money | Number | Text | None = None
    instead_of: Money | None = None


@frozen
class Row(Node):
    """A row of a table."""

    cells: tuple[Cell, ...]


@frozen
class TableOfCells(Node):
    """A table; the first row names the columns."""

    header: Row
    rows: tuple[Row, ...]


@frozen
class Models(Statement):
    """`models …` and a table of models."""

    table: TableOfCells


@frozen
class Alias(Statement):
    """`alias NAME is MODEL …`, or `alias "PATTERN" is MODEL …` for a family of ids."""

    name: Name | Text
    model: Name


@frozen
class Per(Node):
    """`per UNIT` or `per NUMBER UNIT`."""

    number: Number | None
    unit: Name


@frozen
class Rates(Statement):
    """`rates per UNIT … ` and a table of prices;
    `announced` prices come to be only where not withdrawn.
    """

    per: Per
    announced: Date | None
    withdrawn: Date | None
    table: TableOfCells


@frozen
class DeriveLine(Node):
    """A factor and the meter it multiplies, in one scope."""

    factor: Number
    of: Name
    endings: Endings


@frozen
class Derive(Statement):
    """`derive METER is N x METER` and its exceptions."""

    meter: Name
    factor: Number
    of: Name
    exceptions: tuple[DeriveLine, ...]


@frozen
class Figures(Statement):
    """`figures NAME in UNIT …` and a table of facts that price nothing."""

    name: Name
    unit: Name
    table: TableOfCells


# ---- what changes a price ------------------------------------------------------------------------


@frozen
class FactorClause(Node):
    """`x N [instead of N] on meters`, or `N% off [instead of N% off] meters` where `off`."""

    number: Number
    instead_of: Number | None
    meters: tuple[Name, ...]
    off: bool = False

    @property
    def factor(self) -> Number:
        """What the price is multiplied by: `25% off` leaves 3/4 of it."""
        return self._paid(self.number)

    @property
    def replaced(self) -> Number | None:
        """The factor that this one stands instead of."""
        return self._paid(self.instead_of) if self.instead_of is not None else None

    def _paid(self, number: Number) -> Number:
        if not self.off:
            return number
        return evolve(number, value=1 - number.value, written=f"{number.written} off")


@frozen
class Factors(Node):
    """Factors joined by `and`."""

    factors: tuple[FactorClause, ...]


@frozen
class Addition(Node):
    """`$N per UNIT [on meters]`; without meters it is added once a request."""

    money: Money
    per: Per
    meters: tuple[Name, ...]


Effect: TypeAlias = Factors | Addition | Outcome


@frozen
class ModifierLine(Node):
    """One line of a multiplier or a surcharge."""

    otherwise: bool
    effect: Effect
    endings: Endings


@frozen
class Multiplier(Statement):
    """`multiplier NAME "title"`, its `when` and its lines."""

    name: Name
    title: Text | None
    when: tuple[Test, ...]
    lines: tuple[ModifierLine, ...]


@frozen
class Surcharge(Statement):
    """`surcharge NAME "title"`, its `when` and its lines."""

    name: Name
    title: Text | None
    when: tuple[Test, ...]
    lines: tuple[ModifierLine, ...]


@frozen
class Account(Node):
    """`per organization per month`."""

    holder: Name
    period: Name


@frozen
class LimitLine(Node):
    """`at least $N per UNIT on meters`, `… per request`, or `… per organization per month`."""

    at_least: bool
    money: Money
    per: Per | None
    meters: tuple[Name, ...]
    account: Account | None
    endings: Endings


@frozen
class Limit(Statement):
    """`limit NAME "title"` and its lines."""

    name: Name
    title: Text | None
    lines: tuple[LimitLine, ...]


@frozen
class Exclude(Statement):
    """`exclude A with B …` or `exclude A when …`."""

    left: Name
    right: Name | None


@frozen
class Refuse(Statement):
    """`refuse for … when … because …`: requests that cannot exist."""


@frozen
class Free(Statement):
    """`free when … because …`: requests that cost nothing."""


@frozen
class Stack(Statement):
    """`stack a, b, c` or, in a contract, `stack a after b`."""

    names: tuple[Name, ...]
    after: Name | None


@frozen
class Round(Statement):
    """`round STAGE to $N MODE`; stages: unit_price, line, total."""

    stage: Name
    step: Money
    mode: Name


@frozen
class Convert(Statement):
    """`convert to CURRENCY at N`."""

    currency: Name
    rate: Number
