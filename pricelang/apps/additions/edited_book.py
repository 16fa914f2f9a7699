"""The text of a book while lines are put into it: its files, edits by place, and the patch that
they come to.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import define, field, frozen

from pricelang.check.files import read_layers
from pricelang.compile.book import Checked, check_layers
from pricelang.model import book as m
from pricelang.syntax.diagnostics import BookError, Span
from pricelang.syntax.formatting import format_text
from pricelang.syntax.parser import parse_file
from pricelang.syntax.tree import File, Statement


class AdditionFault(Exception):
    """A line that cannot be added; the message says why, and `help` what was meant, if known."""

    def __init__(self, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.help = help


@frozen
class TextEdit:
    """A text in the place of a stretch of a file; an empty stretch is a place between two
    letters.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str

    @classmethod
    def after(cls, span: Span, text: str) -> TextEdit:
        """A text right behind what stands somewhere."""
        return cls(span.file, span.end_line, span.end_column, span.end_line, span.end_column, text)

    @classmethod
    def instead(cls, span: Span, text: str) -> TextEdit:
        """A text instead of what stands somewhere."""
        return cls(span.file, span.line, span.column, span.end_line, span.end_column, text)

    @classmethod
    def row(cls, span: Span, text: str | None) -> TextEdit:
        """A line instead of the one where something stands; None takes it away."""
        below = "" if text is None else f"{text}\n"
        return cls(span.file, span.line, 1, span.line + 1, 1, below)

    @classmethod
    def below(cls, span: Span, text: str) -> TextEdit:
        """Lines below the last line of what stands somewhere."""
        return cls(span.file, span.end_line, 0, span.end_line, 0, text)


@define(eq=False)
class EditedBook:
    """A book by its files, those of the top layer alone: what it extends is not edited.
    `remarks` are what a person must decide.
    """

    source: str
    paths: dict[str, Path]
    before: dict[str, str]
    texts: dict[str, str]
    remarks: list[str] = field(factory=list)

    @classmethod
    def of(cls, source: str) -> EditedBook:
        """The files of a book. Raises `BookError`."""
        files = read_layers(source)[-1].files
        texts = {file.name: file.text for file in files}
        return cls(source, {file.name: file.path for file in files}, texts, dict(texts))

    @property
    def entry(self) -> str:
        """The file with the header of the book."""
        return next(iter(self.texts))

    def files(self) -> Iterator[File]:
        """The trees of the files as they are now."""
        for name, text in self.texts.items():
            yield parse_file(name, text)[0]

    def statements(self) -> Iterator[Statement]:
        """All statements, file by file."""
        for file in self.files():
            yield from file.statements

    def written(self, span: Span) -> str:
        """What stands at a place on one line."""
        line = self.texts[span.file].split("\n")[span.line - 1]
        return line[span.column - 1 : span.end_column - 1]

    def apply(self, edits: Iterable[TextEdit]) -> None:
        """Makes edits and brings the files into the one style. Raises `BookError`."""
        by_file: dict[str, list[TextEdit]] = {}
        for edit in edits:
            by_file.setdefault(edit.file, []).append(edit)
        for name, some in by_file.items():
            lines = self.texts[name].split("\n")
            # from the end on, so that no place moves before it is used
            for edit in sorted(some, key=lambda e: (e.line, e.column or 10**6), reverse=True):
                _edit(lines, edit)
            self.texts[name] = format_text(name, "\n".join(lines))

    def as_it_was(self) -> Checked:
        """The book before it was edited, with everything that was wrong with it."""
        return check_layers(read_layers(self.source))

    def checked(self) -> Checked:
        """The book as it is now, with everything that is wrong with it."""
        changed = {
            self.paths[name].resolve(): text
            for name, text in self.texts.items()
            if text != self.before[name]
        }
        return check_layers(read_layers(self.source, changed))

    def compiled(self) -> m.Book:
        """The book as it is now, to price with. Raises `BookError`."""
        checked = self.checked()
        if checked.book is None:
            raise BookError(checked.faults, checked.texts)
        return checked.book

    def changed(self) -> Iterator[tuple[Path, str]]:
        """The files that changed, with their text."""
        for name, text in self.texts.items():
            if text != self.before[name]:
                yield self.paths[name], text

    def patch(self) -> Iterator[str]:
        """What changed, as lines of a patch."""
        for name, text in self.texts.items():
            old = self.before[name]
            path = _near(self.paths[name])
            yield from difflib.unified_diff(
                old.splitlines(), text.splitlines(), f"a/{path}", f"b/{path}", lineterm="", n=1
            )


def _edit(lines: list[str], edit: TextEdit) -> None:
    if not edit.column:
        lines[edit.line : edit.line] = edit.text.split("\n")
        return
    head = lines[edit.line - 1][: edit.column - 1]
    tail = lines[edit.end_line - 1][edit.end_column - 1 :]
    lines[edit.line - 1 : edit.end_line] = (head + edit.text + tail).split("\n")


def _near(path: Path) -> str:
    """The path of a file as a patch names it: from the working folder, where it lies below."""
    try:
        near = os.path.relpath(path)
    except ValueError:  # another drive
        near = os.pardir
    return path.as_posix().lstrip("/") if near.startswith(os.pardir) else Path(near).as_posix()
