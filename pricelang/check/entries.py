"""Which file a book begins with: that of a name, of a path, or the one that another book
extends.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from pricelang.check.extended import ENTRY, MAX_BYTES, Extended, books_beside
from pricelang.files.bundled import rules_folder
from pricelang.files.packaged import EXTRA, PACKAGES, NoPackage, packaged_book
from pricelang.files.places import files_below, folder_of_file, is_there, place_in, same_place
from pricelang.present.text import did_you_mean, listed, shown
from pricelang.syntax.diagnostics import NOWHERE, BookError, Fault

if TYPE_CHECKING:
    from pricelang.files.places import Place


@frozen(eq=False, repr=False)
class Entry:
    """The first file of a book, and the folder in which its others lie; without one it has none."""

    file: Place
    folder: Place | None

    @property
    def key(self) -> str:
        """What two entries share that are one file."""
        return same_place(self.file)


def bundled_books() -> list[str]:
    """The names of the books that come with the package."""
    return sorted(
        folder.name
        for place in files_below(rules_folder(), ENTRY)
        if (folder := folder_of_file(place)) is not None
    )


def entry_of(source: object) -> Entry:
    """The entry file of a book given by the name of a bundled book,
    by path (a file or a folder), or by its place in a package or an archive.

    A name comes first, so that a folder of the same name
    where a program happens to run changes no price.

    Raises `BookError` (code `no_book`) when there is none.
    """
    place = place_in(source)
    if place is not None:
        return _entry_at(place, str(source))
    if not isinstance(source, str | os.PathLike):
        raise _no_book(f"a Python `{type(source).__name__}` is no book", "name one, or its path")
    text = os.fspath(source)
    if not text:
        raise _no_book("no book is named", "name one, or its path")
    if not text.isprintable():
        raise _no_book(f"there is no book `{shown(text)}`")
    found = named_book(source) if isinstance(source, str) else None
    if found is not None:
        return found
    path = Path(text)
    if os.path.isdir(path) or os.path.isfile(path):
        return _entry_at(path, text)
    known = [*bundled_books(), *PACKAGES]
    help = did_you_mean(text, known) or f"books by name: {', '.join(known)}"
    what = "file" if path.suffix or len(path.parts) > 1 else "book"
    raise _no_book(f"there is no {what} `{shown(text)}`", help)


def named_book(name: str) -> Entry | None:
    """The entry of a bundled book, or of one that is made of the data of a package."""
    if name in bundled_books():
        folder = rules_folder().joinpath(name)
        return Entry(folder.joinpath(ENTRY), folder)
    if name not in PACKAGES:
        return None
    try:
        folder = packaged_book(name)
    except NoPackage as error:
        raise _no_book(str(error), EXTRA) from None
    return Entry(folder / ENTRY, folder)


def _entry_at(place: Place, text: str) -> Entry:
    if is_there(place):
        return Entry(place, folder_of_file(place))
    found = place.joinpath(ENTRY)
    if is_there(found):
        return Entry(found, place)
    message = f"the folder `{shown(text)}` has no `{ENTRY}`"
    raise _no_book(message, "name the file of the book")


def _no_book(message: str, help: str | None = None) -> BookError:
    return BookError([Fault("no_book", message, NOWHERE, help)])


# ---- the book below ------------------------------------------------------------------------------


def entry_below(entry: Entry | None, base: Extended) -> Entry:
    """The entry of the book that another extends: one at a path, one beside it of that name, which
    no bundled book takes the place of, or a bundled one. A text without an entry stands in no
    folder. Raises `BookError`.
    """
    folder = entry.folder if entry is not None else None
    if base.path is not None:
        return _entry_by_path(folder, base)
    if entry is not None and folder is not None:
        named = list(books_beside(entry.file, folder, MAX_BYTES))
    else:
        named = []
    found_near = ([x for x, own in books.items() if own == base.name] for books in named)
    beside = next(filter(None, found_near), [])
    if len(beside) > 1 and folder is not None:
        files = listed([_seen_from(folder, place) for place in beside])
        message = f"the book `{base.name}` is in more than one file of this folder: {files}"
        help = "a book's name belongs to one file of a folder"
        raise BookError([Fault("twice", message, base.span, help)], base.texts)
    if beside:
        return Entry(beside[0], folder_of_file(beside[0]))
    found = named_book(base.name)
    if found is not None:
        return found
    known = [*bundled_books(), *PACKAGES, *(own for books in named for own in books.values())]
    help = did_you_mean(base.name, known) or (
        "it stands in the same folder, or is one of: " + ", ".join(bundled_books())
    )
    if base.name.endswith(".price"):
        own = base.name.removesuffix(".price")
        help = f'write the name of the book, such as `extends {own}`, or its path: `"{base.name}"`'
    message = f"there is no book `{base.name}` to extend"
    raise BookError([Fault("no_book", message, base.span, help)], base.texts)


def _entry_by_path(folder: Place | None, base: Extended) -> Entry:
    """The entry of a book at a path, seen from a folder."""
    if folder is not None and base.path is not None:
        found = folder.joinpath(base.path)
        for place in (found, found.joinpath(ENTRY)):
            if is_there(place):
                return Entry(place, folder_of_file(place))
    help = "the path of a file or of a folder with a `book.price`, seen from this file"
    message = f"there is no book at `{base.path}` to extend"
    raise BookError([Fault("no_book", message, base.span, help)], base.texts)


def _seen_from(folder: Place, place: Place) -> str:
    if isinstance(folder, Path) and isinstance(place, Path):
        return os.path.relpath(place, folder)
    return str(place).removeprefix(f"{folder}/")
