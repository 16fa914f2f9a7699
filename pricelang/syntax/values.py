"""Values and clauses of a price book: what stands within its lines.

Spans take no part in equality, so two trees are equal when they say the same thing.
Numbers are exact `Fraction`s that remember how they were written, for the printer.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, TypeAlias

from attrs import field, frozen

from pricelang.syntax.diagnostics import NOWHERE, Span

__all__ = [
    "Clock",
    "Date",
    "Endings",
    "IsTest",
    "Money",
    "Name",
    "Node",
    "Number",
    "Outcome",
    "Statement",
    "Test",
    "Text",
    "Threshold",
    "TimeOfDay",
    "Window",
]


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
class TimeOfDay(Node):
    """A time of day in minutes since midnight; 24:00 ends a day."""

    minutes: int


@frozen
class Window(Node):
    """`from 22:00 before 06:00`: hours of a day, which may pass midnight."""

    start: TimeOfDay
    end: TimeOfDay


@frozen
class Clock(Node):
    """When the clock sets a value: `from 01:00 before 04:00, from 06:00 before 10:00 on weekdays in
    UTC`. Without windows it is whole days, without `days` every day, without a `zone` in UTC.
    """

    windows: tuple[Window, ...]
    days: tuple[Name, ...]
    zone: Name | None


# ---- clauses at the end of a line ----------------------------------------------------------------


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


@frozen
class Statement(Node):
    """Anything that starts in column 0."""

    endings: Endings = field(factory=Endings, kw_only=True)
