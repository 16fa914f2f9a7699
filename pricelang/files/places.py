"""What lies in folders, wherever those are: on the disk, in a package, or in an archive."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

    Place: TypeAlias = Path | Traversable
    """A file or a folder: a path, or a `Traversable` such as `importlib.resources.files` gives."""
    Source: TypeAlias = str | os.PathLike[str] | Traversable | bytes | Mapping[str, object]
    """What a book is loaded from: a name, a path or a place, or a book itself as text, bytes or
    members of its compiled form.
    """


FIRST_BYTES = 256
"""So many bytes at the beginning of a file tell a compiled book from a text."""


def is_compiled(data: bytes) -> bool:
    """Decides whether bytes are a compiled book: they begin as an object of JSON, also behind a
    byte order mark, and no text of a book does.

    >>> is_compiled(b'\\xef\\xbb\\xbf {"format"'), is_compiled(b"book a in USD")
    (True, False)
    """
    start = data[:FIRST_BYTES].removeprefix(b"\xef\xbb\xbf")
    return start.lstrip(b" \t\r\n").startswith(b"{")


def text_in(source: object) -> str | bytes | None:
    """The book that a source is itself, as text or bytes; None where it names one.

    >>> text_in("anthropic"), text_in("book a in USD\\n")
    (None, 'book a in USD\\n')
    """
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    if not isinstance(source, str):
        return None
    start = source[:FIRST_BYTES].encode("utf-8", "surrogatepass")
    return source if "\n" in source or is_compiled(start) else None


def place_in(source: object) -> Traversable | None:
    """The place that a source is, where it is none of the disk."""
    if isinstance(source, str | bytes | os.PathLike) or not hasattr(source, "joinpath"):
        return None
    found: Traversable = source  # type: ignore[assignment]
    return found


def folder_of_file(place: Place) -> Place | None:
    """The folder in which a file or a folder lies; None where its place does not say."""
    return getattr(place, "parent", None)


def around(folder: Place) -> Place | None:
    """The folder around a folder, also where that is the working folder."""
    return folder.joinpath("..") if isinstance(folder, os.PathLike) else folder_of_file(folder)


def same_place(place: Place) -> str:
    """A word that two places share where they are one, whatever links lead there."""
    return os.path.realpath(place) if isinstance(place, os.PathLike) else str(place)


def is_there(place: Place) -> bool:
    """Decides whether a place is a file."""
    # os.path answers no, where pathlib raises, for a name too long for the file system
    return os.path.isfile(place) if isinstance(place, os.PathLike) else place.is_file()


def files_in(folder: Place, ending: str) -> Iterator[Place]:
    """The files of a folder whose names end so, in order."""
    for place in _children(folder):
        if place.name.endswith(ending) and is_there(place):
            yield place


def files_below(folder: Place, name: str) -> Iterator[Place]:
    """The files of a name in the folders of a folder, in order."""
    for place in _children(folder):
        if place.is_dir() and is_there(found := place.joinpath(name)):
            yield found


def _children(folder: Place) -> list[Place]:
    try:
        return sorted(folder.iterdir(), key=lambda place: place.name)
    except OSError:
        return []
