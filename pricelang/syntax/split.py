"""A text cut into statements, where a line starts in column 0, and its comments taken out."""

from __future__ import annotations

import re
import unicodedata

from attrs import frozen

from pricelang.syntax.diagnostics import Fault, Span
from pricelang.syntax.tree import Comment

MAX_TEXT = 4_000_000
MAX_STATEMENT_LINES = 20_000
MAX_LINE = 20_000

# Up to a comment: anything but a quote or `#`, or a whole string.
_BEFORE_COMMENT = re.compile(r'(?:[^"#]|"(?:[^"\\]|\\.)*"|"(?=[^"]*$))*')

# A tab between words is a space;
# one in a string or a comment would be rewritten by the formatter, unseen.
_TAB = re.compile(r'"(?:[^"\\]|\\.)*"|#.*|\t')


@frozen
class Chunk:
    """One statement as text without comments; `line` is where it starts in its file."""

    line: int
    text: str


def split_text(name: str, text: str) -> tuple[list[Chunk], list[Comment], list[Fault]]:
    """The statements and comments of a text. Line breaks are `\\n`;
    `\\r\\n` is read as one, a byte order mark dropped.

    Faults: a text or a line that is too long, an indented line before any statement,
    a table that is not indented.
    """
    text = text.removeprefix("\ufeff")
    if len(text) > MAX_TEXT:
        message = f"the file has more than {MAX_TEXT:,} characters"
        return [], [], [Fault("too_large", message, Span(name, 1, 1, 1, 2))]
    splitter = _Splitter(name)
    for number, raw in enumerate(text.split("\n"), 1):
        splitter.add(number, raw.rstrip("\r"))
    splitter.close()
    return splitter.chunks, splitter.comments, splitter.faults


class _Splitter:
    """The statements so far, and the lines of the one that is open."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.chunks: list[Chunk] = []
        self.comments: list[Comment] = []
        self.faults: list[Fault] = []
        self._lines: list[str] = []
        self._start = 0

    def close(self) -> None:
        """Ends the open statement."""
        while self._lines and not self._lines[-1].strip():
            self._lines.pop()
        if self._lines:
            self.chunks.append(Chunk(self._start, "\n".join(self._lines) + "\n"))
        self._lines = []

    def add(self, number: int, row: str) -> None:
        """Adds a line: to the open statement, or as the first of the next one."""
        if len(row) > MAX_LINE:
            message = f"the line has more than {MAX_LINE:,} characters"
            self.faults.append(Fault("too_large", message, Span(self.name, number, 1, number, 2)))
            return
        row = _without_oddities(self.name, number, row, self.faults)
        row = _without_comment(self.name, number, row, self.comments)
        if not row.strip():
            if self._lines:
                self._lines.append("")
        elif row[0] in " \t":
            self._add_indented(number, row)
        elif row[0] == "|" and self._lines:
            self._add_flush_row(number, row)
        else:
            self.close()
            self._start = number
            self._lines.append(row)

    def _add_indented(self, number: int, row: str) -> None:
        if not self._lines:
            indent = len(row) - len(row.lstrip())
            span = Span(self.name, number, indent + 1, number, len(row.rstrip()) + 1)
            message = "an indented line stands before any statement"
            help = "a statement starts in the first column"
            self.faults.append(Fault("indented", message, span, help))
            return
        if len(self._lines) == MAX_STATEMENT_LINES:
            message = f"the statement has more than {MAX_STATEMENT_LINES:,} lines"
            span = Span(self.name, self._start, 1, self._start, 2)
            self.faults.append(Fault("too_large", message, span, "write two of them"))
        self._lines.append(row)

    def _add_flush_row(self, number: int, row: str) -> None:
        """Adds a row of a table that starts in the first column, a fault once a statement."""
        if not any(f.code == "indented" and f.span.line >= self._start for f in self.faults):
            span = Span(self.name, number, 1, number, len(row) + 1)
            message = "a table must be indented under its statement"
            self.faults.append(Fault("indented", message, span, "indent the rows"))
        self._lines.append("  " + row)


def _without_oddities(name: str, number: int, row: str, faults: list[Fault]) -> str:
    """The row with a plain space for each control or direction character,
    which could draw what is not there.
    """
    plain = _TAB.sub(lambda match: " " if match.group() == "\t" else match.group(), row)
    if plain.isprintable():
        return plain
    for column, char in enumerate(plain, 1):
        if not char.isprintable():
            message = (
                f"the character U+{ord(char):04X} "
                f"({unicodedata.name(char, 'a control character').lower()}) cannot be seen"
            )
            faults.append(
                Fault(
                    "control_character",
                    message,
                    Span(name, number, column, number, column + 1),
                    "write a plain space, or nothing",
                )
            )
    return "".join(char if char.isprintable() else " " for char in plain)


def _without_comment(name: str, number: int, row: str, comments: list[Comment]) -> str:
    if "#" not in row:
        return row
    match = _BEFORE_COMMENT.match(row)
    end = match.end() if match else 0
    if end >= len(row) or row[end] != "#":
        return row
    body = row[end:].rstrip()
    comments.append(
        Comment(
            body,
            not row[:end].strip(),
            span=Span(name, number, end + 1, number, end + 1 + len(body)),
        )
    )
    return row[:end].rstrip()
