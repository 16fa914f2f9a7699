"""What holds at some points of the space of a book: refusals, notes, and what is left out."""

from __future__ import annotations

from attrs import frozen

from pricelang.model.notes import NoteCode
from pricelang.model.origins import Origin
from pricelang.solver.boxes import Scope


@frozen(eq=False, repr=False)
class Where:
    """The points of a scope that are `outside` of others, and at which each of some diagrams (by
    its root) has a leaf with one of some tags; where no tags are given, with none.
    """

    scope: Scope
    leaves: tuple[tuple[int, tuple[int, ...]], ...] = ()
    outside: tuple[Scope, ...] = ()


@frozen(eq=False, repr=False)
class PointRefusal:
    """Why there is no such request: the error of the points at which it holds."""

    where: Where
    code: str
    message: str
    origin: Origin
    rule: str | None
    help: str | None


@frozen(eq=False, repr=False)
class PointNote:
    """A note on all requests of some points."""

    where: Where
    code: NoteCode
    text: str


@frozen(eq=False, repr=False)
class LeftOut:
    """What the price of one request leaves out, since it belongs to an account: of every request
    of some points, or where a `meter` (by its index) is used. That of a ladder names its
    `dimension`.
    """

    where: Where
    text: str
    meter: int | None = None
    dimension: str | None = None
