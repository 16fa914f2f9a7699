"""The macro that prices a row inside anyone's SQL on DuckDB, and the table of rates that it reads.

The rates are read as lists, once a query, and a row finds its own by computing where it stands in
them. A join would do the same work, but a macro that joins makes DuckDB collect every distinct
instant first.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING

from attrs import frozen

from pricelang.apps.price_book import PriceBook
from pricelang.engines import join_keys as keyed
from pricelang.engines.dialects.duckdb import decimal_sql, is_timed, utc_timestamp
from pricelang.engines.duck import WORDS
from pricelang.engines.first_look import AFTER_DAYS, FIRST_DAY
from pricelang.engines.join_keys import Quantity
from pricelang.engines.longest import Asked, is_too_long, with_values
from pricelang.engines.names import literal, quoted
from pricelang.engines.plan import amount_sql
from pricelang.engines.unsaid import assumed
from pricelang.evaluate.rate_table.asked import RatesAsked
from pricelang.evaluate.rate_table.snapshots import RateSnapshots, rate_snapshots
from pricelang.evaluate.rate_table.unit_prices import UnitPrices
from pricelang.model.errors import BadRequest
from pricelang.model.instants import Instant, seconds_of, written
from pricelang.present.decimals import plain, scaled

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PRICE, TRY = "price_of", "try_price_of"
RATES, CLASSES, NAMES, LISTS = (
    "pricelang_rates",
    "pricelang_classes",
    "pricelang_names",
    "pricelang_lists",
)
MAX_COMBINATIONS = 400
"""Combinations of values beyond this are folded:
the lists that the macro reads have a place for each in every dated version.
"""

TIME = 6
"""Decimals of a quantity that is no whole number, such as hours;
one that is finer has no price here.
"""


@frozen
class MacroMeter:
    """A meter of the macro: its number among those of the rates,
    its argument, and whether a minimum may hold.
    """

    number: int
    quantity: Quantity
    has_least: bool


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
    """Makes the macros `price_of` and `try_price_of` and the table
    `pricelang_rates` in the current schema.

    `price_of(model, at, METER := …, DIMENSION := …)` is the exact amount of a request,
    a DECIMAL; `at` is a TIMESTAMP in UTC, a TIMESTAMPTZ or a DATE (which has no price where the
    book has a clock), and no text; a meter that is left out was not used, a dimension that is left out is at
    its default. A request that has no price stops the query with an error; `try_price_of` is NULL
    for it. The A request is held against what one can have at most, unless `sums` says that rows
    add up several. The dimensions are those on which a price turns, unless others are named;
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
    found = rate_snapshots(
        book.rates,
        RatesAsked(
            dimensions=dimensions,
            meters=meters,
            models=models,
            fixed=fixed,
            period=(None if since is None else seconds_of(since), None),
            widest=MAX_COMBINATIONS,
            sums=sums,
        ),
    )
    parts = _parts(book, found)
    if not parts:
        raise BadRequest(
            "bad_book",
            "no request of this book is a sum of quantity times price",
            help="use `pricelang price`",
        )
    _clear(connection)
    _store_names(connection, found)
    _store_lists(connection, found, parts)
    _show_rates(connection, found, parts)
    given = assumed(book, [name for name, _ in found.dimensions], fixed)
    for name, refused in ((PRICE, _error()), (TRY, "null")):
        connection.execute(
            _macro(found, parts, name, refused, None if since is None else seconds_of(since), given)
        )
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


def _store_names(connection: DuckDBPyConnection, found: RateSnapshots) -> None:
    """Which dated version a name stands for, by the periods of its prices."""
    connection.execute(
        "create type pricelang_model as enum "
        f"({', '.join(literal(name) for name, _ in found.names)})"
    )
    ends = [None, *map(written, found.axes.cuts), None]
    rows = [
        (name, ends[k], ends[k + 1], version, None if version is None else found.models[version])
        for name, held in found.names
        for k, version in enumerate(held)
    ]
    connection.execute(
        f"create table {NAMES} (model varchar, valid_from timestamp, valid_before timestamp, "
        "version integer, id varchar)"
    )
    columns = [list(column) for column in zip(*rows, strict=True)]
    connection.execute(
        f"insert into {NAMES} select {', '.join('unnest(?)' for _ in columns)}", columns
    )


def _store_lists(
    connection: DuckDBPyConnection, found: RateSnapshots, parts: Sequence[MacroMeter]
) -> None:
    """The rates as lists in the order in which the macro counts: the version at each place of a
    name and a stretch, the card at each place of a version and a combination (none where no such
    request exists), and the prices of each card.
    """
    types, lists = (
        ["versions integer[]", "cards integer[]"],
        [[v for _, held in found.names for v in held], _in_order(found)],
    )
    for n, arms in enumerate(found.fold):
        types.append(f"arms_{n} integer[]")
        lists.append(list(arms))
    texts: list[object] = []
    for part in parts:
        types.append(
            f"atoms_{part.number} "
            f"{'bigint' if part.quantity.scale == 0 else f'decimal({38 - 18},{found.decimals})'}[]"
        )
        texts.append([_price(card, part, found.decimals) for card in found.cards])
        if part.has_least:
            types.append(f"least_{part.number} decimal(18,{TIME})[]")
            texts.append([_least(card, part) for card in found.cards])
    connection.execute(f"create table {LISTS} ({', '.join(types)})")
    connection.execute(
        f"insert into {LISTS} values ({', '.join('?' for _ in types)})", [*lists, *texts]
    )


def _in_order(found: RateSnapshots) -> list[int | None]:
    """The cards with a place for every combination of values,
    also for one that exists in no version.
    """
    if found.fold:
        return list(found.places)
    number = {values: n for n, values in enumerate(found.keys)}
    size = found.size // len(found.keys)
    nothing: list[int | None] = [None] * size
    cards: list[int | None] = []
    for version in range(len(found.models)):
        for values in itertools.product(*(values for _, values in found.dimensions)):
            start = (version * len(found.keys) + number.get(values, 0)) * size
            cards += found.places[start : start + size] if values in number else nothing
    return cards


def _show_rates(
    connection: DuckDBPyConnection, found: RateSnapshots, parts: Sequence[MacroMeter]
) -> None:
    """The same rates for people to read and join by themselves: a row for each name, period and
    combination, out of the lists; and where rates are by classes of values, the class of every
    combination.
    """
    sizes = [len(found.axes.turns) + 1, *found.axes.sides]
    inner = prod(sizes)
    spaces = (
        [("class", tuple(map(str, range(len(found.keys)))))]
        if found.fold
        else list(found.dimensions)
    )
    place, shown = f"(place // {inner})", list[str]()
    for name, values in reversed(spaces):
        value = f"({place} % {len(values)})"
        shown.insert(
            0,
            f"{value} as {quoted(name)}"
            if found.fold
            else f"[{', '.join(map(literal, values))}][{value} + 1] as {quoted(name)}",
        )
        place = f"({place} // {len(values)})"
    for n, size in enumerate(sizes):
        side = "clock" if n == 0 else f"side_{n - 1}"
        shown.append(f"((place // {prod(sizes[n + 1 :])}) % {size})::smallint as {side}")
    prices = []
    for n, meter in enumerate(found.meters):
        part = next((part for part in parts if part.number == n), None)
        price = "null" if part is None else f"(select atoms_{n} from {LISTS})[card + 1]"
        if part is not None and part.quantity.scale == 0:
            price = decimal_sql(price, found.decimals, found.decimals, False)
        prices.append(f"{price}::decimal(38,{found.decimals}) as {quoted(meter)}")
    listed = f"select unnest(cards) as card, unnest(range(len(cards))) as place from {LISTS}"
    connection.execute(
        f"create view {RATES} as select n.* exclude (version), r.* exclude (version) from "
        f"{NAMES} n join "
        f"(select {place}::integer as version, {', '.join([*shown, *prices])} from "
        f"({listed}) where card is not null) r using (version)"
    )
    if found.fold:
        named = ", ".join(quoted(name) for name, _ in found.dimensions)
        spread = ", ".join(
            f"(select unnest([{', '.join(map(literal, values))}]) as {quoted(name)}, "
            f"unnest(range({len(values)})) as pl_{n})"
            for n, (name, values) in enumerate(found.dimensions)
        )
        numbers = [f"pl_{n}" for n in range(len(found.dimensions))]
        connection.execute(
            f"create view {CLASSES} as select {named}, {_class_sql(found, numbers)} as class "
            f"from {spread}"
        )


def _class_sql(found: RateSnapshots, numbers: Sequence[str]) -> str:
    """The class of values, each given by its number, as SQL."""
    sql = ""
    for n, (number, (_, values)) in enumerate(zip(numbers, found.dimensions, strict=True)):
        place = f"{sql} * {len(values)} + {number}" if sql else number
        sql = f"(select arms_{n} from {LISTS})[{place} + 1]"
    return sql


def _decimal(atoms: int | None, places: int) -> str | None:
    return None if atoms is None else plain(scaled(atoms, places))


def _price(row: UnitPrices, part: MacroMeter, places: int) -> str | None:
    atoms = row.atoms[part.number]
    return str(atoms) if atoms is not None and part.quantity.scale == 0 else _decimal(atoms, places)


def _least(row: UnitPrices, part: MacroMeter) -> str | None:
    """The least quantity that the rate holds for, rounded up to what is counted."""
    least = row.least[part.number]
    return (
        None
        if least is None
        else plain(scaled(keyed.least_of(least, part.quantity), part.quantity.scale))
    )


# ---- the macro -----------------------------------------------------------------------------------


def _parts(book: PriceBook, found: RateSnapshots) -> tuple[MacroMeter, ...]:
    """The meters that have a price. A quantity is given as any number:
    one that is negative or finer than is counted is NULL, and so has no price.
    """
    whole = {meter.name: meter.whole for meter in book.checked.meters}
    parts = []
    for number, meter in enumerate(found.meters):
        if all(row.atoms[number] is None for row in found.cards):
            continue
        name = quoted(meter)
        if whole[meter]:
            sql = (
                f"case when {name} is null then 0 when {name} >= 0 and {name} % 1 = 0 then "
                f"{name}::bigint end"
            )
        else:
            # by way of its text, since a binary number is not what is written
            exact, finer = (
                f"try_cast({name}::varchar as decimal(38,{digits}))" for digits in (TIME, TIME + 9)
            )
            sql = (
                f"case when {name} is null then 0 when {name} >= 0 and {exact} = {finer} then "
                f"{exact}::decimal(18,{TIME}) end"
            )
        has_least = any(row.least[number] is not None for row in found.cards)
        parts.append(
            MacroMeter(
                number, Quantity(meter, f"({sql})", 0 if whole[meter] else TIME, None), has_least
            )
        )
    return tuple(parts)


def _macro(
    found: RateSnapshots,
    parts: Sequence[MacroMeter],
    name: str,
    refused: str,
    since: int | None,
    given: Mapping[str, str],
) -> str:
    """The definition of a macro that gives `refused` where there is no price,
    and before the first instant of the rates.
    """
    quantities = [part.quantity for part in parts]
    arguments = ["model", quoted("at"), *(f"{quoted(part.quantity.meter)} := 0" for part in parts)]
    columns = {dimension: quoted(dimension) for dimension, _ in found.dimensions}
    arguments += [f"{column} := null" for column in columns.values()]
    at = utc_timestamp(quoted("at"))
    first = f"timestamp '{FIRST_DAY}'" if since is None else WORDS.instant(since)
    version = keyed.version_sql(found.axes.cuts, at, False, WORDS)
    version = f"case when {at} >= {first} and {at} < timestamp '{AFTER_DAYS}' then {version} end"
    named = (
        f"(enum_code(try_cast(model as pricelang_model))::integer * {len(found.axes.cuts) + 1} + "
        f"({version}) + 1)"
    )
    place = f"(select versions from {LISTS})[{named}]"
    codes = {name: n for n, (name, _) in enumerate(found.names)}
    code = "enum_code(try_cast(model as pricelang_model))"

    def known(names: Iterable[str]) -> str:
        return f"{code} in ({', '.join(str(codes[name]) for name in names)})"

    row = with_values(found, Asked(known, at, WORDS.instant, literal, quantities, given), columns)
    numbers = []
    for dimension, values in found.dimensions:
        chosen = " ".join(f"when {literal(value)} then {n}" for n, value in enumerate(values))
        numbers.append(f"case {row.values[dimension]} {chosen} end")
    values_at, count = (
        numbers[0] if numbers else "",
        prod(len(values) for _, values in found.dimensions),
    )
    if found.fold:
        values_at, count = _class_sql(found, numbers), len(found.keys)
    else:
        for number, (_, values) in zip(numbers[1:], found.dimensions[1:], strict=True):
            values_at = f"({values_at} * {len(values)} + {number})"
    place = f"({place} * {count} + {values_at})" if values_at else place
    if found.axes.turns:
        clock = keyed.clock_sql(found.axes.turns, at, WORDS, is_timed(quoted("at")))
        place = f"({place} * {len(found.axes.turns) + 1} + ({clock}))"
    for threshold in found.axes.thresholds:
        place = (
            f"({place} * {len(threshold.limits) + 1} + ({keyed.side_sql(threshold, quantities)}))"
        )
    card = f"(select cards from {LISTS})[{place} + 1]"
    whole: list[str] = []
    amounts: list[str] = []
    for part in parts:
        price, least = (
            f"(select {column}_{part.number} from {LISTS})[{card} + 1]"
            for column in ("atoms", "least")
        )
        counted = amount_sql(
            part.quantity.sql,
            f"{part.quantity.sql} * {price}",
            least=least if part.has_least else None,
        )
        (amounts if part.quantity.scale else whole).append(f"({counted})")
    # whole quantities are counted in 64 bits, in which DuckDB refuses an overflow;
    # the others as DECIMALs, product by product
    sums = [decimal_sql(" + ".join(whole), found.decimals, found.decimals, False)] if whole else []
    sums += [f"{amount}::decimal(38,{found.decimals + TIME})" for amount in amounts]
    # a request that uses nothing has a price only where such a request exists
    sums.append(f"case when {card} is not null then 0 end")
    too_long = is_too_long(found, row)
    sums += [f"case when {too_long} = 0 then 0 end"] if too_long is not None else []
    total = " + ".join(sums)
    return f"create macro {name}({', '.join(arguments)}) as coalesce({total}, {refused})"


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
