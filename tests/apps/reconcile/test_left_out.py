"""That the verdict of a reconciliation says what it leaves out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import pricelang
from tests.cli.helpers import run

BOOK = """book b in USD
unit MTok is 1,000,000 tokens
meter input in tokens
meter time in hours
models
  | model | released   |
  | m-1   | 2026-01-01 |
rates per MTok
  | model | from       | input |
  | m-1   | 2026-01-01 | $1    |
charge time
  $0.60 per hour
"""
RULES = {
    "nothing": ("", None),
    "a pool, which is settled": ("  first 50 hours free per organization per month\n", None),
    "tiers, which are settled": (
        "  $0.50 per hour after 100 hours per organization per month\n",
        None,
    ),
    "a minimum a month": (
        "limit monthly\n  at least $100 per organization per month\n",
        "`monthly`: at least 100 USD per organization per month",
    ),
    "a fee": ("surcharge fee\n  $0.01 per request\nstack fee\n", "`fee`: 0.01 USD per request"),
    "a floor": (
        "limit bill\n  at least $0.01 per request\n",
        "`bill`: at least 0.01 USD per request",
    ),
    "a rounding": ("round total to $0.01 half_even\n", "the rounding of totals to 0.01 USD"),
    "a minimum per use": (
        "  at least 5 minutes per use\n",
        "the minimum per use of `time`, where one quantity adds up several uses",
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_what_is_left_out_is_in_the_verdict(name: str, tmp_path: Path) -> None:
    rule, words = RULES[name]
    path, usage, cost = tmp_path / "b.price", tmp_path / "usage.jsonl", tmp_path / "cost.csv"
    path.write_text(BOOK + rule, encoding="utf-8")
    usage.write_text(
        json.dumps({"model": "m-1", "at": "2026-05-01", "usage": {"input": 1_000_000, "time": 1}}),
        encoding="utf-8",
    )
    cost.write_text("date,item,cost\n2026-05-01,input,1\n2026-05-01,time,0.60\n", encoding="utf-8")
    found = pricelang.load(path).reconcile(
        str(usage), str(cost), mapping={"day": "date", "token_type": "item", "amount": "cost"}
    )
    assert (words in found.left_out) == (words is not None)
    data = found.to_dict()
    assert data["left_out"] == list(found.left_out)
    shown = run(
        "reconcile",
        str(usage),
        str(cost),
        "--book",
        str(path),
        "--map",
        "day=date",
        "--map",
        "token_type=item",
        "--map",
        "amount=cost",
    )
    assert (f", without: {'; '.join(found.left_out)}: " in shown.stdout) == (words is not None)
    assert str(data["verdict"]) in shown.stdout
