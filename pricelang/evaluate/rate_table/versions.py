"""The dated versions that names stand for: models over the stretches of time in which no rule that
they can meet changes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from attrs import frozen

from pricelang.evaluate.rate_card import RateCard
from pricelang.evaluate.rate_table.axes import Axes, Period
from pricelang.evaluate.rate_table.walk import walk_of
from pricelang.model import book as m
from pricelang.model.errors import PriceError

Names = tuple[tuple[str, tuple[int | None, ...]], ...]
"""For each id or alias its dated version in each stretch of time, or None."""


@frozen(eq=False)
class DatedVersions:
    """The dated versions of names, between `cuts` (UTC seconds);
    `points` has a point and an instant of each, by its state of the walk.
    """

    names: Names
    cuts: tuple[int, ...]
    points: dict[int, tuple[tuple[int, int], int]]


def dated_versions(
    card: RateCard, axes: Axes, wanted: frozenset[int], period: Period
) -> DatedVersions:
    """The dated versions of some models (by their places) over a period."""
    walk = walk_of(card)
    points: dict[int, tuple[tuple[int, int], int]] = {}
    names = []
    for name in _names(card.book, wanted):
        held = []
        for at in axes.starts(period):
            there = dated(card, name, at)
            state = walk.start(there) if there is not None and there[0] in wanted else None
            if state is not None and there is not None:
                points.setdefault(state, (there, at))
            held.append(state)
        if any(state is not None for state in held):
            names.append((name, held))
    number = {state: n for n, state in enumerate(points)}
    numbered = [(name, [None if s is None else number[s] for s in held]) for name, held in names]
    listed, cuts = without_idle_cuts(numbered, axes.cuts)
    return DatedVersions(listed, cuts, points)


def without_idle_cuts(
    names: list[tuple[str, list[int | None]]], cuts: tuple[int, ...]
) -> tuple[Names, tuple[int, ...]]:
    """The versions of names without the cuts at which none has another version."""
    kept = [
        n for n in range(len(cuts) + 1) if not n or any(held[n] != held[n - 1] for _, held in names)
    ]
    listed = tuple((name, tuple(held[n] for n in kept)) for name, held in names)
    return listed, tuple(cuts[n - 1] for n in kept[1:])


def _names(book: m.Book, wanted: frozenset[int]) -> Iterator[str]:
    yield from (model.name for index, model in enumerate(book.models) if index in wanted)
    named = (x.name for x in book.aliases if x.model in wanted and not x.pattern)
    yield from dict.fromkeys(named)


def dated(card: RateCard, name: str, at: int) -> tuple[int, int] | None:
    """The model of a name and the stretch of time, where the model is released by then."""
    try:
        index = card.model_index(name, at)
    except PriceError:
        return None
    stretch = bisect_right(card.book.boundaries, at)
    start = card.book.boundaries[stretch - 1] if stretch else None
    return (
        (index, stretch)
        if start is not None and start >= card.book.models[index].released
        else None
    )
