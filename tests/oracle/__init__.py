"""A second evaluator of price books:
slow, naive, walking the tree with fractions, so that the product can be checked.

It is written from the meaning of the language alone. Every call looks at every statement again;
nothing is compiled or kept. It trusts that the book is valid: where two lines could both decide, it
raises `Unclear`.
"""

from __future__ import annotations

from tests.oracle.amounts import MODES
from tests.oracle.case import Case, NotOffered, Priced, Refused, Result, Unclear, of_kind
from tests.oracle.reading import Oracle, read_book, read_texts
from tests.oracle.scopes import in_meter_unit

__all__ = [
    "MODES",
    "Case",
    "NotOffered",
    "Oracle",
    "Priced",
    "Refused",
    "Result",
    "Unclear",
    "in_meter_unit",
    "of_kind",
    "read_book",
    "read_texts",
]
