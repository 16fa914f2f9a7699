"""Prices by the hour of the week in two zones, on the engines: on both sides of each change of
daylight saving time and of each window, every way says what the evaluator of single requests says.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from pricelang.engines.warehouse import plan_of, query
from pricelang.engines.warehouse_rates import table_statements
from tests.engines.test_accounts import book_of
from tests.engines.test_one_amount import by_macro
from tests.engines.test_warehouse import RUNNING, asked, usage_statements
from tests.engines.warehouses import exactly, run
from tests.oracle_requests import CHANGES

BOOK = """book clocks in USD
unit MTok is 1,000,000 tokens
dimension hours default off_peak
  peak      from 01:00 before 04:00, from 06:00 before 10:00 on weekdays in UTC
  peak      from 05:00 before 05:30 on saturday, sunday
  off_peak  otherwise
dimension desk default closed
  open    from 00:30 before 02:30 on sunday, monday in America/New_York
  night   from 22:00 before 00:15 on saturday in America/New_York
  closed  otherwise
dimension shore default calm
  windy  on weekends in Australia/Lord_Howe
  calm   otherwise
meter input, output in tokens
models
  | model | released   |
  | m-1   | 2026-01-01 |
rates per MTok
  | model | from       | input | output |
  | m-1   | 2026-01-01 | $1    | $4     |
  | m-1   | 2026-11-01 | $3    | $5     |
multiplier a
  x 2 on input, output  when hours is peak
multiplier b
  x 3 on input  when desk is open
  x 5 on input  when desk is night
multiplier c
  x 7 on output  when shore is windy
stack a, b, c
"""
METERS = {"input": True, "output": True}
HOUR = 3600
INSTANTS = sorted(
    {
        change + hour * HOUR + step
        for change in CHANGES
        for hour in range(-6, 7)
        for step in (-1, 0, 1800, 899)
    }
    | {1_772_323_200 + hour * HOUR + step for hour in range(0, 200, 3) for step in (-1, 0)}
)
ROWS: list[dict[str, Any]] = [
    {"id": number, "model": "m-1", "at": at, "input": 1_000_000, "output": 1_000}
    for number, at in enumerate(INSTANTS)
]


@pytest.mark.parametrize("instants", ["plain", "zoned"])
@pytest.mark.parametrize("dialect", [*RUNNING, pytest.param("spark", marks=pytest.mark.campaign)])
def test_every_instant_costs_what_it_costs_alone(dialect: str, instants: str) -> None:
    book = book_of(BOOK)
    plan = plan_of(book, dialect, meters=list(METERS), dimensions=[], instants=instants)
    statements = [*table_statements(plan), *usage_statements(plan, ROWS, [], METERS)]
    found = {
        int(number or 0): exactly(cost)
        for number, cost in run(dialect, statements, query(plan, "null"), ["id", "cost"])
    }
    expected = {row["id"]: asked(book, row, [], METERS) for row in ROWS}
    assert len(set(expected.values())) > 8
    assert found == expected


def test_the_macro() -> None:
    book = book_of(BOOK)
    plan = plan_of(book, "duckdb", meters=list(METERS), dimensions=[])
    expected = [asked(book, row, [], METERS) for row in ROWS[::9]]
    assert list(by_macro(book, ROWS[::9], [], METERS, plan)) == expected


# ---- the dialects that do not run here -----------------------------------------------------------

ELSEWHERE = ("bigquery", "redshift", "snowflake", "trino")
IN_DUCKDB = (
    # what a dialect's functions do, as its manual says, where sqlglot has no word for them
    "create macro with_timezone(x, y) as x at time zone y",
    "create macro at_timezone(x, y) as x at time zone y",
)


def translated(dialect: str, text: str) -> str:
    """A statement of another dialect as one of DuckDB, by sqlglot's reading of it."""

    def changed(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.DataType) and node.this == exp.DataType.Type.BIGDECIMAL:
            return exp.DataType.build("double")  # for BIGNUMERIC, whose decimals move
        if isinstance(node, exp.DataType) and node.is_type("timestamp"):
            return exp.DataType.build("timestamp")  # which has twelve decimals in Trino
        if (
            isinstance(node, exp.Extract)
            and dialect == "bigquery"
            and "DAYOFWEEK" in node.this.name
        ):
            return exp.paren(node + 1)  # where Sunday is 1
        if isinstance(node, exp.Anonymous) and node.name.lower() == "is_date":
            (variant,) = node.expressions
            return exp.Typeof(this=variant.this).eq("DATE")
        if isinstance(node, exp.Typeof) and dialect == "trino":
            return exp.Lower(this=node)
        if isinstance(node, exp.Anonymous) and node.name.lower() == "octet_length":
            return exp.func("strlen", *node.expressions)
        if isinstance(node, exp.Cast) and node.this.is_string and node.sql().endswith("DECIMAL)"):
            return exp.Literal.number(node.this.name)  # DECIMAL '0.01' has its decimals
        return node

    (tree,) = sqlglot.parse(text, read=dialect)
    assert tree is not None
    return tree.transform(changed).sql("duckdb")


@pytest.mark.parametrize("instants", ["plain", "zoned"])
@pytest.mark.parametrize("dialect", ELSEWHERE)
def test_the_texts_of_other_dialects_say_so_in_duckdb(dialect: str, instants: str) -> None:
    """The functions of zones and days mean what is meant, as far as sqlglot reads them right."""
    book = book_of(BOOK)
    plan = plan_of(book, dialect, meters=list(METERS), dimensions=[], instants=instants)
    own = plan_of(book, "duckdb", meters=list(METERS), dimensions=[], instants=instants)
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'America/Los_Angeles'")
        for text in IN_DUCKDB:
            connection.execute(text)
        for text in usage_statements(own, ROWS, [], METERS):
            connection.execute(text)
        for text in table_statements(plan):
            connection.execute(translated(dialect, text))
        done = f"select id, cost from ({translated(dialect, query(plan, 'null'))})"
        found = {number: Fraction(cost) for number, cost in connection.execute(done).fetchall()}
    expected = {row["id"]: asked(book, row, [], METERS) for row in ROWS}
    if dialect == "bigquery":
        found = {number: cost.limit_denominator(10**6) for number, cost in found.items()}
    assert found == expected
