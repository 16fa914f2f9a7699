"""A checked book as data (JSON) and back, and the user's cache of checked books: read without the parser, never unpickled."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import stat
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import attrs

from pricelang.book import model as m

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

    The cache is a folder of the user's own (`PRICELANG_CACHE` names another; empty means none). A file there that
    somebody else owns or could write, or that is not whole, is passed over.
    """
    folder = _cache_folder()
    if folder is None:
        return make()
    path = folder / f"{hashlib.sha256(f'{FORMAT}:{_compiler()}:{key}'.encode()).hexdigest()}.json"
    text = _read_own(path)
    if text is not None:
        try:
            return read_book(text, make)
        except ValueError:
            pass
    book = make()
    _keep(path, dump_book(book))
    return book


def _cache_folder() -> Path | None:
    named = os.environ.get("PRICELANG_CACHE")
    if named is not None:
        return Path(named) if named else None
    from platformdirs import user_cache_path

    return user_cache_path("pricelang", appauthor=False)


def _compiler() -> str:
    """A word that changes whenever the code that checks books does."""
    package = Path(__file__).resolve().parent.parent
    parts = []
    for folder in ("syntax", "book"):
        for entry in sorted(os.scandir(package / folder), key=lambda entry: entry.name):
            if entry.name.endswith(".py"):
                found = entry.stat()
                parts.append(f"{entry.name}:{found.st_size}:{found.st_mtime_ns}")
    from pricelang.resources import grammar_path

    grammar = grammar_path().stat()
    return ";".join(parts) + f";{grammar.st_size}:{grammar.st_mtime_ns}"


def _own(found: os.stat_result) -> bool:
    if not hasattr(os, "getuid"):
        return True  # a cache folder under the user's profile is the user's own on systems without owners
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _read_own(path: Path) -> str | None:
    try:
        if not _own(os.stat(path.parent)):
            return None
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(handle, "rb") as stream:
            if not _own(os.fstat(stream.fileno())):
                return None
            data = stream.read()
    except OSError:
        return None
    digest, _, body = data.partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        return None
    return body.decode("ascii", "replace")


def _keep(path: Path, text: str) -> None:
    """Writes a file whole or not at all; a cache that cannot be written is no fault."""
    import tempfile  # only where something is written

    body = text.encode("ascii")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _own(os.stat(path.parent)) or path.is_dir():
            return
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as stream:
            stream.write(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    except OSError:
        return
    try:
        os.replace(stream.name, path)
    except OSError:
        os.unlink(stream.name)
