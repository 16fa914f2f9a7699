"""What a book names: models, aliases, dimensions with their values, meters and units; and the
sums of meters that thresholds look at.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from attrs import frozen

from pricelang.model.clock import Clock
from pricelang.model.ladders import Ladder
from pricelang.model.origins import Origin
from pricelang.solver.boxes import Scope

SECOND: Final = "second"
"""The kind of all times; other kinds are words of the book."""


@frozen(eq=False, repr=False)
class Model:
    """A model; dates in UTC seconds. A retired model keeps its last price."""

    name: str
    released: int
    retired: int | None
    deprecated: int | None
    origin: Origin


@frozen(eq=False, repr=False)
class Alias:
    """Another name of a model, in a period; with `pattern`, the names of a family of ids."""

    name: str
    model: int
    start: int | None
    end: int | None
    pattern: bool
    origin: Origin

    def holds_at(self, seconds: int) -> bool:
        """Decides whether the model is called so at an instant."""
        begun = self.start is None or seconds >= self.start
        return begun and (self.end is None or seconds < self.end)


@frozen(eq=False, repr=False)
class Offer:
    """A scope in which a value or a meter is offered."""

    scope: Scope
    origin: Origin


@frozen(eq=False, repr=False)
class Value:
    """A value of a dimension and where it is offered.
    A value with `clocks` is set by the instant of the request: while any of them holds.
    """

    name: str
    offers: tuple[Offer, ...]
    clocks: tuple[Clock, ...]


@frozen(eq=False, repr=False)
class Dimension:
    """A dimension; `default` is the index of a value.
    The values of a clocked dimension are never the caller's. With a `ladder`, the value is set by
    what an account has used: unsaid, a request has the first, which is the default.
    """

    name: str
    default: int
    values: tuple[Value, ...]
    clocked: bool
    origin: Origin
    ladder: Ladder | None = None


@frozen(eq=False, repr=False)
class Meter:
    """Something that is counted, in `unit`. `kind` is the unit that all like it convert to, a word
    of the book; `size` is how many of those one is (seconds for times, else 1). `whole` ones take
    no fractions. `counts` are the counters of records that it counts beside that of its own name.
    """

    name: str
    unit: str
    kind: str
    size: Fraction
    whole: bool
    counts: tuple[str, ...]
    offers: tuple[Offer, ...]
    origin: Origin

    @property
    def is_time(self) -> bool:
        """Decides whether it counts time."""
        return self.kind == SECOND


@frozen(eq=False, repr=False)
class Unit:
    """A unit by its singular name: `size` of its kind (`token`, `second`, ...)."""

    name: str
    kind: str
    size: Fraction

    @property
    def is_time(self) -> bool:
        """Decides whether it is a length of time."""
        return self.kind == SECOND


@frozen(eq=False, repr=False)
class Sum:
    """A sum of meters that thresholds look at; point k on its axis is:
    over `limits[k-1]`, up to `limits[k]`. A `whole` one takes no fractions.
    """

    label: str
    meters: tuple[int, ...]
    limits: tuple[Fraction, ...]
    whole: bool
