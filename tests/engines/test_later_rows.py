"""A relation of priced rows, a macro and a query go on being
right when rows come that they were not made for, or stop.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

import pricelang
from pricelang.engines.warehouse import plan_of, query
from pricelang.engines.warehouse_rates import table_statements
from pricelang.present.decimals import to_decimal

OPUS, SONNET = "claude-opus-4-7", "claude-sonnet-5"
FIRST = f"create or replace table u as select '{OPUS}' as model, timestamp '2026-05-01' as at, 1000 as input, 'standard' as service_tier"
LATER = {
    "another model": "('claude-haiku-4-5', timestamp '2026-05-01', 1000, 'standard')",
    "another value": f"('{OPUS}', timestamp '2026-05-01', 1000, 'batch')",
    "no value": f"('{OPUS}', timestamp '2026-05-01', 1000, null)",
    "another day": f"('{OPUS}', timestamp '2026-10-01', 1000, 'standard')",
    "a larger quantity": f"('{OPUS}', timestamp '2026-05-01', 2000000000, 'standard')",
    "a day before the model": f"('{OPUS}', timestamp '2020-10-01', 1000, 'standard')",
    "a negative quantity": f"('{OPUS}', timestamp '2026-05-01', -1000, 'standard')",
    "no model": "(null, timestamp '2026-05-01', 1000, 'standard')",
    "an unknown model": "('gpt-4', timestamp '2026-05-01', 1000, 'standard')",
    "no instant": f"('{OPUS}', null, 1000, 'standard')",
}


@pytest.mark.parametrize("what", LATER)
@pytest.mark.parametrize(
    "asks", ["", "insert into u values ('claude-haiku-4-5', timestamp '2026-05-02', 7, 'priority')"]
)
def test_a_view_prices_later_rows_or_stops(
    what: str, asks: str, connection: duckdb.DuckDBPyConnection, book: pricelang.Book
) -> None:
    connection.execute(f"{FIRST}; {asks}")
    relation = book.price_table("u", connection=connection)
    relation.create_view("priced")  # type: ignore[union-attr]
    before = connection.execute("select sum(cost) from priced").fetchall()[0][0]
    connection.execute(f"insert into u values {LATER[what]}")
    rows = connection.execute('select model, "at", input, service_tier from u').fetchall()
    said = stopped(connection, "select sum(cost) from priced")
    if said is not None:
        assert "pricelang: a row" in said
        return
    found = connection.execute("select sum(cost), count(cost), count(*) from priced").fetchall()[0]
    right = [
        book.price(
            model=model, at=at, usage={"input": n}, **({"service_tier": tier} if tier else {})
        ).exact_total
        for model, at, n, tier in rows
    ]
    assert found == (to_decimal(sum(right, Fraction(0))), len(rows), len(rows))
    assert found[0] > before


COLUMNS = {
    "a meter": "alter table u add column output integer default 500",
    "a meter in capitals": 'alter table u add column "OUTPUT" integer default 500',
    "a dimension": "alter table u add column speed varchar default 'fast'",
    "another column": "alter table u add column note varchar",
    "another type": "alter table u alter column input type double",
    "another order": "alter table u drop column input; alter table u add column input integer default 1000",
    "a meter for another column": "alter table u drop column other; alter table u add column output integer default 5",
    "another name": "alter table u rename column service_tier to tier",
}


@pytest.mark.parametrize("what", COLUMNS)
@pytest.mark.parametrize("asked", ["sum(cost)", "count(*)", "max(input)"])
def test_a_view_stops_where_the_table_has_other_columns(
    what: str, asked: str, connection: duckdb.DuckDBPyConnection, book: pricelang.Book
) -> None:
    """A column that comes later may be a meter or a value that the price turns on:
    it is never overlooked.
    """
    connection.execute(f"{FIRST}, 'x' as other")
    book.price_table("u", connection=connection).create_view("priced")  # type: ignore[union-attr]
    connection.execute(COLUMNS[what])
    said = stopped(connection, f"select {asked} from priced")
    assert said is not None
    gone = "not found in FROM" in said  # a column of before, which DuckDB itself misses
    assert "pricelang: a row has other columns" in said or (
        gone and what in ("another name", "a meter for another column")
    )


def test_a_relation_of_files_stops_where_one_brings_another_column(
    tmp_path: Path, book: pricelang.Book
) -> None:
    with duckdb.connect() as connection:
        first = f"select '{OPUS}' as model, timestamp '2026-05-01' as at, 1000 as input"
        connection.execute(f"copy ({first}) to '{tmp_path}/1.parquet'")
        relation = book.price_table(f"{tmp_path}/*.parquet", connection=connection)
        assert len(relation.fetchall()) == 1  # type: ignore[union-attr]
        connection.execute(f"copy ({first}, 500 as output) to '{tmp_path}/2.parquet'")
        with pytest.raises(duckdb.Error, match="other columns"):
            relation.fetchall()  # type: ignore[union-attr]


def stopped(connection: duckdb.DuckDBPyConnection, sql: str) -> str | None:
    """What stops a query; None where it goes through."""
    try:
        connection.execute(sql).fetchall()
    except duckdb.Error as error:
        return str(error)
    return None


def test_a_later_row_has_the_price_of_its_day(
    connection: duckdb.DuckDBPyConnection, book: pricelang.Book
) -> None:
    """A price that changes after the rows that were there is never the old one."""
    connection.execute(
        f"create table u as select '{SONNET}' as model, timestamp '2026-07-15' as at, 100000 as input"
    )
    book.price_table("u", connection=connection).create_view("priced")  # type: ignore[union-attr]
    for day in ("2026-08-15", "2026-11-15"):
        connection.execute(f"insert into u values ('{SONNET}', timestamp '{day}', 100000)")
        said = stopped(connection, "select cost from priced")
        if said is not None:
            assert "price the table again" in said
            continue
        costs = dict(connection.execute('select "at", cost from priced').fetchall())
        at = datetime.datetime.fromisoformat(day)
        assert costs[at] == book.total(model=SONNET, at=day, usage={"input": 100_000})


def test_a_query_says_what_it_does_not_cover(
    connection: duckdb.DuckDBPyConnection, book: pricelang.Book
) -> None:
    connection.execute(FIRST)
    plan = plan_of(
        book,
        "duckdb",
        table=["u"],
        models=[OPUS],
        meters=["input"],
        dimensions=["service_tier"],
        since="2026-04-20",
    )
    for statement in table_statements(plan):
        connection.execute(statement)
    assert connection.sql(query(plan)).project("cost").fetchall() == [(Decimal("0.005"),)]
    for row, said in (
        (
            "('claude-haiku-4-5', timestamp '2026-05-01', 1000, 'standard')",
            "unknown model, or one that this text has no prices of",
        ),
        (
            f"('{OPUS}', timestamp '2026-04-18', 1000, 'standard')",
            "before 2026-04-20, where this text has no prices",
        ),
        (
            f"('{OPUS}', timestamp '2026-05-01', 1000, 'turbo')",
            "refused, unknown or not offered with these values",
        ),
    ):
        connection.execute(f"{FIRST}; insert into u values {row}")
        with pytest.raises(duckdb.Error, match=said):
            connection.sql(f"select sum(cost) from ({query(plan)})").fetchall()
        rows = connection.sql(query(plan, "null")).project("cost, reason").fetchall()
        assert (None, said) in rows


def test_a_macro_stops_outside_of_what_it_covers(
    connection: duckdb.DuckDBPyConnection, book: pricelang.Book
) -> None:
    book.duckdb(
        connection, models=[OPUS], meters=["input"], dimensions=["service_tier"], since="2026-04-20"
    )
    for model, at in (("claude-haiku-4-5", "2026-05-01"), (OPUS, "2026-04-18")):
        with pytest.raises(
            duckdb.Error, match="outside of the models and days that the macro was made for"
        ):
            connection.execute(
                f"select sum(price_of('{model}', timestamp '{at}', input := 1000))"
            ).fetchall()
