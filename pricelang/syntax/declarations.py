"""Statements of a book that name things: the book itself, its files and sources, dimensions, units,
meters and groups.
"""

from __future__ import annotations

from attrs import frozen

from pricelang.syntax.values import Clock, Date, Endings, Name, Node, Number, Statement, Text

__all__ = [
    "Accounts",
    "BookHeader",
    "Dimension",
    "Group",
    "Include",
    "Meter",
    "Note",
    "Source",
    "Unit",
    "ValueLine",
]


@frozen
class BookHeader(Statement):
    """`book NAME "title" in CURRENCY extends NAME from … before …`; a base in quotes is a path."""

    name: Name
    title: Text | None
    currency: Name | None
    extends: Name | Text | None


@frozen
class Include(Statement):
    """`include "file.price"`."""

    path: Text


@frozen
class Source(Statement):
    """`source NAME "address" read DATE every N days`."""

    name: Name
    address: Text
    read: Date
    every: Number | None = None
    unit: Name | None = None


@frozen
class Note(Statement):
    """`note "text" …`: a remark carried to every bill in its scope."""

    text: Text


@frozen
class ValueLine(Node):
    """Values of a dimension that are offered in one scope, or one value that the clock sets;
    `otherwise` says of the default that it holds in all other hours.
    """

    values: tuple[Name, ...]
    clock: Clock | None
    endings: Endings
    otherwise: bool = False


@frozen
class Dimension(Statement):
    """`dimension NAME default VALUE` and its value lines."""

    name: Name
    default: Name
    lines: tuple[ValueLine, ...]


@frozen
class Accounts(Statement):
    """`account NAME, …`: the keys of records by which usage may be counted."""

    names: tuple[Name, ...]


@frozen
class Unit(Statement):
    """`unit NAME is NUMBER UNIT`."""

    name: Name
    number: Number
    of: Name


@frozen
class Meter(Statement):
    """`meter NAME, NAME in UNIT counts COUNTER, COUNTER …`."""

    names: tuple[Name, ...]
    unit: Name
    counts: tuple[Name, ...] = ()


@frozen
class Group(Statement):
    """`group NAME is a, b` (meters or models),
    or `… is models released from … before …` when `members` is None.
    """

    name: Name
    members: tuple[Name, ...] | None
