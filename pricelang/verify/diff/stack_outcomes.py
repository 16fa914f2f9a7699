"""What modifiers, limits and roundings of one book do to prices and bills, as diagrams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from typing import Any, assert_never, get_args

from pricelang.model import book as m
from pricelang.model.diagrams import Group, Slot, root_of, rule_at
from pricelang.verify.diff.align import (
    NOTHING,
    REFUSED,
    LimitEffect,
    ModifierOutcome,
    RoundingEffect,
    whole_effect,
)
from pricelang.verify.diff.aligned_space import NO, YES, Joint, Leaf
from pricelang.verify.diff.semantics import BookSemantics, base_size

# ---- modifiers -----------------------------------------------------------------------------------


def outcomes(meaning: BookSemantics) -> dict[str, int]:
    """What each modifier does, by its name in the other book."""
    book = meaning.book
    return {
        meaning.named(modifier.name): meaning.side.carry(root, partial(_outcome, book, modifier))
        for modifier, root in zip(book.modifiers, book.decisions.modifiers, strict=True)
    }


def _outcome(book: m.Book, modifier: m.Modifier, leaf: tuple[int, ...]) -> ModifierOutcome:
    lines = [modifier.lines[number] for number in leaf]
    if not lines:
        return NOTHING
    match lines[0].outcome:  # all that decide have the outcome of the first, or change a price
        case "no_effect":
            return NOTHING
        case "refuse":
            return REFUSED
        case "factor" | "add":
            return _effect(book, lines)
        case _:
            assert_never(lines[0].outcome)


def _effect(book: m.Book, lines: Sequence[m.ModifierLine]) -> ModifierOutcome:
    factors = {
        book.meters[meter].name: factor
        for line in lines
        for meter, factor in line.factors
        if factor != 1
    }
    adds: dict[str, Fraction] = {}
    for line in lines:
        for meter in (book.meters[index] for index in line.meters):
            amount = (line.amount or Fraction(0)) / base_size(meter, line.size)
            adds[meter.name] = adds.get(meter.name, Fraction(0)) + amount
    extras = (line.amount for line in lines if line.outcome == "add" and not line.meters)
    found = ModifierOutcome(
        "effect",
        tuple(sorted(factors.items())),
        tuple(sorted(adds.items())),
        tuple(sorted(amount for amount in extras if amount)),
    )
    return found if found.factors or found.adds or found.extras else NOTHING


def extras(joint: Joint, roots: Iterable[int]) -> int:
    """All amounts per request, of whatever modifier. Raises `TooLarge`."""
    return joint.combine(
        [*(joint.map(root, lambda leaf: leaf.extras) for root in roots), joint.leaf(())],
        lambda leaves: tuple(sorted(x for leaf in leaves for x in leaf)),
    )


# ---- limits --------------------------------------------------------------------------------------


def limits(meaning: BookSemantics) -> dict[str, int]:
    """The lines of each limit that hold, as tuples of `LimitEffect`."""
    book = meaning.book
    return {
        limit.name: meaning.side.carry(root, partial(_sorted_bounds, meaning, limit))
        for limit, root in zip(book.limits, book.decisions.limits, strict=True)
    }


def _sorted_bounds(
    meaning: BookSemantics, limit: m.Limit, leaf: tuple[int, ...]
) -> tuple[LimitEffect, ...]:
    # Of one meter the order stays, for a floor and a cap may cross.
    bounds = _bounds(meaning, limit, (limit.lines[number] for number in leaf))
    return tuple(sorted(bounds, key=lambda bound: (bound.target, bound.about)))


def _bounds(
    meaning: BookSemantics, limit: m.Limit, lines: Iterable[m.LimitLine]
) -> Iterator[LimitEffect]:
    for line in lines:
        meters = [meaning.book.meters[index] for index in line.meters]
        match line.target:
            case "unit_price":
                for meter in meters:
                    amount = line.amount / base_size(meter, line.size)
                    yield LimitEffect(line.target, meter.name, line.at_least, amount)
            case "request":
                yield LimitEffect(line.target, line.per, line.at_least, line.amount)
            case "account":
                whose = meaning.counted(line.scope, line.per)
                named = tuple(sorted(meter.name for meter in meters))
                yield LimitEffect(
                    line.target, line.per, line.at_least, line.amount, whose, limit.kind, named
                )
            case _:
                assert_never(line.target)


def bounds(joint: Joint, roots: Iterable[int]) -> int:
    """All lines on requests and accounts that hold, of whatever limit:
    those on requests in their order. Raises `TooLarge`.
    """

    def every(leaves: tuple[Any, ...]) -> Leaf:
        found = [bound for leaf in leaves for bound in leaf if bound.target != "unit_price"]
        rest = (x for x in found if x.target != "request")
        return (
            *(x for x in found if x.target == "request"),
            *sorted(rest, key=LimitEffect.place),
        )

    return joint.combine([*roots, joint.leaf(())], every)


def crossing(joint: Joint, roots: Iterable[int]) -> int:
    """The lines on accounts whose order decides what is paid, in that order:
    a floor above a cap. Raises `TooLarge`.
    """

    def kept(leaves: tuple[Any, ...]) -> Leaf:
        found = [bound for leaf in leaves for bound in leaf if bound.target == "account"]
        found = [bound for bound in found if bound.kind == "limit"]
        floors, caps = ([x for x in found if x.at_least == side] for side in (True, False))
        crossed = {
            x.about for x in floors for y in caps if x.about == y.about and x.amount > y.amount
        }
        return tuple(x for about in sorted(crossed) for x in found if x.about == about)

    return joint.combine([*roots, joint.leaf(())], kept)


# ---- roundings, conversions and notes ------------------------------------------------------------


def roundings(meaning: BookSemantics) -> dict[m.Stage, int]:
    """The rounding of each stage, or None."""
    book = meaning.book

    def of_stage(stage: m.Stage, leaf: tuple[int, ...]) -> Leaf:
        held = next((r for r in (book.roundings[n] for n in leaf) if r.stage == stage), None)
        return None if held is None else RoundingEffect(held.step, held.currency, held.mode)

    stages: tuple[m.Stage, ...] = get_args(m.Stage)
    root = book.decisions.roundings
    return {stage: meaning.side.carry(root, partial(of_stage, stage)) for stage in stages}


def whole_effects(meaning: BookSemantics, group: Group) -> int:
    """What the rules of a group with one diagram do to a request, as tuples of `WholeEffect`."""
    book, slot = meaning.book, Slot(group)

    def effects(leaf: tuple[int, ...]) -> Leaf:
        return tuple(whole_effect(book, rule_at(book, slot, tag)) for tag in leaf)

    return meaning.side.carry(root_of(book.decisions, slot), effects)


def notes(meaning: BookSemantics) -> dict[str, int]:
    """Where each note is told, by its text."""
    joint, root = meaning.joint, meaning.book.decisions.notes
    found: dict[str, int] = {}
    for index, note in enumerate(meaning.book.notes):
        told = meaning.side.carry(root, partial(_told, index))
        found[note.text] = joint.any_of([found[note.text], told]) if note.text in found else told
    return found


def _told(index: int, leaf: tuple[int, ...]) -> Leaf:
    return YES if index in leaf else NO
