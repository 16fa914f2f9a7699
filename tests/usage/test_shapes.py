"""Formats known by shape, never by numbers; a format named by hand;
what is no usage record at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from pricelang.usage.reading import FORMATS, read, read_path, read_paths
from pricelang.usage.records import UsageError

from .helpers import message, one_record, one_rejected, outcomes, records

FOREIGN: list[dict[str, object]] = [
    {},
    {"foo": 1},
    {"input_tokens": 5000, "output_tokens": 3200, "active_seconds": 3},
    {"model": "m", "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 0}},
    {"type": "message_delta", "usage": {"output_tokens": 2}},
    {"request": {}, "response": message()},
]


@pytest.mark.parametrize("value", FOREIGN, ids=str)
def test_what_has_no_known_shape_is_refused(value: dict[str, object]) -> None:
    fault = one_rejected(value)
    assert fault.code == "unknown_record"
    assert fault.help == "known formats: " + ", ".join(FORMATS)


@pytest.mark.parametrize(
    ("value", "format"),
    [
        ({"usage": {"input": 1}}, "canonical"),
        ({"model": "m", "usage": {}}, "canonical"),
        (message(), "messages"),
        ({"model": "m", "usage": {"input_tokens": 1, "output_tokens": 2}}, "messages"),
        (
            {
                "type": "message",
                "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3},
            },
            "messages",
        ),
        ({"input_tokens": 4}, "messages"),
        ({"custom_id": "c", "result": {"type": "expired"}}, "batch"),
        ({"message": message()}, "claude-code"),
        ({"type": "assistant", "message": message()}, "claude-code"),
        ({"modelUsage": {}}, "claude-result"),
        ({"type": "result", "result": "text", "modelUsage": {}}, "claude-result"),
    ],
    ids=str,
)
def test_a_format_is_known_by_its_shape(value: dict[str, object], format: str) -> None:
    assert one_record(value).format == format
    assert one_record(value, format).format == format


@pytest.mark.parametrize("value", [1, "text", None, True, [[]], [1]], ids=str)
def test_a_record_is_an_object(value: object) -> None:
    fault = one_rejected(json.dumps(value))
    assert fault.code == "wrong_type"
    assert fault.message.startswith("a usage record is an object, and this is ")


def test_a_format_named_by_hand_is_the_only_one() -> None:
    assert one_rejected(message(), "batch").message == "`result` is missing"
    assert (
        one_rejected({"usage": {"input": 1}}, "messages").message
        == "`usage.input_tokens` is missing"
    )
    assert one_rejected(message(), "claude-result").message == "`modelUsage` is missing"


def test_an_unknown_format_is_an_error_at_once() -> None:
    calls: list[Callable[[], object]] = [
        lambda: read("", "x", "mesages"),
        lambda: read_path("x", "mesages"),
        lambda: read_paths([], "mesages"),
    ]
    for call in calls:
        with pytest.raises(UsageError) as caught:
            call()
        assert (caught.value.code, caught.value.help) == (
            "unknown_format",
            "did you mean `messages`?",
        )
    with pytest.raises(UsageError) as caught:
        read("", "x", "zzz")
    assert caught.value.help == "known formats: " + ", ".join(FORMATS)


def test_records_of_several_formats_may_stand_in_one_file() -> None:
    found = outcomes(
        [{"usage": {"input": 1}}, message(), {"custom_id": "c", "result": {"type": "expired"}}]
    )
    assert [record.format for record in records(found)] == ["canonical", "messages", "batch"]


def test_records_of_an_array_are_told_apart() -> None:
    found = outcomes([{"usage": {"input": 1}}, {"id": 7, "usage": {"input": 2}}, 5])
    assert [outcome.place.id for outcome in found] == ["item 1", "7", "item 3"]
