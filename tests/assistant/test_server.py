"""The assistant's tools, as a client of the protocol meets them in this process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from mcp import Client

import pricelang
from pricelang.assistant.server import make_server

T = TypeVar("T")
REQUEST = {"model": "claude-opus-4-7", "at": "2026-04-17", "usage": {"input": 50_000, "output": 2}}


def asked(question: Callable[[Client], Awaitable[T]]) -> T:
    """What a client of the server is answered."""

    async def ask() -> T:
        async with Client(make_server("anthropic")) as client:
            return await question(client)

    return asyncio.run(ask())


def call(tool: str, **arguments: object) -> Any:
    """The answer of a tool."""
    found = asked(lambda client: client.call_tool(tool, arguments))
    assert not found.is_error, found
    return found.structured_content


def test_the_tools_have_schemas_and_say_what_they_are() -> None:
    tools = {tool.name: tool for tool in asked(lambda client: client.list_tools()).tools}
    assert list(tools) == ["price", "explain", "quote", "models", "check", "audit", "diff"]
    assert tools["price"].input_schema["required"] == ["model", "usage"]
    assert all(tool.description and tool.output_schema for tool in tools.values())


def test_a_price_is_that_of_the_book() -> None:
    found = call("price", **REQUEST)
    assert found == pricelang.load().price(**REQUEST).to_dict()  # type: ignore[arg-type]
    assert found["total"] == "0.25005"
    explained = call("explain", **REQUEST)
    assert "anthropic/rates.price" in explained["explanation"]


def test_a_quantity_is_the_decimal_that_was_written() -> None:
    usage = {"session_time": 0.1}
    at = {"model": "claude-opus-4-7", "at": "2026-04-17"}
    found = call("price", **at, usage=usage, dimensions={"surface": "managed_agents"})
    assert found["lines"][0]["quantity"] == "0.1"
    assert found["total"] == "0.008"


def test_what_cannot_be_priced_is_an_error_with_a_help() -> None:
    found = call("price", model="claude-opus-47", usage={"input": 1})
    assert found["error"]["code"] == "unknown_model"
    assert "claude-opus-4-7" in found["error"]["help"]
    unknown = call("price", **REQUEST, dimensions={"speed": "fsat"})
    assert unknown["error"]["code"] == "unknown_value"


def test_a_request_is_quoted_before_it_is_sent() -> None:
    body = {
        "model": "claude-opus-5-5",
        "max_tokens": 100,
        "messages": [{"role": "user", "content": "hello"}],
    }
    found = call("quote", request=body, at="2026-11-01")
    assert "error" not in found


def test_rules_are_checked_audited_and_compared() -> None:
    text = (
        'book acme "Acme" extends anthropic from 2026-01-01\nmultiplier own "Own"\n  10% off tokns'
    )
    found = call("check", text=text)
    assert [(one["code"], one["line"]) for one in found["faults"]] == [("unknown_meter", 3)]
    right = text.replace("tokns", "tokens")
    assert call("check", text=right)["text"] == "no faults"
    changes = call("diff", text=right)["changes"]
    assert ["new `own`: x 0.9 on" in change["text"] for change in changes] == [True]
    audit = call("audit", text=right + "\nclaim own is x 0.8 on tokens")
    broken = [one for one in audit["claims"] if not one["holds"]]
    assert [one["claim"] for one in broken] == ["claim own is x 0.8 on tokens"]


def test_the_rules_are_resources() -> None:
    found = {str(one.uri) for one in asked(lambda client: client.list_resources()).resources}
    assert "pricelang://rules/anthropic/rates.price" in found
    read = asked(lambda client: client.read_resource("pricelang://rules/anthropic/rates.price"))
    assert "rates per MTok" in json.dumps(read.model_dump(mode="json"))
