"""Text to tree: each statement parsed by itself, every fault collected."""

from __future__ import annotations

import re

from lark import UnexpectedInput

from pricelang.syntax.build import Builder
from pricelang.syntax.build_statements import build_statement
from pricelang.syntax.diagnostics import Fault, sort_faults
from pricelang.syntax.incremental import Memory
from pricelang.syntax.split import Chunk, split_text
from pricelang.syntax.syntax_faults import syntax_fault
from pricelang.syntax.tree import File, Statement
from pricelang.syntax.words import grammar, reserved

_MEMORY = Memory()


def parse_file(name: str, text: str) -> tuple[File, tuple[Fault, ...]]:
    """The tree of a text without the statements that cannot be read, and the faults of those.

    >>> file, faults = parse_file("a.price", "unit MTok is 1,000,000 tokens")
    >>> len(file.statements), faults
    (1, ())
    """
    chunks, comments, faults = split_text(name, text)
    statements: list[Statement] = []
    lost: set[str] = set()
    for chunk in chunks:
        statement, wrong = _MEMORY.statement(name, chunk, parse_statement)
        faults += wrong
        if statement is not None:
            statements.append(statement)
        else:
            lost.update(re.findall(r"[A-Za-z0-9_][A-Za-z0-9_.:@/-]*", chunk.text))
    return File(name, text, tuple(statements), tuple(comments), frozenset(lost)), _each_word_once(
        faults
    )


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
