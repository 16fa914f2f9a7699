"""What a header says of the book below, and the books that stand beside a book."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from pricelang.files.places import around, files_below, files_in, same_place
from pricelang.syntax.diagnostics import Span

if TYPE_CHECKING:
    from pricelang.files.places import Place

ENTRY = "book.price"
"""The file of a book that is a folder."""
MAX_BYTES = 4_000_000
"""A file of a book has no more."""

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


def books_beside(entry: Place, folder: Place, most_bytes: int) -> Iterator[dict[Place, str]]:
    """The names of the books beside a book, by their entry files, the nearest first: the files of
    its folder, the folders in it, and those around it. A file above `most_bytes` is none.
    """
    found = [files_in(folder, ".price"), files_below(folder, ENTRY)]
    outside = around(folder)
    if entry.name == ENTRY and outside is not None:  # a folder stands beside those around it
        found.append(files_below(outside, ENTRY))
    own = same_place(entry)
    for places in found:
        named = {x: book_name(x, most_bytes) for x in places if same_place(x) != own}
        yield {place: name for place, name in named.items() if name is not None}


def book_name(place: Place, most_bytes: int) -> str | None:
    """The name in a file's header, read without judging the rest of it."""
    try:
        with place.open("rb") as stream:
            data = stream.read(most_bytes + 1)
    except OSError:
        return None
    text = data.decode("utf-8-sig", "replace") if len(data) <= most_bytes else ""
    header = _HEADER.search(text)
    return header.group(1) if header is not None else None
