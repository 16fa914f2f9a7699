"""The compiled rates as a table of DuckDB that usage is joined to, and whether its sums are whole
numbers of atoms.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pricelang.apps.price_book import PriceBook
from pricelang.engines import join_keys as keyed
from pricelang.engines.join_keys import Quantity
from pricelang.evaluate.rate_table.scale import ends_everywhere
from pricelang.evaluate.rate_table.table import RateTable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def store_rates(
    connection: DuckDBPyConnection, name: str, table: RateTable, quantities: Sequence[Quantity]
) -> None:
    """Makes a temporary table of the rates, empty where there are none."""
    types = [
        "name varchar",
        "version smallint",
        "clock smallint",
        "model varchar",
        "currency varchar",
    ]
    types += [f"value_{n} varchar" for n in range(len(table.dimensions))]
    types += [f"side_{n} smallint" for n in range(len(table.axes.thresholds))]
    types += [
        f"atoms_{n} {'bigint' if table.widest(n) < 1 << 62 else 'hugeint'}"
        for n in range(len(table.meters))
    ]
    types += [f"least_{n} hugeint" for n in range(len(table.meters))]
    connection.execute(f"create or replace temp table {name} ({', '.join(types)})")
    columns: list[list[object]] = [
        [key.name for key in table.rows],
        [key.version for key in table.rows],
        [key.clock for key in table.rows],
        [row.model for row in table.rows.values()],
        [row.currency for row in table.rows.values()],
    ]
    columns += [[key.values[n] for key in table.rows] for n in range(len(table.dimensions))]
    columns += [[key.sides[n] for key in table.rows] for n in range(len(table.axes.thresholds))]
    columns += [
        [_text(row.atoms[n]) for row in table.rows.values()] for n in range(len(table.meters))
    ]
    columns += [
        [
            None if (least := row.least[n]) is None else _text(keyed.least_of(least, quantities[n]))
            for row in table.rows.values()
        ]
        for n in range(len(table.meters))
    ]
    if table.rows:
        connection.execute(
            f"insert into {name} select {', '.join('unnest(?)' for _ in columns)}", columns
        )


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def may_round(book: PriceBook, quantities: Sequence[Quantity]) -> bool:
    """Whether a request of these quantities may have an amount that is no whole number of atoms."""
    checked, meters = book.checked, {quantity.meter for quantity in quantities}
    held = {number for number, meter in enumerate(checked.meters) if meter.name in meters}
    return bool(
        any(quantity.finer for quantity in quantities)
        or checked.roundings
        or checked.limits
        or checked.conversions
        or not ends_everywhere(checked)
        or any(line.outcome == "add" for modifier in checked.modifiers for line in modifier.lines)
        or any(charge.minimums for charge in checked.charges if charge.meter in held)
    )
