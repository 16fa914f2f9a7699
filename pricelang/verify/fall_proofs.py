"""Proofs that no quantities make the amount of a request fall as it crosses thresholds."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Literal

from pricelang.evaluate.combination import Combination
from pricelang.evaluate.stack.intervals import Ends, ends_after
from pricelang.evaluate.stack.numbers import rounded_by
from pricelang.evaluate.stack.operations import Kind
from pricelang.model import book as m
from pricelang.solver.simplex import Row, greatest
from pricelang.verify.crossings import ONE, ZERO, Pair


def never_falls(pair: Pair) -> bool:
    """Decides whether no quantities at all make the amount fall. True is a proof; False leaves it
    open.
    """
    cells = (pair.before, pair.after)
    if not all(_is_known(cell) for cell in cells):
        return False
    if not _safe(pair.before.total_rounding, pair.after.total_rounding):
        return False
    if any(cell.line_rounding is not None for cell in cells):
        return _rounded_lines_rise(pair)
    least_uses = {
        meter
        for cell in cells
        for meter in pair.meters
        if (rate := pair.rate(cell, meter)) is not None and rate.minimum is not None
    }
    if any(meter in least_uses for total in pair.book.sums for meter in total.meters):
        return False
    return not any(_feasible(pair, strict) for strict in _ways(pair))


def _is_known(cell: Combination) -> bool:
    """Decides whether a request pays nothing beside its lines but additions, floors and caps: of
    any other step nothing is proven here.
    """
    steps = [*(("add", step) for step in cell.extras), *(("bound", step) for step in cell.floors)]
    return all(_does(step.kind) == what for what, step in steps)


def _does(kind: Kind) -> Literal["add", "bound", "other"]:
    match kind:
        case "add":
            return "add"
        case "at_least" | "at_most":
            return "bound"
        case _:
            return "other"


def _safe(before: m.Rounding | None, after: m.Rounding | None) -> bool:
    """Decides whether an amount that does not fall does not fall by its rounding either."""
    if before is None or after is None:
        other = before or after
        return other is None or other.mode == ("down" if after is None else "up")
    return (before.step, before.mode) == (after.step, after.mode) or (
        before.mode == "down" and after.mode == "up"
    )


def _rounded_lines_rise(pair: Pair) -> bool:
    """Decides whether nothing falls that an amount of rounded lines is made of: no line, no
    addition and no bound. What one loses by its rounding, another need not win.
    """
    before, after = pair.before, pair.after
    (low, high), (low_after, high_after) = _bounds(before), _bounds(after)
    return (
        _safe(before.line_rounding, after.line_rounding)
        and not any(_line_falls(pair, meter) for meter in pair.meters)
        and _added(before) <= _added(after)
        and (low is None or (low_after is not None and low <= low_after))
        and (high_after is None or (high is not None and high <= high_after))
    )


def _line_falls(pair: Pair, meter: int) -> bool:
    """Decides whether some use of a meter costs less after than before."""
    was, now = pair.rate(pair.before, meter), pair.rate(pair.after, meter)
    if was is None or now is None or was.unit_price > now.unit_price:
        return True
    least, least_after = (
        ZERO if rate.minimum is None else rate.minimum.quantity for rate in (was, now)
    )
    return least > least_after


def _added(cell: Combination) -> Fraction:
    """What is added to a request, each amount rounded as a line is."""
    if cell.free is not None:
        return ZERO
    return sum((rounded_by(cell.line_rounding, step.value) for step in cell.extras), ZERO)


Way = list[tuple[int, int, Fraction]]


def _ways(pair: Pair) -> Iterator[Way]:
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


def _feasible(pair: Pair, strict: Sequence[tuple[int, int, Fraction]]) -> bool:
    """Decides whether some quantities meet strict inequalities:
    they do where the least margin of them can be above zero.
    """
    columns = [column for meter in pair.meters for column in _columns(pair, meter)]
    extras = [_added(cell) for cell in (pair.before, pair.after)]
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


def _columns(pair: Pair, meter: int) -> Iterator[Column]:
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


def _within_sums(pair: Pair, columns: Sequence[Column]) -> Iterator[Row]:
    """The rows that hold each sum between its least and its most."""
    for total, low, high in zip(pair.book.sums, pair.least, pair.most, strict=True):
        if not all(pair.book.meters[meter].whole for meter in total.meters):
            # Anything between is a quantity too.
            low, high = low - 1, high + 1 if high is not None else None
        counted = [size if meter in total.meters else ZERO for meter, size, _, _ in columns]
        yield (*(-x for x in counted), ZERO), -low
        if high is not None:
            yield (*counted, ZERO), high
