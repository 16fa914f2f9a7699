"""`pricelang sql` on the command line: what it prints for whom, and what it refuses."""

from __future__ import annotations

import duckdb
import pytest

from tests.cli.helpers import run

ONE = (
    "--model",
    "claude-opus-4-7",
    "--meter",
    "input",
    "--since",
    "2026-04-16",
    "--dimension",
    "service_tier",
)


def test_the_text_runs_as_it_is() -> None:
    """All of it, in one go, is a script of the dialect."""
    text = run(
        "sql", "--dialect", "duckdb", *ONE, "--map", "at=ts", "--set", "speed=standard"
    ).stdout
    with duckdb.connect() as connection:
        connection.execute(
            "create table usage as select 'claude-opus-4-7' as model, timestamp '2026-05-01' as ts, 'batch' as service_tier, 1000 as input"
        )
        assert connection.execute(text).fetchall()[0][-1].normalize().as_tuple().digits == (2, 5)
    assert text.startswith("-- prices of the book anthropic, written by pricelang for duckdb\n")
    assert "speed standard" in text


def test_parts_and_forms() -> None:
    tables, query, totals, accounts, settled = (
        run("sql", "--dialect", "trino", *ONE, *more).stdout
        for more in (
            ["--only", "tables"],
            ["--only", "query"],
            ["--totals-by", "model,month", "--only", "query"],
            ["--account", "org", "--tie", "id", "--only", "query"],
            ["--account", "org", "--settle", "--only", "query"],
        )
    )
    assert "create table" in tables
    assert "select" not in tables
    assert "create table" not in query
    assert "group by" not in query
    assert "date_trunc('month'" in totals
    assert '"org"' in accounts
    assert '"due"' in settled
    assert (
        '"a"."b"'
        in run(
            "sql", "--dialect", "postgres", *ONE, "--usage-table", "a.b", "--schema", "rates"
        ).stdout
    )


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--dialect", "oracle"], "'oracle' is not one of"),
        (["--dialect", "duckdb", "--settle"], "`--settle` needs the column of accounts"),
        (
            ["--dialect", "duckdb", "--account", "a", "--totals-by", "model"],
            "`--settle` gives the totals of accounts",
        ),
        (["--dialect", "duckdb", "--usage-table", ""], "`--usage-table` takes a name"),
        (["--dialect", "duckdb", "--usage-table", "a..b"], "`--usage-table` takes a name"),
        (["--dialect", "duckdb", "--tie", "id"], "it needs `--account COLUMN`"),
        (["--dialect", "duckdb", "--map", "input"], "`--map` takes NAME=COLUMN"),
        (["--dialect", "duckdb", "--map", "inputt=x"], "error[unknown_name]"),
        (
            ["--dialect", "duckdb", "--meter", "code_execution", "--model", "nobody"],
            "error[unknown_model]",
        ),
        (["--dialect", "duckdb", "--since", "soon"], "error[bad_date]"),
        (["--dialect", "duckdb", "--dimension", "hue"], "error[unknown_dimension]"),
    ],
)
def test_refusals(args: list[str], said: str) -> None:
    result = run("sql", *args)
    assert result.exit_code == 2
    assert said in result.stderr


FEW = ("--model", "claude-opus-4-7", "--since", "2026-10-01", "--dimension", "none")


def test_the_heading_names_the_meters_that_are_not_counted() -> None:
    said = "-- no part of any amount, unless `--meter` names them beside the others: "
    (line,) = [
        line
        for line in run("sql", "--dialect", "duckdb", *FEW).stdout.splitlines()
        if line.startswith(said)
    ]
    assert "web_search" in line.removeprefix(said).split(", ")
    assert "input" not in line.removeprefix(said).split(", ")
    assert said not in run("sql", "--dialect", "duckdb", "--meter", "input", *FEW).stdout
