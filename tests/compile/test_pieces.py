"""No book makes much work of the search for requests in diagrams."""

from __future__ import annotations

import random
from operator import not_

import pytest

from pricelang.check.book_files import Layer, TextFile
from pricelang.compile.book import check_layers
from pricelang.solver.diagram import Forest, Scope
from pricelang.solver.effort import Effort, TooManyPieces
from pricelang.solver.witness_search import Search
from pricelang.syntax.diagnostics import MAX_FAULTS

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


def test_the_search_ends_where_it_may_not_work_longer() -> None:
    rng = random.Random(1)
    holes: list[Scope] = [
        tuple((axis, 1 << rng.randrange(2)) for axis in sorted(rng.sample(range(60), 3)))
        for _ in range(260)
    ]
    forest: Forest[bool] = Forest((2,) * 60, effort=Effort(20_000))
    tests = [(forest.build([(hole, 1)], bool), not_) for hole in holes]
    search = Search(
        forest, tests, lambda _, mask: (mask & -mask).bit_length() - 1, lambda _, mask: mask
    )
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
    codes = _check('nonsense here\nnote "said"\n' * 3_000)
    assert codes == ["syntax"] * MAX_FAULTS + ["too_large"]
