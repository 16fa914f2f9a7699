"""The plan of a query that prices usage, the same for every engine: what a row says, what of it
places it among the rates, what it is joined by, and what it pays for each meter.

A plan is expressions of SQL. An engine says how its columns are read, and puts them in a query.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from attrs import evolve, frozen

from pricelang.engines.dialects.base import SqlSyntax
from pricelang.engines.join_keys import Quantity, clock_sql, side_sql, version_sql
from pricelang.evaluate.rate_table.axes import Axes
from pricelang.evaluate.rate_table.table import RateKey
from pricelang.evaluate.rate_table.unit_prices import UnitPrices


@frozen(eq=False)
class UsageRow:
    """What a row of usage says, as SQL: the name of its model, its instant, the value of each
    dimension that has a column, and the quantity of each meter. `timed` is whether it has a time of
    day; its instant may be NULL where it `may_lack`. Rows that are not `within` some limits were
    not looked at when the rates were made. `long` is 1 where it has more than any one request.
    """

    model: str
    at: str
    values: tuple[str, ...]
    quantities: tuple[Quantity, ...]
    timed: str = "true"
    may_lack: bool = True
    within: str = "true"
    long: str | None = None


class KeyPart(NamedTuple):
    """A part of what places a row, and whether it is a text or a number."""

    name: str
    sql: str
    is_text: bool


@frozen(eq=False)
class Placement:
    """What places a row or a group of rows among the rates, and its quantities, as SQL.
    There is no `clock` where nothing turns on the time of day.
    """

    name: str
    version: str
    values: tuple[str, ...]
    clock: str | None
    sides: tuple[str, ...]
    quantities: tuple[Quantity, ...]
    long: str | None = None

    @property
    def parts(self) -> list[KeyPart]:
        """What rows are joined and grouped by."""
        return [
            KeyPart("name", self.name, True),
            KeyPart("version", self.version, False),
            *(KeyPart(f"value_{n}", sql, True) for n, sql in enumerate(self.values)),
            *([KeyPart("clock", self.clock, False)] if self.clock is not None else []),
            *(KeyPart(f"side_{n}", sql, False) for n, sql in enumerate(self.sides)),
        ]

    def read_back(self, column: Callable[[str], str], quantities: Sequence[Quantity]) -> Placement:
        """The same of rows that have each part as a column."""
        return evolve(
            self,
            name=column("name"),
            version=column("version"),
            values=tuple(column(f"value_{n}") for n in range(len(self.values))),
            clock=None if self.clock is None else column("clock"),
            sides=tuple(column(f"side_{n}") for n in range(len(self.sides))),
            quantities=tuple(quantities),
            long=None if self.long is None else column("long"),
        )


def place(axes: Axes, row: UsageRow, words: SqlSyntax, version: str | None = None) -> Placement:
    """What places a row among rates with some axes. `version` is its version where that is known
    without a look at its instant.
    """
    if version is None:
        version = version_sql(axes.cuts, row.at, row.may_lack, words)
    if row.within != "true":
        version = f"case when {row.within} then {version} end"
    return Placement(
        row.model,
        version,
        row.values,
        clock_sql(axes.clock, row.at, words, row.timed) if axes.clock is not None else None,
        tuple(side_sql(threshold, row.quantities) for threshold in axes.thresholds),
        row.quantities,
        row.long,
    )


def part_names(axes: Axes, values: int) -> list[str]:
    """The names of the parts of a place of so many values."""
    sides = ("",) * len(axes.thresholds)
    found = Placement("", "", ("",) * values, "" if axes.clock is not None else None, sides, ())
    return [part.name for part in found.parts]


def key_values(axes: Axes, key: RateKey) -> list[object]:
    """A key of rates as the values of those parts."""
    clocks = [key.clock] if axes.clock is not None else []
    return [key.name, key.version, *key.values, *clocks, *key.sides]


def key_of(axes: Axes, parts: Sequence[object]) -> RateKey:
    """The key of rates whose parts have some values."""
    end = len(parts) - len(axes.thresholds)
    clocks = 1 if axes.clock is not None else 0
    name, version, *values = parts[: end - clocks]
    clock = parts[end - 1] if clocks else 0
    sides = tuple(parts[end:])
    return RateKey(name, version, tuple(values), clock, sides)  # type: ignore[arg-type]


def amount_sql(
    quantity: str,
    product: str,
    *,
    zero: str = "0",
    least: str | None = None,
    below: str | None = None,
    absent: str | None = None,
    may_lack: bool = True,
) -> str:
    """What a row pays for a meter, in atoms: the `product` of its quantity and price, and nothing
    where it uses none. A quantity under the `least` pays what is `below` it. The amount is NULL
    where the rates do not say it, which the price `may_lack`, and where the rates are `absent`.
    """
    if least is not None:
        other = f" else {below}" if below is not None else ""
        product = (  # a quantity that is none is under no least
            f"(case when {quantity} is null then null when {least} is null or "
            f"{quantity} >= {least} then {product}{other} end)"
        )
    elif not may_lack and absent is None:
        return product
    none = f"when {absent} then null " if absent is not None else ""
    return f"case {none}when {quantity} = 0 then {zero} else {product} end"


def scale_up(quantity: Quantity, extra: int) -> int:
    """What a product of a quantity and its price is multiplied by, so that the amounts of all
    meters have one scale: `extra` decimals more than prices.
    """
    return int(10 ** (extra - quantity.scale))


def atoms_of_sums(
    prices: UnitPrices, sums: Sequence[int], quantities: Sequence[Quantity], extra: int
) -> int | None:
    """The amount of summed quantities, in atoms;
    None where the rates lack a price that is needed.
    """
    atoms = 0
    for price, total, quantity in zip(prices.atoms, sums, quantities, strict=True):
        if total:
            if price is None:
                return None
            atoms += price * int(total) * scale_up(quantity, extra)
    return atoms
