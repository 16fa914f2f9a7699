"""Every dated rate that is known comes out of the bundled book,
on its first and on its last day.
"""

from __future__ import annotations

import contextlib
import csv
import datetime
from decimal import Decimal
from pathlib import Path

import pytest

import pricelang
from pricelang.check.files import read_layers
from pricelang.compile.book import check_layers
from pricelang.usage.request_flags import DEFAULT_BOOK
from tests.facts.unpriced import known_rows, rows_of

ROWS = list(
    csv.DictReader((Path(__file__).parent / "facts" / "rate_history.csv").open(encoding="utf-8"))
)
CATALOGUE = list(
    csv.DictReader((Path(__file__).parent / "facts" / "catalogue.csv").open(encoding="utf-8"))
)
PLATFORMS = list(
    csv.DictReader((Path(__file__).parent / "facts" / "platforms.csv").open(encoding="utf-8"))
)
OFFERED = [
    (row["feature"], platform, said)
    for row in PLATFORMS
    for platform, said in row.items()
    if platform != "feature"
]
ALIASED = [row for row in ROWS if row["aliases"]]
STANDARD = [row for row in ROWS if row["mode"] == "standard"]
METERS = ("input", "cache_write_5m", "cache_write_1h", "cache_read", "output")
SINCE = {"cache_write_5m": "2024-08-14", "cache_read": "2024-08-14", "cache_write_1h": "2025-05-01"}
BATCH_SINCE = "2024-10-08"
TODAY = "2026-11-28"
# A prompt on the far side of each threshold,
# of tokens that are priced apart from what is looked at.
LONG = {"claude-haiku-5-5": 100_001}


@pytest.fixture(scope="module")
def book() -> pricelang.Book:
    return pricelang.load()


def days(row: dict[str, str], since: str = "") -> list[str]:
    """The first day of a row, and its last second, where the row holds since a day at all."""
    first = max(row["start"], since)
    if row["end"] and first >= row["end"]:
        return []
    end = datetime.datetime.fromisoformat(row["end"]) if row["end"] else None
    return [first, (end - datetime.timedelta(seconds=1)).isoformat() if end is not None else TODAY]


def unit_price(
    book: pricelang.Book, row: dict[str, str], model: str, meter: str, at: str, **more: str
) -> Decimal:
    """The price of a million tokens of a meter, on the row's side of the threshold."""
    values = dict(more)
    if row["mode"] == "fast":
        values["speed"] = "fast"
    usage = {meter: 1}
    if row["prompt"] == "over":
        usage["input"] = LONG.get(model, 200_001) + 1
        if model not in LONG:
            values["context_window"] = "long"
    bill = book.price(model=model, at=at, usage=usage, **values)
    return next(line.unit_price for line in bill.lines if line.meter == meter) * 1_000_000


@pytest.mark.parametrize(
    "row",
    ROWS,
    ids=[f"{r['models'].split()[0]} {r['mode']} {r['prompt']} {r['start']}" for r in ROWS],
)
def test_a_row_holds_from_its_first_to_its_last_day(
    book: pricelang.Book, row: dict[str, str]
) -> None:
    seen, released = 0, {found.name: found.released for found in book.models()}
    for model in row["models"].split():
        for meter in METERS:
            for at in days(row, max(SINCE.get(meter, ""), released[model])):
                if row[meter]:
                    assert unit_price(book, row, model, meter, at) == Decimal(row[meter]), (
                        model,
                        meter,
                        at,
                    )
                    seen += 1
        for meter in ("input", "output"):
            for at in days(row, BATCH_SINCE):
                if row[f"batch_{meter}"]:
                    price = unit_price(book, row, model, meter, at, service_tier="batch")
                    assert price == Decimal(row[f"batch_{meter}"]), (model, meter, at)
                    seen += 1
    assert seen >= 4


@pytest.mark.parametrize(
    "row",
    ROWS,
    ids=[f"{r['models'].split()[0]} {r['mode']} {r['prompt']} {r['start']}" for r in ROWS],
)
def test_a_price_without_a_figure_is_not_offered(book: pricelang.Book, row: dict[str, str]) -> None:
    """Models that never had a cache or a batch have none in the book,
    rather than a derived price.
    """
    never = row["models"].startswith(("claude-1", "claude-2", "claude-instant", "claude-3-sonnet"))
    if not never:
        return
    for model in row["models"].split():
        for meter in ("cache_write_5m", "cache_write_1h", "cache_read"):
            with pytest.raises(pricelang.NotOffered):
                book.price(model=model, at="2025-06-01", usage={meter: 1})
        with pytest.raises(pricelang.PriceError):
            book.price(model=model, at="2025-06-01", usage={"input": 1}, service_tier="batch")


@pytest.mark.parametrize(
    "row", ALIASED, ids=[f"{r['aliases'].split()[0]} {r['start']}" for r in ALIASED]
)
def test_aliases_stand_for_their_model(book: pricelang.Book, row: dict[str, str]) -> None:
    for alias in row["aliases"].split():
        priced = book.price(model=alias, at=days(row)[0], usage={"input": 1})
        assert priced.lines[0].model in row["models"].split()


@pytest.mark.parametrize(
    "row", STANDARD, ids=[f"{r['models'].split()[0]} {r['start']} {r['prompt']}" for r in STANDARD]
)
def test_models_begin_on_the_day_of_their_release(
    book: pricelang.Book, row: dict[str, str]
) -> None:
    model = (
        row["models"].split()[-1]
        if row["models"].startswith("claude-instant-1.0")
        else row["models"].split()[0]
    )
    released = {found.name: found.released for found in book.models()}
    assert released[model] >= row["released"]
    day = datetime.date.fromisoformat(released[model]) - datetime.timedelta(days=1)
    with pytest.raises(pricelang.NotOffered):
        book.price(model=model, at=day, usage={"input": 1})


@pytest.mark.parametrize(
    ("platform", "day", "model"),
    [("api", "2026-02-05", "claude-opus-4-6"), ("aws", "2026-07-25", "claude-opus-4-7")],
)
def test_us_inference_begins(book: pricelang.Book, platform: str, day: str, model: str) -> None:
    """Where a value is first offered, the last second before is refused,
    and the day itself costs a tenth more.
    """
    tokens = {"input": 100_000}
    before = datetime.datetime.fromisoformat(day) - datetime.timedelta(seconds=1)
    with pytest.raises(pricelang.NotOffered):
        book.total(
            model="claude-opus-4-5", at=before, usage=tokens, platform=platform, inference_geo="us"
        )
    assert book.total(
        model=model, at=day, usage=tokens, platform=platform, inference_geo="us"
    ) == Decimal("0.55")


def figure(book: pricelang.Book, table: str, column: str, model: str) -> str:
    """A figure of a model today as the catalogue writes it, empty where there is none."""
    found = book.figures(TODAY, table, model=model)
    return str(int(found[0].rows[0][column])) if found else ""


@pytest.mark.parametrize("row", CATALOGUE, ids=[row["id"] for row in CATALOGUE])
def test_the_catalogue_of_models(book: pricelang.Book, row: dict[str, str]) -> None:
    model = row["model"]
    for meter in METERS:
        bill = book.price(model=model, at=TODAY, usage={meter: 1})
        assert bill.lines[0].unit_price * 1_000_000 == Decimal(row[meter]), meter
    assert figure(book, "max_output", "at_most", model) == row["max_output"]
    if row["image_max_tokens"]:
        assert figure(book, "image_cap", "at_most_per_image", model) == row["image_max_tokens"]
    if model in ("claude-opus-4-6", "claude-sonnet-4-6"):
        # The catalogue has the window of a request without the header;
        # by the pages both have the long one at one price.
        assert figure(book, "context_window", "standard", model) == "1000000"
    elif row["context_window"]:
        assert figure(book, "context_window", "standard", model) == row["context_window"]
    offered = row["google_cloud"] == "yes"
    with contextlib.nullcontext() if offered else pytest.raises(pricelang.NotOffered):
        book.price(model=model, at=TODAY, usage={"input": 1}, platform="google_cloud")


@pytest.mark.parametrize(
    ("feature", "platform", "said"),
    OFFERED,
    ids=[f"{feature} on {platform}" for feature, platform, _ in OFFERED],
)
def test_what_a_platform_offers(
    book: pricelang.Book, feature: str, platform: str, said: str
) -> None:
    feature, _, model = feature.partition(" of ")
    name, _, value = feature.partition(" ")
    usage = {"input": 1} if value else {name: 1}
    asked = {"platform": platform, **({name: value} if value else {})}
    if platform in ("bedrock", "vertex"):
        asked.setdefault("endpoint", "global")
    if said == "no":
        with pytest.raises(pricelang.NotOffered):
            book.price(model=model or "claude-opus-5-5", at=TODAY, usage=usage, **asked)
        return
    bill = book.price(model=model or "claude-opus-5-5", at=TODAY, usage=usage, **asked)
    doubted = any(note.code == "unsure" for note in bill.notes)
    # Every amount on Claude Models on Google Cloud has the doubt about its list prices.
    assert doubted == (said == "doubt" or platform == "google_cloud"), bill.notes


def test_no_table_of_figures_of_the_shipped_book_has_a_hole() -> None:
    assert check_layers(read_layers(DEFAULT_BOOK)).faults == ()


def test_what_no_amount_comes_from_is_as_it_was_read(book: pricelang.Book) -> None:
    assert rows_of(book.checked) == known_rows()
