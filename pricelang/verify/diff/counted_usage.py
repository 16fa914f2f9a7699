"""Whose usage a free allowance, a graduated price, or a floor or cap of an account counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from pricelang.evaluate.billing_periods import turn_of
from pricelang.model import book as m
from pricelang.model.charges import TERM, period_word
from pricelang.verify.diff.book_view import BookView

Counted: TypeAlias = tuple[tuple[int, int], ...]
"""The points of each axis of the joint space whose usage is counted, where it is not that of all;
and behind them, as `(-1, instant)`, where counting begins or ends within a period.
"""
WITHIN_A_PERIOD = -1


def shared_points(old: BookView, new: BookView) -> Mapping[int, int]:
    """The points of each axis that two books both know: no other request is in both."""
    sides = []
    for view in (old, new):
        known: dict[int, int] = {}
        for axis, points in zip(view.axes, view.points, strict=True):
            found = 0
            for mask in points:
                found |= mask
            known[axis] = known.get(axis, 0) | found
        sides.append(known)
    full = old.joint.full
    return {
        axis: sides[0].get(axis, full(axis)) & sides[1].get(axis, full(axis))
        for axis in range(len(old.joint.sizes))
    }


def counted(view: BookView, shared: Mapping[int, int], scope: m.Scope, per: str) -> Counted:
    """Whose usage the rule of a scope counts in the periods of an account."""
    masks: dict[int, int] = {}
    breaks: tuple[tuple[int, int], ...] = ()
    for axis, mask in scope:
        if axis == m.DATES:
            breaks = tuple(_breaks(view.book.boundaries, mask, per))
            continue
        place = view.axes[axis]
        masks[place] = masks.get(place, shared[place]) & view.spread(axis, mask)
    found = ((axis, mask) for axis, mask in sorted(masks.items()) if mask != shared[axis])
    return (*found, *breaks)


def _breaks(boundaries: tuple[int, ...], mask: int, per: str) -> list[tuple[int, int]]:
    """Where a rule begins or ends within a period: two rules of one period count apart."""
    return [
        (WITHIN_A_PERIOD, instant)
        for place, instant in enumerate(boundaries)
        if (mask >> place ^ mask >> place + 1) & 1
        and (period_word(per) == TERM or turn_of(instant, per) != instant)
    ]


def counts_within(inner: Counted, outer: Counted) -> bool:
    """Decides whether all that is counted by one is counted by the other.

    >>> counts_within(((2, 0b01),), ()), counts_within((), ((2, 0b01),))
    (True, False)
    """
    if any(axis == WITHIN_A_PERIOD for axis, _ in (*inner, *outer)):
        return inner == outer
    masks = dict(inner)
    return all(axis in masks and not masks[axis] & ~mask for axis, mask in outer)
