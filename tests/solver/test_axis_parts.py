"""The parts of an axis against a look at each of its points."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pricelang.solver.axis_parts import FEW, parts_by_masks


@st.composite
def masks(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]]]:
    """The size of an axis, and few or many masks of it, which may all leave some points out."""
    size = draw(st.integers(1, 12))
    within = draw(st.integers(0, (1 << size) - 1))
    count = draw(st.sampled_from((*range(5), *range(FEW + 1, FEW + 5))))
    each = st.integers(0, (1 << size) - 1)
    named = draw(st.lists(each, min_size=count, max_size=count))
    return size, [(number, mask & within) for number, mask in enumerate(named)]


@given(masks())
def test_each_point_is_in_the_part_of_the_masks_that_hold_it(
    drawn: tuple[int, list[tuple[int, int]]],
) -> None:
    size, named = drawn
    by_masks: dict[tuple[int, ...], int] = {}
    for point in range(size):
        key = tuple(number for number, mask in named if mask >> point & 1)
        by_masks[key] = by_masks.get(key, 0) | 1 << point
    assert parts_by_masks((1 << size) - 1, named) == by_masks


@given(masks())
def test_what_no_mask_holds_comes_last(drawn: tuple[int, list[tuple[int, int]]]) -> None:
    size, named = drawn
    assert () not in [*parts_by_masks((1 << size) - 1, named)][:-1]
