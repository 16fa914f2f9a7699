"""What a checked book is: frozen data that says everything `price` needs,
with a place and a source for each figure. The classes of its parts have their names here too.

A `Scope` is a box over the axes of the book: pairs of an axis and a bit mask of the points on it,
sorted by axis; an axis that is not named is unrestricted, so `()` is every request. Axis 0 is the
models, axis 1 the stretches of time between two dates that matter, then one axis a dimension, then
one a threshold sum.

Most classes do without `eq` and `repr`:
making those took half of the time in which a price is ready from a cold start.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from attrs import field, fields, frozen

from pricelang.model.charges import (
    Charge,
    ChargePrice,
    ChargeQuantity,
)
from pricelang.model.clock import Clock
from pricelang.model.ladders import Ladder
from pricelang.model.modifiers import (
    Exclusion,
    Limit,
    LimitKind,
    LimitLine,
    Member,
    Modifier,
    ModifierKind,
    ModifierLine,
    Outcome,
    StackKind,
    Target,
)
from pricelang.model.names import (
    Alias,
    Dimension,
    Meter,
    Model,
    Offer,
    Sum,
    Unit,
    Value,
)
from pricelang.model.origins import (
    Origin,
    Source,
)
from pricelang.model.rates import (
    Announcement,
    Derivation,
    Price,
    PriceKind,
)
from pricelang.model.self_checks import (
    Claim,
    ClaimKind,
    Example,
    Expectation,
    Sayings,
)
from pricelang.model.statements import (
    Conversion,
    Figure,
    Remark,
    Rounding,
    Stage,
)
from pricelang.solver.boxes import Nodes, Scope
from pricelang.syntax.relations import Relation

__all__ = [
    "DATES",
    "FIRST_DIMENSION",
    "MODELS",
    "NO_DECISIONS",
    "Alias",
    "Announcement",
    "Book",
    "Charge",
    "ChargePrice",
    "ChargeQuantity",
    "Claim",
    "ClaimKind",
    "Clock",
    "Conversion",
    "Decisions",
    "Derivation",
    "Dimension",
    "Example",
    "Exclusion",
    "Expectation",
    "Figure",
    "Ladder",
    "Limit",
    "LimitKind",
    "LimitLine",
    "Member",
    "Meter",
    "Model",
    "Modifier",
    "ModifierKind",
    "ModifierLine",
    "Offer",
    "Origin",
    "Outcome",
    "Price",
    "PriceKind",
    "Relation",
    "Remark",
    "Rounding",
    "Sayings",
    "Scope",
    "Source",
    "StackKind",
    "Stage",
    "Sum",
    "Target",
    "Unit",
    "Value",
]

MODELS, DATES, FIRST_DIMENSION = 0, 1, 2


@frozen(eq=False, repr=False)
class Decisions:
    """What holds at each point of the space, as diagrams (see `diagram`):
    what `price` reads and audits decide on.

    A root is a number into `nodes`; a leaf is a tuple of indices into the book's own tuples,
    such as the deciding lines of a modifier. What is offered has the leaf `(1,)`, what is not `()`.
    """

    nodes: Nodes
    leaves: tuple[tuple[int, ...], ...]
    values: tuple[tuple[int, ...], ...]
    meters: tuple[int, ...]
    refusals: int
    modifiers: tuple[int, ...]
    exclusions: tuple[int, ...]
    prices: tuple[int, ...]
    derivations: tuple[int, ...]
    charges: tuple[tuple[int, int, int, int], ...]
    limits: tuple[int, ...]
    roundings: int
    conversions: int
    free: int
    notes: int
    watched: tuple[tuple[Scope, tuple[int, ...]], ...]
    """The scopes of all rules that look at sides of thresholds: the rest of each, and its sums."""
    jumps: dict[int, dict[int, int]] = field(factory=dict, init=False)
    """What walks keep of nodes with many branches (see `diagram.walk`)."""


NO_DECISIONS = Decisions((), (), (), (), -1, (), (), (), (), (), (), -1, -1, -1, -1, ())
"""What a book has before its rules are compiled."""


def _itself(sayings: Sayings) -> Sayings:
    return sayings


@frozen(eq=False, repr=False)
class Book:
    """A checked book."""

    name: str
    title: str
    currency: str
    term: tuple[int | None, int | None]
    files: tuple[str, ...]
    sources: tuple[Source, ...]
    models: tuple[Model, ...]
    aliases: tuple[Alias, ...]
    boundaries: tuple[int, ...]
    dimensions: tuple[Dimension, ...]
    units: tuple[Unit, ...]
    meters: tuple[Meter, ...]
    groups: tuple[tuple[str, tuple[int, ...]], ...]
    sums: tuple[Sum, ...]
    prices: tuple[Price, ...]
    announcements: tuple[Announcement, ...]
    derivations: tuple[Derivation, ...]
    modifiers: tuple[Modifier, ...]
    limits: tuple[Limit, ...]
    stack: tuple[Member, ...]
    charges: tuple[Charge, ...]
    exclusions: tuple[Exclusion, ...]
    refusals: tuple[Remark, ...]
    free: tuple[Remark, ...]
    notes: tuple[Remark, ...]
    roundings: tuple[Rounding, ...]
    conversions: tuple[Conversion, ...]
    bases: tuple[str, ...]
    figures: tuple[Figure, ...]
    decisions: Decisions
    # Called when it is wanted: a stored book reads these only then.
    sayings: Callable[[], Sayings] = Sayings

    def __reduce__(self) -> tuple[object, ...]:
        # What is called is a function of the reader's, which no other process can be sent:
        # its answer can.
        values = [getattr(self, one.name) for one in fields(type(self)) if one.name != "sayings"]
        return type(self), (*values, partial(_itself, self.sayings()))

    @property
    def claims(self) -> tuple[Claim, ...]:
        """What the book says of every request."""
        return self.sayings().claims

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """Notes on the book as a whole, which no bill repeats."""
        return self.sayings().remarks

    @property
    def examples(self) -> tuple[Example, ...]:
        """Requests and what must come of them."""
        return self.sayings().examples
