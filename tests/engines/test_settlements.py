"""What accounts of several keys and periods owe: the same of SQL, row by row and added up, and of
the ledger.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from fractions import Fraction
from random import Random
from typing import Any

import duckdb
import pytest
import sqlglot

from pricelang.engines.account_counters import is_orderless
from pricelang.engines.account_settlement import settle_query
from pricelang.engines.dialects import DIALECTS
from pricelang.engines.warehouse import plan_of
from pricelang.engines.warehouse_accounts import account_query
from pricelang.engines.warehouse_rates import table_statements
from pricelang.evaluate.account_keys import holder_of
from pricelang.evaluate.allowances import charge_accounts
from pricelang.evaluate.billing_periods import turn_of
from pricelang.model.errors import BadRequest, PriceError
from tests.engines.test_accounts import book_of
from tests.engines.test_warehouse import RUNNING, usage_statements
from tests.engines.warehouses import exactly, run

HEAD = """book shop in USD
account project
unit MTok is 1,000,000 tokens
dimension region default us
  us, eu
meter input in tokens
meter time in hours
meter store in gigabyte_months
models
  | model | released |
  | m-1 | 2026-01-01 |
  | m-2 | 2026-01-01 |
rates per MTok
  | model | from | input |
  | m-1 | 2026-01-01 | $1 |
  | m-2 | 2026-01-01 | $2 |
"""
TWO_KEYS = (
    HEAD
    + """charge time
  $6 per hour
  $5 per hour  after 30 hours per organization per month  before 2026-02-10
  $4 per hour  after 30 hours per organization per month  from 2026-02-10
  $3 per hour  after 70 hours per organization per month
  first 2 hours free per organization per month  when region is eu
  at least 6 minutes per use
charge store
  $0.10 per gigabyte_month
  $0.08 per gigabyte_month  after 20 gigabyte_months per project per month  for m-1
  $0.07 per gigabyte_month  after 6 gigabyte_months per project per day  for m-2
  $0.06 per gigabyte_month  after 8 gigabyte_months per project per day  for m-2
multiplier eu
  x 1.5 on time, store when region is eu
limit floors
  at least $200 per organization per month
  at most $2.50 per project per year when region is us
"""
)
ORDERLESS = (
    HEAD
    + """charge store
  $0.10 per gigabyte_month
  $0.08 per gigabyte_month  after 20 gigabyte_months per project per month
  $0.05 per gigabyte_month  after 30 gigabyte_months per project per month
  first 5 gigabyte_months free per project per month
charge time
  $6 per hour
"""
)
BOOKS = {"two keys": TWO_KEYS, "orderless": ORDERLESS}


def usage_of(seed: int, count: int) -> list[dict[str, Any]]:
    """Requests of two organizations and three projects, in order of instant; some have no price."""
    random, rows = Random(seed), []
    start = int(datetime.datetime(2026, 1, 28, tzinfo=datetime.UTC).timestamp())
    for number in range(count):
        start += random.choice([0, 600, 3_600, 20_000])
        rows.append(
            {
                "id": number,
                "at": start,
                "model": random.choice(["m-1", "m-2"]) if number % 41 else "m-3",
                "org": random.choice("ab"),
                "project": random.choice(["x", "y", "z"]) if number % 43 else None,
                "region": random.choice([None, "us", "eu"]),
                "input": random.choice([None, random.randrange(10**6)]),
                "time": random.choice(
                    [None, Fraction(random.randrange(200), 100), Fraction(1, 50)]
                ),
                "store": random.choice([None, Fraction(random.randrange(500), 100)]),
            }
        )
    return rows


def ledger(text: str, rows: list[dict[str, Any]]) -> tuple[dict[int, Fraction], dict[Any, Any]]:
    """What each row that has a price costs, and what is due for each key and period, holder and
    start.
    """
    book, usage, ids = book_of(text), [], []
    for row in rows:
        if row["project"] is None:
            continue
        used = {meter: row[meter] for meter in ("input", "time", "store") if row[meter] is not None}
        at = datetime.datetime.fromtimestamp(row["at"], datetime.UTC)
        try:
            priced = book.rates.request(row["model"], at, used, {"region": row["region"] or "us"})
        except PriceError:
            continue
        usage.append(({"organization": row["org"], "project": row["project"]}, priced))
        ids.append(row["id"])
    charged, settled = charge_accounts(book.checked, usage)
    pers = {line.per for each in charged for line in each.lines} | {
        each.bound.per for each in settled
    }
    due: dict[Any, Fraction] = defaultdict(Fraction)
    for each in charged:
        for per in pers:
            holder = holder_of(each.account, per)
            due[per, holder, day(turn_of(each.priced.at, per))] += each.total
    for change in settled:
        due[change.bound.per, change.account, day(change.start)] += change.difference
    return {n: each.total for n, each in zip(ids, charged, strict=True)}, due


def day(at: int) -> str:
    return datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%Y-%m-%d")


@pytest.mark.parametrize("dialect", RUNNING)
@pytest.mark.parametrize("name", BOOKS)
def test_warehouses_agree(dialect: str, name: str) -> None:
    rows, text = usage_of(5, 400), BOOKS[name]
    costs, due = ledger(text, rows)
    plan = plan_of(
        book_of(text),
        dialect,
        meters=["input", "time", "store"],
        dimensions=["region"],
        account=["project=project", "org"],
        tie="id",
    )
    assert is_orderless(plan) is (name == "orderless")
    meters = {"input": True, "time": False, "store": False}
    statements = [
        *table_statements(plan),
        *usage_statements(plan, rows, ["region"], meters, "org", "project"),
    ]
    found = run(dialect, statements, account_query(plan, "null"), ["id", "cost"])
    assert {int(row[0] or 0): exactly(row[1]) for row in found if row[1] is not None} == costs
    columns = ["per", "account", "period", "due", "unpriced"]
    owed = run(dialect, statements, settle_query(plan, "null"), columns)
    assert len(owed) > len(due) > 4
    assert {
        (per, account, (period or "")[:10]): exactly(amount)
        for per, account, period, amount, _ in owed
        if amount is not None and account is not None and (per, account, (period or "")[:10]) in due
    } == due
    assert sum(int(row[4] or 0) for row in owed if row[0] == "project per month") == len(
        rows
    ) - len(costs)
    with pytest.raises(Exception, match=r"a row has no price|no price for"):
        run(dialect, statements, settle_query(plan), ["due"])


def test_rows_in_any_order_cost_the_same() -> None:
    """The settlement is of the instants of rows, not of their order in the table."""
    rows = [row for row in usage_of(7, 300) if row["project"] and row["model"] != "m-3"]
    plan = plan_of(
        book_of(TWO_KEYS),
        "duckdb",
        meters=["input", "time", "store"],
        dimensions=["region"],
        account=["project=project", "org"],
        tie="id",
    )
    meters, found = {"input": True, "time": False, "store": False}, []
    for some in (rows, Random(1).sample(rows, len(rows))):
        statements = usage_statements(plan, some, ["region"], meters, "org", "project")
        with duckdb.connect() as connection:
            for statement in (*table_statements(plan), *statements):
                connection.execute(statement)
            found.append(sorted(connection.execute(settle_query(plan)).fetchall()))
    assert found[0] == found[1]


def test_a_key_needs_a_column() -> None:
    plan = plan_of(book_of(TWO_KEYS), "duckdb", account="org", dimensions=["region"])
    with pytest.raises(
        BadRequest, match="counts usage per project per year, and no column"
    ) as raised:
        settle_query(plan)
    assert raised.value.help == "name the column of its values as `project=COLUMN`"
    with pytest.raises(BadRequest, match="the key `organization` of accounts has two columns"):
        plan_of(book_of(TWO_KEYS), "duckdb", account=["org", "organization=team"])


@pytest.mark.campaign
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", BOOKS)
def test_the_text_is_read_back(dialect: str, name: str) -> None:
    plan = plan_of(
        book_of(BOOKS[name]), dialect, account=["project=p", "o'r\"g"], dimensions=["region"]
    )
    for refused in ("raise", "null"):
        for text in (account_query(plan, refused), settle_query(plan, refused)):
            (tree,) = sqlglot.parse(text, read=dialect)
            assert isinstance(tree, sqlglot.exp.Query)
