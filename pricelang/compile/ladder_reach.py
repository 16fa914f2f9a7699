"""What may turn on a tier: prices and what multiplies them. Which requests there are, what is free
and what is billed beside unit prices may not, for a request may begin in one tier and end in
another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, assert_never

from attrs import frozen

from pricelang.check.draft import span_of
from pricelang.compile.decisions import where_excluded
from pricelang.compile.reach import Reach
from pricelang.model import book as m
from pricelang.model.diagrams import PRICE, Slot, root_of, rule_at, slots_of, subject_of
from pricelang.model.requests import Point, is_yes
from pricelang.model.rules import origin_of, scopes_of
from pricelang.model.space import axis_of, with_value
from pricelang.solver.walk import walk
from pricelang.solver.witness_search import Constraint

Told: TypeAlias = Callable[[Any], object]
"""What of a leaf of a diagram may not turn on a tier."""


@frozen
class _Question:
    """A diagram, and what of its leaves is the same in every tier, in words: `what`."""

    slot: Slot
    root: int
    told: Told
    what: str


def check_ladders(reach: Reach) -> None:
    """Adds a fault for each rule that decides in one tier only what no tier may decide."""
    ladders = [n for n, found in enumerate(reach.book.dimensions) if found.ladder is not None]
    if not ladders:
        return
    _check_idle(reach, ladders)
    for slot in slots_of(reach.book):
        question = _question(reach, slot)
        if question is not None:
            for ladder in ladders:
                _check(reach, question, ladder)


def _check_idle(reach: Reach, ladders: Sequence[int]) -> None:
    """Warns of tiers on which nothing turns."""
    axes = {axis for scope in scopes_of(reach.book) for axis, _ in scope}
    for ladder in ladders:
        dimension = reach.book.dimensions[ladder]
        if axis_of(ladder) not in axes:
            reach.draft.fault(
                "never_decides",
                f"no price turns on the tiers of `{dimension.name}`",
                span_of(dimension.origin),
                f"write a line such as `5% off tokens  when {dimension.name} is "
                f"{dimension.values[-1].name}`",
                severity="warning",
            )


def _question(reach: Reach, slot: Slot) -> _Question | None:
    """What must be the same in every tier, of a diagram; None where nothing must."""
    book, root = reach.book, root_of(reach.decided, slot)
    told: Told = _all
    match slot.group:
        case "value":
            dimension = book.dimensions[slot.index]
            what = f"whether {dimension.name} `{dimension.values[slot.part].name}` is offered"
        case "meter":
            what = f"whether `{book.meters[slot.index].name}` is offered"
        case "price":
            what = f"whether `{book.meters[slot.index].name}` has a price"
            prices = book.prices
            told = lambda leaf: any(prices[tag].kind != "absent" for tag in leaf)  # noqa: E731
        case "modifier":
            lines = book.modifiers[slot.index].lines
            what = f"what `{book.modifiers[slot.index].name}` refuses, or adds to each request,"
            told = lambda leaf: [tag for tag in leaf if _of_request(lines[tag])]  # noqa: E731
        case "exclusion":
            exclusion = book.exclusions[slot.index]
            decided = reach.decided.modifiers
            forest = reach.requests.forest
            root = where_excluded(forest, exclusion, root, book.modifiers, decided)
            names = tuple(modifier.name for modifier in book.modifiers)
            what = f"the exclusion of `{exclusion.label(names)}`"
        case "charge":
            return _of_charge(reach, slot, root)
        case "limit":
            rows = book.limits[slot.index].lines
            what = f"`{book.limits[slot.index].name}`"
            told = lambda leaf: [x for x in leaf if rows[x].target != "unit_price"]  # noqa: E731
        case "free":
            what = "a `free`"
        case "refusal" | "note" | "rounding" | "conversion":
            what = f"a {slot.group}"
        case "derivation":
            return None
        case _:
            assert_never(slot.group)
    return _Question(slot, root, told, what)


def _all(leaf: Any) -> object:
    return leaf


def _of_request(line: m.ModifierLine) -> bool:
    """Decides whether a line moves a request as a whole."""
    return line.outcome == "refuse" or (line.outcome == "add" and not line.meters)


def _of_charge(reach: Reach, slot: Slot, root: int) -> _Question:
    """Of a charge, all but its price before anything is used."""
    charge = reach.book.charges[slot.index]
    name = reach.book.meters[charge.meter].name
    if slot.part != PRICE:
        return _Question(slot, root, _all, f"a minimum, an allowance or a `free` of `{name}`")
    prices = charge.prices
    return _Question(
        slot,
        root,
        lambda leaf: [tag for tag in leaf if prices[tag].after is not None],
        f"a later price of `{name}`",
    )


def _check(reach: Reach, question: _Question, ladder: int) -> None:
    """Reports what turns on a tier and must not, with a request that tells."""
    requests, told = reach.requests, question.told
    forest, axis = requests.forest, axis_of(ladder)
    first = forest.restrict(question.root, axis, 0)
    if first == question.root:
        return
    reached: Constraint = requests.existing
    if question.slot.group not in ("value", "meter", "refusal"):
        reached = reach.let_through(len(reach.draft.layers) - 1)
    differs = forest.combine(
        [question.root, first],
        lambda leaves: (1,) if told(leaves[0]) != told(leaves[1]) else (),
    )
    witness = requests.find([(differs, is_yes), reached])
    if witness is not None:
        name = reach.book.dimensions[ladder].name
        reach.draft.fault(
            "tiers",
            f"{question.what} turns on the tiers of `{name}`",
            span_of(_origin(reach, question, ladder, witness)),
            "tiers decide prices, factors and what is added to a unit price; this differs for: "
            + reach.draft.space.describe(witness),
        )


def _origin(reach: Reach, question: _Question, ladder: int, witness: Point) -> m.Origin:
    """Where a rule stands that decides for a request and not in its first tier, or the other way
    about.
    """
    book, slot = reach.book, question.slot
    nodes, leaves = reach.requests.forest.nodes, reach.requests.forest.leaves
    tags: list[set[int]] = []
    for point in (witness, with_value(witness, ladder, 0)):
        leaf: Any = leaves[~walk(nodes, root_of(reach.decided, slot), point, {})]
        tags.append({*leaf})
    own = sorted(tags[0] ^ tags[1])
    tag = next((tag for tag in own if question.told((tag,))), own[0] if own else 0)
    match slot.group:
        case "price":
            return book.prices[tag].origin
        case "charge":
            charge = book.charges[slot.index]
            parts = (charge.prices, charge.minimums, charge.pools, charge.free)
            return parts[slot.part][tag].origin
        case "value" | "meter" | "exclusion":
            subject = subject_of(book, slot)
            assert subject is not None
            return subject.origin
        case _:
            return origin_of(rule_at(book, slot, tag))
