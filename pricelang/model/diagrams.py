"""The diagrams of a compiled book: which there are, and in which of them each rule decides.

A rule is a line of one diagram (`place_of`); a request reaches one leaf of it, the lines that
decide there. `Decisions` keeps the root of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal, TypeAlias, assert_never

from attrs import evolve, frozen

from pricelang.model import book as m
from pricelang.model import rule_kinds as k
from pricelang.solver.walk import walk

Stopping: TypeAlias = Literal["value", "meter", "refusal", "modifier", "exclusion", "price"]
"""The groups whose rules may leave a request without a price, in the order of asking."""

Group: TypeAlias = Literal[
    Stopping, "derivation", "free", "limit", "rounding", "conversion", "charge", "note"
]
"""The groups of diagrams."""

CHARGE_PARTS = 4
PRICE, MINIMUM, POOL, FREE = range(CHARGE_PARTS)
"""The parts of a charge: a diagram each."""

YES, NO = (1,), ()
"""The leaves of a diagram that tells whether something holds."""

Reach: TypeAlias = Literal["existence", "unit price", "request", "told"]
"""What the rules of a group can move: which requests there are, the unit price of a meter, what a
request pays beside its unit prices, or nothing but what is told.
"""


def reach_of(group: Group) -> Reach:
    """What the rules of a group can move. One that can move a unit price may move more."""
    match group:
        case "value" | "meter" | "refusal" | "exclusion":
            return "existence"
        case "price" | "derivation" | "charge" | "modifier" | "limit" | "rounding" | "free":
            return "unit price"
        case "conversion":
            return "request"
        case "note":
            return "told"
        case _:
            assert_never(group)


@frozen
class Slot:
    """A diagram of a book: its group, the number in it, and the part, which is the value of a
    dimension or a part of a charge.
    """

    group: Group
    index: int = 0
    part: int = 0


def slots_of(book: m.Book) -> Iterator[Slot]:
    """All diagrams of a book, what refuses a request first."""
    parts: dict[Group, tuple[int, ...]] = {
        "refusal": (1,),
        "modifier": (1,) * len(book.modifiers),
        "exclusion": (1,) * len(book.exclusions),
        "free": (1,),
        "value": tuple(len(dimension.values) for dimension in book.dimensions),
        "meter": (1,) * len(book.meters),
        "price": (1,) * len(book.meters),
        "derivation": (1,) * len(book.meters),
        "charge": (CHARGE_PARTS,) * len(book.charges),
        "limit": (1,) * len(book.limits),
        "rounding": (1,),
        "conversion": (1,),
        "note": (1,),
    }
    for group, sizes in parts.items():
        for index, size in enumerate(sizes):
            yield from (Slot(group, index, part) for part in range(size))


def place_of(rule: k.Rule) -> tuple[Slot, int] | None:
    """The diagram in which a rule decides, and its tag in the leaves there; None where it is a
    name, which is asked before any diagram, only told, or sets the value that diagrams ask for.
    """
    slot = slot_of(rule)
    if slot is None or isinstance(rule, k.LadderRule):
        return None
    match rule:
        case k.ExclusionRule():
            return slot, 0
        case k.AllowRule():
            return slot, 1 + rule.index
        case _:
            return slot, rule.index


def slot_of(rule: k.Rule) -> Slot | None:
    """The diagram in which a rule decides, or None."""
    match rule:
        case k.ModelRule() | k.AliasRule() | k.AnnouncementRule() | k.LadderRule():
            return None
        case k.ValueRule(dimension=place, value=number):
            return Slot("value", place, number)
        case k.MeterRule(meter=number):
            return Slot("meter", number)
        case k.PriceRule(line=price):
            return Slot("price", price.meter)
        case k.DerivationRule(line=derivation):
            return Slot("derivation", derivation.meter)
        case k.ModifierRule(modifier=number):
            return Slot("modifier", number)
        case k.LimitRule(limit=number):
            return Slot("limit", number)
        case k.ExclusionRule(index=number) | k.AllowRule(exclusion=number):
            return Slot("exclusion", number)
        case k.ChargePriceRule(charge=number):
            return Slot("charge", number, PRICE)
        case k.ChargeMinimumRule(charge=number):
            return Slot("charge", number, MINIMUM)
        case k.ChargePoolRule(charge=number):
            return Slot("charge", number, POOL)
        case k.ChargeFreeRule(charge=number):
            return Slot("charge", number, FREE)
        case k.RefusalRule() | k.FreeRule() | k.NoteRule() | k.RoundingRule() | k.ConversionRule():
            return Slot(rule.kind)
        case _:
            assert_never(rule)


def with_roots(decided: m.Decisions, roots: Mapping[Slot, int]) -> m.Decisions:
    """Decisions with the roots of all diagrams of a book, whose order is that of `slots_of`."""
    by_group: dict[Group, dict[int, list[int]]] = {}
    for slot, root in roots.items():
        by_group.setdefault(slot.group, {}).setdefault(slot.index, []).append(root)

    def parts(group: Group) -> tuple[tuple[int, ...], ...]:
        return tuple(map(tuple, by_group.get(group, {}).values()))

    def each(group: Group) -> tuple[int, ...]:
        return tuple(root for (root,) in parts(group))

    return evolve(
        decided,
        values=parts("value"),
        meters=each("meter"),
        prices=each("price"),
        derivations=each("derivation"),
        modifiers=each("modifier"),
        exclusions=each("exclusion"),
        charges=tuple((x[PRICE], x[MINIMUM], x[POOL], x[FREE]) for x in parts("charge")),
        limits=each("limit"),
        refusals=each("refusal")[0],
        free=each("free")[0],
        notes=each("note")[0],
        roundings=each("rounding")[0],
        conversions=each("conversion")[0],
    )


def root_of(decided: m.Decisions, slot: Slot) -> int:
    """The root of a diagram."""
    match slot.group:
        case "value":
            return decided.values[slot.index][slot.part]
        case "meter":
            return decided.meters[slot.index]
        case "price":
            return decided.prices[slot.index]
        case "derivation":
            return decided.derivations[slot.index]
        case "modifier":
            return decided.modifiers[slot.index]
        case "exclusion":
            return decided.exclusions[slot.index]
        case "charge":
            return decided.charges[slot.index][slot.part]
        case "limit":
            return decided.limits[slot.index]
        case "refusal":
            return decided.refusals
        case "free":
            return decided.free
        case "note":
            return decided.notes
        case "rounding":
            return decided.roundings
        case "conversion":
            return decided.conversions
        case _:
            assert_never(slot.group)


def subject_of(
    book: m.Book, slot: Slot
) -> m.Dimension | m.Meter | m.Modifier | m.Limit | m.Exclusion | m.Charge | None:
    """The named thing whose lines decide in a diagram; None where each rule stands for itself."""
    match slot.group:
        case "value":
            return book.dimensions[slot.index]
        case "meter":
            return book.meters[slot.index]
        case "modifier":
            return book.modifiers[slot.index]
        case "limit":
            return book.limits[slot.index]
        case "exclusion":
            return book.exclusions[slot.index]
        case "charge":
            return book.charges[slot.index]
        case _:
            return None


@frozen(eq=False, repr=False)
class Diagram:
    """A diagram that decides among some rules: where it is, and its root."""

    slot: Slot
    root: int

    @property
    def group(self) -> Group:
        """The group of the rules."""
        return self.slot.group

    @property
    def index(self) -> int:
        """The number in the group."""
        return self.slot.index


def diagrams_of(book: m.Book) -> tuple[Diagram, ...]:
    """The diagrams that decide what a request pays, or that it exists, but for those of values,
    which are by dimension and value (`Decisions.values`).
    """
    return tuple(
        Diagram(slot, root_of(book.decisions, slot))
        for slot in slots_of(book)
        if slot.group not in ("note", "value")
    )


def deciding(book: m.Book, point: Sequence[int]) -> Iterator[k.WholeRule]:
    """The rules that decide a request as a whole at a point of the space: what refuses it, then
    what multiplies, excludes, frees, bounds, rounds, converts and remarks. What decides the rate of
    a meter is asked meter by meter.
    """
    decided = book.decisions
    for diagram in _of_requests(book):
        for tag in decided.leaves[~walk(decided.nodes, diagram.root, point, decided.jumps)]:
            yield rule_at(book, diagram.slot, tag)


@lru_cache(maxsize=16)
def _of_requests(book: m.Book) -> tuple[Diagram, ...]:
    """The diagrams that decide requests as a whole, but for those without a rule."""
    decided = book.decisions
    found = (*diagrams_of(book), Diagram(Slot("note"), decided.notes))
    return tuple(
        diagram
        for diagram in found
        if diagram.group not in _OF_METERS and (diagram.root >= 0 or decided.leaves[~diagram.root])
    )


_OF_METERS: frozenset[Group] = frozenset(("meter", "price", "derivation", "charge"))


def rule_at(book: m.Book, slot: Slot, tag: int) -> k.WholeRule:
    """The rule that a tag in a leaf of a diagram stands for, where it decides whole requests."""
    match slot.group:
        case "refusal":
            return k.RefusalRule(tag, book.refusals[tag])
        case "modifier":
            lines = book.modifiers[slot.index].lines
            return k.ModifierRule(slot.index, tag, lines[tag])
        case "exclusion":
            return k.ExclusionRule(slot.index, book.exclusions[slot.index])
        case "free":
            return k.FreeRule(tag, book.free[tag])
        case "limit":
            return k.LimitRule(slot.index, tag, book.limits[slot.index].lines[tag])
        case "rounding":
            return k.RoundingRule(tag, book.roundings[tag])
        case "note":
            return k.NoteRule(tag, book.notes[tag])
        case "conversion":
            return k.ConversionRule(tag, book.conversions[tag])
        case "meter" | "price" | "derivation" | "charge" | "value":
            raise ValueError(f"the rules of a {slot.group} are asked for by the meter")
        case _:
            assert_never(slot.group)
