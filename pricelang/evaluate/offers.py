"""What is offered to a request: its model, the values of its dimensions, its meters; and the errors
of what is not.
"""

from __future__ import annotations

from collections.abc import Sequence

from pricelang.model import book as m
from pricelang.model.errors import NotOffered
from pricelang.model.instants import written
from pricelang.model.points import Where
from pricelang.model.space import dimension_of, first_point, holds, value_at
from pricelang.solver.walk import walk

Point = tuple[int, ...]


def leaf_at(book: m.Book, root: int, point: Sequence[int]) -> tuple[int, ...]:
    """The leaf of a compiled diagram at a point."""
    decided = book.decisions
    return decided.leaves[~walk(decided.nodes, root, point, decided.jumps)]


def is_at(book: m.Book, where: Where, point: Sequence[int]) -> bool:
    """Decides whether something that holds at some points does at one of them."""
    for axis, mask in where.scope:  # most end here: a generator would take three times as long
        if not mask >> point[axis] & 1:
            return False
    for root, tags in where.leaves:
        leaf = leaf_at(book, root, point)
        if not any(tag in tags for tag in leaf) if tags else leaf:
            return False
    return not any(holds(scope, point) for scope in where.outside)


def check_exists(book: m.Book, point: Point) -> None:
    """Raises `NotOffered` where the model is not released, or a value not offered, at a point."""
    model = book.models[point[m.MODELS]]
    stretch = point[m.DATES]
    start = book.boundaries[stretch - 1] if stretch else None
    if start is None or start < model.released:
        raise NotOffered(
            "not_offered",
            f"model `{model.name}` is not offered before {written(model.released)}",
            origin=model.origin,
        )
    for index, dimension in enumerate(book.dimensions):
        value = dimension.values[value_at(point, index)]
        if not leaf_at(book, book.decisions.values[index][value_at(point, index)], point):
            origin = value.offers[0].origin if value.offers else dimension.origin
            raise NotOffered(
                "not_offered",
                f"{dimension.name} `{value.name}` is not offered to this request",
                origin=origin,
                help=offered_where(book, point, value.name, value.offers),
            )


def not_offered(book: m.Book, point: Point, meter: m.Meter) -> NotOffered:
    """The error of a request that uses a meter which it is not offered."""
    message = f"meter `{meter.name}` is not offered to this request"
    return NotOffered(
        "not_offered",
        message,
        origin=meter.origin,
        help=offered_where(book, point, meter.name, meter.offers),
    )


def offered_where(book: m.Book, point: Point, name: str, offers: Sequence[m.Offer]) -> str:
    """What of some offers this request does not meet, in words."""
    parts = []
    for offer in offers:
        wants = []
        for axis, mask in offer.scope:
            if mask >> point[axis] & 1:
                continue
            if axis == m.DATES:
                first = first_point(mask)
                start = book.boundaries[first - 1] if first else None
                wants.append(
                    f"from {written(start)}"
                    if start and first > point[axis]
                    else f"before {written(book.boundaries[mask.bit_length() - 1])}"
                )
            elif axis == m.MODELS:
                wants.append("for other models")
            else:
                other = book.dimensions[dimension_of(axis)]
                names = [v.name for n, v in enumerate(other.values) if mask >> n & 1]
                wants.append(f"when {other.name} is {' or '.join(names)}")
        parts.append(" and ".join(wants))
    return f"`{name}` is offered " + ", or ".join(dict.fromkeys(parts))
