"""Whose usage an account counts is part of what it owes: terms of one size that count other requests
are a difference, and no proof passes over one.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from pricelang.evaluate.allowances import charge_accounts
from pricelang.evaluate.rate_card import RateCard
from pricelang.model import book as m
from pricelang.verify.against import verdict
from pricelang.verify.diff.counted_usage import WITHIN_A_PERIOD, counts_within
from pricelang.verify.diff.difference import compare
from tests.verify import checked

BOOK = """book base in USD
dimension tier default standard
  standard, batch
dimension outcome default ok
  ok, failed
meter time in hours
models
  | model | released   |
  | m-1   | 2026-01-01 |
multiplier bad
  x 0.01 on time when outcome is failed
stack bad
charge time
  $0.60 per hour
"""
POOL = "  first 50 hours free per organization per month"
TIER = "  $0.05 per hour after 100 hours per organization per month"
FLOOR = "  at least $100 per organization per month"
APART = "{0} when tier is batch\n{0} when tier is standard\n"
FREE = 'free when outcome is failed and tier is standard because "what fails is not billed"\n'
LATER = FLOOR + " from 2026-05-10"
PAIRS = {
    "an allowance for all, and one for each tier": (
        f"{POOL}\n",
        APART.format(POOL),
        {"dearer"},
        "counting all requests) -> the first 50 hours per organization per month (counting requests with tier batch",
    ),
    "a ladder for all, and one for each tier": (
        f"{TIER}\n",
        APART.format(TIER),
        {"dearer", "cheaper"},
        "counting all requests) -> $0.05 per hour after 100 hours per organization per month (counting requests with tier batch",
    ),
    "a minimum for all, and one for each tier": (
        f"limit a\n{FLOOR}\n",
        f"limit a\n{FLOOR} when tier is batch\nlimit b\n{FLOOR} when tier is standard\n",
        {"dearer", "cheaper"},
        "counting all requests) -> at least $100 per organization per month (counting requests with tier batch",
    ),
    "a minimum that begins anew within a month": (
        f"limit a\n{LATER}\n",
        f"limit a\n{LATER} before 2026-05-20\nlimit b\n{FLOOR} from 2026-05-20\n",
        {"dearer", "cheaper"},
        "anew from 2026-05-10 and 2026-05-20",
    ),
    "a request that is free does not go up a ladder": (
        f"{TIER}\n{FREE}",
        f"{TIER}\n",
        {"dearer"},
        "requests were billed, now free",
    ),
    "another minimum per use goes further up": (
        f"{TIER}\n  at least 5 minutes per use\n",
        f"{TIER}\n",
        {"cheaper"},
        "minimum per use: none -> 5 minutes",
    ),
}


def book_of(text: str) -> m.Book:
    found = checked((BOOK + text,)).book
    assert found is not None
    return found


def month(book: m.Book, *records: dict[str, Any]) -> Fraction:
    """What an account owes for a month of requests."""
    card = RateCard(book)
    priced = [
        card.request("m-1", at, {"time": hours}, said)
        for at, hours, said in ((x["at"], x["hours"], x.get("said", {})) for x in records)
    ]
    charged, settled = charge_accounts(book, [("", one) for one in priced])
    return sum((one.total for one in charged), Fraction(0)) + sum(
        (one.difference for one in settled), Fraction(0)
    )


@pytest.mark.parametrize("name", PAIRS)
def test_what_counts_other_usage_is_not_proven_the_same(name: str) -> None:
    ours, theirs, undecided, _ = PAIRS[name]
    found = verdict.against(book_of(ours), book_of(theirs))
    assert {*found.undecided} == undecided
    assert found.verdict == "undecided"


@pytest.mark.parametrize("name", PAIRS)
def test_what_counts_other_usage_is_said(name: str) -> None:
    ours, theirs, _, words = PAIRS[name]
    ours, theirs = (theirs, ours) if words.startswith(("requests", "minimum")) else (ours, theirs)
    old, new = book_of(ours), book_of(theirs)
    said = [change.text for change in compare(old, new)]
    assert any(words in text for text in said), said
    assert not list(compare(old, old))


def test_months_that_such_proofs_would_contradict() -> None:
    batch = {"at": "2026-05-01", "hours": 50, "said": {"tier": "batch"}}
    standard = {"at": "2026-05-12", "hours": 50}
    together, apart, *_ = PAIRS["an allowance for all, and one for each tier"]
    assert (month(book_of(together), batch, standard), month(book_of(apart), batch, standard)) == (
        30,
        0,
    )
    failed = {"at": "2026-05-01", "hours": 100, "said": {"outcome": "failed"}}
    free, billed, *_ = PAIRS["a request that is free does not go up a ladder"]
    served = {"at": "2026-05-12", "hours": 100}
    assert month(book_of(free), failed, served) == 60
    assert month(book_of(billed), failed, served) == Fraction(56, 10)


def test_an_allowance_that_more_usage_takes_from_is_never_less_to_pay() -> None:
    together, apart, *_ = PAIRS["an allowance for all, and one for each tier"]
    found = verdict.against(book_of(together), book_of(apart))
    assert (found.cheaper, "cheaper" in found.undecided) == (None, False)


def test_a_floor_below_a_cap_leaves_what_is_proven() -> None:
    limits = f"limit a\n{FLOOR}\nlimit b\n  at most $5,000 per organization per month\n"
    dear, cheap = (checked((text + limits,)).book for text in (BOOK.replace("0.60", "1.20"), BOOK))
    assert dear is not None
    assert cheap is not None
    assert verdict.against(dear, cheap).verdict == "never less"


def test_what_begins_within_a_period_counts_apart() -> None:
    begun = ((WITHIN_A_PERIOD, 5),)
    assert counts_within(begun, begun)
    assert not counts_within(begun, ())
