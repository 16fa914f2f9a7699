"""The assistant's tools, as a client of the protocol meets them in this process."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, TypeVar

import pytest
from jsonschema import Draft202012Validator
from mcp import Client, MCPError, StdioServerParameters

import pricelang
from pricelang.apps.output_schemas import standing_alone
from pricelang.assistant.server import make_server
from pricelang.assistant.tools import MOST

T = TypeVar("T")
ERRORS = Draft202012Validator(standing_alone({"$ref": "common.schema.json#/$defs/error"}))
BODY = {
    "model": "claude-opus-5-5",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "hello"}],
}
REQUEST = {"model": "claude-opus-4-7", "at": "2026-04-17", "usage": {"input": 50_000, "output": 2}}


def asked(question: Callable[[Client], Awaitable[T]]) -> T:
    """What a client of the server is answered."""

    async def ask() -> T:
        async with Client(make_server("anthropic")) as client:
            return await question(client)

    return asyncio.run(ask())


def call(tool: str, **arguments: object) -> Any:
    """The answer of a tool, which the client holds against the schema of the tool; the text of it
    is the same.
    """
    found = asked(lambda client: client.call_tool(tool, arguments))
    assert found.is_error == ("error" in found.structured_content), found
    assert json.loads(found.content[0].text) == found.structured_content
    if found.is_error:
        assert found.structured_content.keys() == {"error"}
        ERRORS.validate(found.structured_content["error"])
    return found.structured_content


def test_the_tools_have_schemas_and_say_what_they_are() -> None:
    tools = {tool.name: tool for tool in asked(lambda client: client.list_tools()).tools}
    assert list(tools) == ["price", "explain", "quote", "models", "check", "audit", "diff"]
    for tool in tools.values():
        assert tool.title
        assert tool.description
        assert "\n" not in tool.description
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
        for schema in (tool.input_schema, tool.output_schema):
            Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object"
        assert tool.input_schema["additionalProperties"] is False
        arguments = tool.input_schema["properties"].values()
        assert all(one.get("description") for one in arguments)
    taken = tools["price"].input_schema
    assert taken["required"] == ["model", "usage"]
    assert "batch" in taken["properties"]["dimensions"]["properties"]["service_tier"]["description"]
    assert taken["properties"]["usage"]["properties"]["session_time"]["description"] == "hour"


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


@pytest.mark.parametrize(
    ("tool", "arguments", "code", "help"),
    [
        # a batch that was said at the wrong place would have cost twice as much
        ("price", {**REQUEST, "service_tier": "batch"}, "unknown_argument", "into `dimensions`"),
        ("price", {**REQUEST, "input": 3}, "unknown_argument", "into `usage`"),
        ("price", {**REQUEST, "dimensons": {}}, "unknown_argument", "`dimensions`"),
        ("price", {**REQUEST, "usage": {}}, "missing_key", "what was used"),
        ("price", {"model": "claude-opus-4-7"}, "missing_key", ""),
        ("price", {**REQUEST, "usage": {"input": True}}, "wrong_type", ""),
        ("price", {**REQUEST, "usage": {"input": None}}, "wrong_type", ""),
        ("price", {**REQUEST, "usage": "{}"}, "wrong_type", ""),
        ("price", {**REQUEST, "usage": {"input": -1}}, "bad_quantity", ""),
        ("price", {**REQUEST, "usage": {"input_tokens": 1}}, "unknown_meter", "input"),
        ("price", {**REQUEST, "at": "yesterday"}, "bad_date", "such as `2026-07-24`"),
        ("price", {**REQUEST, "dimensions": {"model": "x"}}, "unknown_dimension", ""),
        ("price", {**REQUEST, "model": "\x1b[31m" * 9000}, "unknown_model", "models"),
        ("quote", {"request": {}}, "missing_key", ""),
        ("quote", {"request": BODY, "output": -1}, "wrong_type", ""),
        ("quote", {"request": {"model": "x", "messages": "hi"}}, "wrong_type", ""),
        ("audit", {"text": "/etc/hostname"}, "no_book", "book NAME"),
        ("diff", {}, "missing_key", ""),
        ("diff", {"at": "2026-01-01"}, "missing_key", ""),
        ("models", {"at": "never"}, "bad_date", ""),
    ],
)
def test_a_wrong_question_is_answered_with_a_code_and_a_help(
    tool: str, arguments: dict[str, Any], code: str, help: str
) -> None:
    error = call(tool, **arguments)["error"]
    assert error["code"] == code
    assert help in (error["help"] or "")
    assert len(json.dumps(error)) < 700
    assert "`--" not in json.dumps(error)


def test_what_nobody_foresaw_is_an_error_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("pricelang.assistant.tools.Tools.models", broken)
    assert call("models")["error"]["code"] == "internal"


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("models", {}),
        ("audit", {}),
        ("check", {"text": "xx yy\n" * 3000}),
        ("diff", {"at": "2023-01-01", "other_at": "2026-11-02"}),
    ],
)
def test_an_answer_is_small_enough_to_read(tool: str, arguments: dict[str, Any]) -> None:
    found = call(tool, **arguments)
    assert len(json.dumps(found)) < 12_000
    assert max(len(rows) for rows in found.values() if isinstance(rows, list)) <= MOST


def test_a_long_answer_is_narrowed_by_its_arguments() -> None:
    days = {"at": "2023-01-01", "other_at": "2026-11-02"}
    assert call("diff", **days)["more"] > 0
    one = call("diff", **days, model="claude-sonnet-5-5")
    assert one["more"] == 0
    assert any("`claude-sonnet-5-5`" in change["text"] for change in one["changes"])
    named = call("models", named="haiku")["models"]
    assert named
    assert all("haiku" in model["name"] for model in named)
    early = call("models", at="2026-10-06")["models"]
    assert max(model["released"] for model in early) <= "2026-10-06"
    assert early[0]["released"] == max(model["released"] for model in early)


def test_a_help_names_arguments_also_where_a_command_serves() -> None:
    """Over standard input and output, as an assistant starts it."""

    async def ask() -> Any:
        server = StdioServerParameters(command=sys.executable, args=["-m", "pricelang", "mcp"])
        async with Client(server) as client:
            return await client.call_tool("quote", {"request": BODY, "at": "2026-11-01"})

    found = asyncio.run(ask())
    texts = " ".join(note["text"] for note in found.structured_content["notes"])
    assert "`output=" in texts
    assert "`--" not in texts


def test_a_request_is_quoted_before_it_is_sent() -> None:
    found = call("quote", request=BODY, at="2026-11-01")
    assert "error" not in found
    longer = call("quote", request=BODY, at="2026-11-01", output=90)
    assert Decimal(longer["expected"]) < Decimal(found["expected"])


def test_rules_are_checked_audited_and_compared() -> None:
    text = (
        'book acme "Acme" extends anthropic from 2026-01-01\nmultiplier own "Own"\n  10% off tokns'
    )
    found = call("check", text=text)
    assert [(one["code"], one["line"]) for one in found["faults"]] == [("unknown_meter", 3)]
    right = text.replace("tokns", "tokens")
    assert call("check", text=right) == {"faults": [], "more": 0}
    assert found["faults"][0]["fixes"][0]["edits"][0]["text"] == "tokens"
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


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (lambda client: client.read_resource("pricelang://rules/../etc/hostname"), "no such"),
        (lambda client: client.call_tool("nothing", {}), "unknown tool"),
    ],
)
def test_what_is_not_served_is_an_error_of_the_protocol(
    question: Callable[[Client], Awaitable[object]], words: str
) -> None:
    async def refused(client: Client) -> None:
        with pytest.raises(MCPError, match=words):
            await question(client)

    asked(refused)
