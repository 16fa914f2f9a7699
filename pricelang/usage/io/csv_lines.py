"""CSV files: those of strangers read a record at a time, their lines and cells of bounded length,
every fault a `csv.Error`; our own written for spreadsheets, without a formula.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from typing import TextIO

MAX_LINE = 4 * 2**20
MAX_CELL = 2**20
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")


def csv_rows(stream: TextIO) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the line on which it ends.
    Raises `csv.Error`, and `UnicodeDecodeError`.

    >>> import io
    >>> list(csv_rows(io.StringIO('a,b\\n"1\\n2",3\\n')))
    [(1, ['a', 'b']), (3, ['1\\n2', '3'])]
    """
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(_lines(stream), strict=True)
    for row in reader:
        if row:
            yield reader.line_num, row


def _lines(stream: TextIO) -> Iterator[str]:
    while line := stream.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise csv.Error(f"a line is longer than {MAX_LINE:,} characters")
        yield line


class CsvWriter:
    """Rows to a stream, in which no text is a formula to a spreadsheet;
    `for_spreadsheets=False` leaves texts as they are, for a file that only programs read.
    """

    def __init__(self, stream: TextIO, for_spreadsheets: bool = True) -> None:
        self._writer = csv.writer(stream, lineterminator="\n")
        self._cell = safe_cell if for_spreadsheets else _same

    def row(self, cells: Iterable[object]) -> None:
        """Writes a row; None is an empty cell."""
        self._writer.writerow([self._cell(cell) for cell in cells])


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
