"""How a statement may go on: what the grammar takes at a place, and where a name at it would stand.

The tables of the parser are followed without making a tree, from the states that a text has led
to.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, TypeAlias

from lark import UnexpectedInput
from lark.grammar import Symbol
from lark.parsers.lalr_analysis import Shift

from pricelang.editor.names import Occurrence, fixed_words, occurrences
from pricelang.syntax import tree as t
from pricelang.syntax.build import Builder
from pricelang.syntax.build_statements import build_statement
from pricelang.syntax.words import grammar, reserved, words

States: TypeAlias = tuple[int, ...]
"""The states of the parser, the newest last."""
PLACEHOLDER = "x_"
"""Stands where a name or a word may begin."""
_SAMPLES = {
    "CLOCK": "00:00",
    "DATE": "2026-01-01",
    "MONEY": "$1",
    "NAME": "name",
    "NUMBER": "1",
    "OFF": "1% off",
    "STRING": '"x"',
    "_ANY": "*",
    "_BAR": "|",
    "_BREAK": "\n ",
    "_COMMA": ",",
    "_END": "",
    "_PLUS": "+",
}
"""A text of each terminal that is no word."""


def states_before(text: str) -> States | None:
    """The states that a statement leads to before the placeholder at its end; None where it cannot
    be read so far.
    """
    parser = grammar().parse_interactive(text)
    place = len(text) - len(PLACEHOLDER)
    try:
        for token in parser.iter_parse():
            if token.start_pos is not None and token.start_pos >= place:
                break
    except UnexpectedInput as error:
        if error.pos_in_stream is None or error.pos_in_stream < place:
            return None
    return tuple(parser.parser_state.state_stack)


@lru_cache(maxsize=10_000)
def accepted(states: States) -> dict[str, States]:
    """The terminals that may come next, with the states behind each."""
    actions = _table()[states[-1]]
    behind = {name: _shifted(states, name) for name in actions if name.isupper()}
    return {name: found for name, found in behind.items() if found is not None}


@cache
def ranks(word: str) -> dict[str, int]:
    """The place of each terminal in the form of a statement that begins with a word."""
    rules: dict[str, list[Sequence[Symbol]]] = {}
    for rule in grammar().rules:
        if rule.expansion:
            rules.setdefault(rule.origin.name, []).append(rule.expansion)
    found: dict[str, None] = {}

    def visit(name: str) -> None:
        for expansion in rules.pop(name, ()):
            for part in expansion:
                if part.is_term:
                    found.setdefault(part.name)
                else:
                    visit(part.name)

    for name, expansions in list(rules.items()):
        if any(words().get(expansion[0].name) == word for expansion in expansions):
            visit(name)
    return {name: number for number, name in enumerate(found)}


def _shifted(states: States, terminal: str) -> States | None:
    table, stack = _table(), list(states)
    while terminal in table[stack[-1]]:
        action, target = table[stack[-1]][terminal]
        if action is Shift:
            return (*stack, target)
        del stack[len(stack) - len(target.expansion) :]
        stack.append(table[stack[-1]][target.origin.name][1])
    return None


def _table() -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = grammar().parser.parser._parse_table.states
    return found


@lru_cache(maxsize=10_000)
def shortest_end(states: States) -> str:
    """The shortest text that makes a statement whole, by the number of its words."""
    seen, queue = {states}, deque([(states, "")])
    while queue:
        place, text = queue.popleft()
        following = accepted(place)
        if "_END" in following:
            return text
        for terminal, behind in following.items():
            if behind not in seen and not terminal.endswith("_COLUMN"):
                seen.add(behind)
                queue.append((behind, f"{text} {_sample(terminal)}"))
    return ""  # no state of the tables is without an end


def _sample(terminal: str) -> str:
    return _SAMPLES.get(terminal) or words().get(terminal, "")


def readings(text: str, states: States) -> tuple[list[Occurrence], tuple[str, ...]]:
    """What a name in place of the placeholder may stand for, one for each way in which the
    statement may go on, and the words that are fixed there, such as a currency's.
    """
    if "NAME" not in accepted(states):
        return [], ()
    behind = accepted(states)["NAME"]
    ways: dict[States, str] = {}
    for terminal, next_states in accepted(behind).items():
        if not terminal.endswith("_COLUMN"):
            end = "" if terminal == "_END" else f"{_sample(terminal)}{shortest_end(next_states)}"
            reduced = next_states[:-1]
            ways.setdefault(next_states if reduced == behind else reduced, end)
    line, column = text.count("\n") + 1, len(text) - text.rfind("\n") - len(PLACEHOLDER)
    found: list[Occurrence] = []
    fixed: dict[str, None] = {}
    for end in ways.values():
        # with what is wrong in it, such as a table without rows
        tree = grammar().parse(f"{text} {end}\n")
        statement = build_statement(Builder("", 1, reserved()), tree)
        found += _at(statement, line, column)
        fixed |= dict.fromkeys(fixed_words(statement, line, column))
    return found, tuple(fixed)


def _at(statement: t.Statement, line: int, column: int) -> list[Occurrence]:
    return [
        one
        for one in occurrences((statement,))
        if (one.span.line, one.span.column) == (line, column)
    ]
