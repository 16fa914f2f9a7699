"""Files of usage on Spark: a price for each row, written to a folder whole or not at all, or
totals.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from pricelang.apps.price_book import PriceBook
from pricelang.apps.reports.totals import Total, Unpriced, UsageReport
from pricelang.engines.columns import Fixed
from pricelang.engines.dialects.spark import SPARK
from pricelang.engines.duck import NOTHING_FIXED
from pricelang.engines.rows import Written
from pricelang.engines.spark import SparkBook
from pricelang.engines.spark_columns import after_1970
from pricelang.engines.spark_folders import check_folders, move_folder, remove_folder
from pricelang.engines.spark_job import COST
from pricelang.engines.spark_read import open_session, read_files, whole_lines
from pricelang.model.errors import BadRequest, PriceError
from pricelang.present.text import shown

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row, SparkSession


def price_file(
    book: PriceBook,
    paths: Sequence[str],
    output: str,
    *,
    master: str | None = None,
    mapping: Mapping[str, str] = {},
    fixed: Fixed = NOTHING_FIXED,
    rejects: str | None = None,
    lines: bool = False,
    session: SparkSession | None = None,
    sums: bool = False,
    remote: bool = False,
) -> Written:
    """Prices files of usage (Parquet, CSV or JSON Lines; globs and folders too) into a folder
    of Parquet files, and with `rejects` the rows without a price into another.

    Both appear whole, or neither does. Raises `PriceError` (`refused_rows`) for a row without a
    price and no folder for it, `BadRequest` for usage that cannot be read, or a folder that is
    there.
    """
    spark = session or open_session(master)
    usage = read_files(spark, paths, fixed, remote)
    check_folders(spark, output, rejects)
    draft = f"{output.rstrip('/')}.pricelang-{uuid.uuid4().hex}"
    done = False
    try:
        # A job that fails on purpose would leave tasks behind that still write;
        # so refused rows are counted, not raised.
        with whole_lines():
            priced = SparkBook(book, spark).price(
                usage, mapping=mapping, fixed=fixed, lines=lines, refused="null", sums=sums
            )
            # so that both folders come of one look at the usage
            priced.write.parquet(f"{draft}/all")
        rows = spark.read.schema(priced.schema).parquet(f"{draft}/all")
        found = _counted(book, rows)
        _write(rows, found, draft, usage.columns if rejects is not None else None)
        if rejects is not None:
            move_folder(spark, f"{draft}/refused", rejects)
        move_folder(spark, f"{draft}/priced", output)
        done = True
        return found
    finally:
        remove_folder(spark, draft, done)


def _write(rows: DataFrame, found: Written, draft: str, own: Sequence[str] | None) -> None:
    """Writes the priced rows of a draft, and of the refused their `own` columns, where they are
    wanted. Raises `PriceError` (`refused_rows`) where there are some and they are not.
    """
    refused = rows.where(f"{COST} is null")
    if found.refused and own is None:
        first = refused.select("reason").first()
        raise PriceError(
            "refused_rows",
            f"{found.refused:,} rows have no price, one of them: "
            f"{shown(first[0] if first else '', 300)}",
            help="send such rows to a folder and keep the rest (`--rejects FOLDER`)",
        )
    rows.where(f"{COST} is not null").drop("reason").write.parquet(f"{draft}/priced")
    if own is not None:
        refused.select(*map(SPARK.quote, own), "reason").write.parquet(f"{draft}/refused")


def report_files(
    book: PriceBook,
    paths: Sequence[str],
    by: Sequence[str] = (),
    *,
    master: str | None = None,
    mapping: Mapping[str, str] = {},
    fixed: Fixed = NOTHING_FIXED,
    session: SparkSession | None = None,
    sums: bool = False,
    remote: bool = False,
) -> UsageReport:
    """What files of usage cost by some columns, as `pricelang.engines.totals.totals` says it;
    rows that have no price are counted by the reasons of their group.

    Raises `BadRequest` for usage that cannot be read and for a column that is not there.
    """
    spark = session or open_session(master)
    ours = SparkBook(book, spark)
    usage = read_files(spark, paths, fixed, remote)
    meters = [meter for meter, _ in ours.job(usage, mapping, fixed).columns.meters]
    found, unpriced = [], Counter[str]()
    with whole_lines():
        rows = _in_utc(
            ours.totals(usage, by, mapping=mapping, fixed=fixed, refused="null", sums=sums), len(by)
        ).collect()
    for row in rows:
        total = _total(meters, row, len(by))
        if total is not None:
            found.append(total)
        refused, reason, _ = row[-3:]
        if refused:
            unpriced[reason] += refused
    found.sort(key=lambda total: [(value is None, str(value)) for value in total.by])
    lost = tuple(Unpriced(rows, "refused_rows", reason) for reason, rows in unpriced.most_common())
    return UsageReport(
        tuple(by), tuple(found), lost, sum(total.rows for total in found) + unpriced.total()
    )


def _total(meters: Sequence[str], row: Row, size: int) -> Total | None:
    """The total of a row of totals by so many columns, where it has priced rows."""
    count, *used = row[size:-4]
    cost, _, _, currency = row[-4:]
    if not count:
        return None
    if None in used:
        raise BadRequest(
            "bad_quantity",
            "a row has a quantity with more digits than are summed here",
            help="use `--engine duckdb`",
        )
    quantities = zip(meters, map(Fraction, used), strict=True)
    return Total(tuple(row[:size]), count, tuple(quantities), Fraction(cost), currency)


def _in_utc(found: DataFrame, size: int) -> DataFrame:
    """Totals whose first columns have no zone:
    Python's instants of Spark's are in that of this machine.
    """
    chosen = []
    for n, field in enumerate(found.schema.fields):
        name = SPARK.quote(field.name)
        zoned = n < size and field.dataType.simpleString() == "timestamp"
        chosen.append(
            f"{after_1970('microsecond', f'unix_micros({name})')} as {name}" if zoned else name
        )
    return found.selectExpr(*chosen)


def _counted(book: PriceBook, rows: DataFrame) -> Written:
    from pyspark.sql import functions as f

    currency = "currency" if book.checked.conversions else f"'{book.currency}'"
    groups = (
        f"case when {COST} is null then reason end as pl_why",
        f"case when {COST} is not null then {currency} end as pl_in",
    )
    # by `try_sum`, which is NULL for a sum that has no room in ANSI mode too
    sums = [f.expr(f"try_sum({COST})").alias("pl_sum"), f.count(f.lit(1)).alias("pl_rows")]
    found = rows.selectExpr(*groups, COST).groupBy("pl_why", "pl_in").agg(*sums).collect()
    if any(row["pl_in"] is not None and row["pl_sum"] is None for row in found):
        raise BadRequest(
            "too_large",
            "the total of all rows has more than 38 digits",
            help="price fewer rows at once",
        )
    totals = {row["pl_in"]: Fraction(row["pl_sum"]) for row in found if row["pl_in"] is not None}
    priced, refused = (
        sum(row["pl_rows"] for row in found if (row["pl_in"] is None) == lost)
        for lost in (False, True)
    )
    return Written(
        priced + refused,
        priced,
        refused,
        totals,
        tuple(sorted(str(row["pl_why"]) for row in found if row["pl_in"] is None)),
    )
