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


@functools.cache
def beginnings() -> tuple[str, ...]:
    """The words with which a statement begins, in the order of the grammar."""
    rules = grammar().rules
    first = {rule.origin.name: rule.expansion[0].name for rule in rules if rule.expansion}
    kinds = (rule.expansion[0].name for rule in rules if rule.origin.name == "statement")
    return tuple(words()[first[kind]] for kind in kinds)


@functools.cache
def with_lines() -> tuple[str, ...]:
    """The words of the statements that have indented lines, some or always.

    >>> [word for word in ("book", "models", "multiplier", "exclude") if word in with_lines()]
    ['models', 'multiplier']
    """
    by_name: dict[str, list[str]] = {}
    for rule in grammar().rules:
        by_name.setdefault(rule.origin.name, []).extend(symbol.name for symbol in rule.expansion)

    def breaks(name: str, above: frozenset[str]) -> bool:
        return name == "_BREAK" or any(
            breaks(part, above | {name}) for part in by_name.get(name, ()) if part not in above
        )

    kinds = dict.fromkeys(by_name["statement"])
    found = (words()[by_name[kind][0]] for kind in kinds if breaks(kind, frozenset()))
    return tuple(dict.fromkeys(found))


@functools.cache
def _name() -> re.Pattern[str]:
    found = next(each for each in grammar().terminals if each.name == "NAME")
    return re.compile(found.pattern.value)


def is_name(text: str) -> bool:
    """Decides whether a text can stand in a book as a name.

    >>> is_name("claude-opus-5.5"), is_name("claude opus"), is_name("rates")
    (True, False, False)
    """
    return _name().fullmatch(text) is not None and text not in reserved()
