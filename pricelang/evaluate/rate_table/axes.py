"""The axes on which a request is placed among the rates, beside its model and values: stretches of
time, points of the clock, and sides of thresholds.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from math import prod

from attrs import evolve, frozen

from pricelang.evaluate.limits import limits_of
from pricelang.model import book as m
from pricelang.model.time_of_day import Setting, clocked, settings_of, week_of, zone_of

Period = tuple[int | None, int | None]
"""The first and the last instant (UTC seconds) of some usage; None where there is no end."""

ALWAYS: Period = (None, None)


@frozen(repr=False)
class RateThreshold:
    """A sum of meters that rules look at:
    the side of a request is the number of `limits` that it is over.
    """

    label: str
    meters: tuple[str, ...]
    limits: tuple[Fraction, ...]


@frozen(repr=False)
class ClockAxis:
    """What the clocks set, one point for each of the `settings`. A dimension has its zone, and the
    minutes of the week there at which another value begins, each with the value.
    """

    dimensions: tuple[tuple[str, tuple[tuple[int, int], ...]], ...]
    settings: tuple[Setting, ...]


@frozen(repr=False)
class Axes:
    """`cuts` are UTC seconds: version k holds from `cuts[k-1]` on and before `cuts[k]`. There is no
    `clock` where no clock sets anything on which a rate turns.
    """

    cuts: tuple[int, ...]
    clock: ClockAxis | None
    thresholds: tuple[RateThreshold, ...]

    @property
    def clocks(self) -> int:
        """The number of points of the clock."""
        return len(self.clock.settings) if self.clock is not None else 1

    @property
    def sides(self) -> tuple[int, ...]:
        """The number of sides of each threshold."""
        return tuple(len(threshold.limits) + 1 for threshold in self.thresholds)

    @property
    def every_side(self) -> list[tuple[int, ...]]:
        """The sides of all thresholds that a request can be on."""
        return [*itertools.product(*map(range, self.sides))]

    @property
    def size(self) -> int:
        """The number of places that a model and its values have."""
        return (len(self.cuts) + 1) * self.clocks * prod(self.sides)

    def setting(self, clock: int) -> Setting:
        """What the clocks set at a point of the clock."""
        return self.clock.settings[clock] if self.clock is not None else ()

    def starts(self, period: Period) -> tuple[int, ...]:
        """An instant in each version that the cuts make of a period:
        its first, or for an open beginning one just before the first cut.
        """
        first = period[0]
        return (
            first if first is not None else self.cuts[0] - 1 if self.cuts else 0,
            *self.cuts,
        )

    def without(self, threshold: int) -> Axes:
        """The axes without one of the thresholds."""
        kept = self.thresholds[:threshold] + self.thresholds[threshold + 1 :]
        return evolve(self, thresholds=kept)


def axes_of(book: m.Book, period: Period = ALWAYS) -> Axes:
    """All axes on which it may turn what requests of a period pay, by the rules of a book."""
    return Axes(cuts_of(book, period), _clock_of(book), _thresholds_of(book))


def cuts_of(book: m.Book, period: Period) -> tuple[int, ...]:
    """The instants (UTC seconds) within a period, both ends included,
    at which a rule or an alias may change.
    """
    days = {
        *book.boundaries,
        *limits_of(book).days,
        *(day for alias in book.aliases for day in (alias.start, alias.end) if day is not None),
    }
    first, last = period
    return tuple(
        sorted(
            day for day in days if (first is None or day > first) and (last is None or day <= last)
        )
    )


def _clock_of(book: m.Book) -> ClockAxis | None:
    """What the clocks of a book set."""
    dimensions = tuple((zone_of(one), week_of(one)) for one in clocked(book))
    return ClockAxis(dimensions, settings_of(book)) if dimensions else None


def _thresholds_of(book: m.Book) -> tuple[RateThreshold, ...]:
    """The sums that rules look at."""

    def names(meters: Sequence[int]) -> tuple[str, ...]:
        return tuple(book.meters[index].name for index in meters)

    return tuple(
        RateThreshold(total.label, names(total.meters), total.limits) for total in book.sums
    )
