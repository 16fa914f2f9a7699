"""DuckDB for our own work: no extension is ever fetched from the network,
and data only where that is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pricelang.model.errors import BadRequest
from pricelang.present.text import shown

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

OFFLINE: dict[str, Any] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


def open_duckdb(**settings: Any) -> DuckDBPyConnection:
    """A connection to a database of its own in memory.
    Raises `ImportError` where DuckDB is not installed.
    """
    import duckdb

    return duckdb.connect(config={**OFFLINE, **settings})


EXTENSIONS = {
    **dict.fromkeys(("http", "https", "s3", "gs", "gcs", "r2", "hf"), "httpfs"),
    **dict.fromkeys(("az", "azure", "abfs", "abfss"), "azure"),
}
"""The extension of DuckDB that reads paths of a scheme."""


def scheme_of(path: str) -> str | None:
    """The scheme of a path that is not on this machine, such as `s3`.

    >>> scheme_of("S3://bucket/usage.parquet")
    's3'
    >>> scheme_of("file:///tmp/usage.csv"), scheme_of("usage.csv")
    (None, None)
    """
    found = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", path)
    return found[1].lower() if found and found[1].lower() != "file" else None


def check_local(paths: Iterable[str], remote: bool) -> None:
    """Raises `BadRequest` (`remote`) for a path that is not on this machine,
    unless `remote` ones are asked for.
    """
    for path in paths:
        if scheme_of(path) is not None and not remote:
            raise BadRequest(
                "remote",
                f"`{shown(path)}` is not on this machine, and is not read unless that is asked for",
                help="add `--remote` (`remote=True` in Python)",
            )


def load_remote(connection: DuckDBPyConnection, paths: Iterable[str]) -> None:
    """Loads the extensions that read some paths; none is fetched.
    Raises `BadRequest` (`no_extension`) where one is lacking.
    """
    import duckdb

    for name in sorted(
        {EXTENSIONS[found] for path in paths if (found := scheme_of(path)) in EXTENSIONS}
    ):
        try:
            connection.execute(f"load {name}")
        except duckdb.Error:
            raise BadRequest(
                "no_extension",
                f"DuckDB reads such a path by its extension `{name}`, which is not installed",
                help="install it once: `python -c \"import duckdb; duckdb.sql('install "
                f"{name}')\"`",
            ) from None
