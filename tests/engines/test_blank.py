"""A blank text in a column of a dimension says nothing, whichever way a table is priced."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import pricelang
from pricelang.engines.warehouse import plan_of
from tests.engines.test_one_amount import by_macro, by_sql, by_table
from tests.engines.test_warehouse import RUNNING, asked, generated, meters_of, random_rows
from tests.engines.warehouses import spark

BLANK = ("", "  ")
LINES = 'model,at,service_tier,inference_geo,input\nclaude-opus-5-5,2026-10-20,,,1000000\nclaude-opus-5-5,2026-10-20,"","  ",1000000\nclaude-opus-5-5,2026-10-20,"  ",us,1000000\n'


def test_every_way_of_asking() -> None:
    seen: Counter[str] = Counter()
    for seed, texts, book in generated(5):
        every = [found.name for found in book.checked.dimensions if not found.clocked]
        meters = meters_of(book, "duckdb", every)
        rows = [
            row
            for row in random_rows(seed, book, texts, every, meters, 30)
            if all((row[meter] or 0) < 10**9 for meter in meters)
        ]
        plan = plan_of(book, "duckdb", meters=list(meters))
        pays = [name for name, _ in plan.rates.dimensions]
        rows = [row | {name: None for name in every if name not in pays} for row in rows]
        expected = [asked(book, row, every, meters) for row in rows]
        blank = [
            row
            | {
                name: BLANK[(row["id"] + n) % 2]
                for n, name in enumerate(every)
                if row[name] is None
            }
            for row in rows
        ]
        ways = {
            "table": by_table(book, blank, every, meters, plan),
            "macro": by_macro(book, blank, every, meters, plan),
        }
        for way, found in ways.items():
            assert all(
                amount == right or (way == "macro" and amount is None)
                for amount, right in zip(found, expected, strict=True)
            ), (way, seed)
            seen[way] += sum(amount is not None for amount in found)
        for dialect in RUNNING:
            assert (
                by_sql(plan_of(book, dialect, meters=list(meters)), blank, every, meters, dialect)
                == expected
            ), (dialect, seed)
    assert min(seen["table"], seen["macro"]) > 10, seen


@pytest.mark.campaign
def test_spark_and_files(tmp_path: Path) -> None:
    (tmp_path / "u.csv").write_text(LINES, encoding="utf-8")
    book = pricelang.load()
    one = book.total(model="claude-opus-5-5", at="2026-10-20", usage={"input": 1_000_000})
    more = book.total(
        model="claude-opus-5-5", at="2026-10-20", usage={"input": 1_000_000}, inference_geo="us"
    )
    assert [row[5] for row in book.price_table(str(tmp_path / "u.csv")).fetchall()] == [
        one,
        one,
        more,
    ]
    session = spark()
    rows = [
        ("claude-opus-5-5", "2026-10-20", tier, geo, 1_000_000)
        for tier, geo in ((None, ""), ("", "  "), ("  ", "us"))
    ]
    frame = session.createDataFrame(
        rows, "model string, at string, service_tier string, inference_geo string, input bigint"
    )
    assert [row["cost"] for row in book.spark(session).price(frame).collect()] == [one, one, more]
    assert [row["cost"] for row in book.spark(session).totals(frame).collect()] == [
        one + one + more
    ]


@pytest.mark.parametrize("value", ["batchy", " batch", "batch "])
def test_a_value_with_blanks_is_another_value(value: str, tmp_path: Path) -> None:
    """A price is never found by leaving something of a value out."""
    (tmp_path / "u.csv").write_text(
        f'model,at,service_tier,input\nclaude-opus-5-5,2026-10-20,"{value}",1000000\n',
        encoding="utf-8",
    )
    with pytest.raises(pricelang.PriceError, match="service_tier"):
        pricelang.load().price_table(str(tmp_path / "u.csv")).fetchall()
