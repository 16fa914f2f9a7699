"""Usage priced on Spark: rows placed among the compiled rates, joined to a broadcast table, one by
one or added up.

Amounts are whole numbers of atoms. Sums of quantities are BIGINTs that become NULL when they
overflow, and are then added up again as DECIMALs; so no setting of the session, ANSI or not,
changes a digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import define

from pricelang.apps.price_book import PriceBook
from pricelang.engines.columns import Fixed, columns_of
from pricelang.engines.duck import NOTHING_FIXED
from pricelang.engines.spark_job import SparkJob
from pricelang.engines.spark_rows import priced_rows
from pricelang.engines.spark_totals import add_up

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@define(eq=False, repr=False)
class SparkBook:
    """A book on a Spark session: `price` for every row, `totals` by columns.
    Made by `book.spark(session)`.

    Both take `mapping` (columns that have other names than in the book), `fixed` (what holds for
    every row), and `refused`: what becomes of rows without a price. With `raise` the job fails with
    the first; with `null` their cost is NULL and a column `reason` says why. Rows that are no sum
    of quantity times price are priced one by one by Python on the executors, or have no price where
    `single` is false. A row is one request, and has no price where none can be so long, unless
    `sums` says that rows add up several.
    """

    book: PriceBook
    session: SparkSession

    def price(
        self,
        usage: DataFrame,
        *,
        mapping: Mapping[str, str] = {},
        fixed: Fixed = NOTHING_FIXED,
        lines: bool = False,
        refused: str = "raise",
        single: bool = True,
        sums: bool = False,
    ) -> DataFrame:
        """The usage with its `cost`, an exact DECIMAL in the currency of the book; `currency` where
        the book converts, `cost_METER` with `lines`. Looks at the usage once to find its
        combinations of models and values.

        Raises `PriceError` for columns that cannot be read; a row without a price fails the job.
        """
        return priced_rows(self.job(usage, mapping, fixed, sums), lines, refused, single)

    def totals(
        self,
        usage: DataFrame,
        by: Sequence[str] = (),
        *,
        mapping: Mapping[str, str] = {},
        fixed: Fixed = NOTHING_FIXED,
        refused: str = "raise",
        single: bool = True,
        sums: bool = False,
    ) -> DataFrame:
        """The cost of the usage by columns, by `model` (the book's id of it), or by `hour`, `day`,
        `week`, `month` or `year` of the instant: `rows`, the quantity of each meter, the exact
        `cost`, and its `currency`. With `refused` as `null` there are `unpriced` rows and up to
        five reasons of them in `reason` too.

        Adds up when it is called. Raises `BadRequest` (`no_column`) for a column that is not there.
        """
        return add_up(self.job(usage, mapping, fixed, sums), by, refused, single)

    def job(
        self, usage: DataFrame, mapping: Mapping[str, str], fixed: Fixed, sums: bool = False
    ) -> SparkJob:
        """The usage with what its columns mean."""
        columns = columns_of(self.book.checked, usage.columns, mapping, fixed)
        return SparkJob(self.book, columns, fixed, sums, self.session, usage)
