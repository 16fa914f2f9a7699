"""Thresholds of a book, and what a record says about the requests of a sum."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from pricelang.model import book as m
from pricelang.model.errors import BadRequest
from pricelang.model.space import sides_of
from pricelang.present.text import shown

_SIDE = re.compile(
    r"(?P<sum>[A-Za-z0-9_ +]+?) (?P<side>over|up to) (?P<limit>[0-9][0-9,]*)\Z", re.ASCII
)


def side_said(book: m.Book, text: str) -> tuple[int, tuple[int, ...]]:
    """`prompt over 200,000` as a sum of the book and the points of its axis on which it holds.
    Raises `BadRequest`.
    """
    match = _SIDE.match(text) if isinstance(text, str) and len(text) < 200 else None
    limit = Fraction(match["limit"].replace(",", "")) if match else None
    known = []
    for index, summed in enumerate(book.sums):
        known += [f"{summed.label} over {value}" for value in summed.limits]
        if match and limit is not None and summed.label == match["sum"] and limit in summed.limits:
            return index, sides_of(summed.limits, limit, match["side"] == "over")
    raise BadRequest(
        "bad_record",
        f"no rule of the book has the threshold `{shown(text)}`",
        help="thresholds: " + ", ".join(known) if known else None,
    )


def sides_said(book: m.Book, each: Iterable[str]) -> dict[int, tuple[int, ...]]:
    """What holds for each request of a sum, as the points that
    all of it leaves on the axis of a sum, by the sum's index.

    In a book with thresholds of 100,000 and 200,000, `prompt over 100,000` leaves the two
    points over it, and with `prompt up to 200,000` besides the one between. Raises `BadRequest`
    for a threshold of no rule, and where no point is left.
    """
    found: dict[int, tuple[int, ...]] = {}
    said: list[tuple[str, int, tuple[int, ...]]] = []
    for text in each:
        index, points = side_said(book, text)
        for earlier, other, others in said:
            if other == index and not set(points) & set(others):
                raise BadRequest(
                    "bad_record",
                    f"no request is both `{shown(earlier)}` and `{shown(text)}`",
                    help="`each` holds for every request of the sum: make a record of its own "
                    "for each side",
                )
        said.append((text, index, points))
        found[index] = tuple(point for point in points if point in found.get(index, points))
    return found
