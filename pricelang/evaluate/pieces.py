"""A quantity in pieces, each of which is priced alike: it is cut where a counter that it moves
reaches the next tier.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Protocol, TypeAlias, TypeVar

from attrs import frozen

from pricelang.evaluate.account_keys import Holder
from pricelang.model import book as m

Counter: TypeAlias = tuple[Holder, str, str, str, m.Scope, int]
"""Whose usage is counted, by which key and period, a meter or the name of a ladder, `pool`, `tiers`
or `ladder`, the scope that it counts, and the start of the period (UTC seconds).
"""
Counts: TypeAlias = dict[Counter, Fraction]


@frozen(eq=False)
class Advance:
    """How far one unit moves a counter, and the count at which prices change next, if any does."""

    counter: Counter
    by: Fraction
    until: Fraction | None


class Priced(Protocol):
    """What decides the price of the next unit, which moves counters."""

    @property
    def advances(self) -> tuple[Advance, ...]:
        """Each counter once."""


Standing = TypeVar("Standing", bound=Priced)


def in_pieces(
    quantity: Fraction, counts: Counts, standing: Callable[[], Standing]
) -> Iterator[tuple[Fraction, Standing]]:
    """The pieces of a quantity and where each stands, while its counters move on; they are whole
    together. What stands at some counts holds up to the first `until` of its counters.
    """
    while quantity > 0:
        here = standing()
        length = min(
            (
                (one.until - counts.get(one.counter, Fraction(0))) / one.by
                for one in here.advances
                if one.until is not None and one.by > 0
            ),
            default=quantity,
        )
        length = min(length, quantity)
        for one in here.advances:
            counts[one.counter] = counts.get(one.counter, Fraction(0)) + length * one.by
        quantity -= length
        yield length, here
