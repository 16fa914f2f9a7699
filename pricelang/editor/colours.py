"""What the words and marks of a book are to a reader's eye: one list, made of the grammar, for the
lexer of Pygments, the grammar of TextMate and the playground.
"""

from __future__ import annotations

import functools
import re
from typing import Literal, get_args

from attrs import frozen

from pricelang.syntax.words import NAMES_TOO, beginnings, grammar, words

Kind = Literal[
    "comment", "string", "date", "money", "number", "column", "word", "name", "mark", "fault"
]
"""`column` is a word that heads a column of a table, where it is no word of the language."""
Beginning = Literal["statement", "subject"]
"""The word with which a line begins a statement, and the name after it."""

OF_TERMINALS: dict[str, Kind] = {
    "CLOCK": "date",
    "DATE": "date",
    "MONEY": "money",
    "NAME": "name",
    "NUMBER": "number",
    "OFF": "number",
    "STRING": "string",
    "_ANY": "mark",
    "_BAR": "mark",
    "_COMMA": "mark",
    "_PLUS": "mark",
}
"""The kinds of the terminals that are no words."""
LAYOUT = frozenset(("_BREAK", "_END"))
"""The terminals that are white space."""
_WORD = re.compile(r"[a-z]+(?: \+[a-z]+)?")
_CAPTURED = re.compile(r"\((?!\?)")
"""A group with a number, which would count among those of the whole."""


@frozen
class Pattern:
    """What is of a kind where nothing before it in the list matches."""

    kind: Kind
    regex: str


@functools.cache
def patterns() -> tuple[Pattern, ...]:
    """The patterns of what stands in a line, the first that matches counts.

    >>> [found.kind for found in patterns() if re.match(found.regex, "$1,200.50")]
    ['money']
    """
    told = [Pattern("comment", "#[^\n]*")]
    ranked = sorted(
        (one for one in grammar().terminals if kind_of(one.name) not in (None, "word", "column")),
        key=lambda one: -one.priority,
    )
    by_kind = [(kind_of(one.name), one.pattern.to_regexp()) for one in ranked]
    values = [Pattern(kind, regex) for kind, regex in by_kind if kind not in (None, "name", "mark")]
    rest = [Pattern(kind, regex) for kind, regex in by_kind if kind in ("name", "mark")]
    told += [*values, Pattern("fault", '"[^"\n]*'), Pattern("column", _words("column"))]
    return (*told, Pattern("word", _words("word")), *rest)


@functools.cache
def statement_pattern() -> str:
    """The beginning of a statement in the first column: its word, and the name after it, if any."""
    words_first = _alternatives({one.name for one in grammar().terminals if _begins(one.name)})
    name = next(found.regex for found in patterns() if found.kind == "name")
    return f"({words_first})(?:([ \\t]+)(?!{_words('word')})({name}))?"


def kind_of(terminal: str) -> Kind | None:
    """The kind of a terminal of the grammar; None where it is white space."""
    if terminal in OF_TERMINALS:
        return OF_TERMINALS[terminal]
    if terminal not in words():
        return None
    return "column" if terminal.endswith("_COLUMN") else "word"


def _begins(terminal: str) -> bool:
    return kind_of(terminal) == "word" and words()[terminal] in beginnings()


def _words(kind: Kind) -> str:
    """The words of a kind, wherever they stand in a line."""
    found = {one.name for one in grammar().terminals if kind_of(one.name) == kind}
    return _alternatives({name for name in found if words()[name] not in NAMES_TOO})


def _alternatives(terminals: set[str]) -> str:
    """The words of some terminals as one pattern: those that end alike share what ends them."""
    by_end: dict[str, list[str]] = {}
    for one in grammar().terminals:
        match = _WORD.match(one.pattern.value)
        if one.name in terminals and match is not None:
            by_end.setdefault(one.pattern.value[match.end() :], []).append(match[0])
    groups = [f"(?:{'|'.join(sorted(some))}){end}" for end, some in sorted(by_end.items())]
    joined = groups[0] if len(groups) == 1 else f"(?:{'|'.join(groups)})"
    return _CAPTURED.sub("(?:", joined)


KINDS: tuple[str, ...] = (*get_args(Beginning), *get_args(Kind))
