"""Thirteen errors that vendors make, each on its own and all together: the cause is named first."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import pytest

import pricelang
from pricelang.apps.reconcile.reconcile import Reconciliation

from .errors import (
    ERRORS,
    Error,
    a_day_late,
    batch_missing,
    each,
    list_prices,
    residency_twice,
    rounded_up,
    twice,
)
from .month import Row, Use, account, bill, month, written

USES = month()


def reconciled(
    folder: Path, *errors: Error, uses: list[Use] = USES, **options: object
) -> Reconciliation:
    rows = bill(uses)
    rows += account(uses, rows)
    for error in errors:
        error(rows)
    book, usage, cost = written(folder, uses, rows)
    return pricelang.load(book).reconcile(usage, cost, **options)  # type: ignore[arg-type]


def test_the_right_bill_agrees_with_its_account(tmp_path: Path) -> None:
    found = reconciled(tmp_path)
    assert found.agrees, found.text()
    assert not found.causes
    assert [text[:15] for text in found.left_out] == ["the minimum per"]


def test_the_right_bill_by_the_list_agrees_with_its_credit(tmp_path: Path) -> None:
    rows = bill(USES)
    credit, _ = account(USES, rows)
    list_prices(rows)
    _, usage, cost = written(tmp_path, USES, [*rows, credit])
    found = pricelang.load().reconcile(usage, cost)
    assert found.agrees, found.text()


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_each_error_alone_is_the_first_cause_and_the_only_one(error: Error, tmp_path: Path) -> None:
    found = reconciled(tmp_path, error)
    assert [cause.text[: len(ERRORS[error])] for cause in found.causes] == [ERRORS[error]]
    assert sum(len(one.lines) for one in found.causes) == sum(
        len(one.lines) for one in found.findings
    )


def test_all_errors_together_are_named_and_none_else(tmp_path: Path) -> None:
    found = reconciled(tmp_path, *ERRORS)
    names = {cause.text[: len(text)] for cause in found.causes for text in ERRORS.values()}
    assert names >= set(ERRORS.values()), found.text()
    assert len(found.causes) == len(ERRORS)
    text = found.text()
    assert "14 causes explain" in text
    assert "not explained:" not in text.split("status", 1)[0]
    assert text.count("\n") < 200


def test_a_contract_that_was_not_applied(tmp_path: Path) -> None:
    found = reconciled(tmp_path, list_prices)
    assert [cause.text for cause in found.causes] == ["at the list price of `anthropic`"]
    assert found.text().count("\n") < 200


def test_another_currency_and_cents_for_dollars(tmp_path: Path) -> None:
    found = reconciled(tmp_path, lambda rows: each(rows, "0.92", description=""))
    assert found.causes[0].text == "every amount x 0.92, such as another currency"
    found = reconciled(tmp_path, lambda rows: each(rows, 100, description=""))
    assert found.causes[0].text.startswith("cents taken for the main unit")


def test_half_a_cent_on_each_line_is_a_cause_though_within_tolerance(tmp_path: Path) -> None:
    def more(rows: list[Row]) -> None:
        for row in rows:
            row.amount += Fraction("0.0045") if row.meter else 0

    found = reconciled(tmp_path, more, within=Fraction("0.01"))
    assert not found.agrees
    assert found.causes[0].text == "0.0045 on each line"
    assert "A drift to one side" in found.text()


def test_a_stated_quantity_that_differs_is_a_finding_though_the_amount_agrees(
    tmp_path: Path,
) -> None:
    def more(rows: list[Row]) -> None:
        rows[0].quantity += 1

    found = reconciled(tmp_path, more)
    assert not found.agrees
    assert found.total.difference == 0
    (finding,) = found.findings
    assert finding.lines[0].reason == "the bill states another quantity"


def test_a_stated_quantity_refutes_another_one(tmp_path: Path) -> None:
    def more(rows: list[Row]) -> None:
        rows[0].amount += rows[0].amount / rows[0].quantity * 1000

    (finding,) = reconciled(tmp_path, more).findings
    assert not any("quantity" in one.text for one in finding.explanations)


# ---- two errors on one line ----


def test_two_errors_on_one_line_that_other_lines_have_alone(tmp_path: Path) -> None:
    def both(rows: list[Row]) -> None:
        for row in rows:
            if (row.day, row.tier) == (21, "batch"):
                row.amount = Fraction(math.ceil(row.amount * 2 * 100), 100)

    found = reconciled(tmp_path, batch_missing, rounded_up, both)
    names = {cause.text: len(cause.lines) for cause in found.causes}
    pair = f"{ERRORS[batch_missing]}, and {ERRORS[rounded_up]}"
    assert names.keys() == {ERRORS[batch_missing], ERRORS[rounded_up], pair}
    assert names[pair] == 5
    assert all(finding.explained for finding in found.findings)


def test_another_days_price_and_a_factor_twice_on_one_line(tmp_path: Path) -> None:
    use = Use(9, "w-us", "claude-sonnet-5-5", (0, 0, 30_011, 0, 0), geo="us")

    def both(rows: list[Row]) -> None:
        each(rows, "2.2", workspace="w-us")

    alone = reconciled(tmp_path, both, uses=[*USES, use])
    assert len(alone.causes) == 1
    assert alone.causes[0].kind == "pair"
    found = reconciled(tmp_path, residency_twice, a_day_late, both, uses=[*USES, use])
    pairs = [cause for cause in found.causes if cause.kind == "pair"]
    assert [cause.text for cause in pairs] == [
        "`residency` applied twice, and at the price before 2026-10-07"
    ]
    assert not pairs[0].others
    assert {cause.text for cause in found.causes} == {
        ERRORS[residency_twice],
        ERRORS[a_day_late],
        pairs[0].text,
    }


def test_a_row_that_stands_twice_at_another_price(tmp_path: Path) -> None:
    def standard(rows: list[Row]) -> None:
        each(rows, 2, day=10, tier="batch", meter="output")

    found = reconciled(tmp_path, standard, twice, batch_missing)
    assert {cause.text for cause in found.causes} == {
        ERRORS[batch_missing],
        f"{ERRORS[twice]}, and {ERRORS[batch_missing]}",
    }


def test_what_too_many_pairs_explain_is_not_explained(tmp_path: Path) -> None:
    def some(rows: list[Row]) -> None:
        each(rows, "1.07", day=3, meter="output", workspace="w-1")

    found = reconciled(tmp_path, some)
    assert all(cause.kind != "pair" or len(cause.others) < 4 for cause in found.causes)


def test_usage_that_is_read_as_nothing_is_named(tmp_path: Path) -> None:
    found = reconciled(tmp_path, lambda rows: each(rows, 0, meter="cache_read"))
    assert [cause.text for cause in found.causes] == ["usage billed at nothing"]


def test_a_price_of_one_meter_that_no_rule_gives_is_one_cause(tmp_path: Path) -> None:
    found = reconciled(tmp_path, lambda rows: each(rows, "0.83", meter="web_search"))
    (cause,) = found.causes
    assert cause.text == "web_search at x 0.83 of its price, by no rule of the book"
    assert len(cause.lines) == 31


def test_a_quantity_that_leaves_out_what_is_free_is_not_said_to_differ(tmp_path: Path) -> None:
    """A line of a served request and one that failed: the bill states the tokens of the first."""
    found = reconciled(tmp_path, lambda rows: each(rows, "0.7", day=5, model="claude-sonnet-5-5"))
    assert "the bill states a quantity" not in found.text()
