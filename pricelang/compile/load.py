"""From a path or a name to a checked book, by way of the cache."""

from __future__ import annotations

from pathlib import Path

from pricelang.check.book_files import Layer
from pricelang.check.files import key_of, read_layers
from pricelang.compile.store import cached_book
from pricelang.model.book import Book


def load_book(source: str | Path) -> tuple[Book, str]:
    """The checked book of a file, a folder, or the name of a bundled book, and the key of its text.
    Raises `BookError` with all its faults.
    """
    layers = read_layers(source)
    return _book_of(layers), key_of(layers)


def load_below(source: str | Path) -> tuple[Book, Path] | None:
    """The checked book below one that extends another, and its file, or None.
    Raises `BookError` like `load_book`.
    """
    layers = read_layers(source)[:-1]
    return (_book_of(layers), layers[-1].files[0].path) if layers else None


def load_list(source: str | Path) -> tuple[Book, Path] | None:
    """The checked book at the bottom of one that extends another, and its file, or None.
    Raises `BookError` like `load_book`.
    """
    layers = read_layers(source)
    return (_book_of(layers[:1]), layers[0].files[0].path) if len(layers) > 1 else None


def _book_of(layers: tuple[Layer, ...]) -> Book:
    def make() -> Book:
        from pricelang.compile.book import book_of_layers  # the parser is only needed here

        return book_of_layers(layers)

    return cached_book(key_of(layers), make)
