"""Random requests as rows of a table, and what the evaluator of single requests says of each."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb

import pricelang
from pricelang.check.book_files import Layer, TextFile
from pricelang.compile.book import Checked, check_layers
from pricelang.engines.names import literal, quoted
from tests.oracle_requests import Ask, Vocabulary

BIGINT = 2**63 - 1


def checked_texts(texts: Sequence[str]) -> Checked:
    """What comes of the texts of a book and of contracts over it."""
    names = [f"{number}.price" for number in range(len(texts))]
    return check_layers(
        tuple(
            Layer((TextFile(name, Path(name), text),))
            for name, text in zip(names, texts, strict=True)
        )
    )


def row_of(ask: Ask, book: pricelang.Book) -> dict[str, Any]:
    """A request as a row: one quantity a meter, in the order of the book,
    with no more digits than a column has.
    """
    usage: dict[str, Any] = {}
    for name in (meter.name for meter in book.checked.meters if meter.name in ask.usage):
        uses = ask.usage[name]
        use = sum(uses, Fraction(0)) if isinstance(uses, list) else Fraction(uses)
        usage[name] = int(use) if use.denominator == 1 else Decimal(round(use * 10**6)) / 10**6
    return {
        "model": ask.model,
        "at": datetime.datetime.fromtimestamp(ask.at, datetime.UTC),
        "dimensions": ask.dimensions,
        "usage": usage,
    }


def answers(book: pricelang.Book, rows: Sequence[dict[str, Any]]) -> list[Fraction | str]:
    """The exact amount of each row, or why it has none;
    a row may add up requests, and so is held against no limit of one.
    """
    found: list[Fraction | str] = []
    for row in rows:
        try:
            found.append(
                book.rates.request(row["model"], row["at"], row["usage"], row["dimensions"]).total
            )
        except pricelang.PriceError as error:
            found.append(error.message)
    return found


def make_table(
    connection: duckdb.DuckDBPyConnection,
    words: Vocabulary,
    rows: Sequence[dict[str, Any]],
    kind: str,
) -> None:
    """A table `usage` of rows, with a column `id`;
    meters that are counted have the type `kind`, the others are decimals.
    """
    columns = [
        "id integer",
        "model varchar",
        '"at" timestamp',
        *(f"{quoted(name)} varchar" for name in words.dimensions),
    ]
    columns += [f"{quoted(name)} {kind}" for name in words.whole] + [
        f"{quoted(name)} decimal(38,6)" for name in words.measured
    ]
    connection.execute(f"create or replace table usage ({', '.join(columns)})")
    listed = []
    for number, row in enumerate(rows):
        values = [str(number), literal(row["model"]), f"timestamp '{row['at']:%Y-%m-%d %H:%M:%S}'"]
        values += [
            literal(row["dimensions"][name]) if name in row["dimensions"] else "null"
            for name in words.dimensions
        ]
        values += [
            literal(str(row["usage"][name])) if name in row["usage"] else "null"
            for name in (*words.whole, *words.measured)
        ]
        listed.append(f"({', '.join(values)})")
    connection.execute(f"insert into usage values {', '.join(listed)}")
