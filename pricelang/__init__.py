"""Prices as rules: written as a finance reader reads them, evaluated exactly, explained to the cent.

>>> import pricelang
>>> book = pricelang.load()
>>> bill = book.price(model="claude-opus-4-7", at="2026-04-17", usage={"input": 50_000, "output": 15_000})
>>> bill.total
Decimal('0.625')
"""

from __future__ import annotations

from pricelang.api import Bill, Book, BookAt, ModelInfo, load
from pricelang.rating.bill import Factor, Line
from pricelang.rating.errors import BadRequest, NotOffered, PriceError, Refused, UnknownName
from pricelang.syntax.faults import BookError, Fault, Span

__version__ = "0.1.0"
__all__ = [
    "BadRequest", "Bill", "Book", "BookAt", "BookError", "Factor", "Fault", "Line", "ModelInfo", "NotOffered", "PriceError",
    "Refused", "Span", "UnknownName", "load",
]  # fmt: skip
