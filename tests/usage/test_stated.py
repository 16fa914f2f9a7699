"""What a record says wins over what a caller gives,
for each format and dimension; and a sum is a sum.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import pricelang
from pricelang.usage.records import Skipped

from .helpers import message, one_record, outcomes
from .test_other_formats import CHAT, CONVERSE, LOG, SESSION, span, told

BOOK = pricelang.load()
MODEL, AT = "claude-opus-5", "2026-10-20T00:00:00Z"
DAY = {"starting_at": AT, "ending_at": "2026-10-21T00:00:00Z"}
ROW = {
    "model": MODEL,
    "service_tier": None,
    "inference_geo": None,
    "uncached_input_tokens": 1_000_000,
    "output_tokens": 0,
}
MILLION = {"input_tokens": 1_000_000, "output_tokens": 0}
OTHERS = {"service_tier": "batch", "speed": "fast", "inference_geo": "us"}
PLAIN = {"service_tier": "standard", "speed": "standard", "inference_geo": "global"}


def messages(**said: object) -> Any:
    return message(MILLION | said)


def transcript(**said: object) -> Any:
    return {"type": "assistant", "requestId": "r", "timestamp": AT, "message": messages(**said)}


def result(**said: object) -> Any:
    return {
        "type": "result",
        "modelUsage": {MODEL: {"inputTokens": 1_000_000, "outputTokens": 0}},
        "usage": said,
    }


def session(**said: object) -> Any:
    return SESSION | {"agent": {"model": {"id": MODEL, **said}}, "usage": MILLION}


def converse(**said: object) -> Any:
    return {
        "modelId": f"global.anthropic.{MODEL}",
        "serviceTier": {"type": said["service_tier"]},
        "usage": CONVERSE | {"inputTokens": 1_000_000, "outputTokens": 0},
    }


def openai(**said: object) -> Any:
    return {"model": MODEL, "usage": {"prompt_tokens": 1_000_000, "completion_tokens": 0, **said}}


def openai_top(**said: object) -> Any:
    return {"model": MODEL, "usage": {"prompt_tokens": 1_000_000, "completion_tokens": 0}, **said}


def litellm(**said: object) -> Any:
    return LOG | {"model": MODEL, "metadata": {"usage_object": openai(**said)["usage"]}}


def spans(**said: object) -> Any:
    counts = {
        "gen_ai.response.model": MODEL,
        "gen_ai.usage.input_tokens": 1_000_000,
        "gen_ai.usage.output_tokens": 0,
    }
    return span(**counts, **{f"anthropic.response.{key}": value for key, value in said.items()})


def spans_of_openai(**said: object) -> Any:
    made = spans()
    return made | {
        "attributes": made["attributes"] | {"openai.response.service_tier": said["service_tier"]}
    }


def event(**said: object) -> Any:
    return {
        "body": "claude_code.api_request",
        "attributes": {"model": MODEL, "input_tokens": 1_000_000, "output_tokens": 0, **said},
    }


def report(**said: object) -> Any:
    return {"data": [DAY | {"results": [ROW | said]}]}


ALL = ("service_tier", "speed", "inference_geo")
SAYING: list[tuple[Any, tuple[str, ...], dict[str, str]]] = [
    (messages, ALL, {}),
    (transcript, ALL, {}),
    (result, ALL, {}),
    (session, ("speed", "inference_geo"), {}),
    (converse, ("service_tier",), {"service_tier": "default"}),
    (openai, ALL, {"service_tier": "default"}),
    (openai_top, ("service_tier",), {"service_tier": "default"}),
    (litellm, ALL, {}),
    (spans, ALL, {"speed": "normal"}),
    (spans_of_openai, ("service_tier",), {"service_tier": "default"}),
    (event, ("speed",), {"speed": "normal"}),
    (report, ALL, {}),
]
CASES = [
    (make, name, words.get(name, PLAIN[name])) for make, names, words in SAYING for name in names
]


@pytest.mark.parametrize(
    ("make", "name", "word"), CASES, ids=lambda value: getattr(value, "__name__", str(value))
)
def test_a_stated_plain_value_wins_over_the_callers(make: Any, name: str, word: str) -> None:
    given = {name: OTHERS[name]} | ({"service_tier": "standard"} if name != "service_tier" else {})
    (part,) = one_record(make(**{name: word})).parts
    assert part.dimensions[name] == PLAIN[name]
    if make is not session or name != "speed":
        said = BOOK.price_record(one_record(make(**{name: word})), at=AT, dimensions=given)
        assert said.total == 5
        if make not in (converse, session):
            silent = BOOK.price_record(one_record(make(**{name: None})), at=AT, dimensions=given)
            assert silent.total != said.total


@pytest.mark.parametrize("word", [None, "", "not_available"])
def test_what_says_nothing_leaves_it_to_the_caller(word: str | None) -> None:
    assert BOOK.price_record(
        one_record(messages(inference_geo=word)), at=AT, dimensions={"inference_geo": "us"}
    ).total == Decimal("5.5")


def test_a_batch_container_says_batch() -> None:
    value = {
        "custom_id": "a",
        "result": {"type": "succeeded", "message": messages(service_tier="standard")},
    }
    assert BOOK.price_record(one_record(value), at=AT).total * 2 == 5
    assert (
        BOOK.price_record(
            one_record(messages(service_tier="standard")),
            at=AT,
            dimensions={"service_tier": "batch"},
        ).total
        == 5
    )


def test_a_book_without_the_dimension_prices_what_states_a_plain_value(tmp_path: Path) -> None:
    text = "book b in USD\nmodels\n  | model | released   |\n  | m     | 2025-01-01 |\n{}meter input in tokens\nmeter output in tokens\n"
    rates = "rates per token\n  | model | from       | input | output |\n  | m     | 2025-01-01 | $5 | $7 |\n"
    for dimension in ("", "dimension service_tier default usual\n  usual, batch\n"):
        path = tmp_path / "b.price"
        path.write_text(text.format(dimension) + rates, encoding="utf-8")
        book = pricelang.load(path)
        value = message({"input_tokens": 2, "output_tokens": 0} | PLAIN, model="m")
        assert book.price_message(value, at="2026-01-01").total == 10


def test_a_plain_value_that_one_of_two_instrumentations_states_is_no_difference() -> None:
    first, second = (
        told("a1"),
        told("a2", parent="a1", **{"anthropic.response.service_tier": "standard"}),
    )
    assert isinstance(outcomes([first, second])[1], Skipped)


HAIKU = "claude-haiku-5-5"
RUN = {"input_tokens": 180_000, "output_tokens": 300, "cache_read_tokens": 1}
SEVERAL: list[Any] = [
    {"model_name": HAIKU, "usage": RUN | {"requests": 3}},
    {"model_name": HAIKU, "usage": RUN, "num_requests": 3},
    {
        "model": HAIKU,
        "usage": {"prompt_tokens": 180_000, "completion_tokens": 300, "num_model_requests": 3},
    },
    {
        "model": HAIKU,
        "usage": {"prompt_tokens": 180_000, "completion_tokens": 300},
        "request_count": 3,
    },
    message({"input_tokens": 180_000, "output_tokens": 300, "requests": 3}, model=HAIKU),
    message({"input_tokens": 180_000, "output_tokens": 300}, model=HAIKU, num_requests=3),
    {"modelId": HAIKU, "usage": {"inputTokens": 180_000, "outputTokens": 300, "requests": "3"}},
    {
        "model": HAIKU,
        "usage": {
            "inputTokens": 180_000,
            "outputTokens": 300,
            "inputTokenDetails": {},
            "requests": 3,
        },
    },
    {"model": HAIKU, "usageDetails": {"input": 180_000, "output": 300, "requests": 3}},
    span(
        **{
            "gen_ai.response.model": HAIKU,
            "gen_ai.usage.input_tokens": 180_000,
            "gen_ai.usage.output_tokens": 300,
            "gen_ai.usage.requests": 3,
        }
    ),
    LOG | {"model": HAIKU, "metadata": {"usage_object": CHAT | {"num_requests": 2}}},
]


@pytest.mark.parametrize("value", SEVERAL)
def test_a_record_of_several_requests_is_a_sum(value: Any) -> None:
    assert [part.kind for part in one_record(value).parts] == ["sum"]


def test_a_run_of_pydantic_ai() -> None:
    run = one_record(
        {
            "model_name": HAIKU,
            "usage": {
                "input_tokens": 180_000,
                "output_tokens": 300,
                "cache_read_tokens": 0,
                "requests": 3,
            },
        }
    )
    bill = BOOK.price_record(run, at=AT)
    assert bill.bounds is not None
    one = one_record(
        {
            "model_name": HAIKU,
            "usage": {
                "input_tokens": 180_000,
                "output_tokens": 300,
                "cache_read_tokens": 0,
                "requests": 1,
            },
        }
    )
    assert one.parts[0].kind == "single"
    assert [str(bill.low), str(bill.high)] == [
        str(bill.low),
        str(BOOK.price_record(one, at=AT).total),
    ]


@pytest.mark.parametrize(
    "key", ["cache_write_1h_tokens", "cache_1h_write_tokens", "ephemeral_1h_input_tokens"]
)
def test_writes_for_an_hour_are_a_part_of_the_writes(key: str) -> None:
    usage = {"input_tokens": 1_000_000, "output_tokens": 0, "cache_write_tokens": 1_000_000}
    assert (
        BOOK.price_record(
            one_record({"model_name": MODEL, "usage": usage | {key: 1_000_000}}), at=AT
        ).total
        == 10
    )
    assert (
        BOOK.price_record(
            one_record({"model_name": MODEL, "usage": usage | {"details": {key: 1_000_000}}}), at=AT
        ).total
        == 10
    )
    part = one_record({"model_name": MODEL, "usage": usage | {key: 400_000}}).parts[0]
    assert part.usage == {
        "input": 0,
        "output": 0,
        "cache_write_5m": 600_000,
        "cache_write_1h": 400_000,
    }
