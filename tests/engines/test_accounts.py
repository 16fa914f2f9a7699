"""What belongs to accounts: the reference by hand,
and the same from every warehouse that runs here.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlglot

import pricelang
from pricelang.engines.account_settlement import settle_query
from pricelang.engines.dialects import DIALECTS
from pricelang.engines.warehouse import plan_of
from pricelang.engines.warehouse_accounts import account_query
from pricelang.engines.warehouse_rates import table_statements
from pricelang.evaluate.allowances import ChargedRequest, TrueUp, charge_accounts
from pricelang.model.errors import BadRequest, PriceError
from tests.engines.test_warehouse import RUNNING, usage_statements
from tests.engines.warehouses import exactly, run
from tests.test_agreement import checked_texts

BOOK = """book shop in USD
unit MTok is 1,000,000 tokens
dimension tier default standard
  standard, gift, half
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
charge time
  $6 per hour  before 2026-02-15
  $8 per hour  from 2026-02-15
  $5 per hour  after 100 hours per organization per month
  $4 per hour  after 200 hours per organization per month
  at least 6 minutes per use
  first 20 hours free per organization per month  before 2026-03-01
  first 30 hours free per organization per month  from 2026-03-01
  free when tier is gift because "it is"
charge store
  $0.10 per gigabyte_month
  $0.08 per gigabyte_month  after 10 gigabyte_months per organization per month
multiplier half
  when tier is half
  x 0.5 on time, input
limit commitment
  at least $300 per organization per month
  at most $900 per organization per month
"""


def book_of(text: str) -> pricelang.Book:
    checked = checked_texts((text,)).book
    assert checked is not None
    return pricelang.Book(checked)


SHOP = book_of(BOOK)


def charged(
    book: pricelang.Book, *rows: tuple[str, str, dict[str, Any]], **dimensions: str
) -> tuple[tuple[ChargedRequest, ...], tuple[TrueUp, ...]]:
    """What accounts pay for requests of `m-1`."""
    priced = [
        (account, book.rates.request("m-1", at, usage, dimensions)) for account, at, usage in rows
    ]
    return charge_accounts(book.checked, priced)


def totals(*rows: tuple[str, str, dict[str, Any]], **dimensions: str) -> list[Fraction]:
    return [each.total for each in charged(SHOP, *rows, **dimensions)[0]]


def test_pools_and_tiers_by_hand() -> None:
    # 15 hours are free, then 5 more; 5 cost $6 each
    assert totals(("a", "2026-01-05", {"time": 15}), ("a", "2026-01-06", {"time": 10})) == [0, 30]
    # another account and another month begin anew
    assert totals(
        ("a", "2026-01-05", {"time": 25}),
        ("b", "2026-01-06", {"time": 25}),
        ("a", "2026-02-01", {"time": 25}),
    ) == [30, 30, 30]
    # 20 free, 80 at $6, 100 at $5, 50 at $4: 480 + 500 + 200
    assert totals(("a", "2026-01-05", {"time": 250})) == [1180]
    # by places: 90 hours pay 70 x $6, the next 20 straddle the tier: 10 x $6 + 10 x $5
    assert totals(("a", "2026-01-05", {"time": 90}), ("a", "2026-01-05 12:00", {"time": 20})) == [
        420,
        110,
    ]
    # the price of the day of each, the pool of the month
    assert totals(("a", "2026-02-14", {"time": 30}), ("a", "2026-02-15", {"time": 1})) == [60, 8]
    assert totals(("a", "2026-03-01", {"time": 31})) == [8]
    # a use is billed at its minimum, and takes that of the pool; modifiers hold for tiers too
    assert totals(("a", "2026-01-05", {"time": "1 minute"}), ("a", "2026-01-06", {"time": 20})) == [
        0,
        Fraction(6, 10),
    ]
    assert totals(("a", "2026-01-05", {"time": 250}), tier="half") == [590]
    # what is free takes nothing of the pool
    free, paid = (
        SHOP.rates.request("m-1", "2026-01-05", {"time": 30}, {"tier": "gift"}),
        SHOP.rates.request("m-1", "2026-01-06", {"time": 21}, {}),
    )
    assert [
        each.total for each in charge_accounts(SHOP.checked, [("a", free), ("a", paid)])[0]
    ] == [0, 6]
    (line,) = charged(SHOP, ("a", "2026-01-05", {"time": 25, "input": 1_000_000}))[0][0].lines
    assert (line.meter, line.quantity, line.free, line.amount) == ("time", 25, 20, 30)


def test_floors_and_caps_by_hand() -> None:
    _, settled = charged(
        SHOP,
        ("a", "2026-01-05", {"time": 25}),
        ("b", "2026-01-05", {"time": 250}),
        ("c", "2026-01-06", {"time": 90}),
    )
    start = int(datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC).timestamp())
    assert [
        (each.account, each.start, each.bound.name, each.cost, each.difference) for each in settled
    ] == [
        ("a", start, "commitment", 30, 270),
        ("b", start, "commitment", 1180, -280),
    ]


def test_the_books_that_ship() -> None:
    """The pool of code execution: 1,550 hours of an organization and a month."""
    book = pricelang.load()
    uses = [
        (
            "o",
            book.rates.request(
                "claude-opus-4-7", at, {"code_execution": hours, "input": 1_000_000}, {}
            ),
        )
        for at, hours in (
            ("2026-05-01", 1549),
            ("2026-05-02", "1 minute"),
            ("2026-05-31", 1),
            ("2026-06-01", 1),
        )
    ]
    assert [each.total for each in charge_accounts(book.checked, uses)[0]] == [
        5,
        5,
        5 + Fraction(5, 100) * Fraction(1, 12),
        5,
    ]
    extras = pricelang.load(Path(__file__).parents[1] / "specimens" / "extras.price")
    found = charge_accounts(
        extras.checked,
        [("o", extras.rates.request("alpha-1", "2026-02-01", {"storage": 1200}, {}))],
    )
    assert [each.total for each in found[0]] == [
        100 * Fraction("0.10") + 900 * Fraction("0.08") + 200 * Fraction("0.05")
    ]
    assert [(each.bound.name, each.difference) for each in found[1]] == [
        ("commitment", 10_000 - 92)
    ]
    with pytest.raises(BadRequest, match="converted into another currency"):
        charge_accounts(
            extras.checked,
            [("o", extras.rates.request("alpha-1", "2026-04-02", {"storage": 1}, {}))],
        )


def test_what_no_sum_can_tell() -> None:
    with pytest.raises(BadRequest, match="comes after one of a later instant") as raised:
        charged(SHOP, ("a", "2026-01-05", {"time": 1}), ("b", "2026-01-04", {"time": 1}))
    assert raised.value.code == "late_record"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "first 20 hours free per organization per month",
            "first 20 hours free per organization per day",
        ),
        ("after 200 hours per organization per month", "after 200 hours per organization per year"),
    ],
)
def test_a_request_counts_towards_one_period(old: str, new: str) -> None:
    assert old in BOOK
    codes = [
        fault.code
        for fault in checked_texts((BOOK.replace(old, new),)).faults
        if "for one request" in fault.message
    ]
    assert codes
    assert set(codes) == {"overlap"}


def usage_of(seed: int, count: int) -> list[dict[str, Any]]:
    """Requests of three accounts in order of instant, some at the same; some have no price."""
    random, rows = Random(seed), []
    start = int(datetime.datetime(2026, 1, 20, tzinfo=datetime.UTC).timestamp())
    for number in range(count):
        start += random.choice([0, 3_600, 20_000, 40_000])
        rows.append(
            {
                "id": number,
                "at": start,
                "model": random.choice(["m-1", "m-2"]) if number % 37 else "m-3",
                "org": random.choice("aab\u00e9"),
                "tier": random.choice([None, None, "gift", "half"]),
                "input": random.choice([None, random.randrange(10**6)]),
                "time": random.choice(
                    [None, Fraction(random.randrange(1_000), 100), Fraction(1, 50), 40]
                ),
                "store": random.choice([None, Fraction(random.randrange(500), 100)]),
            }
        )
    return rows


@pytest.mark.parametrize("dialect", RUNNING)
def test_warehouses_agree(dialect: str) -> None:
    """Each row at its place in the month, and what each account owes after floors and caps."""
    meters = {"input": True, "time": False, "store": False}
    rows = usage_of(3, 150)
    usage: list[tuple[str, Any]] = []
    priced: dict[int, int] = {}
    for row in rows:
        used = {meter: row[meter] for meter in meters if row[meter] is not None}
        try:
            request = SHOP.rates.request(
                row["model"],
                datetime.datetime.fromtimestamp(row["at"], datetime.UTC),
                used,
                {"tier": row["tier"] or "standard"},
            )
        except PriceError:
            continue
        priced[row["id"]] = len(usage)
        usage.append((row["org"], request))
    charged, settled = charge_accounts(SHOP.checked, usage)
    plan = plan_of(SHOP, dialect, meters=[*meters], dimensions=["tier"], account="org", tie="id")
    statements = [*table_statements(plan), *usage_statements(plan, rows, ["tier"], meters, "org")]
    found = {
        int(row[0] or 0): row
        for row in run(dialect, statements, account_query(plan, "null"), ["id", "cost", "reason"])
    }
    assert len(found) == len(rows) > len(priced) > 130
    for row in rows:
        wanted = charged[priced[row["id"]]].total if row["id"] in priced else None
        assert (exactly(found[row["id"]][1]), found[row["id"]][2] is None) == (
            wanted,
            wanted is not None,
        ), row
    costs: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for each in charged:
        month = datetime.datetime.fromtimestamp(each.priced.at, datetime.UTC).strftime("%Y-%m-01")
        costs[each.account, month] += each.total
    due = dict(costs)
    for change in settled:
        due[
            change.account,
            datetime.datetime.fromtimestamp(change.start, datetime.UTC).strftime("%Y-%m-%d"),
        ] += change.difference
    assert due != costs
    owed = run(
        dialect, statements, settle_query(plan, "null"), ["account", "period", "cost", "due"]
    )
    assert {(row[0], (row[1] or "")[:10]): exactly(row[2]) for row in owed} == costs
    assert {(row[0], (row[1] or "")[:10]): exactly(row[3]) for row in owed} == due
    if dialect == "spark":
        return  # where each query takes its time
    with pytest.raises(
        Exception,
        match="a row has no price" if dialect == "clickhouse" else "pricelang: no price for m-3",
    ):
        run(dialect, statements, settle_query(plan), ["account", "cost", "due"])


@pytest.mark.campaign
@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_text_is_read_back(dialect: str) -> None:
    plan = plan_of(
        SHOP, dialect, meters=["time", "store"], dimensions=["tier"], account="o'r\"g", tie="id"
    )
    for refused in ("raise", "null"):
        for text in (
            *table_statements(plan),
            account_query(plan, refused),
            settle_query(plan, refused),
        ):
            (tree,) = sqlglot.parse(text, read=dialect)
            assert isinstance(tree, sqlglot.exp.Create | sqlglot.exp.Insert | sqlglot.exp.Select)
