"""What may stand at a place: words of the language that the grammar takes there, and names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen
from lark import UnexpectedInput

from pricelang.editor.names import METERS, MODELS, OWN_COLUMNS, Kind
from pricelang.editor.open_books import OpenBook
from pricelang.model.units import plural
from pricelang.syntax.words import beginnings, grammar, words


@frozen
class Proposal:
    """A word or a name that may stand at a place; `kind` says which, `order` its place."""

    text: str
    kind: Kind | None
    order: int


BEHIND: dict[str, tuple[Kind, ...]] = {
    "for": MODELS,
    "see": ("source",),
    "on": METERS,
    "off": METERS,
    "costs": ("meter", "group"),
    "prices": METERS,
    "when": ("dimension", "meter", "group"),
    "and": ("dimension", "meter", "group"),
    "exclude": ("modifier",),
    "with": ("modifier",),
    "stack": ("modifier",),
    "after": ("modifier",),
    "meets": ("modifier",),
    "by": ("modifier",),
    "amend": ("modifier", "meter"),
    "charge": ("meter",),
    "derive": ("meter",),
    "given": ("model", "alias"),
    "in": ("unit",),
    "per": ("unit", "account"),
    "allow": ("dimension", "modifier"),
    "claim": ("modifier", "meter"),
}
"""The kinds of names that may stand behind a word."""
_CLAUSES = ("for", "except", "when", "from", "before", "then", "because", "unsure", "see")


def proposals(opened: OpenBook, text: str, line: int, column: int) -> list[Proposal]:
    """What may stand at a place (from 1) of a text, where a word may have begun."""
    rows = text.split("\n")
    before = rows[line - 1][: column - 1]
    begun = re.search(r"[A-Za-z0-9_.:@/-]*$", before)
    before = before[: begun.start()] if begun else before
    if not before:
        return [Proposal(word, None, n) for n, word in enumerate(dict.fromkeys(beginnings()))]
    start = line
    while start > 1 and (not rows[start - 1].strip() or rows[start - 1][:1] in " \t"):
        start -= 1
    if before.lstrip().startswith("|"):
        return list(_cells(opened, rows[start - 1 : line - 1], before))
    found = list(_names(opened, before))
    return [*_words("\n".join([*rows[start - 1 : line - 1], before])), *found]


def _words(text: str) -> Iterator[Proposal]:
    """The words of the language that may follow a beginning of a statement."""
    parser = grammar().parse_interactive(text)
    try:
        parser.exhaust_lexer()
    except UnexpectedInput:
        return
    accepted: set[str] = parser.accepts()  # type: ignore[no-untyped-call]
    for terminal, word in words().items():
        if terminal in accepted:
            first = word.split()[0]
            yield Proposal(word, None, _CLAUSES.index(first) if first in _CLAUSES else 20)


def _names(opened: OpenBook, before: str) -> Iterator[Proposal]:
    """The names that may stand behind the words of a line."""
    names = opened.names
    test = re.search(r"([A-Za-z0-9_.:@/-]+) +is +(?:[A-Za-z0-9_.:@/-]+ +or +)*$", before)
    if test:
        for name in names.of_kind("value", test.group(1)):
            yield Proposal(name, "value", 0)
        return
    fact = re.search(r"(?:at +\S+(?: \S+)?, *|, *)([A-Za-z0-9_]+) +$", before)
    if fact and names.of_kind("value", fact.group(1)):
        for name in names.of_kind("value", fact.group(1)):
            yield Proposal(name, "value", 0)
        return
    list_of = re.sub(r"[A-Za-z0-9_.:@/-]+ *[,+] *", "", before)  # the word in front of a list
    found = re.findall(r"[a-z]+", list_of)
    for kind in BEHIND.get(found[-1], ()) if found else ():
        for name in names.of_kind(kind):
            yield Proposal(
                plural(name) if kind == "unit" and found[-1] != "per" else name, kind, 30
            )


def _cells(opened: OpenBook, rows: list[str], before: str) -> Iterator[Proposal]:
    """What a cell of a table may hold."""
    header = next((row for row in rows if row.lstrip().startswith("|")), None)
    names = opened.names
    if header is None:
        for name in sorted(OWN_COLUMNS):
            yield Proposal(name, None, 0)
        for kind in ("meter", "dimension"):
            for name in names.of_kind(kind):
                yield Proposal(name, kind, 10)
        return
    columns = [cell.strip() for cell in header.strip().strip("|").split("|")]
    place = before.count("|") - 1
    column = columns[place] if place < len(columns) else ""
    kinds: dict[str, Kind] = {"model": "model", "see": "source"}
    if column in kinds:
        for name in names.of_kind(kinds[column]):
            yield Proposal(name, kinds[column], 0)
    elif names.of_kind("value", column):
        for name in ("*", *names.of_kind("value", column)):
            yield Proposal(name, "value", 0)
    elif column not in OWN_COLUMNS:
        for word in ("derived", "not offered"):
            yield Proposal(word, None, 0)
