"""The macro that prices a row inside anyone's SQL on DuckDB, and the table of rates that it reads.

The rates are read as lists, once a query, and a row finds its own by computing where it stands in
them. A join would do the same work, but a macro that joins makes DuckDB collect every distinct
instant first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pricelang.apps.price_book import PriceBook
from pricelang.engines.macro_rates import (
    CLASSES,
    LISTS,
    NAMES,
    RATES,
    macro_meters,
    show_rates,
    store_rates,
)
from pricelang.engines.macro_sql import macro_amount, macro_arguments
from pricelang.engines.names import literal, quoted
from pricelang.engines.unsaid import assumed
from pricelang.evaluate.rate_table.asked import RatesAsked
from pricelang.evaluate.rate_table.slim import slim
from pricelang.evaluate.rate_table.snapshots import RateSnapshots, rate_snapshots
from pricelang.model.errors import BadRequest
from pricelang.model.instants import Instant, seconds_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PRICE, TRY = "price_of", "try_price_of"
MAX_COMBINATIONS = 400
"""Combinations of values beyond this are folded:
the lists that the macro reads have a place for each in every dated version.
"""


def register(
    book: PriceBook,
    connection: DuckDBPyConnection,
    *,
    dimensions: Sequence[str] | None = None,
    models: Sequence[str] | None = None,
    meters: Sequence[str] | None = None,
    since: Instant | None = None,
    sums: bool = False,
    **fixed: str,
) -> RateSnapshots:
    """Makes the macros `price_of` and `try_price_of`, and `pricelang_rates`, in the current schema.

    `price_of(model, at, METER := …, DIMENSION := …)` is the exact amount of a request,
    a DECIMAL; `at` is a TIMESTAMP in UTC, a TIMESTAMPTZ or a DATE (which has no price where the
    book has a clock), and no text; a meter that is left out was not used, a dimension that is left
    out is at its default. A request that has no price stops the query with an error; `try_price_of`
    is NULL for it. A request is held against what one can have at most, unless `sums` says that
    rows add up several. The dimensions are those on which a price turns, unless others are named;
    `fixed` are values of further ones for all requests.
    Its tables are found in the database and schema that are current:
    a query on an attached database (`other.price_of(…)`) is not supported; `use other` first.
    Raises `PriceError` for names the book does not have,
    and for a book whose amounts are no sums of quantity times price.

    >>> import duckdb, pricelang
    >>> connection = duckdb.connect()
    >>> _ = pricelang.load().duckdb(
    ...     connection, dimensions=["service_tier"], models=["claude-opus-4-7"]
    ... )
    >>> request = "'claude-opus-4-7', timestamp '2026-04-17', input := 50000"
    >>> sql = f"select price_of({request}, service_tier := 'batch')"
    >>> float(connection.sql(sql).fetchall()[0][0])
    0.125
    """
    first = None if since is None else seconds_of(since)
    asked = RatesAsked(
        dimensions, meters, models, (first, None), fixed, widest=MAX_COMBINATIONS, sums=sums
    )
    return _made(book, connection, asked)


def _made(book: PriceBook, connection: DuckDBPyConnection, asked: RatesAsked) -> RateSnapshots:
    """Makes the macros and what they read."""
    found = slim(rate_snapshots(book.rates, asked))
    parts = macro_meters(book, found)
    if not parts:
        raise BadRequest(
            "bad_book",
            "no request of this book is a sum of quantity times price",
            help="use `pricelang price`",
        )
    _clear(connection)
    given = assumed(book, [name for name, _ in found.dimensions], asked.fixed)
    store_rates(connection, found, parts)
    show_rates(connection, found, parts)
    arguments = macro_arguments(found, parts)
    amount = macro_amount(found, parts, asked.period[0], given)
    for name, refused in ((PRICE, _error()), (TRY, "null")):
        connection.execute(f"create macro {name}({arguments}) as coalesce({amount}, {refused})")
    return found


def _clear(connection: DuckDBPyConnection) -> None:
    """Removes what was made before under the names that are made here, whatever it was."""
    for macro in (PRICE, TRY):
        connection.execute(f"drop macro if exists {macro}")
    kinds = (
        "select table_name, table_type from information_schema.tables where table_schema = "
        "current_schema() and table_catalog = current_database()"
    )
    here = dict(connection.execute(kinds).fetchall())
    for name in (RATES, CLASSES, NAMES, LISTS):
        if name in here:
            connection.execute(f"drop {'view' if here[name] == 'VIEW' else 'table'} {name}")
    connection.execute("drop type if exists pricelang_model")


def _error() -> str:
    """An expression that stops the query and says which request has no price."""
    shown = f"coalesce(model, 'NULL') || ' at ' || coalesce({quoted('at')}::varchar, 'NULL')"
    help = (
        "it is unknown, refused, not offered or outside of the models and days that the macro "
        "was made for, or a quantity is none; `pricelang explain` says why"
    )
    return (
        f"error('pricelang: no price for ' || {shown} || ' with these values: ' || {literal(help)})"
    )
