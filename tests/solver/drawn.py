"""Forests of a few small axes, drawn with their scopes, and all the points of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from hypothesis import strategies as st

from pricelang.solver.diagram import Forest, Scope

Tags = tuple[int, ...]


def points(sizes: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """All the points of some axes."""
    return itertools.product(*map(range, sizes))


def tags_at(scopes: list[tuple[Scope, int]], point: tuple[int, ...]) -> Tags:
    """The tags of the scopes that hold at a point."""
    return tuple(
        tag for scope, tag in scopes if all(mask >> point[axis] & 1 for axis, mask in scope)
    )


@st.composite
def axes(draw: st.DrawFn) -> tuple[int, ...]:
    """The sizes of up to three axes: one of them long, so that nodes have many branches."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=2))
    sizes.insert(draw(st.integers(0, len(sizes))), draw(st.integers(1, 12)))
    return tuple(sizes)


@st.composite
def some_scopes(draw: st.DrawFn, sizes: tuple[int, ...]) -> list[tuple[Scope, int]]:
    """Boxes over some axes, each with its place in the list as its tag."""
    masks = [st.one_of(st.none(), st.integers(1, (1 << size) - 1)) for size in sizes]
    drawn = draw(st.lists(st.tuples(*masks), max_size=14))
    return [
        (tuple((axis, mask) for axis, mask in enumerate(box) if mask is not None), tag)
        for tag, box in enumerate(drawn)
    ]


@st.composite
def forests(draw: st.DrawFn, most: int = 4) -> tuple[Forest[int], list[int]]:
    """A forest, and a few diagrams of it whose leaves are the numbers 0 to 3."""
    sizes = draw(axes())
    forest: Forest[int] = Forest(sizes)
    factors = st.integers(0, 7)
    roots = []
    for _ in range(draw(st.integers(1, most))):
        times = draw(factors)

        def decide(tags: Tags, times: int = times) -> int:
            return sum(tag + times for tag in tags) % 4

        roots.append(forest.build(draw(some_scopes(sizes)), decide))
    return forest, roots
