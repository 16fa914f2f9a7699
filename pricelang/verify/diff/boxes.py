"""The places of a change, as the fewest boxes. A box may reach over requests at which nobody can
tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from attrs import frozen

from pricelang.model.book import DATES, MODELS
from pricelang.model.space import first_point
from pricelang.verify.diff.aligned_space import NO, YES, Joint, Leaf
from pricelang.verify.diff.box_walks import (
    axes_of,
    count_in,
    leaves_of,
    lowest_bit,
    point_of,
    some_at,
    whole_at,
    without_box,
)

SAME, OPEN = "same", "open"
"""Leaves of a diagram of changes: nothing changed;
nobody can see whether anything did. Any other leaf is a change.
"""

MANY = 200
"""With more kinds of change than this, each is cut by the first way that comes to hand."""


@frozen
class ChangeBox:
    """A box in which a change holds wherever it can be seen.

    `masks` has the points of each axis that the change is about; `models` those and all
    for which nothing else is true; `sample` is one point at which the change is seen.
    """

    masks: tuple[int, ...]
    models: int
    sample: tuple[int, ...]


def changes(joint: Joint, root: int) -> Iterator[tuple[Leaf, list[ChangeBox]]]:
    """Each kind of change in a diagram, with its boxes, in the order of models and dates."""
    nodes = joint.forest.nodes
    # Split by models first, so that one of many kinds
    # costs no more than the models that it is about.
    parts = [(joint.full(MODELS), root)] if root < 0 or nodes[root][0] != MODELS else nodes[root][1]
    about: dict[Leaf, list[tuple[int, int]]] = {}
    for mask, child in sorted(parts, key=lambda part: lowest_bit(part[0])):
        for leaf in leaves_of(joint, child):
            if leaf not in (SAME, OPEN):
                about.setdefault(leaf, []).append((mask, child))
    if not about:
        return
    unseen = joint.map(root, lambda leaf: YES if leaf == OPEN else NO)
    for kind, inside in about.items():
        where = _marked(joint, inside, (kind,), joint.leaf(NO))
        yield (
            kind,
            _boxes(
                joint,
                where,
                _marked(joint, inside, (kind, OPEN), unseen),
                thorough=len(about) <= MANY,
            ),
        )


def _marked(
    joint: Joint, inside: Sequence[tuple[int, int]], leaves: tuple[Leaf, ...], elsewhere: int
) -> int:
    """Where some parts of the models have one of some leaves;
    for all other models another diagram.
    """
    rest = joint.full(MODELS)
    found = []
    for mask, child in inside:
        rest &= ~mask
        found.append((mask, joint.map(child, lambda leaf: YES if leaf in leaves else NO)))
    nodes = joint.forest.nodes
    if elsewhere < 0 or nodes[elsewhere][0] != MODELS:
        found.append((rest, elsewhere))
    else:
        found += [(mask & rest, child) for mask, child in nodes[elsewhere][1]]
    return joint.forest.node(MODELS, found)


def _boxes(joint: Joint, where: int, allowed: int, thorough: bool) -> list[ChangeBox]:
    """Boxes that cover where a change is seen, within where it may be told."""
    found = _cover(joint, where, allowed, thorough)
    if thorough and 1 < len(found) <= 60:
        found = _needed(joint, where, found)
    boxes = []
    for masks in found:
        models = whole_at(joint, allowed, masks, MODELS)
        about = (some_at(joint, where, masks, MODELS), *masks[1:])
        sample = point_of(joint, where, about)
        assert sample is not None  # it holds the point that it was grown from
        boxes.append(ChangeBox(about, models, sample))
    return sorted(
        boxes, key=lambda box: (lowest_bit(box.masks[DATES]), lowest_bit(box.masks[MODELS]))
    )


def _cover(joint: Joint, where: int, allowed: int, thorough: bool) -> list[list[int]]:
    """Boxes one after the other, each the one that covers most of what is left."""
    found: list[list[int]] = []
    rest = where
    orders = _orders(joint, where, allowed, thorough)

    def covered(masks: list[int]) -> tuple[Fraction, int]:
        cut = sum(mask != joint.full(axis) for axis, mask in enumerate(masks))
        return count_in(joint, rest, masks), -cut

    while rest != joint.leaf(NO):
        seed = _seed(joint, rest)
        best = max((_grown(joint, where, allowed, seed, order) for order in orders), key=covered)
        found.append(best)
        rest = without_box(joint, rest, best)
    return found


def _orders(joint: Joint, where: int, allowed: int, thorough: bool) -> list[list[int]]:
    """The orders of axes along which a box is grown; along all others it is whole."""
    inner = sorted((axes_of(joint, where) | axes_of(joint, allowed)) - {MODELS, DATES})
    orders = [[*reversed(inner), DATES, MODELS]]
    if thorough:
        orders += [
            [*reversed(inner), MODELS, DATES],
            [*inner, DATES, MODELS],
            [*inner, MODELS, DATES],
        ]
    return orders


def _seed(joint: Joint, root: int) -> list[int]:
    """A box in which a diagram says yes."""
    masks = [joint.full(axis) for axis in range(len(joint.sizes))]
    while root >= 0:
        axis, branches = joint.forest.nodes[root]
        open_to = [(mask, child) for mask, child in branches if child != joint.leaf(NO)]
        masks[axis], root = min(open_to, key=lambda branch: lowest_bit(branch[0]))
    return masks


def _grown(
    joint: Joint, where: int, allowed: int, seed: Sequence[int], order: Sequence[int]
) -> list[int]:
    """A box grown along each axis as far as it may, and no further than it is needed."""
    masks = list(seed)
    for _ in range(2):
        for axis in order:
            reach = whole_at(joint, allowed, masks, axis)
            full = joint.full(axis)
            if reach == full:
                masks[axis] = full
                continue
            seen = (
                some_at(
                    joint,
                    where,
                    [full if a == axis else mask for a, mask in enumerate(masks)],
                    axis,
                )
                & reach
            )
            masks[axis] = _runs(reach, seen, full) if axis == DATES else seen
    return masks


def _runs(reach: int, seen: int, full: int) -> int:
    """The stretches of time in which a change is seen, without breaks;
    what nothing bounds stays without bounds.
    """
    found, start = 0, 0
    size = full.bit_length()
    while start < size:
        if not reach >> start & 1:
            start += 1
            continue
        end = start
        while reach >> end & 1:
            end += 1
        run = (1 << end) - (1 << start)
        inside = run & seen
        if inside:
            first = start if start == 0 else first_point(inside)
            last = end if end == size else inside.bit_length()
            found |= (1 << last) - (1 << first)
        start = end
    return found


def _needed(joint: Joint, where: int, found: list[list[int]]) -> list[list[int]]:
    """The boxes without those that the others make needless."""
    kept = list(found)
    for masks in list(found):
        rest = where
        for other in kept:
            if other is not masks:
                rest = without_box(joint, rest, other)
        if rest == joint.leaf(NO):
            kept = [other for other in kept if other is not masks]
    return kept
