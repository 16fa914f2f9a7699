"""genai-prices' data as a book: amounts worked out by hand,
one for each thing that its format can say.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pricelang.api import Book
from pricelang.apps.imports import genai_prices
from pricelang.apps.imports.drafts import ImportFault
from pricelang.apps.imports.reading import imported
from pricelang.syntax.formatting import format_text
from tests.apps.imports import FILES, READ, book_of, cost, fixture


@pytest.fixture(scope="module")
def book() -> Book:
    return book_of(fixture("genai-prices"))


def test_what_was_read_adds_up() -> None:
    found = fixture("genai-prices")
    assert found.adds_up
    assert (found.entries, found.models, found.figures, found.said) == (9, 8, 41, 39)
    assert [(each.model, each.field, each.reason) for each in found.listed] == [
        ("acme/empty", "", "the source gives it no price"),
        ("owl/speak", "odd_mchars_x", "no meter of this kind is known"),
        ("owl/bad", "input_mtok", "a negative price"),
    ]


def test_every_file_is_in_the_one_style() -> None:
    for name, text in fixture("genai-prices").files.items():
        assert format_text(name, text) == text, name


def test_meters_are_what_is_not_counted_more_closely(book: Book) -> None:
    assert (
        cost(
            book,
            "acme/one",
            input=1_000,
            output=100,
            cache_read=1_000,
            cache_write=1_000,
            cache_write_1h=1_000,
            web_searches=2,
        )
        == "0.031875"
    )
    assert cost(book, "acme/one-latest", input=1_000_000) == "2.5"


def test_contexts_have_their_own_prices_over_the_ordinary_ones(book: Book) -> None:
    assert (
        cost(book, "acme/one", input=1_000_000, cache_read=1_000_000, processing="batch") == "1.5"
    )
    assert cost(book, "acme/long", input=1, processing="batch") == "not_offered"
    assert (
        cost(book, "acme/one", input=1, processing="batch", service_tier="fast") == "not_offered"
    ), "two contexts at once have no figure"


def test_the_first_context_that_holds_on_the_day_comes_first_for_each_meter(book: Book) -> None:
    assert (
        cost(
            book,
            "acme/one",
            "2026-02-28",
            input=1_000_000,
            cache_read=1_000_000,
            service_tier="fast",
        )
        == "4.4"
    )
    assert (
        cost(
            book,
            "acme/one",
            "2026-03-01",
            input=1_000_000,
            cache_read=1_000_000,
            service_tier="fast",
        )
        == "5.4"
    )


def test_lengths_of_prompts(book: Book) -> None:
    assert cost(book, "acme/long", input=200_000, output=1_000_000) == "10.25"
    assert cost(book, "acme/long", input=200_001, output=1_000_000) == "15.5000025"
    assert cost(book, "acme/long", input=100_000, input_audio=100_001) == "0.550003"


def test_days_on_which_prices_change_begin_and_end(book: Book) -> None:
    assert [
        cost(book, "acme/history", day, input=1_000_000, output=1_000_000)
        for day in ("2026-01-31", "2026-02-01", "2026-06-01")
    ] == ["40", "35", "20"]
    assert [
        cost(book, "acme/history", day, cache_read=1_000_000)
        for day in ("2026-01-31", "2026-02-01", "2026-06-01")
    ] == ["1", "not_offered", "0.5"]


@pytest.mark.parametrize(
    ("hour", "price"),
    [("00:29", "0.135"), ("00:30", "0.27"), ("16:29", "0.27"), ("16:30", "0.135")],
)
def test_hours_of_the_day(book: Book, hour: str, price: str) -> None:
    assert cost(book, "owl/night", f"2026-11-20T{hour}", input=1_000_000) == price


def test_meters_other_than_tokens_and_a_price_for_each_request(book: Book) -> None:
    assert cost(book, "owl/@x/listen", audio_time=1_800, input_audio_time=1_800) == "0.111"
    assert (
        cost(book, "owl/paper", input_document_pages=10, input_annotated_document_pages=10)
        == "0.04"
    )
    assert cost(book, "owl/speak", input_characters=1_000, input_pixels=1_000_000) == "0.022", (
        "of which $0.005 for the request"
    )
    assert cost(book, "owl/speak", input=1_000_000) == "0.005"


def test_yaml_is_read_as_it_is_written(tmp_path: Path) -> None:
    text = """
name: Acme
id: acme
api_pattern: x
models:
  - id: one
    match: {equals: one}
    prices_checked: 2026-01-01
    prices:
      input_mtok: 0.1
      output_mtok: 1e-3
  - id: two
    match: {equals: two}
    prices:
      - prices: {input_mtok: 3}
      - constraint: {start_date: 2026-05-01}
        prices: {input_mtok: {base: 2, tiers: [{start: 128000, price: 4}]}}
      - constraint: {start_time: "22:00:00Z", end_time: "06:00:00Z"}
        prices: {input_mtok: 1}
"""
    path = tmp_path / "acme.yml"
    path.write_text(text)
    found = imported("genai-prices", str(path), READ)
    assert found.adds_up
    book = book_of(found)
    assert cost(book, "acme/one", input=3_000_000, output=1_000_000) == "0.301"
    assert cost(book, "acme/two", "2026-05-01T06:00", input=200_000) == "0.8"
    assert cost(book, "acme/two", "2026-05-01T23:00", input=200_000) == "0.2"
    assert cost(book, "acme/two", "2026-04-30T12:00", input=200_000) == "0.6"


def test_one_malformed_model_hides_no_other() -> None:
    good = {"id": "good", "prices": {"input_mtok": 1}}
    models = [
        {"prices": {"input_mtok": 1}},
        "model",
        {"id": "x", "prices": "free"},
        {"id": "y", "prices": [{"prices": {"input_mtok": 1}, "constraint": {"moon": "full"}}]},
        {"id": "z", "prices": {"input_mtok": {"base": 1, "tiers": [{"start": "far", "price": 2}]}}},
        {"id": "good", "prices": {"input_mtok": 2}},
        {
            "id": "hours",
            "prices": [
                {"prices": {"input_mtok": 1}},
                {
                    "constraint": {"start_time": "1:00:30", "end_time": "2:00"},
                    "prices": {"input_mtok": 2},
                },
            ],
        },
    ]
    found = genai_prices.imported([{"id": "p q", "models": [good, *models]}], READ)
    assert found.adds_up
    assert found.models == 1
    assert len([each for each in found.listed if not each.field]) == 7
    assert cost(book_of(found), "p-q/good", input=1_000_000) == "1"


@pytest.mark.parametrize(
    "text", ["[]x", "{}", "3", '[{"id": 1}]', "a: &a [*a]", "a: [", "- models: 3", "{" * 2_000]
)
def test_what_is_no_price_data(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x"
    path.write_text(text)
    with pytest.raises(ImportFault):
        imported("genai-prices", str(path), READ)


def test_a_list_of_no_providers_is_no_book(tmp_path: Path) -> None:
    assert json.loads(Path(FILES["genai-prices"]).read_text())
    (tmp_path / "x").write_text("[]")
    with pytest.raises(ImportFault):
        imported("genai-prices", str(tmp_path / "x"), READ)
