"""Books of many models under many multipliers: false claims, amounts,
surcharges and roundings multiply nothing out either.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

import pricelang
from benchmarks.synthetic import synthetic_book
from pricelang.model import book as m
from pricelang.verify import price_relations as prices
from pricelang.verify.analysis import Analysis
from pricelang.verify.audit import Audit
from tests.verify import checked, decide_claims

MODELS, MULTIPLIERS = 120, 20
STACK = "stack " + ", ".join(f"x{index}" for index in range(MULTIPLIERS))
FEE = "surcharge fee\n  $1 per MTok on input\n"
ROUND = "round unit_price to $0.01 half_up\n"


def large(more: str) -> m.Book:
    """The synthetic book with other claims; a surcharge among `more` is the last of the stack."""
    text = synthetic_book(MODELS, MULTIPLIERS).partition("claim ")[0]
    if "surcharge fee" in more:
        text = text.replace(STACK, f"{STACK}, fee")
    book = checked((text + more,)).book
    assert book is not None
    return book


@pytest.mark.parametrize(
    ("more", "holds"),
    [
        ("claim output costs 4 input", False),
        ("claim output costs at least 4.99 input", True),
        ("claim output costs less than 5 input", False),
        ("claim every price is above $0.0000001", True),
        ("claim every price is above $0.000001", False),
        ("claim every price is above $0.000002", False),
        (FEE + "claim x1, x2 commute", True),
        (FEE + "claim x1, fee commute", False),
        (FEE + "claim output costs 5 input", False),
        (FEE + "claim input costs less than 7 output", True),
        (FEE + "claim every price is above $0.0000019", True),
        (ROUND + "claim output costs 5 input", False),
        (ROUND + "claim output costs at least 4.9 input", True),
        (ROUND + "claim every price is above $0.0000009", True),
        (ROUND + "claim x1, x2, x3 commute", True),
        (ROUND + FEE + "claim x1, x2, x3 commute", True),
        (ROUND + FEE + "claim more usage never costs less", True),
    ],
)
def test_claims_multiply_nothing_out(more: str, holds: bool) -> None:
    book = large(more + "\n")
    analysis = Analysis(book)
    (verdict,) = decide_claims(analysis)
    assert (verdict.holds, verdict.undecided) == (holds, False)
    assert len(analysis.forest.nodes) < 5_000  # 2^20 stacks would be a million of them
    if verdict.witness is not None:
        pricelang.Book(book).price(
            model=verdict.witness.model,
            at=verdict.witness.at,
            usage=dict(verdict.witness.usage),
            **dict(verdict.witness.dimensions),
        )


def test_a_broken_claim_shows_what_price_bills() -> None:
    book = large(ROUND + FEE + "claim output costs 5 input\n")
    (verdict,) = decide_claims(Analysis(book))
    shown = verdict.witness
    assert shown is not None
    priced = pricelang.Book(book)
    left, right = (
        priced.price(
            model=shown.model, at=shown.at, usage={meter: 1}, **dict(shown.dimensions)
        ).exact_total
        for meter in ("output", "input")
    )
    assert left != 5 * right


@pytest.mark.parametrize("more", ["", FEE, ROUND, FEE + ROUND])
def test_every_other_question(more: str) -> None:
    audit = Audit(large(more))
    assert [found.kind for found in audit.stacking].count("order") == (20 if "fee" in more else 0)
    assert audit.dead == ()
    assert audit.order.undecided == ()
    if "fee" not in more:
        assert audit.order.observable == ()
        return
    (seen,) = audit.order.observable
    product = Fraction(1)
    for modifier in audit.book.modifiers[:MULTIPLIERS]:
        product *= modifier.lines[0].factors[0][1]
    if not more.endswith(
        ROUND
    ):  # a dollar that all factors multiply, less one that none does; the price itself cancels
        assert seen.spread * 1_000_000 == product - 1
    assert seen.exact
    assert len(audit.analysis.forest.nodes) < 5_000


def test_what_cannot_be_told_in_bounds_is_said_to_be_undecided(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prices, "MAX_STATES", 3)
    (verdict,) = decide_claims(Analysis(large(ROUND + "claim output costs 5 input\n")))
    assert (verdict.holds, verdict.undecided, verdict.witness) == (False, True, None)
    assert "too many combinations" in verdict.why


def test_dead_rows_of_a_long_table_are_found_in_one_walk() -> None:
    analysis = Audit(large("")).analysis
    rows = analysis.book.decisions.prices[0]
    assert analysis.reached(rows, [analysis.usable]) >= {
        (index,) for index, row in enumerate(analysis.book.prices) if row.meter == 0
    }
