"""What usage costs under two books: records keep their hours,
tables and folders are read, and what shows nothing is said.
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from tests.cli.helpers import run

BOOK = """book night in USD
unit MTok is 1,000,000 tokens
dimension hours default peak
  peak
  off  from 22:00 before 06:00
meter input in tokens
models
  | model | released   |
  | m-1   | 2026-01-01 |
rates per MTok
  | model | from       | input |
  | m-1   | 2026-01-01 | $1    |
multiplier late
  x 0.5 on input when hours is off
"""
DEARER = BOOK.replace("$1    |\n", "$1    |\n  | m-1   | 2026-07-01 | $2    |\n")
RECORDS = [
    ("2026-03-01T23:00:00Z", 1_000_000),
    ("2026-03-01T12:00:00Z", 3_000_000),
    ("2026-07-02T02:00:00+02:00", 4_000_000),
]


@pytest.fixture
def books(tmp_path: Path) -> tuple[str, str]:
    for name, text in (("old", BOOK), ("new", DEARER)):
        (tmp_path / f"{name}.price").write_text(text, encoding="utf-8")
    return str(tmp_path / "old.price"), str(tmp_path / "new.price")


@pytest.fixture
def usage(tmp_path: Path) -> dict[str, list[str]]:
    """The same usage in each form."""
    folder = tmp_path / "usage" / "below"
    folder.mkdir(parents=True)
    lines = [
        json.dumps({"model": "m-1", "at": at, "usage": {"input": count}}) for at, count in RECORDS
    ]
    (tmp_path / "usage.jsonl").write_text("\n".join(lines), encoding="utf-8")
    for number, line in enumerate(lines):
        (folder / f"{number}.json").write_text(line, encoding="utf-8")
    rows = "".join(f"m-1,{at},{count}\n" for at, count in RECORDS)
    (tmp_path / "usage.csv").write_text("model,at,input\n" + rows, encoding="utf-8")
    (tmp_path / "named.csv").write_text("kind,seen,tokens\n" + rows, encoding="utf-8")
    with duckdb.connect(str(tmp_path / "usage.duckdb")) as connection:
        connection.execute(
            f'create table t as select model, "at"::timestamptz as "at", input from \'{tmp_path}/usage.csv\''
        )
        connection.execute(f"copy t to '{tmp_path}/usage.parquet'")
    return {
        "records": [f"{tmp_path}/usage.jsonl"],
        "folder": [f"{tmp_path}/usage"],
        "csv": [f"{tmp_path}/usage.csv"],
        "parquet": [f"{tmp_path}/usage.parquet"],
        "duckdb": [f"{tmp_path}/usage.duckdb", "--table", "t"],
        "named": [
            f"{tmp_path}/named.csv",
            *(x for pair in ("model=kind", "at=seen", "input=tokens") for x in ("--map", pair)),
        ],
    }


@pytest.mark.parametrize("form", ["records", "folder", "csv", "parquet", "duckdb", "named"])
def test_each_form_keeps_its_hours(
    books: tuple[str, str], usage: dict[str, list[str]], form: str
) -> None:
    days = json.loads(
        run(
            "diff",
            f"{books[0]}@2026-06-30",
            f"{books[1]}@2026-07-01",
            "--usage",
            *usage[form],
            "--json",
        ).stdout
    )["usage"]
    # at night half of it: 1 x 0.5 + 3 + 4, for the last is at midnight
    assert days["totals"][0] | {"model": ""} == {
        "model": "",
        "requests": 3,
        "old": "5.5",
        "old_currency": "USD",
        "new": "11",
        "new_currency": "USD",
        "difference": "5.5",
    }
    assert (days["unread"], days["refused_old"], days["on_or_after"]) == (0, 0, None)
    own = json.loads(run("diff", *books, "--usage", *usage[form], "--json").stdout)["usage"]
    assert [own["totals"][0][side] for side in ("old", "new")] == ["5.5", "7.5"]
    assert (own["records"], own["first_difference"], own["on_or_after"]) == (3, "2026-07-01", 1)


def test_a_day_with_a_time_is_one_instant(
    books: tuple[str, str], usage: dict[str, list[str]]
) -> None:
    noon = json.loads(
        run(
            "diff",
            f"{books[0]}@2026-06-30T12:00",
            f"{books[0]}@2026-06-30T23:00",
            "--usage",
            *usage["records"],
            "--json",
        ).stdout
    )
    assert noon["usage"]["first_difference"] == "2026-06-30T23:00Z"
    assert [noon["usage"]["totals"][0][side] for side in ("old", "new")] == ["8", "4"]


def test_how_many_records_show_anything_is_said(
    books: tuple[str, str], usage: dict[str, list[str]], tmp_path: Path
) -> None:
    said = run("diff", *books, "--usage", *usage["records"]).stdout
    assert "1 record of 3 lies on or after 2026-07-01, when the first difference begins" in said
    early = tmp_path / "early.jsonl"
    early.write_text(
        json.dumps({"model": "m-1", "at": "2026-03-01T23:00:00Z", "usage": {"input": 5}}),
        encoding="utf-8",
    )
    said = run("diff", *books, "--usage", str(early)).stdout
    assert "warning: no record lies on or after 2026-07-01" in said
    assert "warning" not in run("diff", books[0], books[0], "--usage", str(early)).stdout


def test_what_is_for_tables_is_said_of_records(
    books: tuple[str, str], usage: dict[str, list[str]]
) -> None:
    found = run("diff", *books, "--usage", *usage["records"], "--map", "input=tokens")
    assert (found.exit_code, "for tables of usage" in found.output) == (2, True)


def test_rows_without_a_model_and_broken_lines_are_counted(
    books: tuple[str, str], tmp_path: Path
) -> None:
    table = tmp_path / "bad.csv"
    table.write_text(
        "model,at,input\n,2026-03-01,5\nm-1,,5\nm-9,2026-03-01,5\nm-1,2026-03-01 12:00,5\nm-1,2026-03-01,5,6\n",
        encoding="utf-8",
    )
    found = json.loads(run("diff", *books, "--usage", str(table), "--json").stdout)["usage"]
    assert (
        found["unread"],
        found["refused_old"],
        found["refused_new"],
        found["totals"][0]["requests"],
    ) == (3, 1, 1, 1)


def test_a_record_that_cannot_be_read_is_said_with_its_place(tmp_path: Path) -> None:
    for name, text in (("a", BOOK), ("b", DEARER)):
        (tmp_path / f"{name}.price").write_text(text)
    (tmp_path / "usage.jsonl").write_text(
        '{"model": "m-1", "at": "2026-03-01T12:00:00Z", "usage": {"input": [[1]]}}\n'
    )
    said = run(
        "diff",
        str(tmp_path / "a.price"),
        str(tmp_path / "b.price"),
        "--usage",
        str(tmp_path / "usage.jsonl"),
    ).output
    assert (
        "left out: 1 record that cannot be read: `usage.input[0]` is a list, not a quantity (at "
        in said
    )
    assert "usage.jsonl:1)" in said


# ---- by what, which requests, and what is owed ---------------------------------------------------


@pytest.fixture
def tagged(tmp_path: Path) -> str:
    file = tmp_path / "tagged.jsonl"
    file.write_text(
        "\n".join(
            json.dumps(
                {
                    "model": "m-1",
                    "at": at,
                    "usage": {"input": count},
                    "attributes": {"workspace": name},
                }
            )
            for (at, count), name in zip(RECORDS, ("a", "b", "a"), strict=True)
        ),
        encoding="utf-8",
    )
    return str(file)


def test_groups_are_by_what_records_carry(books: tuple[str, str], tagged: str) -> None:
    asked = ("--usage", tagged, "--by", "workspace,month")
    found = json.loads(run("diff", *books, *asked, "--json").stdout)["usage"]
    rows = [(row["workspace"], row["month"], row["old"], row["new"]) for row in found["groups"]]
    assert rows == [
        ("a", "2026-03-01", "0.5", "0.5"),
        ("a", "2026-07-01", "2", "4"),
        ("b", "2026-03-01", "3", "3"),
    ]
    assert "workspace  month" in run("diff", *books, *asked).stdout
    wrong = run("diff", *books, "--usage", tagged, "--by", "workspce")
    assert (wrong.exit_code, "no record carries `workspce`" in wrong.output) == (2, True)
    assert run("diff", *books, "--by", "workspace").exit_code == 2


def test_the_requests_that_change_most_stand_first(tmp_path: Path, books: tuple[str, str]) -> None:
    file = tmp_path / "many.jsonl"
    counts = [3_000, 9_000, 1_000, 9_000, 0]
    file.write_text(
        "\n".join(
            json.dumps({"model": "m-1", "at": "2026-07-02T12:00:00Z", "usage": {"input": count}})
            for count in counts
        ),
        encoding="utf-8",
    )
    asked = ("diff", *books, "--usage", str(file))
    found = json.loads(run(*asked, "--requests", "3", "--json").stdout)["usage"]
    rows = [(row["line"], row["difference"]) for row in found["records_changed_most"]]
    assert rows == [(2, "0.009"), (4, "0.009"), (1, "0.003")]
    assert "many.jsonl:2" in run(*asked, "--requests", "1").stdout
    assert "many.jsonl" not in run(*asked).stdout


def test_what_is_owed_is_what_the_invoices_say() -> None:
    usage, books = "samples/requests.jsonl", ("anthropic", "samples/invoice/contract.price")
    account = json.loads(run("diff", *books, "--usage", usage, "--json").stdout)["usage"]["account"]
    rows = {row["kind"]: (row["old"], row["new"]) for row in account}
    totals = [
        json.loads(run("invoice", usage, "--book", book, "--json").stdout)["totals"][0]
        for book in books
    ]
    assert rows["requests"] == tuple(total["subtotal"] for total in totals)
    assert rows["owed"] == tuple(total["total"] for total in totals)
    assert set(rows) == {"requests", "allowance", "minimum", "owed"}
    assert "of one period" not in run("diff", *books, "--usage", usage).stdout
    days = run("diff", "anthropic@2026-10-06", "anthropic@2026-10-07", "--usage", usage).stdout
    assert "tiers and minimums are of one period" in days
