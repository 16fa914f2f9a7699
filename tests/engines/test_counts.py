"""Columns of input that include the cache: what is taken from them, and what is never guessed."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pricelang
from pricelang.engines.columns import Fixed, columns_of
from pricelang.engines.warehouse import plan_of, query
from pricelang.engines.warehouse_rates import table_statements
from pricelang.model.errors import BadRequest
from tests.engines.warehouses import empty_duckdb, exactly, run

OPUS = "claude-opus-4-7"
HALF = {
    "input": "prompt_tokens-cached_tokens",
    "output": "completion_tokens",
    "cache_read": "cached_tokens",
}
ALL = HALF | {"input": "prompt_tokens-cached_tokens-written", "cache_write_5m": "written"}


def make(
    connection: duckdb.DuckDBPyConnection,
    *rows: str,
    kind: str = "bigint",
    names: str = "prompt_tokens, completion_tokens, cached_tokens, written",
) -> None:
    columns = ", ".join(f"{name.strip()} {kind}" for name in names.split(","))
    connection.execute(f'create or replace table u (model varchar, "at" timestamp, {columns})')
    for row in rows:
        connection.execute(f"insert into u values ('{OPUS}', timestamp '2026-05-01', {row})")


@pytest.mark.parametrize("kind", ["bigint", "varchar", "double", "hugeint", "decimal(18,0)"])
def test_a_column_less_others(
    kind: str, connection: duckdb.DuckDBPyConnection, book: pricelang.Book
) -> None:
    make(connection, "11500, 150, 5400, 5400", "100, 1, 0, null", kind=kind)
    right = book.total(
        model=OPUS,
        at="2026-05-01",
        usage={"input": 700, "output": 150, "cache_read": 5400, "cache_write_5m": 5400},
    )
    right += book.total(model=OPUS, at="2026-05-01", usage={"input": 100, "output": 1})
    assert (
        sum(row[-1] for row in book.price_table("u", connection=connection, mapping=ALL).fetchall())
        == right
    )  # type: ignore[union-attr]
    (total,) = book.report("u", connection=connection, mapping=ALL).totals
    assert (total.amount, dict(total.quantities)["input"]) == (Fraction(right), 800)


@pytest.mark.parametrize("kind", ["bigint", "varchar"])
def test_a_negative_result_refuses_the_row(
    kind: str, connection: duckdb.DuckDBPyConnection, book: pricelang.Book
) -> None:
    make(connection, "100, 1, 120, 0", "200, 1, 120, 0", kind=kind)
    report = book.report("u", connection=connection, mapping=HALF)
    assert [(found.rows, found.code, found.reason) for found in report.unpriced] == [
        (1, "bad_quantity", "the quantity of `input` is negative: 100 less 120")
    ]
    assert report.totals[0].rows == 1
    with pytest.raises(
        pricelang.PriceError, match="row 1 has no price: the quantity of `input` is negative"
    ):
        book.price_table("u", connection=connection, mapping=HALF)


@given(st.lists(st.tuples(*[st.integers(0, 50)] * 4), min_size=1, max_size=12))
def test_what_is_taken_away_is_taken_away_once(rows: list[tuple[int, int, int, int]]) -> None:
    with empty_duckdb() as connection:
        make(connection, *(f"{p}, {o}, {r}, {w}" for p, o, r, w in rows))
        report = BOOK.report("u", connection=connection, mapping=ALL)
    kept = [row for row in rows if row[0] >= row[2] + row[3]]
    right = [
        BOOK.price(
            model=OPUS,
            at="2026-05-01",
            usage={"input": p - r - w, "output": o, "cache_read": r, "cache_write_5m": w},
        ).exact_total
        for p, o, r, w in kept
    ]
    assert sum(total.amount for total in report.totals) == sum(right)
    assert sum(found.rows for found in report.unpriced) == len(rows) - len(kept)


BOOK = pricelang.load()


@pytest.mark.parametrize(
    "names",
    [
        "prompt_tokens, cached_tokens",
        '"Prompt Tokens", cache_read_tokens',
        "input_tokens, cached_tokens",
        '"promptTokenCount", "cachedContentTokenCount"',
    ],
)
def test_a_name_that_includes_the_cache_is_not_taken_as_it_is(
    names: str, connection: duckdb.DuckDBPyConnection, book: pricelang.Book
) -> None:
    make(connection, "100, 20", names=names)
    first, second = (name.strip().strip('"') for name in names.split(","))
    with pytest.raises(BadRequest, match="by its name includes the cache") as raised:
        book.report("u", connection=connection, mapping={"input": first, "cache_read": second})
    assert f"`input={first}-{second}`" in str(raised.value.help)
    with pytest.raises(BadRequest, match="by its name includes the cache"):
        plan_of(book, "duckdb", mapping={"input": first, "cache_read": second})
    for text, used in ((f"{first}-{second}", 80), (f'"{first}"', 100)):
        (total,) = book.report(
            "u", connection=connection, mapping={"input": text, "cache_read": second}
        ).totals
        assert dict(total.quantities) == {"input": used, "cache_read": 20}


def test_without_the_cache_or_under_the_name_of_the_book_a_column_is_as_it_is(
    connection: duckdb.DuckDBPyConnection, book: pricelang.Book
) -> None:
    make(connection, "100, 20", names="prompt_tokens, completion_tokens")
    (total,) = book.report(
        "u",
        connection=connection,
        mapping={"input": "prompt_tokens", "output": "completion_tokens"},
    ).totals
    assert dict(total.quantities) == {"input": 100, "output": 20}
    make(connection, "100, 20", names="input, cached_tokens")
    (total,) = book.report(
        "u", connection=connection, mapping={"cache_read": "cached_tokens"}
    ).totals
    assert dict(total.quantities) == {"input": 100, "cache_read": 20}


@pytest.mark.parametrize("kind", ["bigint", "varchar"])
def test_a_total_says_what_is_inside(
    kind: str, connection: duckdb.DuckDBPyConnection, book: pricelang.Book
) -> None:
    names = '"Total Tokens", "Prompt Tokens", "Completion Tokens", "Cache Read Tokens"'
    mapping = {
        "input": "Prompt Tokens",
        "output": "Completion Tokens",
        "cache_read": "Cache Read Tokens",
    }
    make(
        connection,
        "110, 100, 10, 40",
        "150, 100, 10, 40",
        "110, 100, 10, 0",
        "120, 100, 10, 40",
        "null, 100, 10, 40",
        kind=kind,
        names=names,
    )
    report = book.report("u", connection=connection, mapping=mapping)
    assert dict(report.totals[0].quantities) == {
        "input": 60 + 100 + 100,
        "output": 30,
        "cache_read": 80,
    }
    assert sorted(found.reason for found in report.unpriced) == [
        "the total is 0, which is neither the sum with the cache inside of `input` (110) nor beside it (150)",
        "the total is 120, which is neither the sum with the cache inside of `input` (110) nor beside it (150)",
    ]


@pytest.mark.parametrize("dialect", ["duckdb", "clickhouse", "postgres"])
def test_sql_takes_columns_away(dialect: str, book: pricelang.Book) -> None:
    plan = plan_of(book, dialect, models=[OPUS], mapping=ALL, dimensions=[])
    kinds = (
        ("Nullable(Int64)", "Nullable(String)", " engine = MergeTree order by tuple()")
        if dialect == "clickhouse"
        else ("bigint", "varchar", "")
    )
    at = "DateTime64(3, 'UTC')" if dialect == "clickhouse" else "timestamp"
    name = plan.dialect.words.name
    columns = ", ".join(
        f"{name(column)} {kinds[0]}"
        for column in ("id", "prompt_tokens", "completion_tokens", "cached_tokens", "written")
    )
    moment = plan.dialect.clock(plan.instants).instant(1_777_593_600)
    statements = [
        *table_statements(plan),
        f"create table {name('usage')} ({name('model')} {kinds[1]}, {name('at')} {at}, {columns}){kinds[2]}",
        f"insert into {name('usage')} values ('{OPUS}', {moment}, 1, 11500, 150, 5400, 5400), ('{OPUS}', {moment}, 2, 100, 0, 120, 0)",
    ]
    found = {
        row[0]: (exactly(row[1]), row[2])
        for row in run(dialect, statements, query(plan, "null"), ["id", "cost", "pl_reason"])
    }
    right = book.total(
        model=OPUS,
        at="2026-05-01",
        usage={"input": 700, "output": 150, "cache_read": 5400, "cache_write_5m": 5400},
    )
    assert found == {
        "1": (Fraction(right), None),
        "2": (None, "`input` is not a quantity, or is too large or too fine"),
    }


def test_names_with_a_minus(connection: duckdb.DuckDBPyConnection, book: pricelang.Book) -> None:
    make(connection, "100, 20", names='"prompt-all", "from-cache"')
    for text, used in (("prompt-all", 100), ('"prompt-all"-"from-cache"', 80)):
        (total,) = book.report(
            "u", connection=connection, mapping={"input": text, "cache_read": "from-cache"}
        ).totals
        assert dict(total.quantities)["input"] == used
    with pytest.raises(BadRequest, match="there is no column `cache` for `input`"):
        book.report("u", connection=connection, mapping={"input": '"prompt-all"-cache'})


def test_a_column_may_be_named_as_a_counter_that_a_meter_counts() -> None:
    book = pricelang.load(Path(__file__).parents[1] / "corpus" / "good" / "counters.price").checked
    present = ("model", "at", "input", "output", "cache_write_5m")
    found = columns_of(book, present, {}, Fixed())
    assert dict(found.meters)["cache_write"] == "cache_write_5m"
    assert found.rest == ()
    with pytest.raises(BadRequest, match="are all counted by `cache_write`"):
        columns_of(book, (*present, "cache_write_1h"), {}, Fixed())
