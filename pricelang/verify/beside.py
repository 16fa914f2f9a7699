"""The comparison of two bills besides unit prices. Where two books may differ there, unit prices
prove nothing about bills.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from pricelang.evaluate.limits import HELD_AGAINST
from pricelang.model import book as m
from pricelang.model.requests import NO, YES, Leaf, is_yes
from pricelang.solver.witness_search import Constraint
from pricelang.verify.analysis import Analysis
from pricelang.verify.bill_aspects import Aspect, aspects_of


def first_beside(
    upper: Analysis, lower: Analysis, carry: Callable[[int], int], inside: Sequence[Constraint]
) -> str | None:
    """What the bills of two books may differ in although their unit prices do not,
    in words with its place.

    None where both say the same of everything besides unit prices, for each request inside: then
    bills grow with unit prices, for minimums, limits, roundings and pools that are the same never
    turn an order round. Graduated prices are never taken for the same, for a modifier may move them
    otherwise than the price before them.
    """
    if upper.book.currency != lower.book.currency:
        return f"prices are in {upper.book.currency} and in {lower.book.currency}"
    longest = _longest(upper.book), _longest(lower.book)
    for request in sorted(longest[0].keys() ^ longest[1].keys()):
        origin = longest[0].get(request) or longest[1][request]
        return f"what one request can have at most: {request[0]} of `{request[1]}` [{origin.place}]"
    ours, theirs = (
        {aspect.key: aspect for aspect in aspects_of(analysis)} for analysis in (upper, lower)
    )
    for key in dict.fromkeys([*ours, *theirs]):
        pair = (ours.get(key), theirs.get(key))
        nothing = upper.forest.leaf(())
        roots = [
            nothing if pair[0] is None else pair[0].root,
            nothing if pair[1] is None else carry(pair[1].root),
        ]
        told = next(aspect for aspect in pair if aspect is not None)
        other = upper.forest.combine(roots, partial(_other, told.never_alike))
        if upper.find([(other, is_yes), *inside]) is not None:
            return f"{told.words}{_place(pair)}"
    return None


def _longest(book: m.Book) -> dict[tuple[str, str, str, int, Fraction], m.Origin]:
    """The figures that a request is held against, and where they stand."""
    return {
        (
            figure.table,
            book.models[figure.model].name,
            figure.column,
            figure.start,
            figure.value,
        ): figure.origin
        for figure in book.figures
        if figure.table in HELD_AGAINST and figure.model is not None
    }


def _other(never_alike: bool, leaves: tuple[Any, ...]) -> Leaf:
    return YES if leaves[0] != leaves[1] or (never_alike and bool(leaves[0])) else NO


def _place(pair: tuple[Aspect | None, Aspect | None]) -> str:
    """Where the first rule stands that only one of two books has, or else the first of any."""
    places = [
        [] if aspect is None else [origin.place for origin in aspect.origins] for aspect in pair
    ]
    own = [place for side in (0, 1) for place in places[side] if place not in places[1 - side]]
    found = next(iter([*own, *places[0], *places[1]]), None)
    return "" if found is None else f" [{found}]"
