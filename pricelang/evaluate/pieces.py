"""A quantity in pieces, each of which is priced alike: it is cut where a counter that it moves
reaches the next tier.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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


class MovesCounters(Protocol):
    """What decides the price of the next unit, which moves counters."""

    @property
    def advances(self) -> tuple[Advance, ...]:
        """Each counter once."""


Standing = TypeVar("Standing", bound=MovesCounters)


def in_pieces(
    quantity: Fraction, counts: Counts, standing: Callable[[], Standing]
) -> Iterator[tuple[Fraction, Standing]]:
    """The pieces of a quantity and where each stands, while its counters move on; they are whole
    together. What stands at some counts holds up to the first `until` of its counters.
    """
    while quantity > 0:
        here = standing()
        after = _moved(here.advances, counts, quantity)
        if all(one.until is None or after[one.counter] <= one.until for one in here.advances):
            counts.update(after)
            yield quantity, here
            return
        length = min(
            (one.until - counts.get(one.counter, _NOTHING)) / one.by
            for one in here.advances
            if one.until is not None and one.by > 0
        )
        counts.update(_moved(here.advances, counts, length))
        quantity -= length
        yield length, here


def _moved(advances: Iterable[Advance], counts: Counts, length: Fraction) -> Counts:
    """The counts after a piece."""
    return {x.counter: counts.get(x.counter, _NOTHING) + length * x.by for x in advances}


_NOTHING = Fraction(0)
