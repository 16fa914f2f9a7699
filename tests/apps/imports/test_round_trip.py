"""Out and in again: exported imports say the same prices,
and the exported Claude book prices the same what can be said.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import pricelang
from pricelang.api import Book
from pricelang.apps import exports as export
from pricelang.apps.exports.prices import Exported
from pricelang.apps.imports import genai_prices, litellm
from pricelang.apps.imports.drafts import ImportFault
from pricelang.apps.imports.reading import yaml_data
from pricelang.model.errors import PriceError
from pricelang.usage.io.json_text import Decoder
from tests.apps.imports import READ, book_of, fixture

DAYS = ("2024-06-01", "2025-09-01", "2026-04-17", "2026-10-10")


def read_again(format: str, found: Exported) -> Book:
    """The book of an exported text."""
    if format == "litellm":
        return book_of(litellm.imported(Decoder().value(found.text), READ))
    return book_of(genai_prices.imported(yaml_data(found.text), READ))


def exporter(format: str) -> Callable[..., Exported]:
    return export.litellm if format == "litellm" else export.genai_prices


def total(
    book: Book, model: str, at: str, usage: Mapping[str, int], dimensions: Mapping[str, str]
) -> Fraction | None:
    try:
        return book.price(model=model, at=at, usage=usage, **dimensions).exact_total
    except PriceError:
        return None


# ---- Claude's book, out and in -------------------------------------------------------------------

SHARED = {
    "input": "input",
    "output": "output",
    "cache_write_5m": "cache_write",
    "cache_write_1h": "cache_write_1h",
    "cache_read": "cache_read",
    "web_search": "web_searches",
}
VALUES = [
    {},
    {"service_tier": "batch"},
    {"service_tier": "priority"},
    {"speed": "fast"},
    {"inference_geo": "us"},
]


list_book = functools.cache(pricelang.load)


@functools.cache
def claude(format: str, day: str) -> tuple[Book, Exported]:
    found = exporter(format)(list_book(), at=day)
    return read_again(format, found), found


quantity = st.one_of(st.integers(1, 3_000), st.sampled_from([200_000, 200_001, 1_000_000]))


@pytest.mark.campaign
@pytest.mark.parametrize("format", ["litellm", "genai-prices"])
@settings(max_examples=60)
@given(
    data=st.data(),
    usage=st.dictionaries(st.sampled_from(list(SHARED)), quantity, min_size=1),
    day=st.sampled_from(DAYS),
    values=st.sampled_from(VALUES),
)
def test_the_exported_claude_book_prices_the_same(
    format: str, data: st.DataObject, usage: dict[str, int], day: str, values: dict[str, str]
) -> None:
    claude_book = list_book()
    models = claude_book.models(day)
    model = data.draw(
        st.sampled_from([name for each in models for name in (each.name, *each.aliases)])
    )
    expected = total(claude_book, model, day, usage, values)
    assume(
        expected is not None
    )  # what the book refuses, the formats cannot refuse: `unsaid` says so
    prefix = "" if format == "litellm" else "anthropic/"
    given_there = {SHARED[meter]: amount for meter, amount in usage.items()}
    book, _ = claude(format, day)
    there = total(book, prefix + model, READ, given_there, values)
    if there is None:
        # a value that changes nothing is no value of theirs;
        # a model may have one of them and not another
        assert total(claude_book, model, day, usage, {}) == expected
        there = total(book, prefix + model, READ, given_there, {})
    assert there == expected


@pytest.mark.parametrize("format", ["litellm", "genai-prices"])
def test_what_cannot_be_said_is_listed(format: str) -> None:
    _, found = claude(format, "2026-04-17")
    reasons = {each.field: each.reason for each in found.unsaid}
    assert "code_execution" in reasons
    assert "web_fetch" in reasons
    if format == "litellm":
        assert "surface managed_agents" in reasons


def test_numbers_are_exact_decimals_and_never_floats() -> None:
    _, found = claude("litellm", "2026-04-17")
    assert not re.search(r": [0-9.]*[0-9]e", found.text, re.IGNORECASE)
    data = json.loads(found.text, parse_float=Decimal, parse_int=Decimal)
    assert data["claude-opus-4-7"]["cache_read_input_token_cost_batches"] == Decimal("0.00000025")
    assert isinstance(found.entries, dict)
    floats = [
        value
        for entry in found.entries.values()
        for value in entry.values()
        if isinstance(value, float)
    ]
    assert not floats


# ---- imports, out and in -------------------------------------------------------------------------

price = st.decimals(min_value=0, max_value=Decimal("0.001"), places=9).map(
    lambda value: value.normalize()
)
_TOKENS = [
    "input_cost_per_token",
    "output_cost_per_token",
    "cache_read_input_token_cost",
    "cache_creation_input_token_cost",
    "cache_creation_input_token_cost_above_1hr",
    "input_cost_per_audio_token",
    "output_cost_per_reasoning_token",
]
_FIELDS = [
    *_TOKENS,
    *(f"{name}_batches" for name in _TOKENS[:3]),
    *(f"{name}_priority" for name in _TOKENS[:3]),
    *(f"{name}_flex" for name in _TOKENS[:2]),
    *(f"{name}_above_200k_tokens" for name in _TOKENS[:3]),
    *(f"{name}_above_128k_tokens" for name in _TOKENS[:2]),
    *(f"{name}_above_200k_tokens_priority" for name in _TOKENS[:3]),
    *(f"{name}_above_200k_tokens_batches" for name in _TOKENS[:2]),
    "input_cost_per_query",
    "output_cost_per_image",
    "output_cost_per_image_2K",
    "input_cost_per_second",
    "output_cost_per_second_720p",
    "ocr_cost_per_page",
    "input_cost_per_character",
    "input_cost_per_pixel",
    "cost_per_second",
]


@st.composite
def litellm_entries(draw: st.DrawFn) -> dict[str, Any]:
    entry: dict[str, Any] = draw(
        st.dictionaries(st.sampled_from(_FIELDS), price, min_size=1, max_size=9)
    )
    entry["litellm_provider"] = draw(st.sampled_from(["acme", "xai"]))
    if draw(st.booleans()):
        entry["provider_specific_entry"] = {"fast": Decimal(draw(st.integers(2, 6)))}
    if draw(st.booleans()):
        entry["search_context_cost_per_query"] = {
            f"search_context_size_{size}": draw(price) for size in ("low", "medium", "high")
        }
    if draw(st.booleans()):
        entry["regional_endpoint_uplift_multiplier"] = Decimal("1.1")
    return entry


amount = st.one_of(
    st.integers(1, 3_000), st.sampled_from([127_999, 128_000, 128_001, 200_000, 200_001])
)


def agree(first: Book, second: Book, cases: list[tuple[dict[str, int], dict[str, str]]]) -> None:
    """Whether two imported books price a model `m` alike, wherever the first prices it."""
    for usage, values in cases:
        expected = total(first, "m", READ, usage, values)
        if expected is None:
            continue
        there = total(second, "m", READ, usage, values)
        if there is None:  # a value that changes no price is not written
            assert expected == total(first, "m", READ, usage, {})
            there = total(second, "m", READ, usage, {})
        assert there == expected, (usage, values)


@settings(max_examples=60)
@given(entry=litellm_entries(), data=st.data())
def test_an_exported_import_of_litellm_says_the_same_prices(
    entry: dict[str, Any], data: st.DataObject
) -> None:
    try:
        first = book_of(litellm.imported({"m": entry}, READ))
    except ImportFault:
        assume(False)  # nothing of it has a price
    second = read_again("litellm", export.litellm(first, at=READ, provider="acme"))
    meters = [meter.name for meter in first.checked.meters]
    points = [
        (d.name, value.name)
        for d in first.checked.dimensions
        for value in d.values
        if value.name not in ("standard", "unsaid", "medium")
    ]
    usages = st.dictionaries(st.sampled_from(meters), amount, min_size=1, max_size=4)
    cases = data.draw(
        st.lists(
            st.tuples(usages, st.sampled_from([{}, *({name: value} for name, value in points)])),
            min_size=4,
            max_size=8,
        )
    )
    agree(first, second, [*cases, *(({meter: 7}, {}) for meter in meters)])


_KEYS = [
    "input_mtok",
    "output_mtok",
    "cache_read_mtok",
    "cache_write_mtok",
    "cache_write_1h_mtok",
    "input_audio_mtok",
    "web_searches_kcount",
    "audio_hours",
    "input_mchars",
    "input_document_kpages",
]
mtok = st.decimals(min_value=0, max_value=100, places=4).map(lambda value: value.normalize())
tiered = st.builds(
    lambda base, high: {"base": base, "tiers": [{"start": 128_000, "price": high}]}, mtok, mtok
)


@st.composite
def genai_models(draw: st.DrawFn) -> dict[str, Any]:
    prices = draw(
        st.dictionaries(st.sampled_from(_KEYS), st.one_of(mtok, tiered), min_size=1, max_size=6)
    )
    contexts = draw(
        st.lists(
            st.sampled_from([("processing", "batch"), ("service_tier", "flex"), ("speed", "fast")]),
            unique=True,
            max_size=2,
        )
    )
    variants = [
        {
            "when": {key: value},
            "prices": {name: draw(mtok) for name in prices if draw(st.booleans())},
        }
        for key, value in contexts
    ]
    rows: Any = prices
    if draw(st.booleans()):
        night = {name: draw(mtok) for name in prices}
        rows = [
            {"prices": prices},
            {"constraint": {"start_time": "22:00:00Z", "end_time": "06:00:00Z"}, "prices": night},
        ]
    return {
        "id": "m",
        "match": {"equals": "m"},
        "prices": rows,
        "price_variants": [] if isinstance(rows, list) else variants,
    }


@settings(max_examples=60)
@given(model=genai_models(), data=st.data())
def test_an_exported_import_of_genai_prices_says_the_same_prices(
    model: dict[str, Any], data: st.DataObject
) -> None:
    first = book_of(genai_prices.imported([{"id": "a", "models": [model]}], READ))
    second = read_again("genai-prices", export.genai_prices(first, at=READ, provider="b"))
    meters = [meter.name for meter in first.checked.meters]
    points = [
        (d.name, value.name)
        for d in first.checked.dimensions
        if not d.clocked
        for value in d.values
        if value.name != "standard"
    ]
    for _ in range(4):
        usage = data.draw(st.dictionaries(st.sampled_from(meters), amount, min_size=1, max_size=4))
        values = data.draw(st.sampled_from([{}, *({name: value} for name, value in points)]))
        at = READ + data.draw(st.sampled_from(["T12:00", "T22:00", "T05:59", "T06:00"]))
        expected = total(first, "a/m", at, usage, values)
        if expected is not None:
            # a context whose prices are all the ordinary ones is not written
            there = total(second, "b/a/m", at, usage, values)
            if there is None:
                assert expected == total(first, "a/m", at, usage, {})
                there = total(second, "b/a/m", at, usage, {})
            assert there == expected


@pytest.mark.parametrize("format", ["litellm", "genai-prices"])
def test_the_small_price_lists_say_the_same_prices(format: str) -> None:
    first = book_of(fixture(format))
    found = exporter(format)(first, at=READ, provider="there")
    second = read_again(format, found)
    listed = {each.model for each in found.unsaid}
    prefix = "" if format == "litellm" else "there/"
    names = {model.name for model in second.models()}
    for model in first.models():
        if prefix + model.name not in names:
            assert model.name in listed
            continue
        for meter in first.checked.meters:
            usage = {meter.name: 300_000}
            expected = total(first, model.name, READ + "T12:00", usage, {})
            if expected is not None and not any(
                each.model == model.name and "hours" in each.field for each in found.unsaid
            ):
                assert total(second, prefix + model.name, READ + "T12:00", usage, {}) == expected, (
                    model.name,
                    meter.name,
                )
