"""Statements of charges, and those of contracts: what they amend and allow."""

from __future__ import annotations

from typing import TypeAlias

from attrs import frozen

from pricelang.syntax.prices import Account, Factors, Per
from pricelang.syntax.values import Endings, Money, Name, Node, Number, Statement, Text

__all__ = [
    "AllowPair",
    "AllowValue",
    "Amend",
    "AmendLine",
    "AmendedLine",
    "Charge",
    "ChargeFree",
    "ChargeLine",
    "ChargeMinimum",
    "ChargePool",
    "ChargePrice",
    "DerivedFactor",
]

# ---- charges -------------------------------------------------------------------------------------


@frozen
class ChargePrice(Node):
    """`$N per UNIT [after N UNIT per organization per month]`."""

    money: Money
    instead_of: Money | None
    per: Per
    after: Number | None
    after_unit: Name | None
    account: Account | None
    endings: Endings


@frozen
class ChargeMinimum(Node):
    """`at least N [instead of N] UNIT per use`."""

    number: Number
    unit: Name
    each: Name
    endings: Endings
    instead_of: Number | None = None


@frozen
class ChargePool(Node):
    """`first N [instead of N] UNIT free per organization per month`."""

    number: Number
    unit: Name
    account: Account
    endings: Endings
    instead_of: Number | None = None


@frozen
class ChargeFree(Node):
    """`free [when …] because …`."""

    endings: Endings


ChargeLine: TypeAlias = ChargePrice | ChargeMinimum | ChargePool | ChargeFree


@frozen
class Charge(Statement):
    """`charge METER "title"` and its lines."""

    name: Name
    title: Text | None
    lines: tuple[ChargeLine, ...]


@frozen
class DerivedFactor(Node):
    """`N [instead of N] x METER`."""

    number: Number
    instead_of: Number | None
    of: Name


AmendedLine: TypeAlias = Factors | ChargePrice | ChargeMinimum | ChargePool | DerivedFactor
"""What is amended: a modifier, a charge (its prices, minimums and allowances), or what is derived.
Its own endings are those of the line."""


# ---- contracts -----------------------------------------------------------------------------------


@frozen
class AmendLine(Node):
    """What takes the place of a line of the book below, as such a line with `instead of`."""

    effect: AmendedLine
    endings: Endings


@frozen
class Amend(Statement):
    """`amend NAME` and what replaces its factors, its prices or its quantities."""

    name: Name
    lines: tuple[AmendLine, ...]


@frozen
class AllowValue(Statement):
    """`allow DIMENSION VALUE when … because …`."""

    dimension: Name
    value: Name


@frozen
class AllowPair(Statement):
    """`allow A with B because …`."""

    left: Name
    right: Name
