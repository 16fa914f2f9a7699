"""The files of a book as text, and the key of their content.
A light module: a cold price needs it.
"""

from __future__ import annotations

from pricelang.files.cache import digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_BYTES = 4_000_000
"""A file of a book has no more."""


def text_of(data: bytes) -> str:
    """The text of a file of a book: a byte order mark dropped, lines ended by `\\n`.
    Raises `UnicodeDecodeError`.

    >>> text_of(b"a\\r\\nb")
    'a\\nb'
    """
    return data.decode("utf-8-sig").replace("\r\n", "\n")


def content_key(files: Iterable[tuple[str, str]]) -> str:
    """A SHA-256 over the names and texts of the files of a book, as hex digits."""
    parts = [part.encode("utf-8", "surrogatepass") for file in files for part in file]
    return digest(b"".join(b"%d:" % len(part) + part for part in parts))
