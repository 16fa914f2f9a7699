"""The notes that every bill of a combination has: how its model ended, what is unsure, what the
book remarks, and what was announced and withdrawn.
"""

from __future__ import annotations

from collections.abc import Iterator

from pricelang.evaluate.offers import Point
from pricelang.evaluate.standing_rules import StandingRules
from pricelang.model import book as m
from pricelang.model import rule_kinds as k
from pricelang.model.instants import written
from pricelang.model.notes import Note
from pricelang.model.space import holds, value_at


def notes_at(book: m.Book, point: Point, standing: StandingRules) -> Iterator[Note]:
    """The notes of a point of the book's space."""
    start = book.boundaries[point[m.DATES] - 1]
    yield from _of_model(book.models[point[m.MODELS]], start)
    yield from _of_term(book, start)
    if any(one.model == point[m.MODELS] for one in book.announcements):
        from pricelang.evaluate.announced import announced_notes

        yield from announced_notes(book, point[m.MODELS], point[m.DATES])
    for remark in (rule.line for rule in standing.of(k.NoteRule)):
        yield Note("remark", remark.text)
        yield from _unsure(remark.origin)
    for index, dimension in enumerate(book.dimensions):
        offers = dimension.values[value_at(point, index)].offers
        held = [offer for offer in offers if holds(offer.scope, point)]
        if all(offer.origin.unsure for offer in held):
            yield from _unsure(held[0].origin)
    for silence in standing.silences:
        yield from _unsure(silence.origin)
    for origin in standing.amounts:  # those of unit prices are doubts of their rates
        yield from _unsure(origin)


def _of_model(model: m.Model, start: int) -> Iterator[Note]:
    if model.retired is not None and start >= model.retired:
        day = written(model.retired)
        yield Note("retired", f"`{model.name}` was retired on {day}: this is its last price")
    yield from _unsure(model.origin)


def _of_term(book: m.Book, start: int) -> Iterator[Note]:
    """The note of a contract outside of its term."""
    first, last = book.term
    before, after = first is not None and start < first, last is not None and start >= last
    if book.bases and (before or after):
        parts = [f"from {written(first)}"] if first is not None else []
        parts += [f"before {written(last)}"] if last is not None else []
        yield Note(
            "outside_term",
            f"outside the term of `{book.name}` ({' '.join(parts)}): "
            "the prices of the book below hold",
        )


def _unsure(origin: m.Origin) -> Iterator[Note]:
    if origin.unsure:
        yield Note("unsure", origin.unsure)
