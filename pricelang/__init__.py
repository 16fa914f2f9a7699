"""Prices as rules: written as a finance reader reads them,
evaluated exactly, explained to the cent.

>>> import pricelang
>>> book = pricelang.load()
>>> bill = book.price(
...     model="claude-opus-4-7", at="2026-04-17", usage={"input": 50_000, "output": 15_000}
... )
>>> bill.total
Decimal('0.625')
"""

from __future__ import annotations

# Names are imported when they are first asked for, so that the command line does not wait for what
# it does not need. (A type checker takes a constant of this name for true; importing it would cost
# more than all of this module.)
TYPE_CHECKING = False
if TYPE_CHECKING:
    from pricelang.api import Book, BookAt, load, watch
    from pricelang.apps import exports as export
    from pricelang.apps.watched_book import WatchedBook
    from pricelang.evaluate.bill import Bill
    from pricelang.evaluate.bill_lines import Factor, Line
    from pricelang.evaluate.models import ModelInfo
    from pricelang.model.errors import (
        BadRequest,
        Doubtful,
        MissingExtra,
        NotOffered,
        PriceError,
        Refused,
        UnknownName,
    )
    from pricelang.model.notes import Note
    from pricelang.syntax.diagnostics import BookError, Fault, Span
    from pricelang.usage.live.usage_of import usage_of
    from pricelang.usage.records import Record, UsageError

__version__ = "0.1.0"
__all__ = [
    "BadRequest",
    "Bill",
    "Book",
    "BookAt",
    "BookError",
    "Doubtful",
    "Factor",
    "Fault",
    "Line",
    "MissingExtra",
    "ModelInfo",
    "NotOffered",
    "Note",
    "PriceError",
    "Record",
    "Refused",
    "Span",
    "UnknownName",
    "UsageError",
    "WatchedBook",
    "export",
    "load",
    "usage_of",
    "watch",
]

_HOMES = {
    **dict.fromkeys(("Book", "BookAt", "load", "watch"), "pricelang.api"),
    "Bill": "pricelang.evaluate.bill",
    "ModelInfo": "pricelang.evaluate.models",
    "WatchedBook": "pricelang.apps.watched_book",
    "Note": "pricelang.model.notes",
    **dict.fromkeys(("Factor", "Line"), "pricelang.evaluate.bill_lines"),
    **dict.fromkeys(
        (
            "BadRequest",
            "Doubtful",
            "MissingExtra",
            "NotOffered",
            "PriceError",
            "Refused",
            "UnknownName",
        ),
        "pricelang.model.errors",
    ),
    **dict.fromkeys(("BookError", "Fault", "Span"), "pricelang.syntax.diagnostics"),
    "usage_of": "pricelang.usage.live.usage_of",
    **dict.fromkeys(("Record", "UsageError"), "pricelang.usage.records"),
}


# Modules that are reached by a short name: `from pricelang import export`.
_MODULES = {"export": "pricelang.apps.exports"}


def __getattr__(name: str) -> object:
    if name not in _MODULES and name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    from pricelang.compile.gc_guard import uncollected

    with uncollected():
        found: object = import_module(_MODULES.get(name) or _HOMES[name])
        if name in _HOMES:
            found = getattr(found, name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
