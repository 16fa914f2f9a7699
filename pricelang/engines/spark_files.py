"""Files of usage on Spark: a price for each row, written to a folder whole or not at all, or
totals.
"""

from __future__ import annotations

import os
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING, Any

from pricelang.apps.price_book import PriceBook
from pricelang.apps.reports.totals import Total, Unpriced, UsageReport
from pricelang.engines.columns import Fixed
from pricelang.engines.dialects.spark import SPARK
from pricelang.engines.duck import NOTHING_FIXED
from pricelang.engines.rows import Written
from pricelang.engines.sources import TEXT, ending
from pricelang.engines.spark import SparkBook
from pricelang.engines.spark_columns import after_1970
from pricelang.engines.spark_job import COST
from pricelang.model.errors import BadRequest, PriceError
from pricelang.present.text import shown
from pricelang.usage.io.folders import PARQUET
from pricelang.usage.io.offline import check_local

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

CSV: dict[str, bool | str] = {
    "header": True,
    "enforceSchema": False,
    "escape": '"',
    "multiLine": True,
    "mode": "FAILFAST",
    "columnPruning": False,
}
"""How CSV is read: quotes are doubled and hold lines, as others write them, and a line with more or
fewer cells than the header fails the job, for what Spark makes of it otherwise is a row that uses
nothing.
"""

LATE = 20
"""Tenths of a second for which what tasks of a failed job still write is removed."""


def open_session(master: str | None) -> SparkSession:
    """The session of this process, or a new one at a master (without one,
    where Spark's own settings say).

    Raises `BadRequest` (`no_spark`) where there is no Spark or no Java.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise BadRequest(
            "no_spark",
            "pyspark is not installed",
            help="`pip install 'pricelang[spark]'`, and Java 17 or later",
        ) from None
    # executors on this machine run this Python; elsewhere the setting of the cluster stands
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder: Any = SparkSession.builder
    builder = builder.appName("pricelang").config("spark.ui.showConsoleProgress", "false")
    try:
        found: SparkSession = (builder.master(master) if master else builder).getOrCreate()
    except (PySparkException, OSError, RuntimeError) as error:
        said = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise BadRequest(
            "no_spark",
            f"Spark does not start: {shown(said, 200)}",
            help="it needs Java 17 or later",
        ) from None
    return found


def price_file(
    book: PriceBook,
    paths: Sequence[str],
    output: str,
    *,
    master: str | None = None,
    mapping: Mapping[str, str] = {},
    fixed: Fixed = NOTHING_FIXED,
    rejects: str | None = None,
    lines: bool = False,
    session: SparkSession | None = None,
    sums: bool = False,
    remote: bool = False,
) -> Written:
    """Prices files of usage (Parquet, CSV or JSON Lines; globs and folders too) into a folder
    of Parquet files, and with `rejects` the rows without a price into another.

    Both folders appear whole, or neither does. Raises `PriceError` (`refused_rows`) where a row has
    no price and there is no folder for it, `BadRequest` for usage that cannot be read and for a
    folder that is already there.
    """
    spark = session or open_session(master)
    usage = _read(spark, paths, fixed, remote)
    for path in (output, *([rejects] if rejects else [])):
        if ending(path) not in (*PARQUET, ""):
            raise BadRequest(
                "bad_output",
                f"`{shown(path)}` is not a folder for Parquet files",
                help="name it `priced.parquet`",
            )
        if _files(spark, path).exists(_path(spark, path)):
            raise BadRequest(
                "bad_output",
                f"`{shown(path)}` already exists",
                help="remove it first, or write elsewhere",
            )
    if rejects is not None and _within(spark, output, rejects):
        raise BadRequest(
            "bad_output",
            f"`{shown(output)}` cannot hold the priced rows and the refused ones",
            help="name two folders",
        )
    draft = f"{output.rstrip('/')}.pricelang-{uuid.uuid4().hex}"
    ours, done = SparkBook(book, spark), False
    try:
        # A job that fails on purpose would leave tasks behind that still write;
        # so refused rows are counted, not raised.
        with _whole_lines():
            priced = ours.price(
                usage, mapping=mapping, fixed=fixed, lines=lines, refused="null", sums=sums
            )
            priced.write.parquet(
                f"{draft}/all"
            )  # so that both folders come of one look at the usage
        rows = spark.read.schema(priced.schema).parquet(f"{draft}/all")
        refused = rows.where(f"{COST} is null")
        found = _counted(book, rows)
        if found.refused and rejects is None:
            first = refused.select("reason").first()
            raise PriceError(
                "refused_rows",
                f"{found.refused:,} rows have no price, one of them: "
                f"{shown(first[0] if first else '', 300)}",
                help="send such rows to a folder and keep the rest (`--rejects FOLDER`)",
            )
        rows.where(f"{COST} is not null").drop("reason").write.parquet(f"{draft}/priced")
        if rejects is not None:
            own = [f"`{name.replace('`', '``')}`" for name in usage.columns]
            refused.select(*own, "reason").write.parquet(f"{draft}/refused")
            _move(spark, f"{draft}/refused", rejects)
        _move(spark, f"{draft}/priced", output)
        done = True
        return found
    finally:
        _remove(spark, draft, done)


def report_files(
    book: PriceBook,
    paths: Sequence[str],
    by: Sequence[str] = (),
    *,
    master: str | None = None,
    mapping: Mapping[str, str] = {},
    fixed: Fixed = NOTHING_FIXED,
    session: SparkSession | None = None,
    sums: bool = False,
    remote: bool = False,
) -> UsageReport:
    """What files of usage cost by some columns, as `pricelang.engines.totals.totals` says it;
    rows that have no price are counted by the reasons of their group.

    Raises `BadRequest` for usage that cannot be read and for a column that is not there.
    """
    spark = session or open_session(master)
    ours = SparkBook(book, spark)
    usage = _read(spark, paths, fixed, remote)
    meters = [meter for meter, _ in ours.job(usage, mapping, fixed).columns.meters]
    found, unpriced = [], Counter[str]()
    with _whole_lines():
        rows = _in_utc(
            ours.totals(usage, by, mapping=mapping, fixed=fixed, refused="null", sums=sums), len(by)
        ).collect()
    for row in rows:
        where, (count, *used), (cost, refused, reason, currency) = (
            tuple(row[: len(by)]),
            row[len(by) : -4],
            row[-4:],
        )
        if count:
            if None in used:
                raise BadRequest(
                    "bad_quantity",
                    "a row has a quantity with more digits than are summed here",
                    help="use `--engine duckdb`",
                )
            quantities = tuple(
                (meter, Fraction(quantity)) for meter, quantity in zip(meters, used, strict=True)
            )
            found.append(Total(where, count, quantities, Fraction(cost), currency))
        if refused:
            unpriced[reason] += refused
    found.sort(key=lambda total: [(value is None, str(value)) for value in total.by])
    lost = tuple(Unpriced(rows, "refused_rows", reason) for reason, rows in unpriced.most_common())
    return UsageReport(
        tuple(by), tuple(found), lost, sum(total.rows for total in found) + unpriced.total()
    )


@contextmanager
def _whole_lines() -> Iterator[None]:
    """Says of a line of text that is no row what it is, where Spark stops at it."""
    from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped,unused-ignore]
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JJavaError) as error:
        if "MALFORMED_" not in str(error):
            raise
        raise BadRequest(
            "bad_line",
            "a line of the usage has more or fewer cells than the header",
            help="mend the file, or leave out `--engine spark`: DuckDB refuses such lines one by "
            "one",
        ) from None


def _in_utc(found: DataFrame, size: int) -> DataFrame:
    """Totals whose first columns have no zone:
    Python's instants of Spark's are in that of this machine.
    """
    chosen = []
    for n, field in enumerate(found.schema.fields):
        name = SPARK.words.name(field.name)
        zoned = n < size and field.dataType.simpleString() == "timestamp"
        chosen.append(
            f"{after_1970('microsecond', f'unix_micros({name})')} as {name}" if zoned else name
        )
    return found.selectExpr(*chosen)


def _within(spark: SparkSession, one: str, other: str) -> bool:
    """Whether two folders are one, or one is within the other."""
    first, second = (
        str(_files(spark, path).makeQualified(_path(spark, path))) + "/" for path in (one, other)
    )
    return first.startswith(second) or second.startswith(first)


def _remove(spark: SparkSession, draft: str, done: bool) -> None:
    """Removes a draft; where its job failed, once more,
    since tasks that are still running may write into it.
    """
    files, path = _files(spark, draft), _path(spark, draft)
    files.delete(path, True)
    for _ in range(0 if done else LATE):
        time.sleep(0.1)
        if files.exists(path):
            files.delete(path, True)


def _read(spark: SparkSession, paths: Sequence[str], fixed: Fixed, remote: bool) -> DataFrame:
    from pyspark.errors import PySparkException

    check_local(paths, remote)
    kinds = {ending(path.rstrip("/")) for path in paths}
    if len(kinds) != 1:
        raise BadRequest(
            "bad_source",
            "files of several kinds are not one table",
            help="price each kind by itself",
        )
    (kind,) = kinds
    try:
        if kind in TEXT:
            if TEXT[kind] != "csv":
                found = spark.read.json([*paths])
                if (
                    fixed.model is not None
                    and fixed.at is not None
                    and spark.conf.get("spark.sql.columnNameOfCorruptRecord") in found.columns
                ):
                    # elsewhere such a row is refused, since it names no model or has no instant
                    raise BadRequest(
                        "bad_line",
                        "a line of the usage is not a JSON object, and would be a row that uses "
                        "nothing",
                        help="mend the file",
                    )
                return found
            # each by its own header, for columns are known by their names;
            # within a folder or glob other headers are refused
            read = spark.read.options(**CSV, sep="\t" if kind == ".tsv" else ",")
            return reduce(
                lambda one, more: one.unionByName(more, allowMissingColumns=True),
                (read.csv(path) for path in paths),
            )
        return spark.read.parquet(*paths)
    except PySparkException as error:
        raise BadRequest(
            "bad_source",
            f"the usage cannot be read: {shown(str(error).strip().splitlines()[0], 300)}",
        ) from None


def _counted(book: PriceBook, rows: DataFrame) -> Written:
    from pyspark.sql import functions as f

    currency = "currency" if book.checked.conversions else f"'{book.currency}'"
    groups = (
        f"case when {COST} is null then reason end as pl_why",
        f"case when {COST} is not null then {currency} end as pl_in",
    )
    # by `try_sum`, which is NULL for a sum that has no room in ANSI mode too
    sums = [f.expr(f"try_sum({COST})").alias("pl_sum"), f.count(f.lit(1)).alias("pl_rows")]
    found = rows.selectExpr(*groups, COST).groupBy("pl_why", "pl_in").agg(*sums).collect()
    if any(row["pl_in"] is not None and row["pl_sum"] is None for row in found):
        raise BadRequest(
            "too_large",
            "the total of all rows has more than 38 digits",
            help="price fewer rows at once",
        )
    totals = {row["pl_in"]: Fraction(row["pl_sum"]) for row in found if row["pl_in"] is not None}
    priced, refused = (
        sum(row["pl_rows"] for row in found if (row["pl_in"] is None) == lost)
        for lost in (False, True)
    )
    return Written(
        priced + refused,
        priced,
        refused,
        totals,
        tuple(sorted(str(row["pl_why"]) for row in found if row["pl_in"] is None)),
    )


def _path(spark: SparkSession, path: str) -> Any:
    jvm: Any = spark.sparkContext._jvm
    return jvm.org.apache.hadoop.fs.Path(path)


def _files(spark: SparkSession, path: str) -> Any:
    """The file system of a path, as Spark has it: local, HDFS, or a store of objects."""
    context: Any = spark.sparkContext
    return _path(spark, path).getFileSystem(context._jsc.hadoopConfiguration())


def _move(spark: SparkSession, draft: str, path: str) -> None:
    if not _files(spark, path).rename(_path(spark, draft), _path(spark, path)):
        raise BadRequest(
            "bad_output", f"`{shown(path)}` cannot be written", help="is there a folder above it?"
        )
