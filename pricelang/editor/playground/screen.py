"""A book as it stands in the playground, and its faults as the page marks them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from attrs import define

from pricelang.api import Book
from pricelang.editor.fixes import fixes_of
from pricelang.editor.open_books import OpenBook
from pricelang.syntax.diagnostics import NOWHERE, Fault, Span
from pricelang.verify.audit import Audit


@define(eq=False, slots=False)
class Screen:
    """A book as it stands in the playground."""

    opened: OpenBook | None
    book: Book | None

    @cached_property
    def audit(self) -> Audit:
        """What is decided over every request, once; for a book without faults."""
        assert self.book is not None
        return self.book.audit

    @cached_property
    def names(self) -> dict[str, str]:
        """The files as the playground names them, by their names in messages."""
        if self.opened is None:
            return {}
        folder = self.opened.entry.parent
        return {
            name: path.relative_to(folder).as_posix()
            for name, path in self.opened.own_paths.items()
        }


def faults_of(screen: Screen) -> Iterator[dict[str, Any]]:
    """The faults of the book as an editor shows them: columns in UTF-16 units, from 0."""
    opened = screen.opened
    for fault in opened.faults if opened is not None else ():
        yield {
            "code": fault.code,
            "severity": fault.severity,
            "message": fault.message,
            "help": fault.help,
            **_place(screen, fault.span),
            "fixes": list(_fixes(screen, fault)),
        }


def _fixes(screen: Screen, fault: Fault) -> Iterator[dict[str, Any]]:
    texts = dict(screen.opened.texts) if screen.opened is not None else {}
    for fix in fixes_of(fault, texts):
        edits = [{**_place(screen, edit.span), "text": edit.text} for edit in fix.edits]
        yield {"title": fix.title, "edits": edits}


def _place(screen: Screen, span: Span) -> dict[str, Any]:
    if span == NOWHERE or screen.opened is None:
        return {"file": None, "from": [0, 0], "to": [0, 0]}
    rows = screen.opened.texts.get(span.file, "").split("\n")

    def at(line: int, column: int) -> list[int]:
        row = rows[line - 1] if 0 < line <= len(rows) else ""
        return [line - 1, len(row[: column - 1].encode("utf-16-le", "surrogatepass")) // 2]

    return {
        "file": screen.names.get(span.file, span.file),
        "from": at(span.line, span.column),
        "to": at(span.end_line, span.end_column),
    }
