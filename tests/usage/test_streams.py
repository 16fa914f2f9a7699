"""Streams to messages: the last delta counts, nothing is added up, a cut stream is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricelang.model.notes import Note
from pricelang.usage.records import Rejected, Skipped

from .helpers import as_data, brief, message, one_record, one_rejected, outcomes, records


def stream(
    *deltas: dict[str, Any],
    blocks: list[dict[str, Any]] | None = None,
    stop: bool = True,
    **start: Any,
) -> list[dict[str, Any]]:
    """The events of a stream whose deltas have some usage."""
    events: list[dict[str, Any]] = [
        {
            "type": "message_start",
            "message": message({"output_tokens": 1}, content=[], stop_reason=None, **start),
        }
    ]
    for block in blocks or [{"type": "text", "text": ""}]:
        events += [
            {"type": "content_block_start", "content_block": block},
            {"type": "content_block_stop"},
        ]
    events += [
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage}
        for usage in deltas
    ]
    return [*events, {"type": "message_stop"}] if stop else events


def sse(events: list[dict[str, Any]]) -> str:
    """Events as they come from the server."""
    return "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)


def test_the_last_delta_counts_and_nothing_is_added_up() -> None:
    found = one_record(sse(stream({"output_tokens": 3}, {"output_tokens": 7, "input_tokens": 12})))
    assert brief(found.parts) == [("claude-opus-5", {"input": 12, "output": 7})]
    assert (found.format, found.place.line, found.place.id) == ("sse", 2, "msg_1")


def test_the_events_one_a_line_are_the_same_record() -> None:
    events = stream({"output_tokens": 7})
    lines, array = "\n".join(map(json.dumps, events)), json.dumps(events)
    assert (
        brief(one_record(lines).parts)
        == brief(one_record(array).parts)
        == brief(one_record(sse(events)).parts)
    )


PROMPT = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
COUNT = st.integers(0, 10**6)


@given(st.tuples(COUNT, COUNT, COUNT), st.tuples(COUNT, COUNT, COUNT) | st.just((0, 0, 0)))
def test_a_delta_whose_prompt_is_all_zero_says_nothing_of_it(
    first: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    """Gateways fill in zeros, and a cumulative count never falls to nothing."""
    events = stream({**dict(zip(PROMPT, last, strict=True)), "output_tokens": 7})
    events[0]["message"]["usage"] = {**dict(zip(PROMPT, first, strict=True)), "output_tokens": 1}
    right = last if any(last) else first
    (part,) = one_record(sse(events)).parts
    told = [part.usage.get(meter, 0) for meter in ("input", "cache_read", "cache_write_5m")]
    assert (tuple(told), part.usage["output"]) == (right, 7)


def test_the_start_gives_tier_geography_and_split() -> None:
    events = stream({"output_tokens": 7, "cache_creation_input_tokens": 30})
    events[0]["message"]["usage"] |= {
        "service_tier": "priority",
        "inference_geo": "us",
        "cache_creation_input_tokens": 30,
        "cache_creation": {"ephemeral_1h_input_tokens": 30},
    }
    (part,) = one_record(sse(events)).parts
    assert part.dimensions == {"service_tier": "priority", "inference_geo": "us"}
    assert part.usage == {"input": 10, "output": 7, "cache_write_1h": 30}


def test_after_a_fallback_the_model_is_the_one_that_served() -> None:
    block = {
        "type": "fallback",
        "from": {"model": "claude-opus-5"},
        "to": {"model": "claude-sonnet-5"},
    }
    assert (
        one_record(sse(stream({"output_tokens": 7}, blocks=[block]))).parts[0].model
        == "claude-sonnet-5"
    )


def test_a_stream_without_its_last_counts_is_refused_and_one_without_its_end_is_noted() -> None:
    assert one_rejected(sse(stream(stop=False))).code == "cut_stream"
    (note,) = one_record(sse(stream({"output_tokens": 7}, stop=False))).notes
    assert note == Note(
        "unfinished", "the stream has no `message_stop`: its last counts are priced"
    )


def test_a_refusal_before_output_is_told_from_one_in_the_middle() -> None:
    for delta, expected in (
        ([], {"outcome": "refused_before_output"}),
        ([{"type": "content_block_delta"}], {}),
    ):
        events = stream({"output_tokens": 0})
        events[2:2] = delta
        events[-2]["delta"]["stop_reason"] = "refusal"
        assert one_record(sse(events)).parts[0].dimensions == expected


def test_content_that_is_cut_short_hides_no_count_and_a_broken_count_is_refused() -> None:
    text = sse(stream({"output_tokens": 7}))
    broken = text.replace(
        '"content_block": {"type": "text", "text": ""}', '"content_block": {"type": "text", ...'
    )
    assert brief(one_record(broken).parts) == brief(one_record(text).parts)
    cut = text.replace('"usage": {"output_tokens": 7}', '"usage": {"output_to')
    assert [getattr(one, "code", "ok") for one in outcomes(cut)] == ["bad_json", "cut_stream"]


@given(st.lists(st.integers(1, 50), min_size=1, max_size=5), st.integers(1, 4))
def test_streams_behind_each_other_cost_what_each_costs(counts: list[int], repeats: int) -> None:
    each = [
        sse(stream(*([{"output_tokens": count}] * repeats), id=f"msg_{n}"))
        for n, count in enumerate(counts)
    ]
    found = [as_data(one) | {"place": None} for one in outcomes("".join(each))]
    assert found == [as_data(one_record(text)) | {"place": None} for text in each]
    assert [one.parts[0].usage["output"] for one in records(outcomes("".join(each)))] == counts


@pytest.mark.parametrize(
    "event",
    [
        {"type": "message_delta", "usage": 5},
        {"type": "message_delta", "usage": {"output_tokens": "x"}},
        {"type": "message_delta", "usage": {"output_tokens": -1}},
    ],
)
def test_a_hostile_delta_is_a_named_error(event: dict[str, Any]) -> None:
    events = stream(stop=False)
    assert one_rejected(sse([*events, event])).code in ("wrong_type", "negative_count")


def responses(*kinds: str, **usage: int) -> list[dict[str, Any]]:
    """The events of a stream of the Responses API, the last of them with its usage."""
    response = {"id": "resp_1", "object": "response", "model": "claude-opus-5", "usage": None}
    final = {**response, "usage": {"total_tokens": sum(usage.values()), **usage}}
    return [
        {"type": f"response.{kind}", "response": final if kind == kinds[-1] else response}
        for kind in kinds
    ]


@pytest.mark.parametrize("last", ["completed", "incomplete", "failed"])
def test_of_a_stream_of_responses_the_last_event_counts(last: str) -> None:
    begun, *rest = responses("created", "in_progress", last, input_tokens=9, output_tokens=4)
    found = outcomes(sse([begun, {"type": "response.output_text.delta", "delta": "x"}, *rest]))
    assert [type(one).__name__ for one in found] == ["Skipped", "Skipped", "Skipped", "Record"]
    assert brief(records(found)[0].parts) == [("claude-opus-5", {"input": 9, "output": 4})]


def test_a_stream_of_responses_that_was_cut_is_refused() -> None:
    *cut, _ = responses("created", "in_progress", "completed", input_tokens=9, output_tokens=4)
    assert [one.code for one in outcomes(sse(cut)) if isinstance(one, Rejected)] == ["no_counts"]


def test_a_ping_before_a_stream_is_skipped() -> None:
    first, *rest = outcomes(sse([{"type": "ping"}, *stream({"output_tokens": 7})]))
    assert isinstance(first, Skipped)
    assert [one.parts[0].usage for one in records(rest)] == [{"input": 10, "output": 7}]
