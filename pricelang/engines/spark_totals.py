"""Totals on Spark: quantities are added up first and priced after; groups that no rate prices are
priced row by row.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pricelang.engines import join_keys as keyed
from pricelang.engines.dialects.base import InstantSyntax
from pricelang.engines.dialects.spark import SPARK
from pricelang.engines.fallback import DIGITS
from pricelang.engines.spark_columns import AT, after_1970
from pricelang.engines.spark_fallback import ANSWER, answers
from pricelang.engines.spark_job import SparkJob
from pricelang.engines.totals import PERIODS
from pricelang.evaluate.rate_table.axes import RateThreshold
from pricelang.evaluate.rate_table.request_limits import Each, all_axes
from pricelang.evaluate.rate_table.table import RateKey, RateTable
from pricelang.model.errors import BadRequest
from pricelang.present.decimals import scaled
from pricelang.present.text import did_you_mean, shown

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


FIRST = 10_000
"""Rows that are looked at to guess what all have."""
MAX_GROUPS = 100_000
"""Groups that are priced here, where the query is made; more are priced where they are."""
_NO_GROUPS = ("map<", "struct<", "interval", "variant")
"""Types of columns that have no order, or no value in Python."""
MAX_REASONS = 5
"""Reasons that a group's column `reason` names."""


def add_up(job: SparkJob, by: Sequence[str], refused: str, single: bool) -> DataFrame:
    """The totals of a job; see `SparkBook.totals`."""
    groups = [f"{_zoneless(job, _group_sql(job, name))} as pl_by_{n}" for n, name in enumerate(by)]
    every = RateTable(
        tuple(name for name, _ in job.columns.meters),
        tuple(name for name, _ in job.columns.dimensions),
        all_axes(job.book.rates, Each(job.sums)),
        0,
        {},
    )
    for wide in (False, True):
        summed = _sums(job, groups, every, wide)
        rows = summed.take(MAX_GROUPS + 1)
        if len(rows) > MAX_GROUPS:
            return _where_they_are(job, by, groups, refused, single)
        if not any(None in row[-len(job.quantities) :] and not row["pl_bad"] for row in rows):
            break  # else a sum that 64 bits do not hold
    return _here(job, by, groups, every, summed, rows, refused, single)


def _here(
    job: SparkJob,
    by: Sequence[str],
    groups: Sequence[str],
    every: RateTable,
    summed: DataFrame,
    rows: Sequence[Any],
    refused: str,
    single: bool,
) -> DataFrame:
    """The totals of groups that are few: one look at the usage, and prices in Python."""
    size, names = len(by), job.key_names(every)
    values = slice(size + 2, size + 2 + len(job.values))
    stretches = [row[size + 1] for row in rows if row[size + 1] is not None]
    starts = [every.axes.cuts[0] - 1 if every.axes.cuts else 0, *every.axes.cuts]
    period = (starts[min(stretches)], starts[max(stretches)]) if stretches else (None, None)
    table = job.rates_of(dict.fromkeys((row[size], tuple(row[values])) for row in rows), period)
    places_of = {(found.label, found.meters): n for n, found in enumerate(every.axes.thresholds)}
    kept = [(places_of[found.label, found.meters], found) for found in table.axes.thresholds]
    places, decimals = table.places + job.extra, max(job.decimals(table), DIGITS)
    ups = [10 ** (job.extra - quantity.scale) for quantity in job.quantities]
    first_side, sums = (
        size + 2 + len(job.values) + (1 if every.axes.turns else 0),
        slice(-len(job.quantities), None),
    )
    easy, hard = [], []
    for row in rows:
        clock = row[first_side - 1] if every.axes.turns and table.axes.turns else 0
        stretch = row[size + 1]
        version = -1 if stretch is None else bisect_right(table.axes.cuts, starts[stretch])
        rate = table.rows.get(
            RateKey(
                row[size],
                version,
                tuple(row[values]),
                clock,
                tuple(
                    _side(every.axes.thresholds[n], found, row[first_side + n]) for n, found in kept
                ),
            )
        )
        used = [int(total or 0) for total in row[sums]]
        if (
            rate is None
            or row["pl_bad"]
            or any(total and price is None for total, price in zip(used, rate.atoms, strict=True))
        ):
            hard.append(tuple(row[: size + len(names) + 1]))
            continue
        atoms = sum(
            total * (price or 0) * up
            for total, price, up in zip(used, rate.atoms, ups, strict=True)
        )
        if atoms * 10 ** (decimals - places) >= 10**38:
            raise BadRequest(
                "too_large", "an amount has more than 38 digits", help="total by more columns"
            )
        where = [
            rate.model if name == "model" else found
            for name, found in zip(by, row[:size], strict=True)
        ]
        easy.append(
            (
                *where,
                row["pl_rows"],
                *map(Decimal, used),
                scaled(atoms, places),
                rate.currency,
                None,
            )
        )
    kinds = [
        f"pl_by_{n} {summed.schema[f'pl_by_{n}'].dataType.simpleString()}" for n in range(size)
    ]
    used_kinds = [f"pl_used_{n} decimal(38,0)" for n in range(len(job.quantities))]
    schema = ", ".join(
        [
            *kinds,
            "pl_rows bigint",
            *used_kinds,
            f"pl_cost decimal(38,{decimals})",
            "pl_currency string",
            "pl_reason string",
        ]
    )
    parts = job.session.createDataFrame(easy, schema)
    if hard:
        keys = ", ".join(
            f"{field.name} {field.dataType.simpleString()}"
            for field in summed.schema.fields[: size + len(names) + 1]
        )
        chosen = job.session.createDataFrame(hard, keys)
        parts = parts.unionByName(
            _one_by_one(job, by, groups, every, chosen, decimals, refused, single)
        )
    return _summed(job, by, parts, refused, decimals)


def _side(every: RateThreshold, found: RateThreshold, side: int) -> int:
    """A side of a threshold among fewer of its limits."""
    return bisect_right(found.limits, every.limits[side - 1]) if side else 0


def _sums(job: SparkJob, groups: Sequence[str], table: RateTable, wide: bool) -> DataFrame:
    """The usage grouped by what rates may depend on: `pl_rows`, and the sum of each quantity."""
    from pyspark.sql import functions as f

    quantities = [f"{quantity.sql} as pl_sum_{n}" for n, quantity in enumerate(job.quantities)]
    placed = job.timed.selectExpr(
        *groups, *job.keys(table), f"{_bad_sql(job)} as pl_bad", *quantities
    )
    keys = [*(f"pl_by_{n}" for n in range(len(groups))), *job.key_names(table), "pl_bad"]
    total = "sum(cast(pl_sum_{0} as decimal(20,0)))" if wide else "try_sum(pl_sum_{0})"
    sums = [f.expr(total.format(n)).alias(f"pl_sum_{n}") for n in range(len(job.quantities))]
    return placed.groupBy(*keys).agg(f.count(f.lit(1)).alias("pl_rows"), *sums)


def _where_they_are(
    job: SparkJob, by: Sequence[str], groups: Sequence[str], refused: str, single: bool
) -> DataFrame:
    """The totals of groups that are many."""
    table, found = _grouped(job, groups, job.combinations(job.usage.limit(FIRST)))
    joined = job.joined(found, table)
    sums = [f"pl_sum_{n}" for n in range(len(job.quantities))]
    amounts = job.amounts(table, sums, "decimal(38,0)")
    atoms = f"case when pl_bad then null else {' + '.join(amounts)} end"
    priced = joined.selectExpr("*", f"{atoms} as pl_atoms").localCheckpoint()
    decimals = max(job.decimals(table), DIGITS)
    used = [f"cast(pl_sum_{n} as decimal(38,0)) as pl_used_{n}" for n in range(len(sums))]
    own = [f"pl_by_{n}" for n in range(len(by))]
    cost = f"cast({SPARK.decimal('pl_atoms', table.places + job.extra)} as decimal(38,{decimals}))"
    lost = (
        "cast(raise_error('pricelang: an amount has more than 38 digits') as "
        f"decimal(38,{decimals}))"
    )
    parts = priced.where("pl_atoms is not null").selectExpr(
        *_models(by, own, "pl_model"),
        "pl_rows",
        *used,
        f"coalesce({cost}, {lost}) as pl_cost",
        "pl_currency",
        "cast(null as string) as pl_reason",
    )
    hard = priced.where("pl_atoms is null")
    if not hard.isEmpty():
        parts = parts.unionByName(
            _one_by_one(job, by, groups, table, hard, decimals, refused, single)
        )
    return _summed(job, by, parts, refused, decimals)


def _models(by: Sequence[str], own: Sequence[str], model: str) -> list[str]:
    """The columns that totals are by; of a model its id, or else the name that stands there."""
    return [
        f"coalesce({model}, {column}) as {column}" if name == "model" else column
        for name, column in zip(by, own, strict=True)
    ]


def _grouped(
    job: SparkJob, groups: Sequence[str], seen: list[tuple[str | None, tuple[str | None, ...]]]
) -> tuple[RateTable, DataFrame]:
    """The usage grouped by what its rates depend on. What is there is guessed from the first rows,
    so that one look at all of them is enough, unless a later one has a combination whose rates
    depend on more.
    """
    wide = False
    while True:
        table = job.rates_of(seen)
        found = _sums(job, groups, table, wide).localCheckpoint()
        there = {
            (row[0], tuple(row[1:]))
            for row in found.select("pl_name", *(f"pl_value_{n}" for n in range(len(job.values))))
            .distinct()
            .collect()
        }
        over = " or ".join(f"pl_sum_{n} is null" for n in range(len(job.quantities)))
        if not wide and not found.where(f"not pl_bad and ({over})").isEmpty():
            wide = True  # a sum that 64 bits do not hold
            continue
        if there <= set(seen):
            return table, found
        seen = [*{*seen, *there}]
        again = job.rates_of(seen)
        if again.axes == table.axes:
            return again, found


def _bad_sql(job: SparkJob) -> str:
    """Whether a sum cannot hold a row:
    a quantity is no number, or so small that a minimum may hold.
    """
    tests = [f"{quantity.sql} is null" for quantity in job.quantities]
    for quantity in job.quantities:
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
    return f"({' or '.join(tests)})"


def _one_by_one(
    job: SparkJob,
    by: Sequence[str],
    groups: Sequence[str],
    table: RateTable,
    hard: DataFrame,
    decimals: int,
    refused: str,
    single: bool,
) -> DataFrame:
    """The rows of the groups that no sum can hold, equal rows together.
    Another group of the same rates may have been summed.
    """
    from pyspark.sql import functions as f

    names = [*(f"pl_by_{n}" for n in range(len(by))), *job.key_names(table), "pl_bad"]
    keys = hard.select(*(f.col(name).alias(f"h_{name}") for name in names)).distinct()
    quantities = [f"{quantity.sql} as pl_used_{n}" for n, quantity in enumerate(job.quantities)]
    placed = job.timed.selectExpr(
        *groups,
        *job.keys(table),
        f"{_bad_sql(job)} as pl_bad",
        *quantities,
        f"{job.payload()} as pl_payload",
    )
    equal = [f.col(name).eqNullSafe(f.col(f"h_{name}")) for name in names]
    chosen = placed.join(f.broadcast(keys), equal, "left_semi")
    own = [f"pl_by_{n}" for n in range(len(by))]
    used = [f"pl_used_{n}" for n in range(len(job.quantities))]
    equals = chosen.groupBy(*own, *used, "pl_payload").agg(f.count(f.lit(1)).alias("pl_rows"))
    answer = (
        answers(job.book, job.session, job.sums)(f.col("pl_payload"), f.col("pl_rows"))
        if single
        else f.lit('{"e": "no sum of quantity times price has this price"}')
    )
    answered = equals.withColumn("pl_answer", f.from_json(answer, ANSWER))
    kind = f"decimal(38,{decimals})"
    stop = (
        "cast(raise_error(concat('pricelang: a row has no price: ', coalesce(pl_answer.e, 'its "
        f"amount has too many digits'))) as {kind})"
    )
    cost = f"coalesce(try_cast(pl_answer.t as {kind}), {stop})"
    if refused == "null":
        cost = f"case when pl_answer.e is null then {cost} end"
    counted = [
        f"case when pl_answer.e is null then cast({column} as decimal(20,0)) * pl_rows end"
        for column in used
    ]
    # a text that is no instant of Spark's may be one of ours
    at = after_1970("second", "pl_answer.a")
    own_at = [
        f"coalesce({column}, {_period_sql(name, at, SPARK.plain)})"
        if job.at.clock is SPARK.plain and _is_period(job, name)
        else column
        for name, column in zip(by, own, strict=True)
    ]
    answered = answered.withColumns(
        {column: f.expr(sql) for column, sql in zip(own, own_at, strict=True)}
    )
    return answered.selectExpr(
        *_models(by, own, "pl_answer.m"),
        "pl_rows",
        *(
            f"cast({sql} as decimal(38,0)) as {column}"
            for sql, column in zip(counted, used, strict=True)
        ),
        f"{cost} as pl_cost",
        "pl_answer.c as pl_currency",
        "pl_answer.e as pl_reason",
    )


def _summed(
    job: SparkJob, by: Sequence[str], parts: DataFrame, refused: str, decimals: int
) -> DataFrame:
    """The parts of each group added up, under the names that were asked for."""
    from pyspark.sql import functions as f

    own = [f"pl_by_{n}" for n in range(len(by))]
    lost = (
        f"cast(raise_error('pricelang: a sum has more than 38 digits') as decimal(38,{decimals}))"
    )
    total = f"case when count(pl_cost) = 0 then null else coalesce(sum(pl_cost), {lost}) end"
    columns = [f.expr("sum(case when pl_reason is null then pl_rows else 0 end)").alias("rows")]
    for n, quantity in enumerate(job.quantities):
        # NULL where a row has a quantity that is not counted in our units,
        # such as a third of an hour
        sure = (
            f"case when max(case when pl_reason is null and pl_used_{n} is null then 1 else 0 "
            f"end) = 0 then coalesce(sum(pl_used_{n}), 0) end"
        )
        columns.append(f.expr(SPARK.decimal(f"({sure})", quantity.scale)).alias(quantity.meter))
    columns += [f.expr(f"cast({total} as decimal(38,{decimals}))").alias("cost")]
    if refused == "null":
        columns.append(
            f.expr("sum(case when pl_reason is null then 0 else pl_rows end)").alias("unpriced")
        )
        columns.append(
            f.expr(
                f"concat_ws('; ', slice(array_sort(collect_set(pl_reason)), 1, {MAX_REASONS}))"
            ).alias("reason")
        )
    found = parts.groupBy(*own, "pl_currency").agg(*columns)
    named = [
        (
            f.timestamp_micros(column) if _is_zoned(job, _group_sql(job, name)) else f.col(column)
        ).alias(name)
        for column, name in zip(own, by, strict=True)
    ]
    rest = [column for column in found.columns if column not in (*own, "pl_currency")]
    return found.select(
        *named, *(f.col(f"`{column}`") for column in rest), f.col("pl_currency").alias("currency")
    )


def _is_zoned(job: SparkJob, sql: str) -> bool:
    """Whether SQL is an instant of Spark's type TIMESTAMP."""
    return job.timed.selectExpr(f"{sql} as pl_by").schema[0].dataType.simpleString() == "timestamp"


def _zoneless(job: SparkJob, sql: str) -> str:
    """An instant as its microseconds since 1970:
    what Python has of it is in the zone of the machine, in which two hours of a year have one name.
    """
    return f"unix_micros({sql})" if _is_zoned(job, sql) else sql


def _group_sql(job: SparkJob, name: str) -> str:
    """A column that totals are by, as SQL."""
    if name == "model" or name == job.columns.model:
        return job.model
    if name in job.usage.columns:
        kind = job.usage.schema[name].dataType.simpleString()
        if kind.startswith(_NO_GROUPS):
            raise BadRequest(
                "bad_column",
                f"the column `{shown(name)}` is of type {shown(kind)}, which rows "
                "cannot be grouped by",
                help="make it a text, or total by a field of it that is a column",
            )
        return SPARK.words.name(name)
    if name in PERIODS:
        return _period_sql(name, AT, job.at.clock)
    known = [*job.usage.columns, "model", *PERIODS]
    raise BadRequest(
        "no_column",
        f"there is no column `{shown(name)}` to group by",
        help=did_you_mean(shown(name), known) or "columns: " + ", ".join(map(shown, known)),
    )


def _is_period(job: SparkJob, name: str) -> bool:
    """Whether totals by a name are by a period of the instant."""
    return name in PERIODS and name not in job.usage.columns


def _period_sql(name: str, at: str, clock: InstantSyntax) -> str:
    """The start of the hour, day, week, month or year of an instant, as SQL."""
    if name == "hour":
        # not by `date_trunc`, which puts an instant without a zone in that of the session,
        # where some hours are missing
        midnight = f"cast(cast({at} as date) as timestamp_ntz)"
        return (
            f"timestamp_seconds({at} - pmod({at}, 3600))"
            if clock is SPARK.zoned
            else f"timestampadd(hour, hour({at}), {midnight})"
        )
    return f"trunc({clock.turn('day', at)}, 'week')" if name == "week" else clock.turn(name, at)
