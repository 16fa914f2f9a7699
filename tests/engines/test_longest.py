"""A row of a table is one request:
what is longer than any can be has the price of a single request, or its refusal.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import duckdb
import pytest

import pricelang
from pricelang.engines.warehouse import plan_of
from pricelang.engines.warehouse_plan import Plan
from pricelang.model.errors import PriceError
from tests.engines.test_one_amount import by_sql, by_table
from tests.engines.test_warehouse import RUNNING
from tests.engines.warehouses import empty_duckdb, exactly

BOOK = pricelang.load()
MODELS = (
    "claude-3-haiku-20240307",
    "claude-sonnet-4-20250514",
    "claude-sonnet-4-5",
    "claude-haiku-4-5",
    "claude-opus-4-6",
    "claude-sonnet-4-6",
    "claude-opus-4-7",
    "claude-fable-5-2",
)
DAYS = (
    "2025-11-07",
    "2026-03-01",
    "2026-03-12",
    "2026-03-13",
    "2026-03-24",
    "2026-04-29",
    "2026-04-30",
    "2026-11-20",
)
WINDOWS = (None, None, "standard", "long")
PROMPTS = (
    0,
    1_000,
    100_000,
    100_001,
    200_000,
    200_001,
    255_000,
    999_999,
    1_000_000,
    1_000_001,
    5_000_000,
)
ANSWERS = (0, 100, 4_096, 4_097, 64_000, 64_001, 128_000, 128_001, 300_000, 300_001)
METERS = {"input": True, "cache_read": True, "output": True}
DIMENSIONS = ("context_window", "service_tier")
Row = dict[str, Any]


def random_rows(seed: int, count: int) -> list[Row]:
    """Requests about what the longest can have."""
    rng = random.Random(seed)
    return [
        {
            "id": n,
            "model": rng.choice(MODELS),
            "at": _seconds(rng.choice(DAYS)),
            "context_window": rng.choice(WINDOWS),
            "service_tier": rng.choice((None, "batch")),
            "input": rng.choice(PROMPTS),
            "cache_read": rng.choice((0, 0, 1, *PROMPTS)),
            "output": rng.choice((0, 100, 100, *ANSWERS)),
        }
        for n in range(count)
    ]


def _seconds(day: str) -> int:
    from pricelang.model.instants import seconds_of

    return seconds_of(day) + 3600


def alone(row: Row, record: str = "single") -> Fraction | str:
    """What a request costs by itself, or the code of its refusal."""
    given = {name: row[name] for name in DIMENSIONS if row[name] is not None}
    usage = {meter: row[meter] for meter in METERS}
    try:
        from datetime import UTC, datetime

        at = datetime.fromtimestamp(row["at"], UTC)
        bill = BOOK.price(model=row["model"], at=at, usage=usage, record=record, **given)
    except PriceError as error:
        return error.code
    return bill.exact_total if bill.bounds is None else "across_threshold"


def whole_plan(dialect: str) -> Plan:
    return plan_of(BOOK, dialect, models=MODELS, meters=list(METERS), dimensions=DIMENSIONS)


def priced(found: Sequence[Fraction | str]) -> list[Fraction | None]:
    return [None if isinstance(amount, str) else amount for amount in found]


def test_a_table_says_what_a_request_says() -> None:
    rows, plan = random_rows(1, 500), whole_plan("duckdb")
    right = [alone(row) for row in rows]
    assert (
        min(Counter("too_long" if amount == "too_long" else "priced" for amount in right).values())
        > 100
    )
    assert by_table(BOOK, rows, DIMENSIONS, METERS, plan) == priced(right)
    small = [
        row | {"context_window": None, "input": 255_000, "cache_read": 0, "output": 100}
        for row in rows
    ]
    november = [
        row
        for row in small
        if row["model"] == "claude-sonnet-4-5" and row["at"] == _seconds("2025-11-07")
    ]
    assert {alone(row) for row in november if row["service_tier"] is None} == {Fraction("1.53225")}


@pytest.mark.parametrize("dialect", RUNNING)
def test_a_query_says_what_a_request_says(dialect: str) -> None:
    rows = random_rows(3, 300)
    assert by_sql(whole_plan(dialect), rows, DIMENSIONS, METERS, dialect) == priced(
        [alone(row) for row in rows]
    )


@pytest.mark.parametrize("dimensions", [None, DIMENSIONS])
def test_a_macro_says_what_a_request_says(
    dimensions: Sequence[str] | None, connection: duckdb.DuckDBPyConnection
) -> None:
    BOOK.duckdb(connection, models=MODELS, meters=list(METERS), dimensions=dimensions)
    rows = random_rows(4, 300)
    connection.execute(made(rows))
    given = ", ".join(f"{name} := {name}" for name in (*DIMENSIONS, *METERS))
    found = connection.execute(
        f'select try_price_of(model, "at", {given}) from u order by id'
    ).fetchall()
    assert [exactly(cost) for (cost,) in found] == priced([alone(row) for row in rows])


def test_a_plan_without_windows_takes_what_a_request_takes() -> None:
    """Where no price turns on the window, a prompt that only the long one takes has its price;
    else it has none.
    """
    row = {
        "id": 1,
        "model": "claude-opus-4-7",
        "at": _seconds("2026-11-20"),
        "input": 900_000,
        "output": 100,
        "cache_read": 0,
    }
    plan = plan_of(BOOK, "duckdb", models=["claude-opus-4-7"], meters=list(METERS), dimensions=[])
    assert by_sql(plan, [row], [], METERS, "duckdb") == [Fraction("4.5025")]
    assert by_sql(plan, [row | {"input": 1_000_001}], [], METERS, "duckdb") == [None]
    sums = plan_of(
        BOOK, "duckdb", models=["claude-opus-4-7"], meters=list(METERS), dimensions=[], sums=True
    )
    assert by_sql(sums, [row | {"input": 1_000_001}], [], METERS, "duckdb") == [
        Fraction("5.002505")
    ]


@pytest.mark.parametrize("dialect", RUNNING)
def test_sums_have_a_price_where_every_parting_costs_the_same(dialect: str) -> None:
    rows = random_rows(5, 300)
    plan = plan_of(
        BOOK, dialect, models=MODELS, meters=list(METERS), dimensions=DIMENSIONS, sums=True
    )
    right = priced([alone(row, "sum") for row in rows])
    assert by_sql(plan, rows, DIMENSIONS, METERS, dialect) == right


def test_a_table_says_why() -> None:
    rows = random_rows(2, 200)
    with empty_duckdb() as connection:
        connection.execute(made(rows))
        for sums, record in ((False, "single"), (True, "sum")):
            right = [alone(row, record) for row in rows]
            report = BOOK.report("u", ["id"], connection=connection, sums=sums)
            assert {total.by[0]: total.amount for total in report.totals} == {
                row["id"]: amount
                for row, amount in zip(rows, right, strict=True)
                if not isinstance(amount, str)
            }
            codes: Counter[str] = Counter()
            for unpriced in report.unpriced:
                codes[unpriced.code] += unpriced.rows
            assert codes == Counter(amount for amount in right if isinstance(amount, str))


def made(rows: Sequence[Row]) -> str:
    """The statement that makes a table `u` of requests."""
    listed = ", ".join(
        f"({row['id']}, '{row['model']}', make_timestamp({row['at']}000000), {_text(row['context_window'])}, {_text(row['service_tier'])}, "
        f"{row['input']}, {row['cache_read']}, {row['output']})"
        for row in rows
    )
    names = 'id, model, "at", context_window, service_tier, input, cache_read, output'
    return f"create table u as select * from (values {listed}) t({names})"


def _text(value: str | None) -> str:
    return "null" if value is None else f"'{value}'"


def test_the_sum_of_a_day_is_no_request(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "create table u as select 'claude-haiku-4-5' as model, date '2026-11-01' as at, 900000 as input, 1000000 as output"
    )
    with pytest.raises(
        PriceError,
        match="a request to `claude-haiku-4-5-20251001` cannot have a prompt of 900,000 tokens: the limit is 200,000",
    ):
        BOOK.price_table("u", connection=connection)
    (row,) = BOOK.price_table("u", connection=connection, sums=True).fetchall()  # type: ignore[union-attr]
    assert Fraction(row[-1]) == Fraction("5.9")


@pytest.mark.parametrize("tier", ["batch", "standard"])
def test_an_answer_that_only_a_batch_can_have(
    tier: str, connection: duckdb.DuckDBPyConnection
) -> None:
    """A value that holds for all rows has the limits of its requests, as one that a column says."""
    row: Row = {
        "id": 1,
        "model": "claude-opus-4-6",
        "at": _seconds("2026-03-24"),
        "input": 1,
        "cache_read": 0,
        "output": 200_000,
    }
    right = priced([alone(row | {"context_window": None, "service_tier": tier})])
    assert (right[0] is None) == (tier == "standard")
    for fixed in [{"service_tier": tier}, *([{}] if tier == "standard" else [])]:
        plan = plan_of(
            BOOK, "duckdb", models=[row["model"]], meters=list(METERS), dimensions=[], fixed=fixed
        )
        assert by_sql(plan, [row], [], METERS, "duckdb") == right
        BOOK.duckdb(connection, models=[row["model"]], meters=list(METERS), dimensions=[], **fixed)
        asked = f"try_price_of('claude-opus-4-6', make_timestamp({row['at']}000000), input := 1, output := 200000)"
        assert [
            exactly(cost) for (cost,) in connection.execute(f"select {asked}").fetchall()
        ] == right
