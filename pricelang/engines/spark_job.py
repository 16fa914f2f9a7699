"""A DataFrame of usage with what its columns mean, and the rates that price it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from attrs import define

from pricelang.apps.price_book import PriceBook
from pricelang.engines import join_keys as keyed
from pricelang.engines.columns import Columns, Fixed
from pricelang.engines.counts import counted
from pricelang.engines.dialects.spark import SPARK
from pricelang.engines.duck import MAX_COMBINATIONS
from pricelang.engines.fallback import DIGITS
from pricelang.engines.join_keys import Quantity
from pricelang.engines.rates_table import may_round
from pricelang.engines.spark_columns import (
    AT,
    When,
    as_written,
    instant_of,
    quantity_of,
)
from pricelang.evaluate.rate_table.request_limits import Each
from pricelang.evaluate.rate_table.scale import most_places
from pricelang.evaluate.rate_table.table import RateTable, rate_table
from pricelang.model.instants import is_day, seconds_of, written

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

MAX_DECIMALS = 19
"""Decimals of an amount that is a whole number of atoms."""

COST = "cost"
Combination = tuple[str | None, tuple[str | None, ...]]


@define(eq=False, repr=False)
class SparkJob:
    """A DataFrame of usage, and a book to price it by."""

    book: PriceBook
    session: SparkSession
    usage: DataFrame
    columns: Columns
    fixed: Fixed
    sums: bool = False

    # ---- the columns ----

    @property
    def types(self) -> dict[str, str]:
        """The type of each column, in Spark's words."""
        return {field.name: field.dataType.simpleString() for field in self.usage.schema.fields}

    @cached_property
    def at(self) -> When:
        """The instant of a row."""
        if self.columns.at is None:
            seconds = seconds_of(self.fixed.at or "")
            if is_day(self.fixed.at or ""):
                return When(f"{seconds}L", SPARK.zoned, SPARK.words.text(written(seconds)), "false")
            return When(f"{seconds}L", SPARK.zoned, f"'@{seconds}'")
        return instant_of(self.columns.at, self.types[self.columns.at])

    @property
    def model(self) -> str:
        """The model of a row, as SQL."""
        return (
            SPARK.words.text(self.fixed.model or "")
            if self.columns.model is None
            else _text_of(self.columns.model)
        )

    @property
    def values(self) -> tuple[str, ...]:
        """The value of each dimension that has a column, as SQL."""
        return tuple(keyed.said_sql(_text_of(column)) for _, column in self.columns.dimensions)

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """The quantity of each meter that has a column."""
        meters = {meter.name: meter for meter in self.book.checked.meters}
        most = max(0, MAX_DECIMALS - most_places(self.book.checked))

        def of(name: str, column: str) -> Quantity:
            return quantity_of(meters[name], column, self.types[column], most)

        return tuple(
            counted(of(name, column), self.columns.counts[name], partial(of, name))
            if name in self.columns.counts
            else of(name, column)
            for name, column in self.columns.meters
        )

    @property
    def extra(self) -> int:
        """By how many more decimals amounts are counted than prices are."""
        return keyed.extra_places(self.quantities)

    def payload(self) -> str:
        """A row as the evaluator of single requests takes it, as SQL."""
        text = SPARK.words.text
        dimensions = [
            f"{text(name)}, {text(value)}" for name, value in self.fixed.dimensions.items()
        ]
        dimensions += [
            f"{text(name)}, {value}"
            for (name, _), value in zip(self.columns.dimensions, self.values, strict=True)
        ]
        usage = [
            f"{text(name)}, {as_written(column, self.types[column])}"
            for name, column in self.columns.meters
        ]
        given = f"named_struct({', '.join(dimensions)})" if dimensions else "map()"
        return (
            f"to_json(named_struct('model', {self.model}, 'at', {self.at.text}, 'd', "
            f"{given}, 'u', named_struct({', '.join(usage)}){self._counts()}), "
            "map('ignoreNullFields', 'false'))"
        )

    def _counts(self) -> str:
        """What is taken from meters of a row, as a part of its payload."""

        def listed(columns: Sequence[str]) -> str:
            return (
                f"array({', '.join(as_written(column, self.types[column]) for column in columns)})"
            )

        text = SPARK.words.text
        found = [
            f"{text(name)}, named_struct('less', {listed(count.less)}, 'beside', "
            f"{listed(count.beside)}, "
            f"'total', {listed([count.total] if count.total is not None else [])})"
            for name, count in self.columns.counts.items()
        ]
        return f", 'counts', named_struct({', '.join(found)})" if found else ""

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
        period: tuple[int | None, int | None] = (None, None),
        largest: Mapping[str, int] = {},
    ) -> RateTable:
        """The rates of some combinations over a period,
        for quantities that are bounded where it is known.
        """
        named = [(name, values) for name, values in combinations if name is not None]
        table = rate_table(
            self.book.rates,
            [name for name, _ in self.columns.dimensions],
            named,
            [name for name, _ in self.columns.meters],
            period,
            self.fixed.dimensions,
            Each(self.sums, largest),
        )
        most = sum(
            table.widest(n) * 10 ** (self.extra - quantity.scale)
            for n, quantity in enumerate(self.quantities)
        )
        if (
            most << 63 >= 10**38 or table.places + self.extra > MAX_DECIMALS
        ):  # nor do 38 digits hold them
            return rate_table(
                self.book.rates, table.dimensions, [], table.meters, period, self.fixed.dimensions
            )
        return table

    def decimals(self, table: RateTable) -> int:
        """The decimals of the column of amounts."""
        places = table.places + self.extra
        return (
            max(places, DIGITS)
            if may_round(self.book, self.quantities) or not table.rows
            else places
        )

    @cached_property
    def timed(self) -> DataFrame:
        """The usage with its instants as a column. They are compared with each day on which a price
        changes; written out in every comparison, they make a query too large for Java to compile.
        """
        return self.usage.selectExpr("*", f"{self.at.sql} as {AT}")

    def keys(self, table: RateTable, guard: str = "true") -> list[str]:
        """What a row of `timed` is joined to rates by, as named expressions.
        Where the `guard` does not hold it finds none.
        """
        words = SPARK.words_of(self.at.clock)
        version = keyed.version_sql(table.axes.cuts, AT, True, words)
        found = [
            f"{self.model} as pl_name",
            f"{version if guard == 'true' else f'case when {guard} then {version} end'} as "
            "pl_version",
        ]
        found += [f"{value} as pl_value_{n}" for n, value in enumerate(self.values)]
        if table.axes.turns:
            found.append(
                f"{keyed.clock_sql(table.axes.turns, AT, words, self.at.timed)} as pl_clock"
            )
        return found + [
            f"{keyed.side_sql(threshold, self.quantities)} as pl_side_{n}"
            for n, threshold in enumerate(table.axes.thresholds)
        ]

    def key_names(self, table: RateTable) -> list[str]:
        """The names of the keys."""
        names = ["pl_name", "pl_version", *(f"pl_value_{n}" for n in range(len(self.values)))]
        return [
            *names,
            *(["pl_clock"] if table.axes.turns else []),
            *(f"pl_side_{n}" for n in range(len(table.axes.thresholds))),
        ]

    def joined(self, placed: DataFrame, table: RateTable) -> DataFrame:
        """Placed rows with their rates beside them, where they have some."""
        from pyspark.sql import functions as f

        rates = f.broadcast(self._stored(table))
        equal = [f.col(name).eqNullSafe(f.col(f"r_{name}")) for name in self.key_names(table)]
        return placed.join(rates, equal, "left")

    def _stored(self, table: RateTable) -> DataFrame:
        kinds = {
            "pl_name": "string",
            "pl_version": "int",
            "pl_clock": "int",
            "pl_model": "string",
            "pl_currency": "string",
        }
        names = [*(f"r_{name}" for name in self.key_names(table)), "pl_model", "pl_currency"]
        columns = [
            f"`{name}` "
            f"{kinds.get(name.removeprefix('r_'), 'int' if '_side_' in name else 'string')}"
            for name in names
        ]
        narrow = [table.widest(n) < 1 << 62 for n in range(len(self.quantities))]
        for n, short in enumerate(narrow):
            columns += [
                f"pl_price_{n} {'bigint' if short else 'decimal(38,0)'}",
                f"pl_least_{n} decimal(38,0)",
            ]
        rows = []
        for key, row in table.rows.items():
            made: list[Any] = [
                key.name,
                key.version,
                *key.values,
                *([key.clock] if table.axes.turns else []),
                *key.sides,
                row.model,
                row.currency,
            ]
            for n, quantity in enumerate(self.quantities):
                price, least = row.atoms[n], row.least[n]
                made += [
                    price if narrow[n] else _decimal(price),
                    _decimal(None if least is None else keyed.least_of(least, quantity)),
                ]
            rows.append(tuple(made))
        return self.session.createDataFrame(rows, ", ".join(columns))

    def amounts(self, table: RateTable, counted: Sequence[str], kind: str) -> list[str]:
        """The amount of each meter in atoms as a type, of quantities;
        NULL where the rates do not say it.
        """
        found = []
        for n, (quantity, sql) in enumerate(zip(self.quantities, counted, strict=True)):
            product = f"cast({sql} as {kind}) * cast(pl_price_{n} as {kind})"
            up = 10 ** (self.extra - quantity.scale)
            product = f"cast({product} as {kind}) * {up}" if up > 1 else product
            if any(row.least[n] for row in table.rows.values()):
                product = (
                    f"case when pl_least_{n} is null or {sql} >= pl_least_{n} then {product} end"
                )
            found.append(
                f"(case when pl_model is null then null when {sql} = 0 then cast(0 as "
                f"{kind}) else {product} end)"
            )
        return found


def _text_of(column: str) -> str:
    return f"cast({SPARK.words.name(column)} as string)"


def _decimal(number: int | None) -> Any:
    from decimal import Decimal

    return None if number is None else Decimal(number)
