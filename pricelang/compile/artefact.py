"""The compiled form of a book: one JSON document, the same bytes for the same book, that says
everything `price` needs. `docs/compiled.md` says what it means.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from attrs import evolve

from pricelang.compile.typed_data import BadData, decoder, encoder
from pricelang.files.cache import digest
from pricelang.model import book as m
from pricelang.model.rules import rules_of

FORMAT = "pricelang compiled book"
VERSION = 1
"""What the members of a compiled book mean: a reader refuses one that it does not know."""
LANGUAGE = 1
"""The version of the language in which the book is written."""

_HEADER = frozenset(
    ("format", "version", "language", "digest", "checksum", "kinds", "below", "worked_out")
)
_SAYINGS = frozenset(("claims", "examples", "remarks"))


def book_data(book: m.Book, key: str) -> dict[str, Any]:
    """The members of a compiled book, but for its checksum. `key` is that of its text."""
    found: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "language": LANGUAGE,
        "digest": key,
        "kinds": sorted({rule.kind for rule in rules_of(book)}),
    }
    found.update(encoder(m.Book)(book))
    found.update(encoder(m.Sayings)(book.sayings()))
    return found


def sealed(data: Mapping[str, Any]) -> dict[str, Any]:
    """The members with their checksum."""
    rest = {name: part for name, part in data.items() if name != "checksum"}
    return {**rest, "checksum": checksum(rest)}


def checksum(data: Mapping[str, Any]) -> str:
    """The SHA-256 of the canonical text of a compiled book without its checksum."""
    return digest(canonical(data).encode())


def canonical(data: Mapping[str, Any]) -> str:
    """JSON with sorted names, without spaces: one text for the same data."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def book_of(data: Any) -> tuple[m.Book, str]:
    """The book of the members of a compiled book, and the key of its text. Raises `BadData`."""
    if type(data) is not dict or data.get("format") != FORMAT:
        raise BadData(f"is not a `{FORMAT}`")
    if data.get("version") != VERSION:
        raise BadData(f"is not {VERSION}, the one that this release reads", "version")
    if data.get("checksum") != checksum({k: v for k, v in data.items() if k != "checksum"}):
        raise BadData("is not that of the rest: it was changed or is not whole", "checksum")
    key = data.get("digest")
    if type(key) is not str:
        raise BadData("is not a text", "digest")
    said = {name: part for name, part in data.items() if name in _SAYINGS}
    own = {name: part for name, part in data.items() if name not in _HEADER | _SAYINGS}
    book: m.Book = decoder(m.Book)(own)
    sayings: m.Sayings = decoder(m.Sayings)(said)
    return evolve(book, sayings=lambda: sayings), key
