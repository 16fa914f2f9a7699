"""Classes of combinations: the values of many dimensions as one number, the same for all that cost
the same in every dated version.

The classes are found dimension by dimension, so that a query needs one question for each,
and not a row for each combination.
"""

from __future__ import annotations

from collections.abc import Sequence

from pricelang.evaluate.rate_table.grid import NOTHING, RateGrid

Fold = tuple[tuple[int | None, ...], ...]
"""For each dimension the class after it, by the class before times the number
of its values plus that of the value; None where no request exists.
"""


def folded(grid: RateGrid, roots: Sequence[int]) -> tuple[Fold, tuple[tuple[int, ...], ...]]:
    """The classes that the dimensions of a grid come to, and what each is below every root:
    a diagram over the sides alone.
    """
    vectors: list[tuple[int, ...]] = [tuple(roots)]
    fold = []
    for n in grid.dimensions:
        arms: list[int | None] = []
        numbers: dict[tuple[int, ...], int] = {}
        for vector in vectors:
            for value in range(len(grid.card.book.dimensions[n].values)):
                below = grid.below(vector, value)
                dead = below.count(NOTHING) == len(below)
                arms.append(None if dead else numbers.setdefault(below, len(numbers)))
        fold.append(tuple(arms))
        vectors = list(numbers)
    return tuple(fold), tuple(vectors)


def class_width(fold: Fold) -> int:
    """How many digits a class has at most, and the number after all of them."""
    return len(str(1 + max((arm for arm in fold[-1] if arm is not None), default=-1)))
