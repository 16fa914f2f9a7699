"""The search of several diagrams at once against a look at every point."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pricelang.solver.diagram import Forest
from pricelang.solver.effort import Effort
from pricelang.solver.witness_search import Search
from tests.solver.drawn import forests, points


class Counted(Effort):
    """An effort of which every step takes some."""

    def spend(self, work: int) -> None:
        assert work > 0
        super().spend(work)


def lowest(axis: int, mask: int) -> int:
    return (mask & -mask).bit_length() - 1


def search_of(forest: Forest[int], roots: list[int]) -> Search:
    forest.effort = Counted()
    return Search(forest, [(root, bool) for root in roots], lowest, lowest)


def meeting(forest: Forest[int], roots: list[int]) -> list[tuple[int, ...]]:
    """The points at which no diagram is 0, the first first."""
    return [
        point for point in points(forest.sizes) if all(forest.value(root, point) for root in roots)
    ]


@given(forests())
def test_the_witness_is_a_point_that_meets_all_tests(
    drawn: tuple[Forest[int], list[int]],
) -> None:
    forest, roots = drawn
    search = search_of(forest, roots)
    start, there = search.start(), meeting(forest, roots)
    found = None if start is None else search.first(start)
    if found is None:
        assert not there
    else:
        assert tuple(found.get(axis, 0) for axis in range(len(forest.sizes))) == there[0]


@given(st.data())
def test_what_one_question_learns_holds_for_the_next(data: st.DataObject) -> None:
    forest, roots = data.draw(forests())
    search = search_of(forest, roots)
    start, there = search.start(), meeting(forest, roots)
    if start is None:
        assert not there
        return
    for question in data.draw(st.permutations(("first", "some", "mask"))):
        if question == "first":
            assert (search.first(start) is not None) == bool(there)
        elif question == "some":
            assert search.some(start) == bool(there)
        else:
            for axis, size in enumerate(forest.sizes):
                fresh = search_of(forest, roots)
                fresh.known = search.known
                mask = fresh.mask(start, axis) & ((1 << size) - 1)
                assert mask == sum(1 << at for at in {point[axis] for point in there})


@given(forests())
def test_the_leaves_that_a_point_reaches(drawn: tuple[Forest[int], list[int]]) -> None:
    forest, (target, *roots) = drawn
    search = search_of(forest, roots)
    found = {forest.leaves[~leaf] for leaf in search.leaves(search.start(), target)}
    assert found == {forest.value(target, point) for point in meeting(forest, roots)}
