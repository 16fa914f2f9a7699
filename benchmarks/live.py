"""Objects in memory beside the reader alone, which gets the same usage as a plain mapping: the
record of each, and its bill.

    python -m benchmarks --only live
"""

from __future__ import annotations

import json
import timeit
from collections.abc import Callable
from typing import Any

import pricelang
from pricelang.apps.price_records import price_record
from pricelang.usage.formats.registry import format_of, reader_of
from pricelang.usage.reading import read
from pricelang.usage.records import Place, Record
from pricelang.usage.shapes import identity

AT = "2026-08-01"
MODEL = "claude-opus-5"
AIM = 1.3
MESSAGE: dict[str, Any] = {
    "id": "msg_01",
    "type": "message",
    "role": "assistant",
    "model": MODEL,
    "content": [{"type": "text", "text": "hello " * 200}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {
        "input_tokens": 1200,
        "output_tokens": 300,
        "cache_read_input_tokens": 5000,
        "cache_creation_input_tokens": 700,
        "cache_creation": {"ephemeral_5m_input_tokens": 200, "ephemeral_1h_input_tokens": 500},
        "service_tier": "standard",
    },
}
CHAT: dict[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1785585600,
    "model": MODEL,
    "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hi"}}
    ],
    "usage": {
        "prompt_tokens": 6200,
        "completion_tokens": 300,
        "total_tokens": 6500,
        "prompt_tokens_details": {"cached_tokens": 5000},
    },
}


def objects() -> dict[str, tuple[dict[str, Any], Any]]:
    """Each object by its name, and the plain mapping that a file would have of it."""
    from anthropic.types import Message
    from openai.types.chat import ChatCompletion

    message, chat = Message.model_validate(MESSAGE), ChatCompletion.model_validate(CHAT)
    return {
        "a dict of a message": (MESSAGE, MESSAGE),
        "`anthropic.types.Message`": (message.model_dump(), message),
        "a dict of a chat": (CHAT, CHAT),
        "`openai.types.chat.ChatCompletion`": (chat.model_dump(), chat),
        **_others(),
    }


def _others() -> dict[str, tuple[dict[str, Any], Any]]:
    from langchain_core.messages import AIMessage
    from pydantic_ai.messages import ModelMessagesTypeAdapter, ModelResponse, TextPart
    from pydantic_ai.usage import RequestUsage

    usage = RequestUsage(input_tokens=6200, output_tokens=300, cache_read_tokens=5000)
    response = ModelResponse(parts=[TextPart("hi")], usage=usage, model_name=MODEL)
    plain: Any = json.loads(ModelMessagesTypeAdapter.dump_json([response]))[0]
    metadata: Any = {
        "input_tokens": 6200,
        "output_tokens": 300,
        "total_tokens": 6500,
        "input_token_details": {"cache_read": 5000},
    }
    answer = AIMessage(
        content="hi", usage_metadata=metadata, response_metadata={"model_name": MODEL}
    )
    return {
        "`pydantic_ai.messages.ModelResponse`": (plain, response),
        "`langchain_core.messages.AIMessage`": (answer.model_dump(), answer),
    }


def ratios(rounds: int) -> list[str]:
    """A row for each object: what the reader takes, the front door and their ratio; for the record,
    for the bill, and beside a line of a file, whose JSON is decoded too.
    """
    book = pricelang.load()
    rows = [
        "| object | reader | `usage_of` | ratio | a line of a file | ratio | with a bill | `price_any` | ratio |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, (plain, value) in objects().items():
        reader, lines = _by_reader(plain), [json.dumps(plain)]
        times = _times(
            {
                "reader": reader,
                "record": lambda value=value: pricelang.usage_of(value),
                "line": lambda lines=lines: list(read(lines, "usage.jsonl")),
                "bill": lambda reader=reader: price_record(book.cards, reader(), None, AT, {}),
                "any": lambda value=value: book.price_any(value, at=AT),
            },
            rounds,
        )
        cells = [
            *(times["reader"], times["record"], times["record"] / times["reader"]),
            *(times["line"], times["record"] / times["line"]),
            *(times["bill"], times["any"], times["any"] / times["bill"]),
        ]
        shown = [
            f"{cell:.2f}" if n in (2, 4, 7) else f"{cell:.1f} µs" for n, cell in enumerate(cells)
        ]
        rows.append(f"| {name} | " + " | ".join(shown) + " |")
    return rows


def _by_reader(plain: dict[str, Any]) -> Callable[[], Record]:
    """What a file's record takes once its JSON is decoded."""

    def read() -> Record:
        place = Place("", None, identity(plain))
        (record,) = reader_of(format_of(plain))(plain, place)
        assert isinstance(record, Record)
        return record

    return read


def _times(calls: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The least time of each call in microseconds, over many short rounds that are interleaved: what
    else the machine does only adds to it.
    """
    best = dict.fromkeys(calls, float("inf"))
    for _ in range(rounds):
        for name, call in calls.items():
            best[name] = min(best[name], timeit.timeit(call, number=50) / 50 * 1e6)
    return best


def page(quick: bool) -> list[str]:
    """The part of the results that these rows are."""
    return [
        "",
        "## Objects in memory",
        "",
        f"The aim is {AIM} times the reader, which has the same usage as a plain mapping.",
        "",
        *ratios(100 if quick else 400),
    ]
