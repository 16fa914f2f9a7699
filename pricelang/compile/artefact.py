"""The compiled form of a book: one JSON document, the same bytes for the same book, that says
everything `price` needs. `docs/compiled.md` says what it means.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, get_args

from attrs import evolve, fields

from pricelang.compile.gc_guard import uncollected
from pricelang.compile.read_data import BadData, decoder
from pricelang.compile.references import check_references
from pricelang.compile.write_data import encoder
from pricelang.files.cache import digest
from pricelang.model import book as m
from pricelang.model import rule_kinds as k
from pricelang.model.rules import rules_of
from pricelang.model.worked_out import WorkedOut
from pricelang.syntax.diagnostics import NOWHERE, BookError, Fault

FORMAT = "pricelang compiled book"
VERSION = 1
"""What the members of a compiled book mean: a reader refuses one that it does not know."""
LANGUAGE = 1
"""The version of the language in which the book is written."""
KINDS = frozenset(fields(kind).kind.default for kind in get_args(k.Rule))
"""The kinds of rules that this release knows."""

_HEADER = frozenset(
    ("format", "version", "language", "digest", "checksum", "kinds", "below", "worked_out")
)
_SAYINGS = frozenset(("claims", "examples", "remarks"))


def book_data(book: m.Book, key: str, worked_out: WorkedOut) -> dict[str, Any]:
    """The members of a compiled book, but for its checksum. `key` is that of its text, and
    `worked_out` what follows from the rest.
    """
    found: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "language": LANGUAGE,
        "digest": key,
        "kinds": sorted({rule.kind for rule in rules_of(book)}),
    }
    found.update(encoder(m.Book)(book))
    found.update(encoder(m.Sayings)(book.sayings()))
    found["worked_out"] = encoder(WorkedOut)(worked_out)
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


def parsed(text: bytes) -> Any:
    """The members of a compiled book in a text. Raises `BookError`."""
    try:
        with uncollected():
            return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _fault(BadData(f"is no JSON: {error}")) from None


def book_of(data: Mapping[str, Any]) -> tuple[m.Book, str]:
    """The book of the members of a compiled book, and the key of its text; what it says of itself
    is read when it is asked for. Raises `BookError`.
    """
    try:
        with uncollected():
            return _read(data)
    except BadData as error:
        raise _fault(error) from None


def below_in(data: Mapping[str, Any]) -> Any:
    """The members of the book that a compiled book extends, or None."""
    return data.get("below")


def _read(data: Mapping[str, Any]) -> tuple[m.Book, str]:
    _check_header(data)
    said = {name: part for name, part in data.items() if name in _SAYINGS}
    own = {name: part for name, part in data.items() if name not in _HEADER | _SAYINGS}
    book: m.Book = decoder(m.Book)(own)
    check_references(book)

    @cache
    def sayings() -> m.Sayings:
        try:
            found: m.Sayings = decoder(m.Sayings)(said)
        except BadData as error:
            raise _fault(error) from None
        return found

    return evolve(book, sayings=sayings), _member(data, "digest", str)


def _check_header(data: Mapping[str, Any]) -> None:
    if type(data) is not dict or data.get("format") != FORMAT:
        raise BadData(f"is not `{FORMAT}`", "format")
    for name, ours in (("version", VERSION), ("language", LANGUAGE)):
        if data.get(name) != ours:
            raise BadData(f"is not {ours}, which this release reads", name)
    kinds = _member(data, "kinds", tuple[str, ...])
    if not KINDS.issuperset(kinds):
        raise BadData(f"has `{min({*kinds} - KINDS)}`, which this release does not know", "kinds")
    if data.get("checksum") != checksum(
        {name: part for name, part in data.items() if name != "checksum"}
    ):
        raise BadData("is not that of the rest: it was changed, or is not whole", "checksum")


def _member(data: Mapping[str, Any], name: str, hint: Any) -> Any:
    try:
        return decoder(hint)(data.get(name))
    except BadData as error:
        raise error.within(name) from None


def _fault(error: BadData) -> BookError:
    help = "compile the book again with this release: `pricelang compile BOOK -o FILE`"
    return BookError([Fault("bad_compiled", f"the compiled book {error}", NOWHERE, help)])
