"""What an explanation says of a line beside its price."""

from __future__ import annotations

import pytest

import pricelang
from tests.test_agreement import checked_texts

BOOK = """book hours in USD
meter time in hours
models
  | model | released   |
  | m-1   | 2026-01-01 |
charge time
  $0.60 per hour
  at least 5 minutes per use
"""


@pytest.mark.parametrize(
    ("uses", "said"),
    [
        ("0.01", "at least 5 minutes per use"),
        (["0.01"], "at least 5 minutes per use"),
        (["0.01", "1"], "at least 5 minutes per use: 2 uses"),
        (["0.01", "0", "1"], "at least 5 minutes per use: 2 uses"),  # none is no use
    ],
)
def test_a_minimum_says_how_many_uses_it_was_for(uses: str | list[str], said: str) -> None:
    checked = checked_texts((BOOK,)).book
    assert checked is not None
    bill = pricelang.Book(checked).price(model="m-1", at="2026-02-01", usage={"time": uses})
    rows = [row.strip() for row in bill.explain().splitlines() if "at least" in row]
    assert [row.partition("  ")[0].partition(" [")[0] for row in rows] == [said]
