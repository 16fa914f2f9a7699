"""The compiled form of a loaded book, with the books that it extends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pricelang.apps.loaded_book import LoadedBook
from pricelang.compile.artefact import book_data, canonical, sealed
from pricelang.evaluate.worked_out import worked_out
from pricelang.model import book as m
from pricelang.usage.platform_names import LEAVES_UNSAID


def compiled_data(book: LoadedBook) -> dict[str, Any]:
    """The members of the compiled form of a book. Raises `BadRequest` (`several_books`)."""
    book.alone("a compiled book")
    worked = worked_out(book.checked) | {"unsaid": [*_unsaid(book.checked)]}
    found = book_data(book.checked, book.digest) | {"worked_out": worked}
    if book.below is not None:
        found["below"] = compiled_data(book.below)
    return sealed(found)


def compiled_text(book: LoadedBook) -> str:
    """The compiled form of a book, as text: one line of canonical JSON."""
    return canonical(compiled_data(book)) + "\n"


def _unsaid(book: m.Book) -> Iterator[dict[str, int]]:
    """What a platform leaves unsaid, of the dimensions that a book has."""
    named = {dimension.name: index for index, dimension in enumerate(book.dimensions)}
    platform = named.get("platform")
    values = () if platform is None else book.dimensions[platform].values
    for number, value in enumerate(values):
        for name in LEAVES_UNSAID.get(value.name, ()):
            if platform is not None and name in named:
                yield {"dimension": platform, "value": number, "needs": named[name]}
