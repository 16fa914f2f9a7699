"""The AI SDK of Vercel: the cache of versions 4 to 6, in results and in spans."""

from __future__ import annotations

import json
from typing import Any

import pytest

import pricelang
from pricelang.usage.records import Record, Skipped

from .helpers import brief, one_record, one_rejected, outcomes

BOOK = pricelang.load()
MODEL = "claude-sonnet-4-6"
RESPONSE = {"id": "r", "modelId": MODEL, "timestamp": "2026-06-01T10:00:00Z"}
RIGHT = {"input": 86, "output": 120, "cache_read": 17_817}
V5 = {"inputTokens": 86, "outputTokens": 120, "cachedInputTokens": 17_817, "totalTokens": 206}
V6 = {
    "inputTokens": 17_903,
    "outputTokens": 120,
    "inputTokenDetails": {"noCacheTokens": 86, "cacheReadTokens": 17_817, "cacheWriteTokens": 0},
    "totalTokens": 18_023,
}
V3_PROVIDER = {
    "inputTokens": {"total": 17_903, "noCache": 86, "cacheRead": 17_817, "cacheWrite": 0},
    "outputTokens": {"total": 120, "text": 120},
}
OWN = {
    "input_tokens": 86,
    "output_tokens": 120,
    "cache_read_input_tokens": 17_817,
    "cache_creation_input_tokens": 0,
}


def span(
    usage: dict[str, Any], name: str = "ai.generateText.doGenerate", **more: object
) -> dict[str, Any]:
    """A span of the SDK: what is nested has a point in its name."""
    flat = {key: value for key, value in usage.items() if not isinstance(value, dict)}
    flat |= {
        f"{key}.{inner}": count
        for key, value in usage.items()
        if isinstance(value, dict)
        for inner, count in value.items()
    }
    given = {
        "operation.name": name,
        "ai.model.id": MODEL,
        "ai.model.provider": "anthropic.messages",
        **{f"ai.usage.{key}": count for key, count in flat.items()},
        **more,
    }
    return {"name": name, "start_time": RESPONSE["timestamp"], "attributes": given}


def result(usage: object, **more: object) -> dict[str, Any]:
    return {"response": RESPONSE, "usage": usage, **more}


@pytest.mark.parametrize(
    "value",
    [
        result(V5),
        result(V6),
        result(V3_PROVIDER),
        result(
            V6
            | {
                "cachedInputTokens": 17_817,
                "reasoningTokens": 0,
                "outputTokenDetails": {"textTokens": 120, "reasoningTokens": 0},
            }
        ),
        result(V5 | {"totalTokens": 18_023}),
        {"model": MODEL, "usage": V6},
        {"usage": V6, "model": {"modelId": MODEL, "provider": "anthropic.messages"}},
        result(
            {"promptTokens": 86, "completionTokens": 120, "totalTokens": 206},
            providerMetadata={
                "anthropic": {"cacheReadInputTokens": 17_817, "cacheCreationInputTokens": 0}
            },
        ),
        result(V5, providerMetadata={"anthropic": {"cacheCreationInputTokens": None}}),
        result(V5, providerMetadata={"anthropic": {"usage": OWN}}),
        result(V6 | {"raw": OWN}),
        span(V5),
        span(V6),
        span(
            V6,
            **{
                "gen_ai.usage.input_tokens": 17_903,
                "gen_ai.usage.output_tokens": 120,
                "gen_ai.response.model": MODEL,
            },
        ),
        span(
            V5,
            **{
                "gen_ai.usage.input_tokens": 86,
                "gen_ai.usage.output_tokens": 120,
                "gen_ai.system": "anthropic.messages",
            },
        ),
        span(V5, **{"ai.response.providerMetadata": json.dumps({"anthropic": {"usage": OWN}})}),
        {
            **span(V6),
            "attributes": {
                f"vercel.{key}" if key.startswith("ai.") else key: value
                for key, value in span(V6)["attributes"].items()
            },
        },
    ],
)
def test_the_cache_is_read_in_every_version(value: Any) -> None:
    found = one_record(value)
    assert brief(found.parts) == [(MODEL, RIGHT)]
    assert str(BOOK.price_record(found, at="2026-06-01").total) == "0.0074031"


def test_cache_writes_of_version_5_stand_in_the_metadata_alone() -> None:
    plain = one_record(result(V5))
    assert [note.code for note in plain.notes] == ["cache_unknown"]
    found = one_record(
        result(V5, providerMetadata={"anthropic": {"cacheCreationInputTokens": 500}})
    )
    assert (brief(found.parts), [note.code for note in found.notes]) == (
        [(MODEL, RIGHT | {"cache_write": 500})],
        [],
    )
    bedrock = one_record(
        result(
            V5,
            providerMetadata={"bedrock": {"usage": {"cacheWriteInputTokens": 500}}},
            provider="amazon-bedrock",
        )
    )
    assert (bedrock.parts[0].usage["cache_write"], bedrock.parts[0].dimensions) == (
        500,
        {"platform": "bedrock"},
    )


def test_the_usage_of_the_provider_says_more() -> None:
    own = OWN | {
        "cache_creation_input_tokens": 500,
        "cache_creation": {"ephemeral_1h_input_tokens": 500},
        "service_tier": "priority",
        "server_tool_use": {"web_search_requests": 2},
    }
    found = one_record(result(V5, providerMetadata={"anthropic": {"usage": own}}))
    (part,) = found.parts
    assert (part.usage, part.dimensions, part.kind) == (
        RIGHT | {"cache_write_1h": 500, "web_search": 2},
        {"service_tier": "priority"},
        "sum",
    )
    advised = OWN | {
        "iterations": [
            {"type": "message", **OWN},
            {
                "type": "advisor_message",
                "model": "claude-opus-5",
                "input_tokens": 9,
                "output_tokens": 8,
            },
        ]
    }
    assert brief(one_record(result(V6 | {"raw": advised})).parts) == [
        (MODEL, RIGHT),
        ("claude-opus-5", {"input": 9, "output": 8}),
    ]


@pytest.mark.parametrize(
    "value",
    [
        result(V6 | {"inputTokenDetails": {"noCacheTokens": 80, "cacheReadTokens": 17_817}}),
        result(V6 | {"cachedInputTokens": 5}),
        result(V6 | {"raw": OWN | {"output_tokens": 121}}),
        span(V6, **{"gen_ai.usage.input_tokens": 5, "gen_ai.usage.output_tokens": 120}),
    ],
)
def test_what_contradicts_itself_is_refused(value: Any) -> None:
    assert one_rejected(value).code == "bad_counts"


def test_another_provider_has_the_cache_inside_in_version_5() -> None:
    value = result(
        {
            "inputTokens": 17_903,
            "outputTokens": 120,
            "cachedInputTokens": 17_817,
            "totalTokens": 18_023,
        },
        provider="openrouter.chat",
    )
    assert one_record(value).parts[0].usage == RIGHT


def test_steps_are_requests_of_their_own_and_a_total_is_a_sum() -> None:
    steps = one_record(
        result(
            V6,
            steps=[result(V6), result(V6)],
            totalUsage={
                "inputTokens": 35_806,
                "outputTokens": 240,
                "inputTokenDetails": {"cacheReadTokens": 35_634},
            },
        )
    )
    assert [(part.usage, part.kind, part.label) for part in steps.parts] == [
        (RIGHT, "single", "step 1"),
        (RIGHT, "single", "step 2"),
    ]
    total = one_record(
        result(
            V6,
            totalUsage={
                "inputTokens": 35_806,
                "outputTokens": 240,
                "inputTokenDetails": {"cacheReadTokens": 35_634},
            },
        )
    )
    assert [(part.usage["cache_read"], part.kind) for part in total.parts] == [(35_634, "sum")]
    assert one_record(result(V6, totalUsage=V6)).parts[0].kind == "single"


def test_a_span_around_others_is_skipped() -> None:
    for name in ("ai.generateText", "ai.streamText", "ai.generateObject", "ai.streamObject chat"):
        (found,) = outcomes(span(V6, name))
        assert isinstance(found, Skipped), name


def test_converse_is_not_taken_for_it() -> None:
    value = {
        "modelId": "us.anthropic.claude-sonnet-4-6",
        "usage": {
            "inputTokens": 86,
            "outputTokens": 120,
            "totalTokens": 18_023,
            "cacheReadInputTokens": 17_817,
        },
    }
    assert one_record(value).format == "bedrock"
    assert (
        one_record(
            {
                "response": RESPONSE,
                "usage": {"inputTokens": 86, "outputTokens": 120, "totalTokens": 206},
            }
        ).format
        == "ai-sdk"
    )


def test_what_the_id_that_was_asked_for_says_is_kept() -> None:
    for asked, said in [
        ("us.anthropic.claude-sonnet-4-6", {"platform": "bedrock", "endpoint": "regional"}),
        (f"anthropic/{MODEL}:batch", {"service_tier": "batch"}),
    ]:
        (part,) = one_record(result(V6, model={"modelId": asked})).parts
        assert (part.model, dict(part.dimensions)) == (MODEL, said)


@pytest.mark.parametrize(
    "usage",
    [
        {
            "inputTokens": 17_903,
            "outputTokens": 120,
            "cachedInputTokens": 17_817,
            "totalTokens": total,
        }
        for total in (None, 18_023)
    ],
)
def test_an_input_that_may_hold_the_cache_is_said(usage: dict[str, Any]) -> None:
    """A total of version 5 leaves the cache out, so a record without a version may mean either;
    one that adds it up does not.
    """
    for value in (result(usage), span(usage)):
        assert any(
            "may hold the 17,817" in note.text and note.doubtful for note in one_record(value).notes
        )
    for clear in (V5, usage | {"totalTokens": 35_840}, V6):
        assert not any("may hold" in note.text for note in one_record(result(clear)).notes)


# ---- the parts of a stream -----------------------------------------------------------------------

STEP = {"type": "finish-step", "finishReason": "stop", "usage": V6, "response": RESPONSE}
FINISH = {"type": "finish", "finishReason": "stop"}
METADATA = {"type": "response-metadata", **RESPONSE}
QUIET = [
    {"type": "start"},
    {"type": "start-step", "request": {}, "warnings": []},
    {"type": "text-delta", "id": "0", "text": "hello"},
    {"type": "raw", "rawValue": {"type": "message_delta", "usage": {"output_tokens": 120}}},
]


def parts(*lines: dict[str, Any]) -> list[Any]:
    """What is counted of the lines of a file: brief parts, a code, or None where one is skipped."""
    return [
        None
        if isinstance(found, Skipped)
        else brief(found.parts)
        if isinstance(found, Record)
        else found.code
        for found in outcomes("".join(json.dumps(line) + "\n" for line in lines))
    ]


def test_each_step_of_a_stream_counts_and_its_end_does_not() -> None:
    again = STEP | {"response": RESPONSE | {"id": "r-2"}}
    both = {"inputTokens": 2 * 17_903, "outputTokens": 240}
    found = parts(*QUIET, STEP, again, FINISH | {"totalUsage": both})
    assert found == [None] * 4 + [[(MODEL, RIGHT)]] * 2 + [None]
    fourth = {"promptTokens": 86, "completionTokens": 120, "totalTokens": 206}
    step = {"type": "step-finish", "usage": fourth, "response": RESPONSE, "isContinued": False}
    assert parts(step, FINISH | {"usage": fourth}) == [
        [(MODEL, {"input": 86, "output": 120})],
        None,
    ]


def test_the_end_of_a_stream_counts_where_no_step_stands_before_it() -> None:
    assert parts(*QUIET, FINISH | {"totalUsage": V6}) == [None] * 4 + [[(None, RIGHT)]]
    (part,) = one_record(FINISH | {"totalUsage": V6}).parts
    assert part.kind == "sum"  # of how many steps is not told
    assert BOOK.price_any(FINISH | {"totalUsage": V6}, model=MODEL, at="2026-06-01").total


def test_a_stream_of_a_provider_has_the_model_of_its_metadata() -> None:
    end = FINISH | {"usage": V3_PROVIDER}
    start = {"type": "stream-start", "warnings": []}
    assert parts(start, METADATA, end) == [None, None, [(MODEL, RIGHT)]]
    # the metadata is that of one stream
    assert parts(METADATA, end, end) == [None, [(MODEL, RIGHT)], [(None, RIGHT)]]
    assert parts(METADATA, start, end) == [None, None, [(None, RIGHT)]]


def test_an_end_that_counts_other_than_its_steps_is_refused() -> None:
    less = V6 | {"outputTokens": 119}
    assert parts(STEP, FINISH | {"totalUsage": less}) == [[(MODEL, RIGHT)], "bad_total"]
    assert parts(STEP, FINISH) == [[(MODEL, RIGHT)], None]
    assert parts(FINISH) == ["no_counts"]


@pytest.mark.parametrize(
    "value", [{"type": "start", "tokens": 3}, {"type": "finish"}, {"type": "error", "error": "x"}]
)
def test_what_has_a_common_name_is_no_part(value: dict[str, Any]) -> None:
    assert parts(value) != [None]
