"""Files of usage as DataFrames of a session of Spark."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from typing import TYPE_CHECKING, Any

from pricelang.engines.columns import Fixed
from pricelang.engines.sources import TEXT, ending
from pricelang.model.errors import BadRequest, MissingExtra
from pricelang.present.text import shown
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


def open_session(master: str | None) -> SparkSession:
    """The session of this process, or a new one at a master (without one,
    where Spark's own settings say).

    Raises `BadRequest` (`no_spark`) where there is no Spark or no Java.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise MissingExtra("spark", "Spark is called by pyspark") from None
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


def read_files(spark: SparkSession, paths: Sequence[str], fixed: Fixed, remote: bool) -> DataFrame:
    """The rows of files, globs or folders of one kind. Raises `BadRequest`."""
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
        if kind not in TEXT:
            return spark.read.parquet(*paths)
        if TEXT[kind] != "csv":
            return _json_lines(spark, paths, fixed)
        # each by its own header, for columns are known by their names;
        # within a folder or glob other headers are refused
        read = spark.read.options(**CSV, sep="\t" if kind == ".tsv" else ",")
        return reduce(
            lambda one, more: one.unionByName(more, allowMissingColumns=True),
            (read.csv(path) for path in paths),
        )
    except PySparkException as error:
        raise BadRequest(
            "bad_source",
            f"the usage cannot be read: {shown(str(error).strip().splitlines()[0], 300)}",
        ) from None


def _json_lines(spark: SparkSession, paths: Sequence[str], fixed: Fixed) -> DataFrame:
    found = spark.read.json([*paths])
    corrupt = spark.conf.get("spark.sql.columnNameOfCorruptRecord") in found.columns
    if fixed.model is not None and fixed.at is not None and corrupt:
        # elsewhere such a row is refused, since it names no model or has no instant
        raise BadRequest(
            "bad_line",
            "a line of the usage is not a JSON object, and would be a row that uses nothing",
            help="mend the file",
        )
    return found


@contextmanager
def whole_lines() -> Iterator[None]:
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
