"""Iterations: one request each where they add up,
else the top level with what is billed beside it.
"""

from __future__ import annotations

import pytest

from pricelang.model.notes import Note

from .helpers import brief, entry, message, one_record, one_rejected

OPUS, FABLE, SONNET = "claude-opus-5", "claude-fable-5", "claude-sonnet-5"


def top(input: int, output: int, iterations: list[object], **more: object) -> dict[str, object]:
    return {"input_tokens": input, "output_tokens": output, "iterations": iterations, **more}


def test_iterations_that_add_up_are_one_request_each() -> None:
    found = one_record(message(top(30, 7, [entry("message", 10, 3), entry("message", 20, 4)])))
    assert brief(found.parts) == [
        (OPUS, {"input": 10, "output": 3}),
        (OPUS, {"input": 20, "output": 4}),
    ]
    assert [part.label for part in found.parts] == ["iteration 1: message", "iteration 2: message"]
    assert [part.kind for part in found.parts] == ["single", "single"]
    assert found.notes == ()


def test_the_only_iteration_needs_no_label() -> None:
    (part,) = one_record(message(top(10, 3, [entry("message", 10, 3)]))).parts
    assert (part.label, part.kind) == ("", "single")


def test_an_entry_without_a_type_is_a_message() -> None:
    found = one_record(message(top(30, 7, [entry(None, 10, 3), entry("message", 20, 4)])))
    assert len(found.parts) == 2


@pytest.mark.parametrize("iterations", [None, []])
def test_no_iterations_are_one_request(iterations: object) -> None:
    found = one_record(message({"iterations": iterations}))
    assert brief(found.parts) == [(OPUS, {"input": 10, "output": 5})]


def test_iterations_that_do_not_add_up_give_way_to_the_top_level() -> None:
    iterations: list[object] = [
        entry("message", 10, 3),
        entry("compaction", 500, 40),
        entry("message", 20, 4),
        entry("advisor_message", 9, 8, SONNET),
    ]
    found = one_record(message(top(31, 7, iterations)))
    assert brief(found.parts) == [
        (OPUS, {"input": 31, "output": 7}),
        (OPUS, {"input": 500, "output": 40}),
        (SONNET, {"input": 9, "output": 8}),
    ]
    assert [part.label for part in found.parts] == [
        "top level",
        "iteration 2: compaction",
        "iteration 4: advisor_message",
    ]
    assert [part.kind for part in found.parts] == ["sum", "single", "single"]
    assert str(found.notes[-1]).startswith(
        "iterations: the iterations do not add up to the top level"
    )


@pytest.mark.parametrize("key", ["cache_read_input_tokens", "cache_creation_input_tokens"])
def test_cache_counters_must_add_up_too(key: str) -> None:
    found = one_record(message(top(10, 3, [entry("message", 10, 3)], **{key: 4})))
    assert found.parts[0].usage == {"input": 10, "output": 3} | (
        {"cache_read": 4} if key == "cache_read_input_tokens" else {"cache_write_5m": 4}
    )
    assert len(found.notes) == 1


def test_dimensions_reach_the_iterations_they_hold_for() -> None:
    iterations: list[object] = [
        entry("message", 10, 3),
        entry("compaction", 8, 2),
        entry("advisor_message", 9, 8, FABLE),
    ]
    usage = top(10, 3, iterations, service_tier="priority", speed="fast", inference_geo="us")
    executor = {"service_tier": "priority", "speed": "fast", "inference_geo": "us"}
    found = one_record(message(usage))
    assert [part.dimensions for part in found.parts] == [
        executor,
        executor,
        {"inference_geo": "us", "service_tier": "standard", "speed": "standard"},
    ]


def test_a_batch_holds_for_the_advisor_too() -> None:
    iterations: list[object] = [entry("message", 10, 3), entry("advisor_message", 9, 8, FABLE)]
    alone = one_record(message(top(10, 3, iterations, service_tier="batch")))
    assert [part.dimensions for part in alone.parts] == [{"service_tier": "batch"}] * 2
    result = {
        "type": "succeeded",
        "message": message(top(10, 3, iterations, service_tier="standard")),
    }
    found = one_record({"custom_id": "c", "result": result})
    assert [part.dimensions for part in found.parts] == [{"service_tier": "batch"}] * 2


def test_tool_counts_stand_once_on_the_first_part_of_the_top_level() -> None:
    iterations: list[object] = [
        entry("compaction", 8, 2),
        entry("message", 10, 3),
        entry("message", 20, 4),
    ]
    tools = {"web_search_requests": 2}
    adding = one_record(message(top(30, 7, iterations, server_tool_use=tools)))
    assert [part.usage.get("web_search") for part in adding.parts] == [None, 2, None]
    assert [part.kind for part in adding.parts] == ["single"] * 3
    not_adding = one_record(message(top(99, 7, iterations, server_tool_use=tools)))
    assert [part.usage.get("web_search") for part in not_adding.parts] == [2, None]


def fallback(origin: str = FABLE, key: str = "from") -> dict[str, object]:
    return {"type": "fallback", key: {"model": origin}, "to": {"model": OPUS}}


@pytest.mark.parametrize("key", ["from", "from_"])
@pytest.mark.parametrize("model", [FABLE, None])
def test_an_attempt_declined_before_output_is_free(model: str | None, key: str) -> None:
    iterations: list[object] = [
        entry("message", 535, 0, model),
        entry("fallback_message", 412, 264, OPUS),
    ]
    found = one_record(
        message(
            top(412, 264, iterations), content=[fallback(key=key), {"type": "text", "text": "…"}]
        )
    )
    assert brief(found.parts) == [(OPUS, {"input": 412, "output": 264})]
    assert found.notes == (
        Note(
            "declined",
            "iteration 1: message (claude-fable-5): declined before any output, not billed",
        ),
    )


def test_an_attempt_declined_after_output_is_billed_at_its_model() -> None:
    iterations: list[object] = [
        entry("message", 500, 9, FABLE),
        entry("message", 520, 0, FABLE),
        entry("fallback_message", 412, 264, OPUS),
    ]
    found = one_record(message(top(412, 264, iterations), content=[fallback()]))
    assert brief(found.parts) == [
        (FABLE, {"input": 500, "output": 9}),
        (FABLE, {"input": 520, "output": 0}),
        (OPUS, {"input": 412, "output": 264}),
    ]


def test_the_serving_attempt_may_have_several_iterations() -> None:
    iterations: list[object] = [
        entry("message", 535, 0, FABLE),
        entry("message", 400, 0, SONNET),
        entry("message", 100, 20, OPUS),
        entry("fallback_message", 200, 30, OPUS),
    ]
    found = one_record(message(top(300, 50, iterations), content=[fallback(), fallback(SONNET)]))
    assert brief(found.parts) == [
        (OPUS, {"input": 100, "output": 20}),
        (OPUS, {"input": 200, "output": 30}),
    ]
    assert len(found.notes) == 2


def test_a_null_model_is_the_message_s_own_without_a_fallback() -> None:
    found = one_record(message(top(10, 3, [entry("compaction", 8, 2), entry("message", 10, 3)])))
    assert [part.model for part in found.parts] == [OPUS, OPUS]


def test_a_compaction_before_a_fallback_ran_on_the_first_model_and_one_behind_it_on_the_second() -> (
    None
):
    iterations: list[object] = [
        entry("compaction", 8, 2),
        entry("message", 535, 0),
        entry("fallback_message", 412, 264, OPUS),
        entry("compaction", 6, 1),
    ]
    found = one_record(message(top(412, 264, iterations), content=[fallback()]))
    assert brief(found.parts) == [
        (FABLE, {"input": 8, "output": 2}),
        (OPUS, {"input": 412, "output": 264}),
        (OPUS, {"input": 6, "output": 1}),
    ]


@pytest.mark.parametrize("kind", ["advisor_message", "fallback_message"])
def test_an_advisor_or_fallback_needs_a_model(kind: str) -> None:
    fault = one_rejected(message(top(10, 3, [entry("message", 10, 3), entry(kind, 1, 1)])))
    assert (
        fault.message
        == f"`usage.iterations[1].model` is missing, and `{kind}` has a model of its own"
    )


def test_what_an_unknown_type_counts_is_not_known() -> None:
    fault = one_rejected(message(top(10, 3, [entry("message", 10, 3), entry("dream", 900, 90)])))
    assert fault.code == "unknown_counter"
    assert (
        fault.message
        == "`usage.iterations[1] (dream).input_tokens` is 900, and this counter is not known: it may be billed; and 1 more"
    )
    assert str(fault.help).startswith(
        "known here: advisor_message, compaction, fallback_message, message; "
    )
    nothing = one_record(message(top(10, 3, [entry("message", 10, 3), entry("dream", 0, 0)])))
    assert (brief(nothing.parts), nothing.notes) == ([(OPUS, {"input": 10, "output": 3})], ())


def test_a_refused_message_frees_its_own_attempt_and_not_the_compaction() -> None:
    iterations: list[object] = [entry("compaction", 8, 2), entry("message", 10, 0)]
    refused = message(top(10, 0, iterations), stop_reason="refusal", content=[])
    found = one_record(refused)
    assert [part.dimensions for part in found.parts] == [{}, {"outcome": "refused_before_output"}]


SPLIT = {"ephemeral_5m_input_tokens": 30, "ephemeral_1h_input_tokens": 70}


@pytest.mark.parametrize(
    ("top_split", "own", "expected"),
    [
        (SPLIT, [{"cache_creation_input_tokens": 100}, {}], [(30, 70), (0, 0)]),
        (
            None,
            [{"cache_creation_input_tokens": 100, "cache_creation": SPLIT}, {}],
            [(30, 70), (0, 0)],
        ),
        (SPLIT, [{"cache_creation_input_tokens": 60}, {"cache_creation_input_tokens": 40}], None),
        (
            SPLIT,
            [
                {
                    "cache_creation_input_tokens": 70,
                    "cache_creation": {"ephemeral_1h_input_tokens": 70},
                },
                {"cache_creation_input_tokens": 30},
            ],
            [(0, 70), (30, 0)],
        ),
    ],
)
def test_a_split_is_taken_from_where_it_is_known(
    top_split: object, own: list[dict[str, object]], expected: list[tuple[int, int]] | None
) -> None:
    iterations: list[object] = [entry("message", 10, 3, None, **more) for more in own]
    usage = top(20, 6, iterations, cache_creation_input_tokens=100, cache_creation=top_split)
    found = one_record(message(usage))
    splits = [
        (part.usage.get("cache_write_5m", 0), part.usage.get("cache_write_1h", 0))
        for part in found.parts
    ]
    assert splits == (expected or [(30, 70)])
    assert bool(found.notes) is (expected is None)
    assert found.parts[0].kind == ("sum" if expected is None else "single")


def test_a_counter_of_an_iteration_is_named() -> None:
    fault = one_rejected(message(top(10, 3, [entry("message", 10, 3), entry("message", -1, 3)])))
    assert (
        fault.message == "`usage.iterations[1].input_tokens` is `-1`, and a count is never negative"
    )


def test_a_message_that_only_compacted_bills_the_compaction() -> None:
    found = one_record(message(top(0, 0, [entry("compaction", 180, 35)])))
    assert brief(found.parts) == [(OPUS, {"input": 180, "output": 35})]
    assert found.notes == ()
