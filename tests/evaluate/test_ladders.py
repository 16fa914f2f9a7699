"""Tiers by what an account has used or spent: the laws, against a slow walk unit by unit."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pricelang
from pricelang.evaluate.allowances import charge_accounts
from pricelang.evaluate.charge_alike import charge_alike
from pricelang.evaluate.ladders import LadderTerms
from pricelang.evaluate.line_items import Priced
from pricelang.model.errors import BadRequest
from tests.engines.test_accounts import book_of

HEAD = """
book ladders "Ladders" in USD
account organization, project
unit ktok is 1,000 tokens
dimension region default us
  us, eu
meter input in tokens
meter output in tokens
meter store in gigabyte_months
models
  | model | released   |
  | m-1   | 2026-01-01 |
rates per token
  | model | from       | input | output |
  | m-1   | 2026-01-01 | $4    | $8     |
charge store "Storage"
  $3 per gigabyte_month
"""
FIRST, LAST = Fraction(4), Fraction(1)
LOADED: dict[str, pricelang.Book] = {}


def book(*parts: str) -> pricelang.Book:
    text = HEAD + "".join(parts)
    return LOADED.setdefault(text, book_of(text))


def ladder(
    name: str = "volume",
    counts: str = "tokens",
    starts: Sequence[str] = ("10 tokens", "25 tokens"),
    way: str = "",
    when: str = "",
    per: str = "project per month",
    off: Sequence[int] = (25, 50),
) -> str:
    """A ladder of three tiers, and what it takes off the price of all tokens."""
    return f"""
tiers {name} {when}
  counts {counts} per {per}{way}
  low
  middle after {starts[0]}
  high after {starts[1]}
multiplier {name}_discount
  x {(100 - off[0]) / 100} on tokens  when {name} is middle
  x {(100 - off[1]) / 100} on tokens  when {name} is high
"""


def asked(
    found: pricelang.Book, usage: dict[str, Any], at: str = "2026-05-01", **dimensions: str
) -> Priced:
    return found.rates.request("m-1", at, usage, dimensions)


def total(found: pricelang.Book, *usage: dict[str, Any], project: str = "p") -> Fraction:
    """What requests of one instant cost a project."""
    requests = [({"project": project}, asked(found, one)) for one in usage]
    charged, settled = charge_accounts(found.checked, requests)
    owed = sum((one.total for one in charged), Fraction(0))
    return owed + sum((one.difference for one in settled), Fraction(0))


# ---- by hand -------------------------------------------------------------------------------------


def test_units_are_priced_in_the_tier_of_their_place() -> None:
    found = book(ladder())
    assert [total(found, {"input": n}) for n in (10, 11, 25, 26)] == [40, 43, 85, 87]
    # 6 and 4 in the first tier; then 2 and 5 in the second
    assert total(found, {"input": 6, "output": 6}, {"input": 5}) == 24 + 4 * 8 + 2 * 6 + 5 * 3


def test_a_ladder_by_what_is_spent_may_turn_within_a_unit() -> None:
    found = book(ladder(counts="spend on tokens", starts=("$10", "$25")))
    # $10 buys 2.5 units at $4, the next $15 buy 5 at $3, and all after cost $2
    assert total(found, {"input": 10}) == 25 + Fraction(5, 2) * 2
    assert total(found, {"input": 1, "store": 9}, {"input": 9}) == 57


def test_what_is_spent_may_be_all(  # storage too, and only tokens are cheaper
) -> None:
    found = book(ladder(counts="spend", starts=("$10", "$25")))
    assert total(found, {"input": 1, "store": 9}, {"input": 9}) == 4 + 27 + 9 * 2


def test_all_units_have_the_tier_that_is_reached() -> None:
    found = book(ladder(way=", all units"))
    prices = [total(found, {"input": n}) for n in (10, 11, 25, 26)]
    assert prices == [40, 33, 75, 52]
    assert total(found, {"input": 8}, {"output": 3}) == 24 + 18
    spent = book(ladder(counts="spend", starts=("$40", "$100"), way=", all units"))
    # counted at the first tier: $44 are reached by 11 units
    assert [total(spent, {"input": n}) for n in (10, 11, 25, 26)] == [40, 33, 75, 52]


def test_a_graduated_ladder_counts_spending_at_the_first_tier_of_one_of_all_units() -> None:
    found = book(
        ladder("whole", way=", all units"), ladder("spent", "spend", ("$40", "$200"), off=(50, 75))
    )
    # the 11 units reach `middle` of the first, and cost $44 by what is counted: 1 is beyond $40
    assert total(found, {"input": 11}) == 10 * 3 + Fraction(3, 2)


def test_free_units_of_a_pool_count_and_cost_nothing() -> None:
    pool = "  first 8 gigabyte_months free per project per month\n"
    own = ladder(counts="store", starts=("5 gigabyte_months", "12 gigabyte_months"))
    found = book(pool, own.replace("on tokens", "on store"))
    assert total(found, {"store": 10}) == Fraction(9, 4) * 2
    spent = ladder(counts="spend on store", starts=("$3", "$6")).replace("on tokens", "on store")
    assert total(book(pool, spent), {"store": 10}) == 3 + Fraction(9, 4)


def test_tiers_of_a_charge_and_a_ladder_count_side_by_side() -> None:
    tiers = "  $2 per gigabyte_month after 5 gigabyte_months per project per month\n"
    own = ladder(counts="store", starts=("3 gigabyte_months", "7 gigabyte_months"))
    found = book(tiers, own.replace("on tokens", "on store"))
    by_unit = [3, 3, 3, Fraction(9, 4), Fraction(9, 4), Fraction(3, 2), Fraction(3, 2), 1, 1]
    assert total(found, {"store": 9}) == sum(by_unit)


def test_a_request_that_names_a_tier_has_no_account() -> None:
    found = book(ladder())
    priced = asked(found, {"input": 1}, volume="high")
    assert priced.total == 2
    with pytest.raises(BadRequest) as error:
        charge_accounts(found.checked, [({"project": "p"}, priced)])
    assert error.value.code == "said_tier"


def test_a_term_is_one_period() -> None:
    text = ladder(per="project per term", when="from 2026-03-15 before 2027-03-15")
    found = book(text)
    days = ("2026-03-14", "2026-03-15", "2026-12-31", "2027-01-01", "2027-03-14", "2027-03-15")
    requests = [({"project": "p"}, asked(found, {"input": 10}, day)) for day in days]
    charged, _ = charge_accounts(found.checked, requests)
    assert [one.total for one in charged] == [40, 40, 30, 5 * 3 + 5 * 2, 20, 40]


# ---- laws ----------------------------------------------------------------------------------------


@st.composite
def ladders(draw: st.DrawFn, way: str = "", name: str = "volume") -> str:
    low, high = sorted(draw(st.sets(st.integers(1, 30), min_size=2, max_size=2)))
    spend, off = (
        draw(st.booleans()),
        sorted(draw(st.tuples(st.integers(0, 90), st.integers(0, 90)))),
    )
    counts = draw(
        st.sampled_from(
            ["spend", "spend on tokens", "spend on output"] if spend else ["tokens", "input"]
        )
    )
    starts = [f"${n * 4}" if spend else f"{n} tokens" for n in (low, high)]
    return ladder(name, counts, starts, way, off=off)


USAGE = st.fixed_dictionaries({"input": st.integers(0, 20), "output": st.integers(0, 20)})


@given(ladders(), st.lists(USAGE, max_size=4))
def test_graduated_cost_is_continuous_and_never_falls(
    text: str, before: list[dict[str, int]]
) -> None:
    found = book(text)
    costs = [total(found, *before, {"input": n}) for n in range(12)]
    for less, more in pairwise(costs):
        assert 0 <= more - less <= FIRST


@given(ladders(), st.lists(st.integers(0, 15), max_size=6))
def test_a_quantity_costs_the_same_in_parts(text: str, parts: list[int]) -> None:
    found = book(text)
    assert total(found, *({"input": n} for n in parts)) == total(found, {"input": sum(parts)})


@given(ladders(), st.lists(USAGE, max_size=5))
def test_lines_and_their_changes_are_whole_together(text: str, usage: list[dict[str, int]]) -> None:
    found = book(text)
    requests = [({"project": "p"}, asked(found, one)) for one in usage]
    for one in charge_accounts(found.checked, requests)[0]:
        for line in one.lines:
            changed = sum((each.amount for each in line.ladders), Fraction(0))
            assert line.alone + changed + line.allowed == line.amount
            assert (line.quantity,) == one.priced.usage[line.meter]
            assert line.allowed == 0


@given(st.lists(USAGE, max_size=5), st.sampled_from(["", ", all units"]))
def test_a_ladder_of_no_effect_is_none(usage: list[dict[str, int]], way: str) -> None:
    assert total(book(ladder(way=way, off=(0, 0))), *usage) == total(book(), *usage)


@given(ladders(), ladders(name="other"), st.lists(USAGE, max_size=4))
def test_ladders_of_two_scopes_share_no_counter(
    first: str, second: str, usage: list[dict[str, int]]
) -> None:
    def when(text: str, name: str, region: str) -> str:
        return text.replace(f"tiers {name} ", f"tiers {name} when region is {region}")

    both = book(when(first, "volume", "us"), when(second, "other", "eu"))
    sides = book(when(first, "volume", "us")), book(when(second, "other", "eu"))
    own = {"project": "p"}
    for one, region in zip(sides, ("us", "eu"), strict=True):
        alone = [(own, asked(one, each, region=region)) for each in usage]
        apart = sum((x.total for x in charge_accounts(one.checked, alone)[0]), Fraction(0))
        mixed = [(own, asked(both, each, region=r)) for each in usage for r in ("us", "eu")]
        charged, _ = charge_accounts(both.checked, mixed)
        assert apart == sum(
            x.total for x in charged if x.priced.cell.point[2] == ("us", "eu").index(region)
        )


@given(ladders(way=", all units"), st.lists(USAGE, max_size=4))
def test_all_units_are_graduated_where_one_tier_is_reached(
    text: str, usage: list[dict[str, int]]
) -> None:
    found, steps = book(text), book(text.replace(", all units", ""))
    lines = [
        line
        for one in charge_accounts(
            steps.checked, [({"project": "p"}, asked(steps, each)) for each in usage]
        )[0]
        for line in one.lines
    ]
    if not any(each.tier for line in lines for each in line.ladders):
        assert total(found, *usage) == total(steps, *usage)


@given(ladders(), USAGE, st.integers(0, 6), st.integers(0, 3))
def test_many_alike_cost_what_each_does(
    text: str, usage: dict[str, int], count: int, before: int
) -> None:
    found, used = book(text), {}
    terms, priced = LadderTerms(found.checked), asked(found, usage)
    first, _ = charge_alike(terms, "p", priced, Fraction(before), used)
    rest, lines = charge_alike(terms, "p", priced, Fraction(count), used)
    assert first + rest == total(found, *[usage] * (before + count))
    assert sum((line.quantity for line in lines), Fraction(0)) == count * sum(usage.values())


@given(st.lists(USAGE, max_size=5), st.integers(1, 9), st.integers(10, 40))
def test_each_unit_by_itself(usage: list[dict[str, int]], low: int, high: int) -> None:
    """Two ladders, one of tokens and one of output alone, unit by unit."""
    found = book(
        ladder(starts=(f"{low} tokens", f"{high} tokens")),
        ladder("wide", "output", ("7 tokens", "12 tokens"), off=(10, 20)),
    )
    tokens = output = 0
    owed = Fraction(0)
    for one in usage:
        for meter, price in (("input", 4), ("output", 8)):
            for _ in range(one[meter]):
                volume = 1 if tokens < low else Fraction(3, 4) if tokens < high else Fraction(1, 2)
                wide = 1 if output < 7 else Fraction(9, 10) if output < 12 else Fraction(4, 5)
                owed += price * volume * wide
                tokens, output = tokens + 1, output + (meter == "output")
    assert total(found, *usage) == owed
