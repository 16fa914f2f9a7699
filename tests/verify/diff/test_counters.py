"""What rules count: two books whose pools, ladders and floors count other usage together differ."""

from __future__ import annotations

from itertools import permutations

import pytest

from pricelang.model import book as m
from pricelang.verify.against import verdict
from pricelang.verify.diff.difference import compare
from tests.verify import checked

HEAD = """book keys "Keys" in USD
account project, team
unit MTok is 1,000,000 tokens
dimension region default us
  us, eu
meter input in tokens
meter storage in gigabyte_months
models
  | model | released   |
  | m-1   | 2026-01-01 |
rates per MTok
  | model | from       | input |
  | m-1   | 2026-01-01 | $1    |
charge storage "Storage"
  $10 per gigabyte_month  when region is us
  $12 per gigabyte_month  when region is eu
"""
RULES = {
    "pool": "  first 10 gigabyte_months free per {}",
    "ladder": "  $8 per gigabyte_month  after 100 gigabyte_months per {}",
    "floor": "limit floor\n  at least $50 per {}",
}


def counted(rule: str, how: str) -> str:
    """A rule that counts all usage of a project, that of each region, or that of a team."""
    line = RULES[rule]
    match how:
        case "together":
            return HEAD + line.format("project per month") + "\n"
        case "by region":
            first, *rest = (line.format("project per month").rstrip() + "\n").splitlines()
            lines = [first, *rest] if rule != "floor" else rest
            head = "" if rule != "floor" else first + "\n"
            found = (f"{x}  when region is {region}\n" for region in ("us", "eu") for x in lines)
            return HEAD + head + "".join(found)
        case _:
            return HEAD + line.format("team per month") + "\n"


def book(text: str) -> m.Book:
    found = checked((text,)).book
    assert found is not None
    return found


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("old", "new"), [*permutations(["together", "by region", "by team"], 2)])
def test_books_that_count_other_usage_differ(rule: str, old: str, new: str) -> None:
    old_book, new_book = book(counted(rule, old)), book(counted(rule, new))
    assert list(compare(old_book, new_book))
    assert not list(compare(old_book, old_book))
    found = verdict.against(new_book, old_book)
    shown = {name for name in ("dearer", "cheaper") if getattr(found, name) is not None}
    assert shown or found.undecided
