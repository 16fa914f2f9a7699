"""Whether the cache is inside the input: a total settles it in every format that states one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pricelang
from pricelang.usage.counters import Counters
from pricelang.usage.inclusive import StatedTotal, disjoint
from pricelang.usage.records import UsageError

from .helpers import message, one_record, one_rejected
from .test_other_formats import LOG, SESSION

BOOK = pricelang.load()
MODEL, AT = "claude-sonnet-4-6", "2026-06-01T00:00:00Z"
WITHIN, BESIDE = 9_400, 15_400


def openai(total: int) -> Any:
    return {
        "model": MODEL,
        "created": 1780272000,
        "usage": {
            "prompt_tokens": 9000,
            "completion_tokens": 400,
            "cache_read_input_tokens": 4000,
            "cache_creation_input_tokens": 2000,
            "total_tokens": total,
        },
    }


def responses(total: int) -> Any:
    return {
        "model": MODEL,
        "created_at": AT,
        "usage": {
            "input_tokens": 9000,
            "output_tokens": 400,
            "input_tokens_details": {"cached_tokens": 4000, "cache_write_tokens": 2000},
            "total_tokens": total,
        },
    }


def unnamed(total: int) -> Any:
    return {
        "model": MODEL,
        "created_at": AT,
        "usage": {
            "input_tokens": 9000,
            "output_tokens": 400,
            "cache_read_input_tokens": 4000,
            "cache_creation_input_tokens": 2000,
            "total_tokens": total,
        },
    }


def messages(total: int) -> Any:
    return message(
        {
            "input_tokens": 9000,
            "output_tokens": 400,
            "cache_read_input_tokens": 4000,
            "cache_creation_input_tokens": 2000,
            "total_tokens": total,
        },
        model=MODEL,
    )


def litellm(total: int) -> Any:
    return LOG | {
        "model": MODEL,
        "startTime": AT,
        "metadata": {"usage_object": openai(total)["usage"]},
    }


def langfuse(total: int) -> Any:
    return {
        "model": MODEL,
        "startTime": AT,
        "usageDetails": {
            "input": 9000,
            "output": 400,
            "input_cache_read": 4000,
            "input_cache_creation": 2000,
            "total": total,
        },
    }


def pydantic(total: int) -> Any:
    return {
        "model_name": MODEL,
        "timestamp": AT,
        "usage": {
            "input_tokens": 9000,
            "output_tokens": 400,
            "cache_read_tokens": 4000,
            "cache_write_tokens": 2000,
            "total_tokens": total,
        },
    }


def converse(total: int) -> Any:
    return {
        "modelId": "global.anthropic.claude-sonnet-4-6",
        "timestamp": AT,
        "usage": {
            "inputTokens": 9000,
            "outputTokens": 400,
            "cacheReadInputTokens": 4000,
            "cacheWriteInputTokens": 2000,
            "totalTokens": total,
        },
    }


def session(total: int) -> Any:
    usage = {
        "input_tokens": 9000,
        "output_tokens": 400,
        "cache_read_input_tokens": 4000,
        "cache_creation": {"ephemeral_5m_input_tokens": 2000},
        "total_tokens": total,
    }
    return SESSION | {"agent": {"model": {"id": MODEL}}, "usage": usage}


def ai_sdk(total: int) -> Any:
    return {
        "response": {"modelId": MODEL, "timestamp": AT},
        "usage": {
            "inputTokens": 9000,
            "outputTokens": 400,
            "inputTokenDetails": {"cacheReadTokens": 4000, "cacheWriteTokens": 2000},
            "totalTokens": total,
        },
    }


def gen_ai(total: int) -> Any:
    given = {
        "input_tokens": 9000,
        "output_tokens": 400,
        "cache_read.input_tokens": 4000,
        "cache_creation.input_tokens": 2000,
        "total_tokens": total,
    }
    return {
        "name": "chat",
        "start_time": AT,
        "attributes": {"gen_ai.response.model": MODEL}
        | {f"gen_ai.usage.{key}": count for key, count in given.items()},
    }


def traceloop(total: int) -> Any:
    given = {
        "input_tokens": 9000,
        "output_tokens": 400,
        "cache_read_input_tokens": 4000,
        "cache_creation_input_tokens": 2000,
    }
    return {
        "name": "chat",
        "start_time": AT,
        "attributes": {"gen_ai.response.model": MODEL, "llm.usage.total_tokens": total}
        | {f"gen_ai.usage.{key}": count for key, count in given.items()},
    }


def open_inference(total: int) -> Any:
    given = {
        "prompt": 9000,
        "completion": 400,
        "prompt_details.cache_read": 4000,
        "prompt_details.cache_write": 2000,
        "total": total,
    }
    return {
        "name": "chat",
        "start_time": AT,
        "attributes": {"llm.model_name": MODEL}
        | {f"llm.token_count.{key}": count for key, count in given.items()},
    }


ALL = [
    openai,
    responses,
    unnamed,
    messages,
    litellm,
    langfuse,
    pydantic,
    converse,
    session,
    ai_sdk,
    gen_ai,
    traceloop,
    open_inference,
]


@pytest.mark.parametrize("make", ALL, ids=lambda make: str(make.__name__))
def test_a_total_decides(make: Any) -> None:
    beside, within = one_record(make(BESIDE)), one_record(make(WITHIN))
    assert (
        str(BOOK.price_record(beside, at=AT).total),
        str(BOOK.price_record(within, at=AT).total),
    ) in (("0.0417", "0.0237"), ("0.04170", "0.02370"))
    fault = one_rejected(make(12_000))
    assert fault.code == "bad_total"
    assert "is 12,000" in fault.message
    assert (
        "9,400 with the cache inside the input, and 15,400 with the cache beside it"
        in fault.message
    )
    if make is unnamed:
        assert one_rejected(make(0)).code == "unknown_record"
    else:
        assert one_record(make(0)).parts in (beside.parts, within.parts)


@pytest.mark.parametrize("make", ALL, ids=lambda make: str(make.__name__))
def test_a_total_of_what_is_not_told_refuses_a_record_without_a_cache(make: Any) -> None:
    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: bare(inner)
                for key, inner in value.items()
                if "cache" not in key and key != "inputTokenDetails"
            }
        return value

    assert one_record(bare(make(WITHIN))).parts[0].usage["input"] == 9000
    assert one_rejected(bare(make(BESIDE))).code == "bad_total"


def test_totals_that_leave_the_cache_out_settle_nothing() -> None:
    helicone = {
        "provider": "ANTHROPIC",
        "response_model": MODEL,
        "prompt_tokens": 9000,
        "completion_tokens": 400,
        "prompt_cache_read_tokens": 4000,
        "prompt_cache_write_tokens": 2000,
    }
    for total in (WITHIN, BESIDE):
        assert one_record(helicone | {"total_tokens": total}).parts[0].usage["input"] == 9000
    assert one_rejected(helicone | {"total_tokens": 12_000}).code == "bad_total"


def test_an_observation_whose_input_may_hold_the_cache_is_in_doubt() -> None:
    # The total is the sum that Langfuse itself writes, and settles nothing.
    found = one_record(
        {
            "model": MODEL,
            "usageDetails": {
                "input": 130_213,
                "output": 400,
                "input_cache_read": 128_955,
                "input_cache_creation": 1_253,
                "total": 260_821,
            },
        }
    )
    assert [note.code for note in found.notes] == ["cache_unknown"]
    plain = one_record(
        {
            "model": MODEL,
            "usageDetails": {
                "input": 5,
                "output": 400,
                "input_cache_read": 128_955,
                "total": 129_360,
            },
        }
    )
    assert plain.notes == ()


def test_reasoning_of_langfuse_is_where_the_total_says() -> None:
    usage = {"input": 10, "output": 20, "output_reasoning": 7}
    for total, output in ((30, 13), (37, 20)):
        value = {"model": MODEL, "usageDetails": usage | {"total": total}}
        right = {"input": 10, "output": output, "reasoning": 7}
        assert dict(one_record(value).parts[0].usage) == right
    assert one_rejected({"model": MODEL, "usageDetails": usage}).code == "bad_counts"
    assert one_rejected({"model": MODEL, "usageDetails": usage | {"total": 40}}).code == "bad_total"


counts = st.integers(0, 10**6)


def settled(told: Counters, inside: bool, total: int) -> Counters | str:
    try:
        return disjoint(told, "input", inside=inside, total=StatedTotal("total", total))
    except UsageError as error:
        return error.code


@given(counts, counts, counts, counts, st.booleans(), st.sampled_from([0, 1, -1]), st.booleans())
def test_a_total_is_met_or_refused(
    input: int, output: int, read: int, written: int, inside: bool, off: int, within: bool
) -> None:
    told = Counters(input, output, read, written, 0, False)
    cache = read + written
    total = max(input + output + (0 if within else cache) + off, 0)
    found = settled(told, inside, total)
    if total == input + output + cache and cache:
        assert found == told
    elif total == input + output:
        assert found == (
            "bad_counts"
            if cache > input
            else Counters(input - cache, output, read, written, 0, False)
        )
    else:
        assert found == "bad_total"
