"""The header and the rows of a file of FOCUS rows, as texts."""

from __future__ import annotations

import os
from collections.abc import Iterator

from pricelang.model.errors import BadRequest
from pricelang.present.text import shown
from pricelang.usage.io.csv_lines import rows_of_file
from pricelang.usage.io.offline import open_duckdb
from pricelang.usage.records import UsageError

CHUNK = 10_000


def csv_texts(path: str) -> Iterator[list[str]]:
    """The header and the rows of a CSV file. Raises `BadRequest` for one that cannot be read."""
    empty = True
    try:
        for _, row in rows_of_file(path):
            empty = False
            yield row
    except UsageError as error:
        raise BadRequest(error.code, error.message, help=error.help) from None
    if empty:
        raise BadRequest("bad_csv", f"`{shown(path)}` is empty: FOCUS rows have a header")


def parquet_texts(path: str) -> Iterator[list[str]]:
    """The header and the rows of a Parquet file, as texts;
    an instant has the form in which FOCUS writes it.
    """
    try:
        import duckdb
    except ImportError:
        raise BadRequest(
            "missing_extra", "Parquet needs the extra `duckdb`", help="install `pricelang[duckdb]`"
        ) from None
    if not os.path.exists(path):
        raise BadRequest("unreadable_file", f"`{shown(path)}` cannot be read: no such file")
    try:
        with open_duckdb() as connection:
            connection.execute("set timezone = 'UTC'")
            quoted = path.replace("'", "''")
            columns = [
                (str(row[0]), str(row[1]))
                for row in connection.execute(
                    f"describe select * from read_parquet('{quoted}')"
                ).fetchall()
            ]
            yield [name for name, _ in columns]
            found = connection.execute(
                f"select {', '.join(_cell_sql(name, kind) for name, kind in columns)} from "
                f"read_parquet('{quoted}')"
            )
            while rows := found.fetchmany(CHUNK):
                yield from (["" if cell is None else str(cell) for cell in row] for row in rows)
    except duckdb.Error as error:
        raise BadRequest(
            "unreadable_file",
            f"`{shown(path)}` is no Parquet file: {str(error).strip().splitlines()[0]}",
        ) from None


def _cell_sql(name: str, kind: str) -> str:
    column = '"' + name.replace('"', '""') + '"'
    return (
        f"strftime({column}, '%Y-%m-%dT%H:%M:%SZ')"
        if kind.startswith("TIMESTAMP")
        else f"{column}::varchar"
    )
