"""A request at a stated place in what its account has used."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pricelang
from pricelang.evaluate.bill import Bill
from pricelang.model.errors import BadRequest, PriceError, UnknownName
from pricelang.usage.live.usage_of import usage_of
from tests.evaluate.test_ladders import book, ladder, total

AT = "2026-05-01"


def priced(found: pricelang.Book, position: dict[str, object], usage: dict[str, Any]) -> Bill:
    return found.price(model="m-1", at=AT, usage=usage, position=position)


@given(
    st.sampled_from(["tokens", "spend on tokens"]),
    st.sampled_from(["", ", all units"]),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_a_place_costs_what_stands_behind_it(counts: str, way: str, before: int, more: int) -> None:
    spend = counts.startswith("spend")
    starts = ("$40", "$100") if spend else ("10 tokens", "25 tokens")
    found = book(ladder(counts=counts, starts=starts, way=way))
    used = Fraction(0) + before if not spend else Fraction(4) * before
    if spend and not way:
        used = total(found, {"input": before})
    text = str(used) if used.denominator == 1 else str(Decimal(used.numerator) / used.denominator)
    bill = priced(found, {"volume": text}, {"input": more})
    whole = total(found, {"input": before + more})
    if way:  # the tier that is reached holds for all of it
        assert bill.exact_total * (before + more) == whole * more
    else:
        assert bill.exact_total == whole - total(found, {"input": before})
    assert sum(line.quantity for line in bill.lines) == more


def test_a_line_for_each_tier_that_is_met() -> None:
    found = book(ladder(), ladder("wide", "output", ("2 tokens", "4 tokens"), off=(0, 20)))
    bill = priced(found, {"volume": 8, "wide": "1 token"}, {"output": 2, "input": 3})
    assert [(line.meter, line.quantity, line.tiers) for line in bill.lines] == [
        ("input", 2, {"volume": "low", "wide": "low"}),
        ("input", 1, {"volume": "middle", "wide": "low"}),
        ("output", 1, {"volume": "middle", "wide": "low"}),
        ("output", 1, {"volume": "middle", "wide": "middle"}),
    ]
    assert Bill.from_dict(bill.to_dict()) == bill
    assert "volume middle" in bill.explain()
    assert bill.notes == ()


def test_a_threshold_may_matter_in_a_later_tier_alone() -> None:
    lines = (
        ladder(off=(0, 0)),
        "multiplier half\n  x 0.5 on tokens  when volume is middle and input over 12\n",
    )
    found = book(*lines)
    assert priced(found, {"volume": 10}, {"input": 12}).total == 48
    assert priced(found, {"volume": 10}, {"input": 13}).total == 26
    assert total(found, {"input": 10}, {"input": 13}) == 40 + 26


def test_what_is_free_reaches_no_tier() -> None:
    found = book(
        "meter seed in tokens\n",
        'charge seed\n  $1 per token\n  free when region is us because "it is a gift"\n',
        ladder(way=", all units"),
    )
    bill = priced(found, {"volume": 5}, {"seed": 20, "input": 2})
    assert bill.total == 8
    assert total(found, {"seed": 20, "input": 2}) == 8


def test_the_order_of_the_usage_changes_no_amount() -> None:
    spends = ladder("spent", "spend on tokens", ("$100", "$200"), way=", all units")
    found = book(ladder(off=(0, 90)), spends)
    place: dict[str, object] = {"volume": 20, "spent": "$70"}
    one = priced(found, place, {"input": 5, "output": 5})
    other = priced(found, place, {"output": 5, "input": 5})
    assert one.exact_total == other.exact_total


def test_the_other_ladder_is_named_as_left_out() -> None:
    found = book(ladder(), ladder("wide", "output", ("2 tokens", "4 tokens")))
    (note,) = priced(found, {"volume": 8}, {"output": 2}).notes
    assert note.code == "account"
    assert "the tiers of `wide`" in note.text


def test_tiers_that_do_not_count_the_request_are_named() -> None:
    found = book(ladder(when="when region is eu"))
    bill = priced(found, {"volume": 8}, {"input": 20})
    assert (bill.total, [note.code for note in bill.notes]) == (80, ["position"])


def test_lines_are_rounded_together() -> None:
    found = book(ladder(off=(33, 66)), "round line to $10 half_up\n")
    bill = priced(found, {"volume": 8}, {"input": 5})
    assert bill.total == 20  # 2 x $4 and 3 x $2.68 are $16.04
    assert [line.amount for line in bill.lines] == [8, 12]


@pytest.mark.parametrize(
    ("position", "code"),
    [
        ({"volum": 8}, "unknown_tiers"),
        ({"volume": "8 hours"}, "bad_quantity"),
        ({"volume": -1}, "bad_quantity"),
        ({"volume": 1.5}, "bad_quantity"),
        ({"volume": [1, 2]}, "bad_position"),
        ({"spent": "eight"}, "bad_position"),
        ({"spent": -8}, "bad_position"),
    ],
)
def test_a_bad_position(position: dict[str, object], code: str) -> None:
    found = book(ladder(), ladder("spent", "spend", ("$1", "$2")))
    with pytest.raises((BadRequest, UnknownName)) as error:
        priced(found, position, {"input": 1})
    assert error.value.code == code
    assert error.value.help
    if code != "unknown_tiers":
        assert error.value.message.startswith(f"the position in `{next(iter(position))}` is ")


def test_a_request_says_its_tier_or_its_position() -> None:
    with pytest.raises(PriceError) as error:
        book(ladder()).price(
            model="m-1", at=AT, usage={"input": 1}, position={"volume": 1}, volume="high"
        )
    assert error.value.code == "said_tier"


def test_a_sum_has_a_position_where_it_has_one_amount() -> None:
    found, asked = book(ladder()), {"usage": {"input": 9}, "position": {"volume": 5}}
    bill = found.price(model="m-1", at=AT, record="sum", **asked)
    assert bill.total == 5 * 4 + 4 * 3
    more = (
        "surcharge long\n  $1 per token on input  when input over 8\nstack long, volume_discount\n"
    )
    steps = book(ladder(), more)
    with pytest.raises(BadRequest) as error:
        steps.price(model="m-1", at=AT, record="sum", **asked)
    assert error.value.code == "bad_position"


def test_a_record_says_its_position() -> None:
    found, usage = book(ladder()), {"input": 5}
    record = {"model": "m-1", "at": AT, "usage": usage, "position": {"volume": "8 tokens"}}
    assert found.price_any(record).total == 2 * 4 + 3 * 3
    assert found.price_any({**record, "record": "sum"}).total == 17
    refused = found.invoice([usage_of(record)]).unpriced
    assert [one.code for one in refused] == ["bad_position"]
