"""The search for a request in boxes and outside others,
and the bound on how much work a book may make of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import define, field

from pricelang.model.book import Scope

MAX_EFFORT = 1_500_000
"""How many boxes are looked at, and pieces made, in questions about one book:
some seconds, however it is written.
"""


class TooManyPieces(Exception):
    """A question that falls into more pieces than are worth deciding here."""


@define(eq=False)
class Effort:
    """The work that is left for questions about a book:
    counted while it is done, so that no question outgrows it.
    """

    left: int = field(factory=lambda: MAX_EFFORT)

    def spend(self, work: int) -> None:
        """Counts some work. Raises `TooManyPieces` where none is left."""
        self.left -= work
        if self.left < 0:
            raise TooManyPieces


def find(box: Sequence[int], holes: Iterable[Scope], effort: Effort) -> list[int] | None:
    """A part of a box (a mask for each axis) that meets no hole,
    or None where the holes cover all of it.

    A hole that leaves only one way out narrows the box; where none does, the box is cut in two at
    the hole with the fewest ways out, and each half is looked at by itself. Raises `TooManyPieces`.

    >>> find([0b11, 0b11], [((0, 0b01),), ((0, 0b10), (1, 0b01))], Effort())
    [2, 2]
    >>> find([0b11, 0b11], [((0, 0b01),), ((0, 0b10),)], Effort()) is None
    True
    """
    todo: list[tuple[list[int], list[Scope]]] = [([*box], [*holes])]
    first = True
    while todo:
        masks, left = todo.pop()
        if not first:
            effort.spend(1 + len(left))
        first = False
        narrowed = _narrowed(masks, left)
        if narrowed is None:
            continue
        left, cut = narrowed
        if cut is None:
            return masks
        axis, mask = cut
        inside = [*masks]
        inside[axis] &= mask
        masks[axis] &= ~mask
        todo += [(inside, left), (masks, left)]
    return None


def _narrowed(
    masks: list[int], holes: list[Scope]
) -> tuple[list[Scope], tuple[int, int] | None] | None:
    """The holes that still meet a box once it is narrowed (in place) by those with one way out,
    and where to cut next; None where a hole covers the box.
    """
    while True:
        left: list[Scope] = []
        fewest, cut, changed = 1 << 30, None, False
        for hole in holes:
            ways, way = 0, (0, 0)
            for part in hole:
                axis, mask = part
                here = masks[axis]
                both = here & mask
                if not both:
                    break
                if both != here:
                    ways, way = ways + 1, part
            else:
                if not ways:
                    return None
                if ways == 1:
                    masks[way[0]] &= ~way[1]
                    changed = True
                    continue
                left.append(hole)
                if ways < fewest:
                    fewest, cut = ways, way
        if not changed:
            return left, cut
        holes = left
