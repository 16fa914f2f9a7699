"""What a book says of itself: claims, examples, and remarks on the whole book."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, TypeAlias

from attrs import fields, frozen

from pricelang.model.origins import Origin
from pricelang.model.record_kinds import RecordKind
from pricelang.model.statements import Remark
from pricelang.solver.boxes import Scope
from pricelang.syntax.relations import Relation

Expectation: TypeAlias = Literal["cost", "refused", "not_offered"]
ClaimKind: TypeAlias = Literal[
    "costs", "is", "nevermeets", "commute", "prices", "above", "at_most", "monotone", "agrees"
]


@frozen(eq=False, repr=False)
class Example:
    """A request and what must come of it.

    `sides` are the points that a `record sum` leaves open on the axis of a sum, by the sum's index.
    """

    title: str
    model: str
    at: int
    dimensions: tuple[tuple[str, str], ...]
    record: RecordKind
    sides: tuple[tuple[int, tuple[int, ...]], ...]
    usage: tuple[tuple[str, tuple[Fraction, ...]], ...]
    expect: Expectation
    low: Fraction
    high: Fraction
    currency: str
    rule: str
    origin: Origin


@frozen(eq=False, repr=False)
class Claim:
    """Something the book says of itself: `kind` and its parts,
    with names resolved to indices where they are rules. `relation` is that of prices (`costs`).
    Beside an `amount` (of `above`, of `at_most`, and of costs without a right side), `left` has
    the meters, each for as many of its unit as the amount is for.
    `of` is the book below that claims it of its own prices; None for the book itself.
    """

    kind: ClaimKind
    text: str
    scope: Scope
    left: tuple[tuple[int, Fraction], ...]
    right: tuple[tuple[int, Fraction], ...]
    relation: Relation
    names: tuple[str, ...]
    amount: Fraction
    origin: Origin
    of: str | None = None


@frozen(eq=False, repr=False)
class Sayings:
    """What a book says of itself: everything that `price` does without."""

    claims: tuple[Claim, ...] = ()
    examples: tuple[Example, ...] = ()
    remarks: tuple[Remark, ...] = ()


def what_it_says(saying: Claim | Example) -> tuple[object, ...]:
    """All of a claim or an example but where it stands: two that say the same have one verdict."""
    names = _NAMES[type(saying)]
    return tuple(getattr(saying, name) for name in names)


_NAMES = {
    kind: tuple(one.name for one in fields(kind) if one.name != "origin")
    for kind in (Claim, Example)
}
