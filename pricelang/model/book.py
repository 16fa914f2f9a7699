"""What a checked book is: frozen data that says everything `price` needs,
with a place and a source for each figure.

A `Scope` is a box over the axes of the book: pairs of an axis and a bit mask of the points on it,
sorted by axis; an axis that is not named is unrestricted, so `()` is every request. Axis 0 is the
models, axis 1 the stretches of time between two dates that matter, then one axis a dimension, then
one a threshold sum.

Most classes do without `eq` and `repr`:
making those took half of the time in which a price is ready from a cold start.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Literal, TypeAlias

from attrs import field, fields, frozen

from pricelang.solver.diagram import Scope as Scope

MODELS, DATES, FIRST_DIMENSION = 0, 1, 2

PriceKind: TypeAlias = Literal["amount", "derived", "absent"]
Outcome: TypeAlias = Literal["factor", "add", "no_effect", "refuse"]
ModifierKind: TypeAlias = Literal["multiplier", "surcharge"]
StackKind: TypeAlias = Literal["modifier", "limit"]
Member: TypeAlias = tuple[StackKind, int]
"""A modifier or a limit of the stack, by its index."""
Target: TypeAlias = Literal["unit_price", "request", "account"]
Stage: TypeAlias = Literal["unit_price", "line", "total"]


@frozen
class Origin:
    """Where a figure or rule stands, where it is from, and what is doubtful about it."""

    file: str
    line: int
    column: int
    width: int
    source: str | None = None
    unsure: str | None = None
    because: str | None = None

    @property
    def place(self) -> str:
        """`file:line`."""
        return f"{self.file}:{self.line}"


@frozen(eq=False, repr=False)
class Source:
    """Where figures come from, and on which day (UTC seconds) it was read."""

    name: str
    address: str
    read: int


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
    """Another name of a model, in a period."""

    name: str
    model: int
    start: int | None
    end: int | None
    origin: Origin


@frozen(eq=False, repr=False)
class Offer:
    """A scope in which a value or a meter is offered."""

    scope: Scope
    origin: Origin


@frozen(eq=False, repr=False)
class Value:
    """A value of a dimension and where it is offered.
    A value with a `clock` is set by the time of day (minutes).
    """

    name: str
    offers: tuple[Offer, ...]
    clock: tuple[int, int] | None


@frozen(eq=False, repr=False)
class Dimension:
    """A dimension; `default` is the index of a value.
    The values of a clocked dimension are never the caller's.
    """

    name: str
    default: int
    values: tuple[Value, ...]
    clocked: bool
    origin: Origin


@frozen(eq=False, repr=False)
class Meter:
    """Something that is counted. `size` is its unit in seconds for times, else 1;
    `whole` ones take no fractions.
    """

    name: str
    unit: str
    kind: str
    size: Fraction
    whole: bool
    offers: tuple[Offer, ...]
    origin: Origin


@frozen(eq=False, repr=False)
class Unit:
    """A unit by its singular name: `size` of its kind (`token`, `second`, ...)."""

    name: str
    kind: str
    size: Fraction


@frozen(eq=False, repr=False)
class Sum:
    """A sum of meters that thresholds look at; point k on its axis is:
    over `limits[k-1]`, up to `limits[k]`.
    """

    label: str
    meters: tuple[int, ...]
    limits: tuple[Fraction, ...]


@frozen(repr=False)
class Price:
    """A price of a meter of a model in a scope. Of those that hold, the highest `rank` decides.

    `kind` is amount, derived or absent (not offered). `amount` is in the book's currency for `size`
    of the meter's unit (`per` is how that is written). A derived price may hold the `amount` that
    the table prints.
    """

    model: int
    meter: int
    rank: int
    scope: Scope
    kind: PriceKind
    amount: Fraction | None
    instead_of: Fraction | None
    per: str
    size: Fraction
    origin: Origin


@frozen(eq=False, repr=False)
class Announcement:
    """A price that was announced and withdrawn; it prices nothing. Dates in UTC seconds."""

    model: int
    meter: int
    start: int
    amount: Fraction
    per: str
    announced: int
    withdrawn: int
    origin: Origin


@frozen(eq=False, repr=False)
class Derivation:
    """A meter's price as a factor of another's; a `special` one decides before the general one."""

    meter: int
    scope: Scope
    factor: Fraction
    of: int
    special: bool
    origin: Origin


@frozen(eq=False, repr=False)
class ModifierLine:
    """One line of a modifier. `outcome` is factor, add, no_effect or refuse.

    `factors` are (meter, factor); `add` is an amount per meter's unit times `size`, on `meters`;
    without meters it is added once a request. An `otherwise` line decides where no other line of
    its modifier holds.
    """

    scope: Scope
    otherwise: bool
    outcome: Outcome
    factors: tuple[tuple[int, Fraction], ...]
    amount: Fraction | None
    size: Fraction
    per: str
    meters: tuple[int, ...]
    origin: Origin


@frozen(eq=False, repr=False)
class Modifier:
    """A multiplier or a surcharge: it holds where `when` holds (everywhere, without one)."""

    name: str
    title: str
    kind: ModifierKind
    when: Scope
    conditional: bool
    lines: tuple[ModifierLine, ...]
    origin: Origin


@frozen(eq=False, repr=False)
class LimitLine:
    """A floor or a cap: on unit prices of `meters`, on a request,
    or on an account (`holder`, `period`).
    """

    scope: Scope
    at_least: bool
    amount: Fraction
    target: Target
    meters: tuple[int, ...]
    size: Fraction
    per: str
    origin: Origin


@frozen(eq=False, repr=False)
class Limit:
    """A named floor or cap."""

    name: str
    title: str
    lines: tuple[LimitLine, ...]
    origin: Origin


@frozen(eq=False, repr=False)
class ChargePrice:
    """A price of a meter that has no models' rates;
    `after` starts a graduated tier of an account.
    """

    scope: Scope
    rank: int
    amount: Fraction
    instead_of: Fraction | None
    size: Fraction
    per: str
    after: Fraction | None
    account: str
    origin: Origin


@frozen(eq=False, repr=False)
class ChargeQuantity:
    """A minimum per use or a free pool of an account, in the meter's unit, and as written."""

    scope: Scope
    quantity: Fraction
    written: str
    account: str
    origin: Origin


@frozen(eq=False, repr=False)
class Charge:
    """What a meter costs by itself."""

    meter: int
    title: str
    prices: tuple[ChargePrice, ...]
    minimums: tuple[ChargeQuantity, ...]
    pools: tuple[ChargeQuantity, ...]
    free: tuple[Offer, ...]
    origin: Origin


@frozen(eq=False, repr=False)
class Exclusion:
    """Two modifiers (indices) that cannot both have effect,
    or one that cannot in `scope`; `allowed` lifts it.
    """

    left: int
    right: int | None
    scope: Scope
    allowed: tuple[Offer, ...]
    origin: Origin

    def label(self, names: tuple[str, ...]) -> str:
        """`fast with batch`, or the one name."""
        return (
            names[self.left]
            if self.right is None
            else f"{names[self.left]} with {names[self.right]}"
        )


@frozen(eq=False, repr=False)
class Remark:
    """A refusal, a `free` or a note: a scope and a text."""

    scope: Scope
    text: str
    origin: Origin


@frozen(eq=False, repr=False)
class Rounding:
    """Rounding of a stage (unit_price, line, total) to a step in the currency."""

    stage: Stage
    scope: Scope
    step: Fraction
    currency: str
    mode: str
    origin: Origin


@frozen(eq=False, repr=False)
class Conversion:
    """Amounts times `rate` are in `currency`."""

    currency: str
    scope: Scope
    rate: Fraction
    origin: Origin


@frozen(eq=False, repr=False)
class Figure:
    """A fact that prices nothing: a number for a row, from a day (UTC seconds) on;
    `key` heads the column that names the rows.
    """

    table: str
    model: int | None
    row: str
    start: int
    column: str
    value: Fraction
    unit: str
    origin: Origin
    key: str = "model"


@frozen(eq=False, repr=False)
class Example:
    """A request and what must come of it: `expect` is cost, refused or not_offered.

    `sides` are the points that a `record sum` leaves open on the axis of a sum, by the sum's index.
    """

    title: str
    model: str
    at: int
    dimensions: tuple[tuple[str, str], ...]
    record: str
    sides: tuple[tuple[int, tuple[int, ...]], ...]
    usage: tuple[tuple[str, tuple[Fraction, ...]], ...]
    expect: str
    low: Fraction
    high: Fraction
    currency: str
    rule: str
    origin: Origin


@frozen(eq=False, repr=False)
class Claim:
    """Something the book says of itself: `kind` and its parts,
    with names resolved to indices where they are rules.
    """

    kind: str
    text: str
    scope: Scope
    left: tuple[tuple[int, Fraction], ...]
    right: tuple[tuple[int, Fraction], ...]
    relation: str
    names: tuple[str, ...]
    amount: Fraction
    origin: Origin


@frozen(eq=False, repr=False)
class Sayings:
    """What a book says of itself: everything that `price` does without."""

    claims: tuple[Claim, ...] = ()
    examples: tuple[Example, ...] = ()
    remarks: tuple[Remark, ...] = ()


@frozen(eq=False, repr=False)
class Decisions:
    """What holds at each point of the space, as diagrams (see `diagram`):
    what `price` reads and audits decide on.

    A root is a number into `nodes`; a leaf is a tuple of indices into the book's own tuples,
    such as the deciding lines of a modifier. What is offered has the leaf `(1,)`, what is not `()`.
    """

    nodes: tuple[tuple[int, tuple[tuple[int, int], ...]], ...]
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
