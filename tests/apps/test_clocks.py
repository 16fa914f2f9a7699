"""Prices by the hour of the week in an account: invoices, rows of FOCUS and reconciled bills, on
both sides of each change to and from daylight saving time, worked out by hand.
"""

from __future__ import annotations

import random
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import pytest

from pricelang.usage.records import Part, Place, Record
from tests.apps.exports.test_focus_account import rows_of_account
from tests.apps.reconcile.test_account import reconciled
from tests.engines.test_accounts import book_of

BOOK = """book desk "An office in New York" in USD
unit MTok is 1,000,000 tokens
dimension office default closed
  open    from 09:00 before 17:00 on weekdays in America/New_York
  open    from 01:00 before 02:00 on sunday in America/New_York
  closed  otherwise
meter input in tokens
meter runtime in hours
models
  | model | released   |
  | m-1   | 2026-01-01 |
rates per MTok
  | model | from       | input |
  | m-1   | 2026-01-01 | $1    |
charge runtime
  $1 per hour
  $0.50 per hour  after 3 hours per organization per month
  free            when office is open  because "staffed"
multiplier open "Office hours"
  x 3 on input  when office is open
"""
# The first instants after and last before each window, in UTC: on a Friday, the Sunday of the
# change, whose hour from 01:00 comes twice in autumn, and the Monday after.
DAYS = {
    "2026-03": {
        "06T13:59:59": 1,
        "06T14:00:00": 3,
        "06T21:59:59": 3,
        "06T22:00:00": 1,
        "08T05:59:59": 1,
        "08T06:00:00": 3,
        "08T06:59:59": 3,
        "08T07:00:00": 1,
        "09T12:59:59": 1,
        "09T13:00:00": 3,
        "09T20:59:59": 3,
    },
    "2026-11": {
        "01T04:59:59": 1,
        "01T05:00:00": 3,
        "01T06:59:59": 3,
        "01T07:00:00": 1,
        "02T13:59:59": 1,
        "02T14:00:00": 3,
        "02T21:59:59": 3,
        "02T22:00:00": 1,
    },
}
MONTHS = [
    # input, runtime of the half that is billed: three hours at $1, the rest at $0.50
    ("2026-03", 23, Fraction(4)),
    ("2026-11", 16, Fraction("3.5")),
]


def records(month: str) -> list[Record]:
    """A million tokens and an hour at each instant."""
    return [
        Record(
            (Part("m-1", f"{month}-{at}Z", {}, {"input": 1_000_000, "runtime": 1}),),
            Place("f", number),
            "canonical",
        )
        for number, at in enumerate(DAYS[month], 1)
    ]


@pytest.mark.parametrize(("month", "tokens", "hours"), MONTHS)
def test_an_invoice_and_the_rows_of_focus(month: str, tokens: int, hours: Fraction) -> None:
    book = book_of(BOOK)
    lines = records(month)
    for seed in range(3):
        random.Random(seed).shuffle(lines)
        invoice = book.invoice(lines, month)
        assert sum(total.due for total in invoice.totals) == tokens + hours
        rows = rows_of_account(book, lines, month)
        assert sum(Fraction(row["BilledCost"]) for row in rows) == tokens + hours
        paid = {
            row["x_Record"]: row["BilledCost"] for row in rows if row["ConsumedUnit"] == "Tokens"
        }
        assert sorted(paid.values()) == sorted(map(str, DAYS[month].values()))


@pytest.mark.parametrize(
    ("month", "day", "wrong"),
    [
        # a biller that is still on winter time opens at ten
        ("2026-03", "09", -2),
        # and one for which the hour that comes twice is over after the first time
        ("2026-11", "01", -2),
    ],
)
def test_a_bill_is_reconciled(tmp_path: Path, month: str, day: str, wrong: int) -> None:
    used = [
        {"model": "m-1", "at": f"{month}-{at}Z", "usage": {"input": 1_000_000}}
        for at in DAYS[month]
    ]
    days: dict[str, int] = defaultdict(int)
    for at, price in DAYS[month].items():
        days[at[:2]] += price

    def bill() -> str:
        return "".join(f"{month}-{day},m-1,input,{cost},\n" for day, cost in days.items())

    found = reconciled(tmp_path, BOOK, used, bill())
    assert found.agrees, found.text()
    assert found.total.expected == found.total.billed == sum(DAYS[month].values())
    days[day] += wrong
    found = reconciled(tmp_path, BOOK, used, bill())
    assert not found.agrees
    (finding,) = found.findings
    assert finding.difference == wrong
