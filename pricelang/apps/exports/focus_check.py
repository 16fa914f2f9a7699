"""Cost rows against the column rules of FOCUS 1.2: names, types,
nulls, allowed values, periods, and what costs must equal.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from attrs import define, frozen

from pricelang.apps.exports.focus_reading import csv_texts, parquet_texts
from pricelang.apps.exports.focus_rules import (
    DECIMAL,
    IDENTITIES,
    INSTANT,
    OBJECT,
    OF_USAGE,
    RULES,
    ColumnRule,
)
from pricelang.present.text import did_you_mean, shown

_DECIMAL = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,60})?(E[+-]?[0-9]{1,2})?\Z", re.ASCII)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}\Z", re.ASCII)
_UNIT = re.compile(r"([0-9]+) (.+)\Z", re.ASCII)


@frozen
class Problem:
    """A rule that a file breaks:
    `row` counts from 1 behind the header and is None for the header.
    """

    row: int | None
    column: str
    message: str


@define(eq=False)
class FileCheck:
    """The check of one CSV or Parquet file; `rows` counts those that were looked at so far."""

    path: str
    rows: int = 0

    def problems(self) -> Iterator[Problem]:
        """The problems in the order of the rows, which are read one by one.
        Raises `BadRequest` for an unreadable file.
        """
        found = (
            parquet_texts(self.path)
            if self.path.lower().endswith(".parquet")
            else csv_texts(self.path)
        )
        yield from check_rows(next(found), self._counted(found))

    def _counted(self, rows: Iterator[list[str]]) -> Iterator[list[str]]:
        for row in rows:
            self.rows += 1
            yield row


def check_rows(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[Problem]:
    """The problems of rows whose cells are texts, in the order of the rows;
    an empty cell is null.
    """
    yield from _header_problems(header)
    for number, cells in enumerate(rows, 1):
        if len(cells) != len(header):
            yield Problem(
                number, "", f"the row has {len(cells)} cells, and the header {len(header)}"
            )
            continue
        row = dict(zip(header, cells, strict=True))
        for column, message in _row_problems(row):
            yield Problem(number, column, message)


def _header_problems(header: Sequence[str]) -> Iterator[Problem]:
    for name in sorted({name for name in header if list(header).count(name) > 1}):
        yield Problem(None, name, "the column stands twice")
    for name, rule in RULES.items():
        if rule.must and name not in header:
            yield Problem(None, name, "the mandatory column is missing")
    for name in header:
        if name not in RULES and not name.startswith("x_"):
            yield Problem(
                None,
                name,
                "is not a column of FOCUS 1.2, and a column of your own begins with `x_`"
                + (f"; {help}" if (help := did_you_mean(name, RULES)) else ""),
            )


def _row_problems(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    numbers: dict[str, Fraction] = {}
    instants: dict[str, datetime.datetime] = {}
    for name, cell in row.items():
        rule = RULES.get(name)
        if rule is None:
            continue
        if not cell:
            if not rule.null:
                yield name, "is null, and must not be"
            continue
        problem = _type_problem(name, rule, cell, numbers, instants)
        if problem is not None:
            yield name, problem
        elif rule.allowed and cell not in rule.allowed:
            yield name, f"is `{shown(cell)}`, and not one of {', '.join(rule.allowed)}"
    yield from _usage_problems(row)
    yield from _period_problems(row, instants)
    yield from _cost_problems(row, numbers)


def _type_problem(
    name: str,
    rule: ColumnRule,
    cell: str,
    numbers: dict[str, Fraction],
    instants: dict[str, datetime.datetime],
) -> str | None:
    if rule.type == DECIMAL:
        if not _DECIMAL.match(cell):
            return f"is `{shown(cell)}`, and not {DECIMAL}"
        numbers[name] = Fraction(cell)
    elif rule.type == INSTANT:
        try:
            if not _INSTANT.match(cell):
                raise ValueError
            instants[name] = datetime.datetime.fromisoformat(cell)
        except ValueError:
            return f"is `{shown(cell)}`, and not {INSTANT} such as 2026-05-01T00:00:00Z"
    elif rule.type == OBJECT:
        try:
            value = json.loads(cell)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            return f"is `{shown(cell)}`, and not {OBJECT}"
        if name == "Tags" and any(isinstance(inner, dict | list) for inner in value.values()):
            return "holds a value that is not a text, number, true, false or null"
    elif name in ("BillingCurrency", "PricingCurrency") and not _CURRENCY.match(cell):
        return f"is `{shown(cell)}`, and no ISO 4217 code"
    return None


def _usage_problems(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if row.get("ChargeCategory") == "Usage" and row.get("ChargeClass", "") != "Correction":
        for name in OF_USAGE:
            if name in row and not row[name]:
                yield name, "is null in a row of usage"
    for quantity, unit in (
        ("PricingQuantity", "PricingUnit"),
        ("ConsumedQuantity", "ConsumedUnit"),
    ):
        if quantity in row and unit in row and bool(row[quantity]) != bool(row[unit]):
            yield unit, f"`{quantity}` and `{unit}` are null together or not at all"


def _period_problems(
    row: Mapping[str, str], instants: Mapping[str, datetime.datetime]
) -> Iterator[tuple[str, str]]:
    for kind in ("Billing", "Charge"):
        start, end = instants.get(f"{kind}PeriodStart"), instants.get(f"{kind}PeriodEnd")
        if start is not None and end is not None and start >= end:
            yield f"{kind}PeriodEnd", f"{kind}PeriodStart is not before it"
    charge, first, last = (
        instants.get("ChargePeriodStart"),
        instants.get("BillingPeriodStart"),
        instants.get("BillingPeriodEnd"),
    )
    inside = charge is None or first is None or last is None or first <= charge < last
    if (
        not inside
        and row.get("ChargeClass", "") != "Correction"
        and row.get("ChargeCategory") == "Usage"
    ):
        yield (
            "ChargePeriodStart",
            "lies outside of the billing period, in a row of usage that is not a correction",
        )


def _cost_problems(
    row: Mapping[str, str], numbers: Mapping[str, Fraction]
) -> Iterator[tuple[str, str]]:
    for cost, price in IDENTITIES:
        if cost in numbers and price in numbers and "PricingQuantity" in numbers:
            product = numbers[price] * numbers["PricingQuantity"]
            if product != numbers[cost]:
                yield cost, f"is {row[cost]}, and {price} x PricingQuantity is not"
    for price in ("ListUnitPrice", "ContractedUnitPrice"):
        if numbers.get(price, 0) < 0:
            yield price, "is negative"
    unit = _UNIT.match(row.get("PricingUnit", ""))
    if (
        unit
        and len(unit[1]) < 20
        and unit[2] == row.get("ConsumedUnit")
        and "PricingQuantity" in numbers
        and "ConsumedQuantity" in numbers
    ):
        # A quantity without a finite decimal is cut off far behind its point.
        if abs(numbers["PricingQuantity"] * int(unit[1]) - numbers["ConsumedQuantity"]) > Fraction(
            1, 10**12
        ):
            yield (
                "PricingQuantity",
                f"is {row['PricingQuantity']} of {unit[0]}, and ConsumedQuantity is "
                f"{row['ConsumedQuantity']} {unit[2]}",
            )


# ---- files ---------------------------------------------------------------------------------------
