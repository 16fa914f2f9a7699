"""The rates of a book without what none of them depends on, so that fewer rows are joined to with
fewer questions.
"""

from __future__ import annotations

from math import prod

from attrs import evolve

from pricelang.evaluate.rate_table.snapshots import RateSnapshots
from pricelang.evaluate.rate_table.versions import without_idle_cuts


def slim(found: RateSnapshots) -> RateSnapshots:
    """The same rates without what none of them depends on:
    dated versions of a model that cost the same, the cuts between them, and thresholds.
    """
    size = found.size
    parts = [tuple(found.places[n * size : (n + 1) * size]) for n in range(len(found.models))]
    numbers: dict[object, int] = {}
    new: dict[int, int] = {}
    for version, (model, part) in enumerate(zip(found.models, parts, strict=True)):
        if any(card is not None for card in part):
            new[version] = numbers.setdefault((model, part), len(numbers))
    firsts = {number: version for version, number in reversed(new.items())}
    renamed = [
        (name, [None if version is None else new.get(version) for version in held])
        for name, held in found.names
    ]
    names, cuts = without_idle_cuts(renamed, found.axes.cuts)
    found = evolve(
        found,
        axes=evolve(found.axes, cuts=cuts),
        models=tuple(found.models[firsts[n]] for n in range(len(numbers))),
        places=[card for n in range(len(numbers)) for card in parts[firsts[n]]],
        names=names,
    )
    for index in reversed(range(len(found.axes.thresholds))):
        found = _without(found, index)
    return found


def _without(found: RateSnapshots, index: int) -> RateSnapshots:
    """The rates without a threshold, where they are the same on all of its sides."""
    sides, places = found.axes.sides, found.places
    size, inner = sides[index], prod(sides[index + 1 :])
    firsts = [place for n in range(inner) for place in places[n :: size * inner]]
    for side in range(1, size):
        starts = range(side * inner, (side + 1) * inner)
        if firsts != [place for n in starts for place in places[n :: size * inner]]:
            return found
    kept = [
        place
        for start in range(0, len(places), size * inner)
        for place in places[start : start + inner]
    ]
    return evolve(found, axes=found.axes.without(index), places=kept)
