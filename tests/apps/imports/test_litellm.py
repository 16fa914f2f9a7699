"""LiteLLM's price map as a book: amounts worked out by hand,
one for each thing that its format can say.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from pricelang.api import Book
from pricelang.apps.imports import litellm
from pricelang.apps.imports.drafts import ImportFault
from pricelang.apps.imports.reading import imported
from pricelang.syntax.formatting import format_text
from tests.apps.imports import FILES, READ, book_of, cost, fixture


@pytest.fixture(scope="module")
def book() -> Book:
    return book_of(fixture("litellm"))


def test_what_was_read_adds_up() -> None:
    found = fixture("litellm")
    assert found.adds_up
    assert (found.entries, found.models, found.aliases, found.figures, found.said) == (
        24,
        19,
        1,
        76,
        71,
    )
    assert [(each.model, each.field) for each in found.listed if not each.field] == [
        ("sample_spec", ""),
        ("acme/nothing", ""),
        ("bad/only", ""),
        ("acme/lost", ""),
    ]
    reasons = {each.field: each.reason for each in found.listed if each.model == "bad/figures"}
    assert reasons["input_cost_per_token"] == "a negative price"
    assert reasons["output_cost_per_token"] == "not a number: free"
    assert reasons["cost_per_wish"] == "no meter of this kind is known"


def test_every_file_is_in_the_one_style() -> None:
    for name, text in fixture("litellm").files.items():
        assert format_text(name, text) == text, name


def test_plain_prices_and_an_alias(book: Book) -> None:
    assert cost(book, "plain-1", input=1_000_000, output=1_000_000) == "0.75"
    assert (
        cost(book, "acme/latest", input=100_000) == cost(book, "acme/tiers", input=100_000) == "0.2"
    )
    assert cost(book, "plain-1", input=1, service_tier="batch") == "not_offered"
    assert cost(book, "plain-1", cache_read=1) == "not_offered", (
        "what has no figure has no price, and not that of input"
    )


def test_a_retired_model_keeps_its_last_price_with_a_note(book: Book) -> None:
    bill = book.price(model="plain-1", at="2027-03-01", usage={"input": 1})
    assert any("retired on 2027-03-01" in note.text for note in bill.notes)


def test_lengths_of_prompts_count_all_kinds_of_input(book: Book) -> None:
    assert cost(book, "acme/tiers", input=200_000) == "0.4"
    assert cost(book, "acme/tiers", input=200_001) == "0.800004"
    assert cost(book, "acme/tiers", input=100_000, cache_read=100_001, output=10) == "0.4401204"
    assert (
        cost(book, "acme/tiers", input=100_000, cache_write=60_000, cache_write_1h=40_001)
        == "0.710004"
    ), "no figure above: that below"


def test_a_length_that_includes_the_threshold(book: Book) -> None:
    assert cost(book, "xai-like", input=127_999) == "0.127999"
    assert cost(book, "xai-like", input=128_000) == "0.256"


def test_a_table_of_lengths_stands_instead_of_the_plain_figure(book: Book) -> None:
    assert cost(book, "table/steps", input=32_000) == "0.032"
    assert cost(book, "table/steps", input=32_001, output=1) == "0.0576108"
    assert cost(book, "table/steps", input=2_000_000) == "6"


def test_tiers_have_their_own_prices_or_the_standard_ones_but_batches(book: Book) -> None:
    assert cost(book, "acme/tiers", input=1_000, output=1_000, service_tier="batch") == "0.005"
    assert cost(book, "acme/tiers", cache_read=1_000, service_tier="batch") == "not_offered"
    assert (
        cost(book, "acme/tiers", input=1_000, cache_read=1_000, service_tier="priority") == "0.0032"
    )


def test_factors_multiply_tokens_and_nothing_else(book: Book) -> None:
    assert cost(book, "acme/tiers", input=1_000_000, inference_geo="us") == "4.4"
    assert cost(book, "acme/tiers", input=1_000, speed="fast", inference_geo="us") == "0.0132"
    assert cost(book, "acme/tiers", web_searches=1, speed="fast") == "0.012"
    assert cost(book, "plain-1", input=1, speed="fast") == "refused"
    assert cost(book, "free/looker", input=1_000_000, endpoint="regional") == "0.33"


@pytest.mark.parametrize(
    ("hour", "price"),
    [("00:29", "0.2"), ("00:30", "0.4"), ("16:29", "0.4"), ("16:30", "0.2"), ("23:59", "0.2")],
)
def test_hours_of_the_day(book: Book, hour: str, price: str) -> None:
    assert cost(book, "night/hours", f"2026-11-20T{hour}", input=1_000_000) == price


def test_hours_on_days_of_the_week(book: Book) -> None:
    friday, saturday = "2026-11-20", "2026-11-21"
    assert cost(book, "night/owl", f"{friday}T09:59", input=1_000_000) == "0.3"
    assert cost(book, "night/owl", f"{friday}T10:00", input=1_000_000) == "0.15"
    assert cost(book, "night/owl", f"{saturday}T09:00", input=1_000_000) == "0.15"


def test_searches_by_their_context_and_what_is_free_of_them(book: Book) -> None:
    assert [
        cost(book, "acme/tiers", web_searches=1_000, search_context=size)
        for size in ("low", "medium", "high")
    ] == ["10", "12", "14"]
    assert cost(book, "free/looker", web_searches=2_000) == "70", (
        "a pool belongs to an account, and no single record"
    )
    assert cost(book, "plain-1", web_searches=1) == "not_offered"
    (pool,) = next(charge for charge in book.checked.charges).pools
    assert (pool.quantity, pool.account) == (1500, "organization per day")


def test_meters_other_than_tokens(book: Book) -> None:
    assert cost(book, "rank/order", queries=3) == "0.003"
    assert cost(book, "free/looker", maps_queries=2) == "0.05"
    assert cost(book, "find/search", queries=10, max_results="up_to_100") == "0.25"
    assert cost(book, "find/search", queries=10) == "not_offered"
    assert cost(book, "voice/words", input_characters=2_000) == "0.03"
    assert cost(book, "voice/minutes", input_time=60, output_time=60) == "0.016666668"
    assert cost(book, "paint/pixels", input_pixels=1_048_576, output_pixels=9) == "0.019922944"
    assert cost(book, "paper/ocr", ocr_pages=10, annotated_pages=1) == "0.035"
    assert cost(book, "paper/ocr", ocr_pages=10, service_tier="batch") == "0.015"
    assert (
        cost(
            book, "guard/rails", guardrail_content_policy_units=1_000, guardrail_word_policy_units=5
        )
        == "0.15"
    )
    assert cost(book, "rent/any/block", reserved_time=3_600) == "53.1"
    assert (
        cost(
            book,
            "voice/live",
            input=10,
            input_audio=10,
            output_audio=5,
            reasoning=2,
            cache_read_audio=100,
        )
        == "0.00076"
    )


def test_sizes_of_pictures_and_of_videos(book: Book) -> None:
    assert [
        cost(book, "paint/pictures", output_pictures=1, image_size=size)
        for size in ("unsaid", "1K", "4K", "512px")
    ] == ["0.08", "0.08", "0.16", "0.25"]
    assert cost(book, "film/clips", output_time=8, resolution="1080p") == "1.3202"
    assert cost(book, "film/clips", output_time=8) == "not_offered"


def test_one_malformed_entry_hides_no_other() -> None:
    data = json.loads(Path(FILES["litellm"]).read_text(), parse_float=str)
    plain = copy.deepcopy(data["plain-1"])
    hostile = {
        "a/range": {**plain, "tiered_pricing": [{"range": ["x", 2], "input_cost_per_token": 1}]},
        "a/tiers": {**plain, "tiered_pricing": "none"},
        "a/hours": {
            **plain,
            "off_peak_pricing": {"input_cost_per_token": 1, "hours_utc": "noon-midnight"},
        },
        "a/name": {**plain, "input_cost_per_token": 1},
        "///": plain,
        "default": plain,
        "two words": plain,
        "line\nbreak": plain,
        "a/deep": {**plain, "input_cost_per_token": {"a": [1]}},
        "a/huge": {
            **plain,
            "input_cost_per_token": "1e400",
            "output_cost_per_token": "NaN",
            "cost_per_second": 1,
        },
        "a/weekend": {
            **plain,
            "off_peak_pricing": {
                "input_cost_per_token": "1e-9",
                "windows": [{"hours_utc": "00:00-00:00", "weekdays": [6, 7]}],
            },
        },
        "a/search": {**plain, "search_context_cost_per_query": {"search_context_size_low": 1}},
        "a/provider": {**plain, "litellm_provider": "../../etc"},
    }
    found = litellm.imported({**hostile, "good": plain}, READ)
    assert found.adds_up
    listed = {each.model: each.reason for each in found.listed if not each.field}
    assert sorted(listed) == ["///", "a/hours", "a/range", "a/tiers"]
    assert all("/" not in name and ".." not in name for name in found.files)
    book = book_of(found)
    assert (
        cost(book, "good", input=1_000_000)
        == cost(book, "default_1", input=1_000_000)
        == cost(book, "line-break", input=1_000_000)
        == "0.15"
    )
    assert cost(book, "a/huge", input=1) == "not_offered"
    days = ("2026-11-20T12:00", "2026-11-22T12:00")  # a Friday and a Sunday
    assert [cost(book, "a/weekend", day, input=1_000_000) for day in days] == ["0.15", "0.001"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "3",
        '{"a": 1}',
        '{"a": {"input_cost_per_token": NaN}}',
        '{"a": {}, "a": {}}',
        "{" * 2_000,
    ],
)
def test_what_is_no_price_map(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(ImportFault):
        imported("litellm", str(path), READ)
