"""What refuses requests: refusals, lines of modifiers and exclusions, in the order of asking."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from attrs import evolve

from pricelang.evaluate.offers import Point, is_at
from pricelang.model import book as m
from pricelang.model.diagrams import YES
from pricelang.model.errors import Refused
from pricelang.model.points import PointRefusal, Where


def check_allowed(book: m.Book, point: Point) -> None:
    """Raises `Refused` where no request can exist at a point of which all that it names is
    offered.
    """
    for one in refusals_of(book):
        if is_at(book, one.where, point):
            raise Refused(one.code, one.message, rule=one.rule, origin=one.origin, help=one.help)


@lru_cache(maxsize=16)
def refusals_of(book: m.Book) -> tuple[PointRefusal, ...]:
    """What refuses requests; the first that holds is the error."""
    decided = book.decisions
    refusals = (
        _refusal(book, Where((), ((decided.refusals, (tag,)),)), "refused", one.text, one.origin)
        for tag, one in enumerate(book.refusals)
    )
    return (*refusals, *_of_modifiers(book), *_of_exclusions(book))


def _of_modifiers(book: m.Book) -> Iterator[PointRefusal]:
    for index in (index for kind, index in book.stack if kind == "modifier"):
        modifier = book.modifiers[index]
        for tag, line in enumerate(modifier.lines):
            if line.outcome == "refuse":
                reason = line.origin.because or "this request cannot exist"
                where = Where((), ((book.decisions.modifiers[index], (tag,)),))
                yield _refusal(book, where, "refused", reason, line.origin, modifier.name)


def _of_exclusions(book: m.Book) -> Iterator[PointRefusal]:
    for index, exclusion in enumerate(book.exclusions):
        where = where_met(book, exclusion, Where((), ((book.decisions.exclusions[index], YES),)))
        reason = exclusion.origin.because or "these never meet"
        label = exclusion.label(tuple(modifier.name for modifier in book.modifiers))
        if where is not None:
            yield _refusal(book, where, "excluded", reason, exclusion.origin, label)


def where_met(book: m.Book, exclusion: m.Exclusion, where: Where) -> Where | None:
    """Where of some points all modifiers of an exclusion have effect; None where one never has."""
    found = []
    for index in exclusion.sides:
        lines = enumerate(book.modifiers[index].lines)
        changing = tuple(tag for tag, line in lines if line.outcome in ("factor", "add"))
        if not changing:
            return None
        found.append((book.decisions.modifiers[index], changing))
    return evolve(where, leaves=(*where.leaves, *found))


def _refusal(
    book: m.Book, where: Where, code: str, reason: str, origin: m.Origin, rule: str | None = None
) -> PointRefusal:
    source = next((source for source in book.sources if source.name == origin.source), None)
    help = f"see {source.address}" if source is not None else None
    return PointRefusal(where, code, reason, origin, rule, help)
