"""Laws of the join: any one changed row is found and nothing else,
the order of rows does not matter, hostile pages.
"""

from __future__ import annotations

import contextlib
import random
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricelang.apps.reconcile.reconcile import Reconciliation
from pricelang.apps.reconcile.reconciled import AGREEING
from pricelang.model.errors import BadRequest
from tests.cli.helpers import run

from .helpers import BOOK, PRICES, cost_rows, digits, page, pair, usage_row

DAYS = ("2026-10-20", "2026-10-21", "2026-10-22")
COUNTS = st.tuples(*[st.one_of(st.just(0), st.integers(1, 10**9))] * 5).filter(any)


@st.composite
def reports(
    draw: st.DrawFn,
) -> tuple[dict[str, list[dict[str, Any]]], dict[str, list[dict[str, Any]]]]:
    """Usage and its true cost, by day;
    no two usage rows of a day share a key, and both state every field.
    """
    keys = draw(
        st.lists(
            st.tuples(
                st.sampled_from(DAYS),
                st.sampled_from(sorted(PRICES)),
                st.sampled_from(("standard", "batch")),
                st.sampled_from(("global", "us")),
                st.sampled_from(("w-1", "w-2")),
            ),
            min_size=1,
            max_size=5,
            unique=True,
        )
    )
    usage: dict[str, list[dict[str, Any]]] = {day: [] for day in DAYS}
    cost: dict[str, list[dict[str, Any]]] = {day: [] for day in DAYS}
    for day, model, tier, geo, workspace in keys:
        row = usage_row(model, draw(COUNTS), tier, geo, workspace)
        usage[day].append(row)
        cost[day] += cost_rows(row)
    return usage, cost


def differing(result: Reconciliation) -> set[tuple[str | None, ...]]:
    return {line.key.values() for line in result.lines if line.status not in AGREEING}


def key_of(day: str, row: dict[str, Any]) -> tuple[str | None, ...]:
    return (
        day,
        row["workspace_id"],
        row["cost_type"],
        row["model"],
        row["service_tier"],
        row["context_window"],
        row["inference_geo"],
        None,
        row["token_type"],
    )


@settings(max_examples=60)
@given(reports())
def test_true_costs_agree(made: tuple[Any, Any]) -> None:
    usage, cost = made
    result = BOOK.reconcile(page(usage), page(cost))
    assert result.agrees
    assert not result.findings
    assert result.total.billed == sum(
        (Fraction(row["amount"]) / 100 for rows in cost.values() for row in rows), Fraction(0)
    )


@settings(max_examples=80)
@given(reports(), st.data())
def test_one_changed_row_is_found_and_nothing_else(
    made: tuple[Any, Any], data: st.DataObject
) -> None:
    usage, cost = made
    places = [(day, index) for day, rows in cost.items() for index in range(len(rows))]
    day, index = data.draw(st.sampled_from(places))
    row = cost[day][index]
    true = key_of(day, row)
    match data.draw(
        st.sampled_from(
            (
                "amount",
                "missing",
                "extra",
                "day",
                "workspace_id",
                "model",
                "service_tier",
                "inference_geo",
                "token_type",
            )
        )
    ):
        case "amount":
            row["amount"] = digits(
                Fraction(row["amount"]) + Fraction(data.draw(st.integers(1, 10**6)), 10**6)
            )
            wrong = {true}
        case "missing":
            cost[day].pop(index)
            wrong = {true}
        case "extra":
            cost[day].append(dict(row))
            wrong = {true}
        case "day":
            other = data.draw(st.sampled_from([one for one in DAYS if one != day]))
            cost[other].append(cost[day].pop(index))
            wrong = {true, key_of(other, row)}
        case field:
            choices = {
                "workspace_id": ("w-1", "w-2", "w-3"),
                "model": sorted(PRICES),
                "service_tier": ("standard", "batch"),
                "inference_geo": ("global", "us"),
                "token_type": ("uncached_input_tokens", "output_tokens", "cache_read_input_tokens"),
            }[field]
            row[field] = data.draw(st.sampled_from([one for one in choices if one != row[field]]))
            wrong = {true, key_of(day, row)}
    result = BOOK.reconcile(page(usage), page(cost))
    assert not result.agrees
    assert differing(result) == wrong
    assert {line.key.values() for finding in result.findings for line in finding.lines} == wrong
    assert (
        sum((finding.difference for finding in result.findings), Fraction(0))
        == result.total.difference
    )


@settings(max_examples=40)
@given(reports(), st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_rows_does_not_matter(
    made: tuple[Any, Any], shuffler: random.Random, broken: bool
) -> None:
    usage, cost = made
    if broken:
        rows = next(rows for rows in cost.values() if rows)
        rows[0]["amount"] = digits(Fraction(rows[0]["amount"]) * 2)
    before = BOOK.reconcile(page(usage), page(cost))
    mixed = []
    for report in (usage, cost):
        days = list(report)
        shuffler.shuffle(days)
        mixed.append({day: shuffler.sample(report[day], len(report[day])) for day in days})
    after = BOOK.reconcile(page(mixed[0]), page(mixed[1]))
    assert [(line.key, line.status, line.low, line.high, line.amount) for line in after.lines] == [
        (line.key, line.status, line.low, line.high, line.amount) for line in before.lines
    ]
    assert [finding.kind for finding in after.findings] == [
        finding.kind for finding in before.findings
    ]


# ---- hostile -------------------------------------------------------------------------------------

JUNK = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.floats(allow_nan=False)
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=100)
@given(st.sampled_from((0, 1)), st.data())
def test_any_value_in_any_place_is_read_or_named(side: int, data: st.DataObject) -> None:
    reports = pair()
    rows = reports[side]["data"][0]["results"]
    row = data.draw(st.sampled_from(rows))
    row[data.draw(st.sampled_from(sorted(row)))] = data.draw(JUNK)
    with contextlib.suppress(BadRequest):
        result = BOOK.reconcile(*reports)
        assert result.text()
        assert result.to_dict()


@pytest.mark.parametrize(
    "amount",
    ["1e5", "NaN", "", "1,000", " 1", "٣", "1" * 31, "0." + "1" * 31, 1.5, None, True, [], "--1"],
)
def test_an_amount_that_is_no_decimal_is_named_and_nothing_else_is_hidden(amount: object) -> None:
    usage, cost = pair()
    cost["data"][0]["results"][0]["amount"] = amount
    result = BOOK.reconcile(usage, cost)
    assert not result.agrees
    (row,) = result.cost.unread
    assert row.place == "(memory) data[0].results[0]"
    assert [line.status for line in result.lines].count("matched") == 7


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "[1, 2]",
        '{"data": 5, "has_more": false}',
        '{"data": [5], "has_more": false}',
        '{"data": [{"results": []}], "has_more": false}',
        '{"data": [{"starting_at": "x", "ending_at": "y", "results": []}], "has_more": false}',
        '{"data": [' + "[" * 5000,
        '{"a": NaN}',
        "\x00",
    ],
)
def test_what_is_no_report_is_refused_without_a_traceback(text: str) -> None:
    for sides in (("-", "samples/reconcile/cost.json"), ("samples/reconcile/usage.json", "-")):
        done = run("reconcile", *sides, stdin=text)
        assert done.exit_code == 2
        assert "Traceback" not in done.output


def test_bytes_that_are_no_text(tmp_path: Any) -> None:
    for name in ("bad.json", "bad.csv"):
        (tmp_path / name).write_bytes(b'{"data": ["\xff\xfe"]}\n')
        assert run("reconcile", "samples/reconcile/usage.json", str(tmp_path / name)).exit_code == 2


def test_controls_in_a_name_do_not_reach_the_terminal() -> None:
    usage, cost = pair()
    cost["data"][0]["results"][0]["description"] = "\x1b[31mred"
    result = BOOK.reconcile(usage, cost)
    assert "\x1b" not in result.text()
    assert result.cost.unread[0].code == "bad_word"


def test_lines_of_a_csv_are_bounded(tmp_path: Any) -> None:
    for text in ('day,amount\n2026-10-20,"' + "1" * 5_000_000, "day,amount\n" + "1" * 5_000_000):
        (tmp_path / "big.csv").write_text(text)
        done = run("reconcile", "samples/reconcile/usage.json", str(tmp_path / "big.csv"))
        assert done.exit_code == 2
        assert "error[bad_csv]" in done.stderr
        assert run("focus-check", str(tmp_path / "big.csv")).exit_code == 2
