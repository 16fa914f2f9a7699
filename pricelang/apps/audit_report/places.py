"""Where the things that differences speak of stand."""

from __future__ import annotations

from collections.abc import Iterator

from pricelang.model import book as m
from pricelang.model import rule_kinds as k
from pricelang.model import rules as r
from pricelang.model.diagrams import slot_of, subject_of

Subject = tuple[str, str]
"""The kind and the subject of a difference."""


def places_of(book: m.Book, at: int) -> dict[Subject, str]:
    """The place of each subject: of a rule, or of a figure that holds at an instant."""
    places = {
        subject: place for rule in r.rules_of(book) for subject, place in _subjects(book, rule)
    }
    for figure in sorted(book.figures, key=lambda figure: figure.start):
        if figure.start <= at:
            name = f"{figure.table} {figure.column} of {figure.row}"
            places["figure", name] = figure.origin.place
    return places


def modifier_places(book: m.Book) -> dict[str, str]:
    """The place of each modifier."""
    return {modifier.name: modifier.origin.place for modifier in book.modifiers}


def _subjects(book: m.Book, rule: k.Rule) -> Iterator[tuple[Subject, str]]:
    """What a difference calls the thing that a rule is part of, and where that stands."""
    name = r.name_of(book, rule)
    slot = slot_of(rule)
    match subject_of(book, slot) if slot is not None else None:
        case m.Dimension(origin=origin) | m.Meter(origin=origin):
            yield ("offer", name), origin.place
        case m.Modifier(origin=origin, name=modifier):
            yield ("modifier", modifier), origin.place
        case m.Exclusion(origin=origin):
            sides = name.split(" with ")
            for names in (sides, sides[::-1]):
                yield ("exclusion", " with ".join(names)), origin.place
        case m.Charge(origin=origin):
            yield ("charge", name), origin.place
        case _ if not isinstance(rule, k.PriceRule):  # a price is told of its meter
            yield (rule.kind, name), r.origin_of(rule).place
