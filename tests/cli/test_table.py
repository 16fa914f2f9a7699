"""`pricelang table`: the tables of the pricing page, out of the book."""

from __future__ import annotations

from pathlib import Path

import pytest

from .helpers import SHOP, expect_golden, objects, run

# The pricing page of 2026-04-17: base input, 5m writes, 1h writes, reads, output;
# batch input, batch output.
PAGE = """
claude-opus-4-7 5 6.25 10 0.5 25 2.5 12.5
claude-opus-4-6 5 6.25 10 0.5 25 2.5 12.5
claude-opus-4-5-20251101 5 6.25 10 0.5 25 2.5 12.5
claude-opus-4-1-20250805 15 18.75 30 1.5 75 7.5 37.5
claude-opus-4-20250514 15 18.75 30 1.5 75 7.5 37.5
claude-sonnet-4-6 3 3.75 6 0.3 15 1.5 7.5
claude-sonnet-4-5-20250929 3 3.75 6 0.3 15 1.5 7.5
claude-sonnet-4-20250514 3 3.75 6 0.3 15 1.5 7.5
claude-3-7-sonnet-20250219 3 3.75 6 0.3 15 1.5 7.5
claude-haiku-4-5-20251001 1 1.25 2 0.1 5 0.5 2.5
claude-3-5-haiku-20241022 0.8 1 1.6 0.08 4 0.4 2
claude-3-opus-20240229 15 18.75 30 1.5 75 7.5 37.5
claude-3-haiku-20240307 0.25 0.3 0.5 0.03 1.25 0.125 0.625
"""


def table(mode: str, *args: str) -> dict[str, list[str]]:
    """The amounts of a table by model, after a check of its currency and unit."""
    (found,) = objects(run("table", "--json", "--mode", mode, *args).stdout)
    (only,) = found["tables"]
    prices = {row["model"]: list(row["prices"].values()) for row in only["rows"]}
    assert {
        (price["per"], price["currency"]) for row in prices.values() for price in row if price
    } == {("MTok", "USD")}
    return {model: [price["amount"] for price in row] for model, row in prices.items()}


def test_every_number_of_the_page_of_2026_04_17() -> None:
    page = {row.split()[0]: row.split()[1:] for row in PAGE.split("\n") if row}
    base, batch = table("base", "--at", "2026-04-17"), table("batch", "--at", "2026-04-17")
    assert {model: base[model] + batch[model] for model in page} == page
    assert set(base) - set(page) == {"claude-mythos-preview"}
    assert table("fast", "--at", "2026-04-17") == {"claude-opus-4-6": ["30", "150"]}
    residency = table("residency", "--at", "2026-04-17")
    assert residency["claude-opus-4-7"] == ["5.5", "27.5"]
    assert "claude-opus-4-5-20251101" not in residency
    assert table("regional", "--at", "2026-04-17")["claude-haiku-4-5-20251001"] == ["1.1", "5.5"]


def test_the_page_for_readers() -> None:
    done = run("table", "--at", "2026-04-17")
    assert done.exit_code == 0
    expect_golden("table_2026-04-17.txt", done.stdout)
    markdown = run("table", "--at", "2026-04-17", "--markdown", "--mode", "base").stdout
    assert (
        "| Model | Base Input Tokens | 5m Cache Writes | 1h Cache Writes | Cache Hits & Refreshes | Output Tokens |"
        in markdown
    )
    assert (
        "| claude-opus-4-7 | $5 / MTok | $6.25 / MTok | $10 / MTok | $0.50 / MTok | $25 / MTok |"
        in markdown
    )


def test_the_tables_of_any_book() -> None:
    expect_golden(
        "table_shop.txt", run("table", "--book", SHOP, "--at", "2026-02-01", "--mode", "all").stdout
    )


def test_a_retired_model_is_listed_for_a_while_and_on_request_for_ever() -> None:
    base = ("table", "--book", SHOP, "--mode", "base", "--at")
    assert "old-1 (retired)" in run(*base, "2026-03-30").stdout
    assert "old-1" not in run(*base, "2026-03-31").stdout
    assert "old-1 (deprecated)" in run(*base, "2025-11-30").stdout
    assert "gone-1 (retired)" in run(*base, "2026-03-31", "--retired").stdout


def test_prices_follow_the_day_and_the_conversion() -> None:
    assert (
        "new-1" not in run("table", "--book", SHOP, "--mode", "base", "--at", "2025-12-31").stdout
    )
    assert (
        "€1.80 / MTok"
        in run("table", "--book", SHOP, "--mode", "base", "--at", "2026-06-01").stdout
    )


@pytest.mark.parametrize(
    ("args", "words"),
    [(["--mode", "bach"], "did you mean `batch`"), (["--at", "x"], "error[bad_date]")],
)
def test_wrong_usage(args: list[str], words: str) -> None:
    done = run("table", *args)
    assert (done.exit_code, done.stdout) == (2, "")
    assert words in done.stderr


def test_a_price_under_a_condition_stands_below_the_tables(tmp_path: Path) -> None:
    book = tmp_path / "m.price"
    book.write_text(
        """book shop in USD
unit MTok is 1,000,000 tokens
meter input in tokens
group prompt is input
models
  | model | released |
  | m-1 | 2026-01-01 |
rates per MTok when prompt up to 200,000
  | model | from | input |
  | m-1 | 2026-01-01 | $1.25 |
rates per MTok when prompt over 200,000
  | model | from | input |
  | m-1 | 2026-01-01 | $2.50 |
"""
    )
    done = run("table", "--book", str(book), "--at", "2026-02-01")
    assert done.exit_code == 0, done.output
    assert "m-1    prompt over 200,000  $2.50 / MTok" in done.stdout
    (data,) = objects(run("table", "--book", str(book), "--at", "2026-02-01", "--json").stdout)
    (row,) = data["tables"][1]["rows"]
    assert (row["when"], row["prices"]["input"]["amount"]) == ("prompt over 200,000", "2.5")
    shipped = run("table", "--at", "2026-04-17").stdout
    assert "Other prices" not in shipped
    assert "multiplier: `residency`, x 1.1 on input" in shipped


def test_a_charge_shows_each_of_its_prices(tmp_path: Path) -> None:
    book = tmp_path / "m.price"
    book.write_text(
        """book boxes in USD
meter input in tokens
meter container in sessions
dimension memory default gb1
  gb1
  gb4
models
  | model | released   |
  | m-1   | 2026-01-01 |
rates per 1 tokens
  | model | from       | input |
  | m-1   | 2026-01-01 | $1    |
charge container "Containers"
  $0.03 per session when memory is gb1
  $0.12 per session when memory is gb4
limit small "Small bill"
  at least $0.01 per request
"""
    )
    shown = run("table", "--book", str(book), "--at", "2026-02-01").stdout
    assert "$0.03 per session when memory is gb1" in shown
    assert "$0.12 per session when memory is gb4" in shown
    assert "limit: `small`, at least $0.01 per request" in shown
