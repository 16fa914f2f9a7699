"""Arrays larger than what is held: item by item,
with the same outcomes as an array that is held.
"""

from __future__ import annotations

import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricelang.usage.io import documents
from pricelang.usage.reading import read

from .helpers import as_data, outcomes


def items(count: int, spread: int) -> str:
    """An array of records, each over some lines."""
    return json.dumps(
        [{"id": f"r{n}", "usage": {"input": n, "note": "[}],{" * (n % 3)}} for n in range(count)],
        indent=spread or None,
    ).replace("}, {", "},\n{")


@given(st.integers(2, 12), st.integers(0, 2), st.integers(50, 400))
def test_an_array_that_is_not_held_gives_what_a_held_one_gives(
    count: int, spread: int, size: int
) -> None:
    text = items(count, spread)
    held = [as_data(one) for one in outcomes(text)]
    before, documents.MAX_DOCUMENT = documents.MAX_DOCUMENT, size
    try:
        assert [as_data(one) for one in outcomes(text)] == held
    finally:
        documents.MAX_DOCUMENT = before


@pytest.mark.usefixtures("collected")
def test_a_long_array_needs_the_memory_of_an_item(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_DOCUMENT", 2**16)

    def lines(count: int) -> object:
        yield "[\n"
        for n in range(count):
            yield json.dumps({"usage": {"input": n}}, indent=1) + (
                ",\n" if n < count - 1 else "\n]\n"
            )

    peaks = []
    for count in (2_000, 5_000):
        tracemalloc.start()
        assert (
            sum(
                1
                for _ in read(
                    (line for text in lines(count) for line in text.splitlines(True)), "x"
                )
            )
            == count
        )  # type: ignore[attr-defined]
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 2**18


@pytest.mark.parametrize("harm", ["cut", "broken"])
def test_a_large_array_with_harm_gives_what_stands_before_it_and_a_named_error(
    harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MAX_DOCUMENT", 500)
    text = items(40, 1)
    text = (
        text[: len(text) // 2]
        if harm == "cut"
        else text.replace('"id": "r20",', '"id": "r20" oops,')
    )
    found = [as_data(one) for one in outcomes(text)]
    assert [one["outcome"] for one in found[:-1]] == ["Record"] * (len(found) - 1)
    assert found[-1]["code"] == "bad_json"
    assert len(found) > 10
