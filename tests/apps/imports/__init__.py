"""Imports and exports: what the tests share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.imports import book_of
from pricelang.api import Book
from pricelang.apps.imports.drafts import Imported
from pricelang.apps.imports.reading import imported

HERE = Path(__file__).parent
FILES = {"litellm": str(HERE / "litellm.json"), "genai-prices": str(HERE / "genai.json")}
READ = "2026-11-20"


def fixture(format: str) -> Imported:
    """The small price list of a format, imported."""
    return imported(format, FILES[format], READ)


def cost(book: Book, model: str, at: str = READ, /, **given: Any) -> str:
    """What a request costs as text, or the code of its error;
    texts are values of dimensions, numbers quantities of meters.
    """
    from pricelang.model.errors import PriceError
    from pricelang.present.decimals import plain

    usage = {name: quantity for name, quantity in given.items() if not isinstance(quantity, str)}
    dimensions = {name: value for name, value in given.items() if isinstance(value, str)}
    try:
        return plain(book.price(model=model, at=at, usage=usage, **dimensions).exact_total)
    except PriceError as error:
        return error.code


__all__ = ["FILES", "HERE", "READ", "book_of", "cost", "fixture"]
