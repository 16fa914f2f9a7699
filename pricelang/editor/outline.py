"""The statements of a book that a reader looks for by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import frozen
from lsprotocol.types import SymbolKind

from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import Span

_KINDS: dict[type[t.Statement], tuple[str, SymbolKind]] = {
    t.BookHeader: ("book", SymbolKind.Module),
    t.Source: ("source", SymbolKind.Namespace),
    t.Dimension: ("dimension", SymbolKind.Enum),
    t.Unit: ("unit", SymbolKind.Constant),
    t.Group: ("group", SymbolKind.Array),
    t.Multiplier: ("multiplier", SymbolKind.Function),
    t.Surcharge: ("surcharge", SymbolKind.Function),
    t.Limit: ("limit", SymbolKind.Function),
    t.Tiers: ("tiers", SymbolKind.Enum),
    t.Commitment: ("commitment", SymbolKind.Function),
    t.Credit: ("credit", SymbolKind.Function),
    t.Charge: ("charge", SymbolKind.Property),
    t.Amend: ("amend", SymbolKind.Function),
    t.Figures: ("figures", SymbolKind.Struct),
}
_TABLES: dict[type[t.Statement], str] = {t.Models: "models", t.Rates: "rates"}


@frozen
class Symbol:
    """A statement by its name; `word` is the one that it begins with."""

    name: str
    word: str
    kind: SymbolKind
    whole: Span
    span: Span


def outline(statements: Iterable[t.Statement]) -> Iterator[Symbol]:
    """The symbols of some statements, in their order."""
    for statement in statements:
        kind = type(statement)
        if kind in _KINDS:
            word, symbol = _KINDS[kind]
            name: t.Name = getattr(statement, "name")  # noqa: B009 (a field of each of these)
            yield Symbol(name.text, word, symbol, statement.span, name.span)
        elif kind in _TABLES:
            word = _TABLES[kind]
            yield Symbol(word, word, SymbolKind.Struct, statement.span, statement.span)
        elif isinstance(statement, t.Meter):
            for name in statement.names:
                yield Symbol(name.text, "meter", SymbolKind.Property, name.span, name.span)
        elif isinstance(statement, t.Example):
            title = statement.title
            yield Symbol(
                title.text or "example", "example", SymbolKind.Event, statement.span, title.span
            )
