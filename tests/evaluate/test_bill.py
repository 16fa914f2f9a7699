"""Bills that travel: equal by value, small when pickled, and read back from their data."""

from __future__ import annotations

import contextlib
import json
import pickle

import pytest
from attrs.exceptions import FrozenInstanceError
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import pricelang
from pricelang.model.errors import PriceError
from tests.generators import books
from tests.oracle import read_texts
from tests.oracle_requests import asks, vocabulary
from tests.test_agreement import checked_texts

BOOK = pricelang.load()
FULL = BOOK.price(
    model="claude-opus-4-7",
    at="2026-04-17",
    surface="managed_agents",
    usage={
        "input": 10_000,
        "output": 15_000,
        "cache_read": 40_000,
        "cache_write_5m": 50,
        "cache_write_1h": 70,
        "web_search": 3,
        "session_time": "95 minutes",
    },
)
SUM = BOOK.price(
    model="claude-sonnet-4-5",
    at="2026-03-01",
    context_window="long",
    record="sum",
    usage={"input": 900_000},
)
FAST = BOOK.price(model="claude-opus-4-6", at="2026-04-17", speed="fast", usage={"output": 7})


def check(bill: pricelang.Bill) -> None:
    """What holds for every bill."""
    for copy in (
        pickle.loads(pickle.dumps(bill)),
        pricelang.Bill.from_dict(bill.to_dict()),
        pricelang.Bill.from_dict(json.loads(json.dumps({**bill.to_dict(), "file": "-"}))),
    ):
        assert copy == bill
        assert hash(copy) == hash(bill)
        assert copy.to_dict() == bill.to_dict()
        assert (copy.low, copy.high, copy.bounds is None) == (
            bill.low, bill.high, bill.bounds is None
        )  # fmt: skip
        assert copy.lines == bill.lines
        assert pickle.loads(pickle.dumps(copy)) == copy
        assert repr(copy) == repr(bill)


@pytest.mark.parametrize("bill", [FULL, SUM, FAST])
def test_a_bill_travels(bill: pricelang.Bill) -> None:
    check(bill)
    data = pickle.dumps(bill)
    assert len(data) < 5000
    assert pickle.loads(data).explain() == bill.explain()
    assert pickle.loads(data).exact_total == bill.exact_total


@given(st.data())
@settings(max_examples=15, deadline=None)
def test_bills_of_generated_books_travel(data: st.DataObject) -> None:
    texts = data.draw(books())
    checked = checked_texts(texts).book
    assume(checked is not None)
    assert checked is not None
    book = pricelang.Book(checked)
    words = vocabulary(read_texts(*texts))
    for ask in data.draw(st.lists(asks(words), min_size=5, max_size=5)):
        with contextlib.suppress(PriceError):
            check(book.price(model=ask.model, at=ask.at, usage=dict(ask.usage), **ask.dimensions))


def test_bills_differ_by_what_they_say() -> None:
    other = BOOK.price(model="claude-opus-4-6", at="2026-04-17", speed="fast", usage={"output": 8})
    assert other != FAST
    assert len({FAST, other, pickle.loads(pickle.dumps(FAST))}) == 2
    assert FAST != 5


def test_a_bill_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        FAST.parts = ()  # type: ignore[misc]


def test_a_bill_of_data_has_no_workings() -> None:
    with pytest.raises(PriceError) as caught:
        pricelang.Bill.from_dict(FAST.to_dict()).explain()
    assert caught.value.code == "no_workings"


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"error": {"code": "x"}},
        {**FAST.to_dict(), "total": 5},
        {**FAST.to_dict(), "total": "NaN"},
        {**FAST.to_dict(), "lines": [1]},
        {**FAST.to_dict(), "notes": [{"code": "none", "text": ""}]},
        3,
    ],
)
def test_what_is_no_bill(data: object) -> None:
    with pytest.raises(pricelang.BadRequest) as caught:
        pricelang.Bill.from_dict(data)  # type: ignore[arg-type]
    assert caught.value.code == "bad_bill"


def test_a_notebook_shows_the_lines_with_their_places() -> None:
    shown = FULL._repr_html_()
    assert "anthropic/rates.price:12" in shown
    assert "session_time" in shown
    assert "note: inexact_decimal" in shown
    assert "<script" not in shown
