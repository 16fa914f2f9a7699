"""LiteLLM's spend logs and daily sums: the cache is inside the input, hits of its own cache are free."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from pricelang.usage.records import Skipped

from .helpers import one_record, one_rejected, outcomes
from .tool_counts import COUNTS, changes, counted_once, is_named, meters, used

MODEL = "claude-sonnet-4-6"


def usage_object(counts: dict[str, int]) -> dict[str, Any]:
    """A usage as LiteLLM works it out of a response of Claude."""
    written = counts["short"] + counts["long"]
    prompt = counts["input"] + counts["read"] + written
    return {
        "prompt_tokens": prompt,
        "completion_tokens": counts["output"],
        "total_tokens": prompt + counts["output"],
        "prompt_tokens_details": {
            "cached_tokens": counts["read"],
            "cache_creation_tokens": written,
            "cache_creation_token_details": {
                "ephemeral_5m_input_tokens": counts["short"],
                "ephemeral_1h_input_tokens": counts["long"],
            },
            "web_search_requests": None,
        },
        "cache_read_input_tokens": counts["read"],
        "cache_creation_input_tokens": written,
    }


USAGE = usage_object({"input": 4, "output": 100, "read": 12_000, "short": 200, "long": 2_000})
RIGHT = {
    "input": 4,
    "output": 100,
    "cache_write_5m": 200,
    "cache_write_1h": 2_000,
    "cache_read": 12_000,
}
TOTALS = ("prompt_tokens", "completion_tokens", "total_tokens")
REST = {key: value for key, value in USAGE.items() if key not in TOTALS}


def row(metadata: object = None, **more: Any) -> dict[str, Any]:
    metadata = {"usage_object": USAGE} if metadata is None else metadata
    return {
        "request_id": "chatcmpl-1",
        "call_type": "acompletion",
        "spend": 0.02,
        **{key: USAGE[key] for key in TOTALS},
        "startTime": "2026-08-03T08:00:00Z",
        "model": MODEL,
        "custom_llm_provider": "anthropic",
        "metadata": metadata,
        "cache_hit": "False",
        **more,
    }


def cells(value: dict[str, Any]) -> dict[str, str]:
    """A row as an export to CSV has it."""
    return {
        key: one if isinstance(one, str) else "" if one is None else json.dumps(one)
        for key, one in value.items()
    }


ROWS = {
    "object": row(),
    "text": row(json.dumps({"usage_object": USAGE})),
    "older": row({"usage_object": None, "additional_usage_values": REST}),
    "cells": cells(row()),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_counts_what_its_provider_counted(name: str) -> None:
    found = one_record(ROWS[name])
    assert (found.format, dict(found.parts[0].usage)) == ("litellm", RIGHT)
    assert found.notes == ()
    assert counted_once(ROWS[name])


@given(COUNTS)
def test_counts_come_out_as_they_went_in(counts: dict[str, int]) -> None:
    usage = usage_object(counts)
    totals = {key: usage[key] for key in TOTALS}
    text = json.dumps({"usage_object": usage})
    assert used(row(text, **totals)) == [meters(counts)]
    assert used(cells(row({"usage_object": usage}, **totals))) == [meters(counts)]


def test_a_usage_of_the_messages_api_has_the_cache_outside() -> None:
    """The route of the Messages API may log the usage as Anthropic wrote it."""
    own = {
        "input_tokens": 10_000,
        "output_tokens": 100,
        "cache_read_input_tokens": 9_000,
        "cache_creation_input_tokens": 0,
        "server_tool_use": {"web_search_requests": 1},
        "service_tier": "priority",
    }
    (part,) = one_record(row({"usage_object": own}, call_type="anthropic_messages")).parts
    right = {"input": 10_000, "output": 100, "cache_read": 9_000, "web_search": 1}
    assert (dict(part.usage), part.dimensions) == (right, {"service_tier": "priority"})


def test_a_hit_of_the_gateways_cache_is_free_and_a_failure_is_skipped() -> None:
    for hit in (True, "True", "true"):
        assert one_record(row(cache_hit=hit)).parts == ()
    for failed in (row(status="failure"), row({"status": "failure", "usage_object": USAGE})):
        assert isinstance(outcomes(failed)[0], Skipped)


def test_a_row_without_the_cache_is_in_doubt() -> None:
    found = one_record(row("{}"))
    assert dict(found.parts[0].usage) == {"input": 14_204, "output": 100}
    assert [note.code for note in found.notes] == ["cache_unknown"]


def test_a_whole_batch_is_a_sum_at_its_price_and_of_one_model() -> None:
    metadata = {"usage_object": USAGE, "batch_models": [MODEL]}
    (part,) = one_record(row(metadata, call_type="aretrieve_batch", model="")).parts
    assert (part.model, part.kind, part.dimensions["service_tier"]) == (MODEL, "sum", "batch")
    several = {**metadata, "batch_models": [MODEL, "claude-haiku-4-5"]}
    assert one_rejected(row(several, call_type="aretrieve_batch")).code == "several_models"


@pytest.mark.parametrize(
    ("location", "endpoint"),
    [("global", "global"), ("us-east5", "regional"), ("eu", "multi_region"), (None, None)],
)
def test_the_location_of_a_call_to_vertex_says_its_endpoint(
    location: str | None, endpoint: str | None
) -> None:
    breakdown = {"cost_breakdown": {"vertex_location": location, "total_cost": 0.1}}
    for value in (
        row({"usage_object": USAGE, **breakdown}, custom_llm_provider="vertex_ai"),
        row(custom_llm_provider="vertex_ai", **breakdown),
    ):
        dimensions = one_record(value).parts[0].dimensions
        assert (dimensions["platform"], dimensions.get("endpoint")) == ("vertex", endpoint)
    assert "endpoint" not in one_record(row(**breakdown)).parts[0].dimensions


@pytest.mark.parametrize(
    ("provider", "url", "endpoint"),
    [
        (
            "vertex_ai",
            "https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5"
            "/publishers/anthropic/models/claude-sonnet-4-6:rawPredict",
            "regional",
        ),
        ("vertex_ai", "https://europe-west1-aiplatform.googleapis.com", "regional"),
        (
            "vertex_ai",
            "https://aiplatform.googleapis.com/v1/projects/p/locations/global/publishers",
            "global",
        ),
        ("vertex_ai", "https://aiplatform.eu.rep.googleapis.com/v1/projects/p", "multi_region"),
        ("vertex_ai", "https://aiplatform.googleapis.com/v1", None),
        ("vertex_ai", "https://proxy.example.com/locations/global/", None),
        ("vertex_ai", None, None),
        ("bedrock", "https://bedrock-runtime.us-gov-west-1.amazonaws.com/model/x", "govcloud"),
        ("bedrock", "https://bedrock-runtime.us-east-1.amazonaws.com/model/x", None),
        ("anthropic", "https://us-east5-aiplatform.googleapis.com/v1", None),
    ],
)
def test_the_url_of_a_call_says_its_endpoint(
    provider: str, url: str | None, endpoint: str | None
) -> None:
    (part,) = one_record(row(custom_llm_provider=provider, api_base=url)).parts
    assert part.dimensions.get("endpoint") == endpoint


def test_searches_count_wherever_litellm_puts_them() -> None:
    details = {**USAGE["prompt_tokens_details"], "web_search_requests": 2}
    for usage in (
        {**USAGE, "server_tool_use": {"web_search_requests": 2}},
        {**USAGE, "prompt_tokens_details": details},
        {**USAGE, "server_tool_use": {"web_search_requests": 2}, "prompt_tokens_details": details},
    ):
        (part,) = one_record(row({"usage_object": usage})).parts
        assert (part.usage["web_search"], part.kind) == (2, "sum")


def test_iterations_are_requests_of_their_own() -> None:
    """LiteLLM adds them all up: the compaction, and the advisor at its own model."""
    own = {"input_tokens": 10, "output_tokens": 5, "cache_read_input_tokens": 100}
    listed = [
        {"type": "compaction", **own},
        {"type": "message", **own},
        {"type": "advisor_message", "model": "claude-opus-4-6", **own},
    ]
    sums = {
        "prompt_tokens": 330,
        "completion_tokens": 15,
        "total_tokens": 345,
        "prompt_tokens_details": {"cached_tokens": 300},
        "iterations": listed,
        "service_tier": "priority",
    }
    found = one_record(row({"usage_object": sums}))
    right = {"input": 10, "output": 5, "cache_read": 100}
    assert [(part.model, dict(part.usage)) for part in found.parts] == [
        (MODEL, right),
        (MODEL, right),
        ("claude-opus-4-6", right),
    ]
    assert [part.dimensions["service_tier"] for part in found.parts] == [
        "priority",
        "priority",
        "standard",
    ]
    response = {"object": "chat.completion", "model": MODEL, "usage": sums}
    by_response = one_record(response)
    assert [part.model for part in by_response.parts] == [MODEL, MODEL, "claude-opus-4-6"]
    assert [dict(part.usage) for part in by_response.parts] == [right] * 3
    wrong = row({"usage_object": {**sums, "completion_tokens": 9, "total_tokens": 339}})
    assert one_rejected(wrong).code == "bad_counts"


def test_a_counter_that_is_not_known_is_refused() -> None:
    details = {**USAGE["prompt_tokens_details"], "google_maps_grounding_requests": 1}
    value = row({"usage_object": {**USAGE, "prompt_tokens_details": details}})
    assert one_rejected(value).code == "unknown_counter"


@pytest.mark.parametrize("text", ["{", '{"usage_object": 3}', "[]", '{"usage_object": []}'])
def test_metadata_that_is_none_is_refused_by_name(text: str) -> None:
    assert one_rejected(row(text)).code in ("bad_json", "wrong_type")


@pytest.mark.parametrize("name", ROWS)
def test_harm_is_read_or_refused_by_name(name: str) -> None:
    for value in changes(ROWS[name]):
        assert is_named(outcomes(value, "litellm")), value


# ---- sums of a day -------------------------------------------------------------------------------

METRICS = {
    "spend": 0.1,
    "prompt_tokens": 11_500,
    "completion_tokens": 150,
    "total_tokens": 11_650,
    "cache_read_input_tokens": 5_400,
    "cache_creation_input_tokens": 5_400,
    "api_requests": 2,
}
SUM = {"input": 700, "output": 150, "cache_write": 5_400, "cache_read": 5_400}
EXPORTED = {
    "Date": "2026-07-03",
    "Team": "core",
    "Model": MODEL,
    "Spend ($)": "0.01",
    "Requests": 2,
    "Total Tokens": 11_650,
    "Prompt Tokens": 11_500,
    "Completion Tokens": 150,
    "Cache Read Tokens": 5_400,
    "Cache Creation Tokens": 5_400,
}
DAYS = {
    "row": {"date": "2026-07-03", "model": MODEL, **METRICS},
    "exported": EXPORTED,
    "cells": {key: str(value) for key, value in EXPORTED.items()},
    "export": {"metadata": {"export_scope": "daily_with_models"}, "data": [EXPORTED]},
    "activity": {
        "results": [{"date": "2026-07-03", "breakdown": {"models": {MODEL: {"metrics": METRICS}}}}],
        "metadata": {},
    },
}


@pytest.mark.parametrize("name", DAYS)
def test_a_day_is_a_sum_of_its_model(name: str) -> None:
    found = one_record(DAYS[name])
    (part,) = found.parts
    assert (found.format, part.kind, part.at) == ("litellm-daily", "sum", "2026-07-03")
    assert (part.model, dict(part.usage)) == (MODEL, SUM)


@given(COUNTS)
def test_counts_of_a_day_come_out_as_they_went_in(counts: dict[str, int]) -> None:
    usage = usage_object(counts)
    names = (*TOTALS, "cache_read_input_tokens", "cache_creation_input_tokens")
    if not any(counts.values()):
        counts = {**counts, "input": 1}
        usage = usage_object(counts)
    day = {"date": "2026-07-03", "model": MODEL, "api_requests": 1, **{n: usage[n] for n in names}}
    right = meters({**counts, "short": 0, "long": 0})
    written = counts["short"] + counts["long"]
    assert used(day) == [right | ({"cache_write": written} if written else {})]


def test_a_day_without_tokens_is_skipped() -> None:
    """Failed calls have no model, and none would be billed."""
    nothing = dict.fromkeys(METRICS, 0) | {"api_requests": 3, "date": "2026-07-03", "model": ""}
    (found,) = outcomes(nothing)
    assert isinstance(found, Skipped)


def test_an_export_without_prompt_tokens_has_no_price() -> None:
    bare = {key: value for key, value in EXPORTED.items() if "Prompt" not in key}
    assert one_rejected(bare).code == "missing_key"


def test_an_export_without_the_cache_is_in_doubt() -> None:
    bare = {key: value for key, value in EXPORTED.items() if "Cache" not in key}
    assert [note.code for note in one_record(bare).notes] == ["cache_unknown"]


@pytest.mark.parametrize("name", DAYS)
def test_harm_to_a_day_is_read_or_refused_by_name(name: str) -> None:
    for value in changes(DAYS[name]):
        assert is_named(outcomes(value, "litellm-daily")), value
