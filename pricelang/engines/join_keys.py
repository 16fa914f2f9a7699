"""SQL expressions that place a row of usage among the rates, and give its price there.

They are plain enough for every dialect: comparisons, `case`, sums and products of integers.
What a dialect says in words of its own is in its `SqlSyntax`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor

from attrs import frozen

from pricelang.engines.dialects.base import SqlSyntax
from pricelang.evaluate.rate_table.axes import ClockAxis, RateThreshold
from pricelang.evaluate.rate_table.table import RateTable
from pricelang.model.clock import DAY_MINUTES

SMALL = 10**17
"""Quantities below are added up in 64 bits without a look at them."""


@frozen
class Quantity:
    """The quantity of a meter as an SQL integer in units of 10**-scale of the meter's unit; NULL
    where it is no such number. `largest` bounds it, where a bound is known, and then it is never
    NULL. `finer` says that a quantity which is NULL may have more decimals than those.
    """

    meter: str
    sql: str
    scale: int
    largest: int | None
    finer: bool = False


def said_sql(text: str, known: str | None = None, silent: str | None = None) -> str:
    """The value of a dimension that a column says, as `known` tells it,
    else what it is where the column is `silent`, which a blank text is too.
    """
    return (
        f"case when trim({text}) <> '' then "
        f"{known or text}{f' else {silent}' if silent is not None else ''} end"
    )


def version_sql(cuts: Sequence[int], at: str, may_lack: bool, words: SqlSyntax) -> str:
    """The number of cuts that an instant is not before, by halving;
    NULL where it is, which `may_lack` says it may.
    """

    def among(low: int, high: int) -> str:
        if low == high:
            return str(low)
        middle = (low + high) // 2
        return (
            f"case when {at} < {words.instant(cuts[middle])} then {among(low, middle)} else "
            f"{among(middle + 1, high)} end"
        )

    return (
        f"case when {at} is not null then {among(0, len(cuts))} end"
        if may_lack
        else among(0, len(cuts))
    )


def clock_sql(clock: ClockAxis, at: str, words: SqlSyntax, timed: str = "true") -> str:
    """The number of what the clocks set at an instant; NULL where the instant is not `timed`."""
    if len(clock.dimensions) == 1:
        numbers = {value: number for number, (value,) in enumerate(clock.settings)}
        number = _set_by(*clock.dimensions[0], numbers, at, words)
    else:
        number = _setting_sql(clock, at, words)
    return number if timed == "true" else f"case when {timed} then {number} end"


def _setting_sql(clock: ClockAxis, at: str, words: SqlSyntax) -> str:
    """The number of the setting of several dimensions: each of them is asked once."""
    sums, steps, step = [], [], 1
    for zone, week in clock.dimensions:
        values = sorted({value for _, value in week})
        steps.append({value: step * number for number, value in enumerate(values)})
        sums.append(_set_by(zone, week, steps[-1], at, words))
        step *= len(values)
    codes = [
        sum(codes.get(value, step) for codes, value in zip(steps, setting, strict=True))
        for setting in clock.settings
    ]
    found = " ".join(f"when {code} then {number}" for number, code in enumerate(codes))
    return f"case {' + '.join(sums)} {found} end"


def _set_by(
    zone: str,
    week: Sequence[tuple[int, int]],
    numbers: Mapping[int, int],
    at: str,
    words: SqlSyntax,
) -> str:
    """The number of the value that the clock of a zone sets, by halving the week, or the day where
    all days are alike.
    """
    wall = words.wall(at, zone)
    days = [[(m % DAY_MINUTES, v) for m, v in _of_day(week, day)] for day in range(7)]
    if all(day == days[0] for day in days):
        minute, turns = words.minute(wall), days[0]
    else:
        minute, turns = f"({words.weekday(wall)} * {DAY_MINUTES} + {words.minute(wall)})", [*week]

    def among(low: int, high: int) -> str:
        if low == high:
            return str(numbers[turns[low][1]])
        middle = (low + high + 1) // 2
        return (
            f"case when {minute} < {turns[middle][0]} then {among(low, middle - 1)} else "
            f"{among(middle, high)} end"
        )

    return among(0, len(turns) - 1)


def _of_day(week: Sequence[tuple[int, int]], day: int) -> list[tuple[int, int]]:
    """The turns of a day of the week, with what is set as it begins."""
    start = day * DAY_MINUTES
    first = next(value for minute, value in reversed(week) if minute <= start)
    return [(start, first), *((m, v) for m, v in week if start < m < start + DAY_MINUTES)]


def timed_sql(text: str, kind: str) -> str:
    """Whether what a column of a type says, as text, has a time of day beside its day."""
    if kind.lower() in ("varchar", "json", "string"):
        return f"length(trim({text})) > 10"
    return "false" if kind.lower() == "date" else "true"


def side_sql(threshold: RateThreshold, quantities: Sequence[Quantity]) -> str:
    """The number of limits that the sum of a request's quantities is over."""
    counted = [quantity for quantity in quantities if quantity.meter in threshold.meters]
    if not counted:
        return "0"
    scale = max(quantity.scale for quantity in counted)
    limits = [floor(limit * 10**scale) for limit in threshold.limits]
    total = _summed(counted, scale, max(limits))
    return " + ".join(f"case when {total} > {limit} then 1 else 0 end" for limit in limits) or "0"


def sum_sql(meters: Sequence[str], quantities: Sequence[Quantity], most: int) -> str | None:
    """The sum of some whole quantities of a request, for comparisons up to a number;
    None where it has none of them.
    """
    counted = [quantity for quantity in quantities if quantity.meter in meters]
    return f"({_summed(counted, 0, most)})" if counted else None


def _summed(counted: Sequence[Quantity], scale: int, most: int) -> str:
    return " + ".join(
        _up_to(quantity, 10 ** (scale - quantity.scale), most) for quantity in counted
    )


def _up_to(quantity: Quantity, factor: int, limit: int) -> str:
    """A quantity times a factor, for a sum that is compared with a limit:
    what is over it by itself need be no larger, and so no sum is too large for 64 bits.
    """
    if quantity.largest is not None and quantity.largest * factor < SMALL:
        return times(quantity.sql, factor)
    return times(f"least({quantity.sql}, {limit // factor + 1})", factor)


def times(sql: str, factor: int) -> str:
    """A product with a whole number."""
    return sql if factor == 1 else f"{sql} * {factor}"


def least_of(least: Fraction, quantity: Quantity) -> int:
    """The least quantity that a rate holds for, in units of the quantity."""
    return ceil(least * int(10**quantity.scale))


def least_units(least: Fraction | None, quantity: Quantity) -> int | None:
    """The same where there is a least quantity."""
    return None if least is None else least_of(least, quantity)


def extra_places(quantities: Sequence[Quantity]) -> int:
    """By how many more decimals amounts are counted than prices are,
    since quantities have some of their own.
    """
    return max((quantity.scale for quantity in quantities), default=0)


def needs_wide(table: RateTable, quantities: Sequence[Quantity], bits: int) -> bool:
    """Whether the amount of a request may need more than `bits` bits, sign included;
    so it may where a quantity has no bound.
    """
    extra, most = extra_places(quantities), 0
    for quantity in quantities:
        price = table.widest(table.meters.index(quantity.meter)) * 10 ** (extra - quantity.scale)
        if price and quantity.largest is None:
            return True
        most += price * (quantity.largest or 0)
    return most >= 1 << (bits - 1)
