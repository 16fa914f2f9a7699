"""The names in the files of a book: what each stands for, where it is declared and where it is
used.

A name is declared as something of a kind; a use may be of one of several kinds, such as a meter, a
group of meters or a unit behind `on`. A value belongs to its dimension.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from functools import cache
from typing import Any, Literal, TypeAlias

from attrs import fields, frozen, has

from pricelang.model.units import singular
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import Span

Kind: TypeAlias = Literal[
    "account",
    "alias",
    "book",
    "dimension",
    "figure",
    "group",
    "meter",
    "model",
    "modifier",
    "source",
    "unit",
    "value",
]
METERS: tuple[Kind, ...] = ("meter", "group", "unit")
MODELS: tuple[Kind, ...] = ("model", "group")

DECLARED: dict[tuple[type, str], Kind] = {
    (t.BookHeader, "name"): "book",
    (t.Source, "name"): "source",
    (t.Dimension, "name"): "dimension",
    (t.Accounts, "names"): "account",
    (t.Unit, "name"): "unit",
    (t.Meter, "names"): "meter",
    (t.Group, "name"): "group",
    (t.Alias, "name"): "alias",
    (t.Figures, "name"): "figure",
    (t.Multiplier, "name"): "modifier",
    (t.Surcharge, "name"): "modifier",
    (t.Limit, "name"): "modifier",
    (t.Tiers, "name"): "dimension",
    (t.Commitment, "name"): "modifier",
    (t.Credit, "name"): "modifier",
}
"""The fields of statements that declare a name. Values and models are declared in lines and
rows.
"""

USED: dict[tuple[type, str], tuple[Kind, ...]] = {
    (t.Endings, "models"): MODELS,
    (t.Endings, "except_models"): MODELS,
    (t.Endings, "see"): ("source",),
    (t.Unit, "of"): ("unit",),
    (t.Meter, "unit"): ("unit",),
    (t.Per, "unit"): ("unit",),
    (t.Figures, "unit"): ("unit",),
    (t.ChargePrice, "after_unit"): ("unit",),
    (t.ChargeMinimum, "unit"): ("unit",),
    (t.ChargePool, "unit"): ("unit",),
    (t.Use, "unit"): ("unit",),
    (t.Group, "members"): ("meter", "model", "group"),
    (t.Alias, "model"): ("model",),
    (t.Given, "model"): ("model", "alias"),
    (t.FactorClause, "meters"): METERS,
    (t.Addition, "meters"): METERS,
    (t.LimitLine, "meters"): METERS,
    (t.Counting, "meters"): METERS,
    (t.AgreedLine, "meters"): METERS,
    (t.TierLine, "unit"): ("unit",),
    (t.Threshold, "meters"): METERS,
    (t.ClaimPrices, "meters"): METERS,
    (t.Term, "meter"): METERS,
    (t.Use, "meter"): ("meter",),
    (t.Derive, "meter"): ("meter",),
    (t.Derive, "of"): ("meter",),
    (t.DeriveLine, "of"): ("meter",),
    (t.DerivedFactor, "of"): ("meter",),
    (t.Charge, "name"): ("meter",),
    (t.Account, "holder"): ("account",),
    (t.IsTest, "dimension"): ("dimension",),
    (t.Fact, "dimension"): ("dimension",),
    (t.AllowValue, "dimension"): ("dimension",),
    (t.Exclude, "left"): ("modifier",),
    (t.Exclude, "right"): ("modifier",),
    (t.Stack, "names"): ("modifier",),
    (t.Stack, "after"): ("modifier",),
    (t.AllowPair, "left"): ("modifier",),
    (t.AllowPair, "right"): ("modifier",),
    (t.ClaimNeverMeets, "left"): ("modifier",),
    (t.ClaimNeverMeets, "right"): ("modifier",),
    (t.ClaimCommute, "names"): ("modifier",),
    (t.ClaimIs, "name"): ("modifier",),
    (t.ExpectRefused, "left"): ("modifier",),
    (t.ExpectRefused, "right"): ("modifier",),
    (t.Amend, "name"): ("modifier", "meter"),
    (t.ClaimAgrees, "book"): ("book",),
    (t.BookHeader, "extends"): ("book",),
}
"""What a name in a field may stand for, the likeliest first."""

VALUES: dict[tuple[type, str], str] = {
    (t.Dimension, "default"): "name",
    (t.IsTest, "values"): "dimension",
    (t.Fact, "value"): "dimension",
    (t.AllowValue, "value"): "dimension",
}
"""The fields that hold values of the dimension that another field of the node names."""

NO_NAMES: frozenset[tuple[type, str]] = frozenset(
    {
        (t.BookHeader, "currency"),
        (t.Convert, "currency"),
        (t.Account, "period"),
        (t.ChargeMinimum, "each"),
        (t.Clock, "days"),
        (t.Clock, "zone"),
        (t.Meter, "counts"),
        (t.Round, "stage"),
        (t.Source, "unit"),
        (t.Round, "mode"),
        (t.ValueLine, "values"),
        (t.TierLine, "name"),
        (t.Counting, "way"),
        (t.Cell, "value"),
    }
)
"""Words that no statement declares, and names that are read with the line around them."""


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


OWN_COLUMNS = frozenset({"model", "from", "see", "unsure", "released", "retired", "deprecated"})
"""Columns of tables that name nothing of the book."""


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
