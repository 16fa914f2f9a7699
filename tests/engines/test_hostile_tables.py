"""Tables that are not as their writer thinks:
what stands in them is priced as single requests are, or refused row by row.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import duckdb
import pandas
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import pricelang
from pricelang.apps.reports.totals import UsageReport

OPUS, DAY = "claude-opus-4-7", "2026-05-01"
ONE = Fraction("0.005")
"""What a thousand tokens of input cost of that model."""


def made(connection: duckdb.DuckDBPyConnection, more: str) -> duckdb.DuckDBPyConnection:
    connection.execute(f"create table usage as select '{OPUS}' as model, 1000 as input, {more}")
    return connection


def amount(report: UsageReport) -> Fraction:
    return sum((total.amount for total in report.totals), Fraction(0))


def database(path: Path, tokens: int) -> str:
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            f"create table usage as select '{OPUS}' as model, date '{DAY}' as at, {tokens} as input"
        )
    return str(path)


def test_each_database_is_read_for_itself(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    first, second = database(tmp_path / "a.duckdb", 1000), database(tmp_path / "b.duckdb", 2000)
    assert [
        amount(book.report(path, connection=connection)) for path in (first, second, first)
    ] == [ONE, 2 * ONE, ONE]
    rows = [
        book.price_table(path, connection=connection).fetchall()[0][-1] for path in (first, second)
    ]  # type: ignore[union-attr]
    assert rows == [ONE, 2 * ONE]


@pytest.mark.parametrize("named", [["a.duckdb", "b.duckdb"], ["*.duckdb"]])
def test_all_databases_are_read(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection, tmp_path: Path, named: list[str]
) -> None:
    database(tmp_path / "a.duckdb", 1000), database(tmp_path / "b.duckdb", 2000)
    report = book.report([str(tmp_path / name) for name in named], connection=connection)
    assert (amount(report), report.read) == (3 * ONE, 2)
    left = connection.execute(
        "select database_name from duckdb_databases() where path is not null"
    ).fetchall()
    assert left == []
    with pytest.raises(pricelang.BadRequest, match="no database"):
        book.report(str(tmp_path / "c.duckdb"))


def test_a_database_that_is_open_is_read_where_it_is(book: pricelang.Book, tmp_path: Path) -> None:
    path = database(tmp_path / "a.duckdb", 1000)
    with duckdb.connect(path) as connection:
        assert amount(book.report(path, table="usage", connection=connection)) == ONE
        assert connection.execute("from usage").fetchall() == [
            (OPUS, datetime.date(2026, 5, 1), 1000)
        ]


@pytest.mark.campaign
@pytest.mark.parametrize("by", [["model"], ["day"], ["hour", "id"]])
@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("timestamp", "58266-01-01"),
        ("timestamp", "0044-03-15 (BC)"),
        ("timestamp", "10000-01-01"),
        ("timestamp_ms", "58266-01-01"),
        ("timestamp_s", "58266-01-01"),
        ("date", "10000-01-01"),
        ("date", "5000000-01-01"),
        ("timestamptz", "9999-12-31 23:00:00-05"),
        ("timestamptz", "58266-01-01 00:00:00+00"),
        ("varchar", "0000-01-01"),
        ("varchar", "0000-01-01T10:00:00+02:00"),
    ],
)
def test_years_that_no_request_has(
    book: pricelang.Book,
    connection: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    kind: str,
    value: str,
    by: list[str],
) -> None:
    made(
        connection,
        f'unnest(["{DAY}"::{kind}, "{value}"::{kind}]) as at, unnest([1, 2]) as id'.replace(
            '"', "'"
        ),
    )
    report = book.report("usage", by, connection=connection)
    assert (amount(report), [(lost.code, lost.rows) for lost in report.unpriced]) == (
        ONE,
        [("bad_date", 1)],
    )
    written = book.price_table(
        "usage", tmp_path / "priced.csv", rejects=tmp_path / "rejects.csv", connection=connection
    )
    assert (written.read, written.priced, written.refused, written.totals) == (
        2,
        1,
        1,
        {"USD": ONE},
    )  # type: ignore[union-attr]
    assert "is not a day" in (tmp_path / "rejects.csv").read_text(encoding="utf-8")


def test_the_last_instants_of_a_date_are_some(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection
) -> None:
    made(
        connection, "unnest([timestamp '0001-01-01', timestamp '9999-12-31 23:59:59.999999']) as at"
    )
    report = book.report("usage", ["year"], connection=connection)
    assert [(total.by, total.amount) for total in report.totals] == [(("9999-01-01",), ONE)]
    assert [lost.code for lost in report.unpriced] == ["not_offered"]


def test_instants_that_are_all_empty(book: pricelang.Book) -> None:
    report = book.report(
        pandas.DataFrame({"model": [OPUS] * 2, "at": [None] * 2, "input": [5] * 2}), ["day"]
    )
    assert [(lost.reason, lost.rows) for lost in report.unpriced] == [("the row has no instant", 2)]


@pytest.mark.parametrize("kind", ["boolean", "date", "interval"])
def test_a_column_that_holds_no_quantities_is_named(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection, kind: str
) -> None:
    made(connection, f"date '{DAY}' as at, null::{kind} as output")
    for price in (book.report, book.price_table):
        with pytest.raises(pricelang.BadRequest, match="holds no quantities of `output`"):
            price("usage", connection=connection)


@pytest.mark.parametrize(
    "value", ["[1, 2]", "{'a': 1}", "map{'a': 1}", "[{'a': [1]}]", "array_value(1, 2)"]
)
def test_totals_by_what_is_nested(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection, value: str
) -> None:
    made(connection, f"date '{DAY}' as at, unnest([{value}, {value}, null]) as tags")
    report = book.report("usage", ["tags"], connection=connection)
    assert [total.rows for total in report.totals] == [2, 1]
    assert str(report.totals[0].by[0])[0] in "[{"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("decimal(38,2)", "9" * 36),
        ("decimal(38,15)", "9" * 23),
        ("decimal(38,38)", "0.5"),
        ("decimal(35,4)", "9" * 31),
    ],
)
def test_hours_that_fill_their_column_stop_no_other_row(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection, kind: str, value: str
) -> None:
    made(
        connection,
        f"date '{DAY}' as at, 'managed_agents' as surface, unnest([{value}, 0])::{kind} as session_time",
    )
    connection.execute("alter table usage drop input")
    bill = book.price(model=OPUS, at=DAY, surface="managed_agents", usage={"session_time": value})
    assert amount(book.report("usage", connection=connection)) == bill.exact_total


def test_columns_are_known_in_any_case(book: pricelang.Book, tmp_path: Path) -> None:
    """The first of several files says how a column is written: their order changes no amount."""
    for name, header in (("a", "model,at,input"), ("b", "Model,AT,Input")):
        (tmp_path / f"{name}.csv").write_text(f"{header}\n{OPUS},{DAY},1000\n", encoding="utf-8")
    files = [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]
    assert [amount(book.report(found)) for found in (files, files[::-1], files[1:])] == [
        2 * ONE,
        2 * ONE,
        ONE,
    ]
    with pytest.raises(pricelang.BadRequest, match="would count as `output` and as `input`"):
        book.report(files[1:], mapping={"output": "Input"})


HIVE = pa.table(
    {
        "at": [datetime.datetime(2023, 11, day) for day in (19, 20, 21, 22)],
        "model": ["claude-2.0"] * 4,
        "input": [1000] * 4,
    }
)


def test_a_folder_that_says_the_instant_stands_before_the_column(
    book: pricelang.Book, tmp_path: Path
) -> None:
    for day in ("2023-11-01", "2023-11-02", "2023-11-30"):
        (tmp_path / f"at={day}").mkdir()
        pq.write_table(HIVE, tmp_path / f"at={day}" / "usage.parquet", row_group_size=1)
    usage = str(tmp_path / "*" / "usage.parquet")
    rows = [Fraction(row[-1]) for row in book.price_table(usage).fetchall()]  # type: ignore[union-attr]
    assert (
        amount(book.report(usage, ["model"]))
        == sum(rows)
        == 8 * Fraction("0.01102") + 4 * Fraction("0.008")
    )


def test_folders_say_the_same_of_a_file_alone(book: pricelang.Book, tmp_path: Path) -> None:
    for team in ("2026-1-1", "x"):
        (tmp_path / f"team={team}").mkdir()
        pq.write_table(HIVE, tmp_path / f"team={team}" / "usage.parquet", row_group_size=1)
    report = book.report(str(tmp_path / "*" / "usage.parquet"), ["team"])
    assert [(total.by[0], total.amount) for total in report.totals] == [
        (team, Fraction("0.03804")) for team in ("2026-1-1", "x")
    ]


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_no_usage_is_written_over(book: pricelang.Book, tmp_path: Path, ending: str) -> None:
    usage, link, other = (tmp_path / f"{name}.{ending}" for name in ("usage", "link", "other"))
    duckdb.sql(f"copy (select '{OPUS}' as model, '{DAY}' as at, '1000' as input) to '{usage}'")
    link.symlink_to(usage)
    before = usage.read_bytes()
    for named in (usage, tmp_path / f"u*.{ending}"):
        for to, rejects in (
            (usage, None),
            (link, other),
            (other, usage),
            (tmp_path / "." / usage.name, None),
        ):
            with pytest.raises(pricelang.BadRequest, match="is read for its usage") as raised:
                book.price_table(str(named), to, rejects=rejects)
            assert raised.value.code == "bad_output"
    assert usage.read_bytes() == before
    assert not other.exists()
    book.price_table(usage, other)
    book.price_table(usage, other)  # what was written before makes room


@pytest.mark.parametrize(
    "at",
    [
        "timestamp '58266-01-01'",
        "timestamp '0044-03-15 (BC)'",
        "timestamptz '10000-01-01 00:00:00+00'",
        "date 'infinity'",
    ],
)
def test_the_macro_has_no_price_in_years_that_no_request_has(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection, at: str
) -> None:
    book.duckdb(connection, dimensions=[], models=[OPUS], meters=["input"])
    asked = ", ".join(
        f"try_price_of('{OPUS}', {instant}, input := 1000)"
        for instant in (at, "timestamp '9999-12-31 23:59:59'")
    )
    assert connection.sql(f"select {asked}").fetchall() == [(None, ONE)]


LONG = {"context_window": "long"}


@pytest.mark.parametrize("kind", ["bigint", "hugeint", "ubigint", "varchar", "decimal(38,0)"])
@pytest.mark.parametrize("large", [2**63 - 1, 2**62, 10**18 - 1])
def test_one_absurd_number_stops_no_other_row(
    kind: str, large: int, connection: duckdb.DuckDBPyConnection, book: pricelang.Book
) -> None:
    """Large numbers beside each other:
    a threshold adds them up, and a mapping takes one from another.
    """
    pairs = [(1, 2), (large, large), (100_000, 100_001), (100_000, 100_000), (0, large), (large, 1)]
    rows = ", ".join(f"({a}::{kind}, {b}::{kind})" for a, b in pairs)
    connection.execute(
        f"create table u as select 'claude-sonnet-4-5' as model, date '2025-11-01' as at, * from (values {rows}) t(input, cache_read)"
    )
    within = [pair for pair in pairs if large not in pair]
    right = [
        book.rates.request(
            "claude-sonnet-4-5", "2025-11-01", {"input": a, "cache_read": b}, LONG
        ).total
        for a, b in within
    ]
    report = book.report("u", connection=connection, **LONG)
    assert sum(total.amount for total in report.totals) == sum(right)
    assert (report.totals[0].rows, {found.code for found in report.unpriced}) == (3, {"too_long"})
    opus = {"model": "claude-opus-4-7", "at": "2026-05-01"}
    connection.execute("create table sums as select input, cache_read from u")
    found = book.price_table("sums", connection=connection, sums=True, **opus).fetchall()  # type: ignore[union-attr, arg-type]
    priced = [
        book.price(usage={"input": a, "cache_read": b}, record="sum", **opus).exact_total
        for a, b in pairs
    ]  # type: ignore[arg-type]
    assert [Fraction(row[-1]) for row in found] == priced
    mapping = {"input": "input-cache_read-cache_read"}
    report = book.report("sums", connection=connection, mapping=mapping, sums=True, **opus)  # type: ignore[arg-type]
    assert (report.totals[0].rows, sum(found.rows for found in report.unpriced)) == (1, 5)


def test_no_error_of_duckdb_reaches_a_caller(tmp_path: Path, book: pricelang.Book) -> None:
    """What DuckDB stops with is an error of prices, whichever way it is asked."""
    usage = tmp_path / "usage.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select 'claude-opus-4-7' as model, timestamp '2026-05-01' as at, 1 as input) to '{usage}'"
        )
    closed = duckdb.connect()
    closed.close()
    asks: list[Callable[[], object]] = [
        lambda: book.price_table(usage, connection=closed),
        lambda: book.report(usage, connection=closed),
        lambda: book.price_table(usage, tmp_path / "out.parquet", connection=closed),
        lambda: book.duckdb(closed),
    ]
    usage.write_bytes(usage.read_bytes()[:40] + b"PAR1")
    asks += [lambda: book.price_table(usage), lambda: book.report(usage)]
    for ask in asks:
        with pytest.raises(pricelang.PriceError):
            ask()
