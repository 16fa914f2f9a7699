"""Totals of a table of usage: quantities are added up first and priced after, which is the same,
since prices are linear.

Thresholds look at single requests, so each row is placed on its side before rows are grouped;
rows that no rate prices are priced one by one and added.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from pricelang.apps.reports.tally import Reason
from pricelang.apps.reports.totals import Unpriced, UsageReport
from pricelang.engines.duck import Job
from pricelang.engines.grouping import Grouping, UsageGroup
from pricelang.engines.groups import is_period
from pricelang.engines.job import Combination, settle
from pricelang.engines.plan import atoms_of_sums, key_of, part_names
from pricelang.engines.sums import Sums
from pricelang.evaluate.rate_table.table import RateTable
from pricelang.evaluate.rate_table.unit_prices import UnitPrices
from pricelang.model.errors import PriceError
from pricelang.model.instants import seconds_of

BATCH = 10_000
FIRST = 20_000
"""Rows that are looked at to guess what all have."""


def totals(job: Job, by: Sequence[str] = ()) -> UsageReport:
    """The cost of a table of usage by some columns, by `model` (the book's id of it),
    or by `hour`, `day`, `week`, `month` or `year` of the instant.

    Raises `BadRequest` (`no_column`) for a column that is not there.
    """
    grouping = Grouping(job, tuple(by))

    def look(
        table: RateTable, seen: Sequence[Combination]
    ) -> tuple[list[UsageGroup], set[Combination]]:
        groups = grouping.groups(table, seen)
        return groups, {grouping.combination(group) for group in groups}

    table, groups = settle(job.combinations(FIRST), job.rates_there, look)
    found = Sums(tuple(by), job.quantities)
    hard = _add_groups(grouping, table, groups, found)
    unpriced = _add_rows(grouping, table, hard, found) if hard else Counter[Reason]()
    for _, _, error, _ in job.source.broken:
        unpriced["bad_line", error, None] += 1
    reasons = sorted(unpriced.items(), key=lambda pair: (-pair[1], pair[0][:2]))
    return UsageReport(
        tuple(by),
        tuple(found.totals()),
        tuple(Unpriced(count, *reason) for reason, count in reasons),
        sum(group.rows for group in groups) + len(job.source.broken),
    )


def _add_groups(
    grouping: Grouping, table: RateTable, groups: Iterable[UsageGroup], found: Sums
) -> dict[tuple[object, ...], None]:
    """Adds the groups that rates price; returns the keys of the others."""
    priced: list[tuple[UsageGroup, UnitPrices, int]] = []
    hard: dict[tuple[object, ...], None] = {}
    quantities, extra = grouping.job.quantities, grouping.job.extra
    for group in groups:
        rate = None if group.is_bad else table.rows.get(key_of(table.axes, group.parts))
        atoms = None if rate is None else atoms_of_sums(rate, group.sums, quantities, extra)
        if rate is None or atoms is None:
            hard[group.key] = None
        else:
            priced.append((group, rate, atoms))
    for group, rate, atoms in priced:
        # another group of the same key may need a price that is not there: then all go one by one
        if group.key not in hard:
            used = [
                Fraction(int(total), 10**quantity.scale)
                for total, quantity in zip(group.sums, quantities, strict=True)
            ]
            amount = Fraction(atoms, 10 ** (table.places + extra))
            where = found.group(grouping.where(group), rate.model, rate.currency)
            found.add(where, group.rows, used, amount)
    return hard


# ---- one by one ----------------------------------------------------------------------------------


def _add_rows(
    grouping: Grouping, table: RateTable, hard: Iterable[tuple[object, ...]], found: Sums
) -> Counter[Reason]:
    """Prices the rows of the groups that no sum can hold, equal rows together;
    returns how many have no price, by the reason.
    """
    job, unpriced = grouping.job, Counter[Reason]()
    cursor = job.connection.execute(_hard_rows(grouping, table, hard))
    while rows := cursor.fetchmany(BATCH):
        for *where, payload, count in rows:
            try:
                priced = job.single.priced(payload)
            except PriceError as error:
                unpriced[error.code, error.message, error.help] += count
                continue
            starts = [
                _start_of(name, payload)
                if start is None and is_period(name, job.source.names)
                else start
                for name, start in zip(grouping.by, where, strict=True)
            ]
            used = [sum(priced.usage.get(q.meter, ()), Fraction(0)) * count for q in job.quantities]
            group = found.group(starts, priced.cell.model.name, priced.currency)
            found.add(group, count, used, priced.total * count)
    return unpriced


def _hard_rows(grouping: Grouping, table: RateTable, hard: Iterable[tuple[object, ...]]) -> str:
    """The rows of groups with some keys, as SQL, equal ones once with their number."""
    job, sqls = grouping.job, grouping.sqls
    names = [f"pl_{name}" for name in part_names(table.axes, len(job.values))] + ["pl_bad"]
    placed = job.keyed(table, f"{job.unsummable()} as pl_bad")
    job.connection.execute(
        f"create or replace temp table pricelang_hard as select {', '.join(names)} from "
        f"({placed}) limit 0"
    )
    marks = ", ".join("?" for _ in names)
    job.connection.executemany(
        f"insert into pricelang_hard values ({marks})", [list(key) for key in hard]
    )
    tests = " and ".join(f"k.{name} is not distinct from h.{name}" for name in names)
    return (
        f"select {', '.join([*sqls, job.payload()])}, count(*) from ({placed}) k "
        f"where exists (select 1 from pricelang_hard h where {tests}) group by all"
    )


def _start_of(period: str, payload: str) -> Any:
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
