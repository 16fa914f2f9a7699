"""Which files make a book: the entry file, what it includes,
and the book that it extends. Reads text, runs nothing.

A book is a file, or a folder whose entry is `book.price`. An include names a `.price` file inside
the entry's folder. The book that `extends` names is a file or a folder beside it with that header,
a bundled book, or what stands at a path.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pricelang.check.book_files import MAX_BYTES, Layer, read_files
from pricelang.check.extended import Extended, book_name, books_beside, extended
from pricelang.files.bundled import rules_folder
from pricelang.files.cache import digest
from pricelang.files.packaged import EXTRA, PACKAGES, NoPackage, packaged_book
from pricelang.present.text import did_you_mean, help_for, shown
from pricelang.syntax.diagnostics import NOWHERE, BookError, Fault

MAX_LAYERS = 8


def key_of(layers: tuple[Layer, ...]) -> str:
    """A key of the content of a book: a SHA-256 over the names and texts of all of its files."""
    files = [file for layer in layers for file in layer.files]
    parts = [
        part.encode("utf-8", "surrogatepass") for file in files for part in (file.name, file.text)
    ]
    return digest(b"".join(b"%d:" % len(part) + part for part in parts))


def bundled_books() -> list[str]:
    """The names of the books that come with the package."""
    return sorted(path.parent.name for path in rules_folder().glob("*/book.price"))


def entry_path(source: str | Path) -> Path:
    """The entry file of a book given by the name of a bundled book,
    or by path (a file or a folder).

    A name comes first, so that a folder of the same name
    where a program happens to run changes no price; `same_name_here` tells of it.

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
    help = help_for(str(source), known, "books by name")
    if path.suffix or len(path.parts) > 1:
        message = f"there is no file `{shown(source)}`"
        raise BookError([Fault("no_book", message, NOWHERE, help)])
    raise BookError([Fault("no_book", f"there is no book `{shown(source)}`", NOWHERE, help)])


def same_name_here(source: str | Path) -> tuple[str, str] | None:
    """What to say, and what helps, where a book of the working folder has the name by which another
    is asked for: what is bundled or made of a package is taken, and what lies where somebody happens
    to run is not.
    """
    if not isinstance(source, str) or not source or os.path.basename(source) != source:
        return None
    paths = (os.path.join(source, "book.price"), f"{source}.price", source)
    near = next((path for path in paths if os.path.isfile(path)), None)
    if near is None or source not in (*bundled_books(), *PACKAGES):
        return None
    bundled = rules_folder() / source / "book.price"
    if book_name(Path(near), MAX_BYTES) is None or os.path.realpath(near) == str(bundled.resolve()):
        return None
    given = os.path.join(os.curdir, source if near.startswith(source + os.sep) else near)
    return (
        f"`{source}` is the book that comes with that name, not the one in `{near}`",
        f"write `{given}` for that one, or give it a name of its own",
    )


def _packaged(name: str) -> Path:
    try:
        return packaged_book(name) / "book.price"
    except NoPackage as error:
        raise BookError([Fault("no_book", str(error), NOWHERE, EXTRA)]) from None


def read_layers(source: str | Path, unsaved: Mapping[Path, str] | None = None) -> tuple[Layer, ...]:
    """The files of a book and of the books below it, the lowest first; the text in `unsaved` takes
    the place of a file's, by its path with all links followed.

    Raises `BookError` for a file that cannot be read, an include outside the folder,
    a book below that is not found.
    """
    layers: list[Layer] = []
    entry = entry_path(source)
    seen: set[Path] = set()
    while True:
        seen.add(entry.resolve())
        layer = read_files(entry, unsaved or {})
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
    where = f"it stands in the same folder, or is one of: {', '.join(bundled)}"
    message = f"there is no book `{name}` to extend"
    fault = Fault("no_book", message, base.span, lambda: did_you_mean(name, known) or where)
    raise BookError([fault], base.texts)
