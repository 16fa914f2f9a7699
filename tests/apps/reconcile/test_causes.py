"""Thirteen errors that vendors make, each on its own and all together: the cause is named first."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import pytest

import pricelang
from pricelang.apps.reconcile.reconcile import Reconciliation

from .month import PRICES, Row, Use, account, bill, month, written

USES = month()
Error = Callable[[list[Row]], None]


def each(rows: Iterable[Row], factor: object, **wanted: object) -> None:
    """Multiplies the amounts of rows that have some values."""
    for row in rows:
        if all(getattr(row, name) == value for name, value in wanted.items()):
            row.amount *= Fraction(str(factor))


def wrong_lifetime(rows: list[Row]) -> None:
    each(rows, "0.625", day=3, meter="cache_write_1h", tier="standard")


def batch_missing(rows: list[Row]) -> None:
    each(rows, 2, day=5, tier="batch")


def residency_twice(rows: list[Row]) -> None:
    each(rows, "1.1", day=8, geo="us")


def a_day_late(rows: list[Row]) -> None:
    each(rows, 2, day=7, model="claude-sonnet-5-5", meter="cache_read")


def no_pool(rows: list[Row]) -> None:
    rows[:] = [row for row in rows if row.description != "Free container hours"]


def twice(rows: list[Row]) -> None:
    (row,) = (row for row in rows if (row.day, row.tier, row.meter) == (10, "batch", "output"))
    rows.append(row)


def missing(rows: list[Row]) -> None:
    rows[:] = [row for row in rows if (row.day, row.tier, row.meter) != (11, "batch", "output")]


def retired(rows: list[Row]) -> None:
    rows.append(
        Row(12, "w-1", "claude-3-opus-20240229", "input", "standard", "global", Fraction(5_001),
            Fraction("0.075015"))
    )  # fmt: skip


def older_rate(rows: list[Row]) -> None:
    for row in rows:
        if row.model == "claude-opus-5-5" and row.day in (13, 14) and row.workspace[:2] == "w-":
            at = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
            old, new = (
                Fraction(PRICES[name][at.index(row.meter)])
                for name in ("claude-opus-5", "claude-opus-5-5")
            )
            row.amount *= old / new


def rounded_up(rows: list[Row]) -> None:
    for row in rows:
        if row.workspace == "w-2" and row.day >= 15 and row.geo != "us":
            row.amount = Fraction(math.ceil(row.amount * 100), 100)


def errored_searches(rows: list[Row]) -> None:
    for row in rows:
        if row.meter == "web_search" and row.day in (16, 17):
            row.amount += Fraction(3, 100)
            row.quantity += 3


def long_premium(rows: list[Row]) -> None:
    each(rows, 2, day=18, workspace="w-long", meter="input")
    each(rows, "1.5", day=18, workspace="w-long", meter="output")


def fast_six(rows: list[Row]) -> None:
    each(rows, 3, workspace="fast-19")


def fast_as_standard(rows: list[Row]) -> None:
    each(rows, "0.5", workspace="fast-20")


ERRORS: dict[Error, str] = {
    wrong_lifetime: "cache_write_1h billed as cache_write_5m",
    batch_missing: "with service_tier standard instead of batch",
    residency_twice: "`residency` applied twice",
    a_day_late: "at the price before 2026-10-07",
    no_pool: "allowance of `code_execution` not applied",
    twice: "a row of the bill that stands twice",
    missing: "usage that is not billed",
    retired: "billed for `claude-3-opus-20240229`, which was retired on 2026-01-05, without usage",
    older_rate: "claude-opus-5-5 billed as claude-opus-5",
    rounded_up: "amounts rounded up to $0.01",
    errored_searches: "billed though errored",
    long_premium: "`long_context` applied",
    fast_six: "`fast` x 6 instead of x 2",
    fast_as_standard: "with speed standard instead of fast",
}


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
    def list_prices(rows: list[Row]) -> None:
        each(rows, Fraction(10, 9), model="claude-opus-4-7")
        each(rows, Fraction(10, 9), model="claude-sonnet-4-6", meter="output")

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
