"""Objects of the Anthropic SDK, made by the SDK itself: priced as their JSON is."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

import anthropic
import httpx2 as httpx
import pytest
from anthropic.types import Message, RawMessageStreamEvent, Usage
from anthropic.types.beta import BetaMessage
from anthropic.types.messages import MessageBatchIndividualResponse
from pydantic import TypeAdapter

import pricelang
from pricelang.usage.live.plain import plain_of
from pricelang.usage.records import UsageError

AT = "2026-08-01"
BOOK = pricelang.load()
USAGE = {
    "input_tokens": 1200,
    "output_tokens": 300,
    "cache_read_input_tokens": 5000,
    "cache_creation_input_tokens": 700,
    "cache_creation": {"ephemeral_5m_input_tokens": 200, "ephemeral_1h_input_tokens": 500},
    "service_tier": "standard",
    "server_tool_use": {"web_search_requests": 0, "web_fetch_requests": 0},
}
MESSAGE: dict[str, Any] = {
    "id": "msg_01",
    "type": "message",
    "role": "assistant",
    "model": "claude-opus-5",
    "content": [{"type": "text", "text": "hello"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": USAGE,
}
COST = BOOK.price_any(MESSAGE, at=AT).total
EVENTS: list[dict[str, Any]] = [
    {
        "type": "message_start",
        "message": {
            **MESSAGE, "content": [], "stop_reason": None, "usage": {**USAGE, "output_tokens": 1}
        },
    },
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "ping"},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "hello"}},
    {"type": "content_block_stop", "index": 0},
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None},
        "usage": {"output_tokens": 300},
    },
    {"type": "message_stop"},
]  # fmt: skip
SSE = "".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in EVENTS)


def _answer(request: Any) -> Any:
    if json.loads(request.content).get("stream"):
        return httpx.Response(
            200, content=SSE.encode(), headers={"content-type": "text/event-stream"}
        )
    return httpx.Response(200, json=MESSAGE)


ASKED: dict[str, Any] = {
    "model": "claude-opus-5",
    "max_tokens": 5,
    "messages": [{"role": "user", "content": "hi"}],
}


@pytest.fixture
def client() -> Iterator[Any]:
    transport = httpx.MockTransport(_answer)
    with httpx.Client(transport=transport) as inner:
        yield anthropic.Anthropic(api_key="none", http_client=inner)


def test_the_cost_is_that_of_its_meters() -> None:
    expected = BOOK.total(
        model="claude-opus-5",
        at=AT,
        usage={
            "input": 1200,
            "output": 300,
            "cache_read": 5000,
            "cache_write_5m": 200,
            "cache_write_1h": 500,
        },
    )
    assert expected == COST


@pytest.mark.parametrize("kind", [Message, BetaMessage])
def test_a_message(kind: Any) -> None:
    assert BOOK.price_any(kind.model_validate(MESSAGE), at=AT).total == COST
    assert BOOK.price_any(kind.model_construct(**MESSAGE), at=AT).total == COST
    assert BOOK.price_message(kind.model_validate(MESSAGE), at=AT).total == COST
    assert BOOK.at(AT).price_any(kind.model_validate(MESSAGE)).total == COST


def test_what_came_from_the_wire(client: Any) -> None:
    message = client.messages.create(**ASKED)
    assert BOOK.price_any(message, at=AT).total == COST
    assert BOOK.price_any(dict(message), at=AT).total == COST
    assert BOOK.price_any({"answer": 1, "model": message.model, "usage": message.usage}).total


def test_a_raw_response(client: Any) -> None:
    raw = client.messages.with_raw_response.create(**ASKED)
    assert BOOK.price_any(raw, at=AT).total == COST
    assert raw.parse().id == "msg_01"


def test_a_stream(client: Any) -> None:
    with client.messages.stream(**ASKED) as stream:
        assert BOOK.price_any(stream, at=AT).total == COST
    with client.messages.stream(**ASKED) as stream:
        events = list(stream)
    assert any(event.type == "text" for event in events)
    assert BOOK.price_any(events, at=AT).total == COST
    assert BOOK.price_any(client.messages.create(**ASKED, stream=True), at=AT).total == COST


def test_events(client: Any) -> None:
    adapter: Any = TypeAdapter(RawMessageStreamEvent)
    events = [adapter.validate_python(event) for event in EVENTS if event["type"] != "ping"]
    assert BOOK.price_any(events, at=AT).total == COST
    assert BOOK.price_any(iter(events), at=AT).total == COST
    assert BOOK.price_any(EVENTS, at=AT).total == COST
    assert BOOK.price_any(SSE, at=AT).total == COST
    with pytest.raises(pricelang.BadRequest) as caught:
        BOOK.price_any(events[:3], at=AT)
    assert caught.value.code == "cut_stream"


def test_a_stream_that_has_not_begun(client: Any) -> None:
    with pytest.raises(pricelang.BadRequest) as caught:
        BOOK.price_any(client.messages.stream(**ASKED), at=AT)
    assert caught.value.code == "wrong_type"
    assert "enter it" in str(caught.value.help)


def test_what_must_be_awaited() -> None:
    async def run() -> list[str]:
        transport = httpx.MockTransport(_answer)
        codes = []
        async with httpx.AsyncClient(transport=transport) as inner:
            own = anthropic.AsyncAnthropic(api_key="none", http_client=inner)
            raw = await own.messages.with_raw_response.create(**ASKED)
            stream = await own.messages.create(**ASKED, stream=True)
            for value in (own.messages.create(**ASKED), raw, stream):
                with pytest.raises(pricelang.BadRequest) as caught:
                    BOOK.price_any(value, at=AT)
                codes.append(caught.value.code)
                assert "await" in str(caught.value.help) or "async" in str(caught.value.help)
            events = [event async for event in stream]
            assert BOOK.price_any(events, at=AT).total == COST
        return codes

    assert asyncio.run(run()) == ["not_awaited"] * 3


def test_a_batch() -> None:
    item: dict[str, Any] = {
        "custom_id": "a", "result": {"type": "succeeded", "message": MESSAGE}
    }  # fmt: skip
    found = MessageBatchIndividualResponse.model_validate(item)
    assert BOOK.price_any(found, at=AT).total == COST / 2
    other = {**item, "custom_id": "b"}
    other["result"] = {"type": "succeeded", "message": {**MESSAGE, "id": "msg_02"}}
    expired = {"custom_id": "c", "result": {"type": "expired"}}
    several = [MessageBatchIndividualResponse.model_validate(one) for one in (item, other, expired)]
    assert BOOK.price_any(several, at=AT).total == COST


def test_usage_alone() -> None:
    usage = Usage.model_validate(USAGE)
    assert BOOK.price_any(usage, model="claude-opus-5", at=AT).total == COST
    assert BOOK.price_any(USAGE, model="claude-opus-5", at=AT).total == COST
    with pytest.raises(pricelang.BadRequest) as caught:
        BOOK.price_any(usage, at=AT)
    assert (caught.value.code, caught.value.help) == ("no_model", "name one with `model=`")


def test_several_messages_are_one_bill_and_a_copy_counts_once() -> None:
    first, second = (Message.model_validate({**MESSAGE, "id": id}) for id in ("msg_1", "msg_2"))
    bill = BOOK.price_any([first, second, first], at=AT)
    assert bill.total == 2 * COST
    record = pricelang.usage_of([first, second])
    assert len(record.parts) == 2
    assert BOOK.price_record(record, at=AT).total == 2 * COST


def test_text_and_bytes() -> None:
    text = json.dumps(MESSAGE)
    lines = "\n".join(json.dumps({**MESSAGE, "id": f"msg_{n}"}) for n in range(3))
    for one in (text, text.encode(), bytearray(text.encode()), memoryview(text.encode())):
        assert BOOK.price_any(one, at=AT).total == COST
    assert BOOK.price_any(lines, at=AT).total == 3 * COST
    assert BOOK.price_any(httpx.Response(200, json=MESSAGE), at=AT).total == COST
    with pytest.raises(pricelang.BadRequest) as caught:
        BOOK.price_any("{", at=AT)
    assert caught.value.code == "bad_json"


@pytest.mark.parametrize("value", [None, 3, 2.5, object(), {}, [], [None], {"a": 1}])
def test_what_is_no_usage_is_refused(value: object) -> None:
    with pytest.raises(pricelang.BadRequest) as caught:
        BOOK.price_any(value, at=AT)
    assert caught.value.code in ("wrong_type", "unknown_record", "no_usage")


def test_a_fault_in_a_list_says_where() -> None:
    for wrong in ({"what": 1}, None):
        with pytest.raises(pricelang.BadRequest, match="item 2: "):
            BOOK.price_any([MESSAGE, wrong], at=AT)


class Pair(NamedTuple):
    """A tuple with names, which is no list."""

    model: str
    usage: dict[str, Any]


@dataclass(slots=True)
class Slotted:
    """A data class without a dictionary."""

    model: str
    usage: dict[str, Any]


def test_objects_of_ones_own() -> None:
    for value in (
        Pair("claude-opus-5", USAGE),
        Slotted("claude-opus-5", USAGE),
        MappingProxyType({"model": "claude-opus-5", "usage": MappingProxyType(USAGE)}),
        io.StringIO(json.dumps(MESSAGE, indent=2)),
        io.BytesIO(json.dumps(MESSAGE).encode()),
    ):
        assert BOOK.price_any(value, at=AT).total == COST


def test_an_object_that_stands_in_itself() -> None:
    value: dict[str, Any] = {"usage": USAGE}
    value["self"] = value
    with pytest.raises(UsageError) as caught:
        pricelang.usage_of(value)
    assert caught.value.code == "too_deep"


def test_what_stands_in_a_list_is_plain_when_it_is_looked_at() -> None:
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    assert pricelang.usage_of({"usage": USAGE, "content": deep}).parts
    with pytest.raises(UsageError) as caught:
        pricelang.usage_of({"usage": {**USAGE, "unknown": deep}})
    assert caught.value.code == "too_deep"
    blocks: Any = plain_of([(1, 2), {"at": (3,)}])
    assert (blocks[0], len(blocks), [4] in blocks) == ([1, 2], 2, False)
    assert list(reversed(blocks)) == [{"at": [3]}, [1, 2]]
    assert blocks == [[1, 2], {"at": [3]}]


def test_an_object_is_not_changed() -> None:
    message = Message.model_validate(MESSAGE)
    before = message.model_dump_json()
    BOOK.price_any(message, at=AT)
    BOOK.price_any(EVENTS, at=AT)
    assert message.model_dump_json() == before
    assert EVENTS[0]["message"]["usage"]["output_tokens"] == 1
