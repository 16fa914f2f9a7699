"""Requests that cannot exist: windows and output limits of the book,
held against single requests and nothing else.
"""

from __future__ import annotations

import contextlib
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pricelang
from pricelang.evaluate.fast_path import functions
from pricelang.evaluate.limits import limits_of
from pricelang.model.errors import PriceError
from tests.engines.usage import checked_texts

BOOK = pricelang.load()
SONNET: dict[str, Any] = {"model": "claude-sonnet-4-5", "at": "2025-11-07"}
LONG = {"input": 5_000, "cache_read": 250_000, "output": 1_000}


def test_a_prompt_that_only_the_long_window_takes_has_its_price_and_says_so() -> None:
    bill = BOOK.price(**SONNET, usage=LONG)
    assert (bill.total, bill.parts[0].dimensions) == (
        Decimal("0.2025"),
        (("context_window", "long"),),
    )
    assert [note.code for note in bill.notes] == ["long_window"]
    assert (
        BOOK.total(**SONNET, usage=LONG)
        == BOOK.total(**SONNET, usage=LONG, context_window="long")
        == bill.total
    )


@pytest.mark.parametrize(
    ("request_", "usage"),
    [
        ({**SONNET, "context_window": "standard"}, LONG),
        ({**SONNET, "at": "2026-05-01"}, LONG),
        (SONNET, {"input": 1_000_001}),
        ({"model": "claude-haiku-4-5", "at": "2026-11-01"}, {"input": 900_000}),
        (
            {"model": "claude-haiku-4-5", "at": "2026-11-01"},
            {"input": 100_000, "cache_read": 100_001},
        ),
        ({"model": "claude-haiku-4-5", "at": "2026-11-01"}, {"output": 64_001}),
        ({"model": "us.anthropic.claude-opus-5", "at": "2026-11-01"}, {"input": 1_000_001}),
    ],
)
def test_a_request_that_cannot_exist_is_refused(
    request_: dict[str, Any], usage: dict[str, int]
) -> None:
    for ask in (BOOK.price, BOOK.total):
        with pytest.raises(pricelang.Refused) as caught:
            ask(**request_, usage=usage)
        assert caught.value.code == "too_long"
        assert (caught.value.location or "").startswith("anthropic/figures.price:")


def test_a_longer_answer_is_one_of_a_batch_alone() -> None:
    request: dict[str, Any] = {
        "model": "claude-opus-5",
        "at": "2026-11-01",
        "usage": {"output": 200_000},
    }
    assert (
        BOOK.price(**request, service_tier="batch").total
        == BOOK.total(**request, service_tier="batch")
        == Decimal("2.5")
    )
    for ask in (BOOK.price, BOOK.total):
        with pytest.raises(
            pricelang.Refused, match="the limit is 128,000; 300,000 with `service_tier` `batch`"
        ):
            ask(**request)
    with pytest.raises(pricelang.Refused, match="the limit is 300,000"):
        BOOK.total(
            model="claude-opus-5", at="2026-11-01", usage={"output": 300_001}, service_tier="batch"
        )
    assert BOOK.total(
        model="claude-3-7-sonnet-20250219", at="2025-06-01", usage={"output": 128_000}
    ) == Decimal("1.92")


def test_a_sum_is_held_against_nothing() -> None:
    bill = BOOK.price(
        model="claude-haiku-4-5",
        at="2026-11-01",
        usage={"input": 900_000, "output": 10**6},
        record="sum",
    )
    assert bill.total == Decimal("5.9")


def test_records_are_held_as_requests_are() -> None:
    message = {"model": "claude-haiku-4-5", "usage": {"input_tokens": 900_000, "output_tokens": 1}}
    with pytest.raises(
        pricelang.Refused, match="cannot have a prompt of 900,000 tokens: the limit is 200,000"
    ):
        BOOK.price_message(message, at="2026-11-01")


@given(
    st.sampled_from([model.name for model in BOOK.checked.models]),
    st.fixed_dictionaries(
        {name: st.integers(0, 1_200_000) for name in ("input", "cache_read", "output")}
    ),
)
def test_what_is_asked_again_is_held_again(model: str, usage: dict[str, int]) -> None:
    """The short way, which a first small request opens, holds what the full way holds."""
    at = "2026-11-20"

    def answer(book: pricelang.Book) -> object:
        try:
            return book.total(model=model, at=at, usage=usage)
        except PriceError as error:
            return error.code

    with_shortcut = BOOK
    answer_of_small(with_shortcut, model, at, usage)
    assert answer(with_shortcut) == answer(pricelang.Book(BOOK.checked))


def answer_of_small(book: pricelang.Book, model: str, at: str, usage: dict[str, int]) -> None:
    """Asks for one of each meter, where that has a price."""
    with contextlib.suppress(PriceError):
        book.total(model=model, at=at, usage=dict.fromkeys(usage, 1))


@given(
    st.lists(st.integers(0, 1 << 21), min_size=3, max_size=3),
    st.integers(0, 1 << 22),
    st.integers(0, 1 << 21),
)
def test_functions_hold_limits_exactly(quantities: list[int], prompt: int, answer: int) -> None:
    units, _ = functions((1, 2, 3), 0, (((0, 1), prompt), ((2,), answer)))
    if quantities[0] + quantities[1] <= prompt and quantities[2] <= answer:
        assert units(quantities) == quantities[0] + 2 * quantities[1] + 3 * quantities[2]
    else:
        with pytest.raises(ValueError, match=r"\A\Z"):
            units(quantities)


def test_a_book_without_such_figures_has_no_limits() -> None:
    text = """book small "Small" in USD
models
  | model | released   |
  | alpha | 2026-01-01 |
unit MTok is 1,000,000 tokens
meter input in tokens
rates per MTok
  | model | from       | input |
  | alpha | 2026-01-01 | $1    |
"""
    checked = checked_texts([text])
    assert checked.book is not None, checked.faults
    assert limits_of(checked.book).at((0, 1), 2_000_000_000) == ()
    assert (
        pricelang.Book(checked.book).total(model="alpha", at="2026-02-01", usage={"input": 10**12})
        == 10**6
    )
