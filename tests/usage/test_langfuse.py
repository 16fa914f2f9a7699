"""Langfuse's observations, pages, traces and exports: all keys are apart, the total settles what
an integration made of them.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricelang.usage.records import Record, Rejected, Skipped

from .helpers import one_record, one_rejected, outcomes
from .tool_counts import COUNTS, changes, counted_once, is_named, meters, used

MODEL = "claude-sonnet-4-6"
DETAILS = {
    "input": 12,
    "output": 300,
    "input_cache_read": 8_000,
    "input_cache_creation_5m": 2_000,
    "total": 10_312,
}
RIGHT = {"input": 12, "output": 300, "cache_write_5m": 2_000, "cache_read": 8_000}
READ = ("input_cache_read", "input_cached_tokens", "cache_read_input_tokens")
WRITTEN = ("input_cache_creation", "cache_creation_input_tokens", "input_cache_write")
LIFETIMES = ("cache_creation_ephemeral_{}_input_tokens", "input_ephemeral_{}_input_tokens")
SHORT = ("input_cache_creation_5m", *(name.format("5m") for name in LIFETIMES))
LONG = ("input_cache_creation_1h", *(name.format("1h") for name in LIFETIMES))


def observation(usage: object = None, **more: Any) -> dict[str, Any]:
    return {
        "id": "o-1",
        "traceId": "t-1",
        "type": "GENERATION",
        "startTime": "2026-05-01T09:00:00.000Z",
        "model": MODEL,
        "usageDetails": DETAILS if usage is None else usage,
        **more,
    }


OF_DATABASE = {
    "id": "o-1",
    "trace_id": "t-1",
    "type": "GENERATION",
    "start_time": "2026-05-01 09:00:00.000",
    "provided_model_name": MODEL,
    "usage_details": json.dumps(DETAILS),
}
NEWER = {key: value for key, value in observation().items() if key != "model"}
SHAPES = {
    "observation": observation(),
    "newer": NEWER | {"providedModelName": MODEL},
    "of the database": OF_DATABASE,
    "cells": OF_DATABASE | {"totalCost": "0.1"},
    "page": {"data": [observation()], "meta": {"page": 1, "limit": 50}},
    "page by cursor": {"data": [observation()], "meta": {"cursor": "x"}},
    "trace": {"id": "t-1", "timestamp": "2026-05-01", "observations": [observation()]},
    "export": {"trace": {"id": "t-1"}, "observations": [observation()]},
    "traces": {
        "data": [{"id": "t-1", "timestamp": "2026-05-01", "observations": [observation()]}],
        "meta": {"totalItems": 1},
    },
}


@pytest.mark.parametrize("name", SHAPES)
def test_an_observation_is_one_request_wherever_it_stands(name: str) -> None:
    found = one_record(SHAPES[name])
    (part,) = found.parts
    assert (found.format, part.model, dict(part.usage)) == ("langfuse", MODEL, RIGHT)
    assert found.notes == ()
    assert counted_once(SHAPES[name])


def test_an_observation_on_a_page_and_in_a_trace_is_one() -> None:
    assert used([SHAPES["page"], SHAPES["trace"], SHAPES["of the database"]]) == [RIGHT]


@given(COUNTS, st.sampled_from(READ), st.sampled_from(range(3)), st.booleans(), st.integers(0, 9))
def test_counts_come_out_as_they_went_in(
    counts: dict[str, int], read: str, names: int, is_sum: bool, searches: int
) -> None:
    """Under any of the names that integrations give them, with and without the sum of the writes,
    and with a total of all keys, searches and sums among them, as Langfuse works it out.
    """
    written = counts["short"] + counts["long"]
    usage = {
        "input": counts["input"],
        "output": counts["output"],
        read: counts["read"],
        SHORT[names]: counts["short"],
        LONG[names]: counts["long"],
        **({WRITTEN[names]: written} if is_sum else {}),
        **({"web_search_requests": searches} if searches else {}),
    }
    total = counts["input"] + counts["output"] + counts["read"] + written
    right = meters(counts) | ({"web_search": searches} if searches else {})
    for whole in (total, total + searches + (written if is_sum else 0)):
        assert used(observation({**usage, "total": whole})) == [right]
    assert used(observation(usage)) == [right]


def test_writes_that_langchain_took_out_twice_are_put_back() -> None:
    for input, right in ((0, 12), (1_000, 3_000)):
        usage = {
            "input": input,
            "output": 300,
            "input_cache_read": 8_000,
            "input_cache_creation": 2_000,
            "input_ephemeral_5m_input_tokens": 2_000,
            "total": right + 10_300,
        }
        found = one_record(observation(usage))
        assert dict(found.parts[0].usage) == {**RIGHT, "input": right}
        assert "cache_split" in [note.code for note in found.notes]


def test_what_is_left_of_the_writes_beside_their_parts_the_total_tells() -> None:
    usage = {
        "input": 10,
        "output": 5,
        "input_cache_creation": 7,
        "input_cache_creation_5m": 20,
        "input_cache_creation_1h": 30,
    }
    (part,) = one_record(observation({**usage, "total": 72})).parts
    assert dict(part.usage) == {
        "input": 10,
        "output": 5,
        "cache_write_5m": 27,
        "cache_write_1h": 30,
    }
    assert one_rejected(observation(usage)).code == "bad_counts"


@pytest.mark.parametrize(
    ("usage", "right"),
    [
        # the reasoning inside the output, and taken out of it
        ({"input": 6, "output": 50, "output_reasoning": 20, "total": 56}, 50),
        ({"input": 6, "output": 30, "output_reasoning": 20, "total": 56}, 50),
        ({"input": 6, "output": 30, "completion_details.reasoning": 20, "total": 56}, 50),
        # an embedding
        ({"input": 6, "total": 6}, 0),
    ],
)
def test_the_output_is_what_the_total_says(usage: dict[str, int], right: int) -> None:
    (found,) = used(observation(usage))
    assert (found["input"], found["output"]) == (6, right - 20 if right else 0)
    assert found.get("reasoning") == (20 if right else None)


def test_names_of_openinference_are_inside_the_input() -> None:
    usage = {"input": 100, "output": 5, "prompt_details.cache_read": 40}
    assert used(observation(usage)) == [{"input": 60, "output": 5, "cache_read": 40}]


def test_an_input_that_may_hold_the_cache_once_more_is_in_doubt() -> None:
    usage = {"input": 10_012, "output": 300, "input_cache_read": 8_000, "total": 18_312}
    assert [note.code for note in one_record(observation(usage)).notes] == ["cache_unknown"]


@pytest.mark.parametrize("usage", [{**DETAILS, "total": 9}, {"input": 1}, {"output": 1}, {"x": 3}])
def test_counts_that_fit_nothing_are_refused(usage: dict[str, int]) -> None:
    assert isinstance(outcomes(observation(usage))[0], Rejected)


def test_a_counter_that_is_not_known_is_refused() -> None:
    assert one_rejected(observation({**DETAILS, "input_audio": 5})).code == "unknown_counter"
    assert used(observation({**DETAILS, "input_audio": 0})) == [RIGHT]


def test_what_has_no_usage_is_skipped() -> None:
    bare = observation({}, type="SPAN")
    ids = {"data": [{"id": "t", "timestamp": "x", "observations": ["o"]}], "meta": {"page": 1}}
    for value in (bare, {"data": [bare], "meta": {"page": 1}}, ids):
        (found,) = outcomes(value)
        assert isinstance(found, Skipped)


def test_one_bad_observation_hides_no_other() -> None:
    bad = observation({"input": -1, "output": 1}, id="o-2")
    found = outcomes({"data": [bad, observation()], "meta": {"page": 1}})
    assert [type(one) for one in found] == [Rejected, Record]
    assert found[0].place.id == "o-2"


@pytest.mark.parametrize("name", SHAPES)
def test_harm_is_read_or_refused_by_name(name: str) -> None:
    for value in changes(SHAPES[name]):
        assert is_named(outcomes(value, "langfuse")), value
