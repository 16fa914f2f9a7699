"""The tree of a price book: one frozen class for each thing that can be written.

`values` has what stands within lines, `prices` and `charges` the statements that make prices,
`assertions` those that check them; the statements of the book and the request are here.
"""

from __future__ import annotations

from attrs import field, frozen

# ruff: noqa: F403, F405 (this module gives the names of the others too)
from pricelang.syntax.assertions import *
from pricelang.syntax.charges import *
from pricelang.syntax.prices import *
from pricelang.syntax.values import *

# ---- the book and the request --------------------------------------------------------------------


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
