"""Colours are those of the grammar: each terminal of each statement in the book and the corpus is
coloured as what it is.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
from pygments.token import Error, Keyword, Name, Punctuation, _TokenType
from rich.console import Console
from rich.syntax import Syntax

from pricelang.editor.colours import KINDS, LAYOUT, OF_TERMINALS, kind_of, patterns
from pricelang.editor.pygments_lexer import TOKENS, PriceLexer
from pricelang.editor.textmate import SCOPES, textmate_text
from pricelang.syntax.split import split_text
from pricelang.syntax.words import grammar, reserved, words

ROOT = Path(__file__).resolve().parents[2]
FILES = [
    *sorted((ROOT / "rules").rglob("*.price")),
    *sorted((ROOT / "tests" / "corpus" / "good").rglob("*.price")),
]
STATEMENT, SUBJECT = Keyword.Declaration, Name.Class


def coloured(text: str) -> list[tuple[int, str, _TokenType]]:
    """What is no white space in a text: where it begins, what it is, and its colour."""
    found, place = [], 0
    for token, part in PriceLexer(stripnl=False, ensurenl=False).get_tokens(text):
        if part.strip():
            found.append((place, part, token))
        place += len(part)
    return found


def expected(text: str) -> Iterator[tuple[int, str, _TokenType]]:
    """What the lexer of the grammar finds in a statement."""
    parser = grammar().parse_interactive(text)
    for number, token in enumerate(parser.iter_parse()):
        kind = kind_of(token.type)
        if kind is None:
            continue
        # `round total to $0.01 up`: no name could be meant, and it is a word of the language
        colour = TOKENS["word" if token == "up" else kind]
        if number == 0:
            colour = STATEMENT
        if number == 1 and kind == "name":
            colour = SUBJECT
        yield token.start_pos or 0, str(token), colour


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_terminal_is_coloured_as_what_it_is(path: Path) -> None:
    for chunk in split_text(path.name, path.read_text(encoding="utf-8"))[0]:
        assert coloured(chunk.text) == list(expected(chunk.text))


def test_every_terminal_of_the_grammar_has_a_colour() -> None:
    for one in grammar().terminals:
        ignored = one.name in LAYOUT or one.name in grammar().lexer_conf.ignore
        assert (kind_of(one.name) is None) == ignored, one.name
    assert set(OF_TERMINALS) <= {one.name for one in grammar().terminals}
    assert set(TOKENS) == set(SCOPES) == {found.kind for found in patterns()}
    assert set(KINDS) == {*TOKENS, "statement", "subject"}


@pytest.mark.parametrize("word", sorted(reserved()))
def test_every_reserved_word_is_a_word_and_no_name_that_begins_with_it(word: str) -> None:
    phrase = next(some for some in words().values() if word in some.split())
    assert coloured(f"  {phrase} 5")[0] == (2, phrase, Keyword)
    assert coloured(f"  {word}-x, {word}_x")[0::2] == [
        (2, f"{word}-x", Name),
        (6 + len(word), f"{word}_x", Name),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('note "a # b"  # c', ["note", '"a # b"', "# c"]),
        ("  | from | model |", ["|", "from", "|", "model", "|"]),
    ],
)
def test_what_is_one_thing_is_coloured_as_one(text: str, found: list[str]) -> None:
    assert [part for _, part, _ in coloured(text)] == found


def test_a_string_without_an_end_is_a_fault_up_to_the_end_of_its_line() -> None:
    assert coloured('note "a\nfree') == [
        (0, "note", STATEMENT),
        (5, '"a', Error),
        (8, "free", STATEMENT),
    ]
    assert coloured("a + ?")[1:] == [(2, "+", Punctuation), (4, "?", Error)]


def test_pygments_and_rich_find_the_lexer() -> None:
    assert isinstance(get_lexer_by_name("pricelang"), PriceLexer)
    assert isinstance(get_lexer_for_filename("rules/book.price"), PriceLexer)
    shown = Console(file=io.StringIO(), force_terminal=True, color_system="truecolor", width=40)
    shown.print(Syntax("free when outcome is errored\n", "pricelang"))
    assert isinstance(shown.file, io.StringIO)
    assert shown.file.getvalue().count("\x1b[38;2;") > 3


def test_the_grammar_of_textmate_is_written_from_the_same_list() -> None:
    path = ROOT / "integrations" / "vscode" / "syntaxes" / "pricelang.tmLanguage.json"
    written = path.read_text(encoding="utf-8")
    assert written == textmate_text(), "write it: see pricelang/editor/textmate.py"
    assert json.loads(written)["scopeName"] == "source.pricelang"
