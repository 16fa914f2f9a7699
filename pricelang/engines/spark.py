"""Usage priced on Spark: rows placed among the compiled rates, joined to a broadcast table, one by
one or added up.

Amounts are whole numbers of atoms. Sums of quantities are BIGINTs that become NULL when they
overflow, and are then added up again as DECIMALs; so no setting of the session, ANSI or not,
changes a digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any

from attrs import define

from pricelang.apps.price_book import PriceBook
from pricelang.engines.columns import Fixed, columns_of
from pricelang.engines.dialects.base import shift
from pricelang.engines.dialects.spark import SPARK
from pricelang.engines.duck import MAX_COMBINATIONS, NOTHING_FIXED
from pricelang.engines.spark_columns import AT
from pricelang.engines.spark_fallback import ANSWER, answers
from pricelang.engines.spark_job import COST, Combination, SparkJob
from pricelang.engines.spark_totals import add_up
from pricelang.evaluate.rate_table.table import RateTable
from pricelang.model.errors import BadRequest
from pricelang.model.instants import seconds_of

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
        job = self.job(usage, mapping, fixed, sums)
        new = [
            COST,
            *(["currency"] if self.book.checked.conversions else []),
            *(f"{COST}_{name}" for name, _ in job.columns.meters if lines),
        ]
        taken = [
            name
            for name in [*new, "reason"]
            if name.lower() in {column.lower() for column in usage.columns}
        ]
        if taken:
            raise BadRequest(
                "bad_column",
                f"the usage already has a column `{taken[0]}`",
                help="price it without that column",
            )
        table, complete, small, guard = self._look(job)
        kind = "bigint" if small else "decimal(38,0)"
        joined = job.joined(job.timed.selectExpr("*", *job.keys(table, guard)), table)
        amounts = job.amounts(table, [quantity.sql for quantity in job.quantities], kind)
        names = [f"pl_atoms_{n}" for n in range(len(amounts))]
        rated = joined.selectExpr(
            "*", *(f"{sql} as {name}" for name, sql in zip(names, amounts, strict=True))
        )
        rated = rated.selectExpr("*", f"{' + '.join(names)} as pl_atoms")
        places, decimals = table.places + job.extra, job.decimals(table)
        own = [SPARK.words.name(column) for column in usage.columns]
        costs = [
            (COST, "pl_atoms"),
            *(
                (f"{COST}_{name}", f"pl_atoms_{n}")
                for n, (name, _) in enumerate(job.columns.meters)
                if lines
            ),
        ]
        currency = ["pl_currency as currency"] if self.book.checked.conversions else []
        reason = ["cast(null as string) as reason"] if refused == "null" else []
        made = [
            f"{_cost(atoms, places, decimals, small)} as {SPARK.words.name(name)}"
            for name, atoms in costs
        ]
        easy = (rated if complete else rated.where("pl_atoms is not null")).selectExpr(
            *own, *made[:1], *currency, *made[1:], *reason
        )
        if complete:
            return easy
        hard = rated.where("pl_atoms is null").selectExpr(*own, f"{job.payload()} as pl_payload")
        answered = self._answered(hard, single, sums)
        kept = [f"{_answer_cost('t', decimals, refused)} as {COST}"]
        kept += ["pl_answer.c as currency"] if currency else []
        kept += [
            f"{_answer_line(name, decimals)} as {SPARK.words.name(f'{COST}_{name}')}"
            for name, _ in job.columns.meters
            if lines
        ]
        return easy.unionByName(
            answered.selectExpr(*own, *kept, *(["pl_answer.e as reason"] if reason else []))
        )

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
        return SparkJob(
            self.book,
            self.session,
            usage,
            columns_of(self.book.checked, usage.columns, mapping, fixed),
            fixed,
            sums,
        )

    def _look(self, job: SparkJob) -> tuple[RateTable, bool, bool, str]:
        """The rates of what is there, whether they price every row, whether 64 bits hold each
        amount, and what holds of every row that was looked at: a DataFrame is read again when it is
        used, and may have others then.
        """
        keys = [
            f"{job.model} as pl_name",
            *(f"{value} as pl_value_{n}" for n, value in enumerate(job.values)),
        ]
        bad = " or ".join(
            [f"{AT} is null", *(f"{quantity.sql} is null" for quantity in job.quantities)]
        )
        measured = [
            AT,
            *(f"{quantity.sql} as pl_q_{n}" for n, quantity in enumerate(job.quantities)),
        ]
        groups = [f"pl_value_{n}" for n in range(len(job.values))]
        found = (
            job.timed.selectExpr(*keys, *measured, f"case when {bad} then 1 else 0 end as pl_bad")
            .groupBy("pl_name", *groups)
            .agg(
                *_expressions(
                    [
                        f"cast(min({AT}) as string)",
                        f"cast(max({AT}) as string)",
                        "max(pl_bad)",
                        *(f"max(pl_q_{n})" for n in range(len(job.quantities))),
                    ]
                )
            )
            .limit(MAX_COMBINATIONS + 1)
            .collect()
        )
        size = 1 + len(groups)
        present: list[Combination] = [(row[0], tuple(row[1:size])) for row in found]
        starts, ends = (
            [_seconds(row[size + n]) for row in found if row[size + n] is not None] for n in (0, 1)
        )
        most = [
            max((row[size + 3 + n] or 0 for row in found), default=0)
            for n in range(len(job.quantities))
        ]
        largest_of = {
            q.meter: ceil(Fraction(n, 10**q.scale))
            for q, n in zip(job.quantities, most, strict=True)
        }
        period = (min(starts, default=None), max(ends, default=None))
        table = job.rates_of(present[:MAX_COMBINATIONS], period, largest_of)
        largest = sum(
            q * table.widest(n) * 10 ** (job.extra - job.quantities[n].scale)
            for n, q in enumerate(most)
        )
        complete = (
            len(table.rows) == table.axes.size * len(present)
            and not any(row[size + 2] for row in found)
            and (not table.axes.turns or job.at.timed == "true")
            and all(None not in row.atoms and not any(row.least) for row in table.rows.values())
        )
        return table, complete, largest < 1 << 63, _guard(job, starts, ends, most)

    def _answered(self, hard: DataFrame, single: bool, sums: bool) -> DataFrame:
        """Rows with `pl_payload`, priced one by one into `pl_answer`."""
        from pyspark.sql import functions as f

        answer = answers(self.book, self.session, sums) if single else None
        priced = (
            answer(f.col("pl_payload"), f.lit(1))
            if answer is not None
            else f.lit('{"e": "no sum of quantity times price has this price"}')
        )
        return hard.withColumn("pl_answer", f.from_json(priced, ANSWER))


def _guard(job: SparkJob, starts: Sequence[int], ends: Sequence[int], most: Sequence[int]) -> str:
    """Whether a row lies within the instants and quantities that were looked at, as SQL."""
    tests = [
        f"coalesce({quantity.sql} <= {greatest}, true)"
        for quantity, greatest in zip(job.quantities, most, strict=True)
    ]
    if starts and job.columns.at is not None:
        tests.append(
            f"{AT} >= {job.at.clock.instant(min(starts))} and {AT} < "
            f"{job.at.clock.instant(max(ends) + 1)}"
        )
    return " and ".join(tests) or "true"


def _cost(atoms: str, places: int, decimals: int, small: bool) -> str:
    """Atoms as a DECIMAL;
    a row that has none, although all were found to have some, fails the job.
    """
    if small and 19 + places + 1 <= 38:
        made = (
            f"cast(cast({atoms} as decimal(19,0)) * cast('{shift(places)}' as "
            f"decimal({max(places, 1)},{places})) as decimal(38,{decimals}))"
        )
    else:
        made = f"cast({SPARK.decimal(atoms, places)} as decimal(38,{decimals}))"
    return (
        f"coalesce({made}, cast(raise_error('pricelang: a row was not there when the usage was "
        "looked at, or its amount has more than 38 digits: price it again') as "
        f"decimal(38,{decimals})))"
    )


def _answer_cost(name: str, decimals: int, refused: str) -> str:
    kind = f"decimal(38,{decimals})"
    made = f"try_cast(pl_answer.{name} as {kind})"
    lost = (
        "cast(raise_error(concat('pricelang: a row has no price: ', coalesce(pl_answer.e, 'its "
        f"amount has too many digits'))) as {kind})"
    )
    return (
        f"case when {made} is not null then {made} when pl_answer.e is not null and "
        f"{'true' if refused == 'null' else 'false'} then null else {lost} end"
    )


def _answer_line(meter: str, decimals: int) -> str:
    """What a row pays for a meter, 0 where it uses none;
    an amount that has no room fails the job in ANSI mode or not.
    """
    line, kind = f"pl_answer.l[{SPARK.words.text(meter)}]", f"decimal(38,{decimals})"
    lost = f"cast(raise_error('pricelang: the amount of a line has too many digits') as {kind})"
    made = (
        f"case when {line} is null then cast(0 as {kind}) else coalesce(try_cast({line} as "
        f"{kind}), {lost}) end"
    )
    return f"case when pl_answer.t is not null then {made} end"


def _expressions(sqls: Sequence[str]) -> list[Any]:
    from pyspark.sql import functions as f

    return [f.expr(sql) for sql in sqls]


def _seconds(text: str) -> int:
    return int(text) if text.lstrip("-").isdigit() else seconds_of(text)
