"""The combinations of sides of several thresholds that quantities can reach, and quantities that
reach them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import floor, lcm

from pricelang.model.book import Scope, Sum

MAX_COMBINATIONS = 2_000

# coefficients of the quantities, what their sum is at most, and whether it is less than that
Row = tuple[tuple[int, ...], Fraction, bool]


def reachable_sides(sums: Sequence[Sum], first_axis: int) -> list[Scope] | None:
    """The boxes over the axes of sums that some quantities reach,
    or None where every combination is (or too many are to try).

    Sums of different meters are independent; those that share meters are not: input over 1,000 and
    input plus output up to 100 is no request. Decided by Fourier and Motzkin's elimination over the
    quantities, all zero or more.
    """
    together = [
        index
        for index in range(len(sums))
        if any(_share(sums[index], sums[other]) for other in range(len(sums)) if other != index)
    ]
    count = 1
    for index in together:
        count *= len(sums[index].limits) + 1
    if not together or count > MAX_COMBINATIONS:
        return None
    scopes = []
    for sides in itertools.product(*(range(len(sums[index].limits) + 1) for index in together)):
        if _feasible([sums[index] for index in together], sides):
            scopes.append(
                tuple(
                    (first_axis + index, 1 << side)
                    for index, side in zip(together, sides, strict=True)
                )
            )
    return scopes


def _share(left: Sum, right: Sum) -> bool:
    return bool(set(left.meters) & set(right.meters))


def _feasible(sums: Sequence[Sum], sides: Iterable[int]) -> bool:
    """Decides whether quantities of zero or more put each sum on its side. Of whole counts over a
    limit is at least the next; what is measured is over a limit by any part.
    """
    meters = sorted({meter for total in sums for meter in total.meters})
    # meters that the same sums look at can stand for one another
    kinds = sorted({tuple(meter in total.meters for total in sums) for meter in meters})
    rows: list[Row] = [
        (tuple(-int(k == n) for k in range(len(kinds))), Fraction(0), False)
        for n in range(len(kinds))
    ]
    for number, (total, side) in enumerate(zip(sums, sides, strict=True)):
        inside = tuple(int(kind[number]) for kind in kinds)
        if side < len(total.limits):
            rows.append((inside, total.limits[side], False))
        if side:
            limit = total.limits[side - 1]
            least = least_over(limit) if total.whole else limit
            rows.append((tuple(-x for x in inside), -least, not total.whole))
    for column in range(len(kinds)):
        rows = _eliminated(rows, column)
    return all(bound > 0 or (bound == 0 and not less) for _, bound, less in rows)


def _eliminated(rows: list[Row], column: int) -> list[Row]:
    kept = [row for row in rows if not row[0][column]]
    above = [row for row in rows if row[0][column] > 0]
    below = [row for row in rows if row[0][column] < 0]
    for (left, high, under), (right, low, over) in itertools.product(above, below):
        a, b = left[column], -right[column]
        together = tuple(b * x + a * y for x, y in zip(left, right, strict=True))
        kept.append((together, b * high + a * low, under or over))
    return list(dict.fromkeys(kept))


def least_over(limit: Fraction) -> Fraction:
    """The least count that is over a limit."""
    return Fraction(floor(limit) + 1)


def quantities_on(
    sums: Sequence[Sum], sides: Sequence[int], wanted: Mapping[int, Fraction]
) -> dict[int, Fraction] | None:
    """Quantities by meter that put every sum on its side at once,
    as near above those wanted as can be; None where none do.
    """
    least = [
        least_over(total.limits[side - 1]) if side else Fraction(0)
        for total, side in zip(sums, sides, strict=True)
    ]
    most = [
        total.limits[side] if side < len(total.limits) else None
        for total, side in zip(sums, sides, strict=True)
    ]
    found = quantities_between(sums, least, most, wanted)
    if found is not None or all(total.whole for total in sums):
        return found
    # what is measured is over a limit by a part that all sums can be over theirs by
    part = _small_part(sums)
    least = [
        total.limits[side - 1] + part if side and not total.whole else low
        for total, side, low in zip(sums, sides, least, strict=True)
    ]
    return quantities_between(sums, least, most, wanted)


def _small_part(sums: Sequence[Sum]) -> Fraction:
    steps = lcm(*(limit.denominator for total in sums for limit in total.limits))
    return Fraction(1, 10 ** len(str(steps * len(sums))))


def quantities_between(
    sums: Sequence[Sum],
    least: Sequence[Fraction],
    most: Sequence[Fraction | None],
    wanted: Mapping[int, Fraction],
) -> dict[int, Fraction] | None:
    """Quantities by meter with every sum between two numbers.
    What is wanted and does not fit is taken back, the last meter first.
    """
    found: list[dict[int, Fraction]] = []
    todo, tried = [_fitting(sums, most, wanted)], 0
    while todo and tried < MAX_COMBINATIONS:
        given, tried = todo.pop(), tried + 1
        short = [
            (total, low - counted)
            for total, low in zip(sums, least, strict=True)
            if (counted := _counted(total, given)) < low
        ]
        if short:
            todo += _with_more(sums, most, given, *short[0])
        else:
            found.append(given)
    if not found:
        return None
    best = min(
        found, key=lambda given: (sum(given.values()), sum(1 for size in given.values() if size))
    )
    return {meter: size for meter, size in best.items() if size}


def _fitting(
    sums: Sequence[Sum], most: Sequence[Fraction | None], wanted: Mapping[int, Fraction]
) -> dict[int, Fraction]:
    """What is wanted, less what is over the most of a sum; the last meter gives way first."""
    start = dict(wanted)
    for total, high in zip(sums, most, strict=True):
        for meter in reversed(total.meters):
            if high is not None and meter in start:
                left = start[meter] + high - _counted(total, start)
                start[meter] = max(Fraction(0), min(start[meter], left))
    return start


def _with_more(
    sums: Sequence[Sum],
    most: Sequence[Fraction | None],
    given: Mapping[int, Fraction],
    total: Sum,
    missing: Fraction,
) -> Iterator[dict[int, Fraction]]:
    """The quantities with more of one meter of a sum that is short, as far as other sums allow."""
    for meter in sorted(total.meters, key=lambda meter: meter in given):
        allowed = [
            high - _counted(other, given)
            for other, high in zip(sums, most, strict=True)
            if high is not None and meter in other.meters
        ]
        more = min([missing, *allowed])
        if more > 0:
            yield {**given, meter: given.get(meter, Fraction(0)) + more}


def _counted(total: Sum, given: Mapping[int, Fraction]) -> Fraction:
    return sum((given.get(meter, Fraction(0)) for meter in total.meters), Fraction(0))
