"""A row of a table is one request: what is longer than any can be has the price of a single request, or its refusal."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import duckdb
import pytest

import pricelang
from pricelang.engines.warehouse import Plan, plan_of
from pricelang.rating.errors import PriceError
from tests.engines.test_one_amount import by_table

BOOK = pricelang.load()
MODELS = (
    "claude-3-haiku-20240307", "claude-sonnet-4-20250514", "claude-sonnet-4-5", "claude-haiku-4-5", "claude-opus-4-6",
    "claude-sonnet-4-6", "claude-opus-4-7", "claude-fable-5-2",
)  # fmt: skip
DAYS = ("2025-11-07", "2026-03-01", "2026-03-12", "2026-03-13", "2026-03-24", "2026-04-29", "2026-04-30", "2026-11-20")
WINDOWS = (None, None, "standard", "long")
PROMPTS = (0, 1_000, 100_000, 100_001, 200_000, 200_001, 255_000, 999_999, 1_000_000, 1_000_001, 5_000_000)
ANSWERS = (0, 100, 4_096, 4_097, 64_000, 64_001, 128_000, 128_001, 300_000, 300_001)
METERS = {"input": True, "cache_read": True, "output": True}
DIMENSIONS = ("context_window", "service_tier")
Row = dict[str, Any]


def random_rows(seed: int, count: int) -> list[Row]:
    """Requests about what the longest can have."""
    rng = random.Random(seed)
    return [
        {
            "id": n, "model": rng.choice(MODELS), "at": _seconds(rng.choice(DAYS)), "context_window": rng.choice(WINDOWS),
            "service_tier": rng.choice((None, "batch")), "input": rng.choice(PROMPTS),
            "cache_read": rng.choice((0, 0, 1, *PROMPTS)), "output": rng.choice((0, 100, 100, *ANSWERS)),
        }
        for n in range(count)
    ]  # fmt: skip


def _seconds(day: str) -> int:
    from pricelang.rating.instants import seconds_of

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
    assert min(Counter("too_long" if amount == "too_long" else "priced" for amount in right).values()) > 100
    assert by_table(BOOK, rows, DIMENSIONS, METERS, plan) == priced(right)
    small = [row | {"context_window": None, "input": 255_000, "cache_read": 0, "output": 100} for row in rows]
    november = [row for row in small if row["model"] == "claude-sonnet-4-5" and row["at"] == _seconds("2025-11-07")]
    assert {alone(row) for row in november if row["service_tier"] is None} == {Fraction("1.53225")}


def test_a_table_says_why() -> None:
    rows = random_rows(2, 200)
    listed = ", ".join(
        f"({row['id']}, '{row['model']}', make_timestamp({row['at']}000000), {_text(row['context_window'])}, {_text(row['service_tier'])}, "
        f"{row['input']}, {row['cache_read']}, {row['output']})"
        for row in rows
    )
    with duckdb.connect() as connection:
        names = 'id, model, "at", context_window, service_tier, input, cache_read, output'
        connection.execute(f"create table u as select * from (values {listed}) t({names})")
        for sums, record in ((False, "single"), (True, "sum")):
            right = [alone(row, record) for row in rows]
            report = BOOK.report("u", ["id"], connection=connection, sums=sums)
            assert {total.by[0]: total.amount for total in report.totals} == {
                row["id"]: amount for row, amount in zip(rows, right, strict=True) if not isinstance(amount, str)
            }
            codes: Counter[str] = Counter()
            for unpriced in report.unpriced:
                codes[unpriced.code] += unpriced.rows
            assert codes == Counter(amount for amount in right if isinstance(amount, str))


def _text(value: str | None) -> str:
    return "null" if value is None else f"'{value}'"


def test_the_sum_of_a_day_is_no_request(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create table u as select 'claude-haiku-4-5' as model, date '2026-11-01' as at, 900000 as input, 1000000 as output")
    with pytest.raises(PriceError, match="no such request to `claude-haiku-4-5-20251001` has a prompt of 900,000 tokens: 200,000 are the most"):
        BOOK.price_table("u", connection=connection)
    (row,) = BOOK.price_table("u", connection=connection, sums=True).fetchall()  # type: ignore[union-attr]
    assert Fraction(row[-1]) == Fraction("5.9")
