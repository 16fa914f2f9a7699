"""Measures prices on Spark beside plain queries over the same file,
and checks them against DuckDB to the last digit.

    python -m benchmarks.spark [--rows 10000000] [--rounds 5] [--master local[2]]

Rounds of the contestants are interleaved; medians and ratios are what to read.
A part of `python -m benchmarks` too.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import click

import pricelang
from benchmarks import usage_data
from benchmarks.rounds import Row, machine, measure_calls, tables
from pricelang.engines.duck import open_job
from pricelang.engines.spark import SparkBook
from pricelang.engines.totals import totals

MAPPING = {"at": "ts"}
METERS = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")


def session(master: str, folder: str) -> Any:
    """A session of its own, without a page of its own."""
    from pyspark.sql import SparkSession

    builder: Any = SparkSession.builder
    return (
        builder.master(master)
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "4g")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.local.dir", folder)
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.log.level", "OFF")
        .getOrCreate()
    )


def plain(spark: Any, path: str) -> list[Any]:
    """What everybody runs: the sums by model."""
    sums = ", ".join(f"sum({meter})" for meter in METERS)
    found: list[Any] = spark.sql(
        f"select model, count(*), {sums} from parquet.`{path}` group by model"
    ).collect()
    return found


def check(spark: Any, book: pricelang.Book, path: str) -> str:
    """Spark and DuckDB say the same of every model. Raises where they differ."""
    import duckdb

    with duckdb.connect() as connection:
        report = totals(open_job(book, connection, path, mapping=MAPPING), ["model"])
    expected = {total.by[0]: (total.rows, total.amount) for total in report.totals}
    found = (
        SparkBook(book, spark)
        .totals(spark.read.parquet(path), ["model"], mapping=MAPPING)
        .collect()
    )
    assert {row["model"]: (row["rows"], Fraction(row["cost"])) for row in found} == expected
    return f"{sum(rows for rows, _ in expected.values()):,} rows cost {sum(amount for _, amount in expected.values())} USD by both."


def calls(
    spark: Any, book: pricelang.Book, path: str, folder: str
) -> list[tuple[str, str, str, Callable[[], object]]]:
    """The contestants: group, name, limit, one call."""
    priced, copied = os.path.join(folder, "priced"), os.path.join(folder, "copied")
    ours = SparkBook(book, spark)

    def copy() -> None:
        spark.read.parquet(path).select("id", "input").write.mode("overwrite").parquet(copied)

    def price() -> None:
        ours.price(spark.read.parquet(path), mapping=MAPPING).select("id", "cost").write.mode(
            "overwrite"
        ).parquet(priced)

    def by_model() -> object:
        return ours.totals(spark.read.parquet(path), ["model"], mapping=MAPPING).collect()

    return [
        (
            "Spark, totals by model",
            "a plain `group by model` of five sums",
            "the base",
            lambda: plain(spark, path),
        ),
        (
            "Spark, totals by model",
            '`book.spark(session).totals(df, ["model"])`',
            "2.5",
            by_model,
        ),
        ("Spark, a price for each row", "a copy of two columns to Parquet", "the base", copy),
        (
            "Spark, a price for each row",
            "`book.spark(session).price(df)`, two columns to Parquet",
            "",
            price,
        ),
    ]


def rows(count: int, rounds: int, master: str) -> tuple[str, list[Row]]:
    """What both engines said, and the rows that were measured after a round that warms up."""
    folder = tempfile.mkdtemp(prefix="pricelang-spark-")
    try:
        path = os.path.join(folder, "usage.parquet")
        usage_data.make(count, path)
        spark, book = session(master, folder), pricelang.load()
        spark.sql("select 1").collect()
        said = check(spark, book, path)
        contestants = calls(spark, book, path, folder)
        measure_calls(contestants, 1, 1)
        found = measure_calls(contestants, rounds, 1)
        spark.stop()
        return f"{said} {rounds} interleaved rounds, {master}.", found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@click.command(help=__doc__)
@click.option("--rows", "count", default=10_000_000, show_default=True)
@click.option("--rounds", default=5, show_default=True)
@click.option("--master", default="local[2]", show_default=True)
def main(count: int, rounds: int, master: str) -> None:
    said, found = rows(count, rounds, master)
    click.echo("\n".join([f"On {machine()}.", *tables(found), "", said]))


if __name__ == "__main__":
    main()
