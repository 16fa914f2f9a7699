"""Tables of usage as DuckDB reads them: files by their ending, frames of other libraries, tables
of a database.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from pricelang.engines.csv_lines import csv_lines
from pricelang.engines.json_lines import BrokenLines, staged_lines
from pricelang.engines.names import fresh, literal, literals, quoted
from pricelang.model.errors import BadRequest
from pricelang.present.text import help_for, shown
from pricelang.usage.io.folders import CSV, DATABASE, PACKED, PARQUET
from pricelang.usage.io.offline import EXTENSIONS, check_local, load_remote, scheme_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TEXT = {**dict.fromkeys(CSV, "csv"), ".ndjson": "json", ".jsonl": "json"}
VIEW, STAGED = "pricelang_usage", "pricelang_staged"


@frozen
class UsageTable:
    """A table that a connection can read: its SQL, and its columns with their types. `broken` are
    lines of a text that are no rows: the file, the line, what is wrong, and the line itself. `made`
    is the view or table that was made for it, `attached` the databases that were attached to read
    it, `paths` what names its files, which may be globs.
    """

    sql: str
    columns: tuple[tuple[str, str], ...]
    broken: BrokenLines = ()
    made: str = ""
    attached: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    @property
    def is_parquet(self) -> bool:
        """Whether it is files of Parquet."""
        return any(ending(path) in PARQUET for path in self.paths)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(name for name, _ in self.columns)


def ending(path: str) -> str:
    """The ending of a file that says its kind, without that of its packing:
    `.csv` of `usage.csv.gz`.
    """
    plain = path.lower()
    for packed in PACKED:
        plain = plain.removesuffix(packed)
    return os.path.splitext(plain)[1]


def open_source(
    connection: DuckDBPyConnection, usage: object, table: str | None = None, remote: bool = False
) -> UsageTable:
    """The table that `usage` is: a path or several (globs too), the name of a table or view of the
    connection, a frame of pandas or Polars, an Arrow table or reader (which is read whole, since it
    is looked at twice), or a relation of this connection. `table` names one in a database file; a
    path that is not on this machine is read where `remote` says so.

    CSV and JSON Lines are read once, into a temporary table.
    Raises `BadRequest` (`bad_source`) for what cannot be read.
    """
    import duckdb

    paths = [usage] if isinstance(usage, str | Path) else usage
    try:
        if (
            isinstance(paths, list | tuple)
            and paths
            and all(isinstance(path, str | Path) for path in paths)
        ):
            named = tuple(map(str, paths))
            return evolve(_of_paths(connection, named, table, remote), paths=named)
        view = fresh(VIEW)
        try:
            connection.register(view, usage.read_all() if hasattr(usage, "read_all") else usage)
        except (TypeError, duckdb.InvalidInputException):
            raise BadRequest(
                "bad_source",
                f"usage of the type `{type(usage).__name__}` is not a table",
                help="a path or several, the name of a table, a frame of pandas or Polars, an "
                "Arrow table or a relation",
            ) from None
        return _described(connection, f"select * from {view}", made=view)
    except duckdb.Error as error:
        raise BadRequest("bad_source", f"the usage cannot be read: {_sentence(error)}") from None


def _is_loaded(connection: DuckDBPyConnection) -> bool:
    """Whether the caller's connection was made to read paths that are not on this machine."""
    names = ", ".join(sorted({literal(name) for name in EXTENSIONS.values()}))
    sql = f"select bool_or(loaded) from duckdb_extensions() where extension_name in ({names})"
    return bool((connection.execute(sql).fetchone() or (False,))[0])


def _of_paths(
    connection: DuckDBPyConnection, paths: Sequence[str], table: str | None, remote: bool
) -> UsageTable:
    if any(scheme_of(path) for path in paths):
        check_local(paths, remote or _is_loaded(connection))
        load_remote(connection, paths)
    kinds = {ending(path) for path in paths}
    if len(kinds) > 1:
        raise BadRequest(
            "bad_source",
            "files of several kinds are not one table",
            help="price each kind by itself",
        )
    (kind,) = kinds
    if kind in PARQUET:
        return _described(
            connection, f"select * from read_parquet({literals(paths)}, union_by_name = true)"
        )
    if kind in DATABASE:
        return _of_databases(connection, paths, table)
    if kind in TEXT:
        return _staged(connection, paths, csv_lines if TEXT[kind] == "csv" else staged_lines)
    if len(paths) == 1 and (name := _table_name(connection, paths[0])) is not None:
        return _described(connection, f"select * from {name}")
    raise _no_table(connection, paths)


def _no_table(connection: DuckDBPyConnection, paths: Sequence[str]) -> BadRequest:
    if len(paths) > 1 or os.path.exists(paths[0]):
        return BadRequest(
            "bad_source",
            f"`{shown(paths[0])}` is not a kind of file that holds a table",
            help="Parquet, CSV, TSV, JSON Lines, a DuckDB file with `--table NAME`; or the name of "
            "a table",
        )
    sql = "select table_name from information_schema.tables"
    tables = [row[0] for row in connection.execute(sql).fetchall()]
    return BadRequest(
        "bad_source",
        f"there is no table and no file `{shown(paths[0])}`",
        help=help_for(paths[0], tables),
    )


def _table_name(connection: DuckDBPyConnection, text: str) -> str | None:
    """The table or view of a connection that a text names, also with its schema and database."""
    import duckdb

    for name in (quoted(text), ".".join(map(quoted, text.split(".")))):
        with contextlib.suppress(duckdb.CatalogException, duckdb.BinderException):
            connection.execute(f"describe {name}")
            return name
    return None


def _staged(
    connection: DuckDBPyConnection,
    paths: Sequence[str],
    read: Callable[[DuckDBPyConnection, Sequence[str], str], BrokenLines],
) -> UsageTable:
    """Lines of text, read once into a table."""
    staged = fresh(STAGED)
    broken = read(connection, _existing(connection, paths), staged)
    return evolve(_described(connection, f"select * from {staged}", staged), broken=broken)


def _existing(
    connection: DuckDBPyConnection, paths: Sequence[str], kind: str = "file"
) -> Sequence[str]:
    """Paths and globs as files."""
    found = []
    for path in paths:
        files = (
            [path]
            if os.path.exists(path)
            else [
                row[0]
                for row in connection.execute(
                    "select file from glob(?) order by all", [path]
                ).fetchall()
            ]
        )
        if not files:
            raise BadRequest("bad_source", f"there is no {kind} `{shown(path)}`")
        found += files
    return found


def reads(connection: DuckDBPyConnection, source: UsageTable, path: str) -> bool:
    """Whether a file is one of those that a table is read from."""
    import duckdb

    for named in source.paths if os.path.exists(path) else ():
        files = [named]
        with contextlib.suppress(duckdb.Error):
            files += [
                row[0] for row in connection.execute("select file from glob(?)", [named]).fetchall()
            ]
        if any(os.path.exists(file) and os.path.samefile(file, path) for file in files):
            return True
    return False


def _of_databases(
    connection: DuckDBPyConnection, paths: Sequence[str], table: str | None
) -> UsageTable:
    """A table of each file, columns of several files by their names."""
    attached: list[str] = []
    try:
        tables = [
            _of_database(connection, path, table, attached)
            for path in _existing(connection, paths, "database")
        ]
        return evolve(
            _described(connection, " union all by name ".join(tables)), attached=tuple(attached)
        )
    except BaseException:
        detach(connection, attached)
        raise


def _of_database(
    connection: DuckDBPyConnection, path: str, table: str | None, attached: list[str]
) -> str:
    """The rows of a table of a file, as SQL.
    A file that the connection has open already is not opened twice.
    """
    names = {
        os.path.realpath(file): name
        for name, file in connection.execute(
            "select database_name, path from duckdb_databases() where path is not null"
        ).fetchall()
    }
    name = names.get(os.path.realpath(path))
    if name is None:
        name = fresh("pricelang_source")
        connection.execute(f"attach {literal(path)} as {name} (read_only)")
        attached.append(name)
    found = connection.execute(
        "select table_schema, table_name from information_schema.tables where table_catalog "
        "= ? order by all",
        [name],
    ).fetchall()
    chosen = [pair for pair in found if table in (None, pair[1], f"{pair[0]}.{pair[1]}")]
    if len(chosen) != 1:
        listed = ", ".join(shown(name) for _, name in found)
        raise BadRequest(
            "bad_source",
            f"`{shown(path)}` has {len(found)} tables, and none is chosen",
            help=f"name one with `--table`: {listed}",
        )
    return f"select * from {quoted(name)}.{quoted(chosen[0][0])}.{quoted(chosen[0][1])}"


def detach(connection: DuckDBPyConnection, attached: Sequence[str]) -> None:
    """Leaves database files that were attached to be read."""
    for name in attached:
        connection.execute(f"detach database if exists {name}")


def _described(connection: DuckDBPyConnection, sql: str, made: str = "") -> UsageTable:
    rows = connection.execute(f"describe {sql}").fetchall()
    return UsageTable(sql, tuple((row[0], row[1]) for row in rows), made=made)


def _sentence(error: Exception) -> str:
    """The first line of an engine's message, as the end of one of ours."""
    first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    _, _, said = first.partition("Error: ")
    return shown((said or first).rstrip("."), 300)
