"""The tree of a price book: one frozen class for each thing that can be written.

Spans take no part in equality, so two trees are equal when they say the same thing.
Numbers are exact `Fraction`s that remember how they were written, for the printer.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, TypeAlias

from attrs import field, frozen

from pricelang.syntax.diagnostics import NOWHERE, Span


@frozen
class Node:
    """Anything with a place."""

    span: Span = field(default=NOWHERE, eq=False, kw_only=True, repr=False)


# ---- values --------------------------------------------------------------------------------------


@frozen
class Name(Node):
    """A name as written; case matters."""

    text: str


@frozen
class Text(Node):
    """A string, without its quotes."""

    text: str


@frozen
class Number(Node):
    """An exact number; `50%` has the value 1/2.
    `written` is the source text, kept for the printer.
    """

    value: Fraction
    written: str = field(default="", eq=False)


@frozen
class Money(Node):
    """An amount in a currency (ISO 4217 code)."""

    value: Fraction
    currency: str
    written: str = field(default="", eq=False)


@frozen
class Date(Node):
    """An instant in UTC, in whole seconds since 1970; `written` is the source text."""

    seconds: int
    written: str = field(default="", eq=False)


@frozen
class Clock(Node):
    """A time of day in UTC, in minutes since midnight."""

    minutes: int


# ---- endings of a line ---------------------------------------------------------------------------


@frozen
class IsTest(Node):
    """`dimension is value or value`."""

    dimension: Name
    values: tuple[Name, ...]


@frozen
class Threshold(Node):
    """`meter + meter over N` (strictly more) or `up to N`."""

    meters: tuple[Name, ...]
    over: bool
    limit: Number


Test: TypeAlias = IsTest | Threshold


@frozen
class Outcome(Node):
    """What a line says instead of a factor."""

    kind: Literal["no_effect", "refuse"]


@frozen
class Endings(Node):
    """The endings of a line, in their order: for, except for,
    when, from, before, then, because, unsure, see.
    """

    models: tuple[Name, ...] = ()
    except_models: tuple[Name, ...] = ()
    when: tuple[Test, ...] = ()
    start: Date | None = None
    end: Date | None = None
    then: Outcome | None = None
    because: Text | None = None
    unsure: Text | None = None
    see: Name | None = None


# ---- statements: the book and the request --------------------------------------------------------


@frozen
class Statement(Node):
    """Anything that starts in column 0."""

    endings: Endings = field(factory=Endings, kw_only=True)


@frozen
class BookHeader(Statement):
    """`book NAME "title" in CURRENCY extends NAME from … before …`."""

    name: Name
    title: Text | None
    currency: Name | None
    extends: Name | None


@frozen
class Include(Statement):
    """`include "file.price"`."""

    path: Text


@frozen
class Source(Statement):
    """`source NAME "address" read DATE`."""

    name: Name
    address: Text
    read: Date


@frozen
class Note(Statement):
    """`note "text" …`: a remark carried to every bill in its scope."""

    text: Text


@frozen
class ValueLine(Node):
    """Values of a dimension that are offered in one scope, or one value that the clock sets."""

    values: tuple[Name, ...]
    clock: tuple[Clock, Clock] | None
    endings: Endings


@frozen
class Dimension(Statement):
    """`dimension NAME default VALUE` and its value lines."""

    name: Name
    default: Name
    lines: tuple[ValueLine, ...]


@frozen
class Unit(Statement):
    """`unit NAME is NUMBER UNIT`."""

    name: Name
    number: Number
    of: Name


@frozen
class Meter(Statement):
    """`meter NAME, NAME in UNIT …`."""

    names: tuple[Name, ...]
    unit: Name


@frozen
class Group(Statement):
    """`group NAME is a, b` (meters or models),
    or `… is models released from … before …` when `members` is None.
    """

    name: Name
    members: tuple[Name, ...] | None


# ---- statements: models and rates ----------------------------------------------------------------


@frozen
class Cell(Node):
    """A cell of a table. `kind`: name, date, money, number, string, derived, not_offered, blank."""

    kind: str
    value: Name | Date | Money | Number | Text | None = None
    instead_of: Money | None = None


@frozen
class Row(Node):
    """A row of a table."""

    cells: tuple[Cell, ...]


@frozen
class Table(Node):
    """A table; the first row names the columns."""

    header: Row
    rows: tuple[Row, ...]


@frozen
class Models(Statement):
    """`models …` and a table of models."""

    table: Table


@frozen
class Alias(Statement):
    """`alias NAME is MODEL …`."""

    name: Name
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
    table: Table


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
    table: Table


# ---- statements: what changes a price ------------------------------------------------------------


@frozen
class FactorClause(Node):
    """`x N [instead of N] on meters`."""

    number: Number
    instead_of: Number | None
    meters: tuple[Name, ...]


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


# ---- statements: charges -------------------------------------------------------------------------


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
    """`at least N UNIT per use`."""

    number: Number
    unit: Name
    each: Name
    endings: Endings


@frozen
class ChargePool(Node):
    """`first N UNIT free per organization per month`."""

    number: Number
    unit: Name
    account: Account
    endings: Endings


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


# ---- statements: contracts -----------------------------------------------------------------------


@frozen
class AmendLine(Node):
    """`x N instead of N on meters` or `$N instead of $N per UNIT`."""

    effect: Factors | ChargePrice
    endings: Endings


@frozen
class Amend(Statement):
    """`amend NAME` and what replaces its factors or prices."""

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


# ---- statements: claims and examples -------------------------------------------------------------


@frozen
class Term(Node):
    """`N METER`; without a number, once."""

    number: Number | None
    meter: Name


@frozen
class ClaimCosts(Node):
    """`SUM costs [less than | at least | at most] SUM`;
    `relation` is equal, less, at_least or at_most.
    """

    left: tuple[Term, ...]
    relation: str
    right: tuple[Term, ...]


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
    """`every price is above $N`."""

    money: Money


@frozen
class ClaimMonotone(Node):
    """`more usage never costs less`."""


@frozen
class ClaimAgrees(Node):
    """`agrees with BOOK`."""

    book: Name


ClaimBody: TypeAlias = (
    ClaimCosts
    | ClaimIs
    | ClaimNeverMeets
    | ClaimCommute
    | ClaimPrices
    | ClaimAbove
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


# ---- a whole file --------------------------------------------------------------------------------


@frozen
class Comment(Node):
    """A comment with its `#`; `own_line` when nothing stands before it."""

    text: str
    own_line: bool


@frozen
class File:
    """One file: its name as shown in messages, its text,
    its statements in order, and its comments.
    """

    name: str
    text: str = field(eq=False, repr=False)
    statements: tuple[Statement, ...]
    comments: tuple[Comment, ...]
    # The words of statements that could not be read:
    # that they are unknown elsewhere is no fault of its own.
    lost: frozenset[str] = field(default=frozenset(), eq=False, repr=False)
