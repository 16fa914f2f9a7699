"""The lines that would settle differences: those that sources agree on, those with a doubt, and what
is left to a person.
"""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from pricelang.api import load
from pricelang.apps.additions.edited_book import EditedBook
from pricelang.apps.drift.draft import draft
from pricelang.apps.drift.drift import drift_report
from pricelang.apps.drift.source_data import SourceData, SourceDate, SourceName, SourcePrice
from pricelang.apps.price_book import PriceBook
from pricelang.evaluate.examples import run_examples
from pricelang.evaluate.rate_card import RateCard
from tests.apps.additions import added

BOOK = Path(__file__).parents[1] / "additions" / "book"
AT = "2026-11-29"
MILLION = 1_000_000


def source(
    name: str,
    prices: dict[str, dict[str, str]],
    dates: tuple[SourceDate, ...] = (),
) -> SourceData:
    """A source with prices per million by id and meter; it lacks nothing."""
    data = SourceData(name, whole=False, dates=list(dates))
    for id, some in prices.items():
        data.names.append(SourceName(id, "somewhere"))
        data.prices += [
            SourcePrice(id, meter, Fraction(amount) / MILLION, "somewhere")
            for meter, amount in some.items()
        ]
    return data


def drafted(*sources: SourceData, book: str = "anthropic") -> EditedBook:
    priced = load(book)
    edited = EditedBook.of(book)
    draft(edited, priced, drift_report(priced, sources, AT), sources)
    checked = edited.checked()
    assert checked.book is not None, [fault.message for fault in checked.faults]
    assert all(result.passed for result in run_examples(PriceBook(checked.book)))
    return edited


FABLE = {"input": "8", "cache_write_5m": "10", "cache_read": "0.2", "output": "40"}


def test_a_model_of_one_source_is_like_the_one_with_its_prices_and_has_a_doubt() -> None:
    book = drafted(source("litellm", {"claude-fable-5-3": FABLE}))
    lines = added(book)
    doubt = "only litellm names this model; the first day is not published"
    assert f'| claude-fable-5-3 | 2026-11-29 | | | "{doubt}" |' in lines
    assert f'rates per MTok unsure "{doubt}"' in lines
    assert any(line.startswith("source litellm_2026_11_29 ") for line in lines)
    assert any("claude-fable-5-2, claude-fable-5-3" in line for line in lines)
    assert "costs $74.20" in lines
    card = RateCard(book.compiled())
    fast = card.request("claude-fable-5-3", AT, {"input": MILLION}, {"speed": "fast"})
    assert fast.total == 16


def test_a_model_of_two_sources_has_no_doubt_of_its_name() -> None:
    days = (SourceDate("claude-fable-5-3", "released", "2026-11-20", "a page"),)
    book = drafted(
        source("one", {"claude-fable-5-3": FABLE}, days),
        source("two", {"claude-fable-5-3": FABLE | {"output": "41"}}),
    )
    lines = added(book)
    # they differ on one price, and nothing else is doubtful
    assert '| claude-fable-5-3 | 2026-11-20 | | | "one and two differ on output" |' in lines


def test_a_name_with_a_day_is_the_model_and_the_other_an_alias() -> None:
    ids = {"claude-fable-5-3-20261120": FABLE, "claude-fable-5-3": FABLE}
    lines = added(drafted(source("one", ids), source("two", ids)))
    assert "alias claude-fable-5-3 is claude-fable-5-3-20261120" in lines


def test_another_price_is_a_row_from_the_day_of_the_report() -> None:
    book = drafted(source("litellm", {"claude-opus-5-5": {"input": "3", "output": "20"}}))
    lines = added(book)
    doubt = "only litellm says so; the first day is not known"
    assert f'rates per MTok unsure "{doubt}"' in lines
    row = "| claude-opus-5-5 | 2026-11-29 | $3 | derived | derived | derived | litellm_2026_11_29 |"
    assert row in lines
    # 4 + 20 + 5 + 0.20 + 8 the second before; 3 + 20 + 3.75 + 0.15 + 6 on the day
    assert [line for line in lines if line.startswith("costs")] == ["costs $37.20", "costs $32.90"]


@pytest.mark.parametrize("seed", range(24))
def test_what_is_drafted_settles_the_differences(tmp_path: Path, seed: int) -> None:
    """Lists that differ in prices, derived ones too, that spell a model by another name, or have
    more models: with the lines, the book has no fault, its examples hold, and nothing is new.
    """
    random = Random(seed)
    listed = {"nova-1": ["1", "0.1", "4"], "nova-2": ["2", "0.2", "8"], "nova-one": []}
    listed["nova-one"] = listed["nova-1"]
    for id in random.sample(["nova-1", "nova-2", "nova-3", "nova-3-20260301"], 2):
        listed[id] = [random.choice(["1", "2.5"]), random.choice(["0.1", "0.25"]), "6"]
    if random.random() < 0.5:
        listed["nova-1"] = listed["nova-one"]
    meters = ("input", "cache_read", "output")
    prices = {id: dict(zip(meters, some, strict=True)) for id, some in listed.items()}
    if listed["nova-one"] != listed["nova-1"]:
        del prices["nova-one"]
    data = source("list", prices)
    # on the day of a row, and later
    at = random.choice(["2026-02-01", "2026-03-01"])
    folder = shutil.copytree(BOOK, tmp_path / "book")
    priced, edited = load(folder), EditedBook.of(str(folder))
    report = drift_report(priced, [data], at)
    draft(edited, priced, report, [data])
    for path, text in edited.changed():
        path.write_text(text, encoding="utf-8")
    settled = load(folder)
    assert [each.theirs for each in drift_report(settled, [data], at).new] == []
    fallen = [result.example.title for result in run_examples(settled) if not result.passed]
    assert [title for title in fallen if not any(title in text for text in edited.remarks)] == []


@pytest.mark.parametrize(("count", "doubt"), [(1, True), (2, False)])
def test_an_end_is_the_day_of_the_sources(count: int, doubt: bool) -> None:
    days = (SourceDate("claude-haiku-4-5", "retired", "2027-05-01", "a page"),)
    found = added(drafted(*(source(f"s{n}", {}, days) for n in range(count))))
    (line,) = (text for text in found if "claude-haiku-4-5-20251001" in text)
    assert line.startswith("| claude-haiku-4-5-20251001 | 2025-10-15 | | 2027-05-01 |")
    assert ("the day is the one that s0 gives" in line) == doubt


def test_a_value_that_ids_say_gets_its_factor(tmp_path: Path) -> None:
    path = tmp_path / "cloud.price"
    path.write_text(
        "\n".join(
            [
                'book cloud "Prices" in USD',
                "unit MTok is 1,000,000 tokens",
                "meter input in tokens",
                "dimension platform default api",
                "  api, bedrock",
                "dimension endpoint default global",
                "  global",
                "  regional when platform is bedrock",
                "models",
                "  | model         | released   |",
                "  | claude-opus-5 | 2026-01-01 |",
                "rates per MTok",
                "  | model         | from       | input |",
                "  | claude-opus-5 | 2026-01-01 | $5    |",
                "multiplier regional",
                "  when endpoint is regional",
                "  x 1.1 on tokens",
                "",
            ]
        ),
        encoding="utf-8",
    )
    found = source("list", {"us-gov.anthropic.claude-opus-5": {"input": "6"}})
    book = drafted(found, book=str(path))
    assert added(book) == [
        'source list "list" read 2026-11-29',
        'govcloud when platform is bedrock unsure "only list says so" see list',
        "when endpoint is regional or govcloud",
        "x 1.1 on tokens when endpoint is regional",
        'x 1.2 on tokens when endpoint is govcloud unsure "only list says so" see list',
    ]
    said = {"platform": "bedrock", "endpoint": "govcloud"}
    cost = RateCard(book.compiled()).request("claude-opus-5", AT, {"input": MILLION}, said)
    assert cost.total == 6
    assert not book.remarks


def test_what_no_line_settles_is_said() -> None:
    data = source("list", {"stall/claude-opus-5": {"input": "1"}, "claude-opus-newest": {}})
    data.prices.append(
        SourcePrice("claude-opus-5-5", "input", Fraction(7, MILLION), "x", {"speed": "fast"})
    )
    book = drafted(data)
    assert not added(book)
    assert [text.split(":")[0] for text in book.remarks] == [
        "no line is drafted for `stall/claude-opus-5`",
        "no line is drafted for `claude-opus-newest`",
        "no line is drafted for `claude-opus-5-5`",
    ]
