"""Refusals and the retries that follow them:
categories nobody knows, and what a fallback credit leaves in doubt.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

import pricelang

from .helpers import message, one_record

CREDIT = {"status": {"type": "redeemed"}}


def test_a_redeemed_credit_has_a_warning_with_its_bounds() -> None:
    usage = {"cache_creation_input_tokens": 100_000, "fallback_credit": CREDIT}
    book = pricelang.load()
    given = {**message(usage), "model": "claude-opus-5"}
    bill = book.price_message(given, at="2026-10-01")
    plain = book.price_message(
        {**message({**usage, "fallback_credit": None}), "model": "claude-opus-5"}, at="2026-10-01"
    )
    # 100,000 tokens at 6.25 per MTok as written, at 0.50 as read
    assert bill.total == plain.total
    (note,) = [note for note in bill.notes if note.code == "fallback_credit"]
    low = plain.total - Decimal("0.575")
    assert note.text.endswith(f"between ${low.normalize()} and ${plain.total.normalize()}")
    with pytest.raises(pricelang.Doubtful):
        book.price_message(given, at="2026-10-01", strict=True)


def test_a_credit_that_was_not_redeemed_says_nothing() -> None:
    for credit in (None, {}, {"status": None}, {"status": {"type": "issued"}}):
        found = one_record(message({"fallback_credit": credit}))
        assert "fallback_credit" not in found.parts[0].dimensions
        assert found.parts[0].least is None


@pytest.mark.parametrize(
    ("category", "stated", "warned"),
    [
        (None, None, False),
        ("cyber", None, False),
        ("bio", "bio", False),
        ("general_harms", "general_harms", False),
        ("brand_new", None, True),
        (7, None, True),
    ],
)
def test_categories_of_a_refusal(category: object, stated: str | None, warned: bool) -> None:
    given = message(
        {"output_tokens": 0}, stop_reason="refusal", content=[], stop_details={"category": category}
    )
    found = one_record(given)
    assert found.parts[0].dimensions.get("refusal_category") == stated
    assert [note.code for note in found.notes] == ["refusal_category"] * warned
