"""The usage on Spark, grouped by the columns of totals and by what its rates depend on."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from attrs import frozen

from pricelang.engines.dialects.base import InstantSyntax
from pricelang.engines.dialects.spark import SPARK
from pricelang.engines.groups import is_period, no_such_column
from pricelang.engines.spark_columns import AT
from pricelang.engines.spark_job import SparkJob
from pricelang.evaluate.rate_table.axes import Axes
from pricelang.model.errors import BadRequest
from pricelang.present.text import shown

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_NO_GROUPS = ("map<", "struct<", "interval", "variant")
"""Types of columns that have no order, or no value in Python."""


@frozen(eq=False)
class SparkGrouping:
    """Totals of a job by some columns. `refused` is what becomes of rows without a price, `single`
    whether those that no rates price are priced one by one.
    """

    job: SparkJob
    by: tuple[str, ...]
    refused: str
    single: bool

    @property
    def names(self) -> list[str]:
        """The columns that totals are by, under names of our own."""
        return [f"pl_by_{n}" for n in range(len(self.by))]

    @cached_property
    def expressions(self) -> list[str]:
        """What totals are by, as named expressions. Raises `BadRequest` for what no rows are
        grouped by.
        """
        sqls = [_zoneless(self.job, _group_sql(self.job, name)) for name in self.by]
        return [f"{sql} as {name}" for sql, name in zip(sqls, self.names, strict=True)]

    @property
    def is_zoned(self) -> list[bool]:
        """Whether what totals are by is an instant of Spark's type TIMESTAMP."""
        return [_is_zoned(self.job, _group_sql(self.job, name)) for name in self.by]

    def placed(self, axes: Axes, *more: str) -> DataFrame:
        """The usage with what it is grouped by, whether no sum can hold a row, and more."""
        bad = f"{self.job.unsummable()} as pl_bad"
        return self.job.timed.selectExpr(*self.expressions, *self.job.keys(axes), bad, *more)

    def keys(self, axes: Axes) -> list[str]:
        """The columns that it is grouped by."""
        return [*self.names, *self.job.key_names(axes), "pl_bad"]

    def summed(self, axes: Axes, wide: bool) -> DataFrame:
        """The usage grouped: `pl_rows`, and the sum of each quantity,
        in 64 bits or a `wide` type.
        """
        from pyspark.sql import functions as f

        quantities = self.job.quantities
        counted = [f"{quantity.sql} as pl_sum_{n}" for n, quantity in enumerate(quantities)]
        total = "sum(cast(pl_sum_{0} as decimal(20,0)))" if wide else "try_sum(pl_sum_{0})"
        sums = [f.expr(total.format(n)).alias(f"pl_sum_{n}") for n in range(len(quantities))]
        rows = f.count(f.lit(1)).alias("pl_rows")
        return self.placed(axes, *counted).groupBy(*self.keys(axes)).agg(rows, *sums)


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
        return SPARK.quote(name)
    if is_period(name, job.usage.columns):
        return period_sql(name, AT, job.at.clock)
    raise no_such_column(name, job.usage.columns)


def _is_zoned(job: SparkJob, sql: str) -> bool:
    return job.timed.selectExpr(f"{sql} as pl_by").schema[0].dataType.simpleString() == "timestamp"


def _zoneless(job: SparkJob, sql: str) -> str:
    """An instant as its microseconds since 1970:
    what Python has of it is in the zone of the machine, in which two hours of a year have one name.
    """
    return f"unix_micros({sql})" if _is_zoned(job, sql) else sql


def period_sql(name: str, at: str, clock: InstantSyntax) -> str:
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
