"""Counters of records in the meters of a book: the meter of the name, the one that says so, the
counter that it is a part of; an error for what is nowhere, a note for what is in doubt.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import pricelang
from pricelang.model.counter_names import COUNTERS
from pricelang.model.errors import UnknownName
from pricelang.usage.records import Skipped
from tests.usage.helpers import one_record, outcomes, records

BOOKS = Path(__file__).resolve().parents[1] / "corpus" / "good"
CLAUDE = {
    "input_tokens": 10,
    "output_tokens": 20,
    "cache_creation_input_tokens": 500,
    "cache_creation": {"ephemeral_5m_input_tokens": 400, "ephemeral_1h_input_tokens": 100},
    "cache_read_input_tokens": 0,
}
HEAD = """book small "A small book" in USD
unit MTok is 1,000,000 tokens
{meters}
models
  | model | released   |
  | alpha | 2026-01-01 |
rates per MTok
  | model | from       | {columns} |
  | alpha | 2026-01-01 | {prices} |
"""


def book(path: Path, meters: str, prices: dict[str, str]) -> pricelang.Book:
    text = HEAD.format(
        meters=meters, columns=" | ".join(prices), prices=" | ".join(prices.values())
    )
    file = path / "book.price"
    file.write_text(text, encoding="utf-8")
    return pricelang.load(file)


def bill(book: pricelang.Book, usage: dict[str, Any], **more: Any) -> pricelang.Bill:
    record = one_record({"model": "alpha", "usage": usage, **more})
    return book.price_record(record, at="2026-03-01")


def lines(found: pricelang.Bill) -> dict[str, int]:
    return {line.meter: int(line.quantity) for line in found.lines}


def codes(found: pricelang.Bill) -> list[str]:
    return [note.code for note in found.notes]


def test_a_meter_counts_what_it_says() -> None:
    found = bill(pricelang.load(BOOKS / "counters.price"), CLAUDE, type="message")
    assert lines(found) == {"input": 10, "output": 20, "cache_write": 500}
    assert codes(found) == []


def test_a_part_without_a_price_on_the_day_is_in_its_whole() -> None:
    counters = pricelang.load(BOOKS / "counters.price")
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 30,
        "completion_tokens_details": {"reasoning_tokens": 25},
        "total_tokens": 40,
    }
    record = one_record({"model": "alpha", "object": "chat.completion", "usage": usage})
    early, late = (counters.price_record(record, at=day) for day in ("2026-01-15", "2026-02-15"))
    assert lines(early) == {"input": 10, "output": 30}
    assert lines(late) == {"input": 10, "output": 5, "reasoning": 25}
    assert codes(early) == codes(late) == []


def test_reasoning_beside_the_output_is_known_by_the_total() -> None:
    counters = pricelang.load(BOOKS / "counters.price")
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "completion_tokens_details": {"reasoning_tokens": 25},
        "total_tokens": 40,
    }
    assert lines(bill(counters, usage)) == {"input": 10, "output": 5, "reasoning": 25}
    del usage["total_tokens"]
    assert lines(bill(counters, usage)) == {"input": 10, "output": 5, "reasoning": 25}


@pytest.mark.parametrize("out", [30, 5], ids=["inside the output", "beside it"])
def test_every_format_tells_the_reasoning_apart(out: int) -> None:
    sdk = {"inputTokens": 10, "outputTokens": out, "reasoningTokens": 25, "totalTokens": 40}
    spans = ("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens")
    span = {spans[0]: 10, spans[1]: out, "gen_ai.usage.reasoning_tokens": 25}
    span["gen_ai.usage.total_tokens"] = 40
    log = {"prompt_tokens": 10, "completion_tokens": out, "prompt_cache_read_tokens": 0}
    values: list[dict[str, Any]] = [
        {"usage": sdk, "response": {"modelId": "alpha"}, "providerMetadata": {"x": {}}},
        {"name": "chat", "attributes": {"gen_ai.request.model": "alpha", **span}},
        {"request_model": "alpha", "reasoning_tokens": 25, "total_tokens": 40, **log},
    ]
    counters = pricelang.load(BOOKS / "counters.price")
    for value in values:
        found = counters.price_record(one_record(value), at="2026-03-01")
        assert lines(found) == {"input": 10, "output": 5, "reasoning": 25}, value


def test_media_are_told_apart(tmp_path: Path) -> None:
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 30,
        "prompt_tokens_details": {"audio_tokens": 40, "image_tokens": 5, "cached_tokens": 20},
        "completion_tokens_details": {"audio_tokens": 12},
        "total_tokens": 130,
    }
    own = book(
        tmp_path,
        "meter input in tokens counts input_image\n"
        "meter output, input_audio, output_audio, cache_read in tokens",
        {"input": "$1", "output": "$2", "input_audio": "$3", "output_audio": "$4"}
        | {"cache_read": "$0.10"},
    )
    found = bill(own, usage)
    assert lines(found) == {
        "input": 40,
        "input_audio": 40,
        "cache_read": 20,
        "output": 18,
        "output_audio": 12,
    }
    assert codes(found) == ["cached_media"]
    (tmp_path / "plain").mkdir()
    plain = book(
        tmp_path / "plain",
        "meter input, output, cache_read in tokens",
        {"input": "$1", "output": "$2", "cache_read": "$0.10"},
    )
    found = bill(plain, usage)
    assert lines(found) == {"input": 80, "output": 30, "cache_read": 20}
    assert codes(found) == ["cached_media", *3 * ["merged_counter"]]
    assert "`input_audio`: priced as `input`" in str(found.notes[1])


def test_what_is_nowhere_is_an_error_and_never_free(tmp_path: Path) -> None:
    small = book(tmp_path, "meter input, output in tokens", {"input": "$1", "output": "$2"})
    with pytest.raises(UnknownName, match="no meter of the book `small` counts `cache_write_5m`"):
        bill(small, CLAUDE, type="message")
    with pytest.raises(UnknownName, match="unknown meter `dreams`"):
        bill(small, {"input": 3, "dreams": 2})


def test_writes_of_no_lifetime_are_of_5_minutes_where_lifetimes_have_prices() -> None:
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 30,
        "prompt_tokens_details": {"cache_write_tokens": 60},
    }
    record = one_record({"model": "claude-opus-5", "usage": usage})
    found = pricelang.load().price_record(record, at="2026-08-01")
    assert lines(found) == {"input": 40, "output": 30, "cache_write_5m": 60}
    assert codes(found) == ["cache_lifetime"]
    found = bill(pricelang.load(BOOKS / "counters.price"), usage)
    assert (lines(found)["cache_write"], codes(found)) == (60, [])


def test_an_hour_of_cache_at_the_only_price_of_writes_is_in_doubt(tmp_path: Path) -> None:
    small = book(
        tmp_path,
        "meter input, output, cache_write in tokens",
        {"input": "$1", "output": "$2", "cache_write": "$3"},
    )
    found = bill(small, CLAUDE, type="message")
    assert lines(found) == {"input": 10, "output": 20, "cache_write": 500}
    assert codes(found) == ["merged_counter"]
    assert "cache_write_1h" in found.notes[0].text


def test_parts_that_are_more_than_their_whole_are_refused() -> None:
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "prompt_tokens_details": {"audio_tokens": 11},
    }
    with pytest.raises(AssertionError, match="bad_counts"):
        one_record({"model": "alpha", "usage": usage})


@pytest.mark.parametrize("name", COUNTERS)
def test_a_part_is_part_of_a_counter_that_is_a_whole_or_leads_to_one(name: str) -> None:
    seen = [name]
    while (whole := COUNTERS[seen[-1]].part_of) is not None:
        assert whole in COUNTERS
        assert whole not in seen
        assert COUNTERS[whole].kind == COUNTERS[name].kind
        seen.append(whole)


GEMINI = {
    "candidates": [{"finishReason": "STOP"}],
    "modelVersion": "alpha",
    "usageMetadata": {
        "promptTokenCount": 100,
        "cachedContentTokenCount": 20,
        "candidatesTokenCount": 30,
        "thoughtsTokenCount": 50,
        "totalTokenCount": 180,
        "promptTokensDetails": [
            {"modality": "TEXT", "tokenCount": 60},
            {"modality": "AUDIO", "tokenCount": 40},
        ],
        "cacheTokensDetails": [{"modality": "AUDIO", "tokenCount": 20}],
    },
}


def test_a_response_of_gemini_is_read_as_it_comes(tmp_path: Path) -> None:
    own = book(
        tmp_path,
        "meter input in tokens\nmeter output, input_audio, cache_read in tokens",
        {"input": "$1", "output": "$2", "input_audio": "$3", "cache_read": "$0.10"},
    )
    found = own.price_record(one_record(GEMINI), at="2026-03-01")
    assert lines(found) == {"input": 60, "output": 80, "input_audio": 20, "cache_read": 20}
    assert [note.text for note in found.notes] == [
        "the book has no price of `cache_read_audio`: priced as `cache_read`"
    ]


def test_of_a_stream_of_gemini_the_last_chunk_counts() -> None:
    chunk = {**GEMINI, "candidates": [{"index": 0}], "responseId": "r"}
    found = outcomes("\n".join(json.dumps(one) for one in (chunk, {**GEMINI, "responseId": "r"})))
    assert [type(one).__name__ for one in found] == ["Skipped", "Record"]


def test_a_stream_of_gemini_that_was_cut_counts_as_far_as_it_goes() -> None:
    usage = GEMINI["usageMetadata"]
    chunks = [
        {**GEMINI, "candidates": [{"index": 0}], "responseId": "r", "usageMetadata": one}
        for one in (usage | {"candidatesTokenCount": 1, "totalTokenCount": None}, usage)
    ]
    found = outcomes("\n".join(map(json.dumps, chunks)))
    (record,) = records(found)
    assert len(found) == 2
    assert record.parts[0].usage == one_record(GEMINI).parts[0].usage
    assert [note.code for note in record.notes] == ["unfinished"]
    # without an id nothing says of which stream it is
    (nameless,) = outcomes({**GEMINI, "candidates": [{"index": 0}]})
    assert isinstance(nameless, Skipped)
