"""The grammar as Lark's parser, and the words that it reserves."""

from __future__ import annotations

import functools
import re

from lark import Lark

from pricelang.syntax.parse_tables import load_parser

_WORD = re.compile(r"^([a-z]+)(?: \+([a-z]+))?\(\?[!=]")


@functools.cache
def grammar() -> Lark:
    """The parser of one statement."""
    return load_parser()


@functools.cache
def words() -> dict[str, str]:
    """The reserved words, by the name of their terminal."""
    found = {}
    for terminal in grammar().terminals:
        match = _WORD.match(terminal.pattern.value)
        if match:
            found[terminal.name] = " ".join(part for part in match.groups() if part)
    return found


NAMES_TOO = frozenset({"tiers", "commitment", "credit"})
"""Words that begin a statement, where no name stands, and that books had for names before."""


@functools.cache
def reserved() -> frozenset[str]:
    """Words that cannot be used as names."""
    return frozenset(word for phrase in words().values() for word in phrase.split()) - NAMES_TOO


def is_name(text: str) -> bool:
    """Decides whether a text is written as a name.

    >>> is_name("claude-3.5"), is_name("a name")
    (True, False)
    """
    (name,) = (found for found in grammar().terminals if found.name == "NAME")
    return re.fullmatch(name.pattern.to_regexp(), text) is not None


@functools.cache
def beginnings() -> tuple[str, ...]:
    """The words with which a statement begins, in the order of the grammar."""
    rules = grammar().rules
    first = {rule.origin.name: rule.expansion[0].name for rule in rules if rule.expansion}
    kinds = (rule.expansion[0].name for rule in rules if rule.origin.name == "statement")
    return tuple(words()[first[kind]] for kind in kinds)
