"""`pricelang workload`: files, flags and records; tables, days, the chart; exit codes."""

from __future__ import annotations

import csv
import io
import json

import pytest

from .helpers import SAMPLES, expect_golden, process, run

SUPPORT = SAMPLES / "workloads" / "support.toml"
ANALYSIS = SAMPLES / "workloads" / "analysis.toml"
ONE = ("--model", "claude-sonnet-5-5", "--input", "2k", "--output", "400", "--month", "2026-11")


def test_a_workload_file_with_its_chart() -> None:
    pytest.importorskip("plotext")
    done = process("workload", str(SUPPORT), "--chart", COLUMNS="90")
    assert done.returncode == 0
    expect_golden("workload_support.txt", done.stdout)


def test_pools_end_within_the_month() -> None:
    done = run("workload", str(ANALYSIS))
    assert done.exit_code == 0
    expect_golden("workload_analysis.txt", done.stdout)


def test_markdown_days_and_csv() -> None:
    expect_golden(
        "workload_support.md",
        run("workload", str(SUPPORT), "--markdown", "--month", "2028-02", "--days").stdout,
    )
    rows = list(csv.DictReader(io.StringIO(run("workload", str(SUPPORT), "--csv").stdout)))
    assert [row["day"] for row in rows] == [f"2026-11-{day:02}" for day in range(1, 31)]
    assert (rows[0]["expected"], rows[-1]["together_expected"]) == ("23.51", "705.3")


def test_json_by_flags_by_standard_input_and_by_records() -> None:
    found = json.loads(run("workload", *ONE, "--per-day", "5k", "--json").stdout)
    assert (found["month"], found["monthly"]["expected"], found["daily"]["expected"]) == (
        "2026-11",
        "1200",
        "40",
    )
    assert set(found) == {
        "book",
        "month",
        "currency",
        "monthly",
        "daily",
        "without_pools",
        "settled",
        "requests",
        "pools",
        "days",
        "notes",
    }
    text = SUPPORT.read_text()
    assert json.loads(run("workload", "-", "--json", stdin=text).stdout) == json.loads(
        run("workload", str(SUPPORT), "--json").stdout
    )
    record = '{"model": "claude-sonnet-5-5", "usage": {"input": 2000, "output": 400}}\n'
    by_records = json.loads(
        run(
            "workload", "-", "--per-day", "5000", "--month", "2026-11", "--json", stdin=record
        ).stdout
    )
    assert by_records["monthly"] == found["monthly"]
    filled = json.loads(
        run(
            "workload",
            "-",
            "--per-day",
            "10000",
            "--json",
            "--service-tier",
            "batch",
            "--at",
            "2026-11-20",
            "--model",
            "claude-sonnet-5-5",
            stdin='{"usage": {"input": 2000, "output": 400}}',
        ).stdout
    )
    assert filled["monthly"] == found["monthly"]


def test_flags_hold_where_a_workload_says_nothing() -> None:
    text = 'per_day = 10\n[[requests]]\nusage = { input = 1_000 }\n[[requests]]\nmodel = "claude-opus-5"\nusage = { input = 1_000 }\n'
    found = json.loads(
        run(
            "workload",
            "-",
            "--month",
            "2026-11",
            "--model",
            "claude-haiku-4-5",
            "--json",
            stdin=text,
        ).stdout
    )
    assert [mix["each"]["expected"] for mix in found["requests"]] == ["0.001", "0.005"]


def test_what_is_refused() -> None:
    done = run("workload", str(SUPPORT), "--month", "2026-10")
    assert (done.exit_code, done.stdout) == (1, "")
    assert (
        "error[not_offered]: `sort` on 2026-10-01: model `claude-haiku-5-5` is not offered before 2026-10-07"
        in done.stderr
    )


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ((*ONE,), "how many requests a day"),
        ((*ONE, "--per-day", "many"), "takes a number of requests"),
        ((*ONE, "--per-day", "-5"), "takes a number of requests"),
        ((*ONE, "--per-day", "5", "--csv", "--json"), "cannot be combined"),
        ((*ONE, "--per-day", "5", "--chart", "--json"), "cannot be combined"),
        ((*ONE, "--per-day", "5", "--month", "soon"), "is not a month"),
        ((*ONE, "--per-day", "5", str(SUPPORT)), "not both"),
        (("--input", "5", "--per-day", "5"), "names no model"),
        ((str(SAMPLES / "requests.jsonl"),), "how many requests a day"),
        ((str(SAMPLES / "requests.jsonl"), "--per-day", "5", "--format", "nonsense"), "nonsense"),
    ],
)
def test_wrong_usage(args: tuple[str, ...], words: str) -> None:
    done = run("workload", *args)
    assert done.exit_code == 2
    assert words in done.stderr


def test_a_chart_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr("pricelang.cli.charts.import_module", missing)
    done = run("workload", str(SUPPORT), "--chart")
    assert done.exit_code == 2
    assert "pip install 'pricelang[charts]'" in done.stderr
