"""OpenRouter's generations: the native counts, the cache inside the prompt, writes not counted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from .helpers import one_record, one_rejected, outcomes
from .tool_counts import COUNTS, changes, counted_once, is_named, used


def generation(**more: Any) -> dict[str, Any]:
    return {
        "data": {
            "id": "gen-1",
            "model": "anthropic/claude-sonnet-4.5",
            "provider_name": "Anthropic",
            "created_at": "2026-06-29T10:19:41.7+00:00",
            "tokens_prompt": 9,
            "tokens_completion": 9,
            "native_tokens_prompt": 100,
            "native_tokens_completion": 20,
            "native_tokens_reasoning": 5,
            "native_tokens_cached": 60,
            "num_search_results": None,
            "cache_discount": 0.01,
            "is_byok": False,
            **more,
        }
    }


def codes(value: object) -> list[str]:
    return [note.code for note in one_record(value).notes]


@given(COUNTS)
def test_counts_come_out_as_they_went_in(counts: dict[str, int]) -> None:
    value = generation(
        native_tokens_prompt=counts["input"] + counts["read"],
        native_tokens_completion=counts["output"],
        native_tokens_reasoning=None,
        native_tokens_cached=counts["read"],
    )
    read = {"cache_read": counts["read"]} if counts["read"] else {}
    right = {"input": counts["input"], "output": counts["output"], **read}
    assert used(value) == used(value["data"]) == [right]
    assert counted_once(value)


def test_writes_that_are_not_counted_are_a_doubt_where_there_may_be_some() -> None:
    assert codes(generation()) == ["cache_unknown"]
    assert codes(generation(native_tokens_cached=0, cache_discount=-0.01)) == ["cache_unknown"]
    assert codes(generation(native_tokens_cached=0, cache_discount=None)) == []


def test_a_generation_from_another_is_free_and_a_cancelled_one_in_doubt() -> None:
    assert one_record(generation(response_cache_source_id="gen-0")).parts == ()
    assert "unfinished" in codes(generation(cancelled=True))


def test_the_provider_bills_a_key_of_ones_own() -> None:
    own = generation(is_byok=True, provider_name="Amazon Bedrock")
    assert one_record(own).parts[0].dimensions == {"platform": "bedrock"}
    assert one_record(generation(provider_name="Amazon Bedrock")).parts[0].dimensions == {}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"native_tokens_prompt": None}, "missing_key"),
        ({"native_tokens_completion": None}, "missing_key"),
        ({"native_tokens_prompt": 59}, "bad_counts"),
        ({"native_tokens_prompt": -1}, "negative_count"),
        ({"native_tokens_prompt": 1.5}, "fractional_count"),
        ({"native_tokens_cached": "sixty"}, "wrong_type"),
        ({"num_search_results": 5}, "unknown_counter"),
        ({"num_fetches": 1}, "unknown_counter"),
        ({"native_tokens_dream": 1}, "unknown_counter"),
        # Vercel's gateway answers in the same form, and counts otherwise
        ({"id": "gen_1"}, "bad_counts"),
        ({"native_tokens_cache_creation": 3}, "unknown_counter"),
    ],
)
def test_what_cannot_be_priced_is_refused(more: dict[str, Any], code: str) -> None:
    assert one_rejected(generation(**more)).code == code


def test_harm_is_read_or_refused_by_name() -> None:
    for value in changes(generation()):
        assert is_named(outcomes(value, "openrouter")), value
