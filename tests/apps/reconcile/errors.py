"""The kinds of error that vendors make, each as a change of the rows of a right bill."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from fractions import Fraction

from .month import PRICES, Row

Error = Callable[[list[Row]], None]


def each(rows: Iterable[Row], factor: object, **wanted: object) -> None:
    """Multiplies the amounts of rows that have some values."""
    for row in rows:
        if all(getattr(row, name) == value for name, value in wanted.items()):
            row.amount *= Fraction(str(factor))


def wrong_lifetime(rows: list[Row]) -> None:
    each(rows, "0.625", day=3, meter="cache_write_1h", tier="standard")


def batch_missing(rows: list[Row]) -> None:
    each(rows, 2, day=5, tier="batch")


def residency_twice(rows: list[Row]) -> None:
    each(rows, "1.1", day=8, geo="us")


def a_day_late(rows: list[Row]) -> None:
    each(rows, 2, day=7, model="claude-sonnet-5-5", meter="cache_read")


def no_pool(rows: list[Row]) -> None:
    rows[:] = [row for row in rows if row.description != "Free container hours"]


def twice(rows: list[Row]) -> None:
    (row,) = (row for row in rows if (row.day, row.tier, row.meter) == (10, "batch", "output"))
    rows.append(row)


def missing(rows: list[Row]) -> None:
    rows[:] = [row for row in rows if (row.day, row.tier, row.meter) != (11, "batch", "output")]


def retired(rows: list[Row]) -> None:
    rows.append(
        Row(12, "w-1", "claude-3-opus-20240229", "input", "standard", "global", Fraction(5_001),
            Fraction("0.075015"))
    )  # fmt: skip


def older_rate(rows: list[Row]) -> None:
    for row in rows:
        if row.model == "claude-opus-5-5" and row.day in (13, 14) and row.workspace[:2] == "w-":
            at = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
            old, new = (
                Fraction(PRICES[name][at.index(row.meter)])
                for name in ("claude-opus-5", "claude-opus-5-5")
            )
            row.amount *= old / new


def rounded_up(rows: list[Row]) -> None:
    for row in rows:
        if row.workspace == "w-2" and row.day >= 15 and row.geo != "us":
            row.amount = Fraction(math.ceil(row.amount * 100), 100)


def errored_searches(rows: list[Row]) -> None:
    for row in rows:
        if row.meter == "web_search" and row.day in (16, 17):
            row.amount += Fraction(3, 100)
            row.quantity += 3


def long_premium(rows: list[Row]) -> None:
    each(rows, 2, day=18, workspace="w-long", meter="input")
    each(rows, "1.5", day=18, workspace="w-long", meter="output")


def fast_six(rows: list[Row]) -> None:
    each(rows, 3, workspace="fast-19")


def fast_as_standard(rows: list[Row]) -> None:
    each(rows, "0.5", workspace="fast-20")


ERRORS: dict[Error, str] = {
    wrong_lifetime: "cache_write_1h billed as cache_write_5m",
    batch_missing: "with service_tier standard instead of batch",
    residency_twice: "`residency` applied twice",
    a_day_late: "at the price before 2026-10-07",
    no_pool: "allowance of `code_execution` not applied",
    twice: "a row of the bill that stands twice",
    missing: "usage that is not billed",
    retired: "billed for `claude-3-opus-20240229`, which was retired on 2026-01-05, without usage",
    older_rate: "claude-opus-5-5 billed as claude-opus-5",
    rounded_up: "amounts rounded up to $0.01",
    errored_searches: "billed though errored",
    long_premium: "`long_context` applied",
    fast_six: "`fast` x 6 instead of x 2",
    fast_as_standard: "with speed standard instead of fast",
}


def list_prices(rows: list[Row]) -> None:
    """The contract is not applied."""
    each(rows, Fraction(10, 9), model="claude-opus-4-7")
    each(rows, Fraction(10, 9), model="claude-sonnet-4-6", meter="output")
