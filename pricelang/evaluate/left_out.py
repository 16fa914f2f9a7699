"""What the price of one request leaves out, since it belongs to an account and a period, in words."""

from __future__ import annotations

from typing import assert_never

from pricelang.evaluate.offers import Point
from pricelang.model import book as m
from pricelang.model.names import SECOND
from pricelang.model.space import holds, value_at
from pricelang.model.units import plural
from pricelang.present.decimals import grouped, money


def limit_left_out(book: m.Book, limit: m.Limit, line: m.LimitLine) -> str:
    """What an account owes at least or at most, has committed to, or has been given."""
    amount = f"{grouped(line.amount)} {book.currency} per {line.per}"
    on = ", ".join(book.meters[meter].name for meter in line.meters)
    amount += f" on {on}" if on else ""
    match limit.kind:
        case "limit":
            return f"`{limit.name}`: {'at least' if line.at_least else 'at most'} {amount}"
        case "commitment" | "credit":
            return f"the {limit.kind} `{limit.name}`: {amount}"
        case _:
            assert_never(limit.kind)


def ladders_left_out(book: m.Book, point: Point) -> tuple[str, ...]:
    """The ladders that count a request at the first tier of each; one that names another tier is
    priced in that.
    """
    return tuple(
        f"the tiers of `{dimension.name}`: {ladder_steps(book, dimension, dimension.ladder)}"
        for index, dimension in enumerate(book.dimensions)
        if dimension.ladder is not None
        and value_at(point, index) == dimension.default
        and holds(dimension.ladder.scope, point)
    )


def ladder_steps(book: m.Book, dimension: m.Dimension, ladder: m.Ladder) -> str:
    """The later tiers of a ladder and where each begins: `gold after 5,000,000 tokens per …`."""
    steps = [
        f"{value.name} after {_start(book, ladder, index)}"
        for index, value in enumerate(dimension.values)
        if index
    ]
    way = ", all units" if ladder.all_units else ""
    return f"{', '.join(steps)} per {ladder.account}{way}"


def _start(book: m.Book, ladder: m.Ladder, index: int) -> str:
    """Where a tier begins, in the unit of the first meter that is counted."""
    start = ladder.starts[index]
    if ladder.spend:
        return money(start, book.currency)
    meter = book.meters[ladder.counts[0]]
    size = meter.size if meter.kind == SECOND else 1
    return f"{grouped(start / size)} {plural(meter.unit)}"
