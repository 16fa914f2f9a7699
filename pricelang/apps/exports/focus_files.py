"""Files of FOCUS rows: CSV, or Parquet by DuckDB."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from pricelang.apps.exports.focus_columns import COLUMNS, DECIMALS
from pricelang.model.errors import BadRequest
from pricelang.present.csv_text import CsvWriter
from pricelang.usage.io.offline import open_duckdb
from pricelang.usage.io.targets import is_stream
from pricelang.usage.io.writing import Drafts, scratch, text_file


def write_focus(rows: Iterable[Mapping[str, str]], path: str) -> int:
    """Writes rows to a CSV file, or to Parquet (the extra `duckdb`) where the name ends so;
    returns how many there are.

    The file is there whole or not at all; a device or a pipe is written through, as CSV.
    Raises `BadRequest` for another ending, and `OSError`.
    """
    ending = os.path.splitext(path)[1].lower()
    if ending not in (".csv", ".parquet"):
        if not is_stream(path):
            raise BadRequest(
                "unknown_ending",
                "FOCUS rows go to a file that ends with .csv or .parquet",
                help="such as `--focus costs.csv`",
            )
        ending = ".csv"
    if ending == ".parquet":
        return _write_parquet(rows, path)
    with text_file(path) as stream:
        return _write_rows(rows, CsvWriter(stream))[0]


def _write_rows(rows: Iterable[Mapping[str, str]], writer: CsvWriter) -> tuple[int, int]:
    """Writes the rows and their header;
    returns how many there are, and the most decimals of a number.
    """
    writer.row(COLUMNS)
    places = count = 0
    for row in rows:
        writer.row([row[name] for name in COLUMNS])
        count += 1
        places = max([places, *(len(row[name].partition(".")[2]) for name in DECIMALS)])
    return count, places


def _write_parquet(rows: Iterable[Mapping[str, str]], path: str) -> int:
    with Drafts() as drafts, scratch() as folder:
        made = os.path.join(folder, "rows.csv")
        with open(made, "w", encoding="utf-8", newline="") as stream:
            count, places = _write_rows(rows, CsvWriter(stream, for_spreadsheets=False))
        _parquet(made, drafts.of(path), places)
        drafts.place()
        return count


def _parquet(source: str, target: str, places: int) -> None:
    """The rows of a CSV file as Parquet, with decimals of as many places as there are.
    Raises `BadRequest`.
    """
    try:
        import duckdb
    except ImportError:
        raise BadRequest(
            "missing_extra",
            "Parquet needs the extra `duckdb`",
            help="install `pricelang[duckdb]`, or write a .csv file",
        ) from None
    columns = dict.fromkeys(COLUMNS, "VARCHAR") | {
        name: f"DECIMAL(38, {min(places, 38)})" for name in DECIMALS
    }
    columns |= {
        name: "TIMESTAMPTZ" for name in COLUMNS if name.endswith(("PeriodStart", "PeriodEnd"))
    }
    typed = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    try:
        with open_duckdb() as connection:
            connection.execute("set timezone = 'UTC'")
            quoted = source.replace("'", "''"), target.replace("'", "''")
            connection.execute(
                f"copy (select * from read_csv('{quoted[0]}', header = true, delim = ',', "
                "quote = '\"', escape = '\"', "
                f"nullstr = '', auto_detect = false, columns = {{{typed}}})) to "
                f"'{quoted[1]}' (format parquet)"
            )
    except duckdb.Error as error:
        raise BadRequest(
            "engine",
            f"the rows cannot be Parquet: {str(error).strip().splitlines()[0]}",
            help="write a .csv file: its numbers have any size",
        ) from None
