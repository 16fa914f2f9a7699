"""Totals on Spark: quantities are added up first and priced after; groups that no rate prices are priced row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pricelang.engines import keyed
from pricelang.engines.single import DIGITS
from pricelang.engines.spark_columns import SPARK
from pricelang.engines.spark_single import ANSWER, answers
from pricelang.rating.atoms import RateTable

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pricelang.engines.spark import Job, SparkBook


def add_up(spark: SparkBook, job: Job, by: Sequence[str], refused: str, single: bool) -> DataFrame:
    """The totals of a job; see `SparkBook.totals`."""
    from pricelang.engines.spark import FIRST, group_sql

    groups = [f"{group_sql(job, name)} as pl_by_{n}" for n, name in enumerate(by)]
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
    lost = f"cast(raise_error('pricelang: an amount has more than 38 digits') as decimal(38,{decimals}))"
    parts = priced.where("pl_atoms is not null").selectExpr(
        *_models(by, own, "pl_model"), "pl_rows", *used, f"coalesce({cost}, {lost}) as pl_cost", "pl_currency", "cast(null as string) as pl_reason"
    )
    hard = priced.where("pl_atoms is null")
    if not hard.isEmpty():
        parts = parts.unionByName(_one_by_one(spark, job, by, groups, table, hard, decimals, refused, single))
    return _summed(job, by, parts, refused, decimals)


def _models(by: Sequence[str], own: Sequence[str], model: str) -> list[str]:
    """The columns that totals are by; of a model its id, or else the name that stands there."""
    return [f"coalesce({model}, {column}) as {column}" if name == "model" else column for name, column in zip(by, own, strict=True)]


def _grouped(job: Job, groups: Sequence[str], seen: list[tuple[str | None, tuple[str | None, ...]]]) -> tuple[RateTable, DataFrame]:
    """The usage grouped by what its rates depend on. What is there is guessed from the first rows, so that one look at all
    of them is enough, unless a later one has a combination whose rates depend on more."""
    wide = False
    while True:
        table = job.rates_of(seen)
        names = job.key_names(table)
        quantities = [f"{quantity.sql} as pl_sum_{n}" for n, quantity in enumerate(job.quantities)]
        placed = job.usage.selectExpr(*groups, *job.keys(table), f"{_bad_sql(job)} as pl_bad", *quantities)
        keys = [*(f"pl_by_{n}" for n in range(len(groups))), *names, "pl_bad"]
        total = "sum(cast(pl_sum_{0} as decimal(20,0)))" if wide else "try_sum(pl_sum_{0})"
        from pyspark.sql import functions as f

        sums = [f.expr(total.format(n)).alias(f"pl_sum_{n}") for n in range(len(job.quantities))]
        found = placed.groupBy(*keys).agg(f.count(f.lit(1)).alias("pl_rows"), *sums).localCheckpoint()
        there = {(row[0], tuple(row[1:])) for row in found.select("pl_name", *(f"pl_value_{n}" for n in range(len(job.values)))).distinct().collect()}
        over = " or ".join(f"pl_sum_{n} is null" for n in range(len(job.quantities)))
        if not wide and not found.where(f"not pl_bad and ({over})").isEmpty():
            wide = True  # a sum that 64 bits do not hold
            continue
        if there <= set(seen):
            return table, found
        seen = [*{*seen, *there}]
        again = job.rates_of(seen)
        if (again.cuts, again.turns, again.thresholds) == (table.cuts, table.turns, table.thresholds):
            return again, found


def _bad_sql(job: Job) -> str:
    """Whether a sum cannot hold a row: a quantity is no number, or so small that a minimum may hold."""
    tests = [f"{quantity.sql} is null" for quantity in job.quantities]
    for quantity in job.quantities:
        meter = next(n for n, meter in enumerate(job.book.checked.meters) if meter.name == quantity.meter)
        minimums = [line.quantity for charge in job.book.checked.charges if charge.meter == meter for line in charge.minimums]
        if minimums:
            tests.append(f"coalesce({quantity.sql} > 0 and {quantity.sql} < {keyed.least_of(max(minimums), quantity)}, true)")
    return f"({' or '.join(tests)})"


def _one_by_one(
    spark: SparkBook, job: Job, by: Sequence[str], groups: Sequence[str], table: RateTable, hard: DataFrame, decimals: int,
    refused: str, single: bool,
) -> DataFrame:  # fmt: skip
    """The rows of the groups that no sum can hold, equal rows together."""
    from pyspark.sql import functions as f

    names = [*job.key_names(table), "pl_bad"]
    keys = hard.select(*(f.col(name).alias(f"h_{name}") for name in names)).distinct()
    quantities = [f"{quantity.sql} as pl_used_{n}" for n, quantity in enumerate(job.quantities)]
    placed = job.usage.selectExpr(*groups, *job.keys(table), f"{_bad_sql(job)} as pl_bad", *quantities, f"{job.payload()} as pl_payload")
    equal = [f.col(name).eqNullSafe(f.col(f"h_{name}")) for name in names]
    chosen = placed.join(f.broadcast(keys), equal, "left_semi")
    own = [f"pl_by_{n}" for n in range(len(by))]
    used = [f"pl_used_{n}" for n in range(len(job.quantities))]
    equals = chosen.groupBy(*own, *used, "pl_payload").agg(f.count(f.lit(1)).alias("pl_rows"))
    answer = answers(spark.book, spark.session)(f.col("pl_payload"), f.col("pl_rows")) if single else f.lit('{"e": "no sum of quantity times price has this price"}')
    answered = equals.withColumn("pl_answer", f.from_json(answer, ANSWER))
    kind = f"decimal(38,{decimals})"
    stop = f"cast(raise_error(concat('pricelang: a row has no price: ', coalesce(pl_answer.e, 'its amount has too many digits'))) as {kind})"
    cost = f"coalesce(try_cast(pl_answer.t as {kind}), {stop})"
    if refused == "null":
        cost = f"case when pl_answer.e is null then {cost} end"
    counted = [f"case when pl_answer.e is null then cast({column} as decimal(20,0)) * pl_rows end" for column in used]
    return answered.selectExpr(
        *_models(by, own, "pl_answer.m"), "pl_rows", *(f"cast({sql} as decimal(38,0)) as {column}" for sql, column in zip(counted, used, strict=True)),
        f"{cost} as pl_cost", "pl_answer.c as pl_currency", "pl_answer.e as pl_reason",
    )  # fmt: skip


def _summed(job: Job, by: Sequence[str], parts: DataFrame, refused: str, decimals: int) -> DataFrame:
    """The parts of each group added up, under the names that were asked for."""
    from pyspark.sql import functions as f

    own = [f"pl_by_{n}" for n in range(len(by))]
    lost = f"cast(raise_error('pricelang: a sum has more than 38 digits') as decimal(38,{decimals}))"
    total = f"case when count(pl_cost) = 0 then null else coalesce(sum(pl_cost), {lost}) end"
    columns = [f.expr("sum(case when pl_reason is null then pl_rows else 0 end)").alias("rows")]
    for n, quantity in enumerate(job.quantities):
        # NULL where a row has a quantity that is not counted in our units, such as a third of an hour
        sure = f"case when max(case when pl_reason is null and pl_used_{n} is null then 1 else 0 end) = 0 then coalesce(sum(pl_used_{n}), 0) end"
        columns.append(f.expr(SPARK.decimal(f"({sure})", quantity.scale)).alias(quantity.meter))
    columns += [f.expr(f"cast({total} as decimal(38,{decimals}))").alias("cost")]
    if refused == "null":
        columns.append(f.expr("sum(case when pl_reason is null then 0 else pl_rows end)").alias("unpriced"))
        columns.append(f.expr("min(pl_reason)").alias("reason"))
    found = parts.groupBy(*own, "pl_currency").agg(*columns)
    named = [f.col(column).alias(name) for column, name in zip(own, by, strict=True)]
    rest = [column for column in found.columns if column not in (*own, "pl_currency")]
    return found.select(*named, *(f.col(f"`{column}`") for column in rest), f.col("pl_currency").alias("currency"))
