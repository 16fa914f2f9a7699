"""What would hold of a book if it said something else."""

from __future__ import annotations

from fractions import Fraction

import pytest

import pricelang
from pricelang.evaluate.rate_card import RateCard
from pricelang.model import book as m
from pricelang.model.errors import BadRequest
from pricelang.verify.assumptions import assumed
from tests.cli.helpers import run
from tests.kinds import book
from tests.verify import checked

TEXT = book(
    "claim cache costs 0.1 input when tier is standard and zone is home\nclaim input costs less than output\n"
)


@pytest.fixture(scope="module")
def small() -> m.Book:
    found = checked((TEXT,)).book
    assert found is not None
    return found


def price(of: m.Book, meter: str, tier: str = "standard") -> Fraction:
    return RateCard(of).request("m-1", "2026-03-01", {meter: 1_000_000}, {"tier": tier}).total


def test_a_derivation_is_another(small: m.Book) -> None:
    found = assumed(small, ["cache is 0.25 x input"])
    assert (price(small, "cache"), price(found, "cache")) == (Fraction("0.4"), 1)
    assert price(found, "input") == price(small, "input")
    audit = pricelang.Book(small).audit
    assert [verdict.holds for verdict in audit.claims] == [True, True]
    assert [x.holds for x in audit.assuming("cache is 0.25 x input").claims] == [False, True]


@pytest.mark.parametrize(("meters", "output"), [("input", "4.5"), ("tokens", "2.4")])
def test_a_multiplier_is_another(small: m.Book, meters: str, output: str) -> None:
    found = assumed(small, [f"slow is x 0.4 on {meters}"])
    assert price(found, "input", "batch") == Fraction("1.6")
    assert price(found, "output", "batch") == Fraction(output) * Fraction(10, 3)
    assert price(found, "output") == price(small, "output")


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("hello", "assumption", "is no assumption"),
        ("cash is 0.2 x input", "unknown_name", "no meter `cash`"),
        ("input is 0.2 x output", "assumption", "no price of `input` is derived"),
        ("slw is x 0.2 on input", "unknown_name", "no multiplier `slw`"),
        ("slow is x 0.2 on calls", "assumption", "no factor on these meters"),
    ],
)
def test_what_is_no_assumption(small: m.Book, text: str, code: str, words: str) -> None:
    with pytest.raises(BadRequest, match=words) as error:
        assumed(small, [text])
    assert error.value.code == code


def test_at_the_command_line() -> None:
    found = run("audit", "--assume", "cache_read is 0.2 x input")
    assert found.exit_code == 1
    assert "broken: claim cache_read costs 0.1 input except for own_read_price" in found.stdout
    assert "36 claims, 2 broken" in found.stdout
    wrong = run("audit", "--assume", "cache_reed is 0.2 x input")
    assert wrong.exit_code == 2
    assert "did you mean `cache_read`" in wrong.stderr
