"""Statements of what accounts used, committed to and were given: tiers, commitments, credits."""

from __future__ import annotations

from attrs import frozen

from pricelang.syntax.prices import Account
from pricelang.syntax.values import Endings, Money, Name, Node, Number, Statement, Text

__all__ = ["AgreedLine", "Commitment", "Counting", "Credit", "TierLine", "Tiers"]


@frozen
class Counting(Node):
    """`counts METERS per KEY per PERIOD`, or `counts spend on METERS per …` where `spend`; `way` is
    how units are priced, such as `all units`.
    """

    meters: tuple[Name, ...]
    spend: bool
    account: Account
    way: tuple[Name, ...] = ()


@frozen
class TierLine(Node):
    """`NAME`, `NAME after N UNIT` or `NAME after $N`."""

    name: Name
    after: Number | Money | None
    unit: Name | None
    endings: Endings


@frozen
class Tiers(Statement):
    """`tiers NAME "title"`, what is counted, and the tiers."""

    name: Name
    title: Text | None
    counting: Counting
    tiers: tuple[TierLine, ...]


@frozen
class AgreedLine(Node):
    """`$N per KEY per PERIOD [on meters]`."""

    money: Money
    account: Account
    meters: tuple[Name, ...]
    endings: Endings


@frozen
class Commitment(Statement):
    """`commitment NAME "title"` and its lines."""

    name: Name
    title: Text | None
    lines: tuple[AgreedLine, ...]


@frozen
class Credit(Statement):
    """`credit NAME "title"` and its lines."""

    name: Name
    title: Text | None
    lines: tuple[AgreedLine, ...]
