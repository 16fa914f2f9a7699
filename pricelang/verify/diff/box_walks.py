"""What a diagram says within a box: its leaves, and where along an axis it says yes."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import prod
from typing import Any

from pricelang.model.space import first_point
from pricelang.verify.diff.aligned_space import NO, NO_LIMIT, YES, Joint, Leaf


def leaves_of(joint: Joint, root: int) -> list[Any]:
    """The leaves that a diagram reaches, in the order of its branches."""
    nodes, found, seen = joint.forest.nodes, dict[Leaf, None](), set[int]()

    def visit(at: int) -> None:
        if at < 0:
            found[joint.leaf_of(at)] = None
        elif at not in seen:
            seen.add(at)
            for _, child in sorted(nodes[at][1], key=lambda branch: lowest_bit(branch[0])):
                visit(child)

    visit(root)
    return list(found)


def point_of(joint: Joint, root: int, masks: Sequence[int]) -> tuple[int, ...] | None:
    """The first point of a box at which a diagram says yes."""
    point = [first_point(mask) for mask in masks]
    dead: set[int] = set()

    def visit(at: int) -> bool:
        if at < 0:
            return bool(joint.leaf_of(at) == YES)
        if at in dead:
            return False
        axis, branches = joint.forest.nodes[at]
        for mask, child in sorted(branches, key=lambda branch: lowest_bit(branch[0])):
            inside = mask & masks[axis]
            if inside and visit(child):
                point[axis] = first_point(inside)
                return True
        dead.add(at)
        return False

    return tuple(point) if visit(root) else None


def axes_of(joint: Joint, root: int) -> set[int]:
    """The axes that a diagram looks at."""
    found, seen, todo = set[int](), set[int](), [root]
    while todo:
        at = todo.pop()
        if at >= 0 and at not in seen:
            seen.add(at)
            found.add(joint.forest.nodes[at][0])
            todo += [child for _, child in joint.forest.nodes[at][1]]
    return found


def lowest_bit(mask: int) -> int:
    """The mask of the lowest point of a mask."""
    return mask & -mask


def whole_at(joint: Joint, root: int, masks: Sequence[int], axis: int) -> int:
    """The points of an axis with which the whole box, put there, lies where a diagram says yes."""
    return _walk(joint, root, masks, axis, every=True)


def some_at(joint: Joint, root: int, masks: Sequence[int], axis: int) -> int:
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


def count_in(joint: Joint, root: int, masks: Sequence[int]) -> Fraction:
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


def without_box(joint: Joint, root: int, masks: Sequence[int]) -> int:
    """A diagram of yes and no without a box."""
    return joint.combine(
        [root, joint.box(masks)],
        lambda leaves: YES if leaves == (YES, NO) else NO,
        lambda leaf: NO if leaf == NO else None,
        most=NO_LIMIT,
    )
