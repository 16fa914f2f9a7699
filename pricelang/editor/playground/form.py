"""What a request to a book may say, as the form of the playground asks for it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from pricelang.api import Book
from pricelang.model.instants import written
from pricelang.present.decimals import plain


def form_of(book: Book) -> dict[str, Any]:
    """What a request to a book may say, and the request to begin with."""
    return {
        "models": [model.name for model in reversed(book.models())],
        "meters": [{"name": meter.name, "unit": meter.unit} for meter in book.meters],
        "dimensions": [
            {"name": one.name, "values": list(one.values), "default": one.default}
            for one in book.dimensions
            if not one.clocked
        ],
        "first": first_request(book),
    }


def first_request(book: Book) -> dict[str, Any]:
    """The request to begin with: that of the first example, or else one of the newest model."""
    for example in book.checked.examples:
        if example.record == "single" and example.expect == "cost":
            usage = {name: plain(sum(found, Fraction(0))) for name, found in example.usage}
            return {
                "model": example.model,
                "at": written(example.at),
                "usage": usage,
                "dimensions": dict(example.dimensions),
            }
    model = book.models()[-1].name
    return {"model": model, "at": "", "usage": {book.meters[0].name: "1000"}, "dimensions": {}}
