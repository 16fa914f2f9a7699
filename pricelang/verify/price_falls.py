"""The places where one more of a meter makes a request cost less as it crosses thresholds, decided
on the two combinations by what `price` bills.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import floor

from attrs import frozen

from pricelang.evaluate.combination import Combination
from pricelang.evaluate.line_items import Basis, Priced
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.stack.intervals import Ends, ends_after
from pricelang.model import book as m
from pricelang.model.threshold_bands import least_over, quantities_between
from pricelang.solver.simplex import Row, greatest
from pricelang.verify.price_relations import Undecided

MUCH = Fraction(10_000_000)
LITTLE = Fraction(1, 100)
ZERO, ONE = Fraction(0), Fraction(1)
Usage = dict[int, Fraction]


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
class _Pair:
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


def fall_between(
    book: m.Book, before: Combination, after: Combination, crossing: Crossing
) -> Usage | None:
    """Quantities of which one more of the meter costs less;
    None where there are none. Raises `Undecided`.
    """
    least: list[Fraction] = []
    most: list[Fraction | None] = []
    for index, (total, side) in enumerate(zip(book.sums, crossing.sides, strict=True)):
        limit = total.limits[side] if side < len(total.limits) else None
        if index in crossing.crossed and limit is not None:
            least.append(Fraction(floor(limit)))
            most.append(Fraction(floor(limit)))
            continue
        least.append(least_over(total.limits[side - 1]) if side else ZERO)
        most.append(limit - 1 if limit is not None and crossing.meter in total.meters else limit)
    pair = _Pair(book, before, after, crossing, tuple(least), tuple(most))
    if crossing.meter not in pair.meters:
        return None
    found = next((usage for usage in _candidates(pair) if _falls(pair, usage)), None)
    if found is not None or _never(pair):
        return found
    raise Undecided


def _falls(pair: _Pair, usage: Usage) -> bool:
    before, after = pair.totals(usage)
    return after < before


def _candidates(pair: _Pair) -> Iterator[Usage]:
    """Quantities at the threshold, plain ones first:
    each meter as what fills it, alone and beside some of another.
    """
    known, seen = set(pair.meters), set[tuple[tuple[int, Fraction], ...]]()
    inside = [meter for total in pair.book.sums for meter in total.meters if meter in known]
    for filler in dict.fromkeys([pair.crossing.meter, *inside]):
        limits = [
            most
            for total, most in zip(pair.book.sums, pair.most, strict=True)
            if filler in total.meters and most is not None
        ]
        start = {filler: min(limits)} if limits else {}
        base = quantities_between(pair.book.sums, pair.least, pair.most, start)
        if base is None or not set(base) <= known:
            continue
        for usage in _beside(pair, base):
            key = tuple(sorted(usage.items()))
            if key not in seen:
                seen.add(key)
                yield usage


def _beside(pair: _Pair, base: Usage) -> Iterator[Usage]:
    yield base
    before, after = pair.totals(base)
    for meter in pair.meters:
        rates = pair.rate(pair.before, meter), pair.rate(pair.after, meter)
        least = ONE if pair.book.meters[meter].whole else LITTLE
        sizes = {least, MUCH}
        prices = [
            rate.unit_price * _conversion(cell)
            for rate, cell in zip(rates, (pair.before, pair.after), strict=True)
            if rate is not None
        ]
        if prices[0] > prices[1]:  # enough that its fall shows beside one more of what is counted
            sizes.add(Fraction(max(0, floor((after - before) / (prices[0] - prices[1]))) + 1))
        for x in (
            before,
            after,
        ):  # and what brings an amount to a bound, or beside a step of rounding
            for aim in _aims(pair, x):
                for price in prices:
                    if price:
                        sizes |= {Fraction(floor((aim - x) / price) + step) for step in (0, 1)}
        for size in sorted(sizes):
            if size > 0:
                given = quantities_between(
                    pair.book.sums,
                    pair.least,
                    pair.most,
                    {**base, meter: base.get(meter, ZERO) + size},
                )
                if given is not None and set(given) <= set(pair.meters):
                    yield given


def _aims(pair: _Pair, amount: Fraction) -> Iterator[Fraction]:
    for cell in (pair.before, pair.after):
        yield from (step.value * _conversion(cell) for step in cell.floors)
        for rounding in (cell.line_rounding, cell.total_rounding):
            if rounding is not None:
                steps = floor(amount / rounding.step)
                yield from ((steps + Fraction(part, 2)) * rounding.step for part in (1, 2, 3))


# ---- proofs that nothing falls -------------------------------------------------------------------


def _never(pair: _Pair) -> bool:
    """Whether no quantities at all make the amount fall. True is a proof; False leaves it open."""
    cells = (pair.before, pair.after)
    if not _safe(pair.before.total_rounding, pair.after.total_rounding):
        return False
    if any(cell.line_rounding is not None for cell in cells):
        if not _safe(pair.before.line_rounding, pair.after.line_rounding) or _some_price_falls(
            pair
        ):
            return False
    least_uses = {
        meter
        for cell in cells
        for meter in pair.meters
        if (rate := pair.rate(cell, meter)) is not None and rate.minimum is not None
    }
    if any(meter in least_uses for total in pair.book.sums for meter in total.meters):
        return False
    return not any(_feasible(pair, strict) for strict in _ways(pair))


def _safe(before: m.Rounding | None, after: m.Rounding | None) -> bool:
    """Whether an amount that does not fall does not fall by its rounding either."""
    if before is None or after is None:
        other = before or after
        return other is None or other.mode == ("down" if after is None else "up")
    return (before.step, before.mode) == (after.step, after.mode) or (
        before.mode == "down" and after.mode == "up"
    )


def _some_price_falls(pair: _Pair) -> bool:
    rates = [
        [
            rate.unit_price
            for cell in (pair.before, pair.after)
            if (rate := pair.rate(cell, meter)) is not None
        ]
        for meter in pair.meters
    ]
    return any(before > after for before, after in rates)


Way = list[tuple[int, int, Fraction]]


def _ways(pair: _Pair) -> Iterator[Way]:
    """The ways in which an amount can fall,
    each as strict inequalities of the sums x and y of its lines before and after.

    With floors F and G and caps C and D, before and after, it falls where max(G, min(D,
    y)) < min(C, max(F, x)). An inequality (a, b, over) is a x + b y > over.
    """
    (low, high), (low_after, high_after) = _bounds(pair.before), _bounds(pair.after)

    def paid_before_is_over(bound: Fraction) -> list[Way]:
        if high is not None and high <= bound:
            return []
        return [[]] if low is not None and low > bound else [[(1, 0, bound)]]

    capped: Way = [(0, -1, -high)] if high is not None else []
    falls: list[Way] = [[*capped, (1, -1, ZERO)]]
    if low is not None:
        falls.append([*capped, (0, -1, -low)])
    if high_after is not None:
        falls += paid_before_is_over(high_after)
    floors = paid_before_is_over(low_after) if low_after is not None else [[]]
    for one, two in itertools.product(floors, falls):
        yield [*one, *two]


def _bounds(cell: Combination) -> Ends:
    """The least and the most that a request comes to,
    whatever its lines are, applied in their order.
    """
    ends: Ends = (None, None)
    for step in () if cell.free is not None else cell.floors:
        ends = ends_after(ends, step.operation)
    return ends


def _feasible(pair: _Pair, strict: Sequence[tuple[int, int, Fraction]]) -> bool:
    """Whether some quantities meet strict inequalities:
    they do where the least margin of them can be above zero.
    """
    columns = [column for meter in pair.meters for column in _columns(pair, meter)]
    extras = [
        sum((step.value for step in cell.extras), ZERO) if cell.free is None else ZERO
        for cell in (pair.before, pair.after)
    ]
    more = pair.rate(pair.after, pair.crossing.meter)
    # One more of a use that is shorter than its minimum may cost nothing more.
    if more is not None and more.minimum is None:
        extras[1] += more.unit_price
    rows: list[Row] = [((*(ZERO for _ in columns), ONE), ONE)]  # the margin is bounded
    rows += _within_sums(pair, columns)
    for a, b, over in strict:  # a x + b y - over >= margin
        coefficients = [a * before + b * after for _, _, before, after in columns]
        rows.append(((*(-x for x in coefficients), ONE), a * extras[0] + b * extras[1] - over))
    found = greatest([*(ZERO for _ in columns), ONE], rows)
    return found is not None and found[0] > 0


# A meter, a quantity of it, and what that costs before and after.
Column = tuple[int, Fraction, Fraction, Fraction]


def _columns(pair: _Pair, meter: int) -> Iterator[Column]:
    """One of a meter, and the least quantity of it where a minimum may hold."""
    cells = (pair.before, pair.after)
    rates = [rate for cell in cells if (rate := pair.rate(cell, meter)) is not None]
    yield meter, ONE, rates[0].unit_price, rates[1].unit_price
    if any(rate.minimum is not None for rate in rates):
        tiny = ONE if pair.book.meters[meter].whole else ZERO
        before, after = (
            rate.unit_price * (max(tiny, rate.minimum.quantity) if rate.minimum else tiny)
            for rate in rates
        )
        yield meter, tiny, before, after


def _within_sums(pair: _Pair, columns: Sequence[Column]) -> Iterator[Row]:
    """The rows that hold each sum between its least and its most."""
    for total, low, high in zip(pair.book.sums, pair.least, pair.most, strict=True):
        if not all(pair.book.meters[meter].whole for meter in total.meters):
            # Anything between is a quantity too.
            low, high = low - 1, high + 1 if high is not None else None
        counted = [size if meter in total.meters else ZERO for meter, size, _, _ in columns]
        yield (*(-x for x in counted), ZERO), -low
        if high is not None:
            yield (*counted, ZERO), high


def _conversion(cell: Combination) -> Fraction:
    """What amounts are converted by: the same before and after,
    since a conversion looks at no threshold.
    """
    return cell.conversion.rate if cell.conversion is not None else ONE
