"""Totals of Parquet files, whose statistics and dictionaries spare a look at instants and texts:
the same as of any table.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import pricelang
from pricelang.engines.duck import open_job
from pricelang.engines.row_group_pruning import MAX_PARTS, parts_of
from pricelang.engines.totals import totals
from tests.engines.warehouses import empty_duckdb

BOOK = pricelang.load()
CUT = datetime.datetime(2026, 9, 1)
SCHEMA = pa.schema(
    [
        ("at", pa.timestamp("us")),
        ("model", pa.string()),
        ("service_tier", pa.string()),
        ("inference_geo", pa.string()),
        ("team", pa.string()),
        ("input", pa.int64()),
        ("output", pa.int64()),
    ]
)


def rows(count: int, *, empty: bool = False, unknown: bool = False) -> list[dict[str, Any]]:
    """Usage in order of time on both sides of a day on which prices change."""
    random, start = Random(count), CUT - datetime.timedelta(days=20)
    found = []
    for number in range(count):
        row: dict[str, Any] = {
            "at": start + datetime.timedelta(seconds=number * 40 * 86_400 // count),
            "model": random.choice(
                ["claude-sonnet-5", "claude-opus-4-6", "claude-opus-4-7", "claude-haiku-4-5"]
            ),
            "service_tier": random.choice(["standard", "batch"]),
            "inference_geo": "global",
            "team": random.choice(["a", "b", None]),
            "input": random.randrange(10_000),
            "output": random.randrange(1000),
        }
        if empty and number % 7 == 3:
            row[random.choice(["service_tier", "at", "model"])] = None
        if unknown and number % 100 == 77:
            row |= random.choice(
                [
                    {"model": "claude-opus-47"},
                    {"service_tier": "express"},
                    {"inference_geo": "mars"},
                ]
            )
        found.append(row)
    return found


def report(usage: object, by: list[str], **given: Any) -> Any:
    with empty_duckdb() as connection:
        found = totals(open_job(BOOK, connection, usage, **given), by)
    return found.totals, found.unpriced, found.read


@pytest.mark.campaign
@pytest.mark.parametrize(
    "by",
    [
        [],
        ["model"],
        ["team", "model"],
        ["day"],
        ["model", "hour"],
        ["month", "team"],
        ["service_tier"],
    ],
)
@pytest.mark.parametrize("kind", ["plain", "empty", "unknown", "shuffled", "files", "other"])
def test_the_same_as_of_a_frame(tmp_path: Path, kind: str, by: list[str]) -> None:
    usage = rows(3000, empty=kind == "empty", unknown=kind in ("unknown", "files"))
    if kind == "shuffled":
        Random(1).shuffle(usage)
    table = pa.Table.from_pylist(usage, SCHEMA)
    if kind in ("files", "other"):
        for n, part in enumerate((table[:1200], table[1200:1700], table[1700:])):
            columns = [*SCHEMA.names[n:], *SCHEMA.names[:n]] if kind == "other" else SCHEMA.names
            pq.write_table(part.select(columns), tmp_path / f"{n}.parquet", row_group_size=64)
    else:
        pq.write_table(table, tmp_path / "0.parquet", row_group_size=64)
    assert report(str(tmp_path / "*.parquet"), by) == report(table, by)


def test_models_that_come_late(tmp_path: Path) -> None:
    """Names that the first rows do not have, and one that the book does not."""
    usage = (
        rows(100)
        + [row | {"model": "claude-sonnet-4-5"} for row in rows(25_000)]
        + [row | {"model": "x"} for row in rows(10)]
    )
    table = pa.Table.from_pylist(usage, SCHEMA)
    pq.write_table(table, tmp_path / "usage.parquet", row_group_size=5000)
    assert report(str(tmp_path / "usage.parquet"), ["model"]) == report(table, ["model"])


@pytest.mark.parametrize(
    "kind",
    [pa.timestamp("us"), pa.timestamp("us", "Europe/Berlin"), pa.timestamp("ms"), pa.date32()],
)
def test_parts_are_of_one_version(tmp_path: Path, kind: pa.DataType) -> None:
    """All rows, each once, and of most no instant is read."""
    table = pa.Table.from_pylist(rows(3000), SCHEMA)
    table = table.set_column(0, "at", table["at"].cast(kind))
    for n, part in enumerate((table[:1000], table[1000:2000], table[2000:])):
        pq.write_table(part, tmp_path / f"{n}.parquet", row_group_size=70)
    with empty_duckdb() as connection:
        job = open_job(BOOK, connection, str(tmp_path / "*.parquet"))
        cuts = (
            int((CUT - datetime.timedelta(days=5)).replace(tzinfo=datetime.UTC).timestamp()),
            int(CUT.replace(tzinfo=datetime.UTC).timestamp()),
        )
        parts = parts_of(job, cuts)
        sizes = [
            connection.execute(f"select count(*) from ({part.sql})").fetchall()[0][0]
            for part in parts
        ]
        assert sum(sizes) == 3000
        assert (
            sum(size for size, part in zip(sizes, parts, strict=True) if part.version is None)
            <= 140
        )
        assert {part.version for part in parts} - {None} == {0, 1, 2}
        for part in (part for part in parts if part.version is not None):
            low, high = (
                f"to_timestamp({cut})::timestamp"
                for cut in (*(0, *cuts)[part.version :][:1], *(*cuts, 2**32)[part.version :][:1])
            )
            assert connection.execute(
                f"select bool_and({job.at} >= {low} and {job.at} < {high}) from ({part.sql})"
            ).fetchall() == [(True,)]


@pytest.mark.parametrize("why", ["shuffled", "no cuts", "other types", "file_row_number"])
def test_where_there_are_no_parts(tmp_path: Path, why: str) -> None:
    usage = rows(9000)
    if why == "shuffled":
        Random(1).shuffle(usage)
    table = pa.Table.from_pylist(usage, SCHEMA)
    if why == "file_row_number":
        table = table.append_column("File_row_number", table["input"])
    pq.write_table(table, tmp_path / "0.parquet", row_group_size=9000 // (2 * MAX_PARTS))
    if why == "other types":
        pq.write_table(
            table.set_column(5, "input", table["input"].cast(pa.int32())), tmp_path / "1.parquet"
        )
    with empty_duckdb() as connection:
        job = open_job(BOOK, connection, str(tmp_path / "*.parquet"))
        parts = parts_of(job, () if why == "no cuts" else (int(CUT.timestamp()),))
    assert [(part.sql, part.version) for part in parts] == [(job.source.sql, None)]
