"""Folders of a file system as Spark has it: local, HDFS, or a store of objects."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from pricelang.engines.sources import ending
from pricelang.model.errors import BadRequest
from pricelang.present.text import shown
from pricelang.usage.io.folders import PARQUET

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LATE = 20
"""Tenths of a second for which what tasks of a failed job still write is removed."""


def check_folders(spark: SparkSession, output: str, rejects: str | None) -> None:
    """Raises `BadRequest` (`bad_output`) where folders for priced and refused rows are there
    already, or cannot hold them.
    """
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


def _within(spark: SparkSession, one: str, other: str) -> bool:
    """Whether two folders are one, or one is within the other."""
    first, second = (
        str(_files(spark, path).makeQualified(_path(spark, path))) + "/" for path in (one, other)
    )
    return first.startswith(second) or second.startswith(first)


def remove_folder(spark: SparkSession, draft: str, done: bool) -> None:
    """Removes a draft; where its job failed, once more,
    since tasks that are still running may write into it.
    """
    files, path = _files(spark, draft), _path(spark, draft)
    files.delete(path, True)
    for _ in range(0 if done else LATE):
        time.sleep(0.1)
        if files.exists(path):
            files.delete(path, True)


def _path(spark: SparkSession, path: str) -> Any:
    jvm: Any = spark.sparkContext._jvm
    return jvm.org.apache.hadoop.fs.Path(path)


def _files(spark: SparkSession, path: str) -> Any:
    """The file system of a path, as Spark has it: local, HDFS, or a store of objects."""
    context: Any = spark.sparkContext
    return _path(spark, path).getFileSystem(context._jsc.hadoopConfiguration())


def move_folder(spark: SparkSession, draft: str, path: str) -> None:
    """Gives a folder that is whole its name. Raises `BadRequest` (`bad_output`)."""
    if not _files(spark, path).rename(_path(spark, draft), _path(spark, path)):
        raise BadRequest(
            "bad_output", f"`{shown(path)}` cannot be written", help="is there a folder above it?"
        )
