"""The account on a bill: allowances, tiers, minimums, credits, and tolerances of the whole."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import pricelang
from pricelang.apps.reconcile.reconcile import Reconciliation
from pricelang.model.errors import BadRequest

from .test_left_out import BOOK

POOL = BOOK.replace("$0.60", "$0.05") + "  first 1,550 hours free per organization per month\n"
HEAD = "day,model,token_type,amount,description\n"


def reconciled(
    folder: Path, book: str, records: list[dict[str, Any]], bill: str, **options: Any
) -> Reconciliation:
    """A bill against records by a book."""
    path, usage, cost = folder / "b.price", folder / "usage.jsonl", folder / "cost.csv"
    path.write_text(book, encoding="utf-8")
    usage.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    cost.write_text(HEAD + bill, encoding="utf-8")
    return pricelang.load(path).reconcile(str(usage), str(cost), **options)


def record(day: int = 1, **usage: int) -> dict[str, Any]:
    return {"model": "m-1", "at": f"2026-05-{day:02}T10:00:00Z", "usage": usage}


HOURS = [record(day, input=1_000_000, time=1000) for day in (1, 2)]
GROSS = "".join(f"2026-05-0{d},m-1,input,1,\n2026-05-0{d},,time,50,\n" for d in (1, 2))
CREDIT = "2026-05-31,,,-77.50,Free hours\n"


def test_a_bill_that_never_applies_the_free_hours_differs(tmp_path: Path) -> None:
    found = reconciled(tmp_path, POOL, HOURS, GROSS)
    assert not found.agrees
    assert found.total.difference == Fraction("77.5")
    (finding,) = found.findings
    assert finding.explanations[0].text == "allowance of `time` not applied: free allowance"


@pytest.mark.parametrize(
    "bill",
    [
        GROSS + CREDIT,
        # The hours of the first day and 550 of the second are free.
        GROSS.replace("01,,time,50", "01,,time,0").replace("02,,time,50", "02,,time,22.5"),
        "2026-05-01,m-1,input,1,\n2026-05-02,m-1,input,1,\n2026-05-02,,time,22.5,\n",
    ],
)
def test_the_right_bill_agrees_with_its_credit_row_or_without(tmp_path: Path, bill: str) -> None:
    found = reconciled(tmp_path, POOL, HOURS, bill)
    assert found.agrees, found.text()
    assert not found.apart
    assert found.total.expected == found.total.billed == Fraction("24.5")


def test_a_credit_of_another_amount_differs(tmp_path: Path) -> None:
    found = reconciled(tmp_path, POOL, HOURS, GROSS + CREDIT.replace("77.50", "77"))
    assert not found.agrees
    assert found.total.difference == Fraction("0.5")
    assert ", expected -$77.50: $0.50 too much" in found.text()
    assert "without usage" not in found.text()


def test_rows_that_no_record_can_match_are_named_apart(tmp_path: Path) -> None:
    rows = "2026-05-31,,,-5,Goodwill credit\n2026-05-31,,,1.23,VAT\n2026-05-31,,,0.01,Rounding\n"
    found = reconciled(tmp_path, POOL, HOURS, GROSS + CREDIT + rows)
    assert found.agrees
    assert sum(line.amount for line in found.apart) == Fraction("-3.76")
    assert (
        "Apart from them, 3 rows of the bill that no record can match: credit -$5.00, "
        "rounding $0.01, tax $1.23." in found.text()
    )
    assert found.to_dict()["apart"] == "-3.76"


def test_a_row_of_no_kind_that_is_not_negative_is_no_agreement(tmp_path: Path) -> None:
    found = reconciled(tmp_path, POOL, HOURS, GROSS + CREDIT + "2026-05-31,,,5,Handling\n")
    assert not found.agrees


MINIMUM = BOOK + "limit monthly\n  at least $100 per organization per month\n"
MONTH = [record(day, input=10_000_000) for day in (1, 31)]
BILL = "2026-05-01,m-1,input,10,\n2026-05-31,m-1,input,10,\n"


def test_a_minimum_of_a_whole_month_is_settled(tmp_path: Path) -> None:
    found = reconciled(tmp_path, MINIMUM, MONTH, BILL)
    assert found.total.difference == -80
    row = "2026-05-31,,,80,Monthly minimum\n"
    assert reconciled(tmp_path, MINIMUM, MONTH, BILL + row).agrees
    part = reconciled(tmp_path, MINIMUM, MONTH[:1], BILL.split("\n", 1)[0] + "\n")
    assert part.agrees
    assert part.left_out


# ---- tolerances ----------------------------------------------------------------------------------

MANY = [record(day, input=1_000_000) for day in range(1, 32)]


def rows(*more: str) -> str:
    return "".join(
        f"2026-05-{day:02},m-1,input,{1 + Decimal(more[day % len(more)])},\n"
        for day in range(1, 32)
    )


def test_a_drift_to_one_side_is_no_agreement(tmp_path: Path) -> None:
    found = reconciled(tmp_path, BOOK, MANY, rows("0.0045"), within=Fraction("0.01"))
    assert not found.agrees
    assert "31 of 31 lines within tolerance are too high, +$0.1395 together" in found.text()
    even = reconciled(tmp_path, BOOK, MANY, rows("0.0045", "-0.0045"), within=Fraction("0.01"))
    assert even.agrees


@pytest.mark.parametrize(("most", "agrees"), [("0.14", True), ("0.13", False)])
def test_a_tolerance_of_the_whole(tmp_path: Path, most: str, agrees: bool) -> None:
    options = {"within": Fraction("0.01"), "total_within": Fraction(most)}
    found = reconciled(tmp_path, BOOK, MANY, rows("0.0045"), **options)
    assert found.agrees == agrees
    assert ("more than $0.13 in all" in found.text()) != agrees


def test_a_tolerance_is_not_negative(tmp_path: Path) -> None:
    with pytest.raises(BadRequest):
        reconciled(tmp_path, BOOK, MANY, rows("0"), total_within=Fraction(-1))
