"""Ladders of tiers in words: what they count, and where each tier begins."""

from __future__ import annotations

from fractions import Fraction

from pricelang.model import book as m
from pricelang.model.ladders import Ladder
from pricelang.model.units import plural
from pricelang.present.decimals import grouped, money


def ladder_name(book: m.Book, dimension: m.Dimension, ladder: Ladder) -> str:
    """The name of a ladder, with what it says."""
    return f"{dimension.name}: {ladder_words(book, dimension, ladder)}"


def ladder_words(book: m.Book, dimension: m.Dimension, ladder: Ladder) -> str:
    """A ladder in words: `silver after 1,000 MTok of input, output per project per month`."""
    steps = [
        f"{value.name} after {counted_words(book, ladder, start)}"
        for value, start in zip(dimension.values, ladder.starts, strict=True)
        if start
    ]
    meters = ", ".join(book.meters[meter].name for meter in ladder.counts)
    counted = ("spent on " if ladder.spend else "of ") + meters if meters else "spent"
    way = ", all units" if ladder.all_units else ""
    return f"{', '.join(steps)} {counted} per {ladder.account}{way}"


def counted_words(
    book: m.Book, ladder: Ladder, amount: Fraction, like: Fraction | None = None
) -> str:
    """What a ladder has counted, in the unit that says a number like it shortest (itself unless
    given).
    """
    start = amount if like is None else like
    if ladder.spend:
        return money(amount, book.currency)
    meter = book.meters[ladder.counts[0]]
    unit = book_unit = m.Unit(meter.unit, meter.kind, meter.size)
    if not book_unit.is_time:
        whole = [x for x in book.units if x.kind == meter.kind and not start % x.size]
        unit = max((book_unit, *whole), key=lambda x: x.size)
    count = amount / unit.size
    name = unit.name if count == 1 or not unit.name.islower() else plural(unit.name)
    return f"{grouped(count)} {name}"
