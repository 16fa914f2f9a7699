"""Which files make a book: those of its own, and those of the books that it extends. Reads text,
runs nothing.

A book is a file, or a folder whose entry is `book.price`. An include names a `.price` file inside
the entry's folder. The book that `extends` names is a file or a folder beside it with that header,
a bundled book, or what stands at a path.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pricelang.check.book_files import COMPILED, Layer, read_files, read_text
from pricelang.check.entries import Entry, entry_below, entry_of
from pricelang.check.extended import extended
from pricelang.files.cache import digest
from pricelang.files.places import text_in
from pricelang.syntax.diagnostics import NOWHERE, BookError, Fault

MAX_LAYERS = 8
MAX_COMPILED = 100_000_000
"""A compiled book has no more bytes."""


def key_of(layers: tuple[Layer, ...]) -> str:
    """A key of the content of a book: a SHA-256 over the names and texts of all of its files."""
    files = [file for layer in layers for file in layer.files]
    parts = [
        part.encode("utf-8", "surrogatepass") for file in files for part in (file.name, file.text)
    ]
    return digest(b"".join(b"%d:" % len(part) + part for part in parts))


def compiled_in(source: object) -> bytes | None:
    """The text of the compiled book that a source is or names; None where it is another source.
    Raises `BookError` where there is none, or it cannot be read.
    """
    own = text_in(source)
    if own is not None:
        data = own if isinstance(own, bytes) else own.encode("utf-8", "surrogatepass")
        return data if data.startswith(COMPILED) else None
    place = entry_of(source).file
    try:
        with place.open("rb") as stream:
            start = stream.read(len(COMPILED))
            data = start + stream.read(MAX_COMPILED) if start == COMPILED else b""
    except OSError:
        return None  # whoever reads the text says why
    if len(data) > MAX_COMPILED:
        message = f"`{place.name}` has more than {MAX_COMPILED:,} bytes"
        raise BookError([Fault("too_large", message, NOWHERE)])
    return data or None


def bytes_of(source: object, sha256: str) -> bytes:
    """The bytes of the one file that a source is or names. Raises `BookError` where its SHA-256 is
    another.
    """
    own = text_in(source)
    if own is None:
        place = entry_of(source).file
        try:
            with place.open("rb") as stream:
                data = stream.read(MAX_COMPILED + 1)
        except OSError as error:
            message = f"`{place.name}` cannot be read: {error.strerror}"
            raise BookError([Fault("no_file", message, NOWHERE)]) from None
    else:
        data = own if isinstance(own, bytes) else own.encode("utf-8", "surrogatepass")
    found = digest(data)
    if found != sha256.lower():
        message = f"this is another file than the one that was asked for: its SHA-256 is {found}"
        raise BookError([Fault("other_file", message, NOWHERE, "compare where both come from")])
    return data


def read_layers(source: object, unsaved: Mapping[Path, str] | None = None) -> tuple[Layer, ...]:
    """The files of a book and of the books below it, the lowest first. The source is a name, a
    path, a place in a package or an archive, or the text itself. The text in `unsaved` takes the
    place of a file's, by its path with all links followed, also where there is no file yet.

    Raises `BookError` for a file that cannot be read, an include outside the folder,
    a book below that is not found.
    """
    layers: list[Layer] = []
    own = text_in(source)
    if own is not None:
        entry = None
    elif unsaved and isinstance(source, Path) and source.resolve() in unsaved:
        entry = Entry(source, source.parent)
    else:
        entry = entry_of(source)
    seen: set[str] = set()
    while True:
        if entry is not None:
            seen.add(entry.key)
            layer = read_files(entry, unsaved or {})
        else:
            layer = read_text(own or "")
        layers.insert(0, layer)
        first = layer.files[0]
        base = extended(first.name, first.text)
        if base is None:
            return tuple(layers)
        if base.name == base.own:
            raise BookError(
                [Fault("cycle", f"the book `{base.own}` extends itself", base.span)], base.texts
            )
        entry = entry_below(entry, base)
        if entry.key in seen:
            message = f"the books `{base.own}` and `{base.written}` extend each other"
            raise BookError([Fault("cycle", message, base.span)], base.texts)
        if len(layers) >= MAX_LAYERS:
            raise BookError(
                [Fault("too_large", f"more than {MAX_LAYERS} books extend each other", base.span)],
                base.texts,
            )
