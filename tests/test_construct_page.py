"""The page of the constructs says what the grammar, the language and the bad books say."""

from __future__ import annotations

import os
from pathlib import Path

from tests.construct_page import FIRST_WORD, construct_page, examples, faults_by_word, statements

PAGE = Path(__file__).resolve().parents[1] / "docs" / "constructs.md"


def test_the_page_is_made_of_the_grammar_and_the_corpus() -> None:
    page = construct_page()
    if os.environ.get("UPDATE_GOLDEN") == "1":
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page


def test_each_statement_has_an_example_and_a_fault() -> None:
    words = {FIRST_WORD.get(name, name) for name in statements()}
    assert words - examples().keys() <= {"include"}
    assert words - faults_by_word().keys() == set()
