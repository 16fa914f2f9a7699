"""Rows of whole books: the SQL of the shipped one and its macro for DuckDB, LiteLLM's whole data
from its JSON to a book that is loaded, the book beside that data, and the error of a model that
no book has.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import duckdb

import pricelang
from benchmarks.processes import FIRST_LOAD
from pricelang.apps.imports.drafts import ImportFault
from pricelang.apps.imports.reading import imported, litellm_file

SQL = [sys.executable, "-m", "pricelang", "sql", "--dialect", "duckdb"]


def book_processes() -> list[tuple[str, str, str, list[str]]]:
    """Contestants that are whole processes: group, name, limit, command."""
    rows = [("whole books", "`pricelang sql` of the shipped book", "2 s", SQL)]
    if find_spec("litellm") is not None:
        drift = [sys.executable, "-m", "pricelang", "drift", "litellm"]
        rows.append(
            ("whole books", "`pricelang drift litellm`: all its Claude prices", "3 s", drift)
        )
    folder = litellm_book()
    if folder is not None:
        load = [sys.executable, "-c", FIRST_LOAD, str(folder)]
        rows.append(("whole books", "first load of LiteLLM's whole data as a book", "2.5 s", load))
    return rows


def book_calls() -> list[tuple[str, str, str, Callable[[], object]]]:
    """Contestants inside this process: group, name, limit, one call."""
    rows: list[tuple[str, str, str, Callable[[], object]]] = [
        ("whole books, in process", "`book.duckdb(connection)`", "1 s", _macro),
        ("whole books, in process", "error of an unknown model", "", lambda: unknown(_shipped())),
    ]
    folder = litellm_book()
    if folder is not None:
        book = pricelang.load(folder)
        name = "the same in the book of LiteLLM's data"
        rows.append(("whole books, in process", name, "", lambda: unknown(book)))
    return rows


@cache
def _shipped() -> pricelang.Book:
    return pricelang.load()


def _macro() -> float:
    """The seconds of one `book.duckdb()` of a book that has worked out nothing yet."""
    book = pricelang.load()
    with duckdb.connect() as connection:
        start = time.perf_counter()
        book.duckdb(connection)
        return time.perf_counter() - start


def unknown(book: pricelang.Book) -> float:
    """The seconds until a model that the book does not have is refused, with the names it may be."""
    start = time.perf_counter()
    try:
        book.total(model="claude-opus-4-77", at="2026-10-01", usage={"input": 1})
    except pricelang.UnknownName:
        return time.perf_counter() - start
    raise AssertionError("the book has that model")


@cache
def litellm_book() -> Path | None:
    """The installed LiteLLM's data as a book, made once; None where there is none."""
    try:
        found = imported("litellm", str(litellm_file()), "2026-11-20")
    except ImportFault:
        return None
    folder = Path(tempfile.mkdtemp(prefix="pricelang-benchmark-"))
    for name, text in found.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def clean() -> None:
    """Removes the book that was written."""
    folder = litellm_book()
    if folder is not None:
        shutil.rmtree(folder)
