"""A crossing of thresholds: the combinations before and after it, and what is paid in each."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import floor
from typing import TypeAlias

from attrs import frozen

from pricelang.evaluate.combination import Combination
from pricelang.evaluate.line_items import Basis, Priced
from pricelang.evaluate.line_rates import Rate
from pricelang.model import book as m
from pricelang.model.threshold_bands import least_over

ZERO, ONE = Fraction(0), Fraction(1)
Usage: TypeAlias = dict[int, Fraction]


@frozen(eq=False)
class Crossing:
    """One more of `meter` takes the sums of `crossed` (their indices) over a limit;
    `sides` are those before it.
    """

    meter: int
    crossed: frozenset[int]
    sides: tuple[int, ...]

    @property
    def after(self) -> tuple[int, ...]:
        """The sides after it."""
        return tuple(side + (index in self.crossed) for index, side in enumerate(self.sides))


@frozen(eq=False)
class Pair:
    """The cells before and after, and between what each sum must be before."""

    book: m.Book
    before: Combination
    after: Combination
    crossing: Crossing
    least: tuple[Fraction, ...]
    most: tuple[Fraction | None, ...]

    def totals(self, usage: Mapping[int, Fraction]) -> tuple[Fraction, Fraction]:
        """What is paid before, and after one more."""
        more = {**usage, self.crossing.meter: usage.get(self.crossing.meter, ZERO) + 1}
        return self._total(self.before, usage), self._total(self.after, more)

    def _total(self, cell: Combination, usage: Mapping[int, Fraction]) -> Fraction:
        given = {self.book.meters[meter].name: (size,) for meter, size in usage.items() if size}
        return Priced(Basis(self.book, cell, 0, ()), given).total

    def rate(self, cell: Combination, meter: int) -> Rate | None:
        """The rate of a meter before or after; None where it has none."""
        found = cell.rates[self.book.meters[meter].name]
        return found if isinstance(found, Rate) else None

    @property
    def meters(self) -> list[int]:
        """Those that have a price both before and after."""
        return [
            n
            for n in range(len(self.book.meters))
            if self.rate(self.before, n) and self.rate(self.after, n)
        ]

    @classmethod
    def of(cls, book: m.Book, before: Combination, after: Combination, crossing: Crossing) -> Pair:
        """The two combinations of a crossing."""
        least: list[Fraction] = []
        most: list[Fraction | None] = []
        for index, (total, side) in enumerate(zip(book.sums, crossing.sides, strict=True)):
            limit = total.limits[side] if side < len(total.limits) else None
            if index in crossing.crossed and limit is not None:
                least.append(Fraction(floor(limit)))
                most.append(Fraction(floor(limit)))
                continue
            least.append(least_over(total.limits[side - 1]) if side else ZERO)
            counted = limit is not None and crossing.meter in total.meters
            most.append(limit - 1 if limit is not None and counted else limit)
        return cls(book, before, after, crossing, tuple(least), tuple(most))
