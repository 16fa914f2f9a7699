"""Statements that check a book: claims and examples."""

from __future__ import annotations

from typing import TypeAlias

from attrs import frozen

from pricelang.syntax.prices import FactorClause, Per
from pricelang.syntax.relations import Relation
from pricelang.syntax.values import Date, Money, Name, Node, Number, Statement, Text, Threshold

__all__ = [
    "Claim",
    "ClaimAbove",
    "ClaimAgrees",
    "ClaimAtMost",
    "ClaimBody",
    "ClaimCommute",
    "ClaimCosts",
    "ClaimCostsAmount",
    "ClaimIs",
    "ClaimMonotone",
    "ClaimNeverMeets",
    "ClaimPrices",
    "Example",
    "ExampleLine",
    "ExpectCost",
    "ExpectNotOffered",
    "ExpectRefused",
    "Fact",
    "Given",
    "Term",
    "Use",
    "Uses",
]


@frozen
class Term(Node):
    """`N METER`; without a number, once."""

    number: Number | None
    meter: Name


@frozen
class ClaimCosts(Node):
    """`SUM costs [less than | at least | at most] SUM`."""

    left: tuple[Term, ...]
    relation: Relation
    right: tuple[Term, ...]


@frozen
class ClaimCostsAmount(Node):
    """`SUM costs [less than | at least | at most] $N per …`."""

    left: tuple[Term, ...]
    relation: Relation
    money: Money
    per: Per


@frozen
class ClaimIs(Node):
    """`MULTIPLIER is x N on METERS`: this and nothing else."""

    name: Name
    factor: FactorClause


@frozen
class ClaimNeverMeets(Node):
    """`A never meets B`."""

    left: Name
    right: Name


@frozen
class ClaimCommute(Node):
    """`A, B, C commute`."""

    names: tuple[Name, ...]


@frozen
class ClaimPrices(Node):
    """`every model prices METERS`."""

    meters: tuple[Name, ...]


@frozen
class ClaimAbove(Node):
    """`every price is above $N [per …]`."""

    money: Money
    per: Per | None = None


@frozen
class ClaimAtMost(Node):
    """`every price is at most $N [per …]`."""

    money: Money
    per: Per | None = None


@frozen
class ClaimMonotone(Node):
    """`more usage never costs less`."""


@frozen
class ClaimAgrees(Node):
    """`agrees with BOOK`."""

    book: Name


ClaimBody: TypeAlias = (
    ClaimCosts
    | ClaimCostsAmount
    | ClaimIs
    | ClaimNeverMeets
    | ClaimCommute
    | ClaimPrices
    | ClaimAbove
    | ClaimAtMost
    | ClaimMonotone
    | ClaimAgrees
)


@frozen
class Claim(Statement):
    """`claim …`: something that holds for every request the book admits."""

    body: ClaimBody


@frozen
class Fact(Node):
    """`DIMENSION VALUE` in an example (or `record sum`)."""

    dimension: Name
    value: Name


@frozen
class Given(Node):
    """`given MODEL at DATE, …`:
    a fact, or the side of a threshold that each request of a sum is on.
    """

    model: Name
    at: Date
    facts: tuple[Fact | Threshold, ...]


@frozen
class Use(Node):
    """`NUMBER [UNIT] METER`."""

    number: Number
    unit: Name | None
    meter: Name


@frozen
class Uses(Node):
    """`uses …`."""

    uses: tuple[Use, ...]


@frozen
class ExpectCost(Node):
    """`costs $N` or `costs $N to $N`."""

    low: Money
    high: Money | None


@frozen
class ExpectRefused(Node):
    """`refused [by RULE [with RULE]]`."""

    left: Name | None
    right: Name | None


@frozen
class ExpectNotOffered(Node):
    """`not offered`."""


ExampleLine: TypeAlias = Given | Uses | ExpectCost | ExpectRefused | ExpectNotOffered


@frozen
class Example(Statement):
    """`example "title"`: a request and what must come of it."""

    title: Text
    lines: tuple[ExampleLine, ...]
