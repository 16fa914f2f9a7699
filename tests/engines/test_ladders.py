"""Ladders of tiers, and pools, of different scopes:
each counts its own usage, and no order of records matters.
"""

from __future__ import annotations

import datetime
from fractions import Fraction
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pricelang
from pricelang.engines.warehouse import plan_of
from pricelang.engines.warehouse_accounts import account_query
from pricelang.engines.warehouse_rates import table_statements
from pricelang.evaluate.allowances import charge_accounts
from pricelang.model.errors import BadRequest
from tests.apps.reports.test_invoice import record
from tests.engines.test_accounts import book_of
from tests.engines.test_warehouse import RUNNING, usage_statements
from tests.engines.warehouses import exactly, run

HEAD = """book shop in USD
unit MTok is 1,000,000 tokens
dimension region default us
  us, eu
meter input in tokens
meter store in gigabyte_months
models
  | model | released |
  | m-1 | 2026-01-01 |
  | m-2 | 2026-01-01 |
rates per MTok
  | model | from | input |
  | m-1 | 2026-01-01 | $1 |
  | m-2 | 2026-01-01 | $1 |
charge store
"""
REGIONS = (
    HEAD
    + """  $5 per gigabyte_month  when region is us
  $3 per gigabyte_month  after 100 gigabyte_months per organization per month  when region is us
  $8 per gigabyte_month  when region is eu
  $5 per gigabyte_month  after 100 gigabyte_months per organization per month  when region is eu
"""
)
Row = tuple[str, str, str, int]


def invoiced(book: pricelang.Book, rows: list[Row]) -> Fraction:
    """What the invoice of all rows comes to."""
    invoice = book.invoice(
        [
            record(at, {"store": count}, model=model, region=region)
            for model, at, region, count in rows
        ]
    )
    assert invoice.counts.refused == 0
    return sum((total.due for total in invoice.totals), Fraction(0))


def test_two_ladders_share_no_counter() -> None:
    book = book_of(REGIONS)
    rows = [
        ("m-1", "2026-01-05", "us", 100),
        ("m-1", "2026-01-06", "eu", 100),
        ("m-1", "2026-01-07", "eu", 1),
    ]
    for some in permutations(rows[:2]):
        for days in (("2026-01-05", "2026-01-06"), ("2026-01-05", "2026-01-05")):
            assert (
                invoiced(
                    book, [(row[0], day, *row[2:]) for row, day in zip(some, days, strict=True)]
                )
                == 1_300
            )
    assert invoiced(book, rows) == 1_305


def test_a_ladder_goes_on_counting_where_its_prices_change() -> None:
    book = book_of(
        HEAD
        + """  $5 per gigabyte_month
  $3 per gigabyte_month  after 10 gigabyte_months per organization per month  before 2026-01-15
  $2 per gigabyte_month  after 10 gigabyte_months per organization per month  from 2026-01-15
"""
    )
    assert (
        invoiced(book, [("m-1", "2026-01-14", "us", 11), ("m-1", "2026-01-15", "us", 1)])
        == 50 + 3 + 2
    )


def test_a_pool_and_a_ladder_may_count_different_usage() -> None:
    book = book_of(REGIONS + "  first 10 gigabyte_months free per organization per month\n")
    rows = [
        ("m-1", "2026-01-05", "us", 8),
        ("m-1", "2026-01-06", "eu", 100),
        ("m-1", "2026-01-07", "eu", 4),
    ]
    assert invoiced(book, rows) == 98 * 8 + 4 * 5


# ---- generated books -----------------------------------------------------------------------------

SCOPES = (
    "when region is us",
    "when region is eu",
    "for m-1 when region is us",
    "for m-2 when region is us",
    "for m-1",
    "for m-2",
    "",
)


@st.composite
def books(draw: st.DrawFn) -> tuple[str, list[tuple[str, int, list[tuple[int, int]]]]]:
    """A book, and its ladders: the scope of each, its first price and its tiers."""
    parts = draw(st.sampled_from([("",), SCOPES[:2], (SCOPES[1], *SCOPES[2:4]), SCOPES[4:6]]))
    ladders = []
    for part in parts:
        steps = sorted(draw(st.sets(st.integers(1, 30), max_size=3)))
        ladders.append(
            (part, draw(st.integers(1, 9)), [(step, draw(st.integers(1, 9))) for step in steps])
        )
    lines = []
    for part, first, tiers in ladders:
        lines.append(f"  ${first} per gigabyte_month  {part}")
        lines += [
            f"  ${price} per gigabyte_month  after {step} gigabyte_months per organization per month  {part}"
            for step, price in tiers
        ]
    return HEAD + "\n".join(lines) + "\n", ladders


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["m-1", "m-2"]),
        st.sampled_from(["2026-01-05", "2026-01-20", "2026-02-03"]),
        st.sampled_from(["us", "eu"]),
        st.integers(0, 25),
    ),
    min_size=1,
    max_size=8,
)


def expected(ladders: list[tuple[str, int, list[tuple[int, int]]]], rows: list[Row]) -> int:
    """The amount, unit by unit."""
    used: dict[tuple[str, str], int] = {}
    total = 0
    for model, at, region, count in sorted(rows):
        (ladder,) = [
            one
            for one in ladders
            if ("region" not in one[0] or f"is {region}" in one[0])
            and ("for" not in one[0] or f"for {model}" in one[0])
        ]
        for _ in range(count):
            place = used[ladder[0], at[:7]] = used.get((ladder[0], at[:7]), 0) + 1
            total += ([ladder[1]] + [price for step, price in ladder[2] if place > step])[-1]
    return total


@settings(max_examples=40)
@given(books(), ROWS, st.randoms(use_true_random=False))
def test_every_order_and_split_gives_the_same_invoice(
    made: tuple[str, list[tuple[str, int, list[tuple[int, int]]]]], rows: list[Row], random: Random
) -> None:
    text, ladders = made
    book = book_of(text)
    # tiers differ within a day only by whose turn it is, so the slow way adds up by day,
    # and rows of one day share a ladder's price
    total = expected(ladders, rows)
    for _ in range(3):
        shuffled = random.sample(rows, len(rows))
        assert invoiced(book, shuffled) == total
        parted = [
            (m, at, region, part)
            for m, at, region, count in shuffled
            for part in (count // 2, count - count // 2)
        ]
        assert invoiced(book, parted) == total


@pytest.mark.parametrize("dialect", RUNNING)
@pytest.mark.parametrize(("key", "account"), [("organization", "org"), ("project", "project=org")])
def test_warehouses_count_ladders_apart(dialect: str, key: str, account: str) -> None:
    text = REGIONS + "  first 10 gigabyte_months free per organization per month\n"
    declared = text.replace("unit MTok", "account project\nunit MTok", 1)
    book = book_of(declared.replace("per organization", f"per {key}"))
    random, start = Random(3), int(datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC).timestamp())
    rows: list[dict[str, Any]] = [
        {
            "id": n,
            "at": start + 9_000 * n,
            "model": random.choice(["m-1", "m-2"]),
            "org": random.choice("ab"),
            "region": random.choice(["us", "eu"]),
            "store": Fraction(random.randrange(3_000), 100),
        }
        for n in range(150)
    ]
    plan = plan_of(
        book, dialect, meters=["store"], dimensions=["region"], account=account, tie="id"
    )
    query = account_query(plan)
    priced = [
        (
            row["org"],
            book.rates.request(
                row["model"],
                datetime.datetime.fromtimestamp(row["at"], datetime.UTC),
                {"store": row["store"]},
                {"region": row["region"]},
            ),
        )
        for row in rows
    ]
    charged, _ = charge_accounts(book.checked, priced)
    statements = [
        *table_statements(plan),
        *usage_statements(plan, rows, ["region"], {"store": False}, "org"),
    ]
    found = {
        int(row[0] or 0): exactly(row[1]) for row in run(dialect, statements, query, ["id", "cost"])
    }
    assert found == {row["id"]: one.total for row, one in zip(rows, charged, strict=True)}


def test_a_column_of_accounts_is_of_the_key_that_the_book_counts_by() -> None:
    text = REGIONS.replace("unit MTok", "account project\nunit MTok", 1)
    book = book_of(text.replace("per organization", "per project"))
    for account in ("org", "team=org"):
        plan = plan_of(book, "duckdb", meters=["store"], dimensions=["region"], account=account)
        with pytest.raises(BadRequest, match="counts usage per project") as raised:
            account_query(plan)
        assert raised.value.help == "name the column of its values as `project=COLUMN`"
