"""One response counts once, by its id, in every format and across the files of a run;
what has no final count says so.
"""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricelang.usage.reading import read, read_paths
from pricelang.usage.records import Outcome, Rejected, Skipped

from .helpers import brief, message, outcomes, records, skipped
from .test_streams import stream

USAGE = {"input_tokens": 10, "output_tokens": 5}
TOLD: dict[str, Any] = {
    "messages": message(),
    "batch": {"custom_id": "mine", "result": {"type": "succeeded", "message": message()}},
    "clouds": {"request": {"url": "https://api.anthropic.com/v1/messages"}, "response": message()},
    "bedrock": {"modelId": "us.anthropic.claude-opus-5", "body": message()},
    "sse": {"type": "message_start", "message": message({"output_tokens": 1})},
    "claude-code": {"type": "assistant", "requestId": "req_1", "message": message()},
    "otel": {
        "name": "chat",
        "context": {"trace_id": "0xa", "span_id": "0xb"},
        "attributes": {
            "gen_ai.usage.input_tokens": 10,
            "gen_ai.usage.output_tokens": 5,
            "gen_ai.response.id": "msg_1",
            "gen_ai.request.model": "claude-opus-5",
        },
    },
    "litellm": {
        "id": "msg_1",
        "call_type": "completion",
        "response_cost": 1,
        "model": "claude-opus-5",
        "metadata": {"usage_object": {"prompt_tokens": 10, "completion_tokens": 5}},
    },
    "openai": {
        "id": "msg_1",
        "model": "claude-opus-5",
        "usage": {"prompt_tokens": 10, "completion_tokens": 5},
    },
}


def lines(*values: Any) -> str:
    return "\n".join(map(json.dumps, values))


def told(name: str) -> list[Any]:
    return stream({"output_tokens": 5}) if name == "sse" else [TOLD[name]]


def spent(found: list[Outcome]) -> list[dict[str, object]]:
    return [usage for record in records(found) for _, usage in brief(record.parts)]


@pytest.mark.parametrize("first", TOLD)
@pytest.mark.parametrize("second", TOLD)
def test_a_response_that_two_formats_tell_counts_once(first: str, second: str) -> None:
    found = outcomes(lines(*told(first), *told(second)))
    assert spent(found) == [{"input": 10, "output": 5}], (first, second)
    assert len(skipped(found)) == 1


@pytest.mark.parametrize("name", TOLD)
def test_it_counts_once_across_files(name: str, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.jsonl" for number in range(3)]
    for path in paths:
        path.write_text(lines(*told(name)), encoding="utf-8")
    found = list(read_paths(list(map(str, paths))))
    assert spent(found) == [{"input": 10, "output": 5}]
    assert [one.reason for one in skipped(found)] or name == "otel"
    assert len(skipped(found)) == 2


def test_another_count_of_the_same_response_is_refused() -> None:
    (first, second) = outcomes(lines(message(), message({"output_tokens": 6})))
    assert spent([first]) == [{"input": 10, "output": 5}]
    assert isinstance(second, Rejected)
    assert (second.code, second.message) == (
        "changed_response",
        "this response also stands with other counts at line 1",
    )


@pytest.mark.parametrize(
    "label",
    [
        {"id": "mine", "model": "m", "usage": {"input": 1}},
        {"id": "mine", "model": "claude-opus-5", "usage": USAGE},
        {"model": "claude-opus-5", "usage": USAGE},
        {"type": "message", "model": "claude-opus-5", "usage": USAGE, "id": None},
        {
            "custom_id": "mine",
            "result": {"type": "succeeded", "message": {"model": "claude-opus-5", "usage": USAGE}},
        },
        {
            "id": "mine",
            "model": "claude-opus-5",
            "usage": {"prompt_tokens": 1, "completion_tokens": 2},
        },
    ],
)
def test_a_label_of_the_caller_names_no_response(label: dict[str, Any]) -> None:
    assert len(records(outcomes(lines(label, label)))) == 2


@pytest.mark.parametrize(
    ("value", "other"),
    [
        ({"requestId": "r"}, {"requestId": "s"}),
        ({"ResponseMetadata": {"RequestId": "r"}}, {"ResponseMetadata": {"RequestId": "s"}}),
        ({"$metadata": {"requestId": "r"}}, {"$metadata": {"requestId": "s"}}),
    ],
)
def test_a_call_of_bedrock_is_known_by_its_request(
    value: dict[str, Any], other: dict[str, Any]
) -> None:
    usage = {
        "modelId": "us.anthropic.claude-opus-5",
        "usage": {"inputTokens": 1, "outputTokens": 2},
    }
    assert len(records(outcomes(lines(usage | value, usage | value, usage | other)))) == 2


def test_a_cache_hit_of_a_gateway_takes_no_response_away() -> None:
    hit = TOLD["litellm"] | {"cache_hit": True}
    assert spent(outcomes(lines(hit, TOLD["litellm"], hit))) == [{"input": 10, "output": 5}]


# ---- without a final count -----------------------------------------------------------------------


def codes(found: list[Outcome]) -> list[str]:
    return [note.code for record in records(found) for note in record.notes]


def partial(output: int) -> dict[str, Any]:
    return message({"output_tokens": output}, stop_reason=None)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_copy_without_a_final_count_never_counts_beside_one_that_has_it(
    order: tuple[int, ...],
) -> None:
    copies = [partial(1), partial(3), message()]
    found = outcomes(lines(*(copies[number] for number in order)))
    assert spent(found) == [{"input": 10, "output": 5}]
    assert not codes(found)
    assert len(skipped(found)) == 2


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_of_several_without_one_the_largest_counts_and_says_so(counts: list[int]) -> None:
    found = outcomes(lines(*map(partial, counts), message(id="msg_2")))
    assert spent(found) == [{"input": 10, "output": max(counts)}, {"input": 10, "output": 5}]
    assert codes(found) == ["unfinished"]
    assert len(found) == len(counts) + 1


@pytest.mark.parametrize("order", list(permutations(range(2))))
@pytest.mark.parametrize("final", [name for name in TOLD if name != "sse"])
def test_the_final_copy_may_be_of_another_format(final: str, order: tuple[int, ...]) -> None:
    told_twice = [message({"input_tokens": 10, "output_tokens": 1}, stop_reason=None), TOLD[final]]
    found = outcomes(lines(*(told_twice[place] for place in order)))
    assert spent(found) == [{"input": 10, "output": 5}]
    assert (len(skipped(found)), [one.notes for one in records(found) if one.notes]) == (1, [])


def test_a_response_that_is_still_going_on_says_so() -> None:
    value = {
        "id": "resp_1",
        "object": "response",
        "status": "in_progress",
        "model": "claude-opus-5",
        "usage": {"input_tokens": 10, "output_tokens": 1, "total_tokens": 11},
    }
    assert [note.code for note in records(outcomes(value))[0].notes] == ["unfinished"]
    assert records(outcomes(value | {"status": "incomplete"}))[0].notes == ()


def test_an_unfinished_copy_that_counts_more_is_not_lost_in_silence() -> None:
    found = outcomes(lines(message(), partial(9)))
    assert [type(one).__name__ for one in found] == ["Record", "Rejected"]
    assert [type(one).__name__ for one in outcomes(lines(partial(9), message()))] == [
        "Rejected",
        "Record",
    ]


def chunk(output: int, last: bool = False, **more: Any) -> dict[str, Any]:
    choices = [] if last else [{"delta": {}, "finish_reason": None}]
    usage = {"prompt_tokens": 10, "completion_tokens": output}
    return {
        "object": "chat.completion.chunk",
        "id": "chatcmpl-1",
        "model": "claude-opus-5",
        "choices": choices,
        "usage": usage,
        **more,
    }


def test_chunks_tell_the_counts_so_far_and_the_last_one_counts() -> None:
    found = outcomes(
        lines(chunk(1), chunk(2), chunk(7, last=True), chunk(3, last=True, id="chatcmpl-2"))
    )
    assert spent(found) == [{"input": 10, "output": 7}, {"input": 10, "output": 3}]
    cut = outcomes(lines(chunk(1), chunk(2)))
    assert (spent(cut), codes(cut)) == ([{"input": 10, "output": 2}], ["unfinished"])


def test_a_stream_without_counts_is_refused_and_one_that_told_its_end_before_them_is_whole() -> (
    None
):
    silent = [
        chunk(0) | {"usage": None},
        chunk(0) | {"usage": None, "choices": [{"delta": {}, "finish_reason": "stop"}]},
    ]
    for order in permutations([silent[0], silent[1]]):
        (refused,) = [one for one in outcomes(lines(*order)) if not isinstance(one, Skipped)]
        assert isinstance(refused, Rejected)
        assert (refused.code, refused.place.line) == ("no_counts", 1)
    for whole in permutations([*silent, chunk(7)]):
        found = outcomes(lines(*whole))
        assert (spent(found), codes(found)) == ([{"input": 10, "output": 7}], [])


def transcript(output: int, stop: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "type": "assistant",
        "sessionId": "s",
        "message": message({"output_tokens": output}, stop_reason=stop),
        **more,
    }


def test_a_transcript_whose_copies_all_lack_their_end_says_so() -> None:
    assert codes(outcomes(lines(transcript(2), transcript(2)))) == ["unfinished"]
    assert codes(outcomes(lines(transcript(2), transcript(9, "end_turn")))) == []
    assert codes(outcomes(lines(transcript(9, "end_turn"), transcript(2)))) == []
    assert codes(outcomes(lines(transcript(900)))) == ["unfinished"]
    bare = {
        "type": "assistant",
        "sessionId": "s",
        "message": {"id": "m", "model": "claude-opus-5", "usage": USAGE},
    }
    assert codes(outcomes(lines(bare))) == []
    bare["message"]["usage"] = USAGE | {"output_tokens": 1}  # type: ignore[index]
    assert codes(outcomes(lines(bare))) == ["unfinished"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_copy_that_lacks_an_id_belongs_to_the_response_that_has_the_other(
    order: tuple[int, ...],
) -> None:
    copies = [transcript(5, "end_turn", requestId="r"), transcript(3), transcript(4)]
    copies[2] = {**copies[2], "requestId": "r", "message": {**copies[2]["message"], "id": None}}
    assert spent(outcomes(lines(*(copies[number] for number in order)))) == [
        {"input": 10, "output": 5}
    ]
    copies[1] = transcript(7, "end_turn")
    found = outcomes(lines(*(copies[number] for number in order)))
    assert spent(found) == [{"input": 10, "output": 7}]
    assert codes(found) == []


def test_a_progress_line_is_a_copy_of_what_the_subagent_did() -> None:
    inner = {"message": message({"output_tokens": 1}, id="msg_sub"), "requestId": "req_sub"}
    progress = {
        "type": "progress",
        "sessionId": "s",
        "data": {"type": "agent_progress", "message": inner},
    }
    final = transcript(9, "end_turn", requestId="req_sub", isSidechain=True)
    final["message"]["id"] = "msg_sub"
    assert spent(outcomes(lines(progress, final))) == [{"input": 10, "output": 9}]
    assert spent(outcomes(lines(progress))) == [{"input": 10, "output": 1}]
    assert (
        spent(outcomes(lines({"type": "progress", "sessionId": "s", "data": {"type": "bash"}})))
        == []
    )


# ---- runs ----------------------------------------------------------------------------------------


def event(id: str = "msg_1", session: str = "s", output: int = 1) -> dict[str, Any]:
    body = message({"output_tokens": output}, id=id)
    return {"type": "assistant", "session_id": session, "message": body}


def result(session: str = "s", output: int = 50, **more: Any) -> dict[str, Any]:
    used = {"claude-opus-5": {"inputTokens": 10, "outputTokens": output}}
    return {"type": "result", "session_id": session, "modelUsage": used, **more}


def test_a_result_counts_the_events_before_it_and_a_run_without_one_is_priced() -> None:
    done, killed = [event(), event(), result()], [event("msg_2"), event("msg_2"), event("msg_3")]
    assert spent(outcomes(lines(*done))) == [{"input": 10, "output": 50}]
    found = outcomes(lines(*done, *killed))
    assert spent(found) == [
        {"input": 10, "output": 50},
        {"input": 10, "output": 1},
        {"input": 10, "output": 1},
    ]
    assert codes(found) == ["unfinished"] * 2
    assert len(found) == len(done) + len(killed)
    assert spent(outcomes(lines(*killed))) == [{"input": 10, "output": 1}] * 2


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_events_and_result_may_be_in_two_files(order: tuple[int, ...], tmp_path: Path) -> None:
    paths = [tmp_path / "events.jsonl", tmp_path / "result.json"]
    paths[0].write_text(lines(event(), event("msg_2")), encoding="utf-8")
    paths[1].write_text(lines(result()), encoding="utf-8")
    assert spent(list(read_paths([str(paths[number]) for number in order]))) == [
        {"input": 10, "output": 50}
    ]


def test_the_transcript_of_a_run_adds_nothing_to_its_result() -> None:
    line = transcript(50, "end_turn", requestId="r")
    for text in (
        lines(event(), result(), line),
        lines(line, event(), result()),
        json.dumps([event(), result()]) + "\n" + lines(line),
    ):
        assert spent(outcomes(text)) == [{"input": 10, "output": 50}]
    assert spent(outcomes(lines(result("other"), line))) == [{"input": 10, "output": 50}] * 2
    killed = outcomes(lines(event(), line))
    assert spent(killed) == [{"input": 10, "output": 50}]
    assert codes(killed) == []


# ---- a result without events, beside the transcript of its session ----


HAIKU = {"claude-haiku-4-5-20251001": {"inputTokens": 7, "outputTokens": 1}}


@pytest.mark.parametrize(
    "values",
    [
        (result(), transcript(50, "end_turn", requestId="r")),
        (result(output=40), transcript(50, "end_turn", requestId="r")),
        (result(), transcript(50, "end_turn", requestId="r"), result()),
        (
            result(),
            transcript(20, "end_turn", requestId="r"),
            transcript(30, "end_turn", requestId="q", id="msg_2"),
        ),
        (
            {
                "type": "result",
                "session_id": "s",
                "modelUsage": {"global.anthropic.claude-opus-5": {"inputTokens": 5, "outputTokens": 50}},
            },
            transcript(50, "end_turn", requestId="r"),
        ),
    ],
)  # fmt: skip
def test_a_result_beside_its_transcript_is_skipped(values: tuple[dict[str, Any], ...]) -> None:
    for order in permutations(values):
        found = outcomes(lines(*order))
        assert {tuple(one.parts[0].dimensions) for one in records(found)} == {()}
        assert sum(usage["output"] for usage in spent(found)) == 50
        assert len(found) == len(values)
        assert not any(isinstance(one, Rejected) for one in found)


def test_models_that_no_transcript_has_count_by_the_result() -> None:
    both = result()
    both["modelUsage"] |= HAIKU
    line = transcript(50, "end_turn", requestId="r")
    for order in ((both, line), (line, both)):
        found = records(outcomes(lines(*order)))
        assert sorted(part.model for one in found for part in one.parts if part.model) == [
            "claude-haiku-4-5-20251001",
            "claude-opus-5",
        ]


def test_a_transcript_that_counts_less_than_a_result_is_refused() -> None:
    line = transcript(1, "end_turn", requestId="r")
    for order in ((result(), line), (line, result())):
        found = outcomes(lines(*order))
        assert spent(found) == [{"input": 10, "output": 50}]
        assert [one.code for one in found if isinstance(one, Rejected)] == ["counted_twice"]


def test_a_result_that_counts_events_elsewhere_counts_beside_a_transcript(tmp_path: Path) -> None:
    values = (event("msg_7"), result(), transcript(50, "end_turn", requestId="r"))
    for order in permutations(values):
        paths = [tmp_path / f"{number}.jsonl" for number in range(3)]
        for path, value in zip(paths, order, strict=True):
            path.write_text(lines(value), encoding="utf-8")
        found = list(read_paths(map(str, paths)))
        assert spent(found) == [{"input": 10, "output": 50}]
        assert [one.code for one in found if isinstance(one, Rejected)] == ["counted_twice"]


def test_a_result_that_is_given_twice_counts_once() -> None:
    assert len(spent(outcomes(lines(result(), result())))) == 1
    assert len(spent(outcomes(lines(result(uuid="a"), result(uuid="a"))))) == 1
    assert len(spent(outcomes(lines(result(uuid="a"), result(uuid="b"))))) == 2
    assert len(spent(outcomes(lines(result(duration_ms=1), result(duration_ms=2))))) == 2


def turn(number: int, output: int, **more: Any) -> list[dict[str, Any]]:
    """The events of a turn, and the total of its process so far."""
    used = {"claude-opus-5": {"inputTokens": 10 * number, "outputTokens": output}}
    return [event(f"msg_{number}"), {**result(uuid=f"r{number}", **more), "modelUsage": used}]


@pytest.mark.parametrize("text", [lambda events: lines(*events), json.dumps])
def test_results_of_one_process_are_totals_so_far(text: Any) -> None:
    turns = [*turn(1, 50), *turn(2, 50 + 7), *turn(3, 50 + 7 + 9)]
    found = outcomes(text(turns))
    assert spent(found) == [
        {"input": 10, "output": 50},
        {"input": 10, "output": 7},
        {"input": 10, "output": 9},
    ]
    assert codes(found) == ["turns"] * 2
    # A turn that used nothing restates the total.
    assert spent(outcomes(text([*turn(1, 50), result(uuid="again")]))) == [
        {"input": 10, "output": 50}
    ]


@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(1, 10**6), st.integers(0, 10**6)),
        min_size=1,
        max_size=8,
    )
)
def test_the_turns_of_a_session_add_up_to_its_responses(turns: list[tuple[bool, int, int]]) -> None:
    events: list[dict[str, Any]] = []
    prompts = outputs = 0
    for number, (fresh, prompt, output) in enumerate(turns):
        prompts, outputs = (0, 0) if fresh else (prompts, outputs)
        prompts, outputs = prompts + prompt, outputs + output
        body = message({"input_tokens": prompt, "output_tokens": 1}, id=f"msg_{number}")
        used = {"claude-opus-5": {"inputTokens": prompts, "outputTokens": outputs}}
        events += [
            {"type": "assistant", "session_id": "s", "message": body},
            {"type": "result", "session_id": "s", "uuid": f"r{number}", "modelUsage": used},
        ]
    found = spent(outcomes(lines(*events)))
    assert sum(int(usage.get("input", 0)) for usage in found) == sum(
        prompt for _, prompt, _ in turns
    )
    assert sum(int(usage.get("output", 0)) for usage in found) == sum(
        output for *_, output in turns
    )


def test_results_of_other_processes_count_whole() -> None:
    resumed = [*turn(1, 50), event("msg_2"), result(uuid="b", output=60)]
    assert spent(outcomes(lines(*resumed))) == [
        {"input": 10, "output": 50},
        {"input": 10, "output": 60},
    ]
    alone = outcomes(
        lines(result(uuid="a"), result(uuid="b", output=60), result(uuid="c", output=5))
    )
    assert [usage["output"] for usage in spent(alone)] == [50, 60, 5]
    assert codes(alone) == ["running_total"]


def test_a_result_that_counts_nothing_leaves_its_events_to_count() -> None:
    for models in ({}, {"claude-opus-5": {"inputTokens": 0, "outputTokens": 0}}):
        failed = {**result(subtype="error_during_execution"), "modelUsage": models}
        for text in (lines(event(), failed), json.dumps([event(), failed])):
            found = outcomes(text)
            assert [usage for usage in spent(found) if any(usage.values())] == [
                {"input": 10, "output": 1}
            ]
            assert "unfinished" in codes(found)


def test_the_stream_of_a_run_without_its_result_has_the_final_counts() -> None:
    def part(kind: str, **more: Any) -> dict[str, Any]:
        return {"type": "stream_event", "session_id": "s", "event": {"type": kind, **more}}

    start = part("message_start", message=event()["message"] | {"stop_reason": None})
    end = part(
        "message_delta",
        delta={"stop_reason": "end_turn"},
        usage={"output_tokens": 70, "input_tokens": None},
    )
    found = outcomes(lines(start, event(), end))
    assert (spent(found), codes(found)) == ([{"input": 10, "output": 70}], [])
    cut = outcomes(lines(start, event()))
    assert (spent(cut), codes(cut)) == ([{"input": 10, "output": 1}], ["unfinished"])
    assert spent(outcomes(lines(start, event(), end, result()))) == [{"input": 10, "output": 50}]


# ---- what is no usage ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        {
            "type": "system",
            "subtype": "task_notification",
            "task_id": "t",
            "usage": {"total_tokens": 5000, "tool_uses": 3},
        },
        {
            "type": "system",
            "subtype": "task_progress",
            "session_id": "s",
            "usage": {"total_tokens": 5000},
        },
        {
            "type": "error",
            "error": {"type": "overloaded_error", "message": "Overloaded"},
            "request_id": "req_1",
        },
        {"error": {"message": "no", "type": "invalid_request_error", "code": 400}},
    ],
)
def test_notifications_and_errors_are_skipped(value: dict[str, Any]) -> None:
    assert len(skipped(outcomes(value))) == 1


def test_events_of_a_stream_of_converse_are_one_record() -> None:
    usage = {
        "metadata": {
            "usage": {"inputTokens": 10, "outputTokens": 100, "totalTokens": 110},
            "metrics": {},
        }
    }
    events = [
        {"messageStart": {"role": "assistant"}},
        {"contentBlockDelta": {"delta": {}}, "p": "ab"},
        {"messageStop": {}},
        usage,
    ]
    for found in (outcomes(lines(*events)), outcomes(events)):
        assert spent(found) == [{"input": 10, "output": 100}]
        assert len(found) == 1
    assert len(outcomes(lines(*events, *events))) == 2
    (cut,) = outcomes(lines(*events[:3]))
    assert isinstance(cut, Rejected)
    assert cut.code == "cut_stream"
    assert [type(one).__name__ for one in outcomes(lines(*events[:2], *events))] == [
        "Rejected",
        "Record",
    ]


def test_a_start_without_counts_or_sent_twice_is_no_fault() -> None:
    events = stream({"output_tokens": 7})
    assert spent(outcomes([events[0], *events])) == [{"input": 10, "output": 7}]
    empty = {
        "type": "message_start",
        "message": message({"input_tokens": 0, "output_tokens": 0}, id="other"),
    }
    assert spent(outcomes([empty, *events])) == [{"input": 10, "output": 7}]
    late = [empty, *stream({"input_tokens": 30, "output_tokens": 7})[1:]]
    assert spent(outcomes(late)) == [{"input": 30, "output": 7}]
    assert codes(outcomes([empty, *events[1:]])) == ["unfinished"]


@pytest.mark.campaign
@pytest.mark.usefixtures("collected")
def test_memory_for_ids_is_a_few_hundred_bytes_a_response() -> None:
    import tracemalloc

    def many(number: int) -> int:
        values = (json.dumps(message(id=f"msg_{n:024d}")) for n in range(number))
        tracemalloc.start()
        for _ in read(values, "x"):
            pass
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    assert (many(6000) - many(1000)) / 5000 < 500
