"""The parts of totals on Spark: rows that were priced one by one, and what all parts add up to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pricelang.engines.dialects.spark import SPARK
from pricelang.engines.groups import is_period
from pricelang.engines.join_keys import Quantity
from pricelang.engines.spark_columns import after_1970
from pricelang.engines.spark_fallback import answered
from pricelang.engines.spark_groups import SparkGrouping, period_sql
from pricelang.evaluate.rate_table.axes import Axes

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

MAX_REASONS = 5
"""Reasons that a group's column `reason` names."""


def priced_by_row(grouping: SparkGrouping, axes: Axes, hard: DataFrame, decimals: int) -> DataFrame:
    """The rows of the groups that no sum can hold, equal rows together.
    Another group of the same rates may have been summed.
    """
    from pyspark.sql import functions as f

    job, names = grouping.job, grouping.keys(axes)
    keys = hard.select(*(f.col(name).alias(f"h_{name}") for name in names)).distinct()
    quantities = [f"{quantity.sql} as pl_used_{n}" for n, quantity in enumerate(job.quantities)]
    placed = grouping.placed(axes, *quantities, f"{job.payload()} as pl_payload")
    equal = [f.col(name).eqNullSafe(f.col(f"h_{name}")) for name in names]
    chosen = placed.join(f.broadcast(keys), equal, "left_semi")
    used = [f"pl_used_{n}" for n in range(len(job.quantities))]
    equals = chosen.groupBy(*grouping.names, *used, "pl_payload").agg(
        f.count(f.lit(1)).alias("pl_rows")
    )
    priced = answered(job, equals, grouping.single, f.col("pl_rows")).withColumns(
        {name: f.expr(sql) for name, sql in zip(grouping.names, _own(grouping), strict=True)}
    )
    counts = "case when pl_answer.e is null then cast({0} as decimal(20,0)) * pl_rows end"
    return priced.selectExpr(
        *models(grouping.by, grouping.names, "pl_answer.m"),
        "pl_rows",
        *(f"cast({counts.format(column)} as decimal(38,0)) as {column}" for column in used),
        f"{_cost(grouping.refused, decimals)} as pl_cost",
        "pl_answer.c as pl_currency",
        "pl_answer.e as pl_reason",
    )


def _cost(refused: str, decimals: int) -> str:
    """The amount of an answer; one that has none stops the query, or has NULL."""
    kind = f"decimal(38,{decimals})"
    stop = (
        "cast(raise_error(concat('pricelang: a row has no price: ', coalesce(pl_answer.e, 'its "
        f"amount has too many digits'))) as {kind})"
    )
    cost = f"coalesce(try_cast(pl_answer.t as {kind}), {stop})"
    return f"case when pl_answer.e is null then {cost} end" if refused == "null" else cost


def _own(grouping: SparkGrouping) -> list[str]:
    """The columns that totals are by:
    a text that is no instant of Spark's may be one of ours.
    """
    job, at = grouping.job, after_1970("second", "pl_answer.a")
    return [
        f"coalesce({column}, {period_sql(name, at, SPARK.plain)})"
        if job.at.clock is SPARK.plain and is_period(name, job.usage.columns)
        else column
        for name, column in zip(grouping.by, grouping.names, strict=True)
    ]


def models(by: Sequence[str], own: Sequence[str], model: str) -> list[str]:
    """The columns that totals are by; of a model its id, or else the name that stands there."""
    return [
        f"coalesce({model}, {column}) as {column}" if name == "model" else column
        for name, column in zip(by, own, strict=True)
    ]


def added_up(grouping: SparkGrouping, parts: DataFrame, decimals: int) -> DataFrame:
    """The parts of each group added up, under the names that were asked for."""
    from pyspark.sql import functions as f

    kind = f"decimal(38,{decimals})"
    lost = f"cast(raise_error('pricelang: a sum has more than 38 digits') as {kind})"
    total = f"case when count(pl_cost) = 0 then null else coalesce(sum(pl_cost), {lost}) end"
    columns = [("rows", "sum(case when pl_reason is null then pl_rows else 0 end)")]
    columns += [(q.meter, _used(n, q)) for n, q in enumerate(grouping.job.quantities)]
    columns.append(("cost", f"cast({total} as {kind})"))
    if grouping.refused == "null":
        reasons = f"slice(array_sort(collect_set(pl_reason)), 1, {MAX_REASONS})"
        columns.append(("unpriced", "sum(case when pl_reason is null then 0 else pl_rows end)"))
        columns.append(("reason", f"concat_ws('; ', {reasons})"))
    found = parts.groupBy(*grouping.names, "pl_currency").agg(
        *(f.expr(sql).alias(name) for name, sql in columns)
    )
    named = [
        (f.timestamp_micros(column) if is_zoned else f.col(column)).alias(name)
        for column, name, is_zoned in zip(
            grouping.names, grouping.by, grouping.is_zoned, strict=True
        )
    ]
    rest = [column for column in found.columns if column not in (*grouping.names, "pl_currency")]
    return found.select(
        *named, *(f.col(f"`{column}`") for column in rest), f.col("pl_currency").alias("currency")
    )


def _used(n: int, quantity: Quantity) -> str:
    """The quantity of a meter in a group; NULL where a row has one that is not counted in our
    units, such as a third of an hour.
    """
    sure = (
        f"case when max(case when pl_reason is null and pl_used_{n} is null then 1 else 0 "
        f"end) = 0 then coalesce(sum(pl_used_{n}), 0) end"
    )
    return SPARK.decimal(f"({sure})", quantity.scale)
