"""What one look at all rows of a DataFrame tells, before any is priced: its combinations, the ends
of its instants, and the largest of its quantities.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from math import ceil
from typing import Any

from attrs import frozen

from pricelang.engines.job import MAX_COMBINATIONS, Combination, prices_all
from pricelang.engines.plan import scale_up
from pricelang.engines.spark_columns import AT
from pricelang.engines.spark_job import SparkJob
from pricelang.evaluate.rate_table.axes import Period
from pricelang.evaluate.rate_table.table import RateTable
from pricelang.model.instants import seconds_of


@frozen(eq=False)
class SparkLook:
    """The combinations that are `present`, whether a row says what is no quantity or instant, and
    the largest quantity of each meter, as its column counts it.
    """

    job: SparkJob
    present: Sequence[Combination]
    period: Period
    is_bad: bool
    most: Sequence[int]

    @cached_property
    def rates(self) -> RateTable:
        """The rates of what is there."""
        largest = {
            quantity.meter: ceil(Fraction(most, 10**quantity.scale))
            for quantity, most in zip(self.job.quantities, self.most, strict=True)
        }
        return self.job.rates_of(self.present[:MAX_COMBINATIONS], self.period, largest)

    @property
    def is_small(self) -> bool:
        """Whether 64 bits hold each amount."""
        job = self.job
        largest = sum(
            most * self.rates.widest(n) * scale_up(job.quantities[n], job.extra)
            for n, most in enumerate(self.most)
        )
        return largest < 1 << 63

    @property
    def is_complete(self) -> bool:
        """Whether the rates price every row."""
        table, timed = self.rates, self.job.at.timed
        return (
            prices_all(table, self.present)
            and not self.is_bad
            and (table.axes.clock is None or timed == "true")
        )

    @property
    def within(self) -> str:
        """What holds of every row that was looked at, as SQL: a DataFrame is read again when it is
        used, and may have others then.
        """
        tests = [
            f"coalesce({quantity.sql} <= {greatest}, true)"
            for quantity, greatest in zip(self.job.quantities, self.most, strict=True)
        ]
        first, last = self.period
        if first is not None and last is not None and self.job.columns.at is not None:
            instant = self.job.at.clock.instant
            tests.append(f"{AT} >= {instant(first)} and {AT} < {instant(last + 1)}")
        return " and ".join(tests) or "true"


def look_at(job: SparkJob) -> SparkLook:
    """Looks at the usage of a job."""
    from pyspark.sql import functions as f

    values, counted = range(len(job.values)), range(len(job.quantities))
    bad = " or ".join([f"{AT} is null", *(f"{q.sql} is null" for q in job.quantities)])
    chosen = [f"{job.model} as pl_name", AT, f"case when {bad} then 1 else 0 end as pl_bad"]
    chosen += [f"{value} as pl_value_{n}" for n, value in enumerate(job.values)]
    chosen += [f"{quantity.sql} as pl_q_{n}" for n, quantity in enumerate(job.quantities)]
    asked = [f"cast(min({AT}) as string)", f"cast(max({AT}) as string)", "max(pl_bad)"]
    asked += [f"max(pl_q_{n})" for n in counted]
    groups = ["pl_name", *(f"pl_value_{n}" for n in values)]
    grouped = job.timed.selectExpr(*chosen).groupBy(*groups).agg(*map(f.expr, asked))
    rows = grouped.limit(MAX_COMBINATIONS + 1).collect()
    size = len(groups)
    starts, ends = ([row[size + n] for row in rows if row[size + n] is not None] for n in (0, 1))
    return SparkLook(
        job,
        [(row[0], tuple(row[1:size])) for row in rows],
        (min(map(_seconds, starts), default=None), max(map(_seconds, ends), default=None)),
        any(row[size + 2] for row in rows),
        [max((_number(row[size + 3 + n]) for row in rows), default=0) for n in counted],
    )


def _number(found: Any) -> int:
    return found or 0


def _seconds(text: str) -> int:
    return int(text) if text.lstrip("-").isdigit() else seconds_of(text)
