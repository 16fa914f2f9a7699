"""Tables of usage on the command line: the options that say how to read them, and the job that
prices them.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from pricelang.cli.exit_codes import SOME_FAILED
from pricelang.cli.failures import Failure
from pricelang.cli.inputs import dimensions_of, open_book
from pricelang.cli.options import option_group
from pricelang.cli.progress import PROGRESS_AFTER
from pricelang.model.errors import PriceError
from pricelang.present.text import printable

NOT_STRICT = "`--strict` is for records: the amounts of tables carry no warnings"

if TYPE_CHECKING:
    import threading

    from pricelang.api import Book
    from pricelang.engines.columns import Fixed
    from pricelang.engines.duck import Job

MEMORY = "512MB"


class RowsRefused(Failure):
    """A table with a row that has no price:
    nothing is wrong with the call, so the exit code is another.
    """

    exit_code = SOME_FAILED


mapping_options = option_group(
    click.option(
        "--map",
        "mapping",
        multiple=True,
        metavar="NAME=COLUMN|FILE",
        help="The column that holds `model`, `at`, a dimension or a meter; or a TOML file with "
        "a table `[columns]` of such names.",
    ),
    click.option("--table", metavar="NAME", help="The table of a DuckDB file."),
    click.option(
        "--remote",
        is_flag=True,
        is_eager=True,
        help="Allow tables that are not on this machine, such as `s3://…` or `https://…`.",
    ),
    click.option(
        "--memory",
        default=MEMORY,
        show_default=True,
        metavar="SIZE",
        help="The memory that DuckDB may use for a table.",
    ),
)
"""How a table of usage is read: `opened_by` reads them."""

engine_options = option_group(
    click.option(
        "--engine",
        is_eager=True,
        type=click.Choice(["duckdb", "spark"]),
        default="duckdb",
        show_default=True,
        help="Where a table is priced. Spark takes folders and globs, and writes folders of "
        "Parquet.",
    ),
    click.option(
        "--master", metavar="URL", help="The master of Spark, such as `local[4]` or `yarn`."
    ),
)
"""Where a table is priced."""


@contextlib.contextmanager
def on_spark(
    ctx: click.Context, params: dict[str, Any], **without: object
) -> Iterator[dict[str, Any]]:
    """What files of usage on Spark are priced by, as arguments of `pricelang.engines.spark_files`;
    `without` are options that it does not have. Raises `Failure` for what cannot be read or priced.
    """
    for name, value in (without | {"table": params["table"]}).items():
        if value is not None:
            ctx.fail(f"`--{name}` is not for `--engine spark`")
    fixed = _fixed(ctx, params)
    arguments = {
        "book": open_book(params["book"]),
        "paths": params["files"],
        "master": params["master"],
        "fixed": fixed,
        "sums": _is_sum(params),
        "remote": params["remote"],
    }
    with _row_failures():
        yield arguments | {"mapping": _mapping(ctx, params["mapping"])}


def tables_of(ctx: click.Context, files: Sequence[str]) -> bool:
    """Says whether files are tables of usage: a CSV whose header a format of records knows is none,
    unless an option asks for a table.
    Raises a usage error where only some of them are tables.
    """
    if not files:
        return False
    from pricelang.usage.io.folders import is_table

    found = [is_table(file) for file in files]
    if any(found) and not any(map(ctx.params.get, _OF_TABLES)):
        found = [
            is_one and not _is_of_records(file) for is_one, file in zip(found, files, strict=True)
        ]
    if any(found) and not all(found):
        ctx.fail("tables and records cannot be priced together: give one kind")
    return all(found)


_OF_TABLES = ("mapping", "table", "target", "lines", "keep", "is_sum")
"""Options that ask for a table."""


def _is_of_records(file: str) -> bool:
    """Says whether a CSV is priced as records. One with the names of the book may have any of its
    dimensions and meters, and is a table where DuckDB is there.
    """
    from importlib.util import find_spec

    from pricelang.usage.csv_files import named_by_book, names_of_records

    names = names_of_records(file)
    return names is not None and not (named_by_book(names) and find_spec("duckdb") is not None)


def opened(ctx: click.Context, params: dict[str, Any]) -> contextlib.AbstractContextManager[Job]:
    """A job over the tables that the options name, with progress on a terminal.
    Raises `Failure` for what cannot be read or priced.
    """
    fixed = _fixed(ctx, params)
    return opened_by(ctx, open_book(params["book"]), params["files"], params, fixed)


def _fixed(ctx: click.Context, params: dict[str, Any]) -> Fixed:
    """What flags say of every row."""
    from pricelang.engines.columns import Fixed

    return Fixed(params["model"], params["at"], dimensions_of(ctx, params))


@contextlib.contextmanager
def opened_by(
    ctx: click.Context,
    book: Book,
    files: Sequence[str],
    params: dict[str, Any],
    fixed: Fixed | None = None,
) -> Iterator[Job]:
    """The same by a book that is open already;
    `params` say how the tables are read (see `mapping_options`).
    """
    from importlib.util import find_spec

    if find_spec("duckdb") is None:
        raise Failure(
            "no_engine",
            "tables are priced by DuckDB, which is not installed",
            "pip install 'pricelang[duckdb]'",
        )
    from pricelang.engines.duck import NOTHING_FIXED, open_job
    from pricelang.engines.failures import engine_errors
    from pricelang.usage.io.offline import open_duckdb

    with (
        _row_failures(),
        engine_errors(),
        open_duckdb(memory_limit=params["memory"]) as connection,
        _progress(connection),
    ):
        yield open_job(
            book,
            connection,
            list(files),
            mapping=_mapping(ctx, params["mapping"]),
            fixed=fixed or NOTHING_FIXED,
            table=params["table"],
            sums=_is_sum(params),
            remote=bool(params.get("remote")),
        )


@contextlib.contextmanager
def _row_failures() -> Iterator[None]:
    """Turns an error into a `Failure`, whose exit code is 1 where a row was refused."""
    try:
        yield
    except PriceError as error:
        kind = RowsRefused if error.code == "refused_rows" else Failure
        raise kind(error.code, error.message, error.help) from None


def _is_sum(params: dict[str, Any]) -> bool:
    """Says whether the rows of a table add up several requests."""
    return bool(params.get("is_sum", False))


def _mapping(ctx: click.Context, given: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in given:
        name, equals, column = text.partition("=")
        if not equals and os.path.isfile(text):
            from pricelang.engines.columns import read_mapping

            found |= read_mapping(text)
        elif not equals or not name.strip() or not column.strip():
            ctx.fail(f"`--map` takes NAME=COLUMN or a TOML file, not `{printable(text)}`")
        else:
            found[name.strip()] = column.strip()
    return found


@contextlib.contextmanager
def _progress(connection: Any) -> Iterator[None]:
    """Shows how far the present query is while a terminal's user waits."""
    if not sys.stderr.isatty():
        yield
        return
    import threading

    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(connection, done), daemon=True)
    connection.execute("set enable_progress_bar = true; set enable_progress_bar_print = false")
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _watch(connection: Any, done: threading.Event) -> None:
    if done.wait(PROGRESS_AFTER):
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("pricing"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=100.0)
        while not done.wait(0.2):
            share = connection.query_progress()
            progress.update(task, completed=max(0.0, float(share)))
