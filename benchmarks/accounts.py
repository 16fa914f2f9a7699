"""Rows of the SQL of accounts: what 1,000 projects owe for ten million rows of a month under a ladder
of five tiers, inside DuckDB, beside a plain sum by project.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import duckdb

import pricelang
from pricelang.engines.account_settlement import settle_query
from pricelang.engines.warehouse import plan_of
from pricelang.engines.warehouse_accounts import account_query
from pricelang.engines.warehouse_plan import Plan
from pricelang.engines.warehouse_rates import table_statements

ROWS, PROJECTS = 10_000_000, 1_000
AIM = "4"
HEAD = """book tuning in USD
account project
unit MTok is 1,000,000 tokens
meter input in tokens
meter tuning in tokens
models
  | model | released   |
  | m-1   | 2025-01-01 |
  | m-2   | 2025-01-01 |
  | m-3   | 2025-01-01 |
  | m-4   | 2025-01-01 |
rates per MTok
  | model | from       | input |
  | m-1   | 2025-01-01 | $1    |
  | m-2   | 2025-01-01 | $1    |
  | m-3   | 2025-01-01 | $1    |
  | m-4   | 2025-01-01 | $1    |
"""
CHARGE = """charge tuning
  $10 per MTok
  $9 per MTok  after 1 MTok per project per month
  $8 per MTok  after 3 MTok per project per month
  $7 per MTok  after 5 MTok per project per month
  $5 per MTok  after 8 MTok per project per month
"""
LADDER = """tiers volume
  counts tuning per project per month
  tier_1
  tier_2 after 1 MTok
  tier_3 after 3 MTok
  tier_4 after 5 MTok
  tier_5 after 8 MTok
charge tuning
  $10 per MTok
multiplier volume_discount
  10% off tuning  when volume is tier_2
  20% off tuning  when volume is tier_3
  30% off tuning  when volume is tier_4
  50% off tuning  when volume is tier_5
"""
BY_MODEL = "".join(f"multiplier of_{n}\n  x 1.{n} on tuning for m-{n}\n" for n in (2, 3, 4))
"""Prices that are others for each model, so that the order of a project's rows matters."""
BOOKS = {
    "what each project owes, tiers of a charge": CHARGE,
    "the same as a discount by a ladder": LADDER,
    "a ladder where each model has its own prices": f"{LADDER}{BY_MODEL}stack of_2, of_3, of_4\n",
}


@cache
def folder() -> Path:
    """A folder for this run's database."""
    return Path(tempfile.mkdtemp(prefix="pricelang-benchmark-"))


@cache
def connection() -> duckdb.DuckDBPyConnection:
    """A database with the usage in it. Nothing is random: each column is a hash of the row's
    number.
    """
    found = duckdb.connect(str(folder() / "usage.db"))
    found.execute(f"""create table usage as select range::bigint as id,
timestamp '2026-01-01' + to_seconds((range * {31 * 86_400} // {ROWS})::bigint) as at,
'm-' || (1 + hash(range, 2) % 4) as model, 'project_' || ((hash(range, 5) >> 20) % {PROJECTS}) as project,
((hash(range, 6) >> 20) % 2000)::bigint as tuning,
(0.000001 * (5 + (hash(range, 7) >> 20) % 6))::decimal(9,6) as price from range({ROWS}); checkpoint""")
    return found


@cache
def plan(text: str) -> Plan:
    """The SQL of a book, whose tables of rates are in a schema of their own."""
    schema = f"rates_{[*BOOKS.values()].index(text)}"
    path = folder() / f"{schema}.price"
    path.write_text(HEAD + text, encoding="utf-8")
    connection().execute(f"create schema {schema}")
    found = plan_of(
        pricelang.load(path),
        "duckdb",
        meters=["tuning"],
        dimensions=[],
        account="project=project",
        tie="id",
        schema=[schema],
    )
    for statement in table_statements(found):
        connection().execute(statement)
    return found


def account_calls() -> list[tuple[str, str, str, Callable[[], object]]]:
    """Contestants: group, name, aim in times the first of the group, one call."""
    plain = "select project, sum(tuning * price) from usage group by project"
    group = f"{ROWS:,} rows of {PROJECTS:,} projects, a ladder of five tiers, in DuckDB"

    def run(sql: str) -> object:
        return connection().execute(sql).fetchall()

    asked = {name: settle_query(plan(text)) for name, text in BOOKS.items()}
    return [
        (group, f"`{plain}`", "the base", lambda: run(plain)),
        *((group, name, AIM, partial(run, sql)) for name, sql in asked.items()),
    ]


def agreement() -> str:
    """That what projects owe is what their rows cost, to the last digit."""
    same = True
    for text in BOOKS.values():
        rows = f"select project, sum(cost) from ({account_query(plan(text))}) group by project"
        owed = f"select account, due from ({settle_query(plan(text))})"
        found = [dict(connection().execute(sql).fetchall()) for sql in (rows, owed)]
        same = same and found[0] == found[1] and len(found[0]) == PROJECTS
    said = "what their rows cost one by one" if same else "NOT what their rows cost"
    return f"What the {PROJECTS:,} projects owe is {said}, to the last digit."


def clean() -> None:
    """Deletes this run's database."""
    connection().close()
    shutil.rmtree(folder(), ignore_errors=True)
