"""Errors of DuckDB as errors of prices. Its own classes of errors stay inside this module."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from pricelang.model.errors import PriceError
from pricelang.present.text import printable


class EngineFailed(PriceError):
    """DuckDB could not go on (code `engine`):
    no memory, no place on a disk, a file that changed while it was read.
    """


@contextlib.contextmanager
def engine_errors() -> Iterator[None]:
    """Raises `EngineFailed` for an error of DuckDB, and `KeyboardInterrupt` where it is one:
    DuckDB tells that as an error of its own, of the query or of a function in it.
    """
    import duckdb

    try:
        yield
    except (duckdb.Error, RuntimeError) as error:
        said = str(error).strip()
        if (
            isinstance(error, duckdb.InterruptException)
            or "KeyboardInterrupt" in said
            or said == "Query interrupted"
        ):
            raise KeyboardInterrupt from None
        if not isinstance(error, duckdb.Error):
            raise
        first = said.splitlines()[0] if said else type(error).__name__
        help = (
            "more memory may help: `--memory 2GB`"
            if isinstance(error, duckdb.OutOfMemoryException)
            else None
        )
        if "Memory must have" in first:
            help = "the memory is a size such as `--memory 2GB`"
        raise EngineFailed("engine", f"DuckDB stopped: {printable(first)}", help=help) from error
