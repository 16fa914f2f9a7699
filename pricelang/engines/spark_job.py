"""A DataFrame of usage with what its columns mean, and the rates that price it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import define, evolve

from pricelang.engines import join_keys as keyed
from pricelang.engines.dialects.spark import SPARK
from pricelang.engines.fallback import DIGITS
from pricelang.engines.job import MAX_COMBINATIONS, MAX_DECIMALS, Combination, Reader, UsageJob
from pricelang.engines.plan import (
    UsageRow,
    amount_sql,
    key_values,
    part_names,
    place,
    scale_up,
)
from pricelang.engines.spark_columns import AT, When, as_written, instant_of, quantity_of
from pricelang.evaluate.rate_table.axes import ALWAYS, Axes, Period
from pricelang.evaluate.rate_table.table import RateTable
from pricelang.model.instants import is_day, seconds_of, written

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

COST = "cost"


@define(eq=False, repr=False)
class SparkJob(UsageJob):
    """A DataFrame of usage, and a book to price it by."""

    session: SparkSession
    usage: DataFrame

    # ---- what a row says ----

    @cached_property
    def types(self) -> dict[str, str]:
        """The type of each column, in Spark's words."""
        return {field.name: field.dataType.simpleString() for field in self.usage.schema.fields}

    @property
    def reader(self) -> Reader:
        """How the columns are read."""
        types = self.types
        return Reader(
            SPARK.literal,
            lambda column: f"cast({SPARK.quote(column)} as string)",
            lambda column: as_written(column, types[column]),
            lambda meter, column, most: quantity_of(meter, column, types[column], most),
            _struct,
            lambda texts: f"array({', '.join(texts)})",
        )

    @cached_property
    def at(self) -> When:
        """The instant of a row."""
        if self.columns.at is None:
            seconds = seconds_of(self.fixed.at or "")
            if is_day(self.fixed.at or ""):
                return When(f"{seconds}L", SPARK.zoned, SPARK.literal(written(seconds)), "false")
            return When(f"{seconds}L", SPARK.zoned, f"'@{seconds}'")
        return instant_of(self.columns.at, self.types[self.columns.at])

    @property
    def row(self) -> UsageRow:
        """What a row of `timed` says."""
        return UsageRow(self.model, AT, self.values, self.quantities, self.at.timed)

    def payload(self) -> str:
        """A row as the evaluator of single requests takes it, as SQL."""
        return f"to_json({self.payload_of(self.at.text)}, map('ignoreNullFields', 'false'))"

    @cached_property
    def timed(self) -> DataFrame:
        """The usage with its instants as a column. They are compared with each day on which a price
        changes; written out in every comparison, they make a query too large for Java to compile.
        """
        return self.usage.selectExpr("*", f"{self.at.sql} as {AT}")

    # ---- the rates ----

    def combinations(self, usage: DataFrame) -> list[Combination]:
        """Each combination of a model and values that is there,
        but for those beyond the number that rates are made for.
        """
        listed = [
            f"{self.model} as pl_name",
            *(f"{value} as pl_value_{n}" for n, value in enumerate(self.values)),
        ]
        rows = usage.selectExpr(*listed).distinct().limit(MAX_COMBINATIONS).collect()
        return [(row[0], tuple(row[1:])) for row in rows]

    def rates_of(
        self,
        combinations: Iterable[Combination],
        period: Period = ALWAYS,
        largest: Mapping[str, int] = {},
    ) -> RateTable:
        """The rates of some combinations over a period, for quantities that are bounded where it is
        known; none where 38 digits do not hold them.
        """
        table = super().rates_of(combinations, period, largest)
        most = sum(
            table.widest(n) * scale_up(quantity, self.extra)
            for n, quantity in enumerate(self.quantities)
        )
        if most << 63 >= 10**38 or table.places + self.extra > MAX_DECIMALS:
            return super().rates_of([], period)
        return table

    def decimals_of(self, table: RateTable) -> int:
        """The decimals of the column of amounts, where those without rates have their own."""
        found = super().decimals_of(table)
        return found if table.rows else max(found, DIGITS)

    # ---- as SQL ----

    def keys(self, axes: Axes, within: str = "true") -> list[str]:
        """What a row of `timed` is joined to rates by, as named expressions.
        One that is not `within` what was looked at finds none.
        """
        found = place(axes, evolve(self.row, within=within), SPARK.words_of(self.at.clock))
        return [f"{part.sql} as pl_{part.name}" for part in found.parts]

    def key_names(self, axes: Axes) -> list[str]:
        """The names of the keys."""
        return [f"pl_{name}" for name in part_names(axes, len(self.values))]

    def joined(self, placed: DataFrame, table: RateTable) -> DataFrame:
        """Placed rows with their rates beside them, where they have some."""
        from pyspark.sql import functions as f

        rates = f.broadcast(self._stored(table))
        equal = [f.col(name).eqNullSafe(f.col(f"r_{name}")) for name in self.key_names(table.axes)]
        return placed.join(rates, equal, "left")

    def _stored(self, table: RateTable) -> DataFrame:
        """The rates as a table."""
        texts = ("pl_name", "pl_value")
        columns = [
            f"`r_{name}` {'string' if name.startswith(texts) else 'int'}"
            for name in self.key_names(table.axes)
        ]
        columns += ["`pl_model` string", "`pl_currency` string"]
        narrow = [table.widest(n) < 1 << 62 for n in range(len(self.quantities))]
        for n, short in enumerate(narrow):
            kind = "bigint" if short else "decimal(38,0)"
            columns += [f"pl_price_{n} {kind}", f"pl_least_{n} decimal(38,0)"]
        rows = []
        for key, row in table.rows.items():
            made = [*key_values(table.axes, key), row.model, row.currency]
            for n, quantity in enumerate(self.quantities):
                price, least = row.atoms[n], keyed.least_units(row.least[n], quantity)
                made += [price if narrow[n] else _decimal(price), _decimal(least)]
            rows.append(tuple(made))
        return self.session.createDataFrame(rows, ", ".join(columns))

    def amounts(self, table: RateTable, counted: Sequence[str], kind: str) -> list[str]:
        """The amount of each meter in atoms as a type, of quantities;
        NULL where the rates do not say it.
        """
        found = []
        for n, (quantity, sql) in enumerate(zip(self.quantities, counted, strict=True)):
            product = f"cast({sql} as {kind}) * cast(pl_price_{n} as {kind})"
            up = scale_up(quantity, self.extra)
            amount = amount_sql(
                sql,
                f"cast({product} as {kind}) * {up}" if up > 1 else product,
                zero=f"cast(0 as {kind})",
                least=f"pl_least_{n}" if table.has_least(n) else None,
                absent="pl_model is null",
            )
            found.append(f"({amount})")
        return found


def _struct(pairs: Sequence[tuple[str, str]]) -> str:
    listed = ", ".join(f"{SPARK.literal(name)}, {sql}" for name, sql in pairs)
    return f"named_struct({listed})" if pairs else "map()"


def _decimal(number: int | None) -> Any:
    return None if number is None else Decimal(number)
