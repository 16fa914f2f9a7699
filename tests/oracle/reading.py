"""From files or texts to an evaluator: includes, and the books below."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from pricelang.syntax import tree as t
from pricelang.syntax.parser import parse_file
from tests.oracle.amounts import price
from tests.oracle.case import Case, Result, Statements, Unclear, Usage, of_kind
from tests.oracle.scopes import in_period

RULES = Path(__file__).resolve().parent.parent.parent / "rules"


@frozen
class Oracle:
    """A book and the books below it, the list book first,
    each with its header and all that it includes.
    """

    layers: tuple[tuple[t.BookHeader, Statements], ...]

    def price(self, model: str, at: int, dimensions: Mapping[str, str], usage: Usage) -> Result:
        """The price of one request at an instant (UTC seconds);
        quantities are in the units of their meters.
        """
        currency = next(header.currency.text for header, _ in self.layers if header.currency)
        return price(Case(self.holding(at), at, usage=usage), model, dimensions, currency)

    def holding(self, at: int) -> tuple[Statements, ...]:
        """The layers whose term takes in an instant."""
        return tuple(
            s
            for header, s in self.layers
            if header.extends is None or in_period(at, header.endings)
        )


def read_book(path: str | Path) -> Oracle:
    """The book in a file, with its includes and the books that it extends."""
    statements = read_statements(Path(path))
    header = next(of_kind(statements, t.BookHeader))
    below = read_book(find_book(header.extends, Path(path))).layers if header.extends else ()
    return Oracle((*below, (header, statements)))


def read_statements(path: Path) -> Statements:
    file, faults = parse_file(str(path), path.read_text(encoding="utf-8"))
    if faults:
        raise ValueError("\n".join(f"{fault.span}: {fault.message}" for fault in faults))
    found: list[t.Statement] = []
    for statement in file.statements:
        found += (
            read_statements(path.parent / statement.path.text)
            if isinstance(statement, t.Include)
            else [statement]
        )
    return tuple(found)


def find_book(base: t.Name | t.Text, beside: Path) -> Path:
    folder, name = beside.parent, base.text
    if isinstance(base, t.Text):
        path = folder / name
        return path / "book.price" if path.is_dir() else path
    found = [*folder.glob("*.price"), *folder.glob("*/book.price")]
    found += folder.parent.glob("*/book.price") if beside.name == "book.price" else []
    for path in (*sorted(found), RULES / name / "book.price"):
        statements = (
            parse_file(str(path), path.read_text(encoding="utf-8"))[0].statements
            if path.exists()
            else ()
        )
        if any(header.name.text == name for header in of_kind(statements, t.BookHeader)):
            return path
    raise Unclear(f"no book `{name}`")


def read_texts(*books: str) -> Oracle:
    """The oracle of books given as texts, the list book first;
    each is one file without includes.
    """
    layers = []
    for number, text in enumerate(books):
        file, faults = parse_file(f"{number}.price", text)
        if faults:
            raise ValueError("\n".join(f"{fault.span}: {fault.message}" for fault in faults))
        layers.append((next(of_kind(file.statements, t.BookHeader)), file.statements))
    return Oracle(tuple(layers))
