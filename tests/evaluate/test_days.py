"""A request that has a day and no time of day, or no date at all,
is never priced at midnight in silence.
"""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pricelang
from pricelang.evaluate import days
from pricelang.model import instants
from pricelang.model.errors import BadRequest
from tests.apps.reports.test_invoice import record
from tests.engines.test_accounts import book_of

HEAD = """book night in USD
unit MTok is 1,000,000 tokens
dimension hours default peak
  peak
  off_peak  from 16:30 before 00:30
meter input, output in tokens
models
  | model | released |
  | m-1 | 2026-01-01 |
rates per MTok
  | model | from | input | output |
  | m-1 | 2026-01-01 | $1 | $4 |
  | m-1 | 2026-03-01 12:00 | $2 | $4 |
multiplier night
  x 0.5 on input  when hours is off_peak
"""
NIGHT = book_of(HEAD)
PLAIN = book_of(HEAD.replace("  off_peak  from 16:30 before 00:30\n", "  off_peak\n"))
MTOK = {"input": 1_000_000}
DAY = datetime.date(2026, 2, 1)


@pytest.mark.parametrize("at", ["2026-02-01", " 2026-02-01 ", "20260201", DAY])
def test_a_day_is_refused_where_its_hours_cost_different(at: pricelang.Instant) -> None:
    for ask in (NIGHT.price, NIGHT.total):
        with pytest.raises(BadRequest, match="depends on the time of day") as raised:
            ask(model="m-1", at=at, usage=MTOK)
        assert raised.value.code == "no_time_of_day"
    assert NIGHT.total(model="m-1", at=at, usage={"output": 1_000_000}) == 4
    assert PLAIN.total(model="m-1", at=at, usage=MTOK) == 1


@settings(max_examples=8)
@given(st.integers(0, 24 * 60 - 1))
def test_one_minute_that_costs_else_is_enough(start: int) -> None:
    first, last = (f"{minute // 60:02}:{minute % 60:02}" for minute in (start, (start + 1) % 1440))
    book = book_of(HEAD.replace("from 16:30 before 00:30", f"from {first} before {last}"))
    with pytest.raises(BadRequest, match="depends on the time of day"):
        book.total(model="m-1", at="2026-02-01", usage=MTOK)
    assert book.total(model="m-1", at=f"2026-02-01 {first}:59", usage=MTOK) == Decimal("0.5")


def test_midnight_is_a_time() -> None:
    for at in (
        "2026-02-01T00:00:00Z",
        "2026-02-01 00:00",
        datetime.datetime(2026, 2, 1, tzinfo=datetime.UTC),
    ):
        assert NIGHT.total(model="m-1", at=at, usage=MTOK) == Decimal("0.5")
    assert NIGHT.total(model="m-1", at="2026-02-01 00:30", usage=MTOK) == 1


def test_a_sum_of_a_day_has_bounds() -> None:
    priced = NIGHT.rates.bounds("m-1", "2026-02-01", MTOK, {}, {})
    assert [one.total for one in priced] == [Decimal("0.5"), 1]


def _at(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(days, "now", lambda: instants.seconds_of(text))
    monkeypatch.setattr(days, "today", lambda: text[:10])


def test_without_a_date_it_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    for text, amount in (
        ("2026-02-01 16:29:59", 1),
        ("2026-02-01 16:30", "0.5"),
        ("2026-03-01 12:00", 2),
        ("2026-03-02 00:29", 1),
        ("2026-03-02 00:30", 2),
    ):
        _at(monkeypatch, text)
        assert (
            NIGHT.total(model="m-1", usage=MTOK)
            == NIGHT.price(model="m-1", usage=MTOK).total
            == Decimal(amount)
        )


def test_a_price_that_changes_within_today_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    for text, amount in (
        ("2026-02-28 23:00", 1),
        ("2026-03-01 11:59:59", 1),
        ("2026-03-01 12:00", 2),
        ("2026-03-02 00:00", 2),
    ):
        for _ in range(2):
            _at(monkeypatch, text)
            assert PLAIN.total(model="m-1", usage=MTOK) == amount


def test_reports_and_invoices_refuse_it() -> None:
    records = [record("2026-02-01", MTOK), record("2026-02-01T10:00:00Z", MTOK)]
    assert NIGHT.invoice(records).counts.refused == 1
    assert NIGHT.report_records(records).unpriced


@pytest.mark.parametrize(
    "at", ["date '2026-02-01'", "'2026-02-01'", "timestamp '2026-02-01 00:00'"]
)
def test_tables_refuse_it(at: str) -> None:
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect()
    connection.sql(
        f"create table u as select 'm-1' as model, {at} as at, 1000000 as input, n from range(3) t(n)"
    )
    report = NIGHT.report("u", connection=connection)
    assert sum(one.rows for one in report.unpriced) == (0 if "timestamp" in at else 3)
    if "timestamp" not in at:
        with pytest.raises(pricelang.PriceError, match="depends on the time of day"):
            NIGHT.price_table("u", connection=connection).fetchall()
        return
    assert [row[4] for row in NIGHT.price_table("u", connection=connection).fetchall()] == [
        Decimal("0.5")
    ] * 3


@pytest.mark.parametrize("at", ["date '2026-02-01'", "timestamp '2026-02-01 00:00'"])
def test_sql_refuses_it(at: str) -> None:
    duckdb = pytest.importorskip("duckdb")
    from pricelang.engines.warehouse import plan_of, query
    from pricelang.engines.warehouse_rates import table_statements
    from pricelang.engines.warehouse_totals import totals_query

    connection = duckdb.connect()
    connection.sql(
        f"create table usage as select 'm-1' as model, {at} as at, 1000000 as input, 0 as output"
    )
    plan = plan_of(NIGHT, "duckdb")
    for statement in table_statements(plan):
        connection.execute(statement)
    right = None if "date" in at else Decimal("0.5")
    assert connection.sql(query(plan, "null")).project("cost").fetchall() == [(right,)]
    assert connection.sql(totals_query(plan, ["model"], "null")).project("cost").fetchall() == [
        (right,)
    ]
    if right is None:
        with pytest.raises(duckdb.Error, match="depend on the time of day"):
            connection.sql(query(plan)).fetchall()
    connection.execute("drop table pricelang_rates; drop table pricelang_versions")
    NIGHT.duckdb(connection)
    assert connection.sql(f"select try_price_of('m-1', {at}, input := 1000000)").fetchall() == [
        (right,)
    ]


def test_a_comparison_without_a_date_is_of_now(monkeypatch: pytest.MonkeyPatch) -> None:
    _at(monkeypatch, "2026-02-01 17:00")
    usage = {"model": "m-1", "usage": MTOK}
    for found in (NIGHT.compare(usage), NIGHT.compare(usage, at="2026-02-01T00:00:00Z")):
        assert found.given.amount.expected == Decimal("0.5")  # type: ignore[union-attr]


def test_an_instant_at_midnight_stays_one() -> None:
    midnight = datetime.datetime(2026, 2, 1, tzinfo=datetime.UTC)
    assert NIGHT.at(midnight).total(model="m-1", usage=MTOK) == Decimal("0.5")
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect()
    connection.sql("create table u as select 'm-1' as model, 1000000 as input")
    assert NIGHT.price_table("u", connection=connection, at=midnight).fetchall() == [
        ("m-1", 1_000_000, Decimal("0.5"))
    ]  # type: ignore[union-attr]
    assert NIGHT.compare(
        {"model": "m-1", "usage": MTOK}, at=midnight
    ).given.amount.expected == Decimal("0.5")  # type: ignore[union-attr]


def test_a_sum_under_a_clock_keeps_what_is_doubtful_about_its_name() -> None:
    book = book_of(HEAD + 'alias latest is m-1  unsure "it was seen once"\n')
    bill = book.price(model="latest", at="2026-02-01", usage={"input": 1}, record="sum")
    assert [note.code for note in bill.notes] == ["unsure", "bounds"]
