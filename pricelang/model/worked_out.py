"""What a compiled book says beside its rules, so that who evaluates it looks up and multiplies: the
data of its member `worked_out`. Most of it holds at some points of the space.
"""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen

from pricelang.model.notes import NoteCode
from pricelang.model.points import LeftOut, PointNote, PointRefusal
from pricelang.solver.boxes import Scope


@frozen(eq=False, repr=False)
class OnlyWindow:
    """The `value` of a dimension with which alone a request fits that has more than `over` and at
    most `up_to`.
    """

    dimension: str
    value: str
    over: Fraction
    up_to: Fraction


@frozen(eq=False, repr=False)
class LongestRequest:
    """The most that one request can have from an instant on and before another (UTC seconds), in a
    scope; `figure` is where that is said, by its index.
    """

    start: int
    end: int | None
    scope: Scope
    most: Fraction
    figure: int
    wider: OnlyWindow | None


@frozen(eq=False, repr=False)
class ListedLimits:
    """The limits of one request on some meters together, by model; the first that holds is the
    limit. `too_long` is the message of a request that is beyond it.
    """

    meters: tuple[int, ...]
    too_long: str
    models: tuple[tuple[LongestRequest, ...], ...]


@frozen(eq=False, repr=False)
class UnsaidNeed:
    """A value of a dimension with which a request must say what it `needs`, another dimension."""

    dimension: str
    value: str
    needs: str


@frozen(eq=False, repr=False)
class Family:
    """The ids of a model that a regular expression matches as a whole, where capital letters are as
    small ones; of those that match, the highest `rank` decides, which comes first.
    """

    regex: str
    rank: int
    model: int


@frozen(eq=False, repr=False)
class Week:
    """The minutes of the week, from Monday on, in a zone at which the clock sets another value of a
    dimension, each with the value; the first is the beginning of the week.
    """

    dimension: int
    zone: str
    turns: tuple[tuple[int, int], ...]


@frozen(eq=False, repr=False)
class WorkedOut:
    """All that follows from the rest of a book. `model_notes` are by model, and come before
    `notes`; `words` are the spellings of units, each with the index of the unit. `sides` are what
    may hold for each request of a sum: a text such as `prompt over 200000`, the sum by its index,
    and the points that are left on its axis. `beyond_reading` is the instant (UTC seconds) from
    which the sources were read too long ago, and the text of that note; `texts` are those of notes
    that depend on the request.
    """

    refusals: tuple[PointRefusal, ...]
    model_notes: tuple[tuple[PointNote, ...], ...]
    notes: tuple[PointNote, ...]
    left_out: tuple[LeftOut, ...]
    request_limits: tuple[ListedLimits, ...]
    unsaid: tuple[UnsaidNeed, ...]
    families: tuple[Family, ...]
    words: tuple[tuple[str, int], ...]
    sides: tuple[tuple[str, int, tuple[int, ...]], ...]
    weeks: tuple[Week, ...]
    beyond_reading: tuple[int, str] | None
    texts: tuple[tuple[NoteCode, str], ...]
