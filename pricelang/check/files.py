"""Which files make a book: the entry file, what it includes,
and the book that it extends. Reads text, runs nothing.

A book is a file, or a folder whose entry is `book.price`. An include names a `.price` file inside
the entry's folder. The book that `extends` names is a file or a folder beside it with that header,
a bundled book, or what stands at a path.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path

from attrs import field, frozen

from pricelang.check.extended import Extended, books_beside, extended
from pricelang.files.bundled import rules_folder
from pricelang.files.cache import digest
from pricelang.files.packaged import EXTRA, PACKAGES, NoPackage, packaged_book
from pricelang.present.text import did_you_mean, shown
from pricelang.syntax.diagnostics import NOWHERE, BookError, Fault, Span

MAX_FILES = 200
MAX_BYTES = 4_000_000
"""A file of a book has no more."""
MAX_LAYERS = 8

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


def bundled_books() -> list[str]:
    """The names of the books that come with the package."""
    return sorted(path.parent.name for path in rules_folder().glob("*/book.price"))


def entry_path(source: str | Path) -> Path:
    """The entry file of a book given by the name of a bundled book,
    or by path (a file or a folder).

    A name comes first, so that a folder of the same name
    where a program happens to run changes no price.

    Raises `BookError` (code `no_book`) when there is none.
    """
    if not str(source).isprintable():
        raise BookError([Fault("no_book", f"there is no book `{shown(source)}`", NOWHERE)])
    if isinstance(source, str) and source in bundled_books():
        return rules_folder() / source / "book.price"
    if isinstance(source, str) and source in PACKAGES:
        return _packaged(source)
    # os.path answers no, where pathlib raises, for a name too long for the file system
    path = Path(source)
    if os.path.isdir(path):
        if os.path.isfile(path / "book.price"):
            return path / "book.price"
        raise BookError(
            [
                Fault(
                    "no_book",
                    f"the folder `{shown(source)}` has no `book.price`",
                    NOWHERE,
                    "name the file of the book",
                )
            ]
        )
    if os.path.isfile(path):
        return path
    known = [*bundled_books(), *PACKAGES]
    help = did_you_mean(str(source), known) or f"books by name: {', '.join(known)}"
    if path.suffix or len(path.parts) > 1:
        message = f"there is no file `{shown(source)}`"
        raise BookError([Fault("no_book", message, NOWHERE, help)])
    raise BookError([Fault("no_book", f"there is no book `{shown(source)}`", NOWHERE, help)])


def _packaged(name: str) -> Path:
    try:
        return packaged_book(name) / "book.price"
    except NoPackage as error:
        raise BookError([Fault("no_book", str(error), NOWHERE, EXTRA)]) from None


def read_layers(source: str | Path) -> tuple[Layer, ...]:
    """The files of a book and of the books below it, the lowest first.

    Raises `BookError` for a file that cannot be read, an include outside the folder,
    a book below that is not found.
    """
    layers: list[Layer] = []
    entry = entry_path(source)
    seen: set[Path] = set()
    while True:
        seen.add(entry.resolve())
        layer = _read_layer(entry)
        layers.insert(0, layer)
        first = layer.files[0]
        base = extended(first.name, first.text)
        if base is None:
            return tuple(layers)
        if base.name == base.own:
            raise BookError(
                [Fault("cycle", f"the book `{base.own}` extends itself", base.span)], base.texts
            )
        entry = _base_path(entry, base)
        if entry.resolve() in seen:
            raise BookError(
                [
                    Fault(
                        "cycle",
                        f"the books `{base.own}` and `{base.written}` extend each other",
                        base.span,
                    )
                ],
                base.texts,
            )
        if len(layers) >= MAX_LAYERS:
            raise BookError(
                [Fault("too_large", f"more than {MAX_LAYERS} books extend each other", base.span)],
                base.texts,
            )


def _read_layer(entry: Path) -> Layer:
    """The files of one book. All includes that fail are reported together."""
    folder = entry.parent
    real = folder.resolve()
    prefix = f"{real.name}/" if entry.name == "book.price" else ""
    files, seen = [_read(entry, prefix + entry.name)], {entry}
    chains: dict[str, tuple[str, ...]] = {files[0].name: (files[0].name,)}
    faults: list[Fault] = []
    queue = list(_includes(files[0]))
    for number, (name, span) in enumerate(queue):
        try:
            if number + 1 >= MAX_FILES:
                raise BookError(
                    [Fault("too_large", f"the book has more than {MAX_FILES} files", span)]
                )
            path = _inside(folder, real, name, span, seen)
            chain = (*chains[span.file], prefix + name)
            if path in seen:
                raise BookError([_included_again(chain, name, span)])
            files.append(_read(path, prefix + name))
            chains[prefix + name] = chain
            seen.add(path)
            queue += _includes(files[-1])
        except BookError as error:
            faults += error.faults
            if number + 1 >= MAX_FILES:
                break
    if faults:
        raise BookError(faults, {file.name: file.text for file in files})
    return Layer(tuple(files))


def _included_again(chain: tuple[str, ...], name: str, span: Span) -> Fault:
    """The fault of an include whose file is there already; `chain` is how it was reached."""
    if chain[-1] not in chain[:-1]:
        return Fault("twice", f"`{name}` is included twice", span)
    circle = " → ".join(chain[chain.index(chain[-1]) :])
    help = "an include adds the statements of another file, once"
    return Fault("circle", f"includes form a circle: {circle}", span, help)


def _includes(file: TextFile) -> Iterator[tuple[str, Span]]:
    for match in _INCLUDE.finditer(file.text):
        line = file.text.count("\n", 0, match.start()) + 1
        column = match.start(1) - match.start() + 1
        span = Span(file.name, line, column, line, column + len(match.group(1)))
        yield re.sub(r"\\(.)", r"\1", match.group(1)[1:-1]), span


def _inside(folder: Path, real: Path, name: str, span: Span, files: set[Path]) -> Path:
    """The path of an included file, which must lie in the folder even after links are followed:
    in `real`, which is where the folder itself leads.
    """
    relative = Path(name)
    if (
        relative.is_absolute()
        or ".." in relative.parts
        or not name.isprintable()
        or relative.suffix != ".price"
    ):
        message = f"`{name}` is not a `.price` file inside the folder of the book"
        help = "an include names a file by its path inside the folder"
        raise BookError([Fault("outside", message, span, help)])
    path = folder / relative
    try:
        inside, exists = path.resolve().is_relative_to(real), path.is_file()
    except (OSError, RuntimeError) as error:  # a name too long for the system, a link to itself
        reason = error.strerror if isinstance(error, OSError) else None
        message = f"`{name[:80]}` cannot be read: {reason or 'it is a link to itself'}"
        raise BookError([Fault("no_file", message, span)]) from None
    if not inside:
        message = f"`{name}` leads out of the folder of the book"
        raise BookError([Fault("outside", message, span)])
    if not exists:
        beside = itertools.islice(folder.rglob("*.price"), MAX_FILES)
        known = [str(other.relative_to(folder)) for other in beside if other not in files]
        message = f"there is no file `{name}`"
        raise BookError([Fault("no_file", message, span, did_you_mean(name, known))])
    return path


def _read(path: Path, name: str) -> TextFile:
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise BookError(
            [Fault("no_file", f"`{name}` cannot be read: {error.strerror}", NOWHERE)]
        ) from None
    if len(data) > MAX_BYTES:
        raise BookError(
            [Fault("too_large", f"`{name}` has more than {MAX_BYTES:,} bytes", NOWHERE)]
        )
    try:
        text = text_of(data)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = len(data[data.rfind(b"\n", 0, error.start) + 1 : error.start].decode()) + 1
        span = Span(name, line, column, line, column + 1)
        texts = {name: data.decode("utf-8", "replace")}
        raise BookError(
            [Fault("bad_text", f"`{name}` is not UTF-8 in line {line}", span)], texts
        ) from None
    return TextFile(name, path, text)


def _base_path(entry: Path, base: Extended) -> Path:
    """The entry file of the book that another extends: one at a path, one beside it of that name,
    which no bundled book takes the place of, or a bundled one.
    """
    if base.path is not None:
        found = entry.parent / base.path
        path = found / "book.price" if os.path.isdir(found) else found
        if os.path.isfile(path):
            return path
        help = "the path of a file or of a folder with a `book.price`, seen from this file"
        message = f"there is no book at `{base.path}` to extend"
        raise BookError([Fault("no_book", message, base.span, help)], base.texts)
    name, named = base.name, list(books_beside(entry, MAX_BYTES))
    found_near = ([path for path, own in books.items() if own == name] for books in named)
    beside = next(filter(None, found_near), [])
    if len(beside) > 1:
        message = f"two files of this folder are the book `{name}`: " + " and ".join(
            f"`{os.path.relpath(path, entry.parent)}`" for path in beside
        )
        help = "a book's name belongs to one file of a folder"
        raise BookError([Fault("twice", message, base.span, help)], base.texts)
    if beside:
        return beside[0]
    bundled = bundled_books()
    if name in bundled:
        return rules_folder() / name / "book.price"
    if name in PACKAGES:
        return _packaged(name)
    known = [*bundled, *PACKAGES, *(own for books in named for own in books.values())]
    help = did_you_mean(name, known) or "it stands in the same folder, or is one of: " + ", ".join(
        bundled
    )
    message = f"there is no book `{name}` to extend"
    raise BookError([Fault("no_book", message, base.span, help)], base.texts)
