"""Amounts for people: cents from a dollar on, four digits below, all where they are asked for."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricelang.cli.group import COMMANDS, WITH_AMOUNTS
from pricelang.present.decimals import money
from pricelang.present.readable import (
    all_digits,
    readable_amount,
    readable_amounts,
    readable_percent,
    readable_quantity,
)
from tests.cli.helpers import process, run

AMOUNTS = st.fractions(max_denominator=10**9).map(lambda x: x / 1000)


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("0", "USD", "$0.00"),
        ("3", "USD", "$3.00"),
        ("1234.565", "USD", "$1,234.57"),
        ("-1.005", "USD", "-$1.01"),
        ("0.999949", "USD", "$0.9999"),
        ("0.99996", "USD", "$1.00"),
        ("0.5", "EUR", "€0.50"),
        ("0.000012344", "USD", "$0.00001234"),
        ("-0.000012346", "USD", "-$0.00001235"),
        ("1234.5", "JPY", "¥1,235"),
        ("12.34567", "JPY", "¥12.35"),
        ("5", "JPY", "¥5"),
    ],
)
def test_an_amount(amount: str, currency: str, shown: str) -> None:
    assert readable_amount(Fraction(amount), currency) == shown


def digits_of(text: str) -> Fraction:
    return Fraction(text.replace("$", "").replace(",", ""))


@given(AMOUNTS)
def test_it_is_near_and_never_nothing(amount: Fraction) -> None:
    shown = digits_of(readable_amount(amount, "USD"))
    off = abs(shown - amount)
    assert off <= Fraction(1, 200)
    assert off <= abs(amount) / 199
    assert (shown == 0) == (amount == 0)
    assert shown * amount >= 0


@given(AMOUNTS, AMOUNTS)
def test_amounts_beside_each_other_add_up_to_their_last_digit(
    first: Fraction, second: Fraction
) -> None:
    texts = readable_amounts([first, second, second - first], "USD")
    places = max(len(text.partition(".")[2]) for text in texts)
    one, two, difference = map(digits_of, texts)
    assert abs(two - one - difference) <= Fraction(3, 2) / 10**places


@given(AMOUNTS)
def test_all_digits_are_those_of_the_amount(amount: Fraction) -> None:
    with all_digits():
        assert readable_amount(amount, "USD") == money(amount, "USD")
        assert readable_quantity(Fraction(1, 3)) == "0.33333333333333333333"
        assert readable_percent(Fraction(1, 3)) == "33.33333333333333333333%"
    assert readable_quantity(Fraction(1, 3)) == "0.3333"


ONE = ("--model", "claude-opus-4-7", "--at", "2026-04-17", "--input", "234567")


@pytest.mark.parametrize("command", sorted(WITH_AMOUNTS))
def test_every_command_with_amounts_can_show_all_digits(command: str) -> None:
    assert command in COMMANDS
    assert "--exact" in run(command, "--help").stdout


def test_exact_is_of_one_call() -> None:
    assert "$1.172835" in run("compare", *ONE, "--exact").stdout
    assert "$1.172835" not in run("compare", *ONE).stdout


def test_data_has_all_digits_always() -> None:
    given_twice = [
        (process("compare", *ONE, form).stdout, process("compare", *ONE, form, "--exact").stdout)
        for form in ("--json", "--csv")
    ]
    for plain, exact in given_twice:
        assert plain == exact
        assert "1.172835" in plain
    assert json.loads(given_twice[0][0])["given"]["expected"]
