"""A point of the space as a record that `pricelang price -` takes, with quantities on the right
sides of the thresholds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from attrs import frozen

from pricelang.model import book as m
from pricelang.model.instants import for_programs, iso_instant
from pricelang.model.requests import Point
from pricelang.model.space import first_sum, holds, value_at, with_value
from pricelang.model.threshold_bands import quantities_on
from pricelang.model.time_of_day import possible, turns_in
from pricelang.present.decimals import plain
from pricelang.verify.analysis import Analysis


@frozen
class Witness:
    """A request: its model, day or instant, the values that are no defaults,
    and its quantities by meter.
    """

    model: str
    at: str
    dimensions: tuple[tuple[str, str], ...]
    usage: tuple[tuple[str, Fraction], ...]

    def record(self) -> dict[str, Any]:
        """The canonical record."""
        quantities = {name: int(q) if q.denominator == 1 else plain(q) for name, q in self.usage}
        return {"model": self.model, "at": self.at, **dict(self.dimensions), "usage": quantities}

    def __str__(self) -> str:
        return json.dumps(self.record())


def witness(analysis: Analysis, point: Point, usage: Mapping[int, Fraction]) -> Witness:
    """The record of a point with quantities by meter index,
    raised or filled up so that every sum is on its side.
    """
    book = analysis.book
    quantities = quantities_on(book.sums, sides_of(analysis, point), usage)
    if quantities is None:
        quantities = dict(usage)
    dimensions = []
    for index, dimension in enumerate(book.dimensions):
        value = value_at(point, index)
        if value != dimension.default and not dimension.clocked:
            dimensions.append((dimension.name, dimension.values[value].name))
    # A day alone would leave open what the clock says.
    clock = any(dimension.clocked for dimension in book.dimensions)
    instant = instant_of(analysis, point)
    at = iso_instant(instant) if clock else for_programs(instant)
    return Witness(
        book.models[point[0]].name,
        at,
        tuple(dimensions),
        tuple(
            (book.meters[meter].name, quantity) for meter, quantity in sorted(quantities.items())
        ),
    )


def sides_of(analysis: Analysis, point: Point) -> tuple[int, ...]:
    """A point's side of each threshold."""
    return point[first_sum(analysis.book.dimensions) :]


def instant_of(analysis: Analysis, point: Point) -> int:
    """The first instant (UTC seconds) in the point's stretch
    of time at which the clock sets what the point says.
    """
    book = analysis.book
    clocked = [index for index, dimension in enumerate(book.dimensions) if dimension.clocked]
    if not clocked or not point[m.DATES]:
        return analysis.space.instant(point[m.DATES])
    given, defaults = (
        [value_at(point, index) for index in clocked],
        [book.dimensions[index].default for index in clocked],
    )
    offered = [
        [
            any(holds(offer.scope, with_value(point, index, number)) for offer in value.offers)
            for number, value in enumerate(book.dimensions[index].values)
        ]
        for index in clocked
    ]
    turns = turns_in(book, point[m.DATES])
    found = (at for at, setting in turns if possible(setting, given, defaults, offered))
    return next(found, analysis.space.instant(point[m.DATES]))
