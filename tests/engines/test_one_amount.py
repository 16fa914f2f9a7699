"""One law: whichever way a request is asked for, it has one amount, or none in all of them."""

from __future__ import annotations

import contextlib
import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import duckdb
import pytest

import pricelang
from pricelang.engines import macro
from pricelang.engines.names import quoted
from pricelang.engines.warehouse import plan_of, query
from pricelang.engines.warehouse_plan import Plan
from pricelang.engines.warehouse_rates import table_statements
from pricelang.engines.warehouse_totals import totals_query
from pricelang.evaluate.rate_table import snapshots as versions
from pricelang.model.errors import BadRequest, PriceError
from pricelang.model.rules import dimensions_that_pay
from tests.engines.test_warehouse import (
    RUNNING,
    asked,
    generated,
    meters_of,
    random_rows,
    usage_statements,
)
from tests.engines.warehouses import empty_duckdb, exactly, run
from tests.oracle import Priced, read_texts
from tests.oracle_requests import Ask, by_oracle, vocabulary

ROWS = 40
Row = dict[str, Any]


def by_sql(
    plan: Plan,
    rows: Sequence[Row],
    dimensions: Sequence[str],
    meters: Mapping[str, bool],
    dialect: str,
) -> list[Fraction | None]:
    """What a query of the plan says of each row."""
    statements = [*table_statements(plan), *usage_statements(plan, rows, dimensions, meters)]
    found = {
        int(number or -1): exactly(cost)
        for number, cost in run(dialect, statements, query(plan, "null"), ["id", "cost"])
    }
    totals = run(dialect, statements, totals_query(plan, ["id"], "null"), ["id", "cost"])
    assert {int(number or -1): exactly(cost) for number, cost in totals} == found
    return [found[row["id"]] for row in rows]


def by_table(
    book: pricelang.Book,
    rows: Sequence[Row],
    dimensions: Sequence[str],
    meters: Mapping[str, bool],
    plan: Plan,
) -> list[Fraction | None]:
    """What a table of the rows says of each, and its totals of all."""
    with empty_duckdb() as connection:
        for statement in usage_statements(plan, rows, dimensions, meters):
            connection.execute(statement)
        report = book.report("usage", ["id"], connection=connection)
        found = {total.by[0]: total.amount for total in report.totals}
        priced = [row["id"] for row in rows if row["id"] in found]
        connection.execute(
            f"create view good as select * from usage where id in ({', '.join(map(str, [-1, *priced]))})"
        )
        table = book.price_table("good", connection=connection, keep=["id"])
        assert {number: Fraction(cost) for number, cost, *_ in table.fetchall()} == found  # type: ignore[union-attr]
    return [found.get(row["id"]) for row in rows]


def by_macro(
    book: pricelang.Book,
    rows: Sequence[Row],
    dimensions: Sequence[str],
    meters: Mapping[str, bool],
    plan: Plan,
) -> list[Fraction | None]:
    """What the macro says of each row;
    it has an argument for each dimension on which anything turns.
    """
    with empty_duckdb() as connection:
        book.duckdb(
            connection,
            meters=list(meters),
            models=[row["model"] for row in rows] if len(rows) < 10 else None,
        )
        for statement in usage_statements(plan, rows, dimensions, meters):
            connection.execute(statement)
        listed = (
            "select unnest(parameters) from duckdb_functions() where function_name = 'try_price_of'"
        )
        known = {row[0] for row in connection.execute(listed).fetchall()}
        given = ", ".join(
            f"{quoted(name)} := {quoted(name)}" for name in (*dimensions, *meters) if name in known
        )
        by_row = {}
        for row in rows:
            sql = f'select try_price_of(model, "at", {given}) from usage where id = {row["id"]}'
            with contextlib.suppress(
                duckdb.OutOfRangeException
            ):  # more than 64 bits: an error, never a wrapped sum
                by_row[row["id"]] = exactly(connection.execute(sql).fetchall()[0][0])
    return [
        by_row.get(row["id"])
        if not any(row[meter] for meter in meters if meter not in known)
        else None
        for row in rows
    ]


@pytest.mark.campaign
@pytest.mark.parametrize("folds", [False, True])
def test_every_way_of_asking(folds: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if folds:
        monkeypatch.setattr(versions, "MAX_ROWS", 0)
        monkeypatch.setattr(macro, "MAX_COMBINATIONS", 0)
    seen: Counter[str] = Counter()
    for seed, texts, book in generated(16):
        # what an account has used sets the value of a ladder: without an account it is the first
        said = [found for found in book.checked.dimensions if found.ladder is None]
        every = [found.name for found in said if not found.clocked]
        meters = meters_of(book, "duckdb", every)
        rows = [
            row
            for row in random_rows(seed, book, texts, every, meters, ROWS)
            if all((row[meter] or 0) < 10**9 for meter in meters)
        ]
        plan = plan_of(book, "duckdb", meters=list(meters))
        assert bool(plan.rates.fold) == (folds and bool(plan.rates.dimensions))
        pays = [name for name, _ in plan.rates.dimensions]
        assert {*pays} <= {*dimensions_that_pay(book.checked)}
        for row in rows:  # a value that is none is unknown wherever it is looked at: there only what turns on it is asked
            row |= {name: None for name in every if name not in pays and row[name] == "nonsense"}
        expected = [asked(book, row, every, meters) for row in rows]
        ways = {
            "table": by_table(book, rows, every, meters, plan),
            "macro": by_macro(book, rows, every, meters, plan),
        }
        ways |= {
            dialect: by_sql(
                plan_of(book, dialect, meters=list(meters)), rows, every, meters, dialect
            )
            for dialect in RUNNING
        }
        for way, found in ways.items():
            for row, amount, right in zip(rows, found, expected, strict=True):
                assert amount == right or (way == "macro" and amount is None), (way, seed, row)
                seen[f"{way} {'free' if right == 0 else 'priced' if right else 'refused'}"] += (
                    amount == right
                )
        check_single(book, texts, rows, every, meters, expected)
    assert all(
        seen[f"{way} {kind}"] > 5
        for way in ("table", "macro", *RUNNING)
        for kind in ("free", "priced", "refused")
    ), seen


def check_single(
    book: pricelang.Book,
    texts: Sequence[str],
    rows: Sequence[Row],
    dimensions: Sequence[str],
    meters: Mapping[str, bool],
    expected: Sequence[Fraction | None],
) -> None:
    """The evaluator written from the meaning alone,
    and a total without its bill, say what a bill says.
    """
    oracle = read_texts(*texts)
    models = {*vocabulary(oracle).models}
    for row, right in zip(rows, expected, strict=True):
        if (
            row["model"] not in models
            or row["at"] is None
            or any((row[meter] or 0) < 0 for meter in meters)
        ):
            continue
        given = {name: row[name] for name in dimensions if row[name] is not None}
        if "nonsense" in given.values():
            continue
        usage: dict[str, Any] = {meter: row[meter] for meter in meters if row[meter] is not None}
        found = by_oracle(oracle, Ask(row["model"], row["at"], given, usage))
        assert (found.total if isinstance(found, Priced) else None) == right, row
        at = datetime.datetime.fromtimestamp(row["at"], datetime.UTC)
        for _ in range(2):  # the second is by the short way
            try:
                total: Fraction | None = Fraction(
                    book.total(model=row["model"], at=at, usage=usage, **given)
                )
            except PriceError:
                total = None
            assert total == right


OUTCOMES = {"served": "5", "errored": "0", "canceled": "0", "expired": "0"}


@pytest.mark.parametrize("dialect", RUNNING)
def test_what_is_not_billed_costs_nothing(dialect: str, book: pricelang.Book) -> None:
    plan = plan_of(book, dialect, models=["claude-opus-4-7"], meters=["input"])
    dimensions = [name for name, _ in plan.rates.dimensions]
    assert "outcome" in dimensions
    at = int(datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC).timestamp())
    rows = [
        {"id": n, "model": "claude-opus-4-7", "at": at, "outcome": outcome, "input": 1_000_000}
        for n, outcome in enumerate(OUTCOMES)
    ]
    found = by_sql(plan, rows, dimensions, {"input": True}, dialect)
    assert found == [Fraction(amount) for amount in OUTCOMES.values()]
    assert found == [asked(book, row, dimensions, {"input": True}) for row in rows]


def test_the_macro_has_what_is_not_billed(book: pricelang.Book) -> None:
    with empty_duckdb() as connection:
        book.duckdb(connection, models=["claude-opus-4-7"], meters=["input"])
        for outcome, amount in OUTCOMES.items():
            sql = f"select price_of('claude-opus-4-7', timestamp '2026-05-01', input := 1000000, outcome := '{outcome}')"
            assert Fraction(connection.execute(sql).fetchall()[0][0]) == Fraction(amount)


CONDITIONS = """book b in USD
unit MTok is 1,000,000 tokens
dimension region default eu
  eu, us
dimension kind default chat
  chat, draft, odd
meter input in tokens
models
  | model | released   |
  | m-1   | 2026-01-01 |
rates per MTok
  | model | from       | input |
  | m-1   | 2026-01-01 | $2    |
rates per MTok when region is us
  | model | from       | input |
  | m-1   | 2026-01-01 | $3 instead of $2 |
free when kind is draft because "drafts are free"
refuse when kind is odd because "odd ones are none"
"""


def test_rates_when_free_when_and_refuse_when() -> None:
    from tests.engines.usage import checked_texts

    checked = checked_texts([CONDITIONS])
    assert checked.book is not None, checked.faults
    own = pricelang.Book(checked.book)
    plan = plan_of(own, "duckdb")
    assert [name for name, _ in plan.rates.dimensions] == ["region", "kind"]
    rows: list[Row] = [
        {
            "id": n,
            "model": "m-1",
            "at": 1_780_000_000,
            "region": region,
            "kind": kind,
            "input": 1_000_000,
        }
        for n, (region, kind) in enumerate(
            [("eu", "chat"), ("us", "chat"), ("us", "draft"), (None, "odd"), ("mars", None)]
        )
    ]
    assert by_sql(plan, rows, ["region", "kind"], {"input": True}, "duckdb") == [
        2,
        3,
        0,
        None,
        None,
    ]
    with pytest.raises(BadRequest, match="has a column and is given"):
        plan_of(own, "duckdb", mapping={"kind": "k"}, fixed={"kind": "draft"})


IDS = {
    "us.anthropic.claude-opus-4-7": "5.5",
    "global.anthropic.claude-opus-4-7": "5",
    "bedrock/us-east-1/anthropic.claude-opus-4-7": "5.5",
    "us-gov.anthropic.claude-opus-4-7": "6",
    "anthropic/claude-opus-4.7": "5",
    "anthropic/claude-opus-4.7:batch": "2.5",
    "claude-opus-4-7": "5",
}
ON_BEDROCK = {
    id: amount for id, amount in IDS.items() if "anthropic.claude" in id
}  # the others do not say the endpoint


@pytest.mark.parametrize("platform", [None, "bedrock"])
def test_an_id_in_a_table_says_what_it_says_in_a_request(
    book: pricelang.Book, platform: str | None
) -> None:
    at, usage = "2026-06-01T12:00:00Z", {"input": 1_000_000}
    right = {
        id: Fraction(amount) for id, amount in (IDS if platform is None else ON_BEDROCK).items()
    }
    said = {} if platform is None else {"platform": platform}
    asked_one = {}
    for id in IDS:
        with contextlib.suppress(PriceError):
            asked_one[id] = Fraction(book.total(model=id, at=at, usage=usage, **said))
    assert asked_one == right
    with empty_duckdb() as connection:
        ids = ", ".join(f"('{id}')" for id in IDS)
        connection.execute(
            f"create table u as select id as model, timestamp '2026-06-01 12:00' as at, 1000000 as input from (values {ids}) t(id)"
        )
        report = book.report("u", ["model"], connection=connection, **said)
        assert sum(total.amount for total in report.totals) == sum(right.values())
        connection.execute(
            f"delete from u where model not in ({', '.join(repr(id) for id in right)})"
        )
        rows = book.price_table("u", connection=connection, keep=["model"], **said).fetchall()  # type: ignore[union-attr]
        assert {id: Fraction(cost) for id, cost in rows} == right


@pytest.mark.parametrize("dialect", RUNNING)
def test_what_a_platform_leaves_unsaid_is_asked_for(dialect: str, book: pricelang.Book) -> None:
    """A row that does not say what its price depends on has none,
    in a table, a query and the macro.
    """
    plan = plan_of(book, dialect, models=["claude-opus-4-7"], meters=["input"])
    dimensions = [name for name, _ in plan.rates.dimensions]
    at = int(datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC).timestamp())
    places = [
        ("bedrock", None),
        ("bedrock", "global"),
        ("bedrock", "regional"),
        (None, None),
        ("api", None),
    ]
    rows = [
        {
            "id": n,
            "model": "claude-opus-4-7",
            "at": at,
            "platform": platform,
            "endpoint": endpoint,
            "input": 1_000_000,
        }
        for n, (platform, endpoint) in enumerate(places)
    ]
    right = [asked(book, row, dimensions, {"input": True}) for row in rows]
    assert right[0] is None
    assert None not in right[1:]
    assert by_sql(plan, rows, dimensions, {"input": True}, dialect) == right
    if dialect == "duckdb":
        assert by_table(book, rows, dimensions, {"input": True}, plan) == right
        assert by_macro(book, rows, dimensions, {"input": True}, plan) == right
