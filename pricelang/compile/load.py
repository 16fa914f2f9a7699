"""From a name, a path, a text or a compiled book to a checked book."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from attrs import frozen

from pricelang.compile.store import cached_book, is_shipped, shipped_book
from pricelang.model.book import Book

# The readers of texts and of compiled books are imported for those alone: the shipped book needs
# neither.
if TYPE_CHECKING:
    from pricelang.check.book_files import Layer


@frozen(eq=False, repr=False)
class Loaded:
    """A checked book and the key of its text. `extends` gives the book below it, and reads no path
    for that; None where it extends none.
    """

    book: Book
    key: str
    extends: Callable[[], Loaded] | None = None


def load_book(source: object) -> Loaded:
    """The checked book of a file, a folder, the name of a bundled book, a text, or a compiled
    book. Raises `BookError` with all its faults.
    """
    shipped = shipped_book(source) if isinstance(source, str) else None
    if shipped is not None:
        return Loaded(*shipped)
    if isinstance(source, Mapping):
        return _of_compiled(source)
    from pricelang.check.files import compiled_in, read_layers

    compiled = compiled_in(source)
    if compiled is not None:
        from pricelang.compile.artefact import parsed

        return _of_compiled(parsed(compiled))
    return _of_layers(read_layers(source))


def content_of(source: object) -> str:
    """A key of what a source holds now; it changes where the book may. Raises `BookError`."""
    if isinstance(source, Mapping) or (isinstance(source, str) and is_shipped(source)):
        return ""  # it stays as it is
    from pricelang.check.files import compiled_in, key_of, read_layers
    from pricelang.files.cache import digest

    compiled = compiled_in(source)
    return key_of(read_layers(source)) if compiled is None else digest(compiled)


def _of_layers(layers: tuple[Layer, ...]) -> Loaded:
    from pricelang.check.files import key_of

    def make() -> Book:
        from pricelang.compile.book import book_of_layers  # the parser is only needed here

        return book_of_layers(layers)

    key, below = key_of(layers), layers[:-1]
    return Loaded(cached_book(key, make), key, partial(_of_layers, below) if below else None)


def _of_compiled(data: Mapping[str, object]) -> Loaded:
    from pricelang.compile.artefact import below_in, book_of

    book, key = book_of(data)
    below = below_in(data)
    return Loaded(book, key, None if below is None else partial(_of_compiled, below))
