"""The rows of FOCUS add up to what the account owes: by hand, and over generated months."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pricelang
from pricelang.apps.answers import RecordDefaults, answers_of
from pricelang.apps.exports.focus import BillingAccount
from pricelang.apps.exports.focus_answers import FocusRows
from pricelang.apps.exports.focus_check import check_rows
from pricelang.apps.exports.focus_columns import COLUMNS
from pricelang.apps.reports.period import period_of
from pricelang.present.decimals import to_decimal
from pricelang.usage.reading import read_path
from pricelang.usage.records import Outcome
from tests.apps.reports.test_invoice import CONTRACT, NORTHWIND, REQUESTS, USAGE
from tests.cli.helpers import run
from tests.engines.test_accounts import BOOK, SHOP, book_of

THIRDS = book_of(BOOK.replace("$6 per hour", "$10 per 3 hours").replace("x 0.5", "x 0.3"))


def rows_of_account(
    book: pricelang.Book, records: Sequence[Outcome], period: str | None
) -> list[dict[str, str]]:
    asked = None if period is None else period_of(period)
    found = FocusRows(book, BillingAccount("a"), lambda _: None, asked)
    rows = list(found.rows(answers_of(book, records, RecordDefaults())))
    cells = [[row[name] for name in COLUMNS] for row in rows]
    assert list(check_rows(COLUMNS, cells)) == []
    return rows


def test_the_sample_month_by_hand() -> None:
    """129.43 of usage, 1,550 free hours at 0.05, and the rest of a minimum of 100."""
    rows = rows_of_account(NORTHWIND, list(read_path(USAGE)), "2026-05")
    account = [
        (row["ChargeCategory"], row["ChargeFrequency"], row["ChargeDescription"], row["BilledCost"])
        for row in rows
        if not row["x_Model"]
    ]
    assert account == [
        ("Credit", "Usage-Based", "code_execution, free allowance: 1,550", "-77.5"),
        (
            "Adjustment",
            "Recurring",
            "commitment, at least $100 per organization per month",
            "48.07",
        ),
    ]
    assert sum(Fraction(row["BilledCost"]) for row in rows) == 100
    assert {row["BillingPeriodStart"] for row in rows} == {"2026-05-01T00:00:00Z"}


@pytest.mark.parametrize("book", [SHOP, THIRDS], ids=["decimal", "without end"])
@settings(max_examples=60)
@given(records=REQUESTS, period=st.sampled_from([None, "2026-01", "2026-02", "2026"]))
def test_the_rows_add_up_to_what_is_due(
    book: pricelang.Book, records: list[Outcome], period: str | None
) -> None:
    rows = rows_of_account(book, records, period)
    invoice = book.invoice(records, period)
    for total in invoice.totals:
        own = [row for row in rows if row["BillingCurrency"] == total.currency]
        for name in ("BilledCost", "EffectiveCost"):
            owed = Fraction(to_decimal(total.due))
            assert sum((Fraction(row[name]) for row in own), Fraction(0)) == owed
    if not invoice.totals:
        assert rows == []


@settings(max_examples=40)
@given(records=REQUESTS)
def test_each_month_of_a_run_is_what_that_month_owes(records: list[Outcome]) -> None:
    """Without a period, the rows of each billing period are those of its own invoice."""
    rows = rows_of_account(SHOP, records, None)
    for month in {row["BillingPeriodStart"][:7] for row in rows}:
        own = [row for row in rows if row["BillingPeriodStart"][:7] == month]
        due = sum((total.due for total in SHOP.invoice(records, month).totals), Fraction(0))
        assert sum((Fraction(row["BilledCost"]) for row in own), Fraction(0)) == due


def test_the_command_takes_a_period(tmp_path: Path) -> None:
    target = tmp_path / "may.csv"
    given = ("--book", CONTRACT, "--focus", str(target), "--period", "2026-05")
    done = run("price", USAGE, *given)
    assert done.exit_code == 0, done.output
    assert "total $100" in done.stderr
    assert "2 outside" in done.stderr
    assert "no rule of FOCUS 1.2 is broken" in run("focus-check", str(target)).stdout
    with target.open(encoding="utf-8", newline="") as stream:
        assert sum(Fraction(row["BilledCost"]) for row in csv.DictReader(stream)) == 100


def test_a_period_is_of_focus_rows_only() -> None:
    done = run("price", USAGE, "--period", "2026-05")
    assert done.exit_code == 2
    assert "`--period` is for `--focus`" in done.stderr
