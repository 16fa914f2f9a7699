"""Which files make a book: the entry file, what it includes,
and the book that it extends. Reads text, runs nothing.

A book is a file, or a folder whose entry is `book.price`. An include names a `.price` file inside
the entry's folder. The book that `extends` names is a file or a folder beside it with that header,
a bundled book, or what stands at a path.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from attrs import field, frozen

from pricelang.check.entries import MAX_BYTES, Entry, entry_below, entry_of
from pricelang.check.extended import ENTRY, extended
from pricelang.files.cache import digest
from pricelang.files.places import is_there, text_in
from pricelang.present.text import did_you_mean
from pricelang.syntax.diagnostics import NOWHERE, BookError, Fault, Span

if TYPE_CHECKING:
    from pricelang.files.places import Place

MAX_FILES = 200
MAX_LAYERS = 8
MAX_COMPILED = 100_000_000
"""A compiled book has no more bytes."""
TEXT = "text"
"""The name of a book that is loaded from a text, in places and messages."""
COMPILED = b"{"
"""What a compiled book begins with, and no text of a book does."""

_INCLUDE = re.compile(r'^include[ \t]+("(?:[^"\\\n]|\\["\\])*")', re.MULTILINE)


@frozen(eq=False, repr=False)
class TextFile:
    """A file of a book: the name that messages show, its path, and its text."""

    name: str
    path: Path
    text: str = field(repr=False)


@frozen(eq=False, repr=False)
class Layer:
    """The files of one book, the entry first."""

    files: tuple[TextFile, ...]


def key_of(layers: tuple[Layer, ...]) -> str:
    """A key of the content of a book: a SHA-256 over the names and texts of all of its files."""
    files = [file for layer in layers for file in layer.files]
    parts = [
        part.encode("utf-8", "surrogatepass") for file in files for part in (file.name, file.text)
    ]
    return digest(b"".join(b"%d:" % len(part) + part for part in parts))


def text_of(data: bytes) -> str:
    """The text of a file of a book: a byte order mark dropped, lines ended by `\\n`.
    Raises `UnicodeDecodeError`.

    >>> text_of(b"a\\r\\nb")
    'a\\nb'
    """
    return data.decode("utf-8-sig").replace("\r\n", "\n")


def read_layers(source: object) -> tuple[Layer, ...]:
    """The files of a book and of the books below it, the lowest first. The source is a name, a
    path, a place in a package or an archive, or the text itself.

    Raises `BookError` for a file that cannot be read, an include outside the folder,
    a book below that is not found.
    """
    layers: list[Layer] = []
    own = text_in(source)
    entry = entry_of(source) if own is None else None
    seen: set[str] = set()
    while True:
        if entry is not None:
            seen.add(entry.key)
            layer = _read_layer(entry)
        else:
            layer = _layer_of_text(own or "")
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


def _layer_of_text(own: str | bytes) -> Layer:
    """A book that is one text. Raises `BookError` where it includes a file."""
    data = own if isinstance(own, bytes) else own.encode("utf-8", "surrogatepass")
    file = _decoded(data, TEXT, Path(TEXT))
    help = "a book of several files is loaded by its path"
    faults = [
        Fault("no_file", f"there is no file `{name}`: a text lies in no folder", span, help)
        for name, span in _includes(file)
    ]
    if faults:
        raise BookError(faults, {file.name: file.text})
    return Layer((file,))


def _read_layer(entry: Entry) -> Layer:
    """The files of one book. All includes that fail are reported together."""
    folder, name = entry.folder, entry.file.name
    within = folder.resolve() if isinstance(folder, Path) else folder
    prefix = f"{within.name}/" if name == ENTRY and within is not None else ""
    files, seen = [_read(entry.file, prefix + name)], {str(entry.file)}
    faults: list[Fault] = []
    queue = list(_includes(files[0]))
    for number, (name, span) in enumerate(queue):
        try:
            if number + 1 >= MAX_FILES:
                raise BookError(
                    [Fault("too_large", f"the book has more than {MAX_FILES} files", span)]
                )
            place = _inside(folder, name, span, seen)
            if str(place) in seen:
                raise BookError([Fault("twice", f"`{name}` is included twice", span)])
            files.append(_read(place, prefix + name))
            seen.add(str(place))
            queue += _includes(files[-1])
        except BookError as error:
            faults += error.faults
            if number + 1 >= MAX_FILES:
                break
    if faults:
        raise BookError(faults, {file.name: file.text for file in files})
    return Layer(tuple(files))


def _includes(file: TextFile) -> Iterator[tuple[str, Span]]:
    for match in _INCLUDE.finditer(file.text):
        line = file.text.count("\n", 0, match.start()) + 1
        column = match.start(1) - match.start() + 1
        span = Span(file.name, line, column, line, column + len(match.group(1)))
        yield re.sub(r"\\(.)", r"\1", match.group(1)[1:-1]), span


def _inside(folder: Place | None, name: str, span: Span, seen: set[str]) -> Place:
    """The place of an included file, which must lie in the folder."""
    relative = PurePosixPath(name)
    if (
        relative.is_absolute()
        or Path(name).is_absolute()
        or ".." in {*relative.parts, *Path(name).parts}
        or not name.isprintable()
        or relative.suffix != ".price"
    ):
        message = f"`{name}` is not a `.price` file inside the folder of the book"
        help = "an include names a file by its path inside the folder"
        raise BookError([Fault("outside", message, span, help)])
    if isinstance(folder, Path):
        return _path_inside(folder, name, span, seen)
    place = folder.joinpath(*relative.parts) if folder is not None else None
    if place is None or not is_there(place):
        raise BookError([Fault("no_file", f"there is no file `{name}`", span)])
    return place


def _path_inside(folder: Path, name: str, span: Span, seen: set[str]) -> Path:
    """The same on the disk, where links are followed."""
    path = folder / name
    try:
        inside, exists = path.resolve().is_relative_to(folder.resolve()), path.is_file()
    except (OSError, RuntimeError) as error:  # a name too long for the system, a link to itself
        reason = error.strerror if isinstance(error, OSError) else None
        message = f"`{name[:80]}` cannot be read: {reason or 'it is a link to itself'}"
        raise BookError([Fault("no_file", message, span)]) from None
    if not inside:
        message = f"`{name}` leads out of the folder of the book"
        raise BookError([Fault("outside", message, span)])
    if not exists:
        beside = itertools.islice(folder.rglob("*.price"), MAX_FILES)
        known = [str(other.relative_to(folder)) for other in beside if str(other) not in seen]
        message = f"there is no file `{name}`"
        raise BookError([Fault("no_file", message, span, did_you_mean(name, known))])
    return path


def _read(place: Place, name: str) -> TextFile:
    try:
        with place.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise BookError(
            [Fault("no_file", f"`{name}` cannot be read: {error.strerror}", NOWHERE)]
        ) from None
    return _decoded(data, name, place if isinstance(place, Path) else Path(str(place)))


def _decoded(data: bytes, name: str, path: Path) -> TextFile:
    """The text of a file. Raises `BookError` for bytes that are none."""
    if data.startswith(COMPILED):
        message = f"`{name}` is a compiled book: it has no text"
        help = "name the text that it was compiled from"
        raise BookError([Fault("compiled", message, NOWHERE, help)])
    if len(data) > MAX_BYTES:
        raise BookError(
            [Fault("too_large", f"`{name}` has more than {MAX_BYTES:,} bytes", NOWHERE)]
        )
    try:
        text = text_of(data)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        span = Span(name, line, 1, line, 2)
        texts = {name: data.decode("utf-8", "replace")}
        raise BookError(
            [Fault("bad_text", f"`{name}` is not UTF-8 in line {line}", span)], texts
        ) from None
    return TextFile(name, path, text)
