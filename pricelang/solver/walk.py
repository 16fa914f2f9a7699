"""The way through a decision diagram from its root to the leaf of a point."""

from __future__ import annotations

from collections.abc import Sequence

from pricelang.solver.axis_parts import positions
from pricelang.solver.boxes import Branches

MANY = 8
"""Up to so many branches of a node are tried in turn."""


def walk(
    nodes: Sequence[tuple[int, Branches]],
    root: int,
    point: Sequence[int],
    jumps: dict[int, dict[int, int]],
) -> int:
    """The leaf (a number below 0) of a diagram at a point. `jumps` are kept by the caller:
    where a node has many branches, the one of each position.
    """
    while root >= 0:
        axis, branches = nodes[root]
        position = point[axis]
        if len(branches) > MANY:
            found = jumps.get(root)
            if found is None:
                found = jumps[root] = {
                    place: child for mask, child in branches for place in positions(mask)
                }
            root = found[position]
            continue
        for mask, child in branches:
            if mask >> position & 1:
                root = child
                break
        else:
            raise ValueError(f"no branch of axis {axis} holds {position}")
    return root
