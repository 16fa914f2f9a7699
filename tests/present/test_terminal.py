"""Tables on a terminal, on a narrow one and in a pipe."""

from __future__ import annotations

import sys

import pytest
from attrs import evolve

from pricelang.present import terminal
from pricelang.present.table import Table
from pricelang.present.text_tables import padded


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
