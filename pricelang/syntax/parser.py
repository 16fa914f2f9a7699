"""Text to tree: each statement parsed by itself, every fault collected."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from lark import UnexpectedInput

from pricelang.syntax.build import Builder
from pricelang.syntax.build_statements import build_statement
from pricelang.syntax.diagnostics import Fault, Span, sort_faults
from pricelang.syntax.habits import meant_statement, statement_help
from pricelang.syntax.incremental import Memory
from pricelang.syntax.split import Chunk, split_text
from pricelang.syntax.syntax_faults import syntax_fault
from pricelang.syntax.tree import File, Statement
from pricelang.syntax.words import beginnings, grammar, reserved

_MEMORY = Memory()
MAX_BODY = 20
"""So many lines that are not indented may belong to a statement."""


def parse_file(name: str, text: str) -> tuple[File, tuple[Fault, ...]]:
    """The tree of a text without the statements that cannot be read, and the faults of those.

    >>> file, faults = parse_file("a.price", "unit MTok is 1,000,000 tokens")
    >>> len(file.statements), faults
    (1, ())
    """
    return _MEMORY.file(name, text, _parsed)


def _parsed(name: str, text: str) -> tuple[File, tuple[Fault, ...]]:
    chunks, comments, faults = split_text(name, text)
    statements: list[Statement] = []
    lost: set[str] = set()
    unread: set[str] = set()
    foreign = False
    for chunk in _indented(name, chunks, faults):
        statement, wrong = _MEMORY.statement(name, chunk, parse_statement)
        goes_on, foreign = foreign, _is_foreign(chunk)
        if not (goes_on and foreign):  # which is one text of another language
            faults += wrong
        if statement is not None:
            statements.append(statement)
        else:
            lost.update(re.findall(r"[A-Za-z0-9_][A-Za-z0-9_.:@/-]*", chunk.text))
            unread.add(_first_word(chunk))
    file = File(name, text, tuple(statements), tuple(comments), frozenset(lost), frozenset(unread))
    return file, _each_word_once(faults)


def _first_word(chunk: Chunk) -> str:
    """The word with which a statement begins, or should."""
    word = re.split(r"[^A-Za-z]", chunk.text, maxsplit=1)[0]
    return word if word in beginnings() else meant_statement(word) or word


def _is_foreign(chunk: Chunk) -> bool:
    """Decides whether no statement begins like a text, not with a typing error either."""
    word = chunk.text.split(None, 1)[0]
    return word not in beginnings() and statement_help(word) is None


def _indented(name: str, chunks: list[Chunk], faults: list[Fault]) -> Iterator[Chunk]:
    """The statements of a text, where lines that begin with no word of a statement belong to the
    one above them if it can be read with them, and not without: a fault for such lines.
    """
    place = 0
    while place < len(chunks):
        chunk, place = chunks[place], place + 1
        near = itertools.islice(chunks, place, place + MAX_BODY)
        rest = [] if _begins_nothing(chunk) else list(itertools.takewhile(_begins_nothing, near))
        if rest and _MEMORY.statement(name, chunk, parse_statement)[0] is None:
            lines, whole = _whole(name, chunk, rest)
            if lines:
                faults.append(_not_indented(name, chunk, rest[0]))
                chunk, place = whole, place + lines
        yield chunk


def _begins_nothing(chunk: Chunk) -> bool:
    return chunk.text.split(None, 1)[0] not in beginnings()


def _whole(name: str, chunk: Chunk, rest: list[Chunk]) -> tuple[int, Chunk]:
    """How many of the texts below make a statement whole, the most that do, and the whole."""
    for number in range(len(rest), 0, -1):
        text = chunk.text
        for line in rest[:number]:
            text += "\n" * (line.line - chunk.line - text.count("\n")) + "  " + line.text
        whole = Chunk(chunk.line, text)
        if parse_statement(name, whole)[0] is not None:
            return number, whole
    return 0, chunk


def _not_indented(name: str, chunk: Chunk, line: Chunk) -> Fault:
    """The fault of a line that starts in the first column and belongs to a statement above."""
    row, header = line.text.split("\n", 1)[0], " ".join(chunk.text.split()[:2])
    message = f"`{row.split()[0]}` belongs to `{header}` above it"
    span = Span(name, line.line, 1, line.line, len(row) + 1)
    return Fault("indented", message, span, "indent what belongs to it")


def _each_word_once(faults: list[Fault]) -> tuple[Fault, ...]:
    """The faults in order, with one for each reserved word that is used as a name."""
    found, said = [], set()
    for fault in sort_faults(faults):
        if fault.code == "reserved_word" and fault.message in said:
            continue
        said.add(fault.message)
        found.append(fault)
    return tuple(found)


def parse_statement(name: str, chunk: Chunk) -> tuple[Statement | None, tuple[Fault, ...]]:
    """One statement, or the reason why it cannot be read."""
    try:
        tree = grammar().parse(chunk.text)
    except UnexpectedInput as error:
        return None, (syntax_fault(name, chunk, error),)
    builder = Builder(name, chunk.line, reserved())
    statement = build_statement(builder, tree)
    return (None if builder.fatal else statement), tuple(builder.faults)
