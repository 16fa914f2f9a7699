"""How old a book is: by its addresses, of which the last reading counts."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import pricelang
from pricelang.cli.group import main
from pricelang.model.ages import aged_sources, interval, read_to
from pricelang.model.instants import seconds_of, written

BOOK = """book ages "Ages" in USD
source old "https://example.com/page" read 2026-01-01 every 10 days
source new "https://example.com/page" read 2026-02-01
source feed "https://example.com/feed" read 2026-01-20 every 20 days
source law "https://example.com/law" read 2025-01-01
unit MTok is 1,000,000 tokens
meter input in tokens
models
  | model | released   |
  | one   | 2026-01-01 |
rates per MTok
  | model | from       | input |
  | one   | 2026-01-01 | $2    |
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "ages.price"
    found.write_text(BOOK, encoding="utf-8")
    return found


def test_one_address_is_as_old_as_its_last_reading(path: Path) -> None:
    book = pricelang.load(path).checked
    ages = aged_sources(book, seconds_of("2026-02-15"))
    assert [(aged.source.name, aged.days, aged.every) for aged in ages] == [
        ("feed", 26, 20),
        ("new", 14, 10),
    ]
    read = read_to(book)
    assert read is not None
    assert (written(read), interval(book)) == ("2026-02-01", 20)


@pytest.mark.parametrize(
    ("arguments", "old", "code"),
    [
        (["--fresh", "--at", "2026-02-08"], [], 0),
        (["--fresh", "--at", "2026-02-12"], ["feed", "new"], 1),
        (["--fresh", "20d", "--at", "2026-02-12"], ["feed"], 1),
        (["--fresh", "30", "--at", "2026-02-12"], [], 0),
        ([], [], 0),
    ],
)
def test_check_names_what_is_older(
    path: Path, arguments: list[str], old: list[str], code: int
) -> None:
    result = CliRunner().invoke(main, ["check", str(path), *arguments])
    assert result.exit_code == code
    assert [name for name in ("feed", "new", "law") if f"`{name}` was read" in result.output] == old


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fresh", "soon"], "takes a number of days"),
        (["--at", "2026-01-01"], "`--at` is of `--fresh`"),
    ],
)
def test_what_is_no_age_is_wrong_usage(path: Path, arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(main, ["check", str(path), *arguments])
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("at", "noted"), [("2026-02-01", False), ("2026-02-21", False), ("2026-02-22", True)]
)
def test_a_day_beyond_the_reading_and_the_longest_time_is_noted(
    path: Path, at: str, noted: bool
) -> None:
    bill = pricelang.load(path).price(model="one", at=at, usage={"input": 1})
    assert [note.code for note in bill.notes] == ["beyond_reading"] * noted
    assert not any(note.doubtful for note in bill.notes)


def test_a_book_that_says_of_no_source_how_often_it_is_read_notes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ages.price"
    path.write_text(BOOK.replace(" every 10 days", "").replace(" every 20 days", ""))
    bill = pricelang.load(path).price(model="one", at="2036-01-01", usage={"input": 1})
    assert not bill.notes
