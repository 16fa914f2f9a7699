"""What LangChain itself writes of a message, read as files are: dumps, lists and results."""

from __future__ import annotations

import json
from functools import reduce
from operator import add
from typing import Any

import pytest
from langchain_anthropic.chat_models import _create_usage_metadata
from langchain_core.load import dumpd
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, messages_to_dict
from langchain_core.outputs import ChatGeneration, LLMResult

from pricelang.usage.live.usage_of import usage_of
from pricelang.usage.records import Record, Rejected, Skipped
from tests.usage.helpers import outcomes, records

MODEL = "claude-sonnet-4-6"
RIGHT = {
    "input": 12,
    "output": 300,
    "cache_write_5m": 500,
    "cache_write_1h": 1_500,
    "cache_read": 8_000,
}


class Usage:
    """The usage of a response, with the names that langchain-anthropic asks for."""

    input_tokens = 12
    output_tokens = 300
    cache_read_input_tokens = 8_000
    cache_creation_input_tokens = 2_000
    cache_creation = {"ephemeral_5m_input_tokens": 500, "ephemeral_1h_input_tokens": 1_500}  # noqa: RUF012


MESSAGE = AIMessage(
    content="…",
    id="lc_run--1",
    usage_metadata=_create_usage_metadata(Usage()),  # type: ignore[arg-type]
    response_metadata={"model_name": MODEL, "model_provider": "anthropic"},
)
RESULT = LLMResult(generations=[[ChatGeneration(message=MESSAGE)]])
DUMPS: dict[str, Any] = {
    "dump": MESSAGE.model_dump(mode="json"),
    "constructor": dumpd(MESSAGE),
    "dicts": messages_to_dict([HumanMessage("…"), MESSAGE]),
    "result": json.loads(RESULT.model_dump_json(serialize_as_any=True)),
    "run": {
        "run_type": "llm",
        "outputs": {"generations": [[{"text": "…", "message": dumpd(MESSAGE)}]]},
    },
}


@pytest.mark.parametrize("name", DUMPS)
def test_what_langchain_writes_is_one_request(name: str) -> None:
    (found,) = records(outcomes(DUMPS[name]))
    (part,) = found.parts
    assert (found.format, part.model, dict(part.usage)) == ("langchain", MODEL, RIGHT)


# ---- chunks, one a line ----

COUNTS: Any = {
    "input_tokens": 12,
    "output_tokens": 6,
    "total_tokens": 18,
    "input_token_details": {"cache_read": 4},
}
PROMPT: Any = {**COUNTS, "output_tokens": 0, "total_tokens": 12}
ANSWER: Any = {"input_tokens": 0, "output_tokens": 6, "total_tokens": 6}
NAMED: Any = {"model_name": MODEL, "finish_reason": "stop"}


def chunk(**fields: Any) -> AIMessageChunk:
    return AIMessageChunk(**{"content": "", "id": "lc_run--1"} | fields)


OPENAI = [
    chunk(content="hi"),
    chunk(response_metadata=NAMED),
    chunk(usage_metadata=COUNTS),
    chunk(chunk_position="last"),
]
STREAMS = {
    "openai": OPENAI,
    "without its end": OPENAI[:3],
    "anthropic": [
        chunk(response_metadata=NAMED, usage_metadata=PROMPT),
        chunk(content=[{"type": "text", "text": "hi", "index": 0}]),
        chunk(usage_metadata=ANSWER, response_metadata={"stop_reason": "end_turn"}),
    ],
}


def lines_of(chunks: list[AIMessageChunk], dump: Any) -> list[str]:
    return [json.dumps(dump(one)) for one in chunks]


@pytest.mark.parametrize(
    "dump", [AIMessageChunk.model_dump, dumpd, lambda one: messages_to_dict([one])[0]]
)
@pytest.mark.parametrize("name", STREAMS)
def test_chunks_by_line_are_one_request(name: str, dump: Any) -> None:
    chunks = STREAMS[name]
    (found,) = outcomes("\n".join(lines_of(chunks, dump)))
    whole = reduce(add, chunks)
    assert isinstance(found, Record)
    assert (found.format, found.place.line) == ("langchain", 1)
    assert found.parts == usage_of(whole).parts
    assert (found.parts[0].model, found.parts[0].usage) == (
        MODEL,
        {"input": 8, "cache_read": 4, "output": 6},
    )


def test_streams_that_cross_each_other() -> None:
    other = [one.model_copy(update={"id": "lc_run--2"}) for one in STREAMS["anthropic"]]
    lines = lines_of(
        [one for pair in zip(STREAMS["without its end"], other, strict=True) for one in pair],
        AIMessageChunk.model_dump,
    )
    found = records(outcomes("\n".join(lines)))
    assert [one.place.id for one in found] == ["lc_run--1", "lc_run--2"]
    assert found[0].parts == found[1].parts


def test_a_message_and_its_chunks_count_once() -> None:
    whole = reduce(add, OPENAI)
    lines = lines_of([*OPENAI[:3], whole, whole], AIMessageChunk.model_dump)
    found = outcomes("\n".join(lines))
    assert len(records(found)) == 1
    assert len(found) == 3  # two are copies


def test_chunks_that_may_repeat_each_other_are_refused() -> None:
    more = chunk(usage_metadata={**COUNTS, "output_tokens": 9, "total_tokens": 21})
    (found,) = outcomes("\n".join(lines_of([*OPENAI[:3], more], AIMessageChunk.model_dump)))
    assert isinstance(found, Rejected)
    assert (found.code, found.place.line) == ("changed_response", 1)


def test_chunks_without_counts_are_no_usage() -> None:
    (found,) = outcomes("\n".join(lines_of(OPENAI[:2], AIMessageChunk.model_dump)))
    assert isinstance(found, Skipped)
