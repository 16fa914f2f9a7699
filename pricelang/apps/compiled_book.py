"""The compiled form of a loaded book, with the books that it extends."""

from __future__ import annotations

from typing import Any

from pricelang.apps.loaded_book import LoadedBook
from pricelang.compile.artefact import book_data, canonical, sealed
from pricelang.evaluate.worked_out import worked_out
from pricelang.usage.platform_names import LEAVES_UNSAID


def compiled_data(book: LoadedBook) -> dict[str, Any]:
    """The members of the compiled form of a book. Raises `BadRequest` (`several_books`)."""
    book.alone("a compiled book")
    found = book_data(book.checked, book.digest, worked_out(book.checked, LEAVES_UNSAID))
    if book.below is not None:
        found["below"] = compiled_data(book.below)
    return sealed(found)


def compiled_text(book: LoadedBook) -> str:
    """The compiled form of a book, as text: one line of canonical JSON."""
    return canonical(compiled_data(book)) + "\n"
