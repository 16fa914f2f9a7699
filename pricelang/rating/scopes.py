"""Thresholds of a book: the scopes that may look at one, and what somebody says of the requests of a sum."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from pricelang.book import model as m
from pricelang.book.space import sides_of
from pricelang.rating.errors import BadRequest
from pricelang.wording import shown

_SIDE = re.compile(r"(?P<sum>[A-Za-z0-9_ +]+?) (?P<side>over|up to) (?P<limit>[0-9][0-9,]*)\Z", re.ASCII)


def side_said(book: m.Book, text: str) -> tuple[int, tuple[int, ...]]:
    """`prompt over 200,000` as a sum of the book and the points of its axis on which it holds. Raises `BadRequest`."""
    match = _SIDE.match(text) if isinstance(text, str) and len(text) < 200 else None
    limit = Fraction(match["limit"].replace(",", "")) if match else None
    known = []
    for index, summed in enumerate(book.sums):
        known += [f"{summed.label} over {value}" for value in summed.limits]
        if match and limit is not None and summed.label == match["sum"] and limit in summed.limits:
            return index, sides_of(summed.limits, limit, match["side"] == "over")
    raise BadRequest("bad_record", f"no rule of the book has the threshold `{shown(text)}`",
                     help="thresholds: " + ", ".join(known) if known else None)  # fmt: skip


def scopes_of(book: m.Book) -> Iterator[m.Scope]:
    """Every scope of a book that may look at a threshold."""
    for price in book.prices:
        yield price.scope
    for derivation in book.derivations:
        yield derivation.scope
    for modifier in book.modifiers:
        yield modifier.when
        for line in modifier.lines:
            yield line.scope
    for limit in book.limits:
        for row in limit.lines:
            yield row.scope
    for charge in book.charges:
        yield from (price.scope for price in charge.prices)
        yield from (line.scope for line in (*charge.minimums, *charge.pools))
        yield from (offer.scope for offer in charge.free)
    for exclusion in book.exclusions:
        yield exclusion.scope
        for offer in exclusion.allowed:
            yield offer.scope
    yield from (remark.scope for remark in (*book.refusals, *book.free, *book.notes))
    yield from (rounding.scope for rounding in book.roundings)
    yield from (conversion.scope for conversion in book.conversions)
