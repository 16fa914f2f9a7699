"""What sources say beside the shipped book: every difference, with its kind, id and condition."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import pricelang
from pricelang.api import Book
from pricelang.apps.drift.comparison import SourceComparison, compared
from pricelang.apps.drift.source_data import OTHER_KIND
from pricelang.apps.drift.sources import source_data

HERE = Path(__file__).parent
AT = "2026-11-29"


@pytest.fixture(scope="module")
def book() -> Book:
    return pricelang.load()


def found(book: Book, file: str, at: str = AT) -> SourceComparison:
    return compared(book, source_data(book.checked, str(HERE / file)), at)


def told(comparison: SourceComparison, *kinds: str) -> Iterator[str]:
    """The differences of some kinds as short texts."""
    for each in comparison.differences:
        if each.kind in kinds:
            parts = (each.kind, each.id, each.what, each.when, f"{each.theirs} / {each.ours}")
            yield " | ".join(part for part in parts if part)


def test_a_page_that_the_book_wrote_says_nothing_else(book: Book) -> None:
    comparison = found(book, "prices.md")
    assert not comparison.differences
    assert comparison.prices > 140


def test_a_page_in_html_is_read_by_its_headings(book: Book) -> None:
    comparison = found(book, "prices.html")
    assert list(told(comparison, "model", "price", "date")) == [
        "model | claude-opus-7 | named / the book has no model `claude-opus-7`",
        "price | claude-haiku-5.5 | output | $0.60 per MTok / $0.50 per MTok",
        "price | Web search | charge | $12 per 1,000 searches / $10 per 1,000 searches",
    ]
    # base 5 + 5 + 2, batch 2, fast 2, long prompts 2, charges 2
    assert comparison.prices == 20
    assert comparison.passed_over == {
        "the table `Of something else` has no column that is known": 1
    }


def test_release_notes_name_models_and_ends(book: Book) -> None:
    comparison = found(book, "notes.md")
    assert list(told(comparison, "model", "price", "date")) == [
        "model | claude-opus-6 | named / the book has no model `claude-opus-6`",
        "date | claude-opus-4-1-20250805 | retired | 2026-08-06 / 2026-08-05",
    ]


def test_a_catalogue_is_read_by_its_columns(book: Book) -> None:
    comparison = found(book, "catalogue.csv")
    assert list(told(comparison, "model", "price", "date")) == [
        "model | claude-nova-1 | named / the book has no model `claude-nova-1`",
        "model | us.anthropic.claude-mythos-5-2 | platform bedrock | named / "
        "platform `bedrock` is not offered to this request",
        "price | claude-mythos-5-2 | output | $41 per MTok / $40 per MTok",
    ]


def test_litellm_is_asked_entry_by_entry(book: Book) -> None:
    comparison = found(book, "litellm.json")
    assert list(told(comparison, "model", "price", "date")) == [
        "model | claude-opus-newest | named / the book has no model `claude-opus-newest`",
        "model | stall/claude-opus-5 | named / unknown model `stall/claude-opus-5`: `stall/` is "
        "not known, and may have a price of its own",
        "price | claude-haiku-5-5 | output | prompt over 100,000 | $2.40 per MTok / $2.50 per MTok",
        "date | claude-opus-4-5 | retired | 2027-02-01 / 2027-01-22",
    ]
    assert comparison.passed_over == {
        "input_cost_per_token: not a number: two": 1,
        "Databricks sells at prices of its own": 1,
        "a day of another platform than the book's": 1,
        OTHER_KIND: 2,
    }


def test_ids_of_another_kind_are_counted(book: Book) -> None:
    """A book of few words may take a new model of its own page for one of others."""
    assert found(book, "catalogue.csv").passed_over[OTHER_KIND] == 1


def test_no_row_and_no_price_of_a_page_is_dropped_in_silence(book: Book, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    rows = [
        "| Model | Input | Output |",
        "| --- | --- | --- |",
        "| Claude Opus 5 | $6 per 1M tokens | $25 |",
        "| Claude Sonnet 5 | €2 / MTok | |",
        "| Nova 3 | $3 / MTok | |",
        "",
        "| Tool | Price |",
        "| --- | --- |",
        "| Web fetch | $3 |",
    ]
    page.write_text("\n".join(rows) + "\n", encoding="utf-8")
    comparison = compared(book, source_data(book.checked, str(page)), AT)
    assert list(told(comparison, "price")) == [
        "price | claude-opus-5 | input | $6 per MTok / $5 per MTok",
        "price | Web fetch | charge | $3 / free",
    ]
    assert comparison.passed_over == {
        OTHER_KIND: 1,
        "a price in another currency than the book's": 1,
        "a price that does not say for how many": 1,
    }


def test_genai_prices_is_asked_on_each_of_its_days(book: Book) -> None:
    comparison = found(book, "genai.json")
    assert list(told(comparison, "model", "price", "date")) == [
        "model | corner/claude-opus-5 | named / unknown model `corner/claude-opus-5`: `corner/` "
        "is not known, and may have a price of its own",
        *(
            f"date | {id} | cache_read | on 2026-10-08 | $0.20 per MTok / $0.10 per MTok"
            for id in ("claude-5.5-sonnet", "claude-sonnet-5-5")
        ),
    ]


def test_what_a_source_lacks_is_what_it_has_of_others(book: Book) -> None:
    lacks = list(told(found(book, "genai.json"), "lacks"))
    assert "lacks | claude-opus-5-5 | not named / in use" in lacks
    assert "lacks | claude-opus-4-6 | output | no price / $25 per MTok" in lacks
    assert (
        "lacks | claude-opus-4-6 | input | service_tier batch | no price / $2.50 per MTok" in lacks
    )
    # it names no price of writes to a cache at all, and retired models are not missed
    assert not any("cache_write" in text or "claude-2" in text for text in lacks)


def test_an_amount_stands_beside_its_words(book: Book) -> None:
    (difference,) = (
        each for each in found(book, "litellm.json").differences if each.kind == "price"
    )
    assert difference.amount is not None
    assert difference.own_amount is not None
    assert (float(difference.amount), float(difference.own_amount)) == (2.4, 2.5)
