"""What a table of usage must not do: lose a row, a column or a meter,
or give an amount that the evaluator would refuse.
"""

from __future__ import annotations

import os
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pandas
import pyarrow
import pytest

import pricelang
from pricelang.engines.duck import open_job
from pricelang.engines.rows import RefusedRows, Written, priced, write_priced
from pricelang.engines.totals import totals
from pricelang.model.errors import BadRequest
from pricelang.usage.io.folders import is_table
from tests.cli.helpers import run

OPUS, DAY = "claude-opus-4-7", "2026-04-17"


def frame(**columns: object) -> pandas.DataFrame:
    return pandas.DataFrame({"model": [OPUS], "at": [DAY], "input": [50_000]} | columns)


def test_a_negative_integer_has_no_price(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    usage = pandas.DataFrame(
        {"model": [OPUS] * 2, "at": [DAY] * 2, "input": [50_000, -20_000], "team": ["a", "b"]}
    )
    job = open_job(book, connection, usage)
    assert not job.complete
    with pytest.raises(RefusedRows, match="row 2"):
        priced(job)
    written = write_priced(
        open_job(book, connection, usage), str(tmp_path / "o.parquet"), str(tmp_path / "r.csv")
    )
    assert (written.priced, written.refused, written.totals) == (1, 1, {"USD": Fraction("0.25")})
    report = totals(open_job(book, connection, usage), ["team"])
    assert [(total.by, total.amount) for total in report.totals] == [(("a",), Fraction("0.25"))]
    assert [(unpriced.rows, unpriced.code) for unpriced in report.unpriced] == [(1, "bad_quantity")]
    assert open_job(book, connection, usage[:1]).complete


def test_a_column_that_only_a_later_file_has_is_counted(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text(f"model,at,output\n{OPUS},{DAY},2000\n", encoding="utf-8")
    second.write_text(f"input,model,at,output\n999999,{OPUS},{DAY},0\n{OPUS}\n", encoding="utf-8")
    report = totals(open_job(book, connection, [str(first), str(second)]))
    assert [total.amount for total in report.totals] == [Fraction("5.049995")]
    assert [unpriced.code for unpriced in report.unpriced] == ["bad_line"]


@pytest.mark.parametrize("name", ["pl_name", "pl_atoms", "PL_atoms_0", "pl_answer", "r_pl_name"])
def test_a_column_named_like_our_own_is_refused(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection, name: str
) -> None:
    with pytest.raises(pricelang.BadRequest, match="needs") as raised:
        open_job(book, connection, frame(**{name: ["x"]}))
    assert raised.value.code == "bad_column"


def test_outputs_that_cannot_be_written_leave_no_file(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    usage = frame(input=["abc"])
    out, left, folder = tmp_path / "o.csv", tmp_path / "left.csv", tmp_path / "folder.parquet"
    folder.mkdir()
    for output, rejects, said in (
        (out, out, "go to one file"),
        (out, tmp_path / "." / "o.csv", "go to one file"),
        (folder, left, "is a folder"),
        (out, folder, "is a folder"),
        (out, tmp_path / "no" / "left.csv", "no folder"),
    ):
        with pytest.raises(pricelang.BadRequest, match=said):
            write_priced(open_job(book, connection, usage), str(output), str(rejects))
    assert [file.name for file in tmp_path.iterdir()] == ["folder.parquet"]


def test_a_relation_keeps_its_usage_when_the_connection_prices_other_usage() -> None:
    connection, book = duckdb.connect(), pricelang.load()
    opus = pandas.DataFrame(
        {"model": ["claude-opus-4-7"], "at": ["2026-04-17"], "input": [100_000]}
    )
    haiku = opus.assign(model="claude-haiku-4-5")
    first, second = (
        book.price_table(opus, connection=connection),
        book.price_table(haiku, connection=connection),
    )
    book.report(haiku, ["model"], connection=connection)
    assert [relation.fetchall()[0][-1] for relation in (first, second)] == [
        Decimal("0.5"),
        Decimal("0.1"),
    ]
    kept = [
        name
        for (name,) in connection.execute(
            "select table_name from information_schema.tables"
        ).fetchall()
    ]
    assert (
        len([name for name in kept if name.startswith("pricelang_rates_here")]) == 2
    )  # those of the relations


@pytest.mark.parametrize(
    "given", [{"model": "claude-opus-4-7"}, {"at": "2026-05-01"}, {"mapping": {"output": "input"}}]
)
def test_nothing_is_said_twice(given: dict[str, Any]) -> None:
    usage = pandas.DataFrame({"model": ["claude-opus-4-7"], "at": ["2026-04-17"], "input": [5]})
    with pytest.raises(pricelang.BadRequest) as refused:
        pricelang.load().report(usage, **given)
    assert refused.value.code == "bad_mapping"


def test_columns_that_are_empty_or_of_several_types(tmp_path: Path) -> None:
    path = tmp_path / "usage.jsonl"
    path.write_text(
        '{"model": "claude-opus-4-7", "at": "2026-04-17", "input": 50000, "output": null}\n'
        '{"model": "claude-opus-4-7", "at": "2026-04-17", "input": "50,000 tokens", "output": null}\n',
        encoding="utf-8",
    )
    (total,) = pricelang.load().report(str(path), ["model"]).totals
    assert (total.amount, total.rows) == (Fraction(1, 2), 2)
    usage = pandas.DataFrame({"model": [OPUS], "at": [DAY], "input": [50_000], "output": [None]})
    assert pricelang.load().price_table(usage).fetchall()[0][-1] == Decimal("0.25")


def test_nanoseconds_with_a_zone_are_instants() -> None:
    times = pandas.to_datetime(["2023-11-21T02:00:00+05:00", "2023-11-21T02:00:00+00:00"], utc=True)
    for unit in ("ns", "us"):
        usage = pyarrow.table(
            {
                "at": pyarrow.array(
                    times.to_pydatetime(), pyarrow.timestamp(unit, "Europe/Berlin")
                ),
                "input": [1_000_000] * 2,
            }
        )
        found = [
            row[-1]
            for row in pricelang.load().price_table(usage, model="claude-2.0", sums=True).fetchall()
        ]
        assert found == [Decimal("11.02"), 8]


def test_tables_of_the_user_stay(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    path.write_text(f"model,at,input\n{OPUS},{DAY},50000\n{OPUS},{DAY},1,2\n", encoding="utf-8")
    connection.execute("create table reject_errors as select 7 as own")
    report = pricelang.load().report(str(path), connection=connection)
    assert (report.read, [lost.code for lost in report.unpriced]) == (2, ["bad_line"])
    assert connection.execute("from reject_errors").fetchall() == [(7,)]
    assert connection.execute("select table_name from information_schema.tables").fetchall() == [
        ("reject_errors",)
    ]


def test_neither_file_where_one_cannot_be_moved(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = pandas.DataFrame({"model": [OPUS, "no-model"], "at": [DAY] * 2, "input": [50_000] * 2})
    out, left = tmp_path / "a" / "out.parquet", tmp_path / "b" / "left.csv"
    for path in (out, left):
        path.parent.mkdir()
    real = os.replace

    def replace(source: str, target: str) -> None:
        if target == str(left):
            raise OSError("the disk is full")
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(OSError, match="the disk is full"):
        pricelang.load().price_table(usage, out, rejects=left, connection=connection)
    assert [*tmp_path.rglob("*.*")] == []
    monkeypatch.undo()
    written = pricelang.load().price_table(usage, out, rejects=left, connection=connection)
    assert isinstance(written, Written)
    assert (written.priced, written.refused) == (1, 1)
    assert {path.name for path in tmp_path.rglob("*.*")} == {"out.parquet", "left.csv"}


def test_days_of_instants_with_an_offset_are_those_of_utc(book: pricelang.Book) -> None:
    times = [
        "2026-04-17T00:00:00+02:00",
        "2026-04-17 23:30-05:30",
        "2026-04-17T10:00:00Z",
        "2026-04-17T24:00:00Z",
        "2026-04-17T24:00:00+01:00",
        "2026-02-30T00:00:00+02:00",
    ]
    usage = pandas.DataFrame({"model": OPUS, "at": times, "input": [1, 10, 100, 7, 7, 7]})
    report = book.report(usage, ["day"])
    assert [(total.by[0], dict(total.quantities)["input"]) for total in report.totals] == [
        ("2026-04-16", 1),
        ("2026-04-17", 100),
        ("2026-04-18", 10),
    ]
    assert [(lost.code, lost.rows) for lost in report.unpriced] == [("bad_date", 1)] * 3


@pytest.mark.parametrize(
    ("period", "start"),
    [
        ("hour", "2026-05-13 10:00:00"),
        ("day", "2026-05-13"),
        ("week", "2026-05-11"),
        ("month", "2026-05-01"),
        ("year", "2026-01-01"),
    ],
)
def test_periods_of_instants_that_only_we_read(
    book: pricelang.Book, period: str, start: str
) -> None:
    times = [
        "2026-05-13T10:59:00,5",
        "20260513T105900Z",
        "2026-W20-3T10:59",
        "2026-05-13 10:59:00 UTC",
    ]
    (total,) = book.report(
        pandas.DataFrame({"model": OPUS, "at": times, "input": 1}), [period]
    ).totals
    assert (total.by, total.rows) == ((start,), 4)


def test_a_reader_of_arrow_is_read_whole(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection
) -> None:
    table = pyarrow.table({"model": [OPUS] * 3, "at": [DAY] * 3, "input": [50_000, 1, 2]})
    (total,) = book.report(
        pyarrow.RecordBatchReader.from_batches(table.schema, table.to_batches(2))
    ).totals
    assert total.rows == 3
    connection.register("mine", table)
    assert (
        book.report(connection.sql("from mine where input > 1"), connection=connection)
        .totals[0]
        .rows
        == 2
    )


@pytest.mark.parametrize(
    "path",
    [
        "https://127.0.0.1:9/usage.parquet",
        "s3://bucket/usage.csv",
        "S3://bucket/usage.jsonl",
        "gs://b/x.duckdb",
        "hf://datasets/x.parquet",
    ],
)
def test_nothing_is_read_from_the_network_unasked(path: str) -> None:
    book = pricelang.load()
    asks = (
        lambda: book.price_table(path),
        lambda: book.report(["usage.parquet", path]),
        lambda: book.report(path),
    )
    for ask in asks:
        with pytest.raises(pricelang.BadRequest, match="is not on this machine") as caught:
            ask()
        assert (caught.value.code, caught.value.help) == (
            "remote",
            "add `remote=True`",
        )
    for command in (["price", path, "-o", "out.csv"], ["report", path, "--map", "input=tokens"]):
        if command[0] == "price" and not is_table(path):
            continue
        found = run(*command)
        assert (found.exit_code, "add `--remote`" in found.output) == (2, True), found.output


@pytest.mark.parametrize(
    "path", ["s3a://bucket/usage.parquet", "hdfs://name/usage", "abfss://a@b.dfs/usage.csv"]
)
def test_spark_reads_nothing_from_the_network_unasked(path: str) -> None:
    from pricelang.engines.spark_files import report_files

    with pytest.raises(pricelang.BadRequest, match="is not on this machine") as caught:
        report_files(pricelang.load(), [path], session=object())  # type: ignore[arg-type]
    assert caught.value.code == "remote"


class Asked:
    """A connection that says what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def execute(self, sql: str) -> None:
        self.asked.append(sql)


def test_what_reads_a_remote_path_is_loaded_and_never_fetched(book: pricelang.Book) -> None:
    from pricelang.usage.io.offline import load_remote

    connection = Asked()
    load_remote(connection, ["s3://b/u.parquet", "https://h/u.csv", "abfss://c/u.csv", "u.csv"])  # type: ignore[arg-type]
    assert connection.asked == ["load azure", "load httpfs"]
    own = duckdb.connect()
    if own.execute(
        "select installed from duckdb_extensions() where extension_name = 'httpfs'"
    ).fetchall() == [(False,)]:
        with pytest.raises(
            pricelang.BadRequest, match="by its extension `httpfs`, which is not installed"
        ) as caught:
            book.report("https://127.0.0.1:9/usage.parquet", remote=True, connection=own)
        assert caught.value.code == "no_extension"


def test_no_extension_is_fetched() -> None:
    from pricelang.usage.io.offline import open_duckdb

    found = (
        open_duckdb()
        .execute(
            "select current_setting('autoinstall_known_extensions'), current_setting('autoload_known_extensions')"
        )
        .fetchall()
    )
    assert found == [(False, False)]


def test_an_empty_text_of_a_dimension_says_nothing(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection
) -> None:
    usage = pandas.DataFrame(
        {
            "model": [OPUS] * 3,
            "at": [DAY] * 3,
            "input": [50_000] * 3,
            "service_tier": ["", None, "batch"],
        }
    )
    rows = priced(open_job(book, connection, usage)).fetchall()
    assert rows[0][-1] == rows[1][-1] == 2 * rows[2][-1]


@pytest.mark.parametrize("usage", [None, 5, {}, [], [1, 2], b"x", object()])
def test_what_is_no_table_is_refused_by_its_type(usage: object) -> None:
    with pytest.raises(BadRequest) as raised:
        pricelang.load().price_table(usage)
    assert raised.value.code == "bad_source"
    assert type(usage).__name__ in str(raised.value)
    assert raised.value.help
