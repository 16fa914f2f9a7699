"""Items that memory does not hold come out sorted, as often as they are asked for."""

from __future__ import annotations

from fractions import Fraction
from operator import itemgetter

from hypothesis import given
from hypothesis import strategies as st

from pricelang.files import sorted_runs
from pricelang.files.sorted_runs import SortedRuns

Item = tuple[int, str, Fraction | None]
ITEMS = st.lists(st.tuples(st.integers(0, 9), st.text(max_size=3), st.none() | st.fractions()))


@given(ITEMS, st.integers(1, 7), st.integers(1, 5))
def test_items_come_sorted_whatever_memory_holds(
    items: list[Item], memory: int, block: int
) -> None:
    before, sorted_runs.BLOCK = sorted_runs.BLOCK, block
    try:
        runs = SortedRuns[Item](itemgetter(0, 1), memory)
        for item in items:
            runs.add(item)
        found = [[*map(itemgetter(0, 1), runs)] for _ in range(2)]
        assert found == [sorted(map(itemgetter(0, 1), items))] * 2
        assert len(runs) == len(items)
        assert sorted(map(repr, runs)) == sorted(map(repr, items))
    finally:
        sorted_runs.BLOCK = before


def test_readers_of_one_file_do_not_meet() -> None:
    runs = SortedRuns[int](lambda item: item, 3)
    for item in range(10, 0, -1):
        runs.add(item)
    assert list(zip(runs, runs, strict=True)) == [(item, item) for item in range(1, 11)]
