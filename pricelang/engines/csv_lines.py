"""Lines of cells as a table of DuckDB: every cell as its text, and lines that have too many cells,
or too few, kept apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pricelang.engines.json_lines import BrokenLines
from pricelang.engines.names import fresh, literal
from pricelang.present.text import shown

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def csv_lines(connection: DuckDBPyConnection, paths: Sequence[str], name: str) -> BrokenLines:
    """Makes a temporary table of files, columns of several by their names;
    returns the lines that are no rows.
    """
    errors, scans = fresh("pricelang_errors"), fresh("pricelang_scans")
    rows = " union all by name ".join(
        f"select * from {_csv_sql(connection, path, errors, scans)}" for path in paths
    )
    connection.execute(f"create temp table {name} as {rows}")
    broken = connection.execute(
        "select s.file_path, e.line, min(e.error_message), min(e.csv_line) "
        f"from {errors} e join {scans} s using (scan_id, file_id) group by all order by 1, 2"
    ).fetchall()
    connection.execute(f"drop table {errors}; drop table {scans}")
    return tuple((file, line, _lower(error), text or "") for file, line, error, text in broken)


def _csv_sql(connection: DuckDBPyConnection, path: str, errors: str, scans: str) -> str:
    """A text of cells as a table function of DuckDB.
    Each file is read by itself, since columns are known by their names.
    """
    found = connection.execute(
        f"select delimiter from sniff_csv({literal(path)}, ignore_errors = true)"
    ).fetchone()
    delimiter = found[0] if found is not None and found[0] in (",", ";", "\t", "|") else ","
    return (
        f"read_csv({literal(path)}, all_varchar = true, header = true, delim = "
        f"{literal(delimiter)}, quote = '\"', escape = '\"', "
        f"store_rejects = true, rejects_table = {literal(errors)}, rejects_scan = {literal(scans)})"
    )


def _lower(text: str) -> str:
    return shown(text[:1].lower() + text[1:].rstrip("."), 200)
