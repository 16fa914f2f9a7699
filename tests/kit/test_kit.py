"""The kit is what the package answers, and covers what it should.

`UPDATE_GOLDEN=1 pytest tests/kit` writes it anew, as `python -m tests.kit` does; read the
difference before it is kept.
"""

from __future__ import annotations

import json
import os
from collections import Counter

import pytest

from pricelang.api import Book
from pricelang.compile.artefact import book_of
from tests.kit.answers import answer
from tests.kit.writing import FOLDER, lines_of, parts, text_of

UPDATE = bool(os.environ.get("UPDATE_GOLDEN"))
BOOKS = dict(parts())


@pytest.mark.parametrize("name", BOOKS)
def test_the_kit_is_what_the_package_answers(name: str) -> None:
    made, path = text_of(lines_of(BOOKS[name])), FOLDER / name
    if UPDATE:
        path.write_text(made, encoding="utf-8")
    kept = path.read_text(encoding="utf-8")
    for number, (line, wanted) in enumerate(
        zip(made.splitlines(), kept.splitlines(), strict=False), 1
    ):
        assert line == wanted, f"line {number} of {name}: `python -m tests.kit` writes it anew"
    assert len(made) == len(kept)


@pytest.mark.parametrize("name", BOOKS)
def test_a_book_that_is_read_back_answers_alike(name: str) -> None:
    book = None
    for text in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        if "compiled" in line:
            book = Book(book_of(line["compiled"])[0])
        elif "answer" in line:
            assert book is not None
            assert answer(book, line["request"]) == line["answer"]


def test_each_kind_of_answer_is_in_the_kit() -> None:
    seen: Counter[str] = Counter()
    for name in BOOKS:
        for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
            answer = json.loads(line).get("answer")
            if answer is not None:
                seen[answer.get("error", "bounds" if "low" in answer else "priced")] += 1
                seen.update(answer.get("notes", ()))
    errors = {"not_offered", "refused", "excluded", "too_long", "unsaid", "no_time_of_day"}
    mistakes = {"unknown_model", "unknown_meter", "unknown_dimension", "unknown_value"}
    mistakes |= {"bad_quantity", "bad_date", "bad_record"}
    notes = {"account", "announced", "bounds", "free", "inexact_decimal", "long_window"}
    notes |= {"outside_term", "remark", "retired", "unsure"}
    assert seen.keys() >= {"priced", "bounds"} | errors | mistakes | notes
    assert seen["priced"] > 2000
    assert seen["bounds"] > 40
