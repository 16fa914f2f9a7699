"""The whole price data of the installed packages:
books without faults that price what those packages price.

`python -m benchmarks.imports` compares all of it with the packages' own calculators; here, a part.
LiteLLM's data need not be importable to be read: `pip install --no-deps litellm` is enough. Without
a package its tests are skipped, which `PRICELANG_PRICE_DATA=required` turns into a failure.
"""

from __future__ import annotations

import json
import os
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from benchmarks.imports import DIFFERENT, book_of, compare
from pricelang.api import Book
from pricelang.apps.imports.drafts import Imported, ImportFault
from pricelang.apps.imports.reading import imported, litellm_file
from pricelang.syntax.formatting import format_text
from tests.apps.imports import READ, cost


def whole(format: str) -> Imported:
    """The data of the installed package, or the test is skipped, loudly."""
    try:
        return imported(format, None, READ)
    except ImportFault as fault:
        if os.environ.get("PRICELANG_PRICE_DATA") == "required":
            raise
        pytest.skip(str(fault))


@pytest.fixture(scope="module")
def genai() -> tuple[Imported, Book]:
    found = whole("genai-prices")
    return found, book_of(found)  # `book_of` raises for a book with a fault


@pytest.fixture(scope="module")
def litellm() -> tuple[Imported, Book]:
    found = whole("litellm")
    return found, book_of(found)


@pytest.mark.campaign
@pytest.mark.parametrize("format", ["genai-prices", "litellm"])
def test_nothing_is_dropped(format: str, request: pytest.FixtureRequest) -> None:
    found, book = request.getfixturevalue("genai" if format == "genai-prices" else "litellm")
    assert found.adds_up
    assert len(book.checked.models) == found.models > 1_500
    listed = [each for each in found.listed if each.field]
    assert len(listed) < found.figures / 50, "more than one figure in fifty cannot be said"


def test_files_are_in_the_one_style(genai: tuple[Imported, Book]) -> None:
    for name, text in genai[0].files.items():
        assert format_text(name, text) == text, name


@pytest.mark.campaign
def test_genai_prices_prices_the_same(genai: tuple[Imported, Book]) -> None:
    from benchmarks import imports_genai_prices as side

    some = (case for number, case in enumerate(side.cases()) if number % 9 == 0)
    found = compare(genai[1], some, side.explain)
    assert found.cases > 800
    assert DIFFERENT not in found.classes, found.unexplained


# Figures whose price is one of one meter, whatever else the entry says.
PLAIN = {
    "input_cost_per_character": "input_characters",
    "input_cost_per_image": "input_pictures",
    "input_cost_per_query": "queries",
    "input_cost_per_second": "input_time",
    "ocr_cost_per_page": "ocr_pages",
    "annotation_cost_per_page": "annotated_pages",
    "input_cost_per_pixel": "input_pixels",
    "output_cost_per_pixel": "output_pixels",
    "cost_per_second": "reserved_time",
    "google_maps_grounding_cost_per_query": "maps_queries",
    "input_cost_per_request": "requests",
    "citation_cost_per_token": "citation",
    "output_cost_per_video_per_second": "output_video_time",
    "input_cost_per_audio_per_second": "input_audio_time",
}


def test_figures_of_litellm_that_are_no_tokens_are_prices(litellm: tuple[Imported, Book]) -> None:
    data: dict[str, dict[str, Any]] = json.loads(
        Path(litellm_file()).read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal
    )
    book, seen = litellm[1], 0
    for name, entry in data.items():
        for field in (
            PLAIN.keys() & entry.keys()
            if name != "sample_spec" and "tiered_pricing" not in entry
            else ()
        ):
            found = cost(book, name.replace("*", "any"), **{PLAIN[field]: 1})
            assert Fraction(found) == Fraction(entry[field]), (name, field)
            seen += 1
    assert seen > 300


def test_tokens_of_litellm_are_priced_by_their_figures(litellm: tuple[Imported, Book]) -> None:
    data: dict[str, dict[str, Any]] = json.loads(
        Path(litellm_file()).read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal
    )
    book, seen = litellm[1], 0
    for name, entry in list(data.items())[::7]:
        if (
            name == "sample_spec"
            or {"tiered_pricing", "off_peak_pricing", "alias_of"} & entry.keys()
        ):
            continue
        for suffix, tier in (("", "standard"), ("_batches", "batch"), ("_priority", "priority")):
            figures = [entry.get(f"{way}_cost_per_token{suffix}") for way in ("input", "output")]
            if None not in figures:
                found = cost(book, name, input=1_000, output=10, service_tier=tier)
                assert Fraction(found) == 1_000 * Fraction(figures[0]) + 10 * Fraction(
                    figures[1]
                ), (name, tier)
                seen += 1
    assert seen > 500
