"""PostHog's events: whether the cache is inside the input is said, or known by who sent them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricelang.usage.records import Record, Rejected, Skipped

from .helpers import one_record, one_rejected, outcomes
from .tool_counts import COUNTS, changes, counted_once, is_named, meters, used

MODEL = "claude-sonnet-4-5"
PYTHON, NODE = ("posthog-python", "$lib"), ("posthog-ai", "$ai_lib")


def counted(counts: dict[str, int]) -> dict[str, int]:
    return {
        "$ai_input_tokens": counts["input"],
        "$ai_output_tokens": counts["output"],
        "$ai_cache_read_input_tokens": counts["read"],
        "$ai_cache_creation_input_tokens": counts["short"] + counts["long"],
        "$ai_cache_creation_5m_input_tokens": counts["short"],
        "$ai_cache_creation_1h_input_tokens": counts["long"],
    }


COUNTED = {
    "$ai_input_tokens": 10_000,
    "$ai_output_tokens": 100,
    "$ai_cache_read_input_tokens": 9_000,
    "$ai_cache_creation_input_tokens": 500,
}
APART = {"input": 10_000, "output": 100, "cache_write": 500, "cache_read": 9_000}
INSIDE = {**APART, "input": 500}


def event(usage: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    named = {"$ai_provider": "anthropic", "$ai_model": MODEL, "$ai_trace_id": "tr-1"}
    return {
        "uuid": "e-1",
        "event": "$ai_generation",
        "distinct_id": "d-1",
        "timestamp": "2026-05-05T10:00:00Z",
        "properties": {**named, **(COUNTED if usage is None else usage), **more},
    }


def langchain(sdk: tuple[str, str] | None, version: str = "", **more: Any) -> dict[str, Any]:
    lib = {} if sdk is None else {sdk[1]: sdk[0], f"{sdk[1]}_version": version}
    return event(**{"$ai_framework": "langchain", **lib, **more})


def usage_of(value: object) -> dict[str, object]:
    return dict(one_record(value).parts[0].usage)


def codes(value: object) -> list[str]:
    return [note.code for note in one_record(value).notes]


FLAT = {
    "uuid": "e-1",
    "event": "$ai_generation",
    "timestamp": "2026-05-05T10:00:00Z",
    **{f"properties.{key}": str(value) for key, value in event()["properties"].items()},
}
SHAPES = {
    "event": event(),
    "properties as text": event() | {"properties": json.dumps(event()["properties"])},
    "columns": FLAT,
    "all columns": {f"*.{key}": value for key, value in FLAT.items()},
    "batch": {"api_key": "…", "batch": [event()]},
    "answer": {"next": None, "results": [{**event(), "id": "e-1"}]},
}


@pytest.mark.parametrize("name", SHAPES)
def test_an_event_is_one_request_wherever_it_stands(name: str) -> None:
    found = one_record(SHAPES[name])
    (part,) = found.parts
    assert (found.format, part.model, part.at) == ("posthog", MODEL, "2026-05-05T10:00:00Z")
    assert dict(part.usage) == APART
    assert counted_once(SHAPES[name])


@given(COUNTS, st.booleans())
def test_counts_come_out_as_they_went_in(counts: dict[str, int], is_exclusive: bool) -> None:
    cache = counts["read"] + counts["short"] + counts["long"]
    told = counted({**counts, "input": counts["input"] + (0 if is_exclusive else cache)})
    value = event(told, **{"$ai_cache_reporting_exclusive": is_exclusive})
    assert used(value) == [meters(counts)]
    assert used(event(counted(counts))) == [meters(counts)]


@pytest.mark.parametrize(
    ("more", "right"),
    [
        ({}, APART),
        ({"$ai_provider": "vertex", "$ai_model": "claude-opus-4-5"}, APART),
        ({"$ai_provider": "openai", "$ai_model": "anthropic/claude-sonnet-4.5"}, APART),
        ({"$ai_provider": "openai", "$ai_model": "gpt-5"}, INSIDE),
        ({"$ai_cache_reporting_exclusive": False}, INSIDE),
        ({"$ai_cache_reporting_exclusive": "false"}, INSIDE),
        ({"$ai_provider": "gateway", "$ai_framework": "vercel"}, INSIDE),
        ({"$ai_provider": "anthropic", "$ai_framework": "vercel"}, APART),
    ],
)
def test_the_rule_of_posthog(more: dict[str, Any], right: dict[str, int]) -> None:
    assert usage_of(event(**more)) == right
    assert codes(event(**more)) == []


def test_vercels_gateway_counts_the_cache_apart_where_it_cannot_be_inside() -> None:
    more = {"$ai_provider": "gateway", "$ai_framework": "vercel", "$ai_input_tokens": 10}
    assert usage_of(event(**more)) == {**APART, "input": 10}


@pytest.mark.parametrize(
    ("sdk", "version", "right"),
    [
        (PYTHON, "6.7.0", INSIDE),
        (PYTHON, "7.4.2", {**APART, "input": 9_500}),  # the reads alone were taken out
        (PYTHON, "7.4.3", APART),
        (PYTHON, "10.0.0", APART),
        (NODE, "6.5.0", INSIDE),
        (NODE, "7.3.1", {**APART, "input": 9_500}),
        (NODE, "7.3.2", APART),
    ],
)
def test_langchain_includes_the_cache_until_an_sdk_takes_it_out(
    sdk: tuple[str, str], version: str, right: dict[str, int]
) -> None:
    assert usage_of(langchain(sdk, version)) == right
    assert codes(langchain(sdk, version)) == []


def test_langchain_without_a_version_is_in_doubt() -> None:
    assert (usage_of(langchain(None)), codes(langchain(None))) == (INSIDE, ["cache_unknown"])
    small = langchain(None, **{"$ai_input_tokens": 12})
    assert (usage_of(small), codes(small)) == ({**APART, "input": 12}, [])
    # PostHog writes the flag of all events of Anthropic's models itself
    flagged = langchain(None, **{"$ai_cache_reporting_exclusive": True})
    assert (usage_of(flagged), codes(flagged)) == (APART, ["cache_unknown"])
    sure = langchain(PYTHON, "9.0.0", **{"$ai_cache_reporting_exclusive": True})
    assert codes(sure) == []


def test_an_input_of_which_too_much_was_taken_is_in_doubt_or_refused() -> None:
    assert codes(langchain(PYTHON, "9.0.0", **{"$ai_input_tokens": 0})) == ["cache_unknown"]
    less = langchain(PYTHON, "7.0.0", **{"$ai_input_tokens": 100})
    assert one_rejected(less).code == "bad_counts"


def test_what_the_provider_said_says_more() -> None:
    raw = {
        "cache_creation": {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 400},
        "service_tier": "priority",
        "inference_geo": "us",
    }
    (part,) = one_record(event(**{"$ai_usage": raw, "$ai_web_search_count": 2})).parts
    assert (part.usage["cache_write_5m"], part.usage["cache_write_1h"]) == (100, 400)
    assert part.dimensions == {"service_tier": "priority", "inference_geo": "us"}
    assert (part.usage["web_search"], part.kind) == (2, "sum")


@pytest.mark.parametrize(
    ("served", "tier"),
    [("batch", "batch"), ("flex", "flex"), ("default", "standard"), ("auto", None), ("", None)],
)
def test_the_tier_that_served_is_what_newer_sdks_say(served: str, tier: str | None) -> None:
    (part,) = one_record(event(**{"$ai_service_tier": served})).parts
    assert part.dimensions.get("service_tier") == tier
    both = event(**{"$ai_service_tier": served, "$ai_usage": {"service_tier": "priority"}})
    assert one_record(both).parts[0].dimensions["service_tier"] == (tier or "priority")


def test_reasoning_and_media_are_parts_of_what_they_are_in() -> None:
    parts = {"$ai_reasoning_tokens": 40, "$ai_audio_input_tokens": 30}
    (part,) = one_record(event(**parts)).parts
    assert part.usage["reasoning"] == 40
    assert (part.usage["output"], part.usage["input_audio"]) == (60, 30)
    gemini = {"$ai_provider": "gemini", "$ai_model": "gemini-2.5-pro", "$ai_reasoning_tokens": 40}
    (part,) = one_record(event(**gemini)).parts
    assert (part.usage["output"], part.usage["reasoning"]) == (100, 40)


def test_an_embedding_has_no_output() -> None:
    value = event({"$ai_input_tokens": 9}) | {"event": "$ai_embedding"}
    assert used(value) == [{"input": 9, "output": 0}]


def test_what_is_no_call_or_failed_is_skipped() -> None:
    failed = event({}, **{"$ai_is_error": True, "$ai_error": "…"})
    others = [event() | {"event": name} for name in ("$ai_trace", "$ai_span", "$pageview")]
    for value in (failed, *others):
        (found,) = outcomes(value)
        assert isinstance(found, Skipped)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"$ai_dream_tokens": 4}, "unknown_counter"),
        ({"$ai_input_tokens": None}, "missing_key"),
        ({"$ai_output_tokens": -1}, "negative_count"),
        ({"$ai_cache_reporting_exclusive": False, "$ai_input_tokens": 1}, "bad_counts"),
    ],
)
def test_what_cannot_be_priced_is_refused(more: dict[str, Any], code: str) -> None:
    assert one_rejected(event(**more)).code == code


def test_one_bad_event_hides_no_other() -> None:
    bad = event({"$ai_input_tokens": -1, "$ai_output_tokens": 1}) | {"uuid": "e-2"}
    found = outcomes({"batch": [bad, event()]})
    assert [type(one) for one in found] == [Rejected, Record]


@pytest.mark.parametrize("name", SHAPES)
def test_harm_is_read_or_refused_by_name(name: str) -> None:
    for value in changes(SHAPES[name]):
        assert is_named(outcomes(value, "posthog")), value
