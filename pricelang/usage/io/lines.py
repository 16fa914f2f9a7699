"""Lines out of a stream: UTF-8, capped in length, one bad line at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO, StringIO
from typing import Protocol

from pricelang.usage.io.json_text import JsonFault

MAX_LINE = 16 * 2**20


class Stream(Protocol):
    """What is read of a file: `readline` with a limit, giving bytes or text."""

    def readline(self, limit: int, /) -> str | bytes:
        """At most `limit` bytes or characters of the next line."""
        ...


Source = Stream | Iterable[str] | Iterable[bytes] | str | bytes
Line = tuple[int, str | JsonFault]


def lines_of(source: Source) -> Iterator[Line]:
    """Each line that is not blank, with its number from 1,
    or the fault of a line that is too long or not UTF-8.

    `source` is an open file (binary or text), a whole text, or an iterable of lines.
    A byte order mark is left out.
    """
    number = 0
    for number, piece in enumerate(_pieces(source), 1):
        if isinstance(piece, JsonFault):
            yield number, piece
            continue
        if isinstance(piece, bytes):
            try:
                text = piece.decode("utf-8")
            except UnicodeDecodeError as error:
                yield number, _not_utf8(error, piece)
                continue
        else:
            text = piece
        if number == 1:
            text = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
        if text and not text.isspace():
            yield number, text.rstrip("\r\n")


def _pieces(source: Source) -> Iterator[str | bytes | JsonFault]:
    if isinstance(source, bytes):
        source = BytesIO(source)
    elif isinstance(source, str):
        source = StringIO(source, newline="\n")
    readline = getattr(source, "readline", None)
    if readline is None:
        for line in source:  # type: ignore[union-attr]
            yield line if len(line) <= MAX_LINE else _too_long()
        return
    while True:
        try:
            piece = readline(MAX_LINE + 1)
        except UnicodeDecodeError as error:
            # A text stream cannot go on behind bytes that it could not decode.
            yield _not_utf8(error)
            return
        if not piece:
            return
        if len(piece) <= MAX_LINE or _ends(piece):
            yield piece
            continue
        while piece and not _ends(piece):
            piece = readline(MAX_LINE)
        yield _too_long()


def _ends(piece: str | bytes) -> bool:
    return piece.endswith(b"\n") if isinstance(piece, bytes) else piece.endswith("\n")


def _not_utf8(error: UnicodeDecodeError, piece: bytes = b"") -> JsonFault:
    message = f"not UTF-8: byte {error.object[error.start]:#04x} at position {error.start + 1}"
    return JsonFault(
        "bad_utf8", message, raw=piece.rstrip(b"\r\n").decode("utf-8", "backslashreplace") or None
    )


def _too_long() -> JsonFault:
    return JsonFault(
        "line_too_long",
        f"the line is longer than {MAX_LINE:,} characters",
        "write one record a line",
    )
