"""Rows of tables of usage: totals and a price for each of ten million rows inside DuckDB,
beside plain queries of the same data.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path

import duckdb

import pricelang
from benchmarks.processes import measured
from benchmarks.usage_data import make

ROWS = 10_000_000
METERS = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
MEMORY = "512MB"


@cache
def folder() -> Path:
    """A folder for this run's tables."""
    return Path(tempfile.mkdtemp(prefix="pricelang-benchmark-"))


@cache
def usage() -> str:
    """The table of usage, made once."""
    path = str(folder() / "usage.parquet")
    make(ROWS, path)
    return path


@cache
def mixed() -> str:
    """The same rows in no order of time, over six weeks in which the price of one model changes:
    each row group spans the change.
    """
    path = str(folder() / "mixed.parquet")
    ts = "timestamp '2026-10-01' + to_seconds((hash(id) % 3900000)::bigint)"
    model = "case model when 'claude-sonnet-5' then 'claude-sonnet-5-5' else model end"
    with duckdb.connect() as found:
        found.execute(
            f"copy (select * replace ({ts} as ts, {model} as model) from '{usage()}') to '{path}' (format parquet, row_group_size 122880)"
        )
    return path


@cache
def connection() -> duckdb.DuckDBPyConnection:
    """A connection with the memory that the aims allow, and the macro in it."""
    found = duckdb.connect(config={"memory_limit": MEMORY})
    pricelang.load().duckdb(found, dimensions=["service_tier", "inference_geo"], since="2026-07-01")
    return found


def engine_calls() -> list[tuple[str, str, str, Callable[[], object]]]:
    """Contestants inside this process: group, name,
    limit in times the first of the group, one call.
    """
    book, sums = pricelang.load(), ", ".join(f"sum({meter})" for meter in METERS)
    given = ", ".join(f"{name} := {name}" for name in (*METERS, "service_tier", "inference_geo"))
    out = str(folder() / "out.parquet")

    def run(sql: str) -> object:
        return connection().execute(sql).fetchall()

    totals, rows = f"{ROWS:,} rows, totals by model", f"{ROWS:,} rows, a price for each, to Parquet"
    unordered = f"{ROWS:,} rows in no order of time, totals by model"
    return [
        (
            totals,
            f"`select model, {sums[:10]}… group by model`",
            "the base",
            lambda: run(f"select model, {sums} from '{usage()}' group by model"),
        ),
        (
            totals,
            "the same by model, tiers and two stretches of time, by hand",
            "",
            lambda: run(
                f"select model, service_tier, inference_geo, ts < timestamp '2026-08-15', {sums} from '{usage()}' group by all"
            ),
        ),
        (
            totals,
            '`book.report(usage, ["model"])`',
            "1.6",
            lambda: book.report(usage(), ["model"], mapping={"at": "ts"}, connection=connection()),
        ),
        (
            totals,
            '`book.report(usage, ["model", "day"])`',
            "",
            lambda: book.report(
                usage(), ["model", "day"], mapping={"at": "ts"}, connection=connection()
            ),
        ),
        (
            totals,
            "`select model, sum(price_of(…)) … group by model`",
            '3 times `book.report(usage, ["model"])`',
            lambda: run(
                f"select model, sum(price_of(model, ts, {given})) from '{usage()}' group by model"
            ),
        ),
        (
            unordered,
            f"a plain `select model, {sums[:10]}… group by model`",
            "the base",
            lambda: run(f"select model, {sums} from '{mixed()}' group by model"),
        ),
        (
            unordered,
            '`book.report(usage, ["model"])`, unordered',
            "1.8",
            lambda: book.report(mixed(), ["model"], mapping={"at": "ts"}, connection=connection()),
        ),
        (
            rows,
            "copy of two columns, `id` and `input`",
            "the base",
            lambda: run(f"copy (select id, input from '{usage()}') to '{out}' (format parquet)"),
        ),
        (
            rows,
            '`book.price_table(usage, to, keep=["id"])`',
            "2.6",
            lambda: book.price_table(
                usage(), out, keep=["id"], mapping={"at": "ts"}, connection=connection()
            ),
        ),
        (
            rows,
            "`copy (select id, price_of(…))`",
            "",
            lambda: run(
                f"copy (select id, price_of(model, ts, {given}) from '{usage()}') to '{out}' (format parquet)"
            ),
        ),
    ]


def memory() -> list[tuple[str, str, int]]:
    """The peak memory (KiB) of whole processes that price each row of the table,
    and of the table four times over.
    """
    found = []
    for times in (1, 4):
        command = [
            sys.executable,
            "-m",
            "pricelang",
            "price",
            *[usage()] * times,
            "--map",
            "at=ts",
            "--keep",
            "id",
            "--memory",
            MEMORY,
            "-o",
            str(folder() / "many.parquet"),
        ]
        found.append(
            (
                f"`pricelang price` of {times * ROWS:,} rows, `--memory {MEMORY}`",
                "200 MB",
                measured(command)[1],
            )
        )
    return found


def agreement() -> str:
    """That totals, rows and the macro say the same of the table, to the last digit."""
    book, con = pricelang.load(), connection()
    given = ", ".join(f"{name} := {name}" for name in (*METERS, "service_tier", "inference_geo"))
    total = sum(
        total.amount
        for total in book.report(usage(), ["model"], mapping={"at": "ts"}, connection=con).totals
    )
    out = str(folder() / "out.parquet")
    book.price_table(usage(), out, keep=["id"], mapping={"at": "ts"}, connection=con)
    rows = con.execute(f"select sum(cost) from '{out}'").fetchone()
    macro = con.execute(f"select sum(price_of(model, ts, {given})) from '{usage()}'").fetchone()
    assert rows is not None
    assert macro is not None
    same = Fraction(rows[0]) == Fraction(macro[0]) == total
    return f"The {ROWS:,} rows cost ${float(total):,.2f}; totals, rows and macro are {'equal to the last digit' if same else 'NOT EQUAL'}."


def clean() -> None:
    """Deletes this run's tables."""
    shutil.rmtree(folder(), ignore_errors=True)
