"""Objects of OpenAI, LiteLLM, Bedrock, OpenTelemetry, LangChain, pydantic-ai and others, made by
these libraries themselves, each priced by one call.
"""

from __future__ import annotations

import io
import json
import os
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy
import pytest
from botocore.response import StreamingBody
from langchain_anthropic.chat_models import _create_usage_metadata  # type: ignore[attr-defined]
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, ToolMessage
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response, ResponseUsage
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic_ai import Agent
from pydantic_ai.messages import ModelRequest, ModelResponse, TextPart
from pydantic_ai.models.test import TestModel
from pydantic_ai.usage import RequestUsage, RunUsage

import pricelang

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # no download in a test

AT = "2026-08-01"
MODEL = "claude-opus-5"
BOOK = pricelang.load()
COST = BOOK.total(model=MODEL, at=AT, usage={"input": 1200, "output": 300, "cache_read": 5000})
CREATED = int(datetime(2026, 8, 1, 12, tzinfo=UTC).timestamp())
CHAT_USAGE = {
    "prompt_tokens": 6200,
    "completion_tokens": 300,
    "total_tokens": 6500,
    "prompt_tokens_details": {"cached_tokens": 5000},
}
CHAT: dict[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": CREATED,
    "model": MODEL,
    "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hi"}}
    ],
    "usage": CHAT_USAGE,
}
RESPONSE_USAGE = {
    "input_tokens": 6200,
    "output_tokens": 300,
    "total_tokens": 6500,
    "input_tokens_details": {"cached_tokens": 5000, "cache_write_tokens": 0},
    "output_tokens_details": {"reasoning_tokens": 10},
}
RESPONSE: dict[str, Any] = {
    "id": "resp_1",
    "object": "response",
    "created_at": float(CREATED) + 0.5,
    "model": MODEL,
    "status": "completed",
    "output": [],
    "parallel_tool_calls": True,
    "tool_choice": "auto",
    "tools": [],
    "usage": RESPONSE_USAGE,
}


# ---- OpenAI and LiteLLM --------------------------------------------------------------------------


def test_a_chat_completion() -> None:
    found = ChatCompletion.model_validate(CHAT)
    for value in (found, CHAT, found.model_dump(), found.to_dict(), found.model_dump_json()):
        assert BOOK.price_any(value).total == COST
    record = pricelang.usage_of(found)
    assert (record.format, record.parts[0].at) == ("openai", "2026-08-01T12:00:00Z")


def test_a_response_of_the_responses_api() -> None:
    found = Response.model_validate(RESPONSE)
    for value in (found, RESPONSE, found.model_dump()):
        assert BOOK.price_any(value).total == COST
    ended: list[dict[str, Any]] = [
        {"type": "response.created", "response": {**RESPONSE, "usage": None}},
        {"type": "response.output_text.delta", "delta": "hi"},
        {"type": "response.completed", "response": RESPONSE},
    ]
    assert BOOK.price_any(ended).total == COST


def test_chunks_of_a_chat() -> None:
    chunk = {**CHAT, "object": "chat.completion.chunk", "choices": [], "usage": None}
    chunks = [ChatCompletionChunk.model_validate(chunk)] * 2
    last = ChatCompletionChunk.model_validate({**chunk, "usage": CHAT_USAGE})
    assert BOOK.price_any([*chunks, last]).total == COST
    with pytest.raises(pricelang.BadRequest) as caught:
        BOOK.price_any(chunks)
    assert caught.value.code in ("no_counts", "no_usage")


@pytest.mark.parametrize(
    "usage",
    [
        CompletionUsage.model_validate(CHAT_USAGE),
        ResponseUsage.model_validate(RESPONSE_USAGE),
        CHAT_USAGE,
        RESPONSE_USAGE,
    ],
)  # fmt: skip
def test_usage_of_openai_alone(usage: object) -> None:
    assert BOOK.price_any(usage, model=MODEL, at=AT).total == COST


def test_litellm() -> None:
    import litellm

    usage = litellm.Usage(
        prompt_tokens=6200, completion_tokens=300, total_tokens=6500, cache_read_input_tokens=5000
    )
    found = litellm.ModelResponse(model=MODEL, created=CREATED, usage=usage)
    for value in (found, found.model_dump(), dict(found) | {"usage": usage}):
        assert BOOK.price_any(value).total == COST
    assert BOOK.price_any(usage, model=MODEL, at=AT).total == COST


# ---- Bedrock, Vertex -----------------------------------------------------------------------------


def test_converse() -> None:
    answer = {
        "ResponseMetadata": {"RequestId": "r", "HTTPStatusCode": 200},
        "output": {"message": {"role": "assistant", "content": [{"text": "hi"}]}},
        "stopReason": "end_turn",
        "usage": {
            "inputTokens": 1200,
            "outputTokens": 300,
            "totalTokens": 6500,
            "cacheReadInputTokens": 5000,
            "cacheWriteInputTokens": 0,
        },
        "metrics": {"latencyMs": 10},
    }
    bill = BOOK.price_any(answer, model="global.anthropic.claude-opus-5", at=AT)
    assert (bill.total, bill.parts[0].dimensions) == (COST, (("platform", "bedrock"),))
    regional = BOOK.price_any(answer, model="us.anthropic.claude-opus-5", at=AT)
    assert regional.total == COST * Decimal("1.1")
    alone = BOOK.price_any(answer["usage"], model="global.anthropic.claude-opus-5", at=AT)
    assert alone.total == COST


def _invoked(message: object) -> dict[str, Any]:
    data = json.dumps(message).encode()
    return {
        "ResponseMetadata": {"HTTPStatusCode": 200},
        "contentType": "application/json",
        "body": StreamingBody(io.BytesIO(data), len(data)),  # type: ignore[no-untyped-call]
    }


def test_invoke_model() -> None:
    message = {
        "id": "msg_bdrk_1",
        "type": "message",
        "model": MODEL,
        "content": [],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 1200, "output_tokens": 300, "cache_read_input_tokens": 5000},
    }
    answer = _invoked(message)
    assert BOOK.price_any(answer, model="global.anthropic.claude-opus-5", at=AT).total == COST
    with pytest.raises(pricelang.BadRequest) as caught:
        BOOK.price_any(answer, model="global.anthropic.claude-opus-5", at=AT)
    assert caught.value.code == "consumed_body"
    plain = {**answer, "body": json.dumps(message).encode()}
    for value in (plain, _invoked(message), message):
        assert BOOK.price_any(value, at=AT, endpoint="global").total == COST
        with pytest.raises(pricelang.BadRequest) as caught:
            BOOK.price_any({**plain}, at=AT)
        assert caught.value.code == "unsaid"


def test_vertex() -> None:
    message = {
        "id": "msg_vrtx_1",
        "type": "message",
        "model": MODEL,
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 1200, "output_tokens": 300, "cache_read_input_tokens": 5000},
    }
    bill = BOOK.price_any(message, at=AT, endpoint="global")
    assert (bill.total, bill.parts[0].dimensions) == (COST, (("platform", "vertex"),))


# ---- OpenTelemetry -------------------------------------------------------------------------------


def test_spans() -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test")
    start = CREATED * 10**9
    with tracer.start_as_current_span("invoke_agent", start_time=start) as outer:
        outer.set_attribute("gen_ai.operation.name", "invoke_agent")
        for name, counts in (("outer", 12_400), ("chat", 6200)):
            if name == "outer":
                outer.set_attribute("gen_ai.usage.input_tokens", counts)
                outer.set_attribute("gen_ai.usage.output_tokens", 600)
        for number in range(2):
            with tracer.start_as_current_span("chat claude", start_time=start) as span:
                span.set_attribute("gen_ai.operation.name", "chat")
                span.set_attribute("gen_ai.provider.name", "anthropic")
                span.set_attribute("gen_ai.request.model", MODEL)
                span.set_attribute("gen_ai.response.id", f"msg_{number}")
                span.set_attribute("gen_ai.response.finish_reasons", ["stop"])
                span.set_attribute("gen_ai.usage.input_tokens", 6200)
                span.set_attribute("gen_ai.usage.output_tokens", 300)
                span.set_attribute("gen_ai.usage.cache_read.input_tokens", 5000)
    spans = exporter.get_finished_spans()
    assert BOOK.price_any(spans[0]).total == COST
    assert BOOK.price_any(spans).total == 2 * COST
    as_json = json.loads(spans[0].to_json())
    assert pricelang.usage_of(spans[0]).parts[0].usage == pricelang.usage_of(as_json).parts[0].usage
    with pytest.raises(pricelang.BadRequest) as caught:
        BOOK.price_any(spans[-1])
    assert caught.value.code == "no_usage"


# ---- LangChain -----------------------------------------------------------------------------------

METADATA: Any = {
    "input_tokens": 6200,
    "output_tokens": 300,
    "total_tokens": 6500,
    "input_token_details": {"cache_read": 5000, "cache_creation": 0},
}


def test_a_message_of_langchain() -> None:
    said = {"model_name": MODEL, "id": "msg_1", "model_provider": "anthropic"}
    message = AIMessage(content="hi", usage_metadata=METADATA, response_metadata=said)
    asked = [HumanMessage(content="hi"), message, ToolMessage(content="1", tool_call_id="a")]
    for value in (message, message.model_dump(), asked):
        assert BOOK.price_any(value, at=AT).total == COST
    assert BOOK.price_any(METADATA, model=MODEL, at=AT).total == COST
    assert pricelang.usage_of(message).format == "langchain"


def test_the_lifetimes_of_langchain() -> None:
    from anthropic.types import Usage

    usage = Usage.model_validate(
        {
            "input_tokens": 100,
            "output_tokens": 30,
            "cache_read_input_tokens": 50,
            "cache_creation_input_tokens": 70,
            "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 50},
        }
    )
    expected = {
        "input": 100, "output": 30, "cache_read": 50, "cache_write_5m": 20, "cache_write_1h": 50
    }  # fmt: skip
    metadata = _create_usage_metadata(usage)
    assert pricelang.usage_of(metadata).parts[0].usage == expected
    said = {"model_name": MODEL, "id": "msg_1", "usage": usage.model_dump()}
    message = AIMessage(content="hi", usage_metadata=metadata, response_metadata=said)
    record = pricelang.usage_of(message)
    assert (record.parts[0].usage, record.notes) == (expected, ())


def test_chunks_of_langchain() -> None:
    first: Any = {**METADATA, "output_tokens": 0, "total_tokens": 6200}
    last: Any = {"input_tokens": 0, "output_tokens": 300, "total_tokens": 300}
    said = {"model_name": MODEL}
    chunks = [
        AIMessageChunk(content="", usage_metadata=first, response_metadata=said),
        AIMessageChunk(content="hi"),
        AIMessageChunk(content="", usage_metadata=last),
    ]
    assert BOOK.price_any(iter(chunks), at=AT).total == COST


# ---- pydantic-ai ---------------------------------------------------------------------------------


def test_usage_of_a_request() -> None:
    usage = RequestUsage(input_tokens=6200, output_tokens=300, cache_read_tokens=5000)
    response = ModelResponse(
        parts=[TextPart("hi")],
        usage=usage,
        model_name=MODEL,
        provider_name="anthropic",
        timestamp=datetime(2026, 8, 1, 12, tzinfo=UTC),
    )
    assert BOOK.price_any(usage, model=MODEL, at=AT).total == COST
    assert BOOK.price_any(response).total == COST
    assert BOOK.price_any([ModelRequest(parts=[]), response]).total == COST
    assert BOOK.price_any(asdict(response)).total == COST
    written = RequestUsage(
        input_tokens=100, output_tokens=1, cache_write_tokens=90, cache_write_1h_tokens=30
    )
    assert pricelang.usage_of(written).parts[0].usage == {
        "input": 10, "output": 1, "cache_write_5m": 60, "cache_write_1h": 30
    }  # fmt: skip


def test_usage_of_a_run_is_a_sum() -> None:
    usage = RunUsage(requests=2, input_tokens=6200, output_tokens=300, cache_read_tokens=5000)
    assert pricelang.usage_of(usage).parts[0].kind == "sum"
    assert BOOK.price_any(usage, model=MODEL, at=AT).total == COST
    long = RunUsage(requests=9, input_tokens=900_000, output_tokens=300)
    asked = {"model": "claude-sonnet-4-5", "at": "2026-03-01", "context_window": "long"}
    bill = BOOK.price_any(long, **asked)
    assert bill.bounds is not None
    assert bill.low < bill.high
    assert [note.code for note in bill.notes] == ["bounds"]
    with pytest.raises(pricelang.Doubtful):
        BOOK.price_any(long, strict=True, **asked)


def test_a_run_of_an_agent() -> None:
    done = Agent(TestModel(custom_output_text="hi")).run_sync("hello")
    found = pricelang.usage_of(done)
    assert found.parts[0].kind == "single"
    assert BOOK.price_any(done, at=AT, model=MODEL) if found.parts[0].model is None else True


# ---- dicts of others -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        {"usage": {"inputTokens": 6200, "outputTokens": 300, "totalTokens": 6500,
                   "inputTokenDetails": {"noCacheTokens": 1200, "cacheReadTokens": 5000}}},
        {"inputTokens": 6200, "outputTokens": 300, "totalTokens": 6500,
         "inputTokenDetails": {"noCacheTokens": 1200, "cacheReadTokens": 5000}},
        {"type": "GENERATION", "traceId": "t", "model": MODEL,
         "usageDetails": {"input": 1200, "output": 300, "input_cache_read": 5000, "total": 6500}},
        {"model": MODEL, "usage": {"input": 1200, "output": 300, "cache_read": 5000}},
        {"input_tokens": numpy.int64(1200), "output_tokens": numpy.int32(300),
         "cache_read_input_tokens": numpy.uint64(5000)},
    ],
)  # fmt: skip
def test_dicts(value: dict[str, Any]) -> None:
    assert BOOK.price_any(value, model=MODEL, at=AT).total == COST
    assert BOOK.price_record(value, model=MODEL, at=AT).total == COST
    assert BOOK.price_record(value, model=MODEL, at=CREATED, dimensions={}).total == COST


def test_none_is_not_said() -> None:
    value = {"model": MODEL, "usage": {"input": 1200, "output": 300, "cache_read": 5000}}
    assert BOOK.price_any(value, model=None, at=AT, speed=None).total == COST
