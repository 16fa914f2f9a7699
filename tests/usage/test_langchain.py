"""Messages of LangChain and runs of LangSmith: the cache is inside the input, a message counts once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from pricelang.usage.records import Record, Rejected, Skipped

from .helpers import one_record, one_rejected, outcomes, records
from .tool_counts import COUNTS, changes, counted_once, is_named, meters, used

MODEL = "claude-sonnet-4-6"


def metadata(counts: dict[str, int], **more: int) -> dict[str, Any]:
    """LangChain's own counts, as langchain-anthropic works them out."""
    cache = counts["read"] + counts["short"] + counts["long"]
    total = counts["input"] + cache
    return {
        "input_tokens": total,
        "output_tokens": counts["output"],
        "total_tokens": total + counts["output"],
        "input_token_details": {
            "cache_read": counts["read"],
            "cache_creation": 0,
            "ephemeral_5m_input_tokens": counts["short"],
            "ephemeral_1h_input_tokens": counts["long"],
            **more,
        },
    }


COUNTED = metadata({"input": 12, "output": 300, "read": 8000, "short": 2000, "long": 0})
RAW = {
    "cache_creation": {"ephemeral_1h_input_tokens": 0, "ephemeral_5m_input_tokens": 2000},
    "cache_creation_input_tokens": 2000,
    "cache_read_input_tokens": 8000,
    "input_tokens": 12,
    "output_tokens": 300,
    "service_tier": "standard",
}
RIGHT = {"input": 12, "output": 300, "cache_write_5m": 2000, "cache_read": 8000}


def answer(usage: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "type": "ai",
        "content": "…",
        "additional_kwargs": {},
        "response_metadata": {"model_name": MODEL, "model_provider": "anthropic"},
        "id": "lc_run--1",
        "usage_metadata": COUNTED if usage is None else usage,
        **more,
    }


def constructor(message: dict[str, Any]) -> dict[str, Any]:
    kwargs = {key: value for key, value in message.items() if key != "type"}
    id = ["langchain", "schema", "messages", "AIMessage"]
    return {"lc": 1, "type": "constructor", "id": id, "kwargs": kwargs}


def run(outputs: object, **more: Any) -> dict[str, Any]:
    return {
        "id": "run-1",
        "run_type": "llm",
        "start_time": "2026-09-03T10:00:01",
        "outputs": outputs,
        **more,
    }


SHAPES = {
    "dump": answer(),
    "without its type": {k: v for k, v in answer().items() if k != "type"},
    "to dict": {"type": "ai", "data": answer()},
    "constructor": constructor(answer()),
    "with raw usage": answer(
        response_metadata={"id": "msg_1", "model": MODEL, "usage": RAW, "stop_reason": "end_turn"}
    ),
    "state": {"messages": [answer()]},
    "thread": {"values": {"messages": [constructor(answer())]}},
    "result": {"generations": [[{"message": answer(), "text": "…"}]], "llm_output": None},
    "chat result": {"generations": [{"message": answer()}], "llm_output": {"token_usage": {}}},
    "run": run({"generations": [[{"message": constructor(answer())}]]}),
    "wrapped": run({"model": MODEL, "role": "assistant", "usage_metadata": COUNTED}),
    "of metadata": run(
        {"output": {"content": "…"}},
        extra={"metadata": {"ls_model_name": MODEL, "usage_metadata": COUNTED}},
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_message_is_one_request_wherever_it_is_kept(name: str) -> None:
    found = one_record(SHAPES[name])
    assert found.format == "langchain"
    assert [(part.model, dict(part.usage)) for part in found.parts] == [(MODEL, RIGHT)]


@given(COUNTS)
def test_counts_come_out_as_they_went_in(counts: dict[str, int]) -> None:
    assert used(answer(metadata(counts))) == [meters(counts)]
    raw = {
        "input_tokens": counts["input"],
        "output_tokens": counts["output"],
        "cache_read_input_tokens": counts["read"],
        "cache_creation_input_tokens": counts["short"] + counts["long"],
        "cache_creation": {
            "ephemeral_5m_input_tokens": counts["short"],
            "ephemeral_1h_input_tokens": counts["long"],
        },
    }
    about = {"id": "msg_1", "model": MODEL, "usage": raw, "stop_reason": "end_turn"}
    assert used(answer(metadata(counts), response_metadata=about)) == [meters(counts)]


@pytest.mark.parametrize("name", SHAPES)
def test_a_copy_of_a_message_counts_once(name: str) -> None:
    value = SHAPES[name]
    assert counted_once(value)


def test_a_message_of_a_run_and_of_a_state_is_one() -> None:
    whole = [SHAPES["run"], SHAPES["state"], SHAPES["constructor"]]
    assert used(whole) == [RIGHT]


def test_of_a_trace_the_calls_of_models_count() -> None:
    tree = run({"messages": [answer(id="other")]}, run_type="chain", id="run-0")
    tree["child_runs"] = [SHAPES["run"], run({}, run_type="tool", id="run-2")]
    found = outcomes(tree)
    assert len(records(found)) == 1
    assert len([one for one in found if isinstance(one, Skipped)]) == 2


def test_the_start_of_a_run_may_be_in_milliseconds() -> None:
    value = {**SHAPES["run"], "start_time": 1785000000123}
    assert one_record(value).parts[0].at == "2026-07-25T17:20:00Z"


def test_further_answers_to_a_prompt_repeat_its_usage() -> None:
    both = {"generations": [[{"message": answer()}, {"message": answer(id="lc_run--2")}]]}
    assert used(both) == [RIGHT]
    apart = {"generations": [[{"message": answer()}], [{"message": answer(id="lc_run--2")}]]}
    assert used(apart) == [RIGHT, RIGHT]


def test_what_a_provider_says_besides_holds() -> None:
    tools = {**RAW, "server_tool_use": {"web_search_requests": 3}, "service_tier": "priority"}
    about = {"id": "msg_bdrk_1", "model": MODEL, "usage": tools, "stop_reason": "end_turn"}
    (part,) = one_record(answer(response_metadata=about)).parts
    assert part.usage["web_search"] == 3
    assert part.dimensions["service_tier"] == "priority"
    assert part.dimensions["platform"] == "bedrock"


def test_searches_are_counted_in_the_content_where_no_usage_has_them() -> None:
    blocks = [
        {"type": "server_tool_use", "name": "web_search"},
        {"type": "web_search_tool_result", "content": [{"type": "web_search_result"}]},
        {"type": "web_search_tool_result", "content": {"type": "web_search_tool_result_error"}},
    ]
    (part,) = one_record(answer(content=blocks)).parts
    assert (part.usage["web_search"], part.kind) == (1, "sum")


def test_counts_that_are_of_two_responses_are_refused() -> None:
    about = {"id": "msg_1", "model": MODEL, "usage": {**RAW, "output_tokens": 9}}
    assert one_rejected(answer(response_metadata=about)).code == "bad_counts"


def test_an_input_without_the_cache_is_known_by_its_total_or_refused() -> None:
    details = {"cache_read": 8000}
    beside = {
        "input_tokens": 12,
        "output_tokens": 300,
        "total_tokens": 8312,
        "input_token_details": details,
    }
    assert used(answer(beside)) == [{"input": 12, "output": 300, "cache_read": 8000}]
    bare = beside | {"total_tokens": 312}
    assert one_rejected(answer(bare)).code == "bad_counts"


def test_the_tier_of_openai_stands_in_front_of_its_counts() -> None:
    usage = {
        "input_tokens": 100,
        "output_tokens": 5,
        "total_tokens": 105,
        "input_token_details": {"priority": 60, "priority_cache_read": 40},
        "output_token_details": {"priority": 5},
    }
    (part,) = one_record(answer(usage)).parts
    assert dict(part.usage) == {"input": 60, "output": 5, "cache_read": 40}
    assert part.dimensions["service_tier"] == "priority"


def test_what_no_model_wrote_is_skipped() -> None:
    others: list[Any] = [
        {"type": kind, "content": "…", "additional_kwargs": {}, "response_metadata": {}}
        for kind in ("human", "system", "tool")
    ]
    silent = answer({})
    found = outcomes([*others, {**silent, "usage_metadata": None}])
    assert all(isinstance(one, Skipped) for one in found)


@pytest.mark.parametrize("details", ["input_token_details", "output_token_details"])
def test_a_counter_that_is_not_known_is_refused(details: str) -> None:
    value = answer({**COUNTED, details: {"dream": 3}})
    assert one_rejected(value).code == "unknown_counter"


@pytest.mark.parametrize("name", SHAPES)
def test_harm_is_read_or_refused_by_name(name: str) -> None:
    for value in changes(SHAPES[name]):
        assert is_named(outcomes(value, "langchain")), value


def test_one_bad_message_hides_no_other() -> None:
    bad = answer({"input_tokens": -1, "output_tokens": 1}, id="lc_run--9")
    found = outcomes({"messages": [bad, answer()]})
    assert [type(one) for one in found] == [Rejected, Record]


def test_the_javascript_sdk_of_langsmith_has_a_name_of_its_own_for_an_hour() -> None:
    message = {
        "type": "ai",
        "content": "…",
        "usage_metadata": {
            "input_tokens": 10_012,
            "output_tokens": 300,
            "total_tokens": 10_312,
            "input_token_details": {"cache_read": 8_000, "ephemeral_1hr_input_tokens": 2_000},
        },
    }
    (part,) = one_record(message).parts
    assert (part.usage["input"], part.usage["cache_write_1h"]) == (12, 2_000)


def test_the_token_usage_of_javascript_counts() -> None:
    usage = {"promptTokens": 10, "completionTokens": 4, "totalTokens": 14}
    message = {"type": "ai", "content": "…", "response_metadata": {"tokenUsage": usage}}
    assert one_record(message).parts[0].usage == {"input": 10, "output": 4}
    message["response_metadata"] = {"tokenUsage": {**usage, "totalTokens": 99}}
    assert one_rejected(message).code == "bad_total"
