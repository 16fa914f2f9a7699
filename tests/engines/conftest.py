"""What the tests of tables start from: a connection of their own, and the book."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

import pricelang


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as found:
        yield found


@pytest.fixture(scope="session")
def book() -> pricelang.Book:
    return pricelang.load()
