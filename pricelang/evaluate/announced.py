"""Prices that were announced and withdrawn. They price nothing; a note mentions them on the days on
which they would have held.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container
from decimal import Decimal

from attrs import frozen

from pricelang.model import book as m
from pricelang.model.instants import written
from pricelang.model.notes import Note
from pricelang.model.space import first_stretch
from pricelang.present.decimals import money, to_decimal


@frozen
class Announced:
    """A price of a meter of a model that was to hold from a day, and never did;
    days as `YYYY-MM-DD`.
    """

    model: str
    meter: str
    amount: Decimal
    per: str
    start: str
    announced: str
    withdrawn: str
    location: str


def announced_by(book: m.Book, seconds: int | None) -> tuple[Announced, ...]:
    """What a book holds of such prices; with an instant, those that would hold then."""
    stretch = None if seconds is None else _stretch(book, seconds)
    return tuple(
        Announced(
            book.models[x.model].name,
            book.meters[x.meter].name,
            to_decimal(x.amount),
            x.per,
            written(x.start),
            written(x.announced),
            written(x.withdrawn),
            x.origin.place,
        )
        for x in book.announcements
        if stretch is None or would_hold(book, x, stretch)
    )


def announced_notes(book: m.Book, model: int, stretch: int) -> list[Note]:
    """The notes on what was expected of a model in a stretch of time,
    the meters of one announcement in one note.
    """
    told: dict[tuple[int, int, int, str | None], list[str]] = {}
    for x in book.announcements:
        if x.model == model and would_hold(book, x, stretch):
            key = (x.start, x.announced, x.withdrawn, x.origin.because)
            told.setdefault(key, []).append(
                f"{book.meters[x.meter].name} {money(x.amount, book.currency)} per {x.per}"
            )
    return [
        Note(
            "announced",
            f"`{book.models[model].name}` was to cost {', '.join(prices)} from "
            f"{written(start)}: announced "
            f"{written(announced)}, withdrawn "
            f"{written(withdrawn)}{f', {because}' if because else ''}",
        )
        for (start, announced, withdrawn, because), prices in told.items()
    ]


def announced_on(book: m.Book, seconds: int, models: Container[str]) -> list[Note]:
    """The notes on what was expected of some models (by name) at an instant."""
    stretch = _stretch(book, seconds)
    return [
        note
        for index, model in enumerate(book.models)
        if model.name in models
        for note in announced_notes(book, index, stretch)
    ]


def _stretch(book: m.Book, seconds: int) -> int:
    return bisect_right(book.boundaries, seconds)


def would_hold(book: m.Book, x: m.Announcement, stretch: int) -> bool:
    """Decides whether a stretch of time is on or after the announced day,
    and before the next row of that meter.
    """
    first = book.boundaries.index(x.start) + 1
    if stretch < first:
        return False
    starts = (
        first_stretch(price.scope)
        for price in book.prices
        if (price.model, price.meter) == (x.model, x.meter)
    )
    return not any(first < start <= stretch for start in starts)
