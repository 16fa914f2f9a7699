"""What may stand at a place is proposed there: in every book, each word and each name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pricelang.editor.completion import proposals
from pricelang.editor.names import Names
from pricelang.editor.open_books import open_book
from pricelang.syntax.parser import parse_file
from pricelang.syntax.words import reserved

ROOT = Path(__file__).resolve().parents[2]
BOOKS = [ROOT / "rules" / "anthropic" / "book.price", *(ROOT / "tests/corpus/good").glob("*.price")]
# `at least` is one word to the grammar, and so it is proposed.
SECOND_WORDS = ("least", "most", "to")
HEAD = """book shop "Shop" in USD
unit MTok is 1,000,000 tokens
dimension tier default standard
  standard, batch
meter input, output in tokens
models
  | model | released   |
  | alpha | 2026-01-01 |
multiplier batch
  when tier is batch
  50% off tokens
"""


def places(book: Path) -> Iterator[tuple[Names, str, int, int, str]]:
    """The words of the language and the names that are used in a book, each where it begins; what
    stands behind the same words counts once.
    """
    opened, seen = open_book(book, {}), set()
    for name, text in opened.texts.items():
        if "/examples/" in name and not name.endswith("base.price"):
            continue
        uses = {
            (one.span.line, one.span.column): key is not None and not one.declares
            for (file, _), found in opened.names.at_place.items()
            for one, key in found
            if file == name
        }
        for line, row in enumerate(text.split("\n"), 1):
            bare = re.sub(r'"(?:[^"\\]|\\.)*"', lambda found: "_" * len(found[0]), row).split("#")[
                0
            ]
            for word in re.finditer(r"[A-Za-z0-9_.:@/-]+", bare):
                place, before = (line, word.start() + 1), row[: word.start()]
                wanted = uses.get(place, word[0] in reserved())
                shape = re.sub(r"[0-9]+", "0", before), word[0]
                if wanted and shape not in seen and word[0] not in SECOND_WORDS:
                    seen.add(shape)
                    yield opened.names, text, *place, word[0]


@pytest.mark.parametrize("book", BOOKS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_stands_at_a_place_is_proposed_there(book: Path) -> None:
    missed, count = [], 0
    for names, text, line, column, word in places(book):
        count += 1
        found = {one.text for one in proposals(names, text, line, column)}
        if word not in found | {one.split()[0] for one in found}:
            missed.append((line, text.split("\n")[line - 1][: column - 1], word))
    assert missed == []
    assert count > 20


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("", "include"),
        ("rates per MTok\n  | ", "model"),
        ("rates per MTok\n  | model | from | ", "input"),
        ("rates per MTok\n  | model | from | input |\n  | ", "alpha"),
        ("multiplier fast\n  when ", "tier"),
        ("exclude ", "batch"),
        ('example "e"\n  ', "given"),
        ('example "e"\n  given alpha at 2026-01-01, tier ', "batch"),
        ('example "e"\n  uses 5 ', "input"),
        ("round line to $1 ", "half_even"),
        ("meter requests in ", "MTok"),
        ("book deal extends ", "anthropic"),
    ],
)
def test_the_likeliest_comes_first(typed: str, first: str) -> None:
    found = proposed(HEAD + typed)
    assert min(found, key=lambda one: found[one]) == first


@pytest.mark.parametrize(
    "typed",
    [
        "rates per MTok\n  | model | from | input |\n  | alpha | 2026-01-01 | $3 |",
        "rates per MTok\n  | model | from | input |\n  | alpha | 2026-01-01 | $3 | ",
        "# a comment ",
        'note "a text ',
        "  ",
        "meter ",
    ],
)
def test_nothing_is_proposed_where_nothing_can_stand(typed: str) -> None:
    assert not proposed(HEAD * bool(typed.strip()) + typed)


def proposed(text: str) -> dict[str, tuple[int, str]]:
    """What is proposed at the end of a text, with its place."""
    rows = text.split("\n")
    names = Names.of(parse_file("a.price", text)[0].statements)
    found = proposals(names, text, len(rows), len(rows[-1]) + 1)
    return {one.text: (one.order, one.text) for one in found}


def test_what_is_proposed_waits_for_no_check() -> None:
    opened = open_book(BOOKS[0], {})
    assert proposals(opened.names, "exclude ", 1, 9)
    assert "checked" not in vars(opened)
    assert opened.book is not None
    assert "checked" in vars(opened)
