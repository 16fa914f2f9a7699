"""Totals of a table of usage: quantities are added up first and priced after, which is the same,
since prices are linear.

Thresholds look at single requests, so each row is placed on its side before rows are grouped;
rows that no rate prices are priced one by one and added.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import partial
from typing import Any

from pricelang.apps.reports.totals import Total, Unpriced, UsageReport
from pricelang.engines import join_keys as keyed
from pricelang.engines.duck import Job
from pricelang.engines.names import literal, quoted
from pricelang.engines.quantities import text_of
from pricelang.engines.row_group_pruning import parts_of
from pricelang.evaluate.rate_table.table import RateKey, RateTable
from pricelang.evaluate.rate_table.unit_prices import UnitPrices
from pricelang.model.errors import BadRequest, PriceError
from pricelang.model.instants import seconds_of
from pricelang.present.text import did_you_mean, shown

PERIODS = ("hour", "day", "week", "month", "year")
UNITS = {"hour": 3600, "day": 86_400}
"""Seconds of periods that begin at multiples of them."""
Combination = tuple[str | None, tuple[str | None, ...]]
BATCH = 10_000
NAME = "pl_name"
"""The column of a row's model: a group by it is one that the rates group by anyway."""
FIRST = 20_000
"""Rows that are looked at to guess what all have."""


def totals(job: Job, by: Sequence[str] = ()) -> UsageReport:
    """The cost of a table of usage by some columns, by `model` (the book's id of it),
    or by `hour`, `day`, `week`, `month` or `year` of the instant.

    Raises `BadRequest` (`no_column`) for a column that is not there.
    """
    groups = [_group_sql(job, name) for name in by]
    table, rows = _grouped(job, by, groups)
    found: dict[tuple[object, ...], _Sum] = {}
    read, size, width = 0, sum(group != NAME for group in groups), len(_key_columns(job, table))
    priced = []
    hard: dict[tuple[object, ...], None] = {}
    for group in rows:
        own, key, count, sums = (
            iter(group[:size]),
            group[size : size + width],
            group[size + width],
            group[size + width + 1 :],
        )
        where = [key[0] if sql == NAME else next(own) for sql in groups]
        read += count
        rate = None if key[-1] else table.rows.get(_key(job, table, key))
        amount = None if rate is None else _amount(job, table, rate, sums)
        if rate is None or amount is None:
            hard[key] = None
        else:
            priced.append((key, where, rate, count, sums, amount))
    for key, where, rate, count, sums, amount in priced:
        if (
            key not in hard
            # another group of the same key may need a price that is not there:
            # then all go one by one
        ):
            used = [
                Fraction(int(total), 10**quantity.scale)
                for total, quantity in zip(sums, job.quantities, strict=True)
            ]
            _added(found, _named(by, where, rate.model), rate.currency, count, used, amount)
    unpriced: dict[tuple[str, str, str | None], int] = {}
    if hard:
        _one_by_one(job, by, groups, table, hard, found, unpriced)
    for _, _, error, _ in job.source.broken:
        unpriced[("bad_line", error, None)] = unpriced.get(("bad_line", error, None), 0) + 1
        read += 1
    reasons = sorted(unpriced.items(), key=lambda pair: (-pair[1], pair[0][:2]))
    return UsageReport(
        tuple(by),
        tuple(_ordered(found, job.quantities)),
        tuple(Unpriced(count, *reason) for reason, count in reasons),
        read,
    )


class _Sum:
    """What is added up for one group."""

    def __init__(self, size: int) -> None:
        self.rows, self.used, self.amount = 0, [Fraction(0)] * size, Fraction(0)


def _group_sql(job: Job, name: str) -> str:
    if name in job.source.names and name != job.columns.model:
        return text_of(name, job.types[name]) if job.types[name] == "JSON" else quoted(name)
    if name == "model" or name == job.columns.model:
        return NAME
    if _is_period(job, name):
        return f"({job.at})::date" if name == "day" else f"date_trunc('{name}', {job.at})"
    known = [*job.source.names, "model", *PERIODS]
    raise BadRequest(
        "no_column",
        f"there is no column `{shown(name)}` to group by",
        help=did_you_mean(shown(name), known) or "columns: " + ", ".join(map(shown, known)),
    )


def _bad_sql(job: Job) -> str:
    """Whether a sum cannot hold a row:
    a quantity is no number, or so small that a minimum may hold.
    """
    tests = []
    for quantity in job.quantities:
        if quantity.largest is None:
            tests.append(f"{quantity.sql} is null")
        meter = next(
            n for n, meter in enumerate(job.book.checked.meters) if meter.name == quantity.meter
        )
        minimums = [
            line.quantity
            for charge in job.book.checked.charges
            if charge.meter == meter
            for line in charge.minimums
        ]
        if minimums:
            tests.append(
                f"coalesce({quantity.sql} > 0 and {quantity.sql} < "
                f"{keyed.least_of(max(minimums), quantity)}, true)"
            )
    return f"({' or '.join(tests)})" if tests else "false"


def _key_columns(job: Job, table: RateTable) -> list[str]:
    names = ["pl_name", "pl_version", *(f"pl_value_{n}" for n in range(len(job.values)))]
    return [
        *names,
        *(["pl_clock"] if table.axes.turns else []),
        *(f"pl_side_{n}" for n in range(len(table.axes.thresholds))),
        "pl_bad",
    ]


def _placed(job: Job, table: RateTable) -> str:
    return job.keyed(table, job.lacks_instants, f"{_bad_sql(job)} as pl_bad")


def _grouped(
    job: Job, by: Sequence[str], groups: Sequence[str]
) -> tuple[RateTable, list[tuple[Any, ...]]]:
    """The rates of what is there, and the usage grouped by what they depend on.

    What is there is guessed from the first rows, so that one look at all of them is enough,
    unless a later one has a combination whose rates depend on more.
    """
    seen = job.combinations(FIRST)
    while True:
        table = job.rates_of(seen)
        rows = _summed(job, by, groups, table, seen)
        start = sum(group != NAME for group in groups)
        there = {(row[start], tuple(row[start + 2 : start + 2 + len(job.values)])) for row in rows}
        if there <= set(seen):
            return table, rows
        seen = list({*seen, *there})
        again = job.rates_of(seen)
        if again.axes == table.axes:
            return again, rows


def _summed(
    job: Job,
    by: Sequence[str],
    groups: Sequence[str],
    table: RateTable,
    seen: Sequence[Combination],
) -> list[tuple[Any, ...]]:
    """The usage grouped: own columns, keys, the number of rows, and the sum of each quantity.

    A group may come in parts. Names and values that the book has are grouped by their number in a
    list (an ENUM), which is about twice as quick as by their text; the rows that have another are
    looked at again.
    """
    own = [group for group in groups if group != NAME]
    sums = ["count(*)", *(f"coalesce(sum({quantity.sql}), 0)" for quantity in job.quantities)]
    kinds = _kinds(job, seen)
    known = partial(_known_sql, kinds)

    def query(rows: str, version: str = "", known: Callable[[str], str] = str) -> str:
        # in one step: beneath a second, DuckDB groups by the texts of values,
        # where it can by their numbers
        listed = [
            *own,
            *job.keys(table, job.lacks_instants, version, known),
            f"{_bad_sql(job)} as pl_bad",
            *sums,
        ]
        return f"(select {', '.join(listed)} from ({rows}) u group by all)"

    period = _period_of(
        job, table, [name for name, group in zip(by, groups, strict=True) if group != NAME]
    )
    if period is None:
        queries = [
            query(part.sql, "" if part.version is None else str(part.version), known)
            for part in parts_of(job, table.axes.cuts)
        ]
    else:
        queries = [query(job.source.sql, "0", known)]
    rows = job.connection.execute(" union all ".join(queries)).fetchall()
    size = len(own)
    if period is not None:
        rows = [(*row[: size + 1], _version(table, row[period]), *row[size + 2 :]) for row in rows]
    coded = [
        size + number for number, sql in enumerate((job.model, "", *job.values)) if sql in kinds
    ]
    if any(row[number] is None for row in rows for number in coded):
        rows = [row for row in rows if all(row[number] is not None for number in coded)]
        left = " or ".join(f"{known(sql)} is null" for sql in kinds)
        rows += job.connection.execute(
            query(f"select * from ({job.source.sql}) u where {left}")
        ).fetchall()
    return rows


def _period_of(job: Job, table: RateTable, own: Sequence[str]) -> int | None:
    """The place of a period among columns that totals are by,
    if it lies on one side of each change of price, so that it says the version.
    """
    for n, name in enumerate(own):
        if (
            name in UNITS
            and _is_period(job, name)
            and all(cut % UNITS[name] == 0 for cut in table.axes.cuts)
        ):
            return n
    return None


def _kinds(job: Job, seen: Sequence[Combination]) -> dict[str, str]:
    """The ENUM that a column of names or values is read as, by its SQL: of Parquet files,
    which keep such a column as a list of its values, and where no value is empty.
    """
    book = job.book.checked
    names = [
        *(model.name for model in book.models),
        *(alias.name for alias in book.aliases),
        *(name for name, _ in seen if name),
    ]
    columns = [(job.columns.model, job.model, names, any(name is None for name, _ in seen))]
    for n, ((name, column), sql) in enumerate(zip(job.columns.dimensions, job.values, strict=True)):
        values = [
            value.name
            for dimension in book.dimensions
            if dimension.name == name
            for value in dimension.values
        ]
        there = [found[n] for _, found in seen]
        columns.append(
            (column, sql, [*values, *(value for value in there if value)], None in there)
        )
    return {
        sql: f"enum({', '.join(map(literal, dict.fromkeys(words)))})"
        for column, sql, words, empty in columns
        if job.source.is_parquet
        and column is not None
        and job.types[column] == "VARCHAR"
        and not empty
    }


def _known_sql(kinds: dict[str, str], sql: str) -> str:
    return f"try_cast({sql} as {kinds[sql]})" if sql in kinds else sql


def _version(table: RateTable, start: date | None) -> int | None:
    """The version that a period lies in."""
    if start is None:
        return None
    at = start if isinstance(start, datetime) else datetime(start.year, start.month, start.day)
    return bisect_right(table.axes.cuts, int(at.replace(tzinfo=UTC).timestamp()))


def _key(job: Job, table: RateTable, key: Sequence[Any]) -> RateKey:
    """The key of a row of rates."""
    end = 2 + len(job.values)
    clock = key[end] if table.axes.turns else 0
    return RateKey(
        key[0],
        key[1],
        tuple(key[2:end]),
        clock,
        tuple(key[end + (1 if table.axes.turns else 0) : -1]),
    )


def _amount(job: Job, table: RateTable, rate: UnitPrices, sums: Sequence[Any]) -> Fraction | None:
    """The amount of summed quantities; None where the rates lack a price that they need."""
    atoms, extra = 0, keyed.extra_places(job.quantities)
    for price, total, quantity in zip(rate.atoms, sums, job.quantities, strict=True):
        if total:
            if price is None:
                return None
            atoms += price * int(total) * 10 ** (extra - quantity.scale)
    return Fraction(atoms, 10 ** (table.places + extra))


def _named(by: Sequence[str], where: Sequence[object], model: str) -> tuple[object, ...]:
    return tuple(
        model if name == "model" else _plain(value) for name, value in zip(by, where, strict=True)
    )


def _plain(value: object) -> object:
    """A day instead of its midnight; a list or a struct as its JSON, for none of them is a key."""
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, default=str, ensure_ascii=False)
    if isinstance(value, datetime):
        return (
            value.date().isoformat()
            if value.time() == datetime.min.time()
            else value.isoformat(" ")
        )
    return value.isoformat() if isinstance(value, date) else value


def _added(
    found: dict[tuple[object, ...], _Sum],
    where: tuple[object, ...],
    currency: str,
    rows: int,
    used: Sequence[Fraction],
    amount: Fraction,
) -> None:
    total = found.setdefault((*where, currency), _Sum(len(used)))
    total.rows += rows
    total.amount += amount
    total.used = [before + more for before, more in zip(total.used, used, strict=True)]


def _one_by_one(
    job: Job,
    by: Sequence[str],
    groups: Sequence[str],
    table: RateTable,
    hard: Iterable[tuple[object, ...]],
    found: dict[tuple[object, ...], _Sum],
    unpriced: dict[tuple[str, str, str | None], int],
) -> None:
    """Prices the rows of the groups that no sum can hold, equal rows together."""
    names, placed = _key_columns(job, table), _placed(job, table)
    job.connection.execute(
        f"create or replace temp table pricelang_hard as select {', '.join(names)} from "
        f"({placed}) limit 0"
    )
    marks = ", ".join("?" for _ in names)
    job.connection.executemany(
        f"insert into pricelang_hard values ({marks})", [list(key) for key in hard]
    )
    tests = " and ".join(f"k.{name} is not distinct from h.{name}" for name in names)
    sql = (
        f"select {', '.join([*groups, job.payload()])}, count(*) from ({placed}) k "
        f"where exists (select 1 from pricelang_hard h where {tests}) group by all"
    )
    cursor = job.connection.execute(sql)
    while rows := cursor.fetchmany(BATCH):
        for *where, payload, count in rows:
            try:
                priced = job.single.priced(payload)
            except PriceError as error:
                reason = (error.code, error.message, error.help)
                unpriced[reason] = unpriced.get(reason, 0) + count
                continue
            where = [
                _start_of(name, payload) if start is None and _is_period(job, name) else start
                for name, start in zip(by, where, strict=True)
            ]
            used = [sum(priced.usage.get(q.meter, ()), Fraction(0)) * count for q in job.quantities]
            _added(
                found,
                _named(by, where, priced.cell.model.name),
                priced.currency,
                count,
                used,
                priced.total * count,
            )


def _is_period(job: Job, name: str) -> bool:
    return name in PERIODS and name not in job.source.names


def _start_of(period: str, payload: str) -> datetime:
    """The start of the period of a row, in UTC,
    whose instant is a text that the evaluator reads and DuckDB does not.
    """
    at = datetime.fromtimestamp(seconds_of(json.loads(payload)["at"]), UTC).replace(tzinfo=None)
    if period == "hour":
        return at.replace(minute=0, second=0)
    day = datetime(
        at.year, 1 if period == "year" else at.month, 1 if period in ("month", "year") else at.day
    )
    return day - timedelta(days=day.weekday()) if period == "week" else day


def _ordered(
    found: dict[tuple[object, ...], _Sum], quantities: Sequence[keyed.Quantity]
) -> Iterator[Total]:
    for key in sorted(found, key=lambda key: tuple((part is None, str(part)) for part in key)):
        total = found[key]
        pairs = tuple(
            (quantity.meter, used) for quantity, used in zip(quantities, total.used, strict=True)
        )
        yield Total(key[:-1], total.rows, pairs, total.amount, str(key[-1]))
