"""The law for unknown counters: above zero they refuse a record,
at nothing they change nothing, at any place of any format.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pricelang
from pricelang.model.errors import PriceError
from pricelang.model.notes import Note
from pricelang.usage.formats.registry import reader_of
from pricelang.usage.numbers import is_counter
from pricelang.usage.reading import message_record, read
from pricelang.usage.records import Outcome, Part, Place, Record, Rejected, UsageError
from pricelang.usage.several import several
from pricelang.usage.unknown import ANYTHING, known_names, note_unknown
from pricelang.usage.unknown_policy import POLICIES

from .helpers import message, one_record, one_rejected, outcomes
from .test_other_formats import CHAT, CONVERSE, LOG, SESSION, span

BOOK = pricelang.load()
DAY = {"starting_at": "2026-10-20T00:00:00Z", "ending_at": "2026-10-21T00:00:00Z"}
ROW = {
    "model": "claude-opus-5",
    "service_tier": "standard",
    "inference_geo": "global",
    "uncached_input_tokens": 9,
    "output_tokens": 2,
    "cache_creation": {"ephemeral_5m_input_tokens": 1},
    "server_tool_use": {"web_search_requests": 1},
}
ITERATION = {
    "type": "message",
    "input_tokens": 10,
    "output_tokens": 5,
    "output_tokens_details": {"thinking_tokens": 1},
}
# A record of each format, and the paths of the objects in it that count.
RECORDS: dict[str, tuple[Any, list[tuple[Any, ...]]]] = {
    "messages": (
        message(
            {
                "cache_creation": {},
                "server_tool_use": {"web_search_requests": 1},
                "output_tokens_details": {"thinking_tokens": 1},
                "iterations": [ITERATION],
            }
        ),
        [
            ("usage",),
            ("usage", "cache_creation"),
            ("usage", "server_tool_use"),
            ("usage", "output_tokens_details"),
            ("usage", "iterations", 0),
            ("usage", "iterations", 0, "output_tokens_details"),
        ],
    ),
    "batch": (
        {"custom_id": "a", "result": {"type": "succeeded", "message": message()}},
        [("result", "message", "usage")],
    ),
    "claude-code": (
        {
            "type": "assistant",
            "requestId": "r",
            "timestamp": "2026-08-01T00:00:00Z",
            "message": message(),
        },
        [("message", "usage")],
    ),
    "claude-result": (
        {
            "type": "result",
            "modelUsage": {"claude-opus-5": {"inputTokens": 9, "outputTokens": 2}},
            "usage": {},
        },
        [("modelUsage", "claude-opus-5")],
    ),
    "managed-agents": (
        SESSION | {"usage": {"input_tokens": 1, "cache_creation": {}, "server_tool_use": {}}},
        [("usage",), ("usage", "cache_creation"), ("usage", "server_tool_use")],
    ),
    "bedrock": (
        {
            "usage": CONVERSE
            | {"cacheDetails": [{"ttl": "5m", "inputTokens": 0}], "serverToolUsage": {}}
        },
        [("usage",), ("usage", "cacheDetails", 0), ("usage", "serverToolUsage")],
    ),
    "openai": (
        {
            "usage": CHAT
            | {
                "prompt_tokens_details": {"cached_tokens": 4},
                "completion_tokens_details": {},
                "server_tool_use": {},
            }
        },
        [
            ("usage",),
            ("usage", "prompt_tokens_details"),
            ("usage", "completion_tokens_details"),
            ("usage", "server_tool_use"),
        ],
    ),
    "litellm": (LOG | {"metadata": {"usage_object": CHAT}}, [("metadata", "usage_object")]),
    "langfuse": ({"usageDetails": {"input": 9, "output": 2}}, [("usageDetails",)]),
    "pydantic": (
        {
            "model_name": "m",
            "usage": {"input_tokens": 9, "output_tokens": 2, "cache_read_tokens": 4, "details": {}},
        },
        [("usage",), ("usage", "details")],
    ),
    "ai-sdk": (
        {
            "model": "m",
            "usage": {
                "inputTokens": 9,
                "outputTokens": 2,
                "inputTokenDetails": {"cacheReadTokens": 4},
                "outputTokenDetails": {},
            },
        },
        [("usage",), ("usage", "inputTokenDetails"), ("usage", "outputTokenDetails")],
    ),
    "admin-usage": (
        {"data": [DAY | {"results": [ROW]}]},
        [
            ("data", 0, "results", 0),
            ("data", 0, "results", 0, "cache_creation"),
            ("data", 0, "results", 0, "server_tool_use"),
        ],
    ),
    "claude-code-analytics": (
        {
            "data": [
                {
                    "date": "2026-10-20",
                    "model_breakdown": [{"model": "m", "tokens": {"input": 1, "output": 1}}],
                }
            ]
        },
        [("data", 0, "model_breakdown", 0), ("data", 0, "model_breakdown", 0, "tokens")],
    ),
}
PLACES = [(name, path) for name, (_, paths) in RECORDS.items() for path in paths]
NOTHING: list[Any] = [
    0,
    None,
    False,
    "",
    [],
    {},
    "0",
    "0.0",
    Decimal(0),
    {"deep": [0, {"er": None}]},
]
COUNTERS: list[Any] = [
    1,
    7,
    "12",
    "1e3",
    Decimal("0.5"),
    {"deep": {"er": 3}},
    [0, {"x": 2}],
    10**17,
]


def put(name: str, path: tuple[Any, ...], key: str, value: object) -> Any:
    """The record of a name with a key more at a path."""
    found = copy.deepcopy(RECORDS[name][0])
    holder = found
    for step in path:
        holder = holder[step]
    holder[key] = value
    return found


def seen(value: object) -> list[object]:
    """What is billed of a value: its parts, and the codes of what is refused."""
    return [
        one.parts if isinstance(one, Record) else getattr(one, "code", "skipped")
        for one in outcomes(json.dumps(value, default=str))
    ]


keys = st.text("abcdefghijklmnop_", min_size=1, max_size=12).map(lambda text: f"zz_{text}")


@pytest.mark.parametrize("name", RECORDS)
def test_each_record_is_read_as_it_is(name: str) -> None:
    assert all(isinstance(one, Record) for one in outcomes(RECORDS[name][0]))


@given(st.sampled_from(PLACES), keys, st.sampled_from(NOTHING))
@settings(max_examples=150)
def test_an_unknown_key_at_nothing_is_nothing(
    place: tuple[str, tuple[Any, ...]], key: str, value: object
) -> None:
    before, after = (
        outcomes(RECORDS[place[0]][0]),
        outcomes(json.dumps(put(*place, key, value), default=str)),
    )
    assert [(one.parts, one.notes) for one in after if isinstance(one, Record)] == [
        (one.parts, one.notes) for one in before if isinstance(one, Record)
    ]


@given(st.sampled_from(PLACES), keys, st.sampled_from(COUNTERS))
@settings(max_examples=150)
def test_an_unknown_counter_above_zero_refuses_the_record_or_is_a_warning(
    place: tuple[str, tuple[Any, ...]], key: str, value: object
) -> None:
    text = json.dumps(put(*place, key, value), default=str)
    assert seen(put(*place, key, value)) == ["unknown_counter"]
    fault = next(read(text, "x"))
    assert isinstance(fault, Rejected)
    assert f"{key}" in fault.message
    assert "--unknown-counters warn" in str(fault.help)
    (warned,) = read(text, "x", unknown_counters="warn")
    (plain,) = outcomes(RECORDS[place[0]][0])
    assert isinstance(warned, Record)
    assert isinstance(plain, Record)
    assert warned.parts == plain.parts
    assert [note.code for note in warned.notes if note not in plain.notes] == [
        "unknown_counter"
    ] * sum(1 for note in warned.notes if note.code == "unknown_counter")
    assert any(note.doubtful for note in warned.notes)


@pytest.mark.parametrize(
    "key",
    [
        "gen_ai.usage.zz",
        "anthropic.usage.zz",
        "llm.token_count.zz",
        "llm.usage.zz",
        "ai.usage.zz",
        "gen_ai.usage.input_tokens.zz",
    ],
)
def test_the_law_holds_for_attributes_of_spans(key: str) -> None:
    value = span(**{key: 3})
    if key.startswith("ai."):
        value["attributes"] |= {"ai.usage.inputTokens": 100, "ai.usage.outputTokens": 5}
    assert one_rejected(value).code == "unknown_counter"
    for nothing in (0, None, False, ""):
        value["attributes"][key] = nothing
        assert one_record(value).parts[0].usage == {"input": 100, "output": 5}


def test_a_help_names_no_more_than_a_person_reads() -> None:
    found = one_rejected(span(**{"gen_ai.usage.details.cache_read_toks": 3}))
    assert (found.help or "").startswith("known here: gen_ai.usage.details.cache_read_tokens, ")
    assert len(found.help or "") < 400


def test_json_in_an_attribute_is_looked_into() -> None:
    assert one_rejected(
        span(**{"gen_ai.usage.input_token_details": '{"cache_read": 67}'})
    ).message.startswith("`gen_ai.usage.input_token_details.cache_read` is 67")


def test_a_message_in_memory_is_refused_or_let_pass() -> None:
    value = message({"server_tool_use": {"web_search_requests": 0, "dream_requests": 2}})
    with pytest.raises(UsageError) as caught:
        message_record(value)
    assert (
        caught.value.message
        == "`usage.server_tool_use.dream_requests` is 2, and this counter is not known: it may be billed"
    )
    assert str(caught.value.help).startswith(
        "known here: code_execution_requests, web_fetch_requests, web_search_requests; "
    )
    with pytest.raises(PriceError) as refused:
        BOOK.price_message(value, at="2026-08-01")
    assert refused.value.code == "unknown_counter"
    bill = BOOK.price_message(value, at="2026-08-01", unknown_counters="warn")
    assert (bill.total, [note.code for note in bill.notes]) == (
        BOOK.price_message(message(), at="2026-08-01").total,
        ["unknown_counter"],
    )
    with pytest.raises(PriceError):
        BOOK.price_message(value, at="2026-08-01", unknown_counters="ignore")


def test_floats_and_what_is_odd_in_memory() -> None:
    assert [
        is_counter(value)
        for value in (
            0.5,
            float("nan"),
            Decimal("NaN"),
            True,
            "7 apples",
            "1e999999999",
            "0e5",
            -3,
            b"9",
        )
    ] == [True, False, False, False, False, True, False, False, False]
    notes: list[Note] = []
    note_unknown({"a": 10**50, "b": True, "c": -1, "d": ["x"]}, [], "usage", notes)
    assert [note.code for note in notes] == [
        "unknown_counter",
        "unknown_key",
        "unknown_key",
        "unknown_key",
    ]
    note_unknown({f"k{n}": 1 for n in range(10_000)}, [], "usage", notes)
    assert len(notes) <= 200


@pytest.mark.parametrize(
    "cost", [0.1, {"total_cost": 0.1, "input_tokens_cost": 0.05}, [{"request_cost": 1}], "0.1"]
)
def test_costs_are_no_counters_whatever_their_form(cost: object) -> None:
    usage = {"prompt_tokens": 12, "completion_tokens": 3, "cost": cost, "cost_details": cost}
    assert (
        one_record({"object": "chat.completion", "model": "claude-opus-5", "usage": usage}).notes
        == ()
    )


def test_numbers_of_requests() -> None:
    assert several({"num_requests": "3"})
    assert several({}, {"request_count": Decimal("2")})
    assert not several(
        {"requests": 1}, {"requests": None}, {"requests": [1, 2]}, {"requests": True}
    )


class Plugin:
    """A format from outside, which leaves what it does not know to the helper."""

    FORMAT = "plug"
    KNOWN = known_names("in", "out", raw=ANYTHING)

    def outcomes(self, value: Any, place: Place) -> Iterator[Outcome]:
        notes: list[Note] = []
        note_unknown(value["use"], self.KNOWN, "use", notes)
        yield Record(
            (Part(value["model"], None, {}, {"input": value["use"]["in"]}),),
            place,
            self.FORMAT,
            tuple(notes),
        )

    def known(self, value: Any) -> bool:
        return "use" in value


def test_plugins_obey_the_same_law(monkeypatch: pytest.MonkeyPatch) -> None:
    class Point:
        name, value = "plug", "plug:Plugin"

        def load(self) -> Plugin:
            return Plugin()

    monkeypatch.setattr("pricelang.usage.formats.registry._PLUGINS", {"plug": Point()})
    value = {"model": "m", "use": {"in": 3, "zz": 1, "raw": {"x": 9}}}
    assert one_rejected(value).code == "unknown_counter"
    assert isinstance(next(read(json.dumps(value), "x", unknown_counters="warn")), Record)
    assert isinstance(one_record({"model": "m", "use": {"in": 3, "raw": {"x": 9}}}), Record)
    assert list(reader_of("plug")(value, Place("x")))


def test_only_two_policies() -> None:
    assert POLICIES == ("refuse", "warn")
    with pytest.raises(UsageError):
        read("{}", "x", unknown_counters="no")


CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "recorded.jsonl"


@pytest.mark.skipif(not CASES.exists(), reason=f"the recorded responses are not there: {CASES}")
def test_each_recorded_response_has_its_amount() -> None:
    found = [
        json.loads(line, parse_float=Decimal)
        for line in CASES.read_text(encoding="utf-8").splitlines()
    ]
    assert len(found) >= 274
    for value in found:
        bill = BOOK.price_message(
            {"model": value["model"], "usage": value["usage"]}, at="2026-11-28"
        )
        assert str(bill.total.normalize()) == str(Decimal(value["amount"]).normalize()), value
