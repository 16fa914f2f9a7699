"""Usage that is told again above the requests that it adds up: observations and spans of agents."""

from __future__ import annotations

import json
from itertools import permutations
from typing import Any

import pytest

from pricelang.usage.records import Rejected, Skipped

from .helpers import outcomes, records
from .tool_counts import used


def observation(id: str, parent: str | None, kind: str, input: int, output: int) -> dict[str, Any]:
    usage = {"input": input, "output": output} if input or output else {}
    return {
        "id": id,
        "traceId": "t-1",
        "type": kind,
        "model": "claude-opus-5",
        "parentObservationId": parent,
        "usageDetails": usage,
    }


def run_of(kind: str) -> list[dict[str, Any]]:
    """A trace whose root adds up two requests, one of them under a span."""
    return [
        observation("a", None, kind, 30, 9),
        observation("s", "a", "SPAN", 0, 0),
        observation("g", "s", "GENERATION", 10, 4),
        observation("h", "a", "GENERATION", 20, 5),
    ]


RIGHT = [{"input": 10, "output": 4}, {"input": 20, "output": 5}]


def trace(observations: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": "t-1", "timestamp": "2026-09-01", "observations": observations}


@pytest.mark.parametrize("kind", ["AGENT", "CHAIN", "GENERATION"])
def test_a_sum_above_its_requests_is_skipped_in_whatever_order_a_trace_has(kind: str) -> None:
    for order in permutations(run_of(kind)):
        found = outcomes(trace(list(order)))
        assert sorted(used(trace(list(order))), key=str) == RIGHT
        (whole,) = (one for one in found if one.place.id == "a")
        assert isinstance(whole, Skipped)
        assert whole.reason == "a sum of the observations under it, which count"


def test_in_lines_no_request_counts_twice_in_silence() -> None:
    for order in permutations(run_of("AGENT")):
        found = outcomes("\n".join(map(json.dumps, order)))
        counted = [part.usage["input"] for one in records(found) for part in one.parts]
        refused = [one.code for one in found if isinstance(one, Rejected)]
        assert refused or sorted(map(str, counted)) == ["10", "20"]
        assert set(refused) <= {"counted_twice"}


def test_children_first_or_the_sum_first_is_the_same_total() -> None:
    agent, span, first, second = run_of("AGENT")
    for order in ([first, second, span, agent], [second, first, span, agent]):
        assert sorted(used("\n".join(map(json.dumps, order))), key=str) == RIGHT
    found = outcomes("\n".join(map(json.dumps, [agent, span, first, second])))
    assert [type(one).__name__ for one in found] == ["Record", "Skipped", "Rejected", "Rejected"]
    assert {one.code for one in found if isinstance(one, Rejected)} == {"counted_twice"}


def test_an_agent_alone_and_requests_inside_a_request_count() -> None:
    assert used(trace([observation("a", None, "AGENT", 30, 9)])) == [{"input": 30, "output": 9}]
    inner = [
        observation("g", None, "GENERATION", 100, 9),
        observation("h", "g", "GENERATION", 20, 5),
    ]
    assert used(trace(inner)) == [{"input": 100, "output": 9}, {"input": 20, "output": 5}]


def test_observations_in_a_circle_are_read() -> None:
    circle = [
        observation("a", "b", "GENERATION", 1, 1),
        observation("b", "a", "GENERATION", 2, 2),
        observation("c", "c", "GENERATION", 3, 3),
    ]
    assert len(used(trace(circle))) == 3


def span(**attributes: Any) -> dict[str, Any]:
    return {"name": "…", "context": {"trace_id": "0x1", "span_id": "0x2"}, "attributes": attributes}


LANGFUSE, MLFLOW = "langfuse.observation.usage_details", "mlflow.chat.tokenUsage"


def test_usage_as_json_in_an_attribute_counts() -> None:
    details = {"input": 4, "output": 2, "input_cached_tokens": 90, "total": 96}
    told = span(
        **{LANGFUSE: json.dumps(details), "langfuse.observation.model.name": "claude-opus-5"}
    )
    assert used(told) == [{"input": 4, "output": 2, "cache_read": 90}]
    plain = {"input_tokens": 4, "output_tokens": 2, "total_tokens": 6}
    assert used(span(**{MLFLOW: json.dumps(plain)})) == [{"input": 4, "output": 2}]
    beside = {**plain, "cache_read_input_tokens": 90, "total_tokens": 96}
    assert used(span(**{MLFLOW: json.dumps(beside)})) == [
        {"input": 4, "output": 2, "cache_read": 90}
    ]


@pytest.mark.parametrize(
    ("usage", "code"),
    [
        ({"input_tokens": 100, "output_tokens": 2, "cache_read_input_tokens": 90}, "bad_counts"),
        ({"input_tokens": 100}, "missing_key"),
        ({"input_tokens": -1, "output_tokens": 2}, "negative_count"),
        ({"input_tokens": 1, "output_tokens": 2, "total_tokens": 9}, "bad_total"),
    ],
)
def test_usage_as_json_that_tells_too_little_is_refused(usage: dict[str, int], code: str) -> None:
    (found,) = outcomes(span(**{MLFLOW: json.dumps(usage)}))
    assert isinstance(found, Rejected)
    assert found.code == code


@pytest.mark.parametrize(
    "attributes",
    [
        {"langfuse.observation.type": "agent", LANGFUSE: '{"input": 4, "output": 2}'},
        {"mlflow.spanType": '"AGENT"', MLFLOW: '{"input_tokens": 4, "output_tokens": 2}'},
        {"gen_ai.agent.name": "a", "gen_ai.usage.input_tokens": 4, "gen_ai.usage.output_tokens": 2},
        {"gen_ai.aggregated_usage.input_tokens": 4},
    ],
)
def test_spans_of_agents_add_up_others(attributes: dict[str, Any]) -> None:
    (found,) = outcomes(span(**attributes))
    assert isinstance(found, Skipped)


def test_an_agent_that_names_its_model_is_a_request() -> None:
    told = {"gen_ai.usage.input_tokens": 4, "gen_ai.usage.output_tokens": 2}
    assert used(span(**told, **{"gen_ai.agent.name": "a", "gen_ai.request.model": "claude-opus-5"}))


def test_attributes_of_a_family_may_stand_inside_each_other() -> None:
    """As Phoenix keeps them."""
    counts = {"prompt": 10, "completion": 4, "prompt_details": {"cache_read": 7}}
    nested = {
        "openinference": {"span": {"kind": "LLM"}},
        "llm": {"model_name": "claude-opus-5", "token_count": counts},
    }
    assert used(span(**nested)) == [{"input": 3, "output": 4, "cache_read": 7}]
    nested["openinference"] = {"span": {"kind": "CHAIN"}}
    assert used(span(**nested)) == []


def test_the_older_names_of_traceloop_count_alone() -> None:
    told = {"llm.usage.prompt_tokens": 10, "llm.usage.completion_tokens": 4}
    assert used(span(**told)) == [{"input": 10, "output": 4}]


@pytest.mark.parametrize("key", ["our.usage.prompt_tokens", "agent.output_tokens", "inputTokens"])
def test_counters_of_spans_under_unknown_names_are_refused(key: str) -> None:
    (found,) = outcomes(span(**{key: 7}))
    assert isinstance(found, Rejected)
    assert found.code == "unknown_counter"
    for value in (0, "", "many", None):
        assert isinstance(outcomes(span(**{key: value}))[0], Skipped)


@pytest.mark.parametrize(
    "key", ["llm.request.max_input_tokens", "rate_limit.input_tokens.remaining", "token.type"]
)
def test_limits_are_no_counters(key: str) -> None:
    assert isinstance(outcomes(span(**{key: 7}))[0], Skipped)
