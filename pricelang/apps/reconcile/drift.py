"""Whether what single lines may be off by adds up: a tolerance of a line hides no drift."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from attrs import frozen

from pricelang.apps.reconcile.join import BOUNDED, MATCHED, WITHIN, JoinedLine

SIGMAS = 4
"""So many standard deviations off an even coin, the signs of differences are no chance."""


@frozen
class Drift:
    """What lines within tolerance add up to: their number, how many are too high, their sum, and
    whether the tolerance of the whole says that it is too much.
    """

    lines: int
    high: int
    sum: Fraction
    over_total: bool


def drift_of(
    lines: Iterable[JoinedLine], within: Fraction, total_within: Fraction | None
) -> Drift | None:
    """The drift of the lines that agree; None where their differences are small and even.

    Without a tolerance of the whole, differences that are nearly all of one sign and add up to
    more than the tolerance of one line are a drift.
    """
    off = [line.difference for line in lines if line.status in (WITHIN, MATCHED, BOUNDED)]
    off = [difference for difference in off if difference]
    high = sum(difference > 0 for difference in off)
    whole = sum(off, Fraction(0))
    if total_within is not None:
        return Drift(len(off), high, whole, True) if abs(whole) > total_within else None
    lean = 2 * high - len(off)
    if abs(whole) > within and lean * lean > SIGMAS * SIGMAS * len(off):
        return Drift(len(off), high, whole, False)
    return None
