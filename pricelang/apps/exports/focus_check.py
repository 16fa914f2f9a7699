"""Cost rows against the column rules of FOCUS 1.2: names, types,
nulls, allowed values, periods, and what costs must equal.
"""

from __future__ import annotations

import csv
import datetime
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from attrs import define, frozen

from pricelang.model.errors import BadRequest
from pricelang.present.text import did_you_mean, shown
from pricelang.usage.io.csv_lines import csv_rows
from pricelang.usage.io.offline import open_duckdb

DECIMAL, TEXT, INSTANT, OBJECT = "a decimal", "a text", "a UTC instant", "a JSON object"
_DECIMAL = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,60})?(E[+-]?[0-9]{1,2})?\Z", re.ASCII)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}\Z", re.ASCII)
_UNIT = re.compile(r"([0-9]+) (.+)\Z", re.ASCII)


@frozen
class Rule:
    """What one column must be: `must` says that it is mandatory,
    `null` that a cell may be empty.
    """

    type: str
    null: bool = True
    must: bool = False
    allowed: tuple[str, ...] = ()


_COST = Rule(DECIMAL, False, True)
_NAME = Rule(TEXT, False, True)
_PERIOD = Rule(INSTANT, False, True)

RULES: Mapping[str, Rule] = {
    "BilledCost": _COST,
    "ContractedCost": _COST,
    "EffectiveCost": _COST,
    "ListCost": _COST,
    "BillingAccountId": _NAME,
    "BillingAccountName": Rule(TEXT, True, True),
    "BillingCurrency": _NAME,
    "BillingPeriodStart": _PERIOD,
    "BillingPeriodEnd": _PERIOD,
    "ChargePeriodStart": _PERIOD,
    "ChargePeriodEnd": _PERIOD,
    "ChargeCategory": Rule(TEXT, False, True, ("Usage", "Purchase", "Tax", "Credit", "Adjustment")),
    "ChargeClass": Rule(TEXT, True, True, ("Correction",)),
    "ChargeDescription": Rule(TEXT, True, True),
    "InvoiceIssuerName": _NAME,
    "PricingQuantity": Rule(DECIMAL, True, True),
    "PricingUnit": Rule(TEXT, True, True),
    "ProviderName": _NAME,
    "PublisherName": _NAME,
    "ServiceName": _NAME,
    "ServiceCategory": Rule(
        TEXT,
        False,
        True,
        (
            "AI and Machine Learning",
            "Analytics",
            "Business Applications",
            "Compute",
            "Databases",
            "Developer Tools",
            "Identity",
            "Integration",
            "Internet of Things",
            "Management and Governance",
            "Media",
            "Migration",
            "Mobile",
            "Multicloud",
            "Networking",
            "Security",
            "Storage",
            "Web",
            "Other",
        ),
    ),
    "ChargeFrequency": Rule(TEXT, False, False, ("One-Time", "Recurring", "Usage-Based")),
    "PricingCategory": Rule(TEXT, True, False, ("Standard", "Dynamic", "Committed", "Other")),
    **{
        name: Rule(DECIMAL)
        for name in (
            "ConsumedQuantity",
            "ContractedUnitPrice",
            "ListUnitPrice",
            "CommitmentDiscountQuantity",
            "PricingCurrencyContractedUnitPrice",
            "PricingCurrencyEffectiveCost",
            "PricingCurrencyListUnitPrice",
        )
    },
    **{name: Rule(OBJECT) for name in ("Tags", "SkuPriceDetails")},
    **{
        name: Rule(TEXT)
        for name in (
            "AvailabilityZone",
            "BillingAccountType",
            "CapacityReservationId",
            "CapacityReservationStatus",
            "CommitmentDiscountCategory",
            "CommitmentDiscountId",
            "CommitmentDiscountName",
            "CommitmentDiscountStatus",
            "CommitmentDiscountType",
            "CommitmentDiscountUnit",
            "ConsumedUnit",
            "InvoiceId",
            "PricingCurrency",
            "RegionId",
            "RegionName",
            "ResourceId",
            "ResourceName",
            "ResourceType",
            "ServiceSubcategory",
            "SkuId",
            "SkuMeter",
            "SkuPriceId",
            "SubAccountId",
            "SubAccountName",
            "SubAccountType",
        )
    },
}
"""The columns of FOCUS 1.2; a provider's own begin with `x_`."""

CHUNK = 10_000

OF_USAGE = (
    "PricingQuantity",
    "PricingUnit",
    "ListUnitPrice",
    "ContractedUnitPrice",
    "ConsumedQuantity",
    "ConsumedUnit",
    "PricingCategory",
    "SkuId",
    "SkuPriceId",
)
"""What a row of usage says where the file has the column."""

IDENTITIES = (("ListCost", "ListUnitPrice"), ("ContractedCost", "ContractedUnitPrice"))


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
            _parquet_rows(self.path)
            if self.path.lower().endswith(".parquet")
            else _csv_rows(self.path)
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
    rule: Rule,
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


def _csv_rows(path: str) -> Iterator[list[str]]:
    """The header and the rows of a CSV file."""
    try:
        # closed below, but for standard input
        stream = sys.stdin
        if path != "-":
            stream = open(path, encoding="utf-8-sig", newline="")  # noqa: SIM115
    except (OSError, ValueError) as error:
        raise BadRequest(
            "unreadable_file",
            f"`{shown(path)}` cannot be read: {getattr(error, 'strerror', None) or error}",
        ) from None
    empty = True
    try:
        for _, row in csv_rows(stream):
            empty = False
            yield row
    except (csv.Error, UnicodeDecodeError) as error:
        raise BadRequest("bad_csv", f"`{shown(path)}` is no CSV in UTF-8: {error}") from None
    finally:
        if path != "-":
            stream.close()
    if empty:
        raise BadRequest("bad_csv", f"`{shown(path)}` is empty: FOCUS rows have a header")


def _parquet_rows(path: str) -> Iterator[list[str]]:
    """The header and the rows of a Parquet file, as texts;
    an instant has the form in which FOCUS writes it.
    """
    try:
        import duckdb
    except ImportError:
        raise BadRequest(
            "missing_extra", "Parquet needs the extra `duckdb`", help="install `pricelang[duckdb]`"
        ) from None
    if not os.path.exists(path):
        raise BadRequest("unreadable_file", f"`{shown(path)}` cannot be read: no such file")
    try:
        with open_duckdb() as connection:
            connection.execute("set timezone = 'UTC'")
            quoted = path.replace("'", "''")
            columns = [
                (str(row[0]), str(row[1]))
                for row in connection.execute(
                    f"describe select * from read_parquet('{quoted}')"
                ).fetchall()
            ]
            yield [name for name, _ in columns]
            found = connection.execute(
                f"select {', '.join(_cell_sql(name, kind) for name, kind in columns)} from "
                f"read_parquet('{quoted}')"
            )
            while rows := found.fetchmany(CHUNK):
                yield from (["" if cell is None else str(cell) for cell in row] for row in rows)
    except duckdb.Error as error:
        raise BadRequest(
            "unreadable_file",
            f"`{shown(path)}` is no Parquet file: {str(error).strip().splitlines()[0]}",
        ) from None


def _cell_sql(name: str, kind: str) -> str:
    column = '"' + name.replace('"', '""') + '"'
    return (
        f"strftime({column}, '%Y-%m-%dT%H:%M:%SZ')"
        if kind.startswith("TIMESTAMP")
        else f"{column}::varchar"
    )
