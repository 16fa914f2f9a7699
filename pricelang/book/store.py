"""A checked book as data (JSON) and back, and the user's cache of checked books: read without the parser, never unpickled."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeVar

import attrs

from pricelang.book import model as m
from pricelang.cache import cache_folder, digest, fingerprint, keep, read_own
from pricelang.resources import folder_of

T = TypeVar("T")
FORMAT = 3
_CLASSES: dict[str, type] = {
    name: thing for name, thing in vars(m).items() if isinstance(thing, type) and attrs.has(thing)
}


def dump_book(book: m.Book) -> str:
    """The book as two lines of JSON, what `price` needs and the rest: each object is its class's name and its fields."""
    return "\n".join(json.dumps(_encode(part), separators=(",", ":"), ensure_ascii=True) for part in (book, book.sayings()))


def read_book(text: str, make: Callable[[], m.Book] | None = None) -> m.Book:
    """The book of such lines. Raises `ValueError` for anything else; runs nothing of it.

    The second line is read when it is wanted; where it is broken, `make` gives the book it should be of.
    """
    first, _, rest = text.partition("\n")
    book = _read(first, m.Book)
    if not rest.startswith('{"Sayings":'):
        raise ValueError("not a stored book")

    @functools.cache
    def sayings() -> m.Sayings:
        try:
            return _read(rest, m.Sayings)
        except ValueError:
            if make is None:
                raise
            return make().sayings()

    return attrs.evolve(book, sayings=sayings)


def _read(text: str, wanted: type[T]) -> T:
    try:
        found = json.loads(text, object_hook=_decode)
    except (ArithmeticError, KeyError, TypeError, AttributeError, RecursionError, ValueError) as error:
        raise ValueError(f"not a stored book: {error}") from None
    if not isinstance(found, wanted):
        raise ValueError("not a stored book")
    return found


def _encode(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_encode(part) for part in value]
    if isinstance(value, Fraction):
        return {"/": [value.numerator, value.denominator]}
    if attrs.has(type(value)):
        fields = [field.name for field in attrs.fields(type(value)) if field.name != "sayings"]
        return {type(value).__name__: [_encode(getattr(value, name)) for name in fields]}
    return value


def _decode(found: dict[str, Any]) -> Any:
    ((name, parts),) = found.items()
    if name == "/":
        return Fraction(*parts)
    return _CLASSES[name](*[_tuples(part) if type(part) is list else part for part in parts])


def _tuples(parts: list[Any]) -> tuple[Any, ...]:
    return tuple([_tuples(part) if type(part) is list else part for part in parts])


# ---- the cache ------------------------------------------------------------------------------------------------------


def cached_book(key: str, make: Callable[[], m.Book]) -> m.Book:
    """The book kept under a key of its content, or else the one that `make` gives, which is then kept.

    A file of the cache that is not whole and the user's own is passed over (see `pricelang.cache`).
    """
    folder = cache_folder()
    if folder is None:
        return make()
    path = os.path.join(folder, digest(f"{FORMAT}:{compiler()}:{key}".encode()) + ".json")
    text = read_own(path)
    if text is not None:
        try:
            return read_book(text, make)
        except ValueError:
            pass
    book = make()
    keep(path, dump_book(book))
    return book


def compiler() -> str:
    """A word that changes whenever the code that checks books does."""
    return fingerprint("syntax", "book", folder_of("grammar"))
