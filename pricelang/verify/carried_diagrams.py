"""The diagrams of a book carried into the space of a contract that extends it.

The contract's space refines that of the book below: it has all of its models, days, values and
limits, and more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pricelang.model import book as m
from pricelang.model.requests import Leaf
from pricelang.model.space import axis_of, dimension_of, first_sum
from pricelang.verify.analysis import Analysis
from pricelang.verify.refined_axes import between_cuts, by_name, spread


def carrier(lower: Analysis, upper: Analysis) -> Callable[[int], int]:
    """Carries a diagram of the lower book into the upper one's space;
    what the lower does not know it does not offer.
    """
    axes = _axes(lower, upper)
    masks = [_masks(lower, upper, axis, target) for axis, target in enumerate(axes)]
    known: dict[int, int] = {}

    def carry(root: int) -> int:
        if root not in known:
            known[root] = (
                upper.forest.leaf(lower.forest.leaves[~root]) if root < 0 else carry_node(root)
            )
        return known[root]

    def carry_node(root: int) -> int:
        axis, branches = lower.forest.nodes[root]
        parts = [(spread(masks[axis], mask), carry(child)) for mask, child in branches]
        rest = (1 << upper.space.size(axes[axis])) - 1
        for points, _ in parts:
            rest &= ~points
        # points that the lower book does not know are told apart by what exists there, not here
        return _select(upper, axes[axis], [*parts, (rest, upper.forest.leaf(None))])

    return carry


def _select(upper: Analysis, axis: int, parts: list[tuple[int, int]]) -> int:
    """The diagram that is another in each part of an axis,
    also where their own axes come before it.

    What tells the parts apart equals no price:
    equal leaves are one, and 0 is one with a price of nothing.
    """
    kept = [part for part in parts if part[0]]
    literals = [
        (mask, upper.forest.leaf(("part", number))) for number, (mask, _) in enumerate(kept)
    ]

    def chosen(leaves: tuple[Any, ...]) -> Leaf:
        found: Leaf = leaves[1 + leaves[0][1]]
        return found

    roots = [upper.forest.node(axis, literals), *(root for _, root in kept)]
    return upper.forest.combine(roots, chosen)


def _axes(lower: Analysis, upper: Analysis) -> list[int]:
    """The axis of the upper book that each axis of the lower one is a part of."""
    names = {dimension.name: index for index, dimension in enumerate(upper.book.dimensions)}
    sums = {_sum_key(upper.book, total): index for index, total in enumerate(upper.book.sums)}
    first = first_sum(upper.book.dimensions)
    return [
        m.MODELS,
        m.DATES,
        *(axis_of(names[dimension.name]) for dimension in lower.book.dimensions),
        *(first + sums[_sum_key(lower.book, total)] for total in lower.book.sums),
    ]


def _sum_key(book: m.Book, total: m.Sum) -> frozenset[str]:
    return frozenset(book.meters[index].name for index in total.meters)


def _masks(lower: Analysis, upper: Analysis, axis: int, target: int) -> tuple[int, ...]:
    """For each point of a lower axis, the mask of the upper axis's points that it stands for."""
    books = (lower.book, upper.book)
    if axis == m.MODELS:
        return by_name(*([model.name for model in book.models] for book in books))
    if axis == m.DATES:
        return between_cuts(*(book.boundaries for book in books))
    places = list(zip(books, (dimension_of(axis), dimension_of(target)), strict=True))
    if dimension_of(axis) < len(lower.book.dimensions):
        values = (book.dimensions[place].values for book, place in places)
        return by_name(*([value.name for value in found] for found in values))
    return between_cuts(*(book.sums[place - len(book.dimensions)].limits for book, place in places))
