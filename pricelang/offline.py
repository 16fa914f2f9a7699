"""DuckDB for our own work: nothing is fetched from the network, neither data nor extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

OFFLINE: dict[str, Any] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}


def open_duckdb(**settings: Any) -> DuckDBPyConnection:
    """A connection to a database of its own in memory. Raises `ImportError` where DuckDB is not installed."""
    import duckdb

    return duckdb.connect(config={**OFFLINE, **settings})
