"""The search for requests in diagrams:
it agrees with trying every point, and no book makes much work of it.
"""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricelang.check.files import Layer, TextFile
from pricelang.compile.book import check_layers
from pricelang.solver.diagram import Forest, Scope
from pricelang.solver.effort import Effort, TooManyPieces
from pricelang.solver.witness_search import Search
from pricelang.syntax.diagnostics import MAX_FAULTS

SIZES = (2, 3, 2, 4)
BOXES = st.lists(
    st.dictionaries(st.integers(0, 3), st.integers(1, 14), min_size=1).map(
        lambda box: tuple(
            (axis, mask & (1 << SIZES[axis]) - 1 or 1) for axis, mask in sorted(box.items())
        )
    ),
    max_size=12,
)
HEAD = """book small in USD
meter input in tokens
unit MTok is 1,000,000 tokens
models
  | model | released |
  | m | 2026-01-01 |
rates per MTok
  | model | from | input |
  | m | 2026-01-01 | $1 |
"""


ALL = tuple(tuple(range(size)) for size in SIZES)


def _search(holes: list[Scope], effort: Effort | None = None) -> Search:
    """A walk of one test a hole: that a request is outside of it."""
    sizes = SIZES if effort is None else (2,) * 60
    forest: Forest[tuple[int, ...]] = Forest(sizes, effort=effort)
    roots = [forest.build([(hole, 1)], lambda tags: tags) for hole in holes]
    tests = [(root, lambda leaf: not leaf) for root in roots]
    return Search(
        forest, tests, lambda _, mask: (mask & -mask).bit_length() - 1, lambda _, mask: mask
    )


@given(BOXES)
def test_a_point_is_found_exactly_where_one_is_in_no_hole(holes: list[Scope]) -> None:
    search = _search(holes)
    start = search.start()
    found = search.first(start) if start is not None else None
    free = [
        point
        for point in itertools.product(*ALL)
        if not any(all(mask >> point[axis] & 1 for axis, mask in hole) for hole in holes)
    ]
    assert (found is not None) == bool(free) == (start is not None and search.some(start))
    if found is not None:
        assert tuple(found.get(axis, 0) for axis in range(len(SIZES))) in free


@given(BOXES)
def test_the_points_of_an_axis_are_those_at_which_something_is_left(holes: list[Scope]) -> None:
    search = _search(holes)
    forest = search.forest
    no, yes = forest.leaf((1,)), forest.leaf(())
    joined = forest.all_of([forest.mapped(r, lambda x: x) for r, _ in search.tests], yes, no)
    free = [point for point in itertools.product(*ALL) if forest.value(joined, point) == ()]
    assert free == [
        point
        for point in itertools.product(*ALL)
        if not any(all(mask >> point[axis] & 1 for axis, mask in hole) for hole in holes)
    ]
    for axis, mask in enumerate(forest.points(joined, no)):
        assert {point[axis] for point in free} == {
            position for position in ALL[axis] if mask >> position & 1
        }


@given(BOXES)
def test_a_part_of_a_forest_is_the_same_functions(boxes: list[Scope]) -> None:
    forest: Forest[tuple[int, ...]] = Forest(SIZES)
    forest.build([(box, tag) for tag, box in enumerate(boxes)], lambda tags: tags)
    root = forest.build([(box, tag) for tag, box in enumerate(boxes)], lambda tags: tags[:1])
    nodes, leaves, numbers = forest.part([root])
    own: Forest[tuple[int, ...]] = Forest(SIZES, [*nodes], [*leaves])
    for point in itertools.product(*ALL):
        assert own.value(numbers[root], point) == forest.value(root, point)
    assert len(leaves) <= len(boxes) + 1


def test_the_search_ends_where_it_may_not_work_longer() -> None:
    rng = random.Random(1)
    holes = [
        tuple((axis, 1 << rng.randrange(2)) for axis in sorted(rng.sample(range(60), 3)))
        for _ in range(260)
    ]
    search = _search(holes, Effort(20_000))
    with pytest.raises(TooManyPieces):
        search.first(search.start() or ())


def _dimensions(count: int, values: int = 2) -> str:
    return "".join(
        f"dimension d{i} default v0\n  " + ", ".join(f"v{j}" for j in range(values)) + "\n"
        for i in range(count)
    )


def _pairs(line: str, count: int = 20) -> str:
    return "".join(line.format(i, i + count) + "\n" for i in range(count))


HARD = {
    "refusals": _dimensions(40)
    + "multiplier b\n  x 2 on input\n"
    + _pairs('  refuse when d{0} is v1 and d{1} is v1 because "r"'),
    "refusals of the book": _dimensions(40)
    + _pairs('refuse when d{0} is v1 and d{1} is v1 because "r"'),
    "notes": _dimensions(40) + _pairs('note "{0}" when d{0} is v1 and d{1} is v1'),
    "values": _dimensions(20, 60)
    + "multiplier b\n  x 2 on input\n"
    + "".join(
        f'  no effect when d{i % 20} is v{i % 60} and d{(i + 7) % 20} is v{i * 3 % 60} because "r"\n'
        for i in range(200)
    ),
}


def _check(text: str) -> list[str]:
    from pathlib import Path

    checked = check_layers((Layer((TextFile("small.price", Path("small.price"), HEAD + text),)),))
    assert checked.book is None
    return [fault.code for fault in checked.faults]


@pytest.mark.parametrize("name", HARD)
def test_a_book_that_cuts_requests_into_too_many_pieces_says_so(name: str) -> None:
    assert "too_large" in _check(HARD[name])


def test_a_line_before_the_release_is_found_however_many_dimensions_there_are() -> None:
    assert _check(_dimensions(60) + "multiplier b\n  x 2 on input  before 2025-01-01\n") == [
        "never_decides"
    ]


def test_faults_are_counted_where_they_are_very_many() -> None:
    codes = _check("nonsense here\n" * 3_000)
    assert codes == ["syntax"] * MAX_FAULTS + ["too_large"]
