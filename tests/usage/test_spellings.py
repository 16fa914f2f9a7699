"""One request as many tools write it:
the cache under each of its names comes to the same amount.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

import pricelang

from .helpers import one_record, one_rejected

BOOK = pricelang.load()
MODEL = "claude-sonnet-4-6"
CHAT = {"prompt_tokens": 4_186, "completion_tokens": 120, "total_tokens": 4_306}
APART = ("output", "reasoning", "cache_write", "cache_write_5m")
"""What some spellings tell apart, and others do not."""
RIGHT = {"input": 86, "output": 120, "cache_write": 500, "cache_read": 3_600}


def chat(**more: object) -> Any:
    return {"object": "chat.completion", "model": MODEL, "usage": CHAT | more}


def span(read: str, written: str, **more: object) -> Any:
    given = {
        "gen_ai.request.model": MODEL,
        "gen_ai.usage.input_tokens": 4_186,
        "gen_ai.usage.output_tokens": 120,
    }
    return {"name": "chat", "attributes": {**given, read: 3_600, written: 500, **more}}


def open_inference(**more: object) -> Any:
    return {
        "name": "chat",
        "attributes": {
            "llm.model_name": MODEL,
            "llm.token_count.prompt": 4_186,
            "llm.token_count.completion": 120,
            "llm.token_count.total": 4_306,
            **more,
        },
    }


def langfuse(**usage: object) -> Any:
    return {"model": MODEL, "usageDetails": {"input": 86, "output": 120, **usage}}


def pydantic(**usage: object) -> Any:
    return {"model_name": MODEL, "usage": {"input_tokens": 4_186, "output_tokens": 120, **usage}}


OWN = {
    "input_tokens": 86,
    "cache_creation_input_tokens": 500,
    "cache_read_input_tokens": 3_600,
    "output_tokens": 120,
}
P = "gen_ai.usage."
VALUES = {
    "openai": chat(prompt_tokens_details={"cached_tokens": 3_600, "cache_write_tokens": 500}),
    "openrouter": chat(
        prompt_tokens_details={
            "cached_tokens": 3_600,
            "cache_write_tokens": 500,
            "audio_tokens": 0,
        },
        cost=0.01,
        cost_details={"upstream_inference_cost": 0.01},
        is_byok=False,
    ),
    "litellm": chat(
        prompt_tokens_details={
            "cached_tokens": 3_600,
            "text_tokens": 86,
            "cache_creation_tokens": 500,
        },
        cache_read_input_tokens=3_600,
        cache_creation_input_tokens=500,
    ),
    "bifrost": chat(
        prompt_tokens_details={
            "cached_read_tokens": 3_600,
            "cached_write_tokens": 500,
            "cached_write_token_details": {
                "cached_write_tokens_5m": 500,
                "cached_write_tokens_1h": 0,
            },
        }
    ),
    "portkey inside": chat(cache_read_input_tokens=3_600, cache_creation_input_tokens=500),
    "portkey beside": {
        "model": MODEL,
        "usage": {
            "prompt_tokens": 86,
            "completion_tokens": 120,
            "total_tokens": 4_306,
            "cache_read_input_tokens": 3_600,
            "cache_creation_input_tokens": 500,
        },
    },
    "responses": {
        "model": MODEL,
        "usage": {
            "input_tokens": 4_186,
            "output_tokens": 120,
            "input_tokens_details": {"cached_tokens": 3_600, "cache_write_tokens": 500},
            "output_tokens_details": {"reasoning_tokens": 7},
        },
    },
    "genai": span(P + "cache_read.input_tokens", P + "cache_creation.input_tokens"),
    "genai new": span(
        P + "cache_read.input_tokens",
        P + "cache_write.input_tokens",
        **{P + "reasoning.output_tokens": 7},
    ),
    "traceloop": span(
        P + "cache_read_input_tokens",
        P + "cache_creation_input_tokens",
        **{"llm.usage.total_tokens": 4_306},
    ),
    "traceloop beside": span(
        P + "cache_read_input_tokens",
        P + "cache_creation_input_tokens",
        **{P + "input_tokens": 86, "llm.usage.total_tokens": 4_306},
    ),
    "sentry": span(
        P + "input_tokens.cached",
        P + "input_tokens.cache_write",
        **{P + "total_tokens": 4_306, P + "output_tokens.reasoning": 7},
    ),
    "pydantic-ai span": span(
        P + "details.cache_read_tokens",
        P + "details.cache_write_tokens",
        **{P + "details.input_tokens": 86, P + "details.output_tokens": 120},
    ),
    "pydantic-ai old span": span(
        P + "details.cache_read_input_tokens", P + "details.cache_creation_input_tokens"
    ),
    "openinference": open_inference(
        **{
            "llm.token_count.prompt_details.cache_read": 3_600,
            "llm.token_count.prompt_details.cache_write": 500,
        }
    ),
    "openinference folded": open_inference(
        **{"output.value": json.dumps({"id": "msg_1", "usage": OWN})}
    ),
    "langfuse": langfuse(input_cache_read=3_600, input_cache_creation=500, total=4_306),
    "langfuse raw": langfuse(cache_read_input_tokens=3_600, cache_creation_input_tokens=500),
    "langfuse inside": {
        "model": MODEL,
        "usageDetails": {
            "input": 4_186,
            "output": 120,
            "input_cached_tokens": 3_600,
            "input_cache_creation": 500,
            "total": 4_306,
        },
    },
    "langfuse langchain": langfuse(
        input_cache_read=3_600,
        input_cache_creation=0,
        input_ephemeral_5m_input_tokens=500,
        input_ephemeral_1h_input_tokens=0,
        total=4_306,
    ),
    "helicone": {
        "provider": "ANTHROPIC",
        "request_model": MODEL,
        "prompt_tokens": 86,
        "completion_tokens": 120,
        "prompt_cache_read_tokens": 3_600,
        "prompt_cache_write_tokens": 500,
        "total_tokens": 206,
    },
    "pydantic-ai": pydantic(cache_read_tokens=3_600, cache_write_tokens=500),
    "pydantic-ai details": pydantic(
        cache_read_tokens=3_600,
        cache_write_tokens=500,
        details={
            "cache_read_input_tokens": 3_600,
            "cache_creation_input_tokens": 500,
            "input_tokens": 86,
            "output_tokens": 120,
        },
    ),
}


@pytest.mark.parametrize("name", VALUES)
def test_each_spelling_is_the_same_request(name: str) -> None:
    found = one_record(VALUES[name])
    (part,) = found.parts
    told = {name: number for name, number in part.usage.items() if name not in APART}
    assert told == {name: RIGHT[name] for name in RIGHT if name not in APART}
    assert sum(part.usage.get(name, 0) for name in ("output", "reasoning")) == 120
    assert sum(part.usage.get(name, 0) for name in ("cache_write", "cache_write_5m")) == 500
    bill = BOOK.price_record(found, at="2026-06-01")
    assert str(bill.total.normalize()) == "0.005013"
    assert ("cache_write" in part.usage) == ("cache_lifetime" in [note.code for note in bill.notes])


def test_the_lifetimes_of_writes_under_their_names() -> None:
    for value in (
        chat(
            prompt_tokens_details={
                "cached_read_tokens": 3_600,
                "cached_write_tokens": 500,
                "cached_write_token_details": {
                    "cached_write_tokens_5m": 400,
                    "cached_write_tokens_1h": 100,
                },
            }
        ),
        chat(
            cache_read_input_tokens=3_600,
            cache_creation_input_tokens=500,
            cache_creation={"ephemeral_5m_input_tokens": 400, "ephemeral_1h_input_tokens": 100},
        ),
        langfuse(
            input_cache_read=3_600,
            input_ephemeral_5m_input_tokens=400,
            input_ephemeral_1h_input_tokens=100,
        ),
        pydantic(cache_read_tokens=3_600, cache_write_tokens=500, cache_write_1h_tokens=100),
        span(
            P + "details.cache_read_tokens",
            P + "details.cache_write_tokens",
            **{P + "details.cache_write_1h_tokens": 100},
        ),
        open_inference(
            **{
                "output.value": json.dumps(
                    {
                        "usage": OWN
                        | {
                            "cache_creation": {
                                "ephemeral_5m_input_tokens": 400,
                                "ephemeral_1h_input_tokens": 100,
                            }
                        }
                    }
                )
            }
        ),
    ):
        found = one_record(value)
        assert (found.parts[0].usage["cache_write_5m"], found.parts[0].usage["cache_write_1h"]) == (
            400,
            100,
        )
        assert "cache_lifetime" not in [note.code for note in found.notes]


def test_an_answer_with_another_usage_than_its_span_is_refused() -> None:
    assert (
        one_rejected(
            open_inference(**{"output.value": json.dumps({"usage": OWN | {"input_tokens": 87}})})
        ).code
        == "bad_counts"
    )
    for silent in (
        "no JSON at all",
        '{"usage": {"cache_',
        json.dumps({"usage": {"cache_read_input_tokens": 5}}),
        json.dumps(["cache_"]),
    ):
        assert one_record(open_inference(**{"output.value": silent})).parts[0].usage == {
            "input": 4_186,
            "output": 120,
        }


def test_two_names_that_count_the_same_must_agree() -> None:
    assert (
        one_rejected(
            span(
                P + "input_tokens.cached",
                P + "cache_write.input_tokens",
                **{P + "cache_read.input_tokens": 3},
            )
        ).code
        == "bad_counts"
    )
    assert (
        one_rejected(pydantic(cache_read_tokens=3_600, details={"cache_read_input_tokens": 5})).code
        == "bad_counts"
    )
