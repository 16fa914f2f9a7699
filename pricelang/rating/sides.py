"""What holds of each request of a sum, such as `prompt over 200,000`, as a side of a threshold of the book."""

from __future__ import annotations

import re
from fractions import Fraction

from pricelang.book import model as m
from pricelang.rating.errors import BadRequest
from pricelang.wording import shown

_SIDE = re.compile(r"(?P<sum>[A-Za-z0-9_ +]+?) (?P<side>over|up to) (?P<limit>[0-9][0-9,]*)\Z", re.ASCII)


def side_of(book: m.Book, text: object) -> tuple[int, int]:
    """`prompt over 200,000` as a sum of the book and a point of its axis. Raises `BadRequest` (`bad_record`)."""
    match = _SIDE.match(text) if isinstance(text, str) and len(text) < 200 else None
    limit = Fraction(match["limit"].replace(",", "")) if match else None
    known = []
    for index, summed in enumerate(book.sums):
        known += [f"{summed.label} over {value}" for value in summed.limits]
        if match and summed.label == match["sum"] and limit in summed.limits:
            return index, summed.limits.index(limit) + (1 if match["side"] == "over" else 0)
    raise BadRequest("bad_record", f"no rule of the book has the threshold `{shown(text)}`",
                     help="thresholds: " + ", ".join(known) if known else None)  # fmt: skip
