"""Pages of the Admin usage report: a row counts once, whatever pages and files it stands in."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pricelang
from pricelang.model.errors import BadRequest
from pricelang.model.notes import Note
from pricelang.usage.reading import read, read_paths
from pricelang.usage.records import Outcome, Record, Rejected, Skipped

from .helpers import SAMPLES, brief, one_record, outcomes, records

ADMIN = SAMPLES / "admin"


def row(**more: object) -> dict[str, object]:
    """A row with 10 input and 5 output tokens."""
    return {
        "model": "claude-opus-5",
        "uncached_input_tokens": 10,
        "output_tokens": 5,
        "service_tier": "standard",
        "inference_geo": "global",
        **more,
    }


def page(*buckets: tuple[str, str, list[Any]]) -> dict[str, object]:
    """A page of buckets."""
    return {
        "data": [{"starting_at": a, "ending_at": b, "results": rows} for a, b, rows in buckets],
        "has_more": False,
    }


def day(number: int, *rows: Any) -> tuple[str, str, list[Any]]:
    """A bucket of a day of August 2026."""
    return f"2026-08-{number:02}T00:00:00Z", f"2026-08-{number + 1:02}T00:00:00Z", list(rows)


def story(found: list[Outcome]) -> list[str]:
    """`ok`, `skipped` or the code of each."""
    return [
        one.code if isinstance(one, Rejected) else "skipped" if isinstance(one, Skipped) else "ok"
        for one in found
    ]


def total(found: list[Outcome]) -> Decimal:
    """What the records cost."""
    return sum((BOOK.price_record(record).total for record in records(found)), Decimal(0))


BOOK = pricelang.load()


def test_the_shipped_pair_costs_what_its_cost_report_says() -> None:
    usage = read_paths([str(ADMIN / "11_pair_usage_report.json")])
    billed = json.loads((ADMIN / "12_pair_cost_report.json").read_text(encoding="utf-8"))["data"][
        0
    ]["results"]
    assert (
        total(list(usage))
        == sum(Decimal(line["amount"]) for line in billed) / 100
        == Decimal("5.9294376")
    )


def test_a_row_is_a_sum_with_its_attributes() -> None:
    first, *_ = read_paths(
        [str(ADMIN / "07_usage_report_page1.json"), str(ADMIN / "08_usage_report_page2.json")]
    )
    assert isinstance(first, Record)
    (part,) = first.parts
    assert (part.kind, part.at, first.place.id) == (
        "sum",
        "2026-07-28T14:00:00Z",
        "bucket 1, row 1",
    )
    assert first.attributes == {
        "day": "2026-07-28",
        "workspace": "wrkspc_demo_platform",
        "key": "apikey_demo_ci",
    }
    assert part.usage == {
        "input": 84100,
        "output": 92400,
        "cache_write_5m": 41200,
        "cache_read": 611000,
        "web_search": 3,
    }


def test_tiers_windows_speed_and_geography_are_dimensions() -> None:
    found = outcomes(
        page(
            day(
                1,
                row(service_tier="batch", inference_geo="us", context_window="200k-1M"),
                row(speed="fast", context_window="0-200k"),
            )
        )
    )
    first, second = records(found)
    assert first.parts[0].dimensions == {
        "service_tier": "batch",
        "inference_geo": "us",
        "context_window": "long",
    }
    assert (first.parts[0].sides, second.parts[0].sides) == (
        ("prompt over 200000",),
        ("prompt up to 200000",),
    )
    assert second.parts[0].dimensions == {
        "service_tier": "standard",
        "inference_geo": "global",
        "speed": "fast",
        "context_window": "standard",
    }


def test_a_tier_that_is_given_holds_for_rows_that_say_none() -> None:
    none, standard = records(
        outcomes(page(day(1, row(service_tier=None), row(api_key_id="other"))))
    )
    batch = {"service_tier": "batch"}
    assert (
        2 * BOOK.price_record(none, dimensions=batch).total
        == BOOK.price_record(standard, dimensions=batch).total
    )


def test_a_book_without_tiers_and_thresholds_prices_a_report(tmp_path: Path) -> None:
    text = "book b in USD\nmodels\n  | model | released   |\n  | m     | 2025-01-01 |\nmeter input in tokens\nmeter output in tokens\n"
    path = tmp_path / "b.price"
    path.write_text(
        text
        + "rates per token\n  | model | from       | input | output |\n  | m     | 2025-01-01 | $5 | $7 |\n",
        encoding="utf-8",
    )
    book = pricelang.load(path)
    (found,) = records(
        outcomes(
            page(
                day(
                    1,
                    row(
                        model="m", context_window="0-200k", uncached_input_tokens=2, output_tokens=0
                    ),
                )
            )
        )
    )
    assert book.price_record(found).total == 10


def test_what_the_report_was_not_grouped_by_is_noted_and_a_model_is_needed() -> None:
    found = outcomes(page(day(1, row(service_tier=None, inference_geo=None), row(model=None))))
    assert records(found)[0].notes == (
        Note("ungrouped", "the report was not grouped by `inference_geo`: priced as standard"),
    )
    with pytest.raises(BadRequest, match="does not say its `service_tier`"):
        BOOK.price_record(records(found)[0])
    assert BOOK.price_record(records(found)[0], dimensions={"service_tier": "batch"}).total > 0
    assert story(found) == ["ok", "no_model"]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (page(day(1, row())), ["ok", "skipped"]),
        (page(day(2, row())), ["ok", "ok"]),
        (page(day(1, row(output_tokens=6))), ["ok", "changed_row"]),
        (page(day(1, row(workspace_id="w"))), ["ok", "overlapping_reports"]),
        (
            page(("2026-08-01T03:00:00Z", "2026-08-01T04:00:00Z", [row()])),
            ["ok", "overlapping_reports"],
        ),
        (page(day(1, row(model="claude-opus-4-8"))), ["ok", "ok"]),
    ],
)
def test_rows_of_reports_that_may_count_the_same_are_not_added_up(
    second: dict[str, object], expected: list[str]
) -> None:
    assert story(outcomes([page(day(1, row())), second])) == expected


@given(st.permutations(range(6)), st.lists(st.integers(0, 5), max_size=3), st.integers(1, 6))
def test_split_order_and_copies_of_pages_change_no_total(
    order: list[int], again: list[int], split: int
) -> None:
    buckets = [
        day(n + 1, row(output_tokens=n), row(model="claude-opus-4-8", output_tokens=n))
        for n in range(6)
    ]
    pages = [
        page(*(buckets[n] for n in order[:split])),
        page(*(buckets[n] for n in order[split:])),
        *(page(buckets[n]) for n in again),
    ]
    text = "\n".join(map(json.dumps, pages))
    assert total(list(read(text, "x"))) == total(outcomes(page(*buckets)))


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (page(day(1, row(output_tokens=-1))), "negative_count"),
        (page(day(1, row(output_tokens="five"))), "wrong_type"),
        (page(day(1, row(output_tokens=10**40))), "too_large"),
        (page(day(1, row(uncached_input_tokens=1.5))), "fractional_count"),
        (page(day(1, row(output_tokens=None))), "missing_key"),
        (page(day(1, row(service_tier="gold"))), "unknown_value"),
        (page(day(1, row(context_window="1-2"))), "unknown_value"),
        (page(day(1, row(cache_creation=[]))), "wrong_type"),
        (page(("", "", [row()])), "missing_key"),
        (page(day(1, row(), 5)), "missing_key"),
    ],
)
def test_a_bad_row_is_named_and_hides_no_other(value: dict[str, Any], code: str) -> None:
    value["data"].append(
        {
            "starting_at": "2026-09-01T00:00:00Z",
            "ending_at": "2026-09-02T00:00:00Z",
            "results": [row()],
        }
    )
    found = story(outcomes(value))
    assert found[-1] == "ok"
    assert code in found or (code == "missing_key" and "wrong_type" in found)


def test_a_window_of_200k_does_not_decide_a_threshold_of_100k() -> None:
    (found,) = outcomes(
        page(
            (
                "2026-10-20T00:00:00Z",
                "2026-10-21T00:00:00Z",
                [
                    row(
                        model="claude-haiku-5-5",
                        uncached_input_tokens=10**6,
                        output_tokens=0,
                        context_window="0-200k",
                    )
                ],
            )
        )
    )
    assert isinstance(found, Record)
    bill = BOOK.price_record(found)
    assert (bill.low, bill.high) == (Decimal("0.1"), Decimal("0.5"))


def test_a_window_of_200k_says_that_no_prompt_was_over_it() -> None:
    (found,) = outcomes(
        page(
            (
                "2026-03-01T00:00:00Z",
                "2026-03-02T00:00:00Z",
                [
                    row(
                        model="claude-sonnet-4-5",
                        uncached_input_tokens=10**6,
                        output_tokens=0,
                        context_window="0-200k",
                    )
                ],
            )
        )
    )
    assert isinstance(found, Record)
    bill = BOOK.price_record(found)
    assert (bill.low, bill.high) == (Decimal(3), Decimal(3))


def test_an_empty_page_and_a_cost_report_are_skipped() -> None:
    assert story(outcomes(page())) == story(outcomes(page(day(1)))) == ["skipped"]
    assert story(list(read_paths([str(ADMIN / "12_pair_cost_report.json")]))) == ["skipped"]


def test_a_row_has_the_meters_of_a_message() -> None:
    found = one_record(
        page(
            day(1, row(cache_creation={"ephemeral_1h_input_tokens": 3}, cache_read_input_tokens=4))
        )
    )
    assert brief(found.parts) == [
        ("claude-opus-5", {"input": 10, "output": 5, "cache_write_1h": 3, "cache_read": 4})
    ]
