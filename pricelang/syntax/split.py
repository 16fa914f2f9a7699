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
        return (
            [],
            [],
            [
                Fault(
                    "too_large",
                    f"the file has more than {MAX_TEXT:,} characters",
                    Span(name, 1, 1, 1, 2),
                )
            ],
        )
    comments: list[Comment] = []
    faults: list[Fault] = []
    chunks: list[Chunk] = []
    lines: list[str] = []
    start = 0

    def close() -> None:
        while lines and not lines[-1].strip():
            lines.pop()
        if lines:
            chunks.append(Chunk(start, "\n".join(lines) + "\n"))
        lines.clear()

    for number, raw in enumerate(text.split("\n"), 1):
        row = raw.rstrip("\r")
        if len(row) > MAX_LINE:
            faults.append(
                Fault(
                    "too_large",
                    f"the line has more than {MAX_LINE:,} characters",
                    Span(name, number, 1, number, 2),
                )
            )
            continue
        row = _without_oddities(name, number, row, faults)
        row = _without_comment(name, number, row, comments)
        if not row.strip():
            if lines:
                lines.append("")
            continue
        if row[0] in " \t":
            if not lines:
                indent = len(row) - len(row.lstrip())
                span = Span(name, number, indent + 1, number, len(row.rstrip()) + 1)
                faults.append(
                    Fault(
                        "indented",
                        "an indented line stands before any statement",
                        span,
                        "a statement starts in the first column",
                    )
                )
                continue
            if len(lines) == MAX_STATEMENT_LINES:
                message = f"the statement has more than {MAX_STATEMENT_LINES:,} lines"
                faults.append(
                    Fault("too_large", message, Span(name, start, 1, start, 2), "write two of them")
                )
            lines.append(row)
            continue
        if row[0] == "|" and lines:
            if not any(fault.code == "indented" and fault.span.line >= start for fault in faults):
                faults.append(
                    Fault(
                        "indented",
                        "a table stands indented under its statement",
                        Span(name, number, 1, number, len(row) + 1),
                        "indent the rows",
                    )
                )
            lines.append("  " + row)
            continue
        close()
        start = number
        lines.append(row)
    close()
    return chunks, comments, faults


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
