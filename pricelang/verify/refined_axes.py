"""The points of an axis by those of a finer one: a mask for each of what it stands for there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from typing import TypeVar

Cut = TypeVar("Cut", int, Fraction)
"""Where an axis is cut: an instant, or the limit of a sum."""


def between_cuts(own: Sequence[Cut], finer: Sequence[Cut]) -> tuple[int, ...]:
    """For each part between the cuts of an axis the mask of the parts between finer cuts."""
    found = [0] * (len(own) + 1)
    for number in range(len(finer) + 1):
        found[bisect_right(own, finer[number - 1]) if number else 0] |= 1 << number
    return tuple(found)


def by_name(own: Sequence[str], finer: Sequence[str]) -> tuple[int, ...]:
    """For each name of an axis the mask of the points that have it."""
    return tuple(
        sum(1 << number for number, other in enumerate(finer) if other == name) for name in own
    )


def spread(masks: Sequence[int], mask: int) -> int:
    """A mask of the points of an axis as one of the finer axis."""
    found = 0
    for position, inside in enumerate(masks):
        if mask >> position & 1:
            found |= inside
    return found
