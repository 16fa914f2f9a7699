"""Tables as comma-separated values for spreadsheets, in which no text is a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import TextIO

from pricelang.present.table import Table

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")


def write_csv(table: Table, stream: TextIO) -> None:
    """Writes the headers and the rows of a table."""
    writer = CsvWriter(stream)
    writer.row(table.headers)
    for row in table.rows:
        writer.row(row)


def csv_text(table: Table) -> str:
    """A table as text.

    >>> print(csv_text(Table(("day", "amount"), (("2026-05-01", "0.25"),))), end="")
    day,amount
    2026-05-01,0.25
    """
    stream = io.StringIO()
    write_csv(table, stream)
    return stream.getvalue()


class CsvWriter:
    """Rows to a stream, in which no text is a formula to a spreadsheet;
    `for_spreadsheets=False` leaves texts as they are, for a file that only programs read.
    """

    def __init__(self, stream: TextIO, for_spreadsheets: bool = True) -> None:
        self._writer = csv.writer(stream, lineterminator="\n")
        # a carriage return ends a line to readers, and is not quoted by itself
        self._quoted = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
        self._cell = safe_cell if for_spreadsheets else _same

    def row(self, cells: Iterable[object]) -> None:
        """Writes a row; None is an empty cell."""
        row = [self._cell(cell) for cell in cells]
        returns = any(isinstance(cell, str) and "\r" in cell for cell in row)
        (self._quoted if returns else self._writer).writerow(row)


def safe_cell(cell: object) -> object:
    """A text that a spreadsheet would take for a formula stands behind an apostrophe;
    a number stays as it is.

    >>> safe_cell("=1+1"), safe_cell("-0.5"), safe_cell("-a"), safe_cell("a=b")
    ("'=1+1", '-0.5', "'-a", 'a=b')
    """
    if isinstance(cell, str) and cell[:1] in _FORMULA and cell and not _NUMBER.fullmatch(cell):
        return "'" + cell
    return cell


def _same(cell: object) -> object:
    return cell
