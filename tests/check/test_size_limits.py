"""A price of so many digits is accepted, and one of a digit more is not."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import pricelang
from pricelang.check.size_limits import digits_of

HEAD = """book b in USD
unit MTok is 1,000,000 tokens
meter input in tokens
models
  | model | released   |
  | a-1   | 2026-01-01 |
rates per MTok
  | model | from       | input |
  | a-1   | 2026-01-01 | $1    |
"""
DOLLAR = 7
"""The digits of a dollar per million."""


def book(folder: Path, digits: int) -> pricelang.Book:
    """A book whose factors bring a price to so many digits, each written in at most 40."""
    rest, lengths = digits - DOLLAR, list[int]()
    while rest:
        lengths.append(min(rest, 40))
        rest -= lengths[-1]
    rows = [f"multiplier m{n}\n  x {'9' * length} on input\n" for n, length in enumerate(lengths)]
    stack = ", ".join(f"m{n}" for n in range(len(lengths)))
    path = folder / "b.price"
    path.write_text(HEAD + "".join(rows) + f"stack {stack}\n", encoding="utf-8")
    return pricelang.load(path)


def test_the_limit_is_exact(tmp_path: Path) -> None:
    bill = book(tmp_path, 300).price(model="a-1", at="2026-01-01", usage={"input": 10**6})
    assert bill.total is not None
    assert bill.total > 10**292
    with pytest.raises(pricelang.BookError, match="may need more than 300 digits once it meets"):
        book(tmp_path, 301)


def test_a_fraction_is_as_long_as_its_longer_part() -> None:
    values = ("0", "9", "10", "-10", "1/100", "123/10", "1/3")
    assert [digits_of(Fraction(value)) for value in values] == [1, 1, 2, 2, 3, 3, 1]
