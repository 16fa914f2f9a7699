"""Each statement and each clause has a meaning, and a statement to begin with that can be read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pricelang.check.draft_faults import ENDINGS
from pricelang.editor.meanings import CLAUSES, STATEMENTS
from pricelang.syntax.formatting import format_text
from pricelang.syntax.parser import parse_file
from pricelang.syntax.words import beginnings

ROOT = Path(__file__).resolve().parents[2]


def test_all_statements_and_clauses_have_one() -> None:
    assert set(STATEMENTS) == set(beginnings())
    assert list(CLAUSES) == list(dict.fromkeys(written.split()[0] for written in ENDINGS))


@pytest.mark.parametrize("word", STATEMENTS)
def test_a_statement_to_begin_with_can_be_read(word: str) -> None:
    text = STATEMENTS[word].text
    file, faults = parse_file("a.price", text)
    assert [type(one).__name__ for one in file.statements] != []
    assert faults == ()
    assert text.split()[0] == word
    assert format_text("a.price", text + "\n")


def test_the_extension_indents_below_statements_that_have_a_body() -> None:
    path = ROOT / "integrations" / "vscode" / "language-configuration.json"
    (rule,) = json.loads(path.read_text("utf-8"))["onEnterRules"]
    bodies = {word for word, meaning in STATEMENTS.items() if "\n" in meaning.form}
    assert {word for word in beginnings() if re.search(rule["beforeText"], f"{word} x")} == bodies
