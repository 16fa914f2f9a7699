"""Each statement has a form that can be read, and each fault of syntax a help."""

from __future__ import annotations

from pathlib import Path

import pytest

from pricelang.syntax.forms import FORMS
from pricelang.syntax.parser import parse_file
from pricelang.syntax.words import beginnings

BAD = sorted((Path(__file__).parents[1] / "corpus" / "bad").rglob("*.price"))
ALONE = frozenset({"amend", "charge", "commitment", "credit", "limit", "multiplier", "surcharge"})
"""Statements of which each line could stand alone."""


def _rows(word: str) -> list[str]:
    """A table of the header that a form shows."""
    lines = FORMS[word].lines
    if lines and lines[0].startswith("|"):
        return [*lines, "|" + " alpha |" * (lines[0].count("|") - 1)]
    return list(lines)


@pytest.mark.parametrize("word", beginnings())
def test_the_form_of_each_statement_can_be_read(word: str) -> None:
    text = "\n  ".join([FORMS[word].header, *_rows(word)]) + "\n"
    file, faults = parse_file("form.price", text)
    assert (len(file.statements), faults) == (1, ())
    for line in FORMS[word].lines if word in ALONE else ():
        if not line.startswith("when "):
            assert parse_file("form.price", f"{FORMS[word].header}\n  {line}\n")[1] == ()


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_each_fault_of_syntax_says_what_to_do(path: Path) -> None:
    _, faults = parse_file(path.name, path.read_text(encoding="utf-8"))
    silent = [fault for fault in faults if fault.code == "syntax" and not fault.help]
    assert silent == []
