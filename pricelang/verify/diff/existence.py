"""What exists by one book, and what it refuses or frees as a whole, as diagrams."""

from __future__ import annotations

from collections.abc import Mapping

from pricelang.compile.decisions import has_effect
from pricelang.model import book as m
from pricelang.model.space import axis_of
from pricelang.verify.diff.aligned_space import NO, YES
from pricelang.verify.diff.semantics import BookSemantics, yes

Values = Mapping[tuple[int, int], int]
"""Where each value (joint dimension, value) is offered."""


def released(meaning: BookSemantics) -> int:
    """Where the model is in the book and released."""
    joint, parts = meaning.joint, []
    known = {model.name: model.released for model in meaning.book.models}
    for number, name in enumerate(joint.models):
        first = known.get(name)
        stretches = 0
        for stretch in range(joint.sizes[m.DATES]):
            start = meaning.side.start(stretch)
            if first is not None and start is not None and start >= first:
                stretches |= 1 << stretch
        inside = [
            (stretches, joint.leaf(YES)),
            (joint.full(m.DATES) & ~stretches, joint.leaf(NO)),
        ]
        parts.append((1 << number, joint.forest.node(m.DATES, inside)))
    return joint.forest.node(m.MODELS, parts)


def values(meaning: BookSemantics) -> dict[tuple[int, int], int]:
    """Where each value is offered, whatever the request says of that dimension itself."""
    joint = meaning.joint
    own = {dimension.name: number for number, dimension in enumerate(meaning.book.dimensions)}
    found: dict[tuple[int, int], int] = {}
    for place, dimension in enumerate(joint.dimensions):
        if dimension.clocked:
            hours = meaning.side.hours_offered()
            for position in range(len(dimension.values)):
                found[place, position] = joint.fix(hours, axis_of(place), position)
            continue
        number = own.get(dimension.name)
        for position, name in enumerate(dimension.values):
            found[place, position] = (
                joint.leaf(YES if name == dimension.default else NO)
                if number is None
                else _value(meaning, number, name)
            )
    return found


def values_of_both(old: BookSemantics, new: BookSemantics) -> tuple[Values, Values]:
    """Where each book offers each value. A tier that only one book knows is no word of a request:
    an account that is in it has requests of the other book all the same.
    """
    found = values(old), values(new)
    for place, dimension in enumerate(old.joint.dimensions):
        own = [
            next((d for d in meaning.book.dimensions if d.name == dimension.name), None)
            for meaning in (old, new)
        ]
        for side, other in ((0, 1), (1, 0)):
            known = own[other]
            if own[side] is None and known is not None and known.ladder is not None:
                for position in range(len(dimension.values)):
                    found[side][place, position] = found[other][place, position]
    return found


def _value(meaning: BookSemantics, number: int, name: str) -> int:
    names = [value.name for value in meaning.book.dimensions[number].values]
    if name not in names:
        return meaning.joint.leaf(NO)
    return meaning.side.carry(meaning.book.decisions.values[number][names.index(name)], yes)


def existing(meaning: BookSemantics, offered: Values) -> int:
    """Where all values of a request are offered. Raises `TooLarge`."""
    joint = meaning.joint
    roots = []
    for place, dimension in enumerate(joint.dimensions):
        positions = range(len(dimension.values))
        parts = [(1 << position, offered[place, position]) for position in positions]
        roots.append(joint.select(axis_of(place), parts))
    return joint.all_of([*roots, joint.possible()])


def refusals(meaning: BookSemantics) -> int:
    """Where a `refuse` of the book holds."""
    return meaning.side.carry(meaning.book.decisions.refusals, yes)


def exclusions(meaning: BookSemantics) -> dict[tuple[str, ...], int]:
    """Where each exclusion refuses, by the sorted names of its modifiers. Raises `TooLarge`."""
    book, side, joint = meaning.book, meaning.side, meaning.joint

    def effective(index: int) -> int:
        modifier = book.modifiers[index]
        return side.carry(
            book.decisions.modifiers[index],
            lambda leaf: YES if has_effect(modifier, leaf) else NO,
        )

    found: dict[tuple[str, ...], int] = {}
    for exclusion, root in zip(book.exclusions, book.decisions.exclusions, strict=True):
        both = [effective(side) for side in exclusion.sides]
        holds = joint.all_of([*both, side.carry(root, yes)])
        key = meaning.pair_of(exclusion)
        found[key] = joint.any_of([found[key], holds]) if key in found else holds
    return found


def free(meaning: BookSemantics) -> int:
    """Where a request is free as a whole."""
    return meaning.side.carry(meaning.book.decisions.free, yes)


def aliases(meaning: BookSemantics) -> dict[str, int]:
    """The model that each alias stands for, None for none,
    and an empty name before that model is released.
    """
    joint = meaning.joint
    found = {}
    for name in dict.fromkeys(alias.name for alias in meaning.book.aliases):
        stretches = range(joint.sizes[m.DATES])
        parts = [(1 << n, joint.leaf(_model_of(meaning, name, n))) for n in stretches]
        found[name] = joint.forest.node(m.DATES, parts)
    return found


def _model_of(meaning: BookSemantics, name: str, stretch: int) -> str | None:
    start = meaning.side.start(stretch)
    model = None
    for alias in meaning.book.aliases:
        if alias.name == name and alias.holds_at(-1 << 62 if start is None else start):
            target = meaning.book.models[alias.model]
            model = target.name if start is not None and start >= target.released else ""
    return model
