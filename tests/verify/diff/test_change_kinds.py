"""Each kind of rule is told by its kind of change, and changes stand in the order of their kinds."""

from __future__ import annotations

import pytest

from pricelang.model import book as m
from pricelang.model.rule_kinds import KINDS as RULE_KINDS
from pricelang.verify.diff.bill_changes import whole_changes
from pricelang.verify.diff.change import KINDS
from pricelang.verify.diff.difference import Comparison, compare
from tests.kinds import ALLOW, LIST, PAIRS, TOLD_AS, Pair, book
from tests.verify import checked


def book_of(pair: Pair, text: str) -> m.Book:
    found = checked((LIST, text) if pair.kind == "allow" else (text,)).book
    assert found is not None
    return found


def test_every_kind_of_rule_is_told() -> None:
    assert {*TOLD_AS} == {*RULE_KINDS}


@pytest.mark.parametrize("pair", [*PAIRS, ALLOW], ids=lambda pair: f"{pair.kind}: {pair.rule}")
def test_a_rule_is_told_by_its_kind_of_change(pair: Pair) -> None:
    found = [change.kind for change in compare(book_of(pair, pair.old), book_of(pair, pair.new))]
    of_tiers = pair.kind == "charge price" and pair.owed is not None  # an account's, no price
    assert ("charge" if of_tiers else TOLD_AS[pair.kind]) in found
    assert found == sorted(found, key=[*KINDS].index)


def test_what_no_arm_knows_is_compared_by_all_that_it_says() -> None:
    """What a new kind of rule for a whole request is told by, on a kind that has its own words."""
    head = book()
    once, twice = (head + f"convert to EUR at {rate}\n" for rate in ("0.5", "0.25"))
    for old, new, told in (
        (head, once, ["conversion: none -> EUR"]),
        (once, twice, ["conversion: EUR -> EUR"]),
        (once, once, []),
    ):
        books = Comparison.of(*(_checked(text) for text in (old, new)), None, None).books
        found = [change.text for change in whole_changes(books, "conversion", "conversion")]
        assert found == told


def _checked(text: str) -> m.Book:
    found = checked((text,)).book
    assert found is not None
    return found
