"""The books that are open in an editor: their files with the text on the screen, what is wrong with
them, and the names in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import define, field

from pricelang.check.book_files import Layer, included
from pricelang.check.files import read_layers
from pricelang.compile.book import check_layers
from pricelang.editor.names import Names
from pricelang.model.book import Book
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import BookError, Fault
from pricelang.syntax.parser import parse_file

if TYPE_CHECKING:
    from pricelang.verify.audit import Audit

MAX_FOLDERS = 4
"""So many folders above a file may hold the book that includes it."""
_HEADER = re.compile(r"^book[ \t]", re.MULTILINE)


@define(eq=False, slots=False)
class OpenBook:
    """A book as it stands on the screen. `book` is None where faults leave none."""

    entry: Path
    layers: tuple[Layer, ...]
    book: Book | None
    faults: tuple[Fault, ...]
    texts: Mapping[str, str] = field(factory=dict)

    @cached_property
    def paths(self) -> dict[str, Path]:
        """The files of all layers, by the name that messages show."""
        return {file.name: file.path for layer in self.layers for file in layer.files}

    @cached_property
    def own_paths(self) -> dict[str, Path]:
        """The files of the book itself, without those of the books that it extends."""
        return {file.name: file.path for file in self.layers[-1].files} if self.layers else {}

    @cached_property
    def statements(self) -> tuple[t.Statement, ...]:
        """The statements of all layers that can be read."""
        return tuple(
            statement
            for layer in self.layers
            for file in layer.files
            for statement in parse_file(file.name, file.text)[0].statements
        )

    @cached_property
    def names(self) -> Names:
        """The names of the book and of those below it."""
        return Names.of(self.statements)

    @cached_property
    def audit(self) -> Audit:
        """What is decided over every request, once; for a book without faults."""
        from pricelang.verify.audit import Audit

        assert self.book is not None
        return Audit(self.book)

    def name_of(self, path: Path) -> str | None:
        """The name that messages show for a file."""
        real = path.resolve()
        return next((name for name, own in self.paths.items() if own.resolve() == real), None)


def open_book(entry: Path, unsaved: Mapping[Path, str]) -> OpenBook:
    """The book of an entry file; `unsaved` are texts by path with all links followed."""
    try:
        layers = read_layers(entry, unsaved)
    except BookError as error:
        return OpenBook(entry, (), None, error.faults, error.texts)
    checked = check_layers(layers)
    return OpenBook(entry, layers, checked.book, checked.faults, checked.texts)


def book_entry(path: Path, unsaved: Mapping[Path, str]) -> Path:
    """The entry of the book that a file is of: itself where it has a header, a `book.price` above
    it, a file beside it that includes it; or else itself.
    """
    if _HEADER.search(_text(path, unsaved)):
        return path
    folders = [path.parent, *path.parent.parents][:MAX_FOLDERS]
    for folder in folders:
        for entry in (folder / "book.price", *sorted(folder.glob("*.price"))):
            if entry != path and entry.is_file() and _includes(entry, path, folder, unsaved):
                return entry
    return path


def _includes(entry: Path, path: Path, folder: Path, unsaved: Mapping[Path, str]) -> bool:
    """Decides whether a book includes a file, by way of others too."""
    text = _text(entry, unsaved)
    if not _HEADER.search(text):
        return False
    found, queue = {entry.resolve()}, [text]
    while queue:
        for name, _ in included(queue.pop()):
            other = (folder / name).resolve()
            if other == path.resolve():
                return True
            if other not in found and other.is_file():
                found.add(other)
                queue.append(_text(other, unsaved))
    return False


def _text(path: Path, unsaved: Mapping[Path, str]) -> str:
    own = unsaved.get(path.resolve())
    if own is not None:
        return own
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
