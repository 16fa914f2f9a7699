"""Batch results: the container says batch, and only what succeeded is billed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pricelang.model.notes import Note

from .helpers import brief, message, one_record, one_rejected, outcomes


@pytest.mark.parametrize("tier", [None, "standard", "batch", "priority"])
def test_the_container_says_batch(tier: str | None) -> None:
    result = {
        "type": "succeeded",
        "message": message({"service_tier": tier, "inference_geo": "us"}),
    }
    found = one_record({"custom_id": "my-request", "result": result})
    assert (found.format, found.place.id) == ("batch", "my-request")
    assert brief(found.parts) == [("claude-opus-5", {"input": 10, "output": 5})]
    assert found.parts[0].dimensions == {"service_tier": "batch", "inference_geo": "us"}


@pytest.mark.parametrize("kind", ["errored", "canceled", "expired"])
def test_what_did_not_succeed_is_free(kind: str) -> None:
    for value in (
        {"custom_id": "c", "result": {"type": kind, "message": message()}},
        {"result": {"type": kind}},
    ):
        found = one_record(value)
        assert (found.parts, found.notes) == (
            (),
            (Note("nothing_billed", f"a batch result that is {kind} is not billed"),),
        )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"custom_id": "c", "result": {"type": "done"}}, "`result.type` is `done`"),
        ({"custom_id": "c", "result": {}}, "`result.type` is missing"),
        ({"custom_id": "c", "result": {"type": "succeeded"}}, "`result.message` is missing"),
        (
            {"custom_id": "c", "result": {"type": "succeeded", "message": 3}},
            "`result.message` is a number, not an object",
        ),
        ({"custom_id": 4, "result": {"type": "expired"}}, "`custom_id` is a number, not a string"),
    ],
)
def test_a_result_of_another_form_is_refused(value: object, text: str) -> None:
    assert one_rejected(value).message == text


def test_a_refusal_in_a_batch_keeps_its_outcome() -> None:
    refused = message({"output_tokens": 0}, stop_reason="refusal", content=[])
    (part,) = one_record(
        {"custom_id": "c", "result": {"type": "succeeded", "message": refused}}
    ).parts
    assert part.dimensions == {"service_tier": "batch", "outcome": "refused_before_output"}


# ---- the output of a batch of OpenAI -------------------------------------------------------------

CHAT = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "gpt-4o",
    "service_tier": "default",
    "choices": [{"index": 0, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12},
}


def line_of_openai(body: object, error: object = None, status: int = 200) -> dict[str, Any]:
    response = {"status_code": status, "request_id": "q", "body": body}
    return {"id": "batch_req_1", "custom_id": "a", "response": response, "error": error}


def test_a_line_of_openai_has_the_price_of_a_batch() -> None:
    found = one_record(line_of_openai(CHAT))
    (part,) = found.parts
    assert (found.format, found.place.id) == ("cloud-batches", "a")
    assert (part.model, dict(part.usage)) == ("gpt-4o", {"input": 10, "output": 2})
    assert part.dimensions["service_tier"] == "batch"
    copies = json.dumps(line_of_openai(CHAT)) + "\n" + json.dumps(line_of_openai(CHAT)) + "\n"
    assert [type(one).__name__ for one in outcomes(copies)] == ["Record", "Skipped"]


@pytest.mark.parametrize(
    "value",
    [
        line_of_openai({"error": {"message": "too long"}}, status=400),
        line_of_openai({}, {"code": "x"}, 500),
        {"custom_id": "a", "response": None, "error": {"code": "batch_expired", "message": "late"}},
    ],
)
def test_a_line_of_openai_that_failed_is_free(value: dict[str, Any]) -> None:
    found = one_record(value)
    assert (found.parts, [note.code for note in found.notes]) == ((), ["nothing_billed"])


def test_a_line_of_openai_without_a_response_is_refused() -> None:
    assert one_rejected(line_of_openai({"greeting": "hello"})).code == "unknown_record"
