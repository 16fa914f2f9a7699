"""The places of a change, as the fewest boxes. A box may reach over requests at which nobody can
tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import prod
from typing import Any

from attrs import frozen

from pricelang.model.book import DATES, MODELS
from pricelang.verify.diff.aligned_books import NO, YES, Joint, Leaf

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
    for mask, child in sorted(parts, key=lambda part: _low(part[0])):
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


def leaves_of(joint: Joint, root: int) -> list[Any]:
    """The leaves that a diagram reaches, in the order of its branches."""
    nodes, found, seen = joint.forest.nodes, dict[Leaf, None](), set[int]()

    def visit(at: int) -> None:
        if at < 0:
            found[joint.leaf_of(at)] = None
        elif at not in seen:
            seen.add(at)
            for _, child in sorted(nodes[at][1], key=lambda branch: _low(branch[0])):
                visit(child)

    visit(root)
    return list(found)


def point_of(joint: Joint, root: int, masks: Sequence[int]) -> tuple[int, ...] | None:
    """The first point of a box at which a diagram says yes."""
    point = [(mask & -mask).bit_length() - 1 for mask in masks]
    dead: set[int] = set()

    def visit(at: int) -> bool:
        if at < 0:
            return bool(joint.leaf_of(at) == YES)
        if at in dead:
            return False
        axis, branches = joint.forest.nodes[at]
        for mask, child in sorted(branches, key=lambda branch: _low(branch[0])):
            inside = mask & masks[axis]
            if inside and visit(child):
                point[axis] = (inside & -inside).bit_length() - 1
                return True
        dead.add(at)
        return False

    return tuple(point) if visit(root) else None


# ---- boxes ---------------------------------------------------------------------------------------


def _boxes(joint: Joint, where: int, allowed: int, thorough: bool) -> list[ChangeBox]:
    axes = range(len(joint.sizes))
    # Along the others a box is whole from the start.
    used = _axes_of(joint, where) | _axes_of(joint, allowed)
    inner = sorted(used - {MODELS, DATES})
    orders = [[*reversed(inner), DATES, MODELS]]
    if thorough:
        orders += [
            [*reversed(inner), MODELS, DATES],
            [*inner, DATES, MODELS],
            [*inner, MODELS, DATES],
        ]
    found: list[list[int]] = []
    rest = where
    while rest != joint.leaf(NO):
        seed = _seed(joint, rest)
        grown = [_grown(joint, where, allowed, seed, order) for order in orders]
        best = max(
            grown,
            key=lambda masks: (
                _count(joint, rest, masks),
                -sum(masks[axis] != joint.full(axis) for axis in axes),
            ),
        )
        found.append(best)
        rest = _outside(joint, rest, best)
    if thorough and 1 < len(found) <= 60:
        found = _needed(joint, where, found)
    boxes = []
    for masks in found:
        models = _allowed(joint, allowed, masks, MODELS)
        about = (_touched(joint, where, masks, MODELS), *masks[1:])
        sample = point_of(joint, where, about)
        assert sample is not None  # it holds the point that it was grown from
        boxes.append(ChangeBox(about, models, sample))
    return sorted(boxes, key=lambda box: (_low(box.masks[DATES]), _low(box.masks[MODELS])))


def _axes_of(joint: Joint, root: int) -> set[int]:
    """The axes that a diagram looks at."""
    found, seen, todo = set[int](), set[int](), [root]
    while todo:
        at = todo.pop()
        if at >= 0 and at not in seen:
            seen.add(at)
            found.add(joint.forest.nodes[at][0])
            todo += [child for _, child in joint.forest.nodes[at][1]]
    return found


def _low(mask: int) -> int:
    return mask & -mask


def _seed(joint: Joint, root: int) -> list[int]:
    """A box in which a diagram says yes."""
    masks = [joint.full(axis) for axis in range(len(joint.sizes))]
    while root >= 0:
        axis, branches = joint.forest.nodes[root]
        open_to = [(mask, child) for mask, child in branches if child != joint.leaf(NO)]
        masks[axis], root = min(open_to, key=lambda branch: _low(branch[0]))
    return masks


def _grown(
    joint: Joint, where: int, allowed: int, seed: Sequence[int], order: Sequence[int]
) -> list[int]:
    """A box grown along each axis as far as it may, and no further than it is needed."""
    masks = list(seed)
    for _ in range(2):
        for axis in order:
            reach = _allowed(joint, allowed, masks, axis)
            full = joint.full(axis)
            if reach == full:
                masks[axis] = full
                continue
            seen = (
                _touched(
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
            first = start if start == 0 else _low(inside).bit_length() - 1
            last = end if end == size else inside.bit_length()
            found |= (1 << last) - (1 << first)
        start = end
    return found


def _allowed(joint: Joint, root: int, masks: Sequence[int], axis: int) -> int:
    """The points of an axis with which the whole box, put there, lies where a diagram says yes."""
    return _walk(joint, root, masks, axis, every=True)


def _touched(joint: Joint, root: int, masks: Sequence[int], axis: int) -> int:
    """The points of an axis, within the box, at which a diagram says yes somewhere."""
    return _walk(joint, root, masks, axis, every=False) & masks[axis]


def _walk(joint: Joint, root: int, masks: Sequence[int], axis: int, every: bool) -> int:
    known: dict[int, int] = {}
    nodes, yes, full = joint.forest.nodes, joint.leaf(YES), joint.full(axis)

    def part(at: int) -> int:
        if at < 0:
            return full if at == yes else 0
        found = known.get(at)
        if found is not None:
            return found
        on, branches = nodes[at]
        if on == axis:
            found = 0
            for mask, child in branches:
                found |= mask & part(child)
        else:
            found = full if every else 0
            for mask, child in branches:
                if mask & masks[on]:
                    found = found & part(child) if every else found | part(child)
                    if found == (0 if every else full):
                        break
        known[at] = found
        return found

    return part(root)


def _count(joint: Joint, root: int, masks: Sequence[int]) -> Fraction:
    """How many points of a box a diagram says yes at."""
    known: dict[int, Fraction] = {}

    def share(at: int) -> Fraction:
        if at < 0:
            return Fraction(joint.leaf_of(at) == YES)
        if at not in known:
            axis, branches = joint.forest.nodes[at]
            inside = masks[axis].bit_count()
            known[at] = sum(
                (
                    Fraction((mask & masks[axis]).bit_count(), inside) * share(child)
                    for mask, child in branches
                    if mask & masks[axis]
                ),
                Fraction(0),
            )
        return known[at]

    return share(root) * prod(mask.bit_count() for mask in masks)


def _outside(joint: Joint, root: int, masks: Sequence[int]) -> int:
    """A diagram of yes and no without a box."""
    return joint.combine(
        [root, joint.box(masks)],
        lambda leaves: YES if leaves == (YES, NO) else NO,
        lambda leaf: NO if leaf == NO else None,
        most=1 << 62,
    )


def _needed(joint: Joint, where: int, found: list[list[int]]) -> list[list[int]]:
    """The boxes without those that the others make needless."""
    kept = list(found)
    for masks in list(found):
        rest = where
        for other in kept:
            if other is not masks:
                rest = _outside(joint, rest, other)
        if rest == joint.leaf(NO):
            kept = [other for other in kept if other is not masks]
    return kept
