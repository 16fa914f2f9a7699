"""A checked book as data (JSON) and back, and the user's cache of checked books:
read without the parser, never unpickled.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable
from fractions import Fraction
from itertools import accumulate, chain
from operator import attrgetter
from types import NoneType
from typing import Any, TypeVar

import attrs

from pricelang.compile.gc_guard import uncollected
from pricelang.files.cache import cache_folder, digest, fingerprint, keep, read_own
from pricelang.files.shipped import shipped
from pricelang.model import book as m

T = TypeVar("T")
FORMAT = 8
_CLASSES: dict[str, type] = {
    name: thing for name, thing in vars(m).items() if isinstance(thing, type) and attrs.has(thing)
}
_PLAIN = {int, bool, str, NoneType}
_SHARED = {str, Fraction, tuple, NoneType}


def dump_book(book: m.Book) -> str:
    """The book as two lines of JSON: what `price` needs, and what a book says of itself."""
    return "\n".join(
        json.dumps(_encode(part), separators=(",", ":"), ensure_ascii=True)
        for part in (book, book.sayings())
    )


def read_book(text: str, make: Callable[[], m.Book] | None = None) -> m.Book:
    """The book of such lines. Raises `ValueError` for anything else; runs nothing of it.

    The second line is read when it is wanted;
    where it is broken, `make` gives the book it should be of.
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
        with uncollected():
            found = json.loads(text, object_hook=_decode)
    except (
        ArithmeticError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
        ValueError,
    ) as error:
        raise ValueError(f"not a stored book: {error}") from None
    if not isinstance(found, wanted):
        raise ValueError("not a stored book")
    return found


# An object is its class's name and its fields, a tuple a list. What there is much of is stored
# flat, as a few long lists, which the decoder reads many times faster than many short ones: objects
# of one class, `NAME*`, and tuples of one length, `#`, as columns; tuples of any length, `~`, as
# their lengths and all their parts in a row; and values that come again and again, `=`, as the
# different ones and the number of each.
FEW = 4


def _encode(value: Any) -> Any:
    if isinstance(value, tuple):
        return _encode_tuple(value)
    if isinstance(value, Fraction):
        return {"/": [value.numerator, value.denominator]}
    if type(value).__name__ in _CLASSES:
        return {
            type(value).__name__: [_encode(getattr(value, name)) for name in _fields(type(value))]
        }
    return value


def _encode_tuple(values: tuple[Any, ...]) -> Any:
    kinds = set(map(type, values))
    if len(values) < FEW or kinds <= _PLAIN or len(kinds) > 1:
        return [_encode(value) for value in values]
    (kind,) = kinds
    if kind is tuple:
        sizes = list(map(len, values))
        if len(set(sizes)) > 1 or not sizes[0]:
            return {"~": [sizes, _encode(tuple(chain.from_iterable(values)))]}
        return {"#": [_column(column) for column in zip(*values, strict=True)]}
    if kind.__name__ in _CLASSES:
        return {
            f"{kind.__name__}*": [
                _column(tuple(map(attrgetter(name), values))) for name in _fields(kind)
            ]
        }
    return [_encode(value) for value in values]


def _column(values: tuple[Any, ...]) -> Any:
    if set(map(type, values)) <= _SHARED:
        different = tuple(dict.fromkeys(values))
        if 2 * len(different) < len(values):
            numbers = dict(zip(different, range(len(different)), strict=True))
            return {"=": [_encode(different), [numbers[value] for value in values]]}
    return _encode(values)


def _fields(kind: type) -> list[str]:
    return [field.name for field in attrs.fields(kind) if field.init and field.name != "sayings"]


def _decode(found: dict[str, Any]) -> Any:
    ((name, parts),) = found.items()
    if name == "/":
        return Fraction(*parts)
    if name == "=":
        return tuple(map(_tuple(parts[0]).__getitem__, parts[1]))
    if name == "~":
        ends = list(accumulate(parts[0]))
        inner = _tuple(parts[1])
        return tuple([inner[start:end] for start, end in zip([0, *ends], ends, strict=False)])
    if name == "#":
        return tuple(zip(*map(_tuple, parts), strict=True))
    if name.endswith("*"):
        if len(set(map(len, parts))) != 1:
            raise ValueError("columns of different lengths")
        return tuple(map(_CLASSES[name[:-1]], *map(_tuple, parts)))
    return _CLASSES[name](*[_tuple(part) if type(part) is list else part for part in parts])


def _tuple(parts: list[Any] | tuple[Any, ...]) -> tuple[Any, ...]:
    return (
        tuple([_tuple(part) if type(part) is list else part for part in parts])
        if list in set(map(type, parts))
        else tuple(parts)
    )


# ---- the cache -----------------------------------------------------------------------------------


def cached_book(key: str, make: Callable[[], m.Book]) -> m.Book:
    """The book kept under a key of its content,
    or else the one that `make` gives, which is then kept.

    A file of the cache that is not whole and the user's own is passed over
    (see `pricelang.files.cache`).
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
    with uncollected():
        book = make()
        keep(path, dump_book(book))
    return book


def shipped_book(name: str) -> tuple[m.Book, str] | None:
    """The bundled book of a name as it came with an installed package, and the key of its text;
    None in a checkout, where the text may be newer.
    """
    text = shipped(f"{name}.book")
    if text is None:
        return None
    key, _, rest = text.partition("\n")
    return read_book(rest), key


def is_shipped(name: str) -> bool:
    """Decides whether a book came with an installed package."""
    return shipped(f"{name}.book") is not None


def dump_shipped(book: m.Book, key: str) -> str:
    """What comes with the package for `shipped_book`."""
    return f"{key}\n{dump_book(book)}"


def compiler() -> str:
    """A word that changes whenever the code that checks books does."""
    return fingerprint("syntax", "model", "check", "solver", "compile", "grammar")
