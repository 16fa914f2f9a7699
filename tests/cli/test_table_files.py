"""`pricelang price TABLE` and `pricelang report`: totals, files, mappings, refusals, exit codes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import duckdb
import pytest

from pricelang.cli.exit_codes import INTERRUPTED

from .helpers import SAMPLES, expect_golden, objects, run

USAGE, GATEWAY = str(SAMPLES / "tables" / "usage.parquet"), str(SAMPLES / "tables" / "gateway.csv")
MAPPING = str(SAMPLES / "tables" / "gateway.toml")
MAPPED = [
    f"{name}={column}"
    for name, column in (
        ("at", "created"),
        ("model", "model_name"),
        ("input", "prompt_tokens-cached_tokens"),
        ("output", "completion_tokens"),
        ("cache_read", "cached_tokens"),
    )
]


def test_reports() -> None:
    done = run("report", USAGE, "--by", "day,workspace")
    assert done.exit_code == 0
    expect_golden("report.txt", done.stdout)
    found = objects(run("report", USAGE, "--by", "none", "--json").stdout)
    assert [(row["records"], row["amount"], row["currency"]) for row in found] == [
        (120, "6.225933", "USD")
    ]
    rows = list(
        csv.DictReader(io.StringIO(run("report", USAGE, "--by", "workspace", "--csv").stdout))
    )
    assert [row["workspace"] for row in rows] == ["reports", "search", "support"]
    assert run("price", USAGE).stdout == run("report", USAGE).stdout


def test_rows_to_a_file(tmp_path: Path) -> None:
    out = tmp_path / "priced.parquet"
    done = run("price", USAGE, "-o", str(out), "--lines", "--keep", "id")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "120 rows read: 120 priced, 0 refused; total $6.23" in done.stderr
    names = [row[0] for row in duckdb.sql(f"describe from '{out}'").fetchall()]
    assert names == [
        "id",
        "cost",
        "cost_input",
        "cost_output",
        "cost_cache_write_5m",
        "cost_cache_read",
    ]
    assert str(
        duckdb.sql(
            f"select sum(cost), sum(cost_input + cost_output + cost_cache_write_5m + cost_cache_read) from '{out}'"
        ).fetchall()[0][1]
    ).startswith("6.225933")


@pytest.mark.parametrize(
    "maps", [["--map", MAPPING], [part for text in MAPPED for part in ("--map", text)]]
)
def test_refused_rows(tmp_path: Path, maps: list[str]) -> None:
    out, rejects = tmp_path / "priced.jsonl", tmp_path / "rejects.csv"
    done = run("price", GATEWAY, *maps, "-o", str(out))
    assert (done.exit_code, done.stdout, out.exists()) == (1, "", False)
    assert "error[refused_rows]: row 7 has no price: unknown model `claude-opus-47x`" in done.stderr
    done = run("price", GATEWAY, *maps, "-o", str(out), "--rejects", str(rejects))
    assert done.exit_code == 1
    assert "8 rows read: 6 priced, 2 refused" in done.stderr
    assert (
        len(objects(out.read_text(encoding="utf-8"))),
        len(rejects.read_text(encoding="utf-8").splitlines()),
    ) == (6, 3)
    done = run("report", GATEWAY, *maps, "--by", "team")
    assert done.exit_code == 1
    assert "8 rows read: 6 priced, 2 refused" in done.stdout
    assert "did you mean `claude-opus-4-7`" in done.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["report"], "Missing argument"),
        (["report", GATEWAY, "--sum"], "no column says the model of a row"),
        (["report", USAGE, "--by", "workspcae"], "did you mean `workspace`"),
        (["report", USAGE, "--json", "--csv"], "cannot be combined"),
        (["report", USAGE, "--map", "at"], "`--map` takes NAME=COLUMN"),
        (["report", "nosuch.parquet"], "cannot be read"),
        (["report", USAGE, "--memory", "much"], "memory"),
        (["price", USAGE, "--lines"], "need an output"),
        (
            ["price", USAGE, str(SAMPLES / "requests.jsonl")],
            "tables and records cannot be priced together",
        ),
        (["price", str(SAMPLES / "requests.jsonl"), "--keep", "x"], "are for tables of usage"),
        (["price", USAGE, "-o", "x.xlsx"], "not a kind of file that can be written"),
        (["price", USAGE, "-o", "x.parquet", "--keep", "idd"], "did you mean `id`"),
    ],
)
def test_wrong_usage(args: list[str], said: str) -> None:
    done = run(*args)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_value_that_the_book_does_not_have_refuses_each_row() -> None:
    done = run("report", USAGE, "--platform", "bedrok")
    assert done.exit_code == 1
    assert "unknown value `bedrok` of platform (120 rows)" in done.stderr
    assert "did you mean `bedrock`?" in done.stderr


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("Query interrupted"),
        duckdb.InterruptException("INTERRUPT Error: Interrupted!"),
        duckdb.InvalidInputException(
            "Invalid Input Error: Python exception occurred while executing the UDF: KeyboardInterrupt:"
        ),
    ],
)
def test_an_interrupted_query_is_an_interrupt(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """No exit code that says something of the usage, and no advice about memory."""

    def interrupted(*_: object) -> object:
        raise error

    monkeypatch.setattr("pricelang.engines.totals.totals", interrupted)
    done = run("report", USAGE)
    assert (done.exit_code, done.stdout, done.stderr) == (INTERRUPTED, "", "")
