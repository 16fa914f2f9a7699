"""A bill of an account with tiers, a commitment and credits: with its discount in a row of its own,
in the lines, or forgotten.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from .test_account import reconciled, record
from .test_left_out import BOOK

TIERS = (
    BOOK.replace("unit MTok", "account organization, project\nunit MTok")
    + """tiers volume
  counts input per organization per month
  low
  high after 3 MTok
multiplier volume_discount "Volume discount"
  10% off input when volume is high
"""
)
USED = [record(day, input=2_000_000) for day in (1, 2, 3, 31)]
LIST = "".join(f"2026-05-{day:02},m-1,input,2,\n" for day in (1, 2, 3, 31))
NET = "".join(
    f"2026-05-{day:02},m-1,input,{amount},\n"
    for day, amount in ((1, "2"), (2, "1.9"), (3, "1.8"), (31, "1.8"))
)


@pytest.mark.parametrize(
    "bill",
    [NET, LIST + "2026-05-31,,,-0.50,Volume discount\n", LIST + "2026-05-31,,,-0.5,Rebate\n"],
)
def test_the_right_bill_agrees_however_it_shows_the_discount(tmp_path: Path, bill: str) -> None:
    found = reconciled(tmp_path, TIERS, USED, bill)
    assert found.agrees, found.text()
    assert found.total.expected == found.total.billed == Fraction("7.5")
    assert not found.left_out


def test_a_bill_without_the_discount_is_named(tmp_path: Path) -> None:
    found = reconciled(tmp_path, TIERS, USED, LIST)
    assert not found.agrees
    assert found.total.difference == Fraction("0.5")
    (finding,) = found.findings
    assert finding.explanations[0].text == "tier of `volume` not applied: up to `high`"


def test_a_line_without_the_discount_is_named(tmp_path: Path) -> None:
    found = reconciled(tmp_path, TIERS, USED, NET.replace("31,m-1,input,1.8", "31,m-1,input,2"))
    (finding,) = found.findings
    assert finding.difference == Fraction("0.2")
    assert "per MTok = $2, less $0.20 by the tiers of its account = $1.80" in found.text()
    assert "without tiers: at the price of the first" in [one.text for one in finding.explanations]


def test_a_discount_on_every_unit_differs(tmp_path: Path) -> None:
    bill = LIST.replace(",2,", ",1.8,")
    found = reconciled(tmp_path, TIERS, USED, bill)
    assert not found.agrees
    assert found.total.difference == Fraction("-0.3")


def test_tiers_of_a_project_count_what_records_carry(tmp_path: Path) -> None:
    def of(project: str, one: dict[str, Any]) -> dict[str, Any]:
        return {**one, "attributes": {"project": project}}

    used = [of(name, one) for one in USED for name in ("a", "b")]
    bill = "".join(f"{line}\n" * 2 for line in NET.splitlines())
    text = TIERS.replace("input per organization", "input per project")
    assert reconciled(tmp_path, text, used, bill).agrees


CREDIT = TIERS + "credit launch\n  $5 per organization per month\n"
COMMITTED = TIERS + "commitment annual\n  $100 per organization per month\n"


@pytest.mark.parametrize(
    ("book", "row"),
    [
        (CREDIT, "2026-05-31,,,-5,Launch credit\n"),
        (COMMITTED, "2026-05-31,,,92.50,Commitment shortfall\n"),
    ],
)
def test_a_credit_and_a_commitment_are_compared(tmp_path: Path, book: str, row: str) -> None:
    assert reconciled(tmp_path, book, USED, NET + row).agrees
    without = reconciled(tmp_path, book, USED, NET)
    assert not without.agrees
    assert "not applied" in without.findings[0].explanations[0].text


def test_a_commitment_of_a_longer_period_is_left_out(tmp_path: Path) -> None:
    year = COMMITTED.replace("per organization per month\n", "per organization per year\n")
    text = year.replace("input per organization per year", "input per organization per month")
    found = reconciled(tmp_path, text, USED, NET)
    assert found.agrees, found.text()
