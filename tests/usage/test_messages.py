"""Messages responses: disjoint counters, cache splits,
dimensions, refusals, server tools, unknown keys.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from pricelang.model.notes import Note
from pricelang.usage.reading import message_record
from pricelang.usage.records import Place, UsageError

from .helpers import brief, message, one_record, one_rejected

NOT_A_COUNT = [
    ("12 tokens", "a string"),
    (True, "true or false"),
    ([1], "a list"),
    ({"n": 1}, "an object"),
]
COUNTERS = [
    "input_tokens",
    "output_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
]


def test_input_and_output_are_always_there_and_cache_meters_where_they_count() -> None:
    zero: dict[str, object] = {
        "input_tokens": 0,
        "output_tokens": 0,
        "cache_read_input_tokens": 0,
        "cache_creation_input_tokens": None,
    }
    assert brief(one_record(message(zero)).parts) == [("claude-opus-5", {"input": 0, "output": 0})]


@pytest.mark.parametrize(
    ("given_total", "split", "expected", "warned"),
    [
        (300, None, {"cache_write_5m": 300}, False),
        (
            300,
            {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 200},
            (100, 200),
            False,
        ),
        (
            300,
            {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 150},
            (150, 150),
            True,
        ),
        (300, {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0}, (300, 0), True),
        (
            300,
            {"ephemeral_5m_input_tokens": 250, "ephemeral_1h_input_tokens": 100},
            (200, 100),
            True,
        ),
        (300, {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 400}, (0, 300), True),
        (None, {"ephemeral_5m_input_tokens": 30, "ephemeral_1h_input_tokens": 20}, (30, 20), False),
        (40, {"ephemeral_1h_input_tokens": 40}, (0, 40), False),
    ],
)
def test_cache_writes_are_split_and_never_counted_twice(
    given_total: int | None, split: object, expected: object, warned: bool
) -> None:
    found = one_record(
        message({"cache_creation_input_tokens": given_total, "cache_creation": split})
    )
    if isinstance(expected, tuple):
        pairs = zip(("cache_write_5m", "cache_write_1h"), expected, strict=True)
        expected = {meter: number for meter, number in pairs if number}
    assert brief(found.parts) == [("claude-opus-5", {"input": 10, "output": 5} | expected)]  # type: ignore[operator]
    assert [note.code == "cache_split" for note in found.notes] == [True] * warned


@pytest.mark.parametrize(
    ("usage", "dimensions"),
    [
        (
            {"service_tier": "standard", "speed": "standard", "inference_geo": "global"},
            {"service_tier": "standard", "speed": "standard", "inference_geo": "global"},
        ),
        ({"service_tier": None, "speed": None, "inference_geo": None}, {}),
        ({"inference_geo": "not_available"}, {}),
        ({"inference_geo": ""}, {}),
        ({"inference_geo": "us"}, {"inference_geo": "us"}),
        ({"service_tier": "priority"}, {"service_tier": "priority"}),
        ({"service_tier": "batch"}, {"service_tier": "batch"}),
        ({"speed": "fast"}, {"speed": "fast"}),
        (
            {"speed": "ludicrous", "service_tier": "gold"},
            {"speed": "ludicrous", "service_tier": "gold"},
        ),
    ],
)
def test_stated_values_are_kept_and_silent_ones_say_nothing(
    usage: dict[str, object], dimensions: dict[str, str]
) -> None:
    (part,) = one_record(message(usage)).parts
    assert part.dimensions == dimensions


REFUSED: dict[str, object] = {"output_tokens": 0}


@pytest.mark.parametrize(
    ("usage", "more", "outcome"),
    [
        (REFUSED, {"stop_reason": "refusal", "content": []}, "refused_before_output"),
        (REFUSED, {"stop_reason": "refusal", "content": None}, "refused_before_output"),
        (
            REFUSED,
            {"stop_reason": "refusal", "content": [{"type": "text", "text": ""}]},
            "refused_before_output",
        ),
        (REFUSED, {"stop_reason": "refusal", "content": [{"type": "text", "text": "I"}]}, None),
        (
            REFUSED,
            {"stop_reason": "refusal", "content": [{"type": "thinking", "thinking": ""}]},
            None,
        ),
        (
            REFUSED,
            {"stop_reason": "refusal", "content": [{"type": "compaction"}]},
            "refused_before_output",
        ),
        ({"output_tokens": 1}, {"stop_reason": "refusal", "content": []}, None),
        (REFUSED, {"stop_reason": "max_tokens", "content": []}, None),
    ],
)
def test_a_refusal_is_an_outcome_only_before_any_output(
    usage: dict[str, object], more: dict[str, object], outcome: str | None
) -> None:
    (part,) = one_record(message(usage, **more)).parts
    assert part.dimensions.get("outcome") == outcome
    assert part.usage["input"] == 10


@pytest.mark.parametrize(
    ("output", "content", "said"),
    [
        (0, [], False),
        (1, [], True),
        (2, [], False),
        (1, [{"type": "text", "text": "I"}], False),
        (1, None, False),
    ],
)
def test_an_empty_refusal_that_counts_a_token_is_in_doubt(
    output: int, content: object, said: bool
) -> None:
    found = one_record(
        message(
            {"input_tokens": 5, "output_tokens": output}, stop_reason="refusal", content=content
        )
    )
    assert any(note.code == "refusal_output" and note.doubtful for note in found.notes) is said


@pytest.mark.parametrize(
    "category", ["bio", "frontier_llm", "reasoning_extraction", "cyber", None, 7]
)
def test_the_refusal_category_is_told_where_it_decides_the_bill(category: object) -> None:
    details = {"type": "refusal", "category": category}
    refused = message(REFUSED, stop_reason="refusal", content=[], stop_details=details)
    (part,) = one_record(refused).parts
    known = category in ("bio", "frontier_llm", "reasoning_extraction")
    expected = {"outcome": "refused_before_output"} | (
        {"refusal_category": category} if known else {}
    )
    assert part.dimensions == expected
    (served,) = one_record(message(stop_details=details)).parts
    assert served.dimensions == {}


@pytest.mark.parametrize(
    ("tools", "meters", "kind"),
    [
        (
            {"web_search_requests": 3, "web_fetch_requests": 2},
            {"web_search": 3, "web_fetch": 2},
            "sum",
        ),
        ({"web_search_requests": 0, "web_fetch_requests": 0}, {}, "single"),
        ({"code_execution_requests": 1}, {}, "sum"),
        (None, {}, "single"),
    ],
)
def test_server_tools_make_a_sum_of_several_requests(
    tools: object, meters: dict[str, int], kind: str
) -> None:
    found = one_record(message({"server_tool_use": tools}))
    assert brief(found.parts) == [("claude-opus-5", {"input": 10, "output": 5} | meters)]
    assert found.parts[0].kind == kind


def test_a_count_of_code_executions_is_no_time() -> None:
    found = one_record(message({"server_tool_use": {"code_execution_requests": 4}}))
    assert found.notes == (
        Note("execution_time", "code execution time is not in this record; give it as usage"),
    )
    assert "code_execution" not in found.parts[0].usage


def test_unknown_keys_that_count_nothing_change_nothing() -> None:
    usage = {
        "video_tokens": 0,
        "server_tool_use": {"image_requests": None},
        "cache_creation": {"ephemeral_24h_input_tokens": 0},
        "fallback_credit": {"status": {"type": "redeemed"}},
        "output_tokens_details": {"thinking_tokens": 4},
        "mood": "sunny",
    }
    found = one_record(message(usage))
    assert brief(found.parts) == [("claude-opus-5", {"input": 10, "output": 5})]
    assert found.notes == (Note("unknown_key", "`usage.mood` is not known: left out"),)


@pytest.mark.parametrize("key", COUNTERS)
@pytest.mark.parametrize(("value", "name"), NOT_A_COUNT)
def test_a_counter_of_another_type_is_named(key: str, value: object, name: str) -> None:
    fault = one_rejected(message({key: value}))
    assert (fault.code, fault.message) == (
        "wrong_type",
        f"`usage.{key}` is {name}, not a whole number",
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("-1", "negative_count"),
        ("-1e3", "negative_count"),
        ("1.5", "fractional_count"),
        ("1e-999999999", "fractional_count"),
        ("1e999999999", "too_large"),
        ("1e18", "too_large"),
        ("9" * 19, "too_large"),
        ("9" * 5000, "too_large"),
        ("-" + "9" * 5000, "too_large"),
        ("1e99999999999999999999", "bad_number"),
        ("NaN", "bad_number"),
        ("-Infinity", "bad_number"),
    ],
)
def test_a_number_that_is_no_count_is_refused(text: str, code: str) -> None:
    fault = one_rejected(
        f'{{"type":"message","model":"m","usage":{{"input_tokens":{text},"output_tokens":5}}}}'
    )
    assert fault.code == code
    assert code == "bad_number" or "`usage.input_tokens`" in fault.message
    assert len(fault.message) < 200


@pytest.mark.parametrize(
    ("text", "number"), [("1e3", 1000), ("12.0", 12), ("0e999999999", 0), ("9" * 18, 10**18 - 1)]
)
def test_a_whole_number_may_be_written_in_other_ways(text: str, number: int) -> None:
    found = one_record(f'{{"type":"message","usage":{{"input_tokens":{text},"output_tokens":5}}}}')
    assert found.parts[0].usage["input"] == number


@pytest.mark.parametrize("key", ["input_tokens", "output_tokens"])
def test_a_missing_counter_is_no_zero(key: str) -> None:
    fault = one_rejected(message({key: None}))
    assert (fault.code, fault.message) == ("missing_key", f"`usage.{key}` is missing")


@pytest.mark.parametrize(
    ("change", "message_text"),
    [
        ({"usage": None}, "`usage` is missing"),
        ({"usage": [1]}, "`usage` is a list, not an object"),
        ({"model": 5}, "`model` is a number, not a string"),
        (
            {"model": "claude\nopus"},
            "`model` is `claude�opus`, with characters that cannot be printed",
        ),
        ({"model": "\ud800"}, "`model` is `�`, with characters that cannot be printed"),
        ({"model": "m" * 201}, "`model` has 201 characters, more than 200"),
    ],
)
def test_a_message_of_another_form_is_refused(change: dict[str, object], message_text: str) -> None:
    assert one_rejected(message() | change).message == message_text


@pytest.mark.parametrize(
    ("usage", "message_text"),
    [
        ({"speed": 2}, "`usage.speed` is a number, not a string"),
        ({"service_tier": ["batch"]}, "`usage.service_tier` is a list, not a string"),
        ({"server_tool_use": 3}, "`usage.server_tool_use` is a number, not an object"),
        ({"cache_creation": "x"}, "`usage.cache_creation` is a string, not an object"),
        ({"iterations": {}}, "`usage.iterations` is an object, not a list"),
        ({"iterations": [3]}, "`usage.iterations[0]` is a number, not an object"),
    ],
)
def test_a_usage_of_another_form_is_refused(usage: dict[str, object], message_text: str) -> None:
    assert one_rejected(message(usage)).message == message_text


def test_a_message_without_a_model_has_a_part_without_one() -> None:
    found = one_record({key: value for key, value in message().items() if key != "model"})
    assert brief(found.parts) == [(None, {"input": 10, "output": 5})]


def test_a_token_count_is_free() -> None:
    for count in (
        {"input_tokens": 2095},
        {"input_tokens": 5, "context_management": {"original_input_tokens": 9}},
    ):
        found = one_record(count)
        assert (found.parts, found.notes) == (
            (),
            (Note("nothing_billed", "token counting is free"),),
        )
    assert (
        one_rejected({"input_tokens": -1}).message
        == "`count_tokens.input_tokens` is `-1`, and a count is never negative"
    )


@frozen
class SdkObject:
    """Stands for an object of the SDK: it has `model_dump` and is no mapping."""

    value: dict[str, object]

    def model_dump(self) -> dict[str, object]:
        return self.value


def test_a_message_in_memory_is_read_as_one_in_a_file() -> None:
    usage: dict[str, object] = {"cache_read_input_tokens": 7, "speed": "fast"}
    for value in (message(usage), SdkObject(message(usage))):
        found = message_record(value)
        assert found.parts == one_record(message(usage)).parts
        assert found.place == Place("", None, "msg_1")


def test_a_batch_result_in_memory_is_a_batch() -> None:
    found = message_record(
        {"custom_id": "c", "result": {"type": "succeeded", "message": message()}}
    )
    assert found.parts[0].dimensions == {"service_tier": "batch"}
    assert found.place == Place("", None, "c")


@pytest.mark.parametrize("value", [None, 3, "text", [message()]])
def test_what_is_no_message_in_memory_is_an_error(value: object) -> None:
    with pytest.raises(UsageError) as caught:
        message_record(value)
    assert caught.value.code == "wrong_type"
    assert caught.value.help == "give an object of the Anthropic SDK, or its dict"


def test_an_error_in_memory_has_code_and_place() -> None:
    with pytest.raises(UsageError) as caught:
        message_record(message({"input_tokens": 1.0}))
    assert (caught.value.code, caught.value.place) == ("wrong_type", Place("", None, "msg_1"))
    assert str(caught.value) == "`usage.input_tokens` is a float, not a whole number"


@given(
    st.integers(0, 10**9),
    st.integers(0, 10**9),
    st.integers(0, 10**9),
    st.integers(0, 10**9),
    st.integers(0, 10**9),
)
def test_no_token_is_lost_or_added(
    fresh: int, output: int, short: int, long: int, read: int
) -> None:
    usage: dict[str, object] = {
        "input_tokens": fresh,
        "output_tokens": output,
        "cache_creation_input_tokens": short + long,
        "cache_creation": {"ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": long},
        "cache_read_input_tokens": read,
    }
    (part,) = message_record(message(usage)).parts
    expected = {"cache_write_5m": short, "cache_write_1h": long, "cache_read": read}
    assert part.usage == {"input": fresh, "output": output} | {
        k: v for k, v in expected.items() if v
    }
    assert all(type(value) is int for value in part.usage.values())


def test_a_decimal_in_memory_is_a_count_when_it_is_whole() -> None:
    assert message_record(message({"input_tokens": Decimal("12.00")})).parts[0].usage["input"] == 12


def test_what_was_deleted_from_the_cache_is_no_use() -> None:
    found = one_record(message({"cache_deleted_input_tokens": 700}))
    assert (found.parts[0].usage, found.notes) == ({"input": 10, "output": 5}, ())
