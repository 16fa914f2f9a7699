"""`pricelang explain`: the formula of each amount, a header for each record."""

from __future__ import annotations

from pathlib import Path

import pytest

from .helpers import SHOP, expect_golden, run, shop


def test_records_are_explained_one_by_one_and_refusals_in_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("r.jsonl").write_text(
        shop(id="long", speed="fast", usage={"input": 2_000, "search": 3})
        + shop(id="both", tier="batch", speed="fast", usage={"input": 1})
        + shop(model="old-1", at="2026-07-01", usage={"output": 1_000_000})
    )
    done = run("explain", "--book", SHOP, "r.jsonl")
    assert (done.exit_code, done.stderr) == (1, "")
    expect_golden("explain.txt", done.stdout)


def test_one_request() -> None:
    done = run("explain", "--book", SHOP, "--model", "new", "--input", "1k", "--at", "2026-02-01")
    assert done.exit_code == 0
    assert done.stdout.startswith("new-1 at 2026-02-01\n")
    assert "1,000 tokens x $2 per MTok = $0.002" in done.stdout


def test_a_refused_request_is_the_error_of_the_command() -> None:
    done = run("explain", "--book", SHOP, "--model", "nwe-1", "--input", "1k")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "error[unknown_model]" in done.stderr


def test_nothing_is_invented_for_another_rule() -> None:
    done = run(
        "explain",
        "--model",
        "claude-opus-4-6",
        "--speed",
        "fast",
        "--output",
        "10k",
        "--at",
        "2026-07-01",
    )
    assert "no effect of fast: runs and bills at standard speed" in done.stdout
    assert "total $0.25" in done.stdout


def test_what_is_free_says_by_which_line_and_why() -> None:
    done = run("explain", "--model", "claude-opus-4-7", "--at", "2026-10-01", "--web-fetch", "2")
    text, place = done.stdout.split("free: ", 1)[1].split("\n", 1)[0].split(" [")
    assert text == "fetched content is billed as tokens, and nothing besides"
    assert place.startswith("anthropic/fees.price:")
    assert "2 fetches free (list $0 per fetch)" in done.stdout
