"""What LangChain itself writes of a message, read as files are: dumps, lists and results."""

from __future__ import annotations

import json
from typing import Any

import pytest
from langchain_anthropic.chat_models import _create_usage_metadata
from langchain_core.load import dumpd
from langchain_core.messages import AIMessage, HumanMessage, messages_to_dict
from langchain_core.outputs import ChatGeneration, LLMResult

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
