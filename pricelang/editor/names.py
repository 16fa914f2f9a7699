"""The names in the files of a book: what each stands for, where it is declared and where it is
used.

A name is declared as something of a kind; a use may be of one of several kinds, such as a meter, a
group of meters or a unit behind `on`. A value belongs to its dimension.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from functools import cache
from typing import Any, TypeAlias

from attrs import fields, frozen, has

from pricelang.editor.fields import DECLARED, FIXED, OWN_COLUMNS, USED, VALUES, Kind
from pricelang.model.units import singular
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import Span
from pricelang.syntax.words import is_name, reserved


@frozen
class Occurrence:
    """A name at a place: what it may stand for, and for a value its `dimension`."""

    text: str
    span: Span
    kinds: tuple[Kind, ...]
    declares: bool = False
    dimension: str = ""


Key: TypeAlias = tuple[Kind, str, str]
"""What is named: its kind, its dimension where it is a value, and the name."""


def occurrences(statements: Iterable[t.Statement]) -> Iterator[Occurrence]:
    """All names in some statements."""
    for statement in statements:
        yield from _names_in(statement)


def _names_in(node: Any) -> Iterator[Occurrence]:
    match node:
        case t.TableOfCells():
            return
        case t.Models():
            yield from _table(node.table, {"model": "model"}, declares=True)
        case t.Rates() | t.Figures():
            yield from _table(node.table, {"model": "model"}, declares=False)
        case t.Dimension():
            for line in node.lines:
                for name in line.values:
                    yield Occurrence(name.text, name.span, ("value",), True, node.name.text)
        case t.Tiers():
            for tier in node.tiers:
                yield Occurrence(tier.name.text, tier.name.span, ("value",), True, node.name.text)
    kind: Any = type(node)
    for field in _fields(kind):
        value = getattr(node, field)
        for name in value if isinstance(value, tuple) else (value,):
            if isinstance(name, t.Name):
                yield from _name(node, field, name)
            elif isinstance(name, t.Text) and (type(node), field) in DECLARED:
                yield Occurrence(name.text, name.span, (DECLARED[type(node), field],), True)
            elif isinstance(name, t.Node):
                yield from _names_in(name)


def _name(node: Any, field: str, name: t.Name) -> Iterator[Occurrence]:
    place = type(node), field
    if place in DECLARED:
        yield Occurrence(name.text, name.span, (DECLARED[place],), True)
    elif place in USED:
        yield Occurrence(name.text, name.span, USED[place])
    elif place in VALUES:
        dimension = getattr(node, VALUES[place]).text
        yield Occurrence(name.text, name.span, ("value",), False, dimension)


def fixed_words(node: Any, line: int, column: int) -> tuple[str, ...]:
    """The usual words at a place of a tree whose word no statement declares."""
    kind: Any = type(node)
    for field in _fields(kind):
        value = getattr(node, field)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, t.Name) and (one.span.line, one.span.column) == (line, column):
                return FIXED.get((kind, field), ())
            found = fixed_words(one, line, column) if isinstance(one, t.Node) else ()
            if found:
                return found
    return ()


def _table(table: t.TableOfCells, columns: dict[str, Kind], declares: bool) -> Iterator[Occurrence]:
    """The names in a table: its columns, the models of its rows, values and sources."""
    headers = [
        cell.value.text if isinstance(cell.value, t.Name) else "" for cell in table.header.cells
    ]
    if not declares:
        for cell in table.header.cells:
            if isinstance(cell.value, t.Name) and cell.value.text not in OWN_COLUMNS:
                yield Occurrence(cell.value.text, cell.span, ("meter", "dimension", "value"))
    for row in table.rows:
        for header, cell in zip(headers, row.cells, strict=False):
            if not isinstance(cell.value, t.Name):
                continue
            if header in columns:
                yield Occurrence(cell.value.text, cell.span, (columns[header],), declares)
            elif header == "see":
                yield Occurrence(cell.value.text, cell.span, ("source",))
            else:
                yield Occurrence(cell.value.text, cell.span, ("value",), False, header)


@cache
def _fields(kind: Hashable) -> tuple[str, ...]:
    if not isinstance(kind, type) or not has(kind):
        return ()
    return tuple(field.name for field in fields(kind) if field.name != "span")


@frozen(eq=False)
class Names:
    """The names of a book: where each is declared, and where it is used."""

    declared: dict[Key, Occurrence]
    uses: dict[Key, list[Occurrence]]
    at_place: dict[tuple[str, int], list[tuple[Occurrence, Key | None]]]

    @classmethod
    def of(cls, statements: Iterable[t.Statement]) -> Names:
        """The names of the statements of all layers."""
        found = list(occurrences(statements))
        declared: dict[Key, Occurrence] = {}
        for one in found:
            if one.declares:
                declared.setdefault(_key(one, one.kinds[0]), one)
        uses: dict[Key, list[Occurrence]] = {}
        places: dict[tuple[str, int], list[tuple[Occurrence, Key | None]]] = {}
        for one in found:
            key = _meant(one, declared)
            if key is not None:
                uses.setdefault(key, []).append(one)
            places.setdefault((one.span.file, one.span.line), []).append((one, key))
        return cls(declared, uses, places)

    def at(self, file: str, line: int, column: int) -> tuple[Occurrence, Key | None] | None:
        """The name at a place (from 1), also right behind its last letter."""
        for one, key in self.at_place.get((file, line), ()):
            if one.span.column <= column <= one.span.end_column:
                return one, key
        return None

    def declaration(self, key: Key) -> Occurrence | None:
        """Where a name is declared; None for a unit of the language, such as an hour."""
        return self.declared.get(key)

    def why_not(self, key: Key, text: str) -> str | None:
        """Why something cannot be renamed so; None where it can."""
        kind, dimension, _ = key
        if text in reserved():
            return f"`{text}` is a word of the language"
        if not is_name(text):
            return f"`{text}` is no name: letters, digits and `_.:@/-`"
        if (kind, dimension, text) in self.declared:
            return f"there is a {kind} `{text}` already"
        return None

    def of_kind(self, kind: Kind, dimension: str = "") -> list[str]:
        """The names of a kind, in order: those that are declared, and units that are used."""
        known = {*self.declared, *(key for key in self.uses if key[0] == "unit")}
        return sorted(name for own, parent, name in known if own == kind and parent == dimension)


def _key(one: Occurrence, kind: Kind) -> Key:
    text = singular(one.text) if kind == "unit" else one.text
    return kind, one.dimension, text


def _meant(one: Occurrence, declared: dict[Key, Occurrence]) -> Key | None:
    """What a name stands for; None for what is declared nowhere."""
    keys = [_key(one, kind) for kind in one.kinds]
    found = next((key for key in keys if key in declared), None)
    if found is None and "unit" in one.kinds:
        return _key(one, "unit")  # a unit comes to be where a meter is counted in it
    return found
