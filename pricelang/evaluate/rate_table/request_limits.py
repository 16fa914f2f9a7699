"""What each row of usage can be: one request, which is held against what one can have at most, or
several that are added up.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

from attrs import evolve, frozen

from pricelang.evaluate.limits import Longest, Wider, limits_of
from pricelang.evaluate.rate_card import RateCard
from pricelang.evaluate.rate_table.axes import ALWAYS, Axes, RateThreshold, axes_of, cuts_of
from pricelang.evaluate.rate_table.versions import dated

Priced = TypeVar("Priced")


@frozen
class Each:
    """What each row of usage is: one request, or with `sums` several that are added up. `largest`
    bounds the quantities of meters, where it is known.
    """

    sums: bool = False
    largest: Mapping[str, int] = {}


ONE = Each()


def of_sum(found: Mapping[tuple[int, ...], Priced | None], sides: tuple[int, ...]) -> Priced | None:
    """What prices a sum that is on some sides: its requests may be on any below
    on which there are some, and it has no price where these cost else.
    """
    below = [found[each] for each in itertools.product(*(range(side + 1) for side in sides))]
    there = [each for each in below if each is not None]
    return (
        there[0] if there and all(each is there[0] or each == there[0] for each in there) else None
    )


def threshold_of(meters: tuple[str, ...], steps: Sequence[int]) -> RateThreshold:
    """What one request has of some meters at most, as a threshold."""
    return RateThreshold(f"the most of {' and '.join(meters)}", meters, tuple(map(Fraction, steps)))


def all_axes(card: RateCard, each: Each) -> Axes:
    """All axes that tables of a book may have:
    those of its rules, and what one request has at most.
    """
    axes = axes_of(card.book)
    most = {} if each.sums or card.ids is None else limits_of(card.book).every
    limits = (threshold_of(meters, steps) for meters, steps in most.items())
    return evolve(axes, thresholds=(*axes.thresholds, *limits))


# ---- the limits of names -------------------------------------------------------------------------


@frozen
class RequestMost:
    """What a request by a name has at most in a period (UTC seconds): in its answer, and in its
    prompt in each of the windows. `wider` is the window of a longer prompt whose row says none.
    """

    name: str
    start: int | None
    end: int | None
    answer: Longest | None
    windows: tuple[int, ...] | None
    wider: Wider | None


def most_of(card: RateCard, names: Sequence[str]) -> Iterator[RequestMost]:
    """What requests by names have at most, period by period."""
    for name in names:
        for found in _periods(card, name):
            if found.answer or found.windows:
                yield found


def _periods(card: RateCard, name: str) -> Iterator[RequestMost]:
    """What requests by a name have at most, in each of the longest periods in which it is one."""
    limits = limits_of(card.book)
    cuts = cuts_of(card.book, ALWAYS) if limits.days else ()
    last: RequestMost | None = None
    for start, end in zip((None, *cuts), (*cuts, None), strict=True):
        at = start if start is not None else cuts[0] - 1 if cuts else 0
        there = dated(card, name, at)
        most = (None, None, None) if there is None else limits.of_all(there[0], at)
        if last is not None and (last.answer, last.windows, last.wider) == most:
            last = evolve(last, end=end)
            continue
        if last is not None:
            yield last
        last = RequestMost(name, start, end, *most)
    if last is not None:
        yield last
