"""The compiled rates as a table of DuckDB that usage is joined to, and whether its sums are whole
numbers of atoms.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pricelang.apps.price_book import PriceBook
from pricelang.engines import join_keys as keyed
from pricelang.engines.join_keys import Quantity
from pricelang.engines.plan import key_values, part_names
from pricelang.evaluate.rate_table.scale import ends_everywhere
from pricelang.evaluate.rate_table.table import RateTable
from pricelang.model import book as m
from pricelang.model import rule_kinds as k
from pricelang.model import rules as r

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def store_rates(
    connection: DuckDBPyConnection, name: str, table: RateTable, quantities: Sequence[Quantity]
) -> None:
    """Makes a temporary table of the rates, empty where there are none."""
    meters, rows = range(len(table.meters)), table.rows.values()
    names = part_names(table.axes, len(table.dimensions))
    types = [f"{part} {_type(part)}" for part in names] + ["model varchar", "currency varchar"]
    types += [f"atoms_{n} {'bigint' if table.widest(n) < 1 << 62 else 'hugeint'}" for n in meters]
    types += [f"least_{n} hugeint" for n in meters]
    connection.execute(f"create or replace temp table {name} ({', '.join(types)})")
    if not rows:
        return
    keys = zip(*(key_values(table.axes, key) for key in table.rows), strict=True)
    columns: list[list[object]] = [list(column) for column in keys]
    columns += [[row.model for row in rows], [row.currency for row in rows]]
    columns += [[_text(row.atoms[n]) for row in rows] for n in meters]
    columns += [
        [_text(keyed.least_units(row.least[n], quantities[n])) for row in rows] for n in meters
    ]
    marks = ", ".join("unnest(?)" for _ in columns)
    connection.execute(f"insert into {name} select {marks}", columns)


def _type(part: str) -> str:
    return "varchar" if part == "name" or part.startswith("value") else "smallint"


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def may_round(book: PriceBook, quantities: Sequence[Quantity]) -> bool:
    """Whether a request of these quantities may have an amount that is no whole number of atoms."""
    checked = book.checked
    meters = {quantity.meter for quantity in quantities}
    held = frozenset(n for n, meter in enumerate(checked.meters) if meter.name in meters)
    return (
        any(quantity.finer for quantity in quantities)
        or not ends_everywhere(checked)
        or any(_may_round(checked, rule, held) for rule in r.rules_of(checked))
    )


def _may_round(book: m.Book, rule: k.Rule, held: frozenset[int]) -> bool:
    """Whether a rule may make an amount of some meters that is no sum of quantity times price."""
    match rule:
        case k.ModifierRule(line=line):
            return line.outcome == "add"
        case k.ChargeMinimumRule(charge=number):
            return book.charges[number].meter in held
        case (
            k.PriceRule()
            | k.DerivationRule()
            | k.ChargePriceRule()
            | k.ChargePoolRule()
            | k.ChargeFreeRule()
        ):
            return False
        case _:
            return r.stage_of(rule) not in ("name", "existence", "told")
