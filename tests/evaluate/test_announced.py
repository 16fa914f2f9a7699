"""A price that was announced and withdrawn can be asked for:
on bills, on tables, and of the book.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import pricelang
from pricelang.model.notes import Note
from tests.cli.helpers import run

BOOK = """book b in USD
unit MTok is 1,000,000 tokens
meter input, output in tokens
models
  | model | released   |
  | m     | 2025-01-01 |
  | n     | 2025-01-01 |
rates per MTok
  | model | from       | input | output |
  | m     | 2025-01-01 | $1    | $2     |
  | n     | 2025-01-01 | $1    | $2     |
rates per MTok
  | model | from       | input |
  | m     | 2025-08-01 | $2    |
rates per MTok announced 2025-02-01 withdrawn 2025-04-01 because "it stays"
  | model | from       | input | output |
  | m     | 2025-06-01 | $3    | $4     |
"""
WORDS = "`m` was to cost {} from 2025-06-01: announced 2025-02-01, withdrawn 2025-04-01, it stays"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "b.price"
    found.write_text(BOOK, encoding="utf-8")
    return found


@pytest.mark.parametrize(
    ("model", "at", "prices"),
    [
        ("m", "2025-05-31", None),
        ("m", "2025-06-01", "input $3 per MTok, output $4 per MTok"),
        ("n", "2025-06-01", None),
        ("m", "2025-07-31", "input $3 per MTok, output $4 per MTok"),
        ("m", "2025-08-01", "output $4 per MTok"),
    ],
)
def test_a_note_from_the_announced_day_to_the_next_row(
    path: Path, model: str, at: str, prices: str | None
) -> None:
    notes = pricelang.load(path).price(model=model, at=at, usage={"input": 1}).notes
    assert notes == (() if prices is None else (Note("announced", WORDS.format(prices)),))


def test_the_book_and_its_tables_tell(path: Path) -> None:
    book = pricelang.load(path)
    assert [(said.meter, str(said.amount), said.start) for said in book.announcements()] == [
        ("input", "3", "2025-06-01"),
        ("output", "4", "2025-06-01"),
    ]
    assert book.announcements("2025-05-31") == ()
    assert [said.meter for said in book.announcements("2025-08-01")] == ["output"]
    note = WORDS.format("output $4 per MTok")
    assert run("table", "--book", str(path), "--at", "2025-08-01").stdout.endswith(
        f"\nnote: announced: {note}\n"
    )
    assert json.loads(run("table", "--book", str(path), "--at", "2025-08-01", "--json").stdout)[
        "notes"
    ] == [Note("announced", note).to_dict()]
    assert "note" not in run("table", "--book", str(path), "--at", "2025-05-31").stdout


def test_models_say_it_on_the_days_on_which_it_would_hold(path: Path) -> None:
    at = ("models", "--book", str(path), "--at")
    assert WORDS.format("input $3 per MTok, output $4 per MTok") in run(*at, "2025-06-01").stdout
    assert "note" not in run(*at, "2025-05-31").stdout
