"""The traps of clouds, gateways, spans and sessions, one by one."""

from __future__ import annotations

import json
from typing import Any

import pytest

import pricelang
from pricelang.model.notes import Note
from pricelang.usage.records import Record, Rejected, Skipped

from .helpers import (
    SAMPLES,
    brief,
    message,
    one_record,
    one_rejected,
    outcomes,
    records,
    sample_values,
)

CHAT = {"prompt_tokens": 100, "completion_tokens": 5}
LOG = {
    "call_type": "acompletion",
    "response_cost": 1,
    "status": "success",
    "model": "m",
    "metadata": {"usage_object": CHAT},
}
SPAN = {
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 5,
    "gen_ai.response.model": "m",
}
CONVERSE = {"inputTokens": 10, "outputTokens": 5}
SESSION = {
    "type": "session",
    "id": "sesn_1",
    "agent": {"model": {"id": "m"}},
    "created_at": "2026-08-01T00:00:00Z",
}
VERTEX = "https://aiplatform.googleapis.com/v1/projects/p/locations/{}/publishers/anthropic/models/claude-opus-5:rawPredict"


def span(**more: object) -> dict[str, Any]:
    """A span with 100 tokens in, cache included, and 5 out."""
    return {"name": "chat", "attributes": SPAN | more}


def otlp(value: dict[str, object]) -> dict[str, Any]:
    """A span in OTLP JSON with one attribute more."""
    given = [
        {"key": key, "value": {"intValue": str(n)} if isinstance(n, int) else {"stringValue": n}}
        for key, n in SPAN.items()
    ]
    return {
        "resourceSpans": [
            {
                "scopeSpans": [
                    {
                        "spans": [
                            {
                                "spanId": "s1",
                                "startTimeUnixNano": "1795337427212543000",
                                "attributes": [*given, value],
                            }
                        ]
                    }
                ]
            }
        ]
    }


@pytest.mark.parametrize(
    ("value", "format", "usage"),
    [
        (
            {"usage": {**CHAT, "prompt_tokens_details": {"cached_tokens": 40}}},
            "openai",
            {"input": 60, "output": 5, "cache_read": 40},
        ),
        (
            {"object": "response", "usage": {"input_tokens": 9, "output_tokens": 2}},
            "openai",
            {"input": 9, "output": 2},
        ),
        (
            {
                "usage": {
                    **CHAT,
                    "cache_read_input_tokens": 40,
                    "prompt_tokens_details": {"cached_tokens": 40},
                }
            },
            "openai",
            {"input": 60, "output": 5, "cache_read": 40},
        ),
        (LOG, "litellm", {"input": 100, "output": 5}),
        (
            {"usageDetails": {"input": 9, "output": 2, "input_cache_read": 40}},
            "langfuse",
            {"input": 9, "output": 2, "cache_read": 40},
        ),
        (
            {
                "model_name": "m",
                "usage": {"input_tokens": 100, "output_tokens": 5, "cache_read_tokens": 40},
            },
            "pydantic-ai",
            {"input": 60, "output": 5, "cache_read": 40},
        ),
        (
            span(**{"gen_ai.usage.cache_read.input_tokens": 40}),
            "otel",
            {"input": 60, "output": 5, "cache_read": 40},
        ),
        (
            otlp({"key": "gen_ai.usage.cache_write.input_tokens", "value": {"intValue": "40"}}),
            "otel",
            {"input": 60, "output": 5, "cache_write": 40},
        ),
        (
            {"usage": {**CONVERSE, "cacheReadInputTokens": 40}},
            "bedrock",
            {"input": 10, "output": 5, "cache_read": 40},
        ),
        ({"modelId": "m", "body": message()}, "bedrock", {"input": 10, "output": 5}),
        (
            SESSION | {"usage": {"input_tokens": 1, "active_seconds": 90}},
            "managed-agents",
            {"input": 1, "output": 0, "session_time": "90 seconds"},
        ),
        (
            {"request": {"url": VERTEX.format("global")}, "response": message()},
            "clouds",
            {"input": 10, "output": 5},
        ),
    ],
)
def test_whether_the_cache_is_inside_the_input_is_a_matter_of_the_format(
    value: Any, format: str, usage: dict[str, object]
) -> None:
    found = one_record(value)
    assert (found.format, dict(found.parts[0].usage)) == (format, usage)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (LOG | {"cache_hit": True}, "free"),
        (LOG | {"status": "failure"}, "skipped"),
        (span(**{"gen_ai.operation.name": "invoke_agent"}), "skipped"),
        (span(**{"openinference.span.kind": "AGENT"}), "skipped"),
        ({"name": "GET /", "attributes": {"http.method": "GET"}}, "skipped"),
        ({"type": "span.model_request_end", "model_usage": {}, "processed_at": "x"}, "skipped"),
        ({"object": "chat.completion.chunk", "choices": [], "usage": None}, "skipped"),
        ({"type": "SPAN", "traceId": "t", "id": "o"}, "skipped"),
        ({"usage": {**CHAT, "prompt_tokens_details": {"cached_tokens": 101}}}, "bad_counts"),
        (
            {
                "usage": {
                    **CHAT,
                    "cache_read_input_tokens": 41,
                    "prompt_tokens_details": {"cached_tokens": 40},
                }
            },
            "bad_counts",
        ),
        ({"usageDetails": {"input": 9, "output": 2, "input_audio": 4}}, "unknown_counter"),
        ({"usageDetails": {"input": 9}}, "missing_key"),
        (span(**{"gen_ai.usage.cache_read.input_tokens": 101}), "bad_counts"),
        (
            otlp({"key": "gen_ai.usage.cache_write.input_tokens", "value": {"intValue": "4x"}}),
            "wrong_type",
        ),
        (
            {"usage": {**CONVERSE, "cacheDetails": [{"ttl": "2d", "inputTokens": 1}]}},
            "unknown_value",
        ),
        ({"usage": {**CONVERSE, "outputTokens": None}}, "missing_key"),
        (SESSION | {"usage": {"active_seconds": -1}}, "negative_count"),
        (
            SESSION
            | {
                "agent": {"model": {"id": "m"}, "multiagent": {"agents": [{"model": {"id": "n"}}]}},
                "usage": {},
            },
            "several_models",
        ),
        ({"request": {"url": "https://example.com/"}, "response": message()}, "unknown_platform"),
        ({"object": "chat.completion", "created": -5, "usage": CHAT}, "bad_date"),
    ],
)
def test_what_is_free_skipped_or_refused(value: Any, expected: str) -> None:
    (found,) = outcomes(value)
    if expected == "free":
        assert isinstance(found, Record)
        assert (found.parts, found.notes) == (
            (),
            (Note("nothing_billed", "a hit in the gateway's cache: no request was made"),),
        )
    else:
        assert (
            "skipped" if isinstance(found, Skipped) else getattr(found, "code", "ok")
        ) == expected


def test_a_session_counts_once_and_its_totals_may_not_change() -> None:
    first = SESSION | {"usage": {"input_tokens": 1}}
    found = outcomes([first, first, first | {"usage": {"input_tokens": 2}}])
    assert [type(one) for one in found] == [Record, Skipped, Rejected]
    assert getattr(found[2], "code", "") == "changed_session"


@pytest.mark.parametrize(
    ("value", "dimensions"),
    [
        (
            {"request": {"url": VERTEX.format("global")}, "response": message()},
            {"platform": "vertex", "endpoint": "global"},
        ),
        (
            {"request": {"url": VERTEX.format("eu")}, "response": message()},
            {"platform": "vertex", "endpoint": "multi_region"},
        ),
        (
            {"request": {"url": VERTEX.format("us-east5")}, "response": message()},
            {"platform": "vertex", "endpoint": "regional"},
        ),
        (
            {
                "request": {"url": "https://r.services.ai.azure.com/anthropic/v1/messages"},
                "response": message(),
            },
            {"platform": "foundry"},
        ),
        *(
            (
                {
                    "request": {"url": url + ".amazonaws.com/model/" + model + "/invoke"},
                    "response": message(),
                },
                {"platform": "bedrock", **more},
            )
            for url, model, more in (
                ("https://bedrock-runtime.us-east-1", "anthropic.claude-opus-5", {}),
                (
                    "https://bedrock-runtime.us-gov-west-1",
                    "anthropic.claude-opus-5",
                    {"endpoint": "govcloud"},
                ),
                (
                    "https://bedrock-runtime-fips.us-gov-east-1",
                    "anthropic.claude-opus-5-v1%3A0",
                    {"endpoint": "govcloud"},
                ),
                (
                    "https://vpce-0a-b.bedrock-runtime.us-east-1.vpce",
                    "us.anthropic.claude-opus-5",
                    {},
                ),
            )
        ),
        (
            {
                "request": {"url": VERTEX.replace("aiplat", "us-east5-aiplat").format("us-east5")},
                "response": message(),
            },
            {"platform": "vertex", "endpoint": "regional"},
        ),
        (message(id="msg_vrtx_1"), {"platform": "vertex"}),
        (message(id="msg_bdrk_1"), {"platform": "bedrock"}),
        (LOG | {"custom_llm_provider": "bedrock"}, {"platform": "bedrock"}),
        (span(**{"gen_ai.provider.name": "gcp.vertex_ai"}), {"platform": "vertex"}),
        (SESSION | {"usage": {}}, {"surface": "managed_agents"}),
        (
            span(**{"gen_ai.provider.name": "anthropic", "gen_ai.response.id": "msg_vrtx_1"}),
            {"platform": "vertex"},
        ),
        (span(**{"gen_ai.provider.name": "AWS"}), {"platform": "bedrock"}),
        ({"object": "chat.completion", "id": "msg_bdrk_1", "usage": CHAT}, {"platform": "bedrock"}),
        (
            {"usage": CONVERSE, "modelId": "anthropic.claude-opus-5", "region": "us-gov-west-1"},
            {"platform": "bedrock", "endpoint": "govcloud"},
        ),
        (
            {
                "usage": CONVERSE,
                "modelId": "us-gov.anthropic.claude-opus-5",
                "region": "us-gov-west-1",
            },
            {"platform": "bedrock"},
        ),
        (
            LOG
            | {"custom_llm_provider": "bedrock", "model": "bedrock/claude_platform/claude-opus-5"},
            {},
        ),
        ({"type": "assistant", "message": message(id="msg_bdrk_1")}, {"platform": "bedrock"}),
    ],
)
def test_platforms_are_told(value: Any, dimensions: dict[str, str]) -> None:
    (part,) = one_record(value).parts
    assert dict(part.dimensions) == dimensions


def test_the_model_in_a_url_of_bedrock_is_read_as_it_is_written() -> None:
    arn = "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fabc"
    for written, meant in (
        ("us.anthropic.claude-opus-5-v1%3A0", "us.anthropic.claude-opus-5-v1:0"),
        (arn, arn.replace("%3A", ":").replace("%2F", "/")),
    ):
        url = f"https://bedrock-runtime.us-east-1.amazonaws.com/model/{written}/invoke"
        assert one_record({"request": {"url": url}, "response": message()}).parts[0].model == meant


def test_a_compaction_in_a_span_is_billed_beside_its_message() -> None:
    found = one_record(
        span(
            **{
                "anthropic.usage.compaction.input_tokens": 7,
                "anthropic.usage.compaction.output_tokens": 3,
            }
        )
    )
    assert [dict(part.usage) for part in found.parts] == [
        {"input": 100, "output": 5},
        {"input": 7, "output": 3},
    ]


@pytest.mark.parametrize("name", ["02_otlp_json_trace.json", "01_anthropic_sdk_spans.jsonl"])
def test_counts_written_as_text_are_counts(name: str) -> None:
    def written(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: written(one) for key, one in value.items()}
        if isinstance(value, list):
            return [written(one) for one in value]
        return str(value) if type(value) is int else value

    for value in sample_values(SAMPLES / "otel" / name):
        told = [brief(one.parts) for one in records(outcomes(value))]
        assert told == [brief(one.parts) for one in records(outcomes(written(value)))]


def test_a_bad_span_hides_no_other() -> None:
    value = otlp({"key": "gen_ai.usage.cache_write.input_tokens", "value": {"intValue": "4x"}})
    spans = value["resourceSpans"][0]["scopeSpans"][0]["spans"]
    spans += [
        5,
        {
            "attributes": [
                {"key": key, "value": {"intValue": n} if isinstance(n, int) else {"stringValue": n}}
                for key, n in SPAN.items()
            ]
        },
    ]
    assert [getattr(one, "code", "ok") for one in outcomes(value)] == [
        "wrong_type",
        "wrong_type",
        "ok",
    ]


def told(id: str, parent: str | None = None, trace: str = "t1", **more: object) -> dict[str, Any]:
    """A span with ids, as an SDK prints it."""
    return span(**more) | {"context": {"trace_id": trace, "span_id": id}, "parent_id": parent}


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (told("a1"), "skipped"),
        (told("0xA1"), "skipped"),
        (told("a1", trace="t2"), "record"),
        (told("a2"), "record"),
        (told("a2", parent="a1"), "skipped"),
        (told("a0", trace="t1", **{"gen_ai.response.id": "msg_1"}), "skipped"),
        (
            told(
                "a2", **{"gen_ai.response.id": "msg_1", "gen_ai.usage.cache_read.input_tokens": 40}
            ),
            "counted_twice",
        ),
        (told("a2", **{"gen_ai.response.id": "msg_2"}), "record"),
        (told("a1", **{"gen_ai.usage.input_tokens": 101}), "changed_span"),
    ],
)
def test_a_request_that_two_spans_tell_counts_once(second: dict[str, Any], expected: str) -> None:
    first = told("a1", **{"gen_ai.response.id": "msg_1"})
    for order in ([first, second], [second, first]):
        found = outcomes(order)
        assert isinstance(found[0], Record)
        kind = (
            "record"
            if isinstance(found[1], Record)
            else "skipped"
            if isinstance(found[1], Skipped)
            else found[1].code
        )
        assert kind == expected


def test_a_copy_of_a_span_is_known_behind_a_thousand_others() -> None:
    many = [told(f"{number:x}") for number in range(1, 1_001)]
    assert [type(one) for one in outcomes([*many, many[0]])] == [Record] * 1_000 + [Skipped]


def test_an_event_of_claude_code_that_was_sent_twice_counts_once() -> None:
    event = {
        "body": "claude_code.api_request",
        "timeUnixNano": "1795337427212543000",
        "attributes": {
            "session.id": "s",
            "event.sequence": 3,
            "model": "m",
            "input_tokens": 9,
            "output_tokens": 2,
        },
    }
    other = event | {"attributes": {**event["attributes"], "event.sequence": 4}}  # type: ignore[dict-item]
    assert [type(one) for one in outcomes([event, event, other])] == [Record, Skipped, Record]


@pytest.mark.parametrize("call_type", ["aretrieve_batch", "retrieve_batch"])
def test_a_batch_that_litellm_logs_as_one_call_is_a_sum_at_the_price_of_a_batch(
    call_type: str,
) -> None:
    found = one_record(
        {**LOG, "call_type": call_type, "model": "claude-opus-5", "startTime": 1_785_000_000}
    )
    (part,) = found.parts
    assert (part.kind, part.dimensions["service_tier"], [note.code for note in found.notes]) == (
        "sum",
        "batch",
        ["batch_total"],
    )
    assert found.notes[0].doubtful
    book = pricelang.load()
    whole = book.price_record(
        one_record({**LOG, "model": "claude-opus-5", "startTime": 1_785_000_000})
    )
    assert book.price_record(found).total * 2 == whole.total
    with pytest.raises(pricelang.Doubtful):
        book.price_record(found, strict=True)


OPTIMIZED = {"performanceConfig": {"latency": "optimized"}}
BODY = message({"input_tokens": 10, "output_tokens": 5})
INVOCATION = {
    "schemaType": "ModelInvocationLog",
    "modelId": "anthropic.claude-3-5-haiku-20241022-v1:0",
    "requestId": "r",
}


@pytest.mark.parametrize(
    "value",
    [
        {"modelId": "m", "usage": CONVERSE, **OPTIMIZED},
        {"modelId": "m", "response": {"usage": CONVERSE, **OPTIMIZED}},
        {"modelId": "m", "metadata": {"usage": CONVERSE, **OPTIMIZED}},
        {"modelId": "m", "body": BODY, "performanceConfigLatency": "optimized"},
        {
            **INVOCATION,
            "input": {"inputTokenCount": 10, "inputBodyJson": OPTIMIZED},
            "output": {"outputTokenCount": 5},
        },
        {
            **INVOCATION,
            "input": {"inputTokenCount": 10},
            "output": {"outputTokenCount": 5, "outputBodyJson": {"usage": CONVERSE, **OPTIMIZED}},
        },
        {
            **INVOCATION,
            "input": {"inputTokenCount": 10, "inputBodyJson": OPTIMIZED},
            "output": {"outputTokenCount": 5, "outputBodyJson": BODY},
        },
    ],
)
def test_optimized_latency_is_a_doubt(value: Any) -> None:
    assert [note.code for note in one_record(value).notes] == ["latency"]
    plain = json.loads(json.dumps(value).replace('"optimized"', '"standard"'))
    assert one_record(plain).notes == ()


@pytest.mark.parametrize(
    ("tier", "notes"), [("priority", ["latency"]), ("default", []), ("flex", [])]
)
def test_the_priority_tier_of_bedrock_is_a_doubt(tier: str, notes: list[str]) -> None:
    found = one_record({"modelId": "m", "usage": CONVERSE, "serviceTier": {"type": tier}})
    assert [note.code for note in found.notes] == notes


def test_a_log_whose_response_stands_in_s3_does_not_tell_of_the_cache() -> None:
    s3 = (
        {"inputTokenCount": 10, "inputBodyS3Path": "s3://b/in.json"},
        {"outputTokenCount": 5, "outputBodyS3Path": "s3://b/out.json"},
    )
    for given, output in (s3, (s3[0], {"outputTokenCount": 5}), ({"inputTokenCount": 10}, s3[1])):
        found = one_record({**INVOCATION, "input": given, "output": output})
        assert [(note.code, note.doubtful) for note in found.notes] == [("cache_unknown", True)]
        assert (
            one_record(
                {**INVOCATION, "input": {**given, "cacheReadInputTokenCount": 0}, "output": output}
            ).notes
            == ()
        )
    assert (
        one_record(
            {**INVOCATION, "input": s3[0], "output": {**s3[1], "outputBodyJson": BODY}}
        ).notes
        == ()
    )


@pytest.mark.parametrize(
    ("asked", "answered", "more", "total"),
    [
        ("anthropic/claude-opus-5:batch", "anthropic/claude-opus-5", {}, "2.5"),
        ("anthropic/claude-opus-5:batch", "claude-opus-5", {}, "2.5"),
        (
            "claude-opus-5-5-fast",
            "claude-opus-5-5",
            {"gen_ai.provider.name": "azure.ai.inference"},
            "8",
        ),
        ("azure_ai/mine-fast", "claude-opus-5-5", {}, "8"),
        ("mine", "claude-opus-5-5", {"gen_ai.provider.name": "azure.ai.inference"}, "4"),
        ("my-fast", "claude-opus-5-5", {}, "4"),
        ("anthropic/claude-opus-5:free", "claude-opus-5", {}, "unknown_model"),
        ("claude-opus-5@default", "claude-opus-5", {}, "unsaid"),
        ("opus", "claude-opus-5", {}, "5"),
    ],
)
def test_what_the_id_that_was_asked_for_says_is_kept(
    asked: str, answered: str, more: dict[str, str], total: str
) -> None:
    counts = {"gen_ai.usage.input_tokens": 1_000_000, "gen_ai.usage.output_tokens": 0}
    record = one_record(
        span(**{"gen_ai.request.model": asked, "gen_ai.response.model": answered, **counts, **more})
    )
    try:
        found = str(pricelang.load().price_record(record, at="2026-11-01").total.normalize())
    except pricelang.PriceError as error:
        found = error.code
    assert found == total


@pytest.mark.parametrize("request_", [{"deployment": "x-fast"}, {"body": {"model": "x-fast"}}])
def test_a_fast_deployment_is_fast_whatever_model_answers(request_: dict[str, Any]) -> None:
    request = {"url": "https://res.services.ai.azure.com/anthropic/v1/messages", **request_}
    (part,) = one_record({"request": request, "response": message(model="claude-opus-5-5")}).parts
    assert (part.model, part.dimensions["speed"], part.dimensions["platform"]) == (
        "claude-opus-5-5",
        "fast",
        "foundry",
    )


@pytest.mark.parametrize(
    ("value", "format"),
    [
        (LOG, "litellm"),
        ({"usageDetails": {"input": 1, "output": 1}}, "langfuse"),
        ({"model_name": "m", "usage": {"input_tokens": 1, "output_tokens": 1}}, "pydantic-ai"),
        (
            {"prompt_tokens": 1, "completion_tokens": 1, "prompt_cache_read_tokens": 0},
            "helicone",
        ),
    ],
)
def test_gateways_names_what_are_formats_of_their_own(value: Any, format: str) -> None:
    assert one_record(value, "gateways").format == format


def test_gateways_reads_nothing_else() -> None:
    (found,) = outcomes(message(), "gateways")
    assert isinstance(found, Rejected)
    assert found.code == "unknown_record"


def session(usage: dict[str, Any], stats: object = None, **agent: Any) -> dict[str, Any]:
    return {
        "type": "session",
        "agent": {"model": "claude-opus-4-7", **agent},
        "usage": {"input_tokens": 10, "output_tokens": 5, **usage},
        "stats": stats,
    }


def test_the_time_of_an_older_session_stands_among_its_stats() -> None:
    def time(value: Any) -> tuple[object, list[str]]:
        found = one_record(value)
        return found.parts[0].usage.get("session_time"), [note.code for note in found.notes]

    stats = {"active_seconds": 90, "duration_seconds": 200}
    assert time(session({}, stats)) == ("90 seconds", [])
    assert time(session({"active_seconds": 60}, stats)) == ("60 seconds", [])
    assert time(session({"active_seconds": 0}, stats)) == (None, [])
    assert time(session({})) == (None, [])
    several = session({}, stats, multiagent={"agents": [{"model": "claude-opus-4-7"}]})
    assert time(several) == ("90 seconds", ["execution_time"])


def test_a_hit_of_helicones_cache_is_free() -> None:
    call = {
        "request_id": "h-1",
        "request_model": "claude-opus-5",
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "prompt_cache_read_tokens": 0,
        "cache_reference_id": "00000000-0000-0000-0000-000000000000",
    }
    assert one_record(call).parts
    hit = one_record({**call, "cache_reference_id": "11111111-0000-0000-0000-000000000000"})
    assert (hit.parts, [note.code for note in hit.notes]) == ((), ["nothing_billed"])


@pytest.mark.parametrize(
    ("address", "model", "dimensions"),
    [
        ("api.anthropic.com", "m", {}),
        ("us-east5-aiplatform.googleapis.com", "m", {"platform": "vertex", "endpoint": "regional"}),
        ("aiplatform.googleapis.com", "m", {"platform": "vertex"}),
        ("bedrock-runtime.eu-west-1.amazonaws.com", "m", {"platform": "bedrock"}),
        (
            "bedrock-runtime.us-gov-west-1.amazonaws.com",
            "anthropic.claude-opus-5",
            {"platform": "bedrock", "endpoint": "govcloud"},
        ),
        ("me.services.ai.azure.com", "m", {"platform": "foundry"}),
        ("proxy.example.com", "m", {}),
        ("", "m", {}),
    ],
)
def test_the_address_of_a_server_says_the_platform(
    address: str, model: str, dimensions: dict[str, str]
) -> None:
    """Whatever a library calls its provider, which is `anthropic` for a client of a cloud too."""
    names = {"server.address": address, "gen_ai.response.model": model}
    (part,) = one_record(span(**names, **{"gen_ai.system": "anthropic"})).parts
    assert dict(part.dimensions) == dimensions


EMBEDDINGS = {"object": "list", "data": [], "model": "m"}


def test_embeddings_have_no_output_where_their_total_says_so() -> None:
    usage = {"prompt_tokens": 1_000, "total_tokens": 1_000}
    (part,) = one_record({**EMBEDDINGS, "usage": usage}).parts
    assert (part.model, part.usage) == ("m", {"input": 1_000, "output": 0})
    for other in ({"prompt_tokens": 1_000}, {"prompt_tokens": 1_000, "total_tokens": 1_001}):
        assert one_rejected({**EMBEDDINGS, "usage": other}).code == "missing_key"
