"""A point of the space as a record that `pricelang price -` takes, with quantities that land where the point is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from attrs import frozen

from pricelang.audit.analysis import Analysis, Point
from pricelang.decimals import plain


@frozen
class Witness:
    """A request: its model, day or instant, the values that are no defaults, and its quantities by meter."""

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
    """The record of a point with quantities by meter index, raised or filled up to the point's side of each threshold."""
    book, space = analysis.book, analysis.space
    quantities = dict(usage)
    for index, total in enumerate(book.sums):
        side = point[2 + len(book.dimensions) + index]
        counted = sum((quantities.get(meter, Fraction(0)) for meter in total.meters), Fraction(0))
        if side and counted <= total.limits[side - 1]:
            first = next((meter for meter in total.meters if meter in quantities), total.meters[0])
            quantities[first] = quantities.get(first, Fraction(0)) + total.limits[side - 1] + 1 - counted
    dimensions = []
    for index, dimension in enumerate(book.dimensions):
        value = point[2 + index]
        if value != dimension.default and not dimension.clocked:
            dimensions.append((dimension.name, dimension.values[value].name))
    at = space.describe(point).split(" at ", 1)[1].split(",", 1)[0]
    return Witness(
        book.models[point[0]].name, at if " " not in at else at.replace(" ", "T") + "Z", tuple(dimensions),
        tuple((book.meters[meter].name, quantity) for meter, quantity in sorted(quantities.items())),
    )  # fmt: skip


