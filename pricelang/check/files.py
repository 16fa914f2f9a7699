"""Which files make a book: those of its own, and those of the books that it extends. Reads text,
runs nothing.

A book is a file, or a folder whose entry is `book.price`. An include names a `.price` file inside
the entry's folder. The book that `extends` names is a file or a folder beside it with that header,
a bundled book, or what stands at a path.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from attrs import evolve

from pricelang.check.book_files import Layer, read_files, read_text
from pricelang.check.entries import Entry, entry_below, entry_of
from pricelang.check.extended import Extended, extended
from pricelang.files.cache import digest
from pricelang.files.places import FIRST_BYTES, is_compiled, text_in
from pricelang.present.text import shown
from pricelang.syntax.diagnostics import NOWHERE, BookError, Fault

_SHA256 = re.compile("[0-9A-Fa-f]{64}")
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
        return data if is_compiled(data) else None
    place = entry_of(source).file
    try:
        with place.open("rb") as stream:
            start = stream.read(FIRST_BYTES)
            data = start + stream.read(MAX_COMPILED) if is_compiled(start) else b""
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
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        message = f"`{shown(sha256)}` is no SHA-256"
        help = "write its 64 hexadecimal digits, as `sha256sum` shows them"
        raise BookError([Fault("other_file", message, NOWHERE, help)])
    if isinstance(source, Mapping | list | tuple):
        message = f"a SHA-256 is of one file, and this is a `{type(source).__name__}`"
        help = "name the file, or give its bytes"
        raise BookError([Fault("other_file", message, NOWHERE, help)])
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


def _entry(source: object, unsaved: Mapping[Path, str]) -> Entry:
    if isinstance(source, Entry):
        return source
    if isinstance(source, Path) and source.resolve() in unsaved:
        return Entry(source, source.parent)
    return entry_of(source)


def read_layers(source: object, unsaved: Mapping[Path, str] | None = None) -> tuple[Layer, ...]:
    """The files of a book and of the books below it, the lowest first. The source is a name, a
    path, a place in a package or an archive, the text itself, or an entry that need not be there.
    The text in `unsaved` takes the place of a file's, by its path with all links followed, also
    where there is no file yet.

    Raises `BookError` for a file that cannot be read, an include outside the folder,
    a book below that is not found.
    """
    layers: list[Layer] = []
    own = text_in(source)
    entry = _entry(source, unsaved or {}) if own is None else None
    base: Extended | None = None
    seen: set[str] = set()
    while True:
        if entry is not None:
            seen.add(entry.key)
            layer = _read_layer(entry, base, unsaved or {})
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


def _read_layer(entry: Entry, base: Extended | None, unsaved: Mapping[Path, str]) -> Layer:
    """The files of a book. What is wrong with its entry as a whole is told where another book says
    that it extends it.
    """
    try:
        return read_files(entry, unsaved)
    except BookError as error:
        if base is None:
            raise
        faults = [
            evolve(fault, span=base.span) if fault.span == NOWHERE else fault
            for fault in error.faults
        ]
        raise BookError(faults, {**base.texts, **error.texts}) from None
