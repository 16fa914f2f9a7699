"""Sums over requests:
what `each` says leaves every stretch between thresholds on which the requests may be, and no other.
"""

from __future__ import annotations

import itertools
import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pricelang
from pricelang.evaluate.examples import run_examples
from pricelang.model.errors import BadRequest
from tests.cli.helpers import run
from tests.test_agreement import checked_texts

BOOK = pricelang.load()
HAIKU = {"model": "claude-haiku-5-5", "at": "2026-10-20"}
SONNET = {"model": "claude-sonnet-4-5", "at": "2026-03-01", "context_window": "long"}
LIMITS = (100, 200, 500)
STEPS = """book steps in USD
unit MTok is 1,000,000 tokens
meter input, output, cache_read in tokens
group prompt is input, cache_read
models
  | model | released   |
  | m-1   | 2026-01-01 |
rates per MTok
  | model | from       | input | output | cache_read |
  | m-1   | 2026-01-01 | $1    | $4     | $0.10      |
multiplier long
  x 2 on prompt and x 1.5 on output  when prompt over 100 and prompt up to 200
  x 3 on prompt and x 1.5 on output  when prompt over 200 and prompt up to 500
  x 5 on tokens  when prompt over 500
"""


def stepped(more: str = "") -> pricelang.Book:
    """The book of three thresholds, and more statements."""
    checked = checked_texts((STEPS + more,))
    assert checked.book is not None, checked.faults
    return pricelang.Book(checked.book)


THREE = stepped()


def amounts(
    book: pricelang.Book, each: list[str], usage: dict[str, int], **given: str
) -> tuple[Decimal, Decimal]:
    bill = book.price(record="sum", each=each, usage=usage, **given)  # type: ignore[arg-type]
    assert (bill.bounds is None) == (bill.low == bill.high)
    return bill.low, bill.high


# ---- true amounts --------------------------------------------------------------------------------


# $0.10 per MTok of input, $0.50 over 100,000 tokens of prompt; of output $0.50 and $2.50.
# The book's other threshold, of 200,000, changes nothing for this model.
@pytest.mark.parametrize(
    ("each", "low", "high"),
    [
        ([], "0.15", "0.75"),
        (["prompt up to 100000"], "0.15", "0.15"),
        (["prompt over 100000"], "0.75", "0.75"),
        (["prompt up to 200,000"], "0.15", "0.75"),
        (["prompt over 200,000"], "0.75", "0.75"),
        (["prompt up to 200000", "prompt over 100000"], "0.75", "0.75"),
        (["prompt up to 200000", "prompt up to 100000"], "0.15", "0.15"),
        (["prompt over 200000", "prompt over 100000"], "0.75", "0.75"),
    ],
)
def test_a_threshold_of_the_model_and_one_of_others(each: list[str], low: str, high: str) -> None:
    assert amounts(BOOK, each, {"input": 1_000_000, "output": 100_000}, **HAIKU) == (
        Decimal(low),
        Decimal(high),
    )


# $3 per MTok of input, $6 over 200,000; of output $15 and $22.50.
# Here the threshold of 100,000 changes nothing.
@pytest.mark.parametrize(
    ("each", "low", "high"),
    [
        ([], "4.5", "8.25"),
        (["prompt up to 100000"], "4.5", "4.5"),
        (["prompt over 100000"], "4.5", "8.25"),
        (["prompt up to 200000"], "4.5", "4.5"),
        (["prompt over 200000"], "8.25", "8.25"),
        (["prompt over 100000", "prompt up to 200000"], "4.5", "4.5"),
    ],
)
def test_the_threshold_of_long_context(each: list[str], low: str, high: str) -> None:
    assert amounts(BOOK, each, {"input": 1_000_000, "output": 100_000}, **SONNET) == (
        Decimal(low),
        Decimal(high),
    )


def test_requests_that_a_rule_refuses_are_none_of_a_sum() -> None:
    """Over 200,000 tokens the model takes no request from 2026-04-30 on."""
    later = {**SONNET, "at": "2026-05-01"}
    assert amounts(BOOK, ["prompt over 100000"], {"input": 1_000_000}, **later) == (3, 3)
    with pytest.raises(pricelang.Refused):
        amounts(BOOK, ["prompt over 200000"], {"input": 1_000_000}, **later)


# 1,000 of input cost $0.001 up to 100, then $0.002, $0.003 and $0.005.
@pytest.mark.parametrize(
    ("each", "low", "high"),
    [
        ([], 1, 5),
        (["up to 500"], 1, 3),
        (["up to 200"], 1, 2),
        (["up to 100"], 1, 1),
        (["over 100"], 2, 5),
        (["over 200"], 3, 5),
        (["over 500"], 5, 5),
        (["over 100", "up to 500"], 2, 3),
        (["over 100", "up to 500", "over 200"], 3, 3),
        (["up to 500", "up to 100"], 1, 1),
    ],
)
def test_three_thresholds(each: list[str], low: int, high: int) -> None:
    found = amounts(
        THREE, [f"prompt {text}" for text in each], {"input": 1_000}, model="m-1", at="2026-02-01"
    )
    assert found == (Decimal(low) / 1000, Decimal(high) / 1000)


def test_no_request_is_longer_than_all_of_them_together() -> None:
    given = {"model": "m-1", "at": "2026-02-01"}
    assert amounts(THREE, ["prompt over 100"], {"input": 150}, **given) == (
        Decimal("0.0003"),
        Decimal("0.0003"),
    )
    assert amounts(THREE, ["prompt over 100"], {"input": 150, "cache_read": 100}, **given) == (
        Decimal("0.00032"),
        Decimal("0.00048"),
    )
    # the prompts are in another record
    assert amounts(THREE, ["prompt over 200"], {"output": 1_000}, **given) == (
        Decimal("0.006"),
        Decimal("0.02"),
    )


# ---- laws ----------------------------------------------------------------------------------------


@st.composite
def promised(draw: st.DrawFn) -> tuple[list[str], list[dict[str, int]]]:
    """Promises, in any order and number, and requests that keep them."""
    first = draw(st.integers(0, len(LIMITS)))
    last = draw(st.integers(first, len(LIMITS)))
    floor, ceiling = (0, *LIMITS)[first], (*LIMITS, 2_000)[last]
    each = [f"prompt over {limit}" for limit in LIMITS[:first]] + [
        f"prompt up to {limit}" for limit in LIMITS[last:]
    ]
    prompt = st.integers(floor + (first > 0), ceiling)

    @st.composite
    def request(draw: st.DrawFn) -> dict[str, int]:
        length = draw(prompt)
        read = draw(st.integers(0, length))
        return {"input": length - read, "cache_read": read, "output": draw(st.integers(0, 500))}

    said = draw(st.permutations(each))
    return said[: draw(st.integers(0, len(said)))], draw(
        st.lists(request(), min_size=1, max_size=6)
    )


@settings(max_examples=200)
@given(promised())
def test_the_range_holds_the_true_amount_of_requests_that_keep_the_promise(
    case: tuple[list[str], list[dict[str, int]]],
) -> None:
    each, requests = case
    true = sum(
        (THREE.price(model="m-1", at="2026-02-01", usage=usage).exact_total for usage in requests),
        Fraction(0),
    )
    total = {
        meter: sum(usage[meter] for usage in requests)
        for meter in ("input", "cache_read", "output")
    }
    low, high = amounts(THREE, each, total, model="m-1", at="2026-02-01")
    assert Fraction(low) <= true <= Fraction(high)
    # a promise takes away, and never adds
    least, most = amounts(THREE, [], total, model="m-1", at="2026-02-01")
    assert least <= low <= high <= most
    # what is said twice, or in another order, is the same
    assert amounts(THREE, [*each[::-1], *each], total, model="m-1", at="2026-02-01") == (low, high)
    # one stretch is one price
    if len(THREE.rates.sides(each).get(0, (0, 1, 2, 3))) == 1:
        assert Fraction(low) == true == Fraction(high)


def test_every_pair_of_promises_has_stretches_or_is_refused() -> None:
    """`over A` and `up to B` meet where A is below B,
    and the stretches that are left are those of both.
    """
    for over, up_to in itertools.product(LIMITS, LIMITS):
        each = [f"prompt over {over}", f"prompt up to {up_to}"]
        if over < up_to:
            left = [index + 1 for index, limit in enumerate(LIMITS) if over <= limit < up_to]
            assert THREE.rates.sides(each) == {0: tuple(left)}
        else:
            with pytest.raises(
                BadRequest,
                match=f"no request is both `prompt over {over}` and `prompt up to {up_to}`",
            ):
                THREE.rates.sides(each)


# ---- what cannot be ------------------------------------------------------------------------------


def test_promises_that_exclude_each_other_are_refused_for_every_model() -> None:
    each = ["prompt up to 200000", "prompt up to 100000", "prompt over 100000"]
    for model in ("claude-haiku-5-5", "claude-opus-5-5"):
        with pytest.raises(
            BadRequest, match="no request is both `prompt up to 100000` and `prompt over 100000`"
        ) as error:
            amounts(BOOK, each, {"input": 1}, model=model, at="2026-10-20")
        assert (
            error.value.help
            == "`each` holds for every request of the sum: make a record of its own for each side"
        )
    with pytest.raises(
        BadRequest, match="no rule of the book has the threshold `prompt over 150000`"
    ) as error:
        amounts(BOOK, ["prompt over 100000", "prompt over 150000"], {"input": 1}, **HAIKU)
    assert error.value.help == "thresholds: prompt over 100000, prompt over 200000"


def test_records_on_the_command_line() -> None:
    record = {**HAIKU, "record": "sum", "usage": {"input": 1_000_000}}
    wide, both, never = (
        json.dumps({**record, "each": each})
        for each in (
            "prompt up to 200000",
            ["prompt over 100000", "prompt up to 200000"],
            ["prompt over 200000", "prompt up to 100000"],
        )
    )
    done = run("price", "--json", "-", stdin=wide)
    assert (done.exit_code, json.loads(done.stdout)["error"]["code"]) == (1, "across_threshold")
    found = json.loads(run("price", "--json", "--across", "bounds", "-", stdin=wide).stdout)
    assert (found["total"], found["low"], found["high"]) == (None, "0.1", "0.5")
    assert json.loads(run("price", "--json", "-", stdin=both).stdout)["total"] == "0.5"
    done = run("price", "--json", "--across", "bounds", "-", stdin=never)
    assert (done.exit_code, json.loads(done.stdout)["error"]["code"]) == (1, "bad_record")


# ---- examples of a book --------------------------------------------------------------------------


def test_an_example_whose_side_has_two_prices_costs_a_range() -> None:
    book = stepped("""
example "two prices"
  given m-1 at 2026-02-01, record sum, prompt up to 200
  uses 1,000 input
  costs $0.002
example "the range"
  given m-1 at 2026-02-01, record sum, prompt up to 200
  uses 1,000 input
  costs $0.001 to $0.002
example "one price of two stretches"
  given m-1 at 2026-02-01, record sum, prompt over 100, prompt up to 500
  uses 1,000 output
  costs $0.006
""")
    results = run_examples(book)
    assert [result.passed for result in results] == [False, True, True]
    assert results[0].got == "costs $0.001 to $0.002"


def test_each_may_be_one_statement() -> None:
    given = {
        "model": "claude-haiku-5-5",
        "at": "2026-10-20",
        "usage": {"input": 900_000},
        "record": "sum",
    }
    book = pricelang.load()
    assert (
        book.price(**given, each="prompt over 100000").total
        == book.price(**given, each=["prompt over 100000"]).total
    )  # type: ignore[arg-type]
