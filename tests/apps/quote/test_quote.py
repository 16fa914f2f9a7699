"""Quotes as a whole: laws, the cache, hostile requests, and the command."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricelang.apps.quote import QuoteError
from tests.cli.helpers import objects, run

from .bodies import BOOK, DAY, SAMPLES, body, image_block, pdf_block, quoted, sample

MODELS = ("claude-opus-4-7", "claude-sonnet-4-5", "claude-haiku-4-5", "claude-3-haiku-20240307")
CACHED = {"type": "ephemeral"}
BLOCKS = st.builds(
    lambda text, times, ttl: (
        {"type": "text", "text": (text or "x") * times}
        | ({"cache_control": {"type": "ephemeral", "ttl": ttl}} if ttl else {})
    ),
    st.text(max_size=40),
    st.sampled_from([1, 30, 300]),
    st.sampled_from([None, None, "5m"]),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(BLOCKS, min_size=1, max_size=4),
    st.sampled_from(MODELS),
    st.sampled_from(["standard", "batch"]),
)
def test_low_expected_and_high_are_in_order(blocks: list[Any], model: str, tier: str) -> None:
    found = quoted(body(blocks, model=model), service_tier=tier)
    for call in (found, found.later):
        if call is not None:
            assert call.low <= call.expected <= call.high
            for line in call.lines:
                assert line.quantity.low <= line.quantity.expected <= line.quantity.high
                assert line.low <= line.expected <= line.high


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 200_000),
    st.integers(0, 100),
    st.sampled_from(MODELS),
    st.sampled_from(["standard", "batch"]),
)
def test_a_quote_at_known_usage_is_the_price(
    tokens: int, output: int, model: str, tier: str
) -> None:
    found = quoted(body(model=model), tokens=tokens, output=output, service_tier=tier)
    real = BOOK.price(
        model=model, at=DAY, service_tier=tier, usage={"input": tokens, "output": output}
    ).total
    assert found.low == found.expected == found.high == real


def test_the_cache_of_the_request() -> None:
    found = quoted(sample("cached"), tokens=10_000, output=100)
    assert found.later is not None
    first = {meter: tokens.expected for meter, tokens in found.tokens.items()}
    later = {meter: tokens.expected for meter, tokens in found.later.tokens.items()}
    assert first["cache_write_1h"] + first["cache_write_5m"] + first.get("input", 0) == 10_000
    assert later["cache_read"] == first["cache_write_1h"] + first["cache_write_5m"]
    assert found.expected == BOOK.total(model="claude-sonnet-4-5", at=DAY, usage=first)
    assert found.later.expected == BOOK.total(model="claude-sonnet-4-5", at=DAY, usage=later)
    assert quoted(sample("cached"), tokens=10_000, output=100, cache="none").later is None


@pytest.mark.parametrize(
    ("model", "at", "least"),
    [
        ("claude-sonnet-4-5", DAY, 1024),
        ("claude-opus-4-7", DAY, 4096),
        ("claude-opus-4-7", "2026-06-10", 2048),
    ],
)
def test_what_is_too_short_is_priced_as_uncached_and_said(model: str, at: str, least: int) -> None:
    blocks = [{"type": "text", "text": "Rules of refunds.", "cache_control": CACHED}]
    long, short = (
        quoted(body(blocks, model=model), at=at, tokens=tokens, output=1)
        for tokens in (least, least - 1)
    )
    assert long.tokens["cache_write_5m"].expected == least
    assert "cache_write_5m" not in short.tokens
    assert short.later is None
    assert any(
        "too short to be cached" in note.text and f"{least:,}" in note.text for note in short.notes
    )
    doubtful = quoted(
        body(
            [{"type": "text", "text": "word " * (least * 9 // 10), "cache_control": CACHED}],
            model=model,
        ),
        at=at,
    )
    assert any("may be too short" in note.text for note in doubtful.notes)
    assert doubtful.later is not None
    assert doubtful.later.low <= doubtful.later.expected <= doubtful.later.high


BAD: list[tuple[dict[str, Any], str]] = [
    (
        body(
            messages=[
                {"role": "user", "content": "a"},
                {"role": "assistant", "content": "b"},
                {"role": "user", "content": ["a", {"type": "txt"}]},
            ]
        ),
        "messages[2].content[0]",
    ),
    (body([{"type": "text", "text": "a"}, {"type": "txt"}]), "messages[0].content[1]"),
    (body(messages=[{"role": "system", "content": "a"}]), "messages[0].role"),
    (body(messages=[{"role": "assistant", "content": "a"}]), "messages[0].role"),
    (body([{"type": "tool_use", "id": "t", "name": "n", "input": {}}]), "messages[0].content[0]"),
    (
        body([{"type": "image", "source": {"type": "url", "url": "http://127.0.0.1/"}}]),
        "messages[0].content[0].source",
    ),
    (body([image_block(b"no image")]), "messages[0].content[0].source.data"),
    (body([image_block(b"\x89PNG\r\n\x1a\n" + b"\0" * 40)]), "messages[0].content[0].source.data"),
    (body([image_block(b"GIF89a", "image/svg+xml")]), "messages[0].content[0].source.media_type"),
    (body([pdf_block(b"MZ")]), "messages[0].content[0].source.data"),
    (body([pdf_block(b"%PDF-1.7\n" + b"<<" * 5000)]), "messages[0].content[0].source.data"),
    (body(tools=[{"type": "bsh_20250124", "name": "bash"}]), "tools[0]"),
    (body(tools=[{"name": "n"}]), "tools[0].input_schema"),
    (body(tools=[{"type": "web_search_20250305", "name": "web_search"}]), "tools[0]"),
    (body(tool_choice={"type": "all"}), "tool_choice.type"),
    (
        body(
            system=[
                {"type": "text", "text": "a", "cache_control": {"type": "ephemeral", "ttl": "2h"}}
            ]
        ),
        "system[0].cache_control.ttl",
    ),
    (
        body([{"type": "text", "text": "a", "cache_control": CACHED}] * 5),
        "messages[0].content[4].cache_control",
    ),
    (
        body(
            [
                {"type": "text", "text": "a", "cache_control": CACHED},
                {"type": "text", "text": "a", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
            ]
        ),
        "messages[0].content[1]",
    ),
    (body(thinking={"type": "enabled", "budget_tokens": 100}), "thinking.budget_tokens"),
    (body(max_tokens=True), "max_tokens"),
    (body(max_tokens=-1), "max_tokens"),
    (body(messages=[]), "messages"),
    (body(None), "messages[0].content"),
    ({"model": "claude-opus-4-7", "messages": [{"role": "user", "content": "a"}]}, "max_tokens"),
]


@pytest.mark.parametrize(("request_", "place"), BAD, ids=[place for _, place in BAD])
def test_a_malformed_request_names_its_block(request_: dict[str, Any], place: str) -> None:
    with pytest.raises(QuoteError) as raised:
        quoted(request_)
    assert f"`{place}" in raised.value.message


def test_a_tree_of_pages_without_end_and_an_image_without_pixels() -> None:
    head, pages = (
        b"%PDF-1.4\n",
        b"2 0 obj\n<< /Type /Pages /Count 1 /Kids [2 0 R 2 0 R] >>\nendobj\n",
    )
    catalog = b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    places = (len(head), len(head + catalog))
    table = b"xref\n0 3\n0000000000 65535 f \n" + b"".join(
        b"%010d 00000 n \n" % place for place in places
    )
    loop = (
        head
        + catalog
        + pages
        + table
        + b"trailer\n<< /Size 3 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % len(head + catalog + pages)
    )
    with pytest.raises(QuoteError, match="600 pages"):
        quoted(body([pdf_block(loop)]))
    image = pytest.importorskip("PIL.Image")
    stream = io.BytesIO()
    image.new("1", (9_000, 1)).save(stream, "PNG")
    with pytest.raises(QuoteError, match="9000 x 1"):
        quoted(body([image_block(stream.getvalue())]))


def test_the_command_in_the_shape_of_its_json() -> None:
    done = run("quote", str(SAMPLES / "tools.json"), "--at", DAY, "--json", "--output", "80")
    (found,) = objects(done.stdout)
    assert done.exit_code == 0
    assert list(found)[:8] == [
        "low",
        "expected",
        "high",
        "currency",
        "tokens",
        "overheads",
        "lines",
        "notes",
    ]
    assert {key: found["overheads"][1][key] for key in ("name", "tokens")} == {
        "name": "tool_prompt",
        "tokens": 346,
    }
    assert found["tokens"]["output"] == {"low": 80, "expected": 80, "high": 80}
    assert sum(Decimal(line["amount"]["high"]) for line in found["lines"]) == Decimal(found["high"])


def test_many_requests_and_those_that_are_refused() -> None:
    lines = (
        (SAMPLES / "batch.jsonl").read_text(encoding="utf-8")
        + json.dumps({"custom_id": "bad", "params": body([{"type": "txt"}])})
        + "\n{\n"
    )
    done = run("quote", "-", "--at", DAY, "--json", stdin=lines)
    found = objects(done.stdout)
    assert done.exit_code == 1
    assert [row["id"] for row in found[:5]] == [
        "review-1",
        "review-2",
        "review-3",
        "review-4",
        "bad",
    ]
    assert found[0]["dimensions"] == {"service_tier": "batch"}
    assert [row["error"]["code"] for row in found[4:]] == ["unknown_block", "bad_json"]
    table = run("quote", "-", "--at", DAY, stdin=lines)
    assert "total" in table.stdout
    assert "error[unknown_block]: `messages[0].content[0]`" in table.stderr


def test_wrong_flags() -> None:
    file = str(SAMPLES / "text.json")
    for args in (
        ["--tier", "2"],
        ["--rate", "fast"],
        ["--output", "many"],
        ["--rate", "1/min", "--tier", "9"],
        ["--image-size", "big"],
    ):
        assert run("quote", file, "--at", DAY, *args).exit_code == 2
    refused = run("quote", file, "--at", DAY, "--speed", "fast")
    assert refused.exit_code == 1
    assert "rule: fast" in refused.stderr
