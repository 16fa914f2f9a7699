"""The meters whose prices derive from others, as multiples of them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pricelang.apps.price_page.day import PageDay
from pricelang.apps.price_page.page import Multiple
from pricelang.evaluate.combination import Combination
from pricelang.evaluate.line_rates import Rate, derivation_at
from pricelang.evaluate.offers import Point
from pricelang.model import book as m
from pricelang.model.space import holds


def multiples_of(day: PageDay) -> Iterator[Multiple]:
    """The derived meters as multiples of what they derive from,
    published exceptions beside the rule.
    """
    book = day.book
    found = [hit for model in day.models if (hit := day.cell(model, ()))]
    derived = {derivation.meter for derivation in book.derivations}
    for index in dict.fromkeys(price.meter for price in book.prices if price.meter in derived):
        groups: dict[tuple[Fraction, str], list[str]] = {}
        for point, cell in found:
            multiple = _multiple(book, index, point, cell)
            if multiple is not None:
                groups.setdefault(multiple, []).append(cell.model.name)
        ordered = sorted(groups.items(), key=lambda item: -len(item[1]))
        for number, ((factor, of), models) in enumerate(ordered):
            name = book.meters[index].name
            yield Multiple(name, factor, of, tuple(models) if number else ())


def _multiple(
    book: m.Book, meter: int, point: Point, cell: Combination
) -> tuple[Fraction, str] | None:
    """The factor of a derived meter in a cell, and the meter that it is of."""
    if not any(x.meter == meter and holds(x.scope, point) for x in book.derivations):
        return None
    of = book.meters[derivation_at(book, point, meter).of].name
    rate, base = cell.rates[book.meters[meter].name], cell.rates[of]
    if isinstance(rate, Rate) and isinstance(base, Rate) and base.list_price:
        return rate.list_price / base.list_price, of
    return None
