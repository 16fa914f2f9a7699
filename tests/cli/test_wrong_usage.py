"""A mistake at the command line is told what to write instead, and ends with 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from .helpers import SHOP, run

FLAGS = ("price", "--book", SHOP, "--model", "new-1")
DAYS = {
    "01/08/2026": "write a day as `2026-08-01` or `2026-01-08`",
    "2026-8-1": "write a day as `2026-08-01`",
    "Aug 1, 2026": "write a day as `2026-08-01`",
    "2026": "write a day as `2026-01-01`",
    "2026-02-30": "the next begins on `2026-03-01`",
    "1785542400": "write `2026-08-01T00:00:00Z`",
    "2026-08-01 10:00 PST": "an instant is in UTC",
    "yesterday": "write the day itself",
    "soon": "write a day such as `2026-04-17`, or an instant",
}
QUANTITIES = {
    "1e6": "write `1,000,000`",
    "1_000": "write `1,000`",
    "1.000.000": "write `1,000,000`",
    "five": "write a number",
}
OPTIONS = {
    "--modle": "--model",
    "--date": "'--at'",
    "--prompt_tokens": "'--input'",
    "--batch": "'--tier batch'",
}


@pytest.mark.parametrize("day", DAYS)
def test_a_day_of_another_form_is_told_how_it_is_written(day: str) -> None:
    found = run(*FLAGS, "--at", day, "--input", "5")
    assert (found.exit_code, found.stdout) == (2, "")
    assert DAYS[day] in found.stderr


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_a_quantity_of_another_form_is_told_how_it_is_written(quantity: str) -> None:
    found = run(*FLAGS, "--at", "2026-02-01", "--input", quantity)
    assert (found.exit_code, found.stdout) == (2, "")
    assert QUANTITIES[quantity] in found.stderr


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_by_another_name_is_told_the_one_that_is_meant(option: str) -> None:
    found = run(*FLAGS, option, "5")
    assert (found.exit_code, found.stdout) == (2, "")
    assert OPTIONS[option] in found.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("price", "new-1", "--input", "5"), "a model is given by `--model`"),
        (("price", "mine.price"), "give it by `--book mine.price`"),
        (("invoice", "-", "--month", "2026-07"), "'--period'"),
        (("--model", "new-1"), "such as `pricelang price --model`"),
        (("--verison",), "'--version'"),
        (("help",), "`pricelang --help`"),
        (("new", "my book"), "`my_book`"),
    ],
)
def test_what_stands_in_the_wrong_place_is_told_where_it_stands(
    arguments: tuple[str, ...], said: str
) -> None:
    found = run(*arguments)
    assert (found.exit_code, found.stdout) == (2, "")
    assert said in found.stderr


@pytest.mark.parametrize("text", ["hello\n", "model,input\nnew-1,5\n", "- a: 1\n", ""])
def test_a_text_that_is_no_book_has_one_fault(text: str, tmp_path: Path) -> None:
    path = tmp_path / "text.price"
    path.write_text(text, encoding="utf-8")
    found = run("check", str(path))
    assert found.exit_code == 1
    assert found.stdout.count("error[") == 1
    assert "begin with `book NAME in USD`" in found.stdout


def test_standard_input_is_a_file_of_records() -> None:
    record = '{"model": "new-1", "at": "2026-02-01", "usage": {"input": 1000000}}'
    found = run("price", "--book", SHOP, "--json", "-", stdin=record)
    assert (found.exit_code, found.stderr) == (0, "")
