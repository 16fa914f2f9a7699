"""The interpreters of a stack agree: a number goes where the interval around it does,
and what the evaluator bills is what the list of operations makes of the list price.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pricelang
from pricelang.check.book_files import Layer, TextFile
from pricelang.compile.book import check_layers
from pricelang.evaluate.combination import cell_at
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.stack.intervals import Box, box_of, ends_after, moved
from pricelang.evaluate.stack.numbers import applied, through
from pricelang.evaluate.stack.operations import Kind, Operation, sized
from pricelang.model import book as m
from pricelang.model.errors import PriceError
from pricelang.model.requests import Point
from pricelang.verify.analysis import Analysis
from tests.generators import books

ONE = Fraction(1)
NUMBERS = st.fractions(min_value=0, max_value=20, max_denominator=16)
ABOVE = NUMBERS.filter(bool)
OPERATIONS = st.one_of(
    st.builds(
        Operation, st.sampled_from([kind for kind in get_args(Kind) if kind != "round"]), NUMBERS
    ),
    st.builds(
        Operation,
        st.just("round"),
        ABOVE,
        st.sampled_from([ONE, Fraction(1_000)]),
        st.sampled_from(["up", "down", "half_up", "half_even"]),
    ),
)


def _rates(book: m.Book) -> list[tuple[Point, int, Rate]]:
    """Rates of a book: those of the plainest request of each model and of each value."""
    analysis = Analysis(book)
    space = analysis.space
    scopes: list[m.Scope] = [((m.MODELS, 1 << index),) for index in range(len(book.models))]
    scopes += [
        ((space.axis(number), 1 << value),)
        for number, dimension in enumerate(book.dimensions)
        for value in range(len(dimension.values))
    ]
    points = {
        analysis.find([analysis.within(scope), analysis.usable, analysis.billed])
        for scope in scopes
    }
    found = []
    for point in points - {None}:
        assert point is not None
        try:
            cell = cell_at(book, point)
        except PriceError:
            continue
        found += [
            (point, index, rate)
            for index, meter in enumerate(book.meters)
            if isinstance(rate := cell.rates[meter.name], Rate) and rate.free is None
        ]
    return found


def _agree(book: m.Book) -> None:
    analysis = Analysis(book)
    for point, meter, rate in _rates(book):
        price = through(rate.list_price, rate.operations)
        box = moved(box_of([rate.list_price], [ONE]), [rate.operations], [ONE])
        assert rate.unit_price == price
        assert box == Box((price,), (price,), ("no",), price, price)
        assert analysis.price_at(meter, book.stack, point) == price
        shown = through(rate.list_price, (step.operation for step in rate.steps))
        assert shown == price


@given(books())
def test_on_generated_books_all_say_one_price(texts: tuple[str, ...]) -> None:
    layers = tuple(
        Layer((TextFile(f"{n}.price", Path(f"{n}.price"), text),)) for n, text in enumerate(texts)
    )
    book = check_layers(layers).book
    if book is not None:
        _agree(book)


def test_on_the_shipped_book_all_say_one_price() -> None:
    _agree(pricelang.load("anthropic").checked)


@given(NUMBERS, NUMBERS, NUMBERS, st.lists(OPERATIONS, max_size=6))
def test_a_number_stays_between_the_ends_around_it(
    one: Fraction, two: Fraction, three: Fraction, operations: list[Operation]
) -> None:
    low, price, high = sorted((one, two, three))
    box = Box((low,), (high,), ("no",), low, high)
    ends: tuple[Fraction | None, Fraction | None] = low, high
    for operation in operations:
        price, ends = applied(price, operation), ends_after(ends, operation)
        box = moved(box, [(operation,)], [ONE])
        assert ends == (box.low[0], box.high[0])
        assert box.low[0] <= price <= box.high[0]
        assert box.least <= price <= box.most


@given(NUMBERS, st.lists(OPERATIONS, max_size=6))
def test_the_interval_of_a_number_is_that_number(
    price: Fraction, operations: list[Operation]
) -> None:
    box = moved(box_of([price], [ONE]), [tuple(operations)], [ONE])
    after = through(price, operations)
    assert box == Box((after,), (after,), ("no",), after, after)


@pytest.mark.parametrize(
    ("kind", "ends"),
    [("at_least", (ONE, None)), ("at_most", (None, ONE)), ("factor", (None, None))],
)
def test_ends_that_nothing_bounds(kind: str, ends: tuple[Fraction | None, Fraction | None]) -> None:
    assert ends_after((None, None), Operation(kind, ONE)) == ends  # type: ignore[arg-type]


def test_a_rounding_goes_by_the_size_of_its_price() -> None:
    operations = (Operation("factor", Fraction(3)), Operation("round", Fraction(1), ONE, "down"))
    sizes = [through(Fraction(1, 2), sized(operations, Fraction(size))) for size in (1, 2)]
    assert [*itertools.chain(sizes)] == [Fraction(1), Fraction(3, 2)]
