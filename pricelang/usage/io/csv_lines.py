"""CSV files of strangers read a row at a time, their lines and cells of bounded length."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from typing import TextIO

from pricelang.usage.fields import shown
from pricelang.usage.io.files import STDIN
from pricelang.usage.records import UsageError

MAX_LINE = 4 * 2**20
MAX_CELL = 2**20


def rows_of_file(path: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a file, or of standard input, as `csv_rows` gives them.
    Raises `UsageError` for a file that cannot be read, and for what is no CSV.
    """
    try:
        # closed below, but for standard input
        stream = sys.stdin
        if path != STDIN:
            stream = open(path, encoding="utf-8-sig", newline="")  # noqa: SIM115
    except (OSError, ValueError) as error:
        raise UsageError(
            "unreadable_file",
            f"{shown(path)} cannot be read: {getattr(error, 'strerror', None) or error}",
        ) from None
    try:
        yield from csv_rows(stream)
    except (csv.Error, UnicodeDecodeError) as error:
        raise UsageError("bad_csv", f"{shown(path)} is no CSV in UTF-8: {error}") from None
    finally:
        if path != STDIN:
            stream.close()


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
