"""A book as it stands in the playground, and its faults as the page marks them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import define

from pricelang.api import Book
from pricelang.syntax.diagnostics import NOWHERE, Fault, Span

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
    """The faults of the book as an editor shows them: columns in UTF-16 units, from 0."""
    for fault in screen.faults:
        yield {
            "code": fault.code,
            "severity": fault.severity,
            "message": fault.message,
            "help": fault.help,
            **_place(screen, fault.span),
            "fixes": list(_fixes(screen, fault)),
        }


def checks_of(screen: Screen) -> Iterator[dict[str, Any]]:
    """What each example comes to and the verdict on each claim, at the lines of the book's own
    files, from 0; nothing of a book that came with the package.
    """
    from pricelang.editor.lenses import claim_lenses, example_lenses

    if screen.opened is None:
        return
    for kind, lenses in (("example", example_lenses), ("claim", claim_lenses)):
        for lens in lenses(screen.opened):
            if lens.file in screen.opened.own_paths:
                place = {"file": screen.file(lens.file), "line": lens.line - 1}
                yield {"kind": kind, **place, "text": lens.text, "wrong": lens.wrong}


def _fixes(screen: Screen, fault: Fault) -> Iterator[dict[str, Any]]:
    from pricelang.editor.fixes import fixes_of

    texts = dict(screen.opened.texts) if screen.opened is not None else {}
    for fix in fixes_of(fault, texts):
        edits = [{**_place(screen, edit.span), "text": edit.text} for edit in fix.edits]
        yield {"title": fix.title, "edits": edits, "certain": fix.certain}


def _place(screen: Screen, span: Span) -> dict[str, Any]:
    if span == NOWHERE or screen.opened is None:
        return {"file": None, "from": [0, 0], "to": [0, 0]}
    rows = screen.opened.texts.get(span.file, "").split("\n")

    def at(line: int, column: int) -> list[int]:
        row = rows[line - 1] if 0 < line <= len(rows) else ""
        return [line - 1, len(row[: column - 1].encode("utf-16-le", "surrogatepass")) // 2]

    return {
        "file": screen.file(span.file),
        "from": at(span.line, span.column),
        "to": at(span.end_line, span.end_column),
    }
