"""Tables on a terminal, on a narrow one and in a pipe."""

from __future__ import annotations

import re
import sys

import click
import pytest
from attrs import evolve

from pricelang.present import terminal
from pricelang.present.table import WIDE, Table
from pricelang.present.text_tables import padded
from tests.cli.helpers import run


class Terminal:
    """A standard output that says it is a terminal."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)


SMALL = Table(("name",), (("narrow",),))
GRID = Table(("name", "amount"), (("one", "$1.25"), ("total", "$10")), frozenset({1}), 1)
WITH_SMALL = evolve(GRID, narrower=(lambda: SMALL,))


def test_a_table_on_a_terminal_is_drawn(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Terminal(monkeypatch, 80)
    terminal.show_table(WITH_SMALL)
    text = capsys.readouterr().out
    assert "─" in text
    assert "$10" in text
    assert "narrow" not in text


def test_a_narrow_terminal_gets_the_narrower_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Terminal(monkeypatch, 12)
    terminal.show_table(WITH_SMALL)
    assert "narrow" in capsys.readouterr().out
    terminal.show_table(GRID)
    assert "$1.25" in capsys.readouterr().out


def test_no_color_is_respected(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Terminal(monkeypatch, 80)
    monkeypatch.setenv("NO_COLOR", "1")
    terminal.show_table(GRID)
    text = capsys.readouterr().out
    assert text == "name   amount\n-----  ------\none     $1.25\n-----  ------\ntotal  $10\n"


def test_numbers_line_up_at_their_points() -> None:
    assert padded(Table(("n",), (("1.5",), ("10",), ("1,000.25",)), frozenset({0}))) == [
        ["       n", "    1.5 ", "   10   ", "1,000.25"]
    ]


WIDER = Table(
    ("name", "first amount", "second amount", "a text"),
    (
        ("one", "$1.25", "$12.50", "so much that it needs several lines of any narrow terminal"),
        ("total", "$10", "$100", "and more"),
    ),
    frozenset({1, 2}),
    1,
    title="Parts",
)


@pytest.mark.parametrize("columns", [26, 40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal_and_nothing_is_lost(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table that does not fit is folded, else drawn in parts that each name the row."""
    Terminal(monkeypatch, columns)
    terminal.show_table(WIDER)
    text = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert max(map(len, text.split("\n"))) <= columns
    assert "…" not in text
    words = {word for row in (WIDER.headers, *WIDER.rows) for cell in row for word in cell.split()}
    if columns >= 40:
        assert all(word in text for word in words)
    if columns < 60:
        assert text.count("name") > 1


def test_wide_prints_all_of_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Terminal(monkeypatch, 26)
    with click.Context(click.Command("x")) as context:
        context.meta[WIDE] = True
        terminal.show_table(WIDER)
    assert "one    " in capsys.readouterr().out


def test_wide_is_an_option_of_commands_that_print_tables() -> None:
    assert "--wide" in run("models", "--help").stdout
    assert run("models", "--wide").exit_code == 0
    assert "--wide" not in run("fmt", "--help").stdout
