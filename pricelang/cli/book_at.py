"""The books that a comparison names: a book, a book on a day, or one of a git revision."""

from __future__ import annotations

import os
import re
from pathlib import Path

from attrs import frozen

from pricelang.api import Book, loaded
from pricelang.apps.revisions import book_of_revision
from pricelang.cli.failures import UnusableBook, failures
from pricelang.cli.inputs import open_book
from pricelang.cli.options import checked_instant
from pricelang.syntax.diagnostics import BookError
from pricelang.usage.io.writing import scratch


@frozen
class NamedBook:
    """A book to compare: what it was called, and the day on which it is looked at."""

    name: str
    book: Book
    at: str | None


def book_at(source: str) -> NamedBook:
    """The book that an argument names. Raises `Failure` or `UnusableBook`."""
    name, at = source, None
    if not os.path.exists(source):
        before, mark, after = source.rpartition("@")
        if mark and before and re.match(r"[0-9]{4}-", after):
            name, at = before, checked_instant(after)
    revision, colon, path = name.partition(":")
    if not colon or len(revision) < 2 or not path or os.path.exists(name):
        return NamedBook(name, open_book(name), at)
    with scratch() as folder:
        with failures():
            entry = book_of_revision(revision, path, Path(folder))
        try:
            return NamedBook(name, loaded(entry), at)
        except BookError as error:
            raise UnusableBook(error, name) from None
