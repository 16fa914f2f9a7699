"""What may stand at a place: words of the language that the grammar takes there, and names of the
kinds that a name at that place may be of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from attrs import frozen

from pricelang.editor.continuations import (
    PLACEHOLDER,
    States,
    accepted,
    ranks,
    readings,
    states_before,
)
from pricelang.editor.fields import COLUMNS, OWN_COLUMNS, Kind
from pricelang.editor.meanings import CLAUSES, STATEMENTS
from pricelang.editor.names import Names, Occurrence
from pricelang.files.bundled import rules_folder
from pricelang.model.charges import ORGANIZATION
from pricelang.model.units import plural
from pricelang.syntax.split import split_text
from pricelang.syntax.words import beginnings, words


@frozen
class Proposal:
    """A word or a name that may stand at a place; `kind` says which, `order` its place. `about`
    says what a word means, `snippet` is what to write instead of it, where an editor can.
    """

    text: str
    kind: Kind | None
    order: int
    about: str = ""
    snippet: str = ""


USUAL_UNITS = ("hour", "request", "token")
"""What books count, until one counts something."""
_WORD = re.compile(r"[A-Za-z0-9_.:@/-]*$")
_CLAUSE_ORDER = 100
NEEDED_COLUMNS = 2
"""So many of its own columns a table must have; others stand behind those of the book."""
_PRICES = ("rates", "figures")
"""The tables whose cells may say `not offered`."""


def word_start(row: str, column: int) -> int:
    """The column (from 1) where the word begins that ends at a column of a line."""
    begun = _WORD.search(row[: column - 1])
    return begun.start() + 1 if begun else column


def proposals(names: Names, text: str, line: int, column: int) -> list[Proposal]:
    """What may stand at a place (from 1) of a text, where a word may have begun."""
    rows = text.split("\n")
    prefix = rows[line - 1][: word_start(rows[line - 1], column) - 1]
    if not prefix:
        return list(_statements(rows, line))
    statement = _statement_before(rows[: line - 1], prefix)
    states = states_before(statement) if statement else None
    if states is None:
        return []
    table = _table_rows(statement)
    found = _in_table(names, statement, states, table) if table else None
    if found is None:
        found = [*_names_at(names, statement, states), *_words_at(statement, states)]
    return list({one.text: one for one in reversed(found)}.values())[::-1]


def _statements(rows: Sequence[str], line: int) -> Iterator[Proposal]:
    """The beginnings of statements; a header only where there is none."""
    headed = any(re.match(r"book[ \t]", row) for at, row in enumerate(rows, 1) if at != line)
    for number, word in enumerate(dict.fromkeys(beginnings())):
        if not (headed and word == "book"):
            meaning = STATEMENTS[word]
            yield Proposal(word, None, number, meaning.says, meaning.snippet)


def _statement_before(rows: Sequence[str], prefix: str) -> str:
    """The statement up to a place, without its comments, with a placeholder at the place; of a
    table the first row and that of the place. Empty inside a comment, and before any statement.
    """
    start = len(rows)
    if prefix[0] in " \t":
        start = next((n for n in reversed(range(len(rows))) if rows[n][:1].strip(" \t#")), -1)
    if start < 0:
        return ""
    chunks, _, faults = split_text("", "\n".join([*rows[start:], prefix + PLACEHOLDER]))
    if faults or not chunks or not chunks[-1].text.endswith(f"{PLACEHOLDER}\n"):
        return ""
    *lines, last = chunks[-1].text.removesuffix("\n").split("\n")
    tables = [row for row in lines if row.lstrip().startswith("|")]
    return "\n".join([row for row in lines if row not in tables[1:]] + [last])


def _table_rows(statement: str) -> list[list[str]]:
    """The cells of the first row of a table, and of that of the place where it is another one;
    nothing where the place is in no row.
    """
    rows = [row.strip() for row in statement.split("\n")]
    if not rows[-1].startswith("|"):
        return []
    return [[cell.strip() for cell in row.split("|")[1:]] for row in rows if row.startswith("|")]


def _in_table(
    names: Names, statement: str, states: States, table: list[list[str]]
) -> list[Proposal] | None:
    """What a cell may hold; None where it is a price, which is written as the grammar has it."""
    kind, columns = statement.split()[0], table[0]
    found, _ = readings(statement, states)
    if len(table) == 1:
        own = {type_.__name__.lower(): some for type_, some in COLUMNS.items()}.get(kind, ())
        free = [
            Proposal(name, None, number if number < NEEDED_COLUMNS else 50 + number)
            for number, name in enumerate(own)
            if name not in columns
        ]
        others = [one for one in _named(names, found, "meter") if one.text not in columns]
        return [*free, *others] if columns[-1] == PLACEHOLDER else []
    place = len(table[1]) - 1
    if place >= len(columns) - 1 or "NAME" not in accepted(states):
        return [] if place >= len(columns) - 1 else None
    column = columns[place]
    if column in OWN_COLUMNS or names.of_kind("value", column):
        any_value = [] if column in OWN_COLUMNS else [Proposal("*", "value", 50)]
        return [*_named(names, found), *any_value]
    return list(_words_at(statement, states)) if kind in _PRICES else []


def _words_at(statement: str, states: States) -> Iterator[Proposal]:
    """The words of the language that the grammar takes: a statement's own, then clauses."""
    order, places = tuple(CLAUSES), ranks(statement.split()[0])
    for terminal in accepted(states):
        word = words().get(terminal)
        if word is not None and not terminal.endswith("_COLUMN"):
            clause = word in CLAUSES
            place = _CLAUSE_ORDER + order.index(word) if clause else min(50 + places[terminal], 99)
            yield Proposal(word, None, place, CLAUSES.get(word, ""))


def _names_at(names: Names, statement: str, states: States) -> Iterator[Proposal]:
    """The names that may stand at a place, and the usual words that are no names of the book."""
    found, fixed = readings(statement, states)
    for number, word in enumerate(fixed):
        yield Proposal(word, None, number)
    one_only = statement.split()[-2] in ("per", "1")
    for one in _named(names, found):
        many = one.kind == "unit" and one.text.islower() and not one_only
        yield Proposal(plural(one.text), "unit", one.order) if many else one


def _named(
    names: Names, found: Sequence[Occurrence], likeliest: Kind = "dimension"
) -> Iterator[Proposal]:
    """The names of the kinds that some readings of a place say; units come last, since few are
    meant where a meter may be.
    """
    for one in found:
        for order, kind in enumerate(() if one.declares else one.kinds):
            for name in _of_kind(names, kind, one.dimension):
                place = NEEDED_COLUMNS
                place += 0 if kind == likeliest else 9 if kind == "unit" else order + 1
                yield Proposal(name, kind, place)


def _of_kind(names: Names, kind: Kind, dimension: str) -> list[str]:
    known = names.of_kind(kind, dimension)
    match kind:
        case "account":
            return sorted({*known, ORGANIZATION})
        case "book":
            return sorted(one.name for one in rules_folder().iterdir() if one.is_dir())
        case "unit":
            return known or list(USUAL_UNITS)
        case _:
            return known
