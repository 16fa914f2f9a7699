"""The notes that all requests of a point have: how their model ended, what was announced and
withdrawn, the term of a contract, what the book remarks, and what is unsure beside unit prices.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from weakref import WeakKeyDictionary

from pricelang.evaluate.offers import Point, is_at
from pricelang.evaluate.refusals import where_met
from pricelang.model import book as m
from pricelang.model import rule_kinds as k
from pricelang.model.diagrams import place_of, root_of
from pricelang.model.instants import written
from pricelang.model.notes import Note
from pricelang.model.points import PointNote, Where
from pricelang.model.rules import Stage, origin_of, rules_of, stage_of
from pricelang.model.space import axis_of, meet, point_mask

_BEYOND_UNIT_PRICES: frozenset[Stage] = frozenset(("line item", "request", "currency"))


def notes_at(book: m.Book, point: Point) -> Iterator[Note]:
    """The notes of a point of the book's space."""
    for one in (*model_notes(book, point[m.MODELS]), *notes_of(book)):
        if is_at(book, one.where, point):
            yield Note(one.code, one.text)


def model_notes(book: m.Book, index: int) -> tuple[PointNote, ...]:
    """The notes on a model, by day; worked out once."""
    known = _OF_MODELS.setdefault(book, {})
    if index not in known:
        known[index] = tuple(filter(_can_hold, _of_model(book, index)))
    return known[index]


_OF_MODELS: WeakKeyDictionary[m.Book, dict[int, tuple[PointNote, ...]]] = WeakKeyDictionary()


def _of_model(book: m.Book, index: int) -> Iterator[PointNote]:
    model = book.models[index]
    if model.retired is not None:
        day = written(model.retired)
        where = _days(book, bisect_left(book.boundaries, model.retired) + 1)
        text = f"`{model.name}` was retired on {day}: this is its last price"
        yield PointNote(where, "retired", text)
    yield from _unsure(Where(()), model.origin)
    if any(one.model == index for one in book.announcements):
        yield from _announced(book, index)


def _announced(book: m.Book, model: int) -> Iterator[PointNote]:
    from pricelang.evaluate.announced import announced_notes

    told: dict[str, list[int]] = {}
    for stretch in range(len(book.boundaries) + 1):
        for note in announced_notes(book, model, stretch):
            told.setdefault(note.text, []).append(stretch)
    for text, stretches in told.items():
        yield PointNote(Where(((m.DATES, point_mask(stretches)),)), "announced", text)


@lru_cache(maxsize=16)
def notes_of(book: m.Book) -> tuple[PointNote, ...]:
    """The notes of a book, but for those on models."""
    found = [*_of_term(book)]
    for remark in book.notes:
        found.append(PointNote(Where(remark.scope), "remark", remark.text))
        found += _unsure(Where(remark.scope), remark.origin)
    found += [*_of_values(book), *_of_rules(book), *_of_allowances(book)]
    return tuple(filter(_can_hold, found))


def _can_hold(note: PointNote) -> bool:
    """Decides whether there is any such point: a day may lie behind all that part time."""
    return all(mask for _, mask in note.where.scope)


def _of_term(book: m.Book) -> Iterator[PointNote]:
    """The note of a contract outside of its term."""
    if not book.bases or book.term == (None, None):
        return
    first, last = book.term
    parts = [f"from {written(first)}"] if first is not None else []
    parts += [f"before {written(last)}"] if last is not None else []
    text = f"outside the term of `{book.name}` ({' '.join(parts)}): "
    text += "the prices of the book below hold"
    if first is not None:
        yield PointNote(
            _days(book, 1, bisect_left(book.boundaries, first) + 1), "outside_term", text
        )
    if last is not None:
        yield PointNote(_days(book, bisect_left(book.boundaries, last) + 1), "outside_term", text)


def _of_values(book: m.Book) -> Iterator[PointNote]:
    """The doubt of a value whose holding offers are all unsure: that of the first of them."""
    for index, dimension in enumerate(book.dimensions):
        for number, value in enumerate(dimension.values):
            sure = tuple(offer.scope for offer in value.offers if not offer.origin.unsure)
            for place, offer in enumerate(value.offers):
                scope = meet(offer.scope, ((axis_of(index), 1 << number),))
                if offer.origin.unsure and scope is not None:
                    earlier = tuple(one.scope for one in value.offers[:place])
                    outside = tuple(dict.fromkeys((*sure, *earlier)))
                    yield from _unsure(Where(scope, (), outside), offer.origin)


def _of_rules(book: m.Book) -> Iterator[PointNote]:
    """The doubts of rules on which an amount rests beyond unit prices, which have their own, and of
    what was asked in vain.
    """
    for rule in rules_of(book):
        place = place_of(rule) if origin_of(rule).unsure and _is_asked(rule) else None
        if place is not None:
            slot, tag = place
            where = Where((), ((root_of(book.decisions, slot), (tag,)),))
            yield from _unsure(where, origin_of(rule))


def _is_asked(rule: k.Rule) -> bool:
    if isinstance(rule, k.ChargeMinimumRule):
        return False  # it is asked meter by meter
    if isinstance(rule, k.ModifierRule) and rule.line.outcome == "no_effect":
        return True
    return isinstance(rule, k.FreeRule) or stage_of(rule) in _BEYOND_UNIT_PRICES


def _of_allowances(book: m.Book) -> Iterator[PointNote]:
    """The doubts of what a contract allows, where the pair would be excluded without it."""
    for exclusion in book.exclusions:
        for offer in exclusion.allowed:
            scope = meet(exclusion.scope, offer.scope)
            where = None if scope is None else where_met(book, exclusion, Where(scope))
            if where is not None:
                yield from _unsure(where, offer.origin)


def _unsure(where: Where, origin: m.Origin) -> Iterator[PointNote]:
    if origin.unsure:
        yield PointNote(where, "unsure", origin.unsure)


def _days(book: m.Book, first: int, after: int | None = None) -> Where:
    """Some stretches of time: from one on, and before another."""
    after = len(book.boundaries) + 1 if after is None else after
    return Where(((m.DATES, point_mask(range(first, after))),))
