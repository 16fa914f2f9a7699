"""The places where one more of a meter makes a request cost less as it crosses thresholds, decided
on the two combinations by what `price` bills.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import floor

from pricelang.evaluate.combination import Combination
from pricelang.model import book as m
from pricelang.model.threshold_bands import quantities_between
from pricelang.verify.crossings import ONE, ZERO, Crossing, Pair, Usage
from pricelang.verify.fall_proofs import never_falls
from pricelang.verify.price_relations import Undecided

MUCH = Fraction(10_000_000)
LITTLE = Fraction(1, 100)


def fall_between(
    book: m.Book, before: Combination, after: Combination, crossing: Crossing
) -> Usage | None:
    """Quantities of which one more of the meter costs less;
    None where there are none. Raises `Undecided`.
    """
    pair = Pair.of(book, before, after, crossing)
    if crossing.meter not in pair.meters:
        return None
    found = next((usage for usage in _candidates(pair) if _falls(pair, usage)), None)
    if found is not None or never_falls(pair):
        return found
    raise Undecided


def _falls(pair: Pair, usage: Usage) -> bool:
    before, after = pair.totals(usage)
    return after < before


def _candidates(pair: Pair) -> Iterator[Usage]:
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


def _beside(pair: Pair, base: Usage) -> Iterator[Usage]:
    """Quantities alone, and beside some of each meter."""
    yield base
    totals = pair.totals(base)
    for meter in pair.meters:
        for size in sorted(_sizes(pair, meter, totals)):
            more = {**base, meter: base.get(meter, ZERO) + size}
            given = quantities_between(pair.book.sums, pair.least, pair.most, more)
            if given is not None and set(given) <= set(pair.meters):
                yield given


def _sizes(pair: Pair, meter: int, totals: tuple[Fraction, Fraction]) -> Iterator[Fraction]:
    """So many of a meter as may show a fall, beside what costs `totals` before and after."""
    sizes = {ONE if pair.book.meters[meter].whole else LITTLE, MUCH}
    prices = [
        rate.unit_price * _rate_of(cell)
        for cell in (pair.before, pair.after)
        if (rate := pair.rate(cell, meter)) is not None
    ]
    if prices[0] > prices[1]:  # enough that its fall shows beside one more of what is counted
        rise = (totals[1] - totals[0]) / (prices[0] - prices[1])
        sizes.add(Fraction(max(0, floor(rise)) + 1))
    for amount in totals:  # and what brings an amount to a bound, or beside a step of rounding
        for aim in _aims(pair, amount):
            for price in filter(None, prices):
                sizes |= {Fraction(floor((aim - amount) / price) + step) for step in (0, 1)}
    return (size for size in sizes if size > 0)


def _aims(pair: Pair, amount: Fraction) -> Iterator[Fraction]:
    for cell in (pair.before, pair.after):
        yield from (step.value * _rate_of(cell) for step in cell.floors)
        for rounding in (cell.line_rounding, cell.total_rounding):
            if rounding is not None:
                steps = floor(amount / rounding.step)
                yield from ((steps + Fraction(part, 2)) * rounding.step for part in (1, 2, 3))


def _rate_of(cell: Combination) -> Fraction:
    """What amounts are converted by: the same before and after,
    since a conversion looks at no threshold.
    """
    return cell.conversion.rate if cell.conversion is not None else ONE
