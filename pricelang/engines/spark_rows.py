"""A price for each row of a DataFrame: by the rates, or where these do not say it one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pricelang.engines.dialects.base import shift
from pricelang.engines.dialects.spark import SPARK
from pricelang.engines.spark_fallback import answered
from pricelang.engines.spark_job import COST, SparkJob
from pricelang.engines.spark_look import SparkLook, look_at
from pricelang.model.errors import BadRequest

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def priced_rows(job: SparkJob, lines: bool, refused: str, single: bool) -> DataFrame:
    """The usage of a job with its cost; see `SparkBook.price`."""
    from pyspark.sql import functions as f

    meters = [name for name, _ in job.columns.meters] if lines else []
    converts = bool(job.book.checked.conversions)
    currency = ["currency"] if converts else []
    _check_names(job, [COST, *currency, *(f"{COST}_{name}" for name in meters)])
    look = look_at(job)
    rated, own = _rated(job, look), [SPARK.quote(column) for column in job.usage.columns]
    decimals = job.decimals_of(look.rates)
    atoms = ["pl_atoms", *(f"pl_atoms_{n}" for n in range(len(meters)))]
    cost, *costs = [
        f"{_cost(sql, look, decimals)} as {SPARK.quote(name)}"
        for name, sql in zip(_names(meters), atoms, strict=True)
    ]
    reason = ["cast(null as string) as reason"] if refused == "null" else []
    easy = rated if look.is_complete else rated.where("pl_atoms is not null")
    easy = easy.selectExpr(
        *own, cost, *(["pl_currency as currency"] if converts else []), *costs, *reason
    )
    if look.is_complete:
        return easy
    hard = rated.where("pl_atoms is null").selectExpr(*own, f"{job.payload()} as pl_payload")
    kept = [f"{_answer_cost('t', decimals, refused)} as {COST}"]
    kept += ["pl_answer.c as currency"] if converts else []
    kept += [
        f"{_answer_line(meter, decimals)} as {SPARK.quote(name)}"
        for meter, name in zip(meters, _names(meters)[1:], strict=True)
    ]
    kept += ["pl_answer.e as reason"] if reason else []
    return easy.unionByName(answered(job, hard, single, f.lit(1)).selectExpr(*own, *kept))


def _names(meters: Sequence[str]) -> list[str]:
    """The columns of amounts: of the whole row, and of some meters."""
    return [COST, *(f"{COST}_{name}" for name in meters)]


def _check_names(job: SparkJob, names: Sequence[str]) -> None:
    there = {column.lower() for column in job.usage.columns}
    taken = next((name for name in [*names, "reason"] if name.lower() in there), None)
    if taken is not None:
        raise BadRequest(
            "bad_column",
            f"the usage already has a column `{taken}`",
            help="price it without that column",
        )


def _rated(job: SparkJob, look: SparkLook) -> DataFrame:
    """The usage with its rates, and its amounts in atoms, where the rates have them."""
    table, kind = look.rates, "bigint" if look.is_small else "decimal(38,0)"
    placed = job.timed.selectExpr("*", *job.keys(table.axes, look.within))
    amounts = job.amounts(table, [quantity.sql for quantity in job.quantities], kind)
    names = [f"pl_atoms_{n}" for n in range(len(amounts))]
    each = [f"{sql} as {name}" for name, sql in zip(names, amounts, strict=True)]
    rated = job.joined(placed, table).selectExpr("*", *each)
    return rated.selectExpr("*", f"{' + '.join(names)} as pl_atoms")


def _cost(atoms: str, look: SparkLook, decimals: int) -> str:
    """Atoms as a DECIMAL;
    a row that has none, although all were found to have some, fails the job.
    """
    places = look.rates.places + look.job.extra
    if look.is_small and 19 + places + 1 <= 38:
        unit = f"cast('{shift(places)}' as decimal({max(places, 1)},{places}))"
        made = f"cast(cast({atoms} as decimal(19,0)) * {unit} as decimal(38,{decimals}))"
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
    line, kind = f"pl_answer.l[{SPARK.literal(meter)}]", f"decimal(38,{decimals})"
    lost = f"cast(raise_error('pricelang: the amount of a line has too many digits') as {kind})"
    made = (
        f"case when {line} is null then cast(0 as {kind}) else coalesce(try_cast({line} as "
        f"{kind}), {lost}) end"
    )
    return f"case when pl_answer.t is not null then {made} end"
