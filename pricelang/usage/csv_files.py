"""What the header of a CSV says: whether its rows are records that a format knows."""

from __future__ import annotations

from collections.abc import Collection

from pricelang.usage.formats.registry import format_of
from pricelang.usage.io.csv_records import header_of
from pricelang.usage.io.file_trees import Open, opened_file
from pricelang.usage.io.files import opened
from pricelang.usage.records import UsageError
from pricelang.usage.shapes import NATIVE

_MAX_HEADER = 2**16
_OF_BOOK = frozenset(("input", "output"))


def names_of_records(path: str, open: Open = opened_file) -> list[str] | None:
    """The columns of a CSV whose rows a format knows, None for any other file."""
    try:
        with open(path) as stream:
            text = opened(stream).readline(_MAX_HEADER).decode("utf-8-sig")
    except (OSError, ValueError):
        return None
    header = header_of(text.rstrip("\r\n"))
    if header is None:
        return None
    try:
        format = format_of(dict.fromkeys(header[1], ""))
    except UsageError:
        return None
    return None if format in NATIVE else header[1]


def named_by_book(names: Collection[str]) -> bool:
    """Decides whether columns have the names of meters that a book has, and no API."""
    return not _OF_BOOK.isdisjoint(names)
