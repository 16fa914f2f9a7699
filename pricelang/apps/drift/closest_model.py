"""The model of a book that a new one is like: the one with most of its prices, then with most of
its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from pricelang.apps.drift.new_models import parts_of
from pricelang.apps.price_book import PriceBook
from pricelang.evaluate.combination import Combination
from pricelang.evaluate.line_rates import Rate
from pricelang.model.errors import PriceError
from pricelang.model.instants import seconds_of


def closest_model(
    book: PriceBook, name: str, prices: Mapping[str, Fraction], at: str
) -> str | None:
    """The closest model that is released and not retired; None where no word of its name is in any.
    Among equals the newest is meant.
    """
    new, now = parts_of(name), seconds_of(at)
    best: tuple[tuple[int, int, int, int], str] | None = None
    for model in book.checked.models:
        parts = parts_of(model.name)
        if model.released > now or (model.retired is not None and model.retired <= now):
            continue
        family = new is not None and parts is not None and new.words[:1] == parts.words[:1]
        version = new is not None and parts is not None and new.version == parts.version
        same = _same(book, model.name, prices, at)
        if not (family or version or same):
            continue
        score = (same, family, version, model.released)
        if best is None or score > best[0]:
            best = score, model.name
    return best[1] if best is not None else None


def _same(book: PriceBook, model: str, prices: Mapping[str, Fraction], at: str) -> int:
    """How many prices a model has in common with some."""
    try:
        cell: Combination = book.rates.request(model, at, {}, {}, held=False).basis.cell
    except PriceError:
        return 0
    return sum(
        isinstance(rate := cell.rates.get(meter), Rate) and rate.unit_price == price
        for meter, price in prices.items()
    )
