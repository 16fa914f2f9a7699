"""Where the request of an example falls in the space of its book, and what it pays there."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping

from pricelang.evaluate.combination import cell_at
from pricelang.evaluate.line_items import Basis, Priced, Uses
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.offers import Point, leaf_at
from pricelang.model import book as m
from pricelang.model.space import open_sides, value_at, with_value
from pricelang.model.time_of_day import open_settings
from pricelang.model.time_of_day import value_at as value_at_instant


def points_of(
    book: m.Book, model: int, example: m.Example, uses: Mapping[str, Uses]
) -> Iterator[Point]:
    """Where the request of an example falls;
    a sum of requests falls on every side that its thresholds leave open.
    """
    stretch, given = bisect_right(book.boundaries, example.at), dict(example.dimensions)
    values = [dimension.default for dimension in book.dimensions]
    clocked = [index for index, dimension in enumerate(book.dimensions) if dimension.clocked]
    for index, dimension in enumerate(book.dimensions):
        if dimension.name in given:
            values[index] = [value.name for value in dimension.values].index(given[dimension.name])
    for index in clocked:
        now = _clock_value(book, (model, stretch, *values), index, example.at)
        if book.dimensions[index].name in given and values[index] != now:
            return  # such a record is refused before any rule is read
        values[index] = now
    single, fixed = example.record == "single", dict(example.sides)
    settings = [tuple(values[index] for index in clocked)] if single else open_settings(book)
    choices: list[Iterable[int]] = []
    for index, summed in enumerate(book.sums):
        amount = sum(sum(uses.get(book.meters[meter].name, ())) for meter in summed.meters)
        side = sum(1 for limit in summed.limits if amount > limit)
        choices.append([side] if single else open_sides(side, fixed.get(index)))
    for setting, sides in itertools.product(settings, itertools.product(*choices)):
        for index, value in zip(clocked, setting, strict=True):
            values[index] = value
        point = (model, stretch, *values, *sides)
        if single or all(offered(book, index, point, value_at(point, index)) for index in clocked):
            yield point


def _clock_value(book: m.Book, point: Point, index: int, seconds: int) -> int:
    """The value that the clock sets, where it is offered; else the default."""
    hours = value_at_instant(book.dimensions[index], seconds)
    return hours if offered(book, index, point, hours) else book.dimensions[index].default


def offered(book: m.Book, index: int, point: Point, value: int) -> bool:
    """Decides whether a value of a dimension is offered to a request."""
    at = with_value(point, index, value)
    return bool(leaf_at(book, book.decisions.values[index][value], at))


def priced_at(book: m.Book, point: Point, example: m.Example, uses: Mapping[str, Uses]) -> Priced:
    """What the request of an example pays at a point. Raises `PriceError` where it has no price."""
    cell = cell_at(book, point)
    for name, quantities in uses.items():
        rate = cell.rates[name]
        if any(quantities) and not isinstance(rate, Rate):
            raise rate
    return Priced(Basis(book, cell, example.at, example.dimensions), uses)
