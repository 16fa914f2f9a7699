"""Thresholds of a book, and what a record says about the requests of a sum."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from pricelang.model import book as m
from pricelang.model.errors import BadRequest
from pricelang.model.space import sides_of
from pricelang.present.text import shown


@lru_cache(maxsize=16)
def all_sides(book: m.Book) -> dict[str, tuple[int, tuple[int, ...]]]:
    """All that a record can say of the requests of a sum, such as `prompt over 200000`: the sum,
    and the points of its axis on which it holds.
    """
    return {
        f"{summed.label} {word} {limit}": (index, sides_of(summed.limits, limit, word == "over"))
        for index, summed in enumerate(book.sums)
        for limit in summed.limits
        for word in ("over", "up to")
    }


def side_said(book: m.Book, text: str) -> tuple[int, tuple[int, ...]]:
    """What `all_sides` has of a text, whose number may be grouped. Raises `BadRequest`."""
    known = all_sides(book)
    found = known.get(text.replace(",", "")) if isinstance(text, str) else None
    if found is not None:
        return found
    texts = [side for side in known if " over " in side]
    raise BadRequest(
        "bad_record",
        f"no rule of the book has the threshold `{shown(text)}`",
        help="thresholds: " + ", ".join(texts) if texts else None,
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
