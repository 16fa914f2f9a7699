"""The search for requests in boxes:
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
from pricelang.model.boxes import Effort, TooManyPieces, find
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


@given(BOXES)
def test_a_part_is_found_exactly_where_a_point_is_in_no_hole(
    holes: list[tuple[tuple[int, int], ...]],
) -> None:
    found = find([(1 << size) - 1 for size in SIZES], holes, Effort())
    free = {
        point
        for point in itertools.product(*map(range, SIZES))
        if not any(all(mask >> point[axis] & 1 for axis, mask in hole) for hole in holes)
    }
    assert (found is not None) == bool(free)
    if found is not None:
        assert {
            point
            for point in itertools.product(*map(range, SIZES))
            if all(m >> p & 1 for m, p in zip(found, point, strict=True))
        } <= free


def test_the_search_ends_where_it_may_not_work_longer() -> None:
    rng = random.Random(1)
    holes = [
        tuple((axis, 1 << rng.randrange(2)) for axis in sorted(rng.sample(range(60), 3)))
        for _ in range(260)
    ]
    with pytest.raises(TooManyPieces):
        find([3] * 60, holes, Effort(500))


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
