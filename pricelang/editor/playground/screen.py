"""A book as it stands in the playground, and its faults."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import define

from pricelang.api import Book
from pricelang.editor.fault_data import fault_data
from pricelang.syntax.diagnostics import Fault

if TYPE_CHECKING:
    from pricelang.editor.open_books import OpenBook
    from pricelang.verify.audit import Audit


@define(eq=False, slots=False)
class Screen:
    """A book as it stands in the playground."""

    opened: OpenBook | None
    book: Book | None
    faults: tuple[Fault, ...]

    @cached_property
    def audit(self) -> Audit:
        """What is decided over every request, once; for a book without faults."""
        assert self.book is not None
        return self.opened.audit if self.opened is not None else self.book.audit

    def file(self, name: str) -> str:
        """A file as the playground names it, by its name in messages."""
        if self.opened is None:
            return name.removeprefix(f"{self.book.name}/") if self.book is not None else name
        return self._files.get(name, name)

    @cached_property
    def _files(self) -> dict[str, str]:
        if self.opened is None:
            return {}
        folder = self.opened.entry.parent
        return {
            name: path.relative_to(folder).as_posix()
            for name, path in self.opened.own_paths.items()
        }


def faults_of(screen: Screen) -> Iterator[dict[str, Any]]:
    """The faults of the book, their files as the playground names them."""
    texts = screen.opened.texts if screen.opened is not None else {}
    names = {name: screen.file(name) for name in texts}
    for fault in screen.faults:
        yield fault_data(fault, texts, names)


def checks_of(screen: Screen) -> Iterator[dict[str, Any]]:
    """What each example comes to and the verdict on each claim, at the lines of the book's own
    files; nothing of a book that came with the package.
    """
    from pricelang.editor.lenses import claim_lenses, example_lenses

    if screen.opened is None:
        return
    for kind, lenses in (("example", example_lenses), ("claim", claim_lenses)):
        for lens in lenses(screen.opened):
            if lens.file in screen.opened.own_paths:
                place = {"file": screen.file(lens.file), "line": lens.line}
                yield {"kind": kind, **place, "text": lens.text, "wrong": lens.wrong}
