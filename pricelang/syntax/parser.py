"""Text to tree: each statement parsed by itself, every fault collected."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable

from lark import Lark, UnexpectedInput
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from pricelang.resources import grammar_path
from pricelang.syntax.build import Builder
from pricelang.syntax.build_statements import build_statement
from pricelang.syntax.faults import Fault, Span, sort_faults
from pricelang.syntax.split import Chunk, split_text
from pricelang.syntax.tree import File, Statement
from pricelang.wording import nearest

_WORD = re.compile(r"^([a-z]+)(?: \+([a-z]+))?\(\?[!=]")


@functools.cache
def grammar() -> Lark:
    """The parser of one statement."""
    return Lark(
        grammar_path().read_text(encoding="utf-8"), parser="lalr", propagate_positions=True, maybe_placeholders=False
    )


@functools.cache
def words() -> dict[str, str]:
    """The reserved words, by the name of their terminal."""
    found = {}
    for terminal in grammar().terminals:
        match = _WORD.match(terminal.pattern.value)
        if match:
            found[terminal.name] = " ".join(part for part in match.groups() if part)
    return found


@functools.cache
def reserved() -> frozenset[str]:
    """Words that name nothing."""
    return frozenset(word for phrase in words().values() for word in phrase.split())


def parse_file(name: str, text: str) -> tuple[File, tuple[Fault, ...]]:
    """The tree of a text, without the statements that could not be read, and a fault for each of those.

    >>> file, faults = parse_file("a.price", "unit MTok is 1,000,000 tokens")
    >>> len(file.statements), faults
    (1, ())
    """
    chunks, comments, faults = split_text(name, text)
    statements: list[Statement] = []
    for chunk in chunks:
        statement, wrong = parse_statement(name, chunk)
        faults += wrong
        if statement is not None:
            statements.append(statement)
    return File(name, text, tuple(statements), tuple(comments)), sort_faults(faults)


def parse_statement(name: str, chunk: Chunk) -> tuple[Statement | None, list[Fault]]:
    """One statement, or the reason why it cannot be read."""
    if chunk.text.startswith("|"):
        span = Span(name, chunk.line, 1, chunk.line, 2)
        return None, [Fault("syntax", "a table stands indented under its statement", span, "indent the rows")]
    try:
        tree = grammar().parse(chunk.text)
    except UnexpectedInput as error:
        return None, [_syntax_fault(name, chunk, error)]
    builder = Builder(name, chunk.line, reserved())
    statement = build_statement(builder, tree)
    return (None if builder.fatal else statement), builder.faults


def _syntax_fault(name: str, chunk: Chunk, error: UnexpectedInput) -> Fault:
    rows = chunk.text.split("\n")
    line, column = max(error.line, 1), max(error.column, 1)
    if isinstance(error, UnexpectedToken) and error.token.type not in ("$END", "_END", "_BREAK"):
        width, expected = len(str(error.token)), error.accepts or error.expected
        message = f"unexpected `{error.token}`"
    elif isinstance(error, UnexpectedCharacters):
        rest = rows[line - 1][column - 1 :] if line <= len(rows) else ""
        stretch = re.match(r"[^\s,|]+", rest)
        shown = stretch.group() if stretch else rest[:1]
        width, expected = max(1, len(shown)), error.allowed or set()
        message = _odd_text(shown)
        if shown.startswith('"'):
            message = "a string has no closing `\"`" if rest.count('"') < 2 else "a backslash in a string stands only before `\"` or `\\`"
    else:
        token = error.token if isinstance(error, UnexpectedToken) else None
        line = min(token.line or line, len(rows)) if token is not None else line
        while line > 1 and (line > len(rows) or not rows[line - 1].strip()):
            line -= 1
        column, width = len(rows[line - 1].rstrip()) + 1, 1
        expected = error.accepts or error.expected if isinstance(error, UnexpectedToken) else set()
        too_long = token is not None and token.type == "_BREAK"
        message = "an indented line cannot follow here" if too_long else "the line ends too early"
    wanted = sorted({_terminal_word(terminal) for terminal in expected} - {""})
    if wanted and len(wanted) <= 8:
        message += ", expected " + _any_of(wanted)
    span = Span(name, chunk.line + line - 1, column, chunk.line + line - 1, column + width)
    return Fault("syntax", message, span, _syntax_help(rows[line - 1][column - 1 :] if line <= len(rows) else "", wanted))


def _odd_text(shown: str) -> str:
    odd = next((char for char in shown if ord(char) > 127), None)
    if odd is not None:
        known = unicodedata.name(odd, "no name")
        return f"unexpected `{odd}` (U+{ord(odd):04X} {known.lower()}) in `{shown[:60]}`; names are plain ASCII"
    return f"unexpected `{shown[:60]}`"


def _syntax_help(rest: str, wanted: list[str]) -> str | None:
    found = re.match(r"[A-Za-z_]+", rest)
    if found:
        candidates = [word.strip("`") for word in wanted]
        near = nearest(found.group(), candidates, most=1)
        if near and near[0] != found.group():
            return f"did you mean `{near[0]}`?"
    return None


_KINDS = {
    "NAME": "a name", "NUMBER": "a number", "MONEY": "an amount such as `$0.30`", "DATE": "a date such as `2026-04-17`",
    "STRING": "a string in double quotes", "CLOCK": "a time such as `16:30`", "_BAR": "`|`", "_COMMA": "`,`",
    "_PLUS": "`+`", "_END": "the end of the statement", "_BREAK": "an indented line", "$END": "",
}  # fmt: skip


def _terminal_word(terminal: str) -> str:
    if terminal in _KINDS:
        return _KINDS[terminal]
    word = words().get(terminal)
    return f"`{word}`" if word else ""


def _any_of(parts: Iterable[str]) -> str:
    listed = list(parts)
    return listed[0] if len(listed) == 1 else ", ".join(listed[:-1]) + " or " + listed[-1]
