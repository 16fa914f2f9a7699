"""The order of a stack:
two orders stand for all, however many factors there are, and roundings come last.
"""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricelang.evaluate.stack.numbers import through
from pricelang.evaluate.stack.operations import Kind, Operation, Operations
from pricelang.verify.analysis import Analysis
from pricelang.verify.order import order_of_stack
from pricelang.verify.price_relations import Undecided
from pricelang.verify.stack_spread import Parts, parts_of, spread_of
from pricelang.verify.stacking import meetings
from tests.verify import checked, decide_claims

HEAD = """book small in USD
unit MTok is 1,000,000 tokens
dimension a default lo
  lo, hi
meter input in tokens
models
  | model | released |
  | m | 2026-01-01 |
rates per MTok
  | model | from | input |
  | m | 2026-01-01 | $1 |
"""
NUMBERS = st.sampled_from([Fraction(x) for x in ("0", "1/8", "1/2", "1", "11/10", "2", "7")])


def _one(kind: Kind) -> st.SearchStrategy[Operation]:
    return NUMBERS.map(lambda value: Operation(kind, value))


MEMBERS = st.one_of(
    *(st.tuples(_one(kind)) for kind in ("factor", "add", "at_least", "at_most")),
    st.tuples(_one("at_least"), _one("at_most")),
)
ROUNDINGS = st.sampled_from(
    [
        (),
        (Operation("round", Fraction(1, 4), Fraction(1), "half_up"),),
        (Operation("round", Fraction(1), Fraction(2), "down"),),
    ]
)


@given(NUMBERS, st.lists(MEMBERS, max_size=5), ROUNDINGS)
def test_two_orders_stand_for_all(
    price: Fraction, members: list[Operations], rounding: Operations
) -> None:
    results = []
    for order in itertools.permutations(members):
        value = price
        for steps in order:
            value = through(value, steps)
        results.append(through(value, rounding))
    assert spread_of(price, parts_of(members), rounding) == (min(results), max(results))


def analysis_of(text: str) -> Analysis:
    book = checked((text,)).book
    assert book is not None
    return Analysis(book)


def test_no_factor_is_left_out_however_many_there_are() -> None:
    factors = "".join(f"multiplier f{n}\n  x 2 on input when a is hi\n" for n in range(1, 8))
    names = ", ".join(f"f{n}" for n in range(1, 8))
    more = f"multiplier last\n  x 3 on input when a is lo\nsurcharge fee\n  $1 per MTok on input\nstack {names}, fee, last\n"
    (seen,) = order_of_stack(analysis_of(HEAD + factors + more)).observable
    million = 1_000_000
    assert (seen.low * million, seen.high * million) == (128 + 1, (1 + 1) * 128)
    assert seen.exact
    # and where only the last of them meets the fee
    (seen,) = order_of_stack(analysis_of(HEAD + factors.replace("x 2", "x 1") + more)).observable
    assert (seen.low * million, seen.high * million) == (3 + 1, (1 + 1) * 3)


def test_a_rounding_may_hide_the_order() -> None:
    """All three questions about an order speak of what is paid, which is rounded."""
    text = (
        HEAD
        + "multiplier twice\n  x 2 on input\nsurcharge fee\n  $0.10 per MTok on input\nstack twice, fee\n"
    )
    for rounding, shows in (
        ("", True),
        ("round unit_price to $1 half_up\n", False),
        ("round unit_price to $0.01 half_up\n", True),
    ):
        analysis = analysis_of(text + rounding + "claim twice, fee commute\n")
        assert bool(order_of_stack(analysis).observable) == shows
        assert [verdict.holds for verdict in decide_claims(analysis)] == [not shows]
        assert [meeting.kind for meeting in meetings(analysis)] == [
            "order" if shows else "multiply"
        ]


def test_what_is_too_much_is_said_to_be_undecided() -> None:
    mixed = (Operation("at_least", Fraction(1)), Operation("at_most", Fraction(2)))
    assert parts_of([mixed] * 6) == Parts(mixed=(mixed,) * 6)
    with pytest.raises(Undecided):
        parts_of([mixed] * 7)
