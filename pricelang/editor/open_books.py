"""The books that are open in an editor: their files with the text on the screen, what is wrong with
them, and the names in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from attrs import define, field

from pricelang.check.book_files import Layer, TextFile, included
from pricelang.check.extended import ENTRY
from pricelang.check.files import read_layers
from pricelang.compile.book import Checked, check_layers
from pricelang.editor.kept import Kept
from pricelang.editor.names import Names
from pricelang.model.book import Book
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import BookError, Fault
from pricelang.syntax.parser import parse_file

if TYPE_CHECKING:
    from pricelang.editor.rulings import Rulings
    from pricelang.verify.audit import Audit

MAX_FOLDERS = 4
"""So many folders above a file may hold the book that includes it."""
Stamp: TypeAlias = tuple[int, int] | None
_HEADER = re.compile(r"^book[ \t]", re.MULTILINE)


@define(eq=False, slots=False)
class OpenBook:
    """A book as it stands on the screen, checked when that is first asked for: its names need only
    be read. `unread` says why some of its files cannot be read; then it has the others alone.
    `stamps` are those of the files on the disk, `kept` what is kept of the
    books before it.
    """

    entry: Path
    layers: tuple[Layer, ...]
    unread: tuple[Fault, ...] = ()
    stamps: Mapping[Path, Stamp] = field(factory=dict)
    kept: Kept = field(factory=Kept)

    @cached_property
    def checked(self) -> Checked | None:
        """What the check finds; None where some files cannot be read."""
        return None if self.unread else check_layers(self.layers, self.kept.forests)

    @property
    def book(self) -> Book | None:
        """The book, or None where faults leave none."""
        return self.checked.book if self.checked is not None else None

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with it."""
        return self.checked.faults if self.checked is not None else self.unread

    @cached_property
    def texts(self) -> dict[str, str]:
        """The texts of all layers, by the name that messages show."""
        return {file.name: file.text for layer in self.layers for file in layer.files}

    @cached_property
    def paths(self) -> dict[str, Path]:
        """The files of all layers, by the name that messages show."""
        return {file.name: file.path for layer in self.layers for file in layer.files}

    @cached_property
    def own_paths(self) -> dict[str, Path]:
        """The files of the book itself, without those of the books that it extends."""
        return {file.name: file.path for file in self.layers[-1].files}

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
    def rulings(self) -> Rulings:
        """What its rules decide, once for as long as they stay; for a book without faults."""
        assert self.book is not None
        return self.kept.rulings_of(self.entry, self.statements, self.book)

    @cached_property
    def audit(self) -> Audit:
        """What is decided over every request; for a book without faults."""
        assert self.book is not None
        return self.rulings.audit_of(self.book)

    def name_of(self, path: Path) -> str | None:
        """The name that messages show for a file."""
        return self.names_by_path.get(path.resolve())

    @cached_property
    def names_by_path(self) -> dict[Path, str]:
        """The names of the files by path, with all links followed."""
        return {file.real_path: file.name for layer in self.layers for file in layer.files}

    @cached_property
    def own_real_paths(self) -> frozenset[Path]:
        """The paths of the book's own files, with all links followed."""
        return frozenset(file.real_path for file in self.layers[-1].files)

    def is_current(self, unsaved: Mapping[Path, str]) -> bool:
        """Decides whether the files are still what was read, on the screen or on the disk."""
        return not self.unread and all(
            unsaved[path] == self.texts[name]
            if path in unsaved
            else stamp_of(path) == self.stamps.get(path)
            for path, name in self.names_by_path.items()
        )


def open_book(entry: Path, unsaved: Mapping[Path, str], kept: Kept | None = None) -> OpenBook:
    """The book of an entry file; `unsaved` are texts by path with all links followed, `kept` what
    is kept of the books that were open before.
    """
    try:
        layers = read_layers(entry, unsaved)
    except BookError as error:
        texts = error.texts or {_prefix(entry) + entry.name: _text(entry, unsaved)}
        files = (TextFile(name, _path_in(entry, name), text) for name, text in texts.items())
        return OpenBook(entry, (Layer(tuple(files)),), error.faults)
    paths = {file.real_path for layer in layers for file in layer.files}
    stamps = {path: stamp_of(path) for path in paths - unsaved.keys()}
    return OpenBook(entry, layers, (), stamps, kept or Kept())


def stamp_of(path: Path) -> Stamp:
    """When a file was last written and how long it is; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _prefix(entry: Path) -> str:
    return f"{entry.parent.resolve().name}/" if entry.name == ENTRY else ""


def _path_in(entry: Path, name: str) -> Path:
    """The path of a file of a book by the name that messages show; the entry's where there is
    none.
    """
    path = entry.parent / name.removeprefix(_prefix(entry))
    return path if path.is_file() else entry


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
