"""Rows, totals and the macro on DuckDB say what the evaluator of single requests says,
on generated books and the shipped one.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

import pricelang
from pricelang.engines.duck import open_job
from pricelang.engines.names import quoted
from pricelang.engines.rows import write_priced
from pricelang.engines.totals import totals
from pricelang.evaluate.rate_table.asked import RatesAsked
from pricelang.evaluate.rate_table.snapshots import rate_snapshots
from pricelang.present.decimals import to_decimal
from tests.engines.usage import BIGINT, answers, checked_texts, make_table, row_of
from tests.engines.warehouses import empty_duckdb
from tests.generators import books
from tests.oracle import read_book, read_texts
from tests.oracle_requests import Ask, Vocabulary, asks, share, vocabulary

SHIPPED = Path(__file__).resolve().parents[2] / "rules" / "anthropic" / "book.price"


def check_rows(
    connection: duckdb.DuckDBPyConnection,
    book: pricelang.Book,
    expected: list[Fraction | str],
    folder: Path,
) -> Counter[str]:
    """The written file has the amount of every row that has one,
    the other file the reason of every other.
    """
    seen: Counter[str] = Counter()
    job = open_job(book, connection, "usage")
    written = write_priced(
        job, str(folder / "priced.parquet"), str(folder / "refused.jsonl"), lines=True
    )
    lines = [quoted(f"cost_{name}") for name, _ in job.columns.meters]
    priced = connection.execute(
        f"select id, cost, {', '.join(lines)} from '{folder}/priced.parquet'"
    ).fetchall()
    refused = connection.execute(
        f"select id, reason from read_json('{folder}/refused.jsonl', columns = {{id: 'INT', reason: 'VARCHAR'}})"
    ).fetchall()
    assert (written.read, written.priced, written.refused) == (
        len(expected),
        len(priced),
        len(refused),
    )
    assert sorted(row[0] for row in [*priced, *refused]) == [*range(len(expected))]
    for number, cost, *amounts in priced:
        found = expected[number]
        assert isinstance(found, Fraction)
        assert cost == to_decimal(found), number
        seen["priced"] += 1
        if job.complete:  # no rounding, and nothing but the meters
            assert sum(amounts) == cost
    for number, reason in refused:
        assert reason == expected[number]
        seen["refused"] += 1
    return seen


def check_totals(
    connection: duckdb.DuckDBPyConnection,
    book: pricelang.Book,
    expected: list[Fraction | str],
    rows: list[dict[str, Any]],
) -> None:
    """Totals by row, by model and over all are the sums of the rows."""
    by_row = totals(open_job(book, connection, "usage"), ["id"])
    assert {total.by[0]: total.amount for total in by_row.totals} == {
        n: x for n, x in enumerate(expected) if isinstance(x, Fraction)
    }
    reasons: Counter[str] = Counter()
    for unpriced in by_row.unpriced:
        reasons[unpriced.reason] += unpriced.rows
    assert reasons == Counter(x for x in expected if isinstance(x, str))
    assert by_row.read == len(expected)
    together = totals(open_job(book, connection, "usage"), ["model"])
    assert sum((total.amount for total in together.totals), Fraction(0)) == sum(
        (x for x in expected if isinstance(x, Fraction)), Fraction(0)
    )
    used: Counter[str] = Counter()
    for row, found in zip(rows, expected, strict=True):
        if isinstance(found, Fraction):
            for name, quantity in row["usage"].items():
                used[name] += Fraction(quantity)  # type: ignore[assignment]
    shown: Counter[str] = Counter()
    for total in together.totals:
        for name, quantity in total.quantities:
            shown[name] += quantity  # type: ignore[assignment]
    assert {name: n for name, n in shown.items() if n} == {name: n for name, n in used.items() if n}


def check_macro(
    connection: duckdb.DuckDBPyConnection,
    book: pricelang.Book,
    words: Vocabulary,
    expected: list[Fraction | str],
    rows: list[dict[str, Any]],
) -> int:
    """What the macro prices it prices exactly; what it does not is refused, or no plain sum."""
    try:
        book.duckdb(connection, dimensions=list(words.dimensions))
    except (
        pricelang.BadRequest
    ):  # nothing of this book is a plain sum, or it bills in two currencies
        return 0
    meters = [
        meter
        for meter in rate_snapshots(book.rates, RatesAsked(list(words.dimensions))).meters
        if meter in (*words.whole, *words.measured)
    ]
    known = {
        row[0]
        for row in connection.execute(
            "select unnest(parameters) from duckdb_functions() where function_name = 'try_price_of'"
        ).fetchall()
    }
    given = [
        f"{quoted(name)} := {quoted(name)}"
        for name in (*words.dimensions, *meters)
        if name in known
    ]
    count = 0
    for number, row in enumerate(rows):
        if any(name not in known for name, quantity in row["usage"].items() if quantity):
            continue
        ask = f'select try_price_of(model, "at", {", ".join(given)}) from usage where id = {number}'
        found = connection.execute(ask).fetchone()
        assert found is not None
        if found[0] is not None:
            assert Fraction(found[0]) == expected[number]
            count += 1
        elif isinstance(expected[number], Fraction):
            ways = book.rates.request(row["model"], row["at"], row["usage"], row["dimensions"])
            assert ways.units is None or any(
                Fraction(quantity) % Fraction(1, 10**6) for quantity in row["usage"].values()
            )
    return count


def small(row: dict[str, Any]) -> bool:
    """Whether the quantities of a row fit into the columns."""
    return all(quantity <= BIGINT // 10**7 for quantity in row["usage"].values())


LONG = [pytest.param(kind, marks=pytest.mark.campaign) for kind in ("varchar", "double", "hugeint")]


@pytest.mark.parametrize("kind", ["bigint", *LONG])
def test_generated_books(kind: str, tmp_path: Path) -> None:
    seen: Counter[str] = Counter()

    @settings(share(0.3 if kind == "bigint" else 0.2), phases=[Phase.explicit, Phase.generate])
    @given(books(), st.data())
    def check(texts: tuple[str, ...], data: st.DataObject) -> None:
        checked = checked_texts(texts)
        if checked.book is None:
            return
        book, words = pricelang.Book(checked.book), vocabulary(read_texts(*texts))
        note("\n".join(texts))
        drawn = data.draw(st.lists(asks(words), min_size=10, max_size=10))
        rows = [
            row for row in (row_of(ask, book) for ask in drawn) if kind == "varchar" or small(row)
        ]
        if kind == "double":
            rows = [
                row for row in rows if all(quantity < 2**53 for quantity in row["usage"].values())
            ]
        if not rows:
            return
        expected = answers(book, rows)
        with empty_duckdb() as connection:
            make_table(connection, words, rows, kind)
            seen.update(check_rows(connection, book, expected, tmp_path))
            check_totals(connection, book, expected, rows)
            if kind == "bigint":
                seen["by macro"] += check_macro(connection, book, words, expected, rows)

    check()
    assert min(seen["priced"], seen["refused"]) > 5, seen
    assert kind != "bigint" or seen["by macro"] > 10, seen


def test_shipped_book(tmp_path: Path) -> None:
    book, words = pricelang.load(SHIPPED), vocabulary(read_book(SHIPPED))
    seen: Counter[str] = Counter()

    @settings(share(0.1), phases=[Phase.explicit, Phase.generate])
    @given(st.lists(asks(words), min_size=25, max_size=25))
    def check(drawn: list[Ask]) -> None:
        rows = [row for row in (row_of(ask, book) for ask in drawn) if small(row)]
        expected = answers(book, rows)
        with empty_duckdb() as connection:
            make_table(connection, words, rows, "bigint")
            seen.update(check_rows(connection, book, expected, tmp_path))
            check_totals(connection, book, expected, rows)

    check()
    assert min(seen["priced"], seen["refused"]) > 10, seen


def test_macro_of_the_shipped_book() -> None:
    """Every combination that the table of rates holds,
    on the day on which each version begins, as single requests say it.
    """
    book = pricelang.load()
    with empty_duckdb() as connection:
        book.duckdb(
            connection, dimensions=["service_tier", "speed", "inference_geo"], since="2026-01-01"
        )
        rows = connection.execute(
            "select distinct model, coalesce(valid_from, timestamp '2026-01-01')::varchar, service_tier, speed, inference_geo from pricelang_rates"
        ).fetchall()
        assert len(rows) > 300
        usage = {"input": 90_000, "output": 1_003, "web_search": 2}
        connection.execute(
            "create table asked (model varchar, day timestamp, tier varchar, speed varchar, geo varchar)"
        )
        connection.executemany("insert into asked values (?, ?, ?, ?, ?)", rows)
        given = ", ".join([f"{name} := {n}" for name, n in usage.items()])
        found = connection.execute(
            f"select *, price_of(model, day, {given}, service_tier := tier, speed := speed, inference_geo := geo) from asked"
        ).fetchall()
        for model, day, tier, speed, geo, cost in found:
            bill = book.price(
                model=model, at=day, usage=usage, service_tier=tier, speed=speed, inference_geo=geo
            )
            assert Fraction(cost) == bill.exact_total
