"""Books, bills and errors that are sent to other processes, or copied, are what they were."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

import pricelang
from pricelang.usage.records import UsageError

OPUS: dict[str, Any] = {"model": "claude-opus-4-7", "usage": {"input": 123_457, "output": 7}}
WAYS: list[Callable[[Any], Any]] = [
    copy.copy,
    copy.deepcopy,
    lambda value: pickle.loads(pickle.dumps(value)),
]


@pytest.mark.parametrize("way", WAYS)
def test_books_and_bills_are_copied(way: Callable[[Any], Any]) -> None:
    book = pricelang.load()
    total = book.total(at="2026-04-17", **OPUS)  # warm: what was worked out holds functions
    assert book.list_book() is None
    assert book.below is None
    other = way(book)
    assert type(other) is pricelang.Book
    assert other.total(at="2026-04-17", **OPUS) == total
    assert other.at("2026-04-17").total(**OPUS) == total == way(book.at("2026-04-17")).total(**OPUS)
    assert len(other.checked.examples) == len(book.checked.examples) > 0
    bill = book.price(at="2026-04-17", **OPUS)
    assert [line.amount for line in way(bill).lines] == [line.amount for line in bill.lines]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "given",
    [
        {"model": "claude-opus-4-77", "usage": {"input": 1}},
        {"model": "claude-opus-4-7", "usage": {"input": -1}},
        {"model": "claude-opus-4-7", "at": "1999-01-01", "usage": {"input": 1}},
        {
            "model": "claude-opus-4-6",
            "at": "2026-04-17",
            "speed": "fast",
            "service_tier": "batch",
            "usage": {"input": 1},
        },
    ],
)
def test_errors_are_copied(way: Callable[[Any], Any], given: dict[str, Any]) -> None:
    with pytest.raises(pricelang.PriceError) as caught:
        pricelang.load().price(**given)
    other = way(caught.value)
    assert type(other) is type(caught.value)
    assert str(other) == str(caught.value)
    assert other.to_dict() == caught.value.to_dict()


@pytest.mark.parametrize("way", WAYS)
def test_errors_of_books_and_records_are_copied(way: Callable[[Any], Any]) -> None:
    with pytest.raises(pricelang.BookError) as caught:
        pricelang.load("antropic")
    other = way(caught.value)
    assert (other.faults, other.code, str(other)) == (
        caught.value.faults,
        "no_book",
        str(caught.value),
    )
    fault = way(UsageError("bad_record", "no model", "give one"))
    assert (fault.code, fault.message, fault.help, str(fault)) == (
        "bad_record",
        "no model",
        "give one",
        "no model",
    )
