"""Totals on Spark: quantities are added up first and priced after; groups that no rate prices are
priced row by row.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import frozen

from pricelang.engines.dialects.spark import SPARK
from pricelang.engines.fallback import DIGITS
from pricelang.engines.job import Combination, settle
from pricelang.engines.plan import atoms_of_sums, key_of
from pricelang.engines.spark_groups import SparkGrouping
from pricelang.engines.spark_job import SparkJob
from pricelang.engines.spark_parts import added_up, models, priced_by_row
from pricelang.evaluate.rate_table.axes import ALWAYS, Axes, Period, RateThreshold
from pricelang.evaluate.rate_table.request_limits import Each, all_axes
from pricelang.evaluate.rate_table.table import RateKey, RateTable
from pricelang.model.errors import BadRequest
from pricelang.present.decimals import scaled

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


FIRST = 10_000
"""Rows that are looked at to guess what all have."""
MAX_GROUPS = 100_000
"""Groups that are priced here, where the query is made; more are priced where they are."""


def add_up(job: SparkJob, by: Sequence[str], refused: str, single: bool) -> DataFrame:
    """The totals of a job; see `SparkBook.totals`."""
    grouping = SparkGrouping(job, tuple(by), refused, single)
    every = all_axes(job.book.rates, Each(job.sums))
    for wide in (False, True):
        summed = grouping.summed(every, wide)
        rows = summed.take(MAX_GROUPS + 1)
        if len(rows) > MAX_GROUPS:
            return _where_they_are(grouping)
        if not any(None in row[-len(job.quantities) :] and not row["pl_bad"] for row in rows):
            break  # else a sum that 64 bits do not hold
    return _here(grouping, _Groups(job, len(by), every, rows), summed)


# ---- groups that are few -------------------------------------------------------------------------


@frozen(eq=False)
class _Groups:
    """Groups of the usage on all axes, of totals by so many columns."""

    job: SparkJob
    by: int
    every: Axes
    rows: Sequence[Any]

    @property
    def key(self) -> slice:
        """The columns of the parts of a place."""
        return slice(self.by, self.by + len(self.job.key_names(self.every)))

    def combination(self, row: Any) -> Combination:
        """The model and values of a group."""
        start = self.by + 2
        return row[self.by], tuple(row[start : start + len(self.job.values)])

    def start(self, stretch: int) -> int:
        """An instant of a stretch of time."""
        return self.every.starts(ALWAYS)[stretch]

    @property
    def period(self) -> Period:
        """The stretches of time that groups are of."""
        stretches = [row[self.by + 1] for row in self.rows if row[self.by + 1] is not None]
        return (self.start(min(stretches)), self.start(max(stretches))) if stretches else ALWAYS

    @cached_property
    def rates(self) -> RateTable:
        """The rates of what is there."""
        there = dict.fromkeys(self.combination(row) for row in self.rows)
        return self.job.rates_of(there, self.period)

    def key_of(self, row: Any) -> RateKey:
        """The key of the rates of a group, which may have fewer axes."""
        axes, found = self.rates.axes, key_of(self.every, row[self.key])
        places = {(one.label, one.meters): n for n, one in enumerate(self.every.thresholds)}
        sides = []
        for threshold in axes.thresholds:
            n = places[threshold.label, threshold.meters]
            sides.append(_side(self.every.thresholds[n], threshold, found.sides[n]))
        stretch = row[self.by + 1]
        return RateKey(
            found.name,
            -1 if stretch is None else bisect_right(axes.cuts, self.start(stretch)),
            found.values,
            found.clock if axes.clock is not None else 0,
            tuple(sides),
        )


def _side(every: RateThreshold, found: RateThreshold, side: int) -> int:
    """A side of a threshold among fewer of its limits."""
    return bisect_right(found.limits, every.limits[side - 1]) if side else 0


def _here(grouping: SparkGrouping, groups: _Groups, summed: DataFrame) -> DataFrame:
    """The totals of groups that are few: one look at the usage, and prices in Python."""
    job, table = grouping.job, groups.rates
    places, decimals = table.places + job.extra, max(job.decimals_of(table), DIGITS)
    easy, hard = [], []
    for row in groups.rows:
        rate = table.rows.get(groups.key_of(row))
        used = [int(total or 0) for total in row[-len(job.quantities) :]]
        atoms = None if rate is None else atoms_of_sums(rate, used, job.quantities, job.extra)
        if rate is None or row["pl_bad"] or atoms is None:
            hard.append(tuple(row[: groups.key.stop + 1]))
            continue
        if atoms * 10 ** (decimals - places) >= 10**38:
            raise BadRequest(
                "too_large", "an amount has more than 38 digits", help="total by more columns"
            )
        where = [
            rate.model if name == "model" else found
            for name, found in zip(grouping.by, row[: groups.by], strict=True)
        ]
        counted = map(Decimal, used)
        amount = scaled(atoms, places)
        easy.append((*where, row["pl_rows"], *counted, amount, rate.currency, None))
    kinds = [(field.name, field.dataType.simpleString()) for field in summed.schema.fields]
    schema = [*kinds[: groups.by], ("pl_rows", "bigint")]
    schema += [(f"pl_used_{n}", "decimal(38,0)") for n in range(len(job.quantities))]
    schema += [("pl_cost", f"decimal(38,{decimals})"), ("pl_currency", "string")]
    parts = _frame(job, easy, [*schema, ("pl_reason", "string")])
    if hard:
        chosen = _frame(job, hard, kinds[: groups.key.stop + 1])
        parts = parts.unionByName(priced_by_row(grouping, groups.every, chosen, decimals))
    return added_up(grouping, parts, decimals)


def _frame(job: SparkJob, rows: Sequence[Any], kinds: Sequence[tuple[str, str]]) -> DataFrame:
    return job.session.createDataFrame(rows, ", ".join(f"{name} {kind}" for name, kind in kinds))


# ---- groups that are many ------------------------------------------------------------------------


def _where_they_are(grouping: SparkGrouping) -> DataFrame:
    """The totals of groups that are many."""
    job = grouping.job
    table, found = settle(
        job.combinations(job.usage.limit(FIRST)),
        job.rates_of,
        lambda table, seen: _look(grouping, table),
    )
    joined = job.joined(found, table)
    sums = [f"pl_sum_{n}" for n in range(len(job.quantities))]
    amounts = job.amounts(table, sums, "decimal(38,0)")
    atoms = f"case when pl_bad then null else {' + '.join(amounts)} end"
    priced = joined.selectExpr("*", f"{atoms} as pl_atoms").localCheckpoint()
    decimals = max(job.decimals_of(table), DIGITS)
    kind = f"decimal(38,{decimals})"
    used = [f"cast(pl_sum_{n} as decimal(38,0)) as pl_used_{n}" for n in range(len(sums))]
    cost = f"cast({SPARK.decimal('pl_atoms', table.places + job.extra)} as {kind})"
    lost = f"cast(raise_error('pricelang: an amount has more than 38 digits') as {kind})"
    parts = priced.where("pl_atoms is not null").selectExpr(
        *models(grouping.by, grouping.names, "pl_model"),
        "pl_rows",
        *used,
        f"coalesce({cost}, {lost}) as pl_cost",
        "pl_currency",
        "cast(null as string) as pl_reason",
    )
    hard = priced.where("pl_atoms is null")
    if not hard.isEmpty():
        parts = parts.unionByName(priced_by_row(grouping, table.axes, hard, decimals))
    return added_up(grouping, parts, decimals)


def _look(grouping: SparkGrouping, table: RateTable) -> tuple[DataFrame, set[Combination]]:
    """The usage grouped, with the combinations that are there."""
    job = grouping.job
    over = " or ".join(f"pl_sum_{n} is null" for n in range(len(job.quantities)))
    found = grouping.summed(table.axes, False).localCheckpoint()
    if not found.where(f"not pl_bad and ({over})").isEmpty():  # a sum that 64 bits do not hold
        found = grouping.summed(table.axes, True).localCheckpoint()
    values = [f"pl_value_{n}" for n in range(len(job.values))]
    rows = found.select("pl_name", *values).distinct().collect()
    return found, {(row[0], tuple(row[1:])) for row in rows}
