"""The parts of an axis in which the same masks hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

FEW = 8
"""Up to so many masks an axis is cut at one after another."""
SPARSE = 16
"""A mask of which less than one bit in so many is set is read bit by bit."""


def parts_by_masks(everywhere: int, named: Sequence[tuple[int, int]]) -> dict[tuple[int, ...], int]:
    """The points of an axis by the numbers of the masks that hold them:
    in the order of those, what none holds last.
    """
    return _parted(everywhere, named) if len(named) <= FEW else _by_point(everywhere, named)


def _by_point(everywhere: int, named: Sequence[tuple[int, int]]) -> dict[tuple[int, ...], int]:
    by_point: dict[int, list[int]] = {}
    for number, mask in named:
        for point in positions(mask):
            by_point.setdefault(point, []).append(number)
    masks: dict[tuple[int, ...], int] = {}
    touched = 0
    for point, numbers in by_point.items():
        key = tuple(numbers)
        masks[key] = masks.get(key, 0) | 1 << point
        touched |= 1 << point
    if everywhere & ~touched:
        masks[()] = everywhere & ~touched
    return masks


def _parted(everywhere: int, named: Sequence[tuple[int, int]]) -> dict[tuple[int, ...], int]:
    """The same, by cutting the whole axis at one mask after another:
    quicker for few masks of many points.
    """
    parts: dict[tuple[int, ...], int] = {(): everywhere}
    for number, mask in named:
        cut: dict[tuple[int, ...], int] = {}
        for key, inside in parts.items():
            if inside & mask:
                cut[(*key, number)] = inside & mask
            if inside & ~mask:
                cut[key] = inside & ~mask
        parts = cut
    rest = parts.pop((), 0)
    ordered = dict(sorted(parts.items(), key=lambda part: (part[0][0], part[1] & -part[1])))
    return {**ordered, **({(): rest} if rest else {})}


def positions(mask: int) -> Iterator[int]:
    """The positions of the bits of a mask, lowest first.

    >>> [*positions(0b1101)]
    [0, 2, 3]
    """
    if mask.bit_count() * SPARSE < mask.bit_length():
        return _lowest_first(mask)
    return (place for place, bit in enumerate(reversed(f"{mask:b}")) if bit == "1")


def _lowest_first(mask: int) -> Iterator[int]:
    """The same, bit by bit: quicker for few bits of very many."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
