"""CSV files of strangers, a record at a time: UTF-8, lines and cells of bounded length, every fault a `csv.Error`."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TextIO

MAX_LINE = 4 * 2**20
MAX_CELL = 2**20


def csv_rows(stream: TextIO) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the line on which it ends. Raises `csv.Error`, and `UnicodeDecodeError`.

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
