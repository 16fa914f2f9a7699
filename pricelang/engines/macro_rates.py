"""What the macro reads: lists of dated versions, of cards and of their unit prices, and the same
rates as tables for people.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING

from attrs import frozen

from pricelang.apps.price_book import PriceBook
from pricelang.engines import join_keys as keyed
from pricelang.engines.join_keys import Quantity
from pricelang.engines.names import literal, quoted
from pricelang.evaluate.rate_table.snapshots import RateSnapshots
from pricelang.model.instants import written
from pricelang.present.decimals import plain, scaled

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

RATES, CLASSES, NAMES, LISTS = (
    "pricelang_rates",
    "pricelang_classes",
    "pricelang_names",
    "pricelang_lists",
)
TIME = 6
"""Decimals of a quantity that is no whole number, such as hours;
one that is finer has no price here.
"""


@frozen
class MacroMeter:
    """A meter of the macro: its number among those of the rates, its argument, whether that is
    `counted` as SQL, and whether a minimum may hold. A price has so many `digits`, which leave the
    rest of 38 to the quantity.
    """

    number: int
    quantity: Quantity
    counted: str
    has_least: bool
    digits: int

    @property
    def room(self) -> int:
        """The digits of a quantity, so that no product needs more than 38."""
        return 38 - self.digits

    @property
    def kind(self) -> str:
        """The type of a quantity."""
        return f"decimal({self.room},{self.quantity.scale})"


def macro_meters(book: PriceBook, found: RateSnapshots) -> tuple[MacroMeter, ...]:
    """The meters that have a price. A quantity is given as any number:
    one that is negative or finer than is counted is NULL, and so has no price.
    """
    whole = {meter.name: meter.whole for meter in book.checked.meters}
    meters = []
    for number, meter in enumerate(found.meters):
        prices = [row.atoms[number] for row in found.cards if row.atoms[number] is not None]
        if not prices:
            continue
        scale = 0 if whole[meter] else TIME
        most = max(abs(price or 0) for price in prices)
        digits = max(19, len(str(most)), found.decimals)
        has_least = any(row.least[number] is not None for row in found.cards)
        sql = _quantity_sql(quoted(meter), scale)
        quantity = Quantity(meter, sql, scale, None)
        counted = _is_counted(quoted(meter), scale)
        meters.append(MacroMeter(number, quantity, counted, has_least, digits))
    return tuple(meters)


def _quantity_sql(name: str, scale: int) -> str:
    # asked first what most rows need alone: DuckDB looks no further
    none = f"case when {name} is null then 0 end"
    if scale == 0:
        return f"coalesce(try_cast({name} as bigint), {none})"
    return f"coalesce({_exact(name, scale)}::decimal(18,{scale}), {none})"


def _is_counted(name: str, scale: int) -> str:
    """Whether a quantity is none, or as fine as is counted and not negative, as SQL."""
    fine = f"{_exact(name, scale)} = {_exact(name, scale + 9)}" if scale else f"{name} % 1 = 0"
    return f"coalesce({name} >= 0 and {fine}, {name} is null)"


def _exact(name: str, digits: int) -> str:
    # by way of its text, since a binary number is not what is written
    return f"try_cast({name}::varchar as decimal(38,{digits}))"


# ---- the lists -----------------------------------------------------------------------------------


def store_rates(
    connection: DuckDBPyConnection, found: RateSnapshots, meters: Sequence[MacroMeter]
) -> None:
    """The rates as lists in the order in which the macro counts: the version at each place of a
    name and a stretch, the card at each place of a version and a combination (none where no such
    request exists), and the prices of each card.
    """
    _store_names(connection, found)
    types = ["versions integer[]", "cards integer[]"]
    lists: list[object] = [[v for _, held in found.names for v in held], _in_order(found)]
    for n, arms in enumerate(found.fold):
        types.append(f"arms_{n} integer[]")
        lists.append(list(arms))
    columns = [column for meter in meters for column in _card_columns(found, meter)]
    parts = ", ".join(f"x{n}::{kind} as {name}" for n, (name, kind, _) in enumerate(columns))
    packed = ", ".join(f"{name} := {name}" for name, _, _ in columns)
    texts = ", ".join(f"unnest(?) as x{n}" for n in range(len(columns)))
    rates = (
        f"select list(struct_pack({packed}) order by pl_n) from (select {parts}, pl_n from "
        f"(select {texts}, unnest(range({len(found.cards)})) as pl_n))"
    )
    shape = ", ".join(f"{name} {kind}" for name, kind, _ in columns)
    connection.execute(f"create table {LISTS} ({', '.join(types)}, rates struct({shape})[])")
    connection.execute(
        f"insert into {LISTS} values ({', '.join('?' for _ in types)}, ({rates}))",
        [*lists, *(texts for _, _, texts in columns)],
    )


def _card_columns(
    found: RateSnapshots, meter: MacroMeter
) -> Iterator[tuple[str, str, list[str | None]]]:
    """What each card says of a meter: names of columns, their types and their values as texts."""
    n, scale = meter.number, meter.quantity.scale
    prices = [_text(row.atoms[n], found.decimals) for row in found.cards]
    yield f"price_{n}", f"decimal({meter.digits},{found.decimals})", prices
    if meter.has_least:
        least = [keyed.least_units(row.least[n], meter.quantity) for row in found.cards]
        yield f"least_{n}", f"decimal(18,{scale})", [_text(units, scale) for units in least]


def _text(units: int | None, places: int) -> str | None:
    return None if units is None else plain(Fraction(scaled(units, places)))


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


def class_sql(found: RateSnapshots, numbers: Sequence[str]) -> str:
    """The class of values, each given by its number, as SQL."""
    sql = ""
    for n, (number, (_, values)) in enumerate(zip(numbers, found.dimensions, strict=True)):
        place = f"{sql} * {len(values)} + {number}" if sql else number
        sql = f"(select arms_{n} from {LISTS})[{place} + 1]"
    return sql


# ---- for people ----------------------------------------------------------------------------------


def show_rates(
    connection: DuckDBPyConnection, found: RateSnapshots, meters: Sequence[MacroMeter]
) -> None:
    """The same rates for people to read and join by themselves: a row for each name, period and
    combination, out of the lists; and where rates are by classes of values, the class of every
    combination.
    """
    version, axes = _axes_shown(found)
    numbers = {meter.number for meter in meters}
    prices = [
        f"{f'card.price_{n}' if n in numbers else 'null'}::decimal(38,{found.decimals}) as "
        f"{quoted(meter)}"
        for n, meter in enumerate(found.meters)
    ]
    listed = (
        f"select (select rates from {LISTS})[number + 1] as card, place from (select unnest(cards) "
        f"as number, unnest(range(len(cards))) as place from {LISTS}) where number is not null"
    )
    connection.execute(
        f"create view {RATES} as select n.* exclude (version), r.* exclude (version) from "
        f"{NAMES} n join "
        f"(select {version}::integer as version, {', '.join([*axes, *prices])} from "
        f"({listed})) r using (version)"
    )
    if found.fold:
        _show_classes(connection, found)


def _axes_shown(found: RateSnapshots) -> tuple[str, list[str]]:
    """The version of a place among the cards, and what places it besides, as named expressions."""
    sizes = [found.axes.clocks, *found.axes.sides]
    place, shown = f"(place // {prod(sizes)})", list[str]()
    if found.fold:
        shown.append(f"({place} % {len(found.keys)}) as {quoted('class')}")
        place = f"({place} // {len(found.keys)})"
    else:
        for name, values in reversed(found.dimensions):
            listed = f"[{', '.join(map(literal, values))}]"
            shown.insert(0, f"{listed}[({place} % {len(values)}) + 1] as {quoted(name)}")
            place = f"({place} // {len(values)})"
    for n, size in enumerate(sizes):
        side = "clock" if n == 0 else f"side_{n - 1}"
        shown.append(f"((place // {prod(sizes[n + 1 :])}) % {size})::smallint as {side}")
    return place, shown


def _show_classes(connection: DuckDBPyConnection, found: RateSnapshots) -> None:
    named = ", ".join(quoted(name) for name, _ in found.dimensions)
    spread = ", ".join(
        f"(select unnest([{', '.join(map(literal, values))}]) as {quoted(name)}, "
        f"unnest(range({len(values)})) as pl_{n})"
        for n, (name, values) in enumerate(found.dimensions)
    )
    numbers = [f"pl_{n}" for n in range(len(found.dimensions))]
    connection.execute(
        f"create view {CLASSES} as select {named}, {class_sql(found, numbers)} as class "
        f"from {spread}"
    )
