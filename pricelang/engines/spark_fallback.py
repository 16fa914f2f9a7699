"""Rows that no table of rates prices, one by one on the executors, to which the book goes as its
stored text.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pricelang.apps.price_book import PriceBook
from pricelang.compile.store import dump_book, read_book
from pricelang.engines.fallback import Single
from pricelang.model.errors import PriceError
from pricelang.model.instants import seconds_of

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

    from pricelang.engines.spark_job import SparkJob

ANSWER = "t string, c string, m string, l map<string,string>, k string, e string, a bigint"
"""What an answer holds: the total, its currency, the model, the lines by meter;
or the code and the reason; and the instant in UTC seconds, where it is one.
"""

_POWER = re.compile(r"[0-9.]+E-?[0-9]+\Z")


@lru_cache(maxsize=4)
def _single(text: str, sums: bool) -> Single:
    """The evaluator of a stored book, read once a worker."""
    return Single(PriceBook(read_book(text)), sums)


def answer_of(text: str, payload: str | None, count: int, sums: bool = False) -> str | None:
    """The answer to a row of a book's stored text, with its total times `count`; what Spark writes
    in its own way (an instant as `@` and UTC seconds, a number with a power of ten) is put in ours
    first.

    >>> import pricelang
    >>> text = dump_book(pricelang.load().checked)
    >>> row = '{"model": "claude-opus-4-7", "at": "@1776384000", "d": {}, "u": {"input": "1E+3"}}'
    >>> answer_of(text, row.replace("1E+3", "1000"), 2)[:14]
    '{"t": "0.010",'
    """
    if payload is None:
        return None
    row = json.loads(payload)
    if row["at"] is not None and row["at"].startswith("@"):
        with contextlib.suppress(
            ValueError, OverflowError, OSError
        ):  # beyond the calendar it stays what it is, and is refused
            row["at"] = datetime.fromtimestamp(int(row["at"][1:]), UTC).isoformat(" ")
    row["u"] = {name: _number(value) for name, value in row["u"].items()}
    answer = json.loads(_single(text, sums).answer(json.dumps(row)))
    with contextlib.suppress(PriceError):
        answer["a"] = seconds_of(row["at"] or "")
    if "t" in answer:
        answer["t"] = _times(answer["t"], count)
    return json.dumps(answer)


def _number(value: Any) -> Any:
    return format(Decimal(value), "f") if isinstance(value, str) and _POWER.match(value) else value


def _times(text: str, count: int) -> str:
    """A decimal text times a whole number, whatever the decimal context."""
    whole, _, part = text.partition(".")
    digits = str(int(whole + part) * count).rjust(len(part) + 1, "0")
    return (
        f"{digits[: len(digits) - len(part)]}.{digits[len(digits) - len(part) :]}"
        if part
        else digits
    )


def answers(book: PriceBook, session: SparkSession, sums: bool = False) -> Callable[..., Column]:
    """A function of Spark from a row and a count to the answer."""
    from pyspark.sql import functions as f

    stored = session.sparkContext.broadcast(dump_book(book.checked))

    def answer(payload: str | None, count: int) -> str | None:
        return answer_of(stored.value, payload, count, sums)

    # without Arrow, so that executors need nothing but pricelang
    found: Callable[..., Column] = f.udf(answer, "string", useArrow=False)
    return found


def answered(job: SparkJob, rows: DataFrame, single: bool, count: Column) -> DataFrame:
    """Rows with `pl_payload`, priced one by one into `pl_answer`, `count` times each; or with the
    reason that they have no rates, where they are not to be priced so.
    """
    from pyspark.sql import functions as f

    lost = f.lit('{"e": "no sum of quantity times price has this price"}')
    answer = answers(job.book, job.session, job.sums) if single else None
    priced = answer(f.col("pl_payload"), count) if answer is not None else lost
    return rows.withColumn("pl_answer", f.from_json(priced, ANSWER))
