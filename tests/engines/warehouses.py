"""The warehouses that run here: DuckDB and ClickHouse in this process,
PostgreSQL in a folder of its own, Spark in a session.

One of each serves a whole worker. Where there is none, a test is skipped, and says so.
"""

from __future__ import annotations

import atexit
import contextlib
import csv
import functools
import io
import itertools
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest

POSTGRES = Path("/usr/lib/postgresql")


def run(
    dialect: str, statements: Sequence[str], query: str, columns: Sequence[str]
) -> list[tuple[str | None, ...]]:
    """The rows of a query, as texts, after some statements, in an empty database."""
    return globals()[f"_{dialect}"](statements, query, columns)  # type: ignore[no-any-return]


def exactly(text: str | None) -> Fraction | None:
    """A decimal of a row."""
    return None if text is None else Fraction(text)


# ---- duckdb --------------------------------------------------------------------------------------


@contextlib.contextmanager
def empty_duckdb() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a database of its own. Its instance serves the whole worker: to open one takes
    twenty times as long.
    """
    name = f"own_{next(_NUMBERS)}"
    with _instance().cursor() as connection:
        connection.execute(f"attach ':memory:' as {name}")
        connection.execute(f"use {name}")
        try:
            yield connection
        finally:
            connection.execute("use memory")
            connection.execute(f"detach {name}")


_NUMBERS = itertools.count()


@functools.cache
def _instance() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def _duckdb(
    statements: Sequence[str], query: str, columns: Sequence[str]
) -> list[tuple[str | None, ...]]:
    with empty_duckdb() as connection:
        for statement in statements:
            connection.execute(statement)
        found = connection.execute(query)
        names = [column[0] for column in found.description or ()]
        return [
            tuple(_text(row[names.index(column)]) for column in columns) for row in found.fetchall()
        ]


def _text(value: object) -> str | None:
    if isinstance(value, Decimal):
        return format(value, "f")
    return None if value is None else str(value)


# ---- clickhouse ----------------------------------------------------------------------------------


@functools.cache
def _chdb() -> Any:
    session = pytest.importorskip(
        "chdb.session", reason="SKIPPED LOUDLY: no chdb, so nothing ran on ClickHouse"
    )
    return session.Session()


def _clickhouse(
    statements: Sequence[str], query: str, columns: Sequence[str]
) -> list[tuple[str | None, ...]]:
    session = _chdb()
    for statement in ("drop database if exists pl", "create database pl", "use pl", *statements):
        session.query(statement)
    settings = " settings output_format_json_quote_decimals = 1, output_format_json_quote_64bit_integers = 1"
    found = json.loads(str(session.query(query + settings, "JSON")))
    return [
        tuple(None if row[column] is None else str(row[column]) for column in columns)
        for row in found["data"]
    ]


# ---- postgres ------------------------------------------------------------------------------------


@functools.cache
def _cluster() -> str:
    """The folder of the socket of a server that ends with this process."""
    programs = sorted(POSTGRES.glob("*/bin")) if POSTGRES.is_dir() else []
    if not programs or shutil.which("psql") is None:
        pytest.skip("SKIPPED LOUDLY: no PostgreSQL server, so nothing ran on it")
    folder = tempfile.mkdtemp(prefix="pricelang-postgres-")
    user = None
    if os.getuid() == 0:  # the server refuses to run as root
        user = next(
            (
                name
                for name in ("postgres", "nobody")
                if name in {found.pw_name for found in pwd.getpwall()}
            ),
            None,
        )
        if user is None:
            pytest.skip("SKIPPED LOUDLY: nobody but root is there to run PostgreSQL")
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    quiet: Any = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.STDOUT,
        "check": True,
        "cwd": folder,
        "user": user,
    }
    data, program = os.path.join(folder, "data"), programs[-1]
    subprocess.run(
        [
            program / "initdb",
            "-D",
            data,
            "-U",
            "owner",
            "-A",
            "trust",
            "-N",
            "--locale=C.UTF-8",
            "-E",
            "UTF8",
        ],
        **quiet,
    )
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c full_page_writes=off"
    subprocess.run(
        [
            program / "pg_ctl",
            "-D",
            data,
            "-w",
            "-l",
            os.path.join(folder, "log"),
            "-o",
            options,
            "start",
        ],
        **quiet,
    )

    def stop() -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            subprocess.run([program / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **quiet)
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    return folder


class Failed(Exception):
    """What a server says of a statement that it stops."""


def _postgres(
    statements: Sequence[str], query: str, columns: Sequence[str]
) -> list[tuple[str | None, ...]]:
    chosen = ", ".join(f'"{column}"' for column in columns)
    text = ";\n".join(
        [
            "begin",
            *statements,
            f"copy (select {chosen} from ({query}) x) to stdout (format csv, null '\\N')",
            "rollback",
        ]
    )
    done = subprocess.run(
        [
            "psql",
            "-h",
            _cluster(),
            "-U",
            "owner",
            "-d",
            "postgres",
            "-q",
            "-X",
            "-v",
            "ON_ERROR_STOP=1",
            "-f",
            "-",
        ],
        input=text + ";\n",
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise Failed(done.stderr)
    return [
        tuple(None if cell == "\\N" else cell for cell in row)
        for row in csv.reader(io.StringIO(done.stdout))
    ]


# ---- spark ---------------------------------------------------------------------------------------


@functools.cache
def spark() -> Any:
    """The session of this worker, on two threads, in which a task may fail and be tried again."""
    if shutil.which("java") is None:
        if os.environ.get("PRICELANG_SPARK") == "required":
            raise AssertionError("there is no Java, and Spark is required to run here")
        pytest.skip("SKIPPED LOUDLY: no Java, so nothing ran on Spark")
    pyspark = pytest.importorskip(
        "pyspark.sql", reason="SKIPPED LOUDLY: no pyspark, so nothing ran on Spark"
    )
    folder = tempfile.mkdtemp(prefix="pricelang-spark-")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        pyspark.SparkSession.builder.master("local[2,4]")
        .appName("pricelang")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.driver.memory", "1g")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.warehouse.dir", os.path.join(folder, "warehouse"))
        .config("spark.local.dir", folder)
        .config(
            "spark.sql.session.timeZone", "America/New_York"
        )  # a zone that would show if it mattered
        .config("spark.log.level", "OFF")
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        # what runs once is not worth the second compiler
        .config(
            "spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"
        )
        .getOrCreate()
    )

    def stop() -> None:
        session.stop()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    return session


@contextlib.contextmanager
def setting(session: Any, key: str, value: str) -> Iterator[None]:
    """A setting of the session, for a while."""
    before = session.conf.get(key)
    session.conf.set(key, value)
    try:
        yield
    finally:
        session.conf.set(key, before)


def _spark(
    statements: Sequence[str], query: str, columns: Sequence[str]
) -> list[tuple[str | None, ...]]:
    session = spark()
    session.conf.set(
        "spark.sql.codegen.wholeStage", "false"
    )  # to compile a query takes longer than these rows do
    session.conf.set("spark.sql.codegen.factoryMode", "NO_CODEGEN")
    try:
        return _on_spark(session, statements, query, columns)
    finally:
        session.conf.unset("spark.sql.codegen.wholeStage")
        session.conf.unset("spark.sql.codegen.factoryMode")


def _on_spark(
    session: Any, statements: Sequence[str], query: str, columns: Sequence[str]
) -> list[tuple[str | None, ...]]:
    session.sql("drop schema if exists pl cascade")
    session.sql("create schema pl")
    session.sql("use pl")
    for statement in statements:
        session.sql(statement)
    return [tuple(_text(row[column]) for column in columns) for row in session.sql(query).collect()]
