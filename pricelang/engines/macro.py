"""A macro that prices a row inside anyone's SQL on DuckDB, and the table of rates that it reads.

The rates are read as lists, once a query, and a row finds its own by computing where it stands in them. A join would do
the same work, but a macro that joins makes DuckDB collect every distinct instant first.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from pricelang.decimals import plain, scaled
from pricelang.engines import keyed
from pricelang.engines.dialects import timed, utc_timestamp
from pricelang.engines.duck import AFTER_DAYS, FIRST_DAY, WORDS
from pricelang.engines.keyed import Quantity
from pricelang.engines.names import literal, quoted
from pricelang.engines.quantities import decimal_sql
from pricelang.engines.unsaid import default_sql
from pricelang.pricing import PriceBook
from pricelang.rating.atoms import RateRow
from pricelang.rating.errors import BadRequest
from pricelang.rating.folding import classes_of
from pricelang.rating.instants import Instant, seconds_of, written
from pricelang.rating.versions import Versions, versions_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PRICE, TRY = "price_of", "try_price_of"
CLASSES = "pricelang_classes"
MAX_COMBINATIONS = 400
"""Combinations of values beyond this are folded: the lists that the macro reads have a place for each in every dated version."""

TIME = 6
"""Decimals of a quantity that is no whole number, such as hours; one that is finer has no price here."""


@frozen
class Part:
    """A meter of the macro: its number among those of the rates, its argument, and whether a minimum may hold."""

    number: int
    quantity: Quantity
    has_least: bool


def register(
    book: PriceBook, connection: DuckDBPyConnection, *, dimensions: Sequence[str] | None = None, models: Sequence[str] | None = None,
    meters: Sequence[str] | None = None, since: Instant | None = None, **fixed: str,
) -> Versions:  # fmt: skip
    """Makes the macros `price_of` and `try_price_of` and the table `pricelang_rates` in the current schema.

    `price_of(model, at, METER := …, DIMENSION := …)` is the exact amount of a request, a DECIMAL; `at` is a TIMESTAMP in
    UTC, a TIMESTAMPTZ or a DATE (which has no price where the book has a clock), and no text; a meter that is left out was not
    used, a dimension that is left out is at its default. A request that has no price stops the query with an error; `try_price_of` is NULL for it. The
    dimensions are those on which a price turns, unless others are named; `fixed` are values of further ones for all requests.

    Its tables are found in the database and schema that are current: a query on an attached database (`other.price_of(…)`)
    is not supported; `use other` first.

    Raises `PriceError` for names the book does not have, and for a book whose amounts are no sums of quantity times price.

    >>> import duckdb, pricelang
    >>> connection = duckdb.connect()
    >>> _ = pricelang.load().duckdb(connection, dimensions=["service_tier"], models=["claude-opus-4-7"])
    >>> sql = "select price_of('claude-opus-4-7', timestamp '2026-04-17', input := 50000, service_tier := 'batch')"
    >>> float(connection.sql(sql).fetchall()[0][0])
    0.125
    """
    found = versions_of(
        book.rates, dimensions=dimensions, meters=meters, models=models, fixed=fixed,
        period=(None if since is None else seconds_of(since), None), widest=MAX_COMBINATIONS,
    )  # fmt: skip
    parts = _parts(book, found)
    if not parts:
        raise BadRequest("bad_book", "no request of this book is a sum of quantity times price", help="use `pricelang price`")
    _store_names(connection, found)
    _store_rates(connection, found)
    _store_classes(connection, found)
    _store_lists(connection, found, parts)
    for name, refused in ((PRICE, _error()), (TRY, "null")):
        connection.execute(_macro(found, parts, name, refused, None if since is None else seconds_of(since), fixed))
    return found


def _store_names(connection: DuckDBPyConnection, found: Versions) -> None:
    for macro in (PRICE, TRY):
        connection.execute(f"drop macro if exists {macro}")
    connection.execute("drop type if exists pricelang_model")
    connection.execute(f"create type pricelang_model as enum ({', '.join(literal(name) for name, _ in found.names)})")
    connection.execute("create or replace table pricelang_versions (place integer, version integer)")
    size = len(found.cuts) + 1
    places = [(n * size + k + 1, version) for n, (_, held) in enumerate(found.names) for k, version in enumerate(held)]
    connection.execute("insert into pricelang_versions select unnest(?), unnest(?)", [[p for p, _ in places], [v for _, v in places]])


def _store_rates(connection: DuckDBPyConnection, found: Versions) -> None:
    """The rates for people to read and join by themselves: a row for each name, period and combination."""
    dimensions = ["class"] if found.fold else [name for name, _ in found.dimensions]
    types = ["model varchar", "valid_from timestamp", "valid_before timestamp", "id varchar"]
    types += [f"{quoted(name)} varchar" for name in dimensions]
    types += [f"{quoted('side_' + str(n))} smallint" for n in range(len(found.thresholds))]
    types += ["clock smallint", *(f"{quoted(meter)} decimal(38,{found.places})" for meter in found.meters)]
    by_version: dict[int, list[RateRow]] = {}
    for row in found.rows:
        by_version.setdefault(row.version, []).append(row)
    ends = [None, *map(written, found.cuts), None]
    rows = [
        (name, ends[k], ends[k + 1], row.model, *row.values, *row.sides, row.clock, *(_decimal(price, found.places) for price in row.atoms))
        for name, held in found.names
        for k, version in enumerate(held)
        if version is not None
        for row in by_version.get(version, ())
    ]
    connection.execute(f"create or replace table pricelang_rates ({', '.join(types)})")
    columns = [list(column) for column in zip(*rows, strict=True)]
    connection.execute(f"insert into pricelang_rates select {', '.join('unnest(?)' for _ in columns)}", columns)


def _size(found: Versions) -> int:
    """The number of classes that values are folded to."""
    return 1 + max((arm for arm in found.fold[-1] if arm is not None), default=0)


def _store_classes(connection: DuckDBPyConnection, found: Versions) -> None:
    """The class of every combination of values, where rates are by classes; for people to read too."""
    connection.execute(f"drop table if exists {CLASSES}")
    if not found.fold:
        return
    spaces = [values for _, values in found.dimensions]
    classes = classes_of(found.fold, [len(values) for values in spaces])
    by_dimension: list[list[str]] = [list(column) for column in zip(*itertools.product(*spaces), strict=True)]
    columns: list[object] = [[*range(1, len(classes) + 1)], *by_dimension, classes]
    types = ["place integer", *(f"{quoted(name)} varchar" for name, _ in found.dimensions), "class integer"]
    connection.execute(f"create table {CLASSES} ({', '.join(types)})")
    connection.execute(f"insert into {CLASSES} select {', '.join('unnest(?)' for _ in columns)}", columns)


def _decimal(atoms: int | None, places: int) -> str | None:
    return None if atoms is None else plain(scaled(atoms, places))


def _store_lists(connection: DuckDBPyConnection, found: Versions, parts: Sequence[Part]) -> None:
    """The same rates in the order in which the macro counts, with a place for each combination that has none."""
    by_key = {(row.version, row.values, row.clock, row.sides): row for row in found.rows}
    spaces = [tuple(map(str, range(_size(found))))] if found.fold else [values for _, values in found.dimensions]
    sides = [range(len(threshold.limits) + 1) for threshold in found.thresholds]
    every = itertools.product(range(found.count), itertools.product(*spaces), range(len(found.turns) + 1), itertools.product(*sides))
    rows = [by_key.get(key) for key in every]
    columns: list[list[str | int | None]] = [[*range(1, len(rows) + 1)]]
    columns.append([None if row is None else "0" for row in rows])
    types = ["place integer", "there integer"]
    for part in parts:
        types.append(f"atoms_{part.number} {'bigint' if part.quantity.scale == 0 else f'decimal({38 - 18},{found.places})'}")
        columns.append([None if row is None else _price(row, part, found.places) for row in rows])
        if part.has_least:
            types.append(f"least_{part.number} decimal(18,{TIME})")
            columns.append([None if row is None else _least(row, part) for row in rows])
    connection.execute(f"create or replace table pricelang_lists ({', '.join(types)})")
    connection.execute(f"insert into pricelang_lists select {', '.join('unnest(?)' for _ in columns)}", columns)


def _price(row: RateRow, part: Part, places: int) -> str | None:
    atoms = row.atoms[part.number]
    return str(atoms) if atoms is not None and part.quantity.scale == 0 else _decimal(atoms, places)


def _least(row: RateRow, part: Part) -> str | None:
    """The least quantity that the rate holds for, rounded up to what is counted."""
    least = row.least[part.number]
    return None if least is None else plain(scaled(keyed.least_of(least, part.quantity), part.quantity.scale))


# ---- the macro ------------------------------------------------------------------------------------------------------


def _parts(book: PriceBook, found: Versions) -> tuple[Part, ...]:
    """The meters that have a price. A quantity is given as any number: one that is negative or finer than is counted is
    NULL, and so has no price."""
    whole = {meter.name: meter.whole for meter in book.checked.meters}
    parts = []
    for number, meter in enumerate(found.meters):
        if all(row.atoms[number] is None for row in found.rows):
            continue
        name = quoted(meter)
        if whole[meter]:
            sql = f"case when {name} is null then 0 when {name} >= 0 and {name} % 1 = 0 then {name}::bigint end"
        else:
            # by way of its text, since a binary number is not what is written
            exact, finer = (f"try_cast({name}::varchar as decimal(38,{digits}))" for digits in (TIME, TIME + 9))
            sql = f"case when {name} is null then 0 when {name} >= 0 and {exact} = {finer} then {exact}::decimal(18,{TIME}) end"
        has_least = any(row.least[number] is not None for row in found.rows)
        parts.append(Part(number, Quantity(meter, f"({sql})", 0 if whole[meter] else TIME, None), has_least))
    return tuple(parts)


def _macro(found: Versions, parts: Sequence[Part], name: str, refused: str, since: int | None, fixed: dict[str, str]) -> str:
    """The definition of a macro that gives `refused` where there is no price, and before the first instant of the rates."""
    quantities = [part.quantity for part in parts]
    arguments = ["model", quoted("at"), *(f"{quoted(part.quantity.meter)} := 0" for part in parts)]
    columns = {dimension: quoted(dimension) for dimension, _ in found.dimensions}
    arguments += [f"{column} := null" for column in columns.values()]
    at = utc_timestamp(quoted("at"))
    first = f"timestamp '{FIRST_DAY}'" if since is None else WORDS.instant(since)
    version = keyed.version_sql(found.cuts, at, False, WORDS)
    version = f"case when {at} >= {first} and {at} < timestamp '{AFTER_DAYS}' then {version} end"
    named = f"(enum_code(try_cast(model as pricelang_model))::integer * {len(found.cuts) + 1} + ({version}) + 1)"
    place = f"(select list(version order by place) from pricelang_versions)[{named}]"
    values_at, count = "", 1
    for dimension, values in found.dimensions:
        chosen = " ".join(f"when {literal(value)} then {n}" for n, value in enumerate(values))
        default = default_sql(dimension, values[0], columns, fixed, literal)
        number = f"case {keyed.said_sql(quoted(dimension), silent=default)} {chosen} end"
        values_at = f"({values_at} * {len(values)} + {number})" if values_at else number
        count *= len(values)
    if found.fold:
        values_at, count = f"(select list(class order by place) from {CLASSES})[{values_at} + 1]", _size(found)
    place = f"({place} * {count} + {values_at})" if values_at else place
    if found.turns:
        clock = keyed.clock_sql(found.turns, at, WORDS, timed(quoted("at")))
        place = f"({place} * {len(found.turns) + 1} + ({clock}))"
    for threshold in found.thresholds:
        place = f"({place} * {len(threshold.limits) + 1} + ({keyed.side_sql(threshold, quantities)}))"
    whole: list[str] = []
    amounts: list[str] = []
    for part in parts:
        price, least = (f"(select list({column}_{part.number} order by place) from pricelang_lists)[{place} + 1]" for column in ("atoms", "least"))
        counted = keyed.amount_sql(part.quantity, price, least if part.has_least else None, True, part.quantity.scale, WORDS, False)
        (amounts if part.quantity.scale else whole).append(f"({counted})")
    # whole quantities are counted in 64 bits, in which DuckDB refuses an overflow; the others as DECIMALs, product by product
    sums = [decimal_sql(" + ".join(whole), found.places, found.places, False)] if whole else []
    sums += [f"{amount}::decimal(38,{found.places + TIME})" for amount in amounts]
    # a request that uses nothing has a price only where such a request exists
    sums.append(f"(select list(there order by place) from pricelang_lists)[{place} + 1]")
    total = " + ".join(sums)
    return f"create macro {name}({', '.join(arguments)}) as coalesce({total}, {refused})"


def _error() -> str:
    """An expression that stops the query and says which request has no price."""
    shown = f"coalesce(model, 'NULL') || ' at ' || coalesce({quoted('at')}::varchar, 'NULL')"
    help = "it is unknown, refused, not offered or outside of the models and days that the macro was made for, or a quantity is none; `pricelang explain` says why"
    return f"error('pricelang: no price for ' || {shown} || ' with these values: ' || {literal(help)})"
