"""Sellers with prices of their own, named as the provider of a call: a warning in every format."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pricelang.usage.platform_names import SELLERS, seller_of

from .helpers import one_record

MODEL = "claude-sonnet-4-6"
TOKENS = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}


def calls(provider: str) -> dict[str, dict[str, Any]]:
    """A call through a provider as each format that names one writes it."""
    return {
        "litellm": {
            "call_type": "acompletion",
            "spend": 0,
            "model": MODEL,
            "custom_llm_provider": provider,
            "metadata": {"usage_object": TOKENS},
        },
        "litellm-daily": {
            "date": "2026-09-01",
            "model": MODEL,
            "custom_llm_provider": provider,
            "prompt_tokens": 10,
            "completion_tokens": 5,
            "cache_read_input_tokens": 0,
            "cache_creation_input_tokens": 0,
            "spend": 0,
            "api_requests": 1,
        },
        "posthog": {
            "event": "$ai_generation",
            "distinct_id": "d",
            "properties": {
                "$ai_provider": provider,
                "$ai_model": MODEL,
                "$ai_input_tokens": 10,
                "$ai_output_tokens": 5,
            },
        },
        "otel": {
            "name": "chat",
            "context": {},
            "attributes": {
                "gen_ai.provider.name": provider,
                "gen_ai.request.model": MODEL,
                "gen_ai.usage.input_tokens": 10,
                "gen_ai.usage.output_tokens": 5,
            },
        },
        "opencode": {
            "sessionID": "s",
            "role": "assistant",
            "providerID": provider,
            "modelID": MODEL,
            "tokens": {"input": 10, "output": 5},
        },
        "pi": {
            "type": "message",
            "message": {
                "role": "assistant",
                "provider": provider,
                "model": MODEL,
                "usage": {"input": 10, "output": 5, "cacheRead": 0, "cacheWrite": 0},
            },
        },
        "cline": {
            "ts": 1_779_264_000_000,
            "type": "say",
            "say": "api_req_started",
            "text": json.dumps({"tokensIn": 10, "tokensOut": 5}),
            "modelInfo": {"providerId": provider, "modelId": MODEL},
        },
        "langchain": {
            "type": "ai",
            "content": "…",
            "response_metadata": {"model_provider": provider, "model_name": MODEL},
            "usage_metadata": {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15},
        },
        "pydantic-ai": {
            "provider_name": provider,
            "model_name": MODEL,
            "usage": {"input_tokens": 10, "output_tokens": 5, "cache_read_tokens": 0},
        },
    }


@pytest.mark.parametrize("format", calls("x"))
def test_a_seller_is_a_warning_in_every_format_that_names_providers(format: str) -> None:
    for provider in (*SELLERS, "Databricks", "github"):
        assert seller_of(provider)
        found = one_record(calls(provider)[format])
        assert found.format == format
        assert "provider" in [note.code for note in found.notes], provider
    plain = one_record(calls("anthropic")[format])
    assert "provider" not in [note.code for note in plain.notes]
