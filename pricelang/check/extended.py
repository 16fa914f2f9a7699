"""What a header says of the book below, and the books that stand beside a book."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from pricelang.syntax.diagnostics import Span

_STRING = r'"(?:[^"\\\n]|\\["\\])*"'
_HEADER = re.compile(
    rf"^book[ \t]+([^\s\"#]+)(?:[ \t]+{_STRING})?(?:[ \t]+in[ \t]+[^\s#]+)?"
    rf"(?:[ \t]+extends[ \t]+({_STRING}|[^\s#]+))?",
    re.MULTILINE,
)


@frozen
class Extended:
    """The book that a book extends: a name, or a `path` as seen from the file; `own` is the name
    of the book that says so, at a place in its text.
    """

    own: str
    name: str
    path: str | None
    span: Span
    texts: dict[str, str]

    @property
    def written(self) -> str:
        """The name or the path."""
        return self.name if self.path is None else self.path


def extended(file: str, text: str) -> Extended | None:
    """The book that the header in a text extends."""
    header = _HEADER.search(text)
    if header is None or header.group(2) is None:
        return None
    start, end = header.span(2)
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    span = Span(file, line, column, line, column + end - start)
    own, base = header.groups()
    if not base.startswith('"'):
        return Extended(own, base, None, span, {file: text})
    return Extended(own, "", re.sub(r"\\(.)", r"\1", base[1:-1]), span, {file: text})


def books_beside(entry: Path, most_bytes: int) -> Iterator[dict[Path, str]]:
    """The names of the books beside a book, by their entry files, the nearest first: the files of
    its folder, the folders in it, and those around it. A file above `most_bytes` is none.
    """
    folder = entry.parent
    places = [(folder, "*.price"), (folder, "*/book.price")]
    if entry.name == "book.price":  # a folder stands beside the folders around it
        places.append((folder / "..", "*/book.price"))
    for place, pattern in places:
        paths = (path for path in sorted(place.glob(pattern)) if not _same(path, entry))
        named = {path: book_name(path, most_bytes) for path in paths}
        yield {path: name for path, name in named.items() if name is not None}


def _same(path: Path, entry: Path) -> bool:
    return path == entry or path.resolve() == entry.resolve()


def book_name(path: Path, most_bytes: int) -> str | None:
    """The name in a file's header, read without judging the rest of it."""
    try:
        if not path.is_file() or path.stat().st_size > most_bytes:
            return None
        header = _HEADER.search(path.read_text(encoding="utf-8-sig", errors="replace"))
    except OSError:
        return None
    return header.group(1) if header is not None else None
