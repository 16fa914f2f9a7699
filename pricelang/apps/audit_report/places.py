"""Where the things that differences speak of stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from pricelang.model import book as m
from pricelang.model import rule_kinds as k
from pricelang.model import rules as r

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
    match rule:
        case k.ModelRule(line=model):
            yield ("model", model.name), model.origin.place
        case k.ValueRule(dimension=index):
            name, place = r.name_of(book, rule), book.dimensions[index].origin.place
            yield ("offer", name), place
        case k.MeterRule(meter=index):
            yield ("offer", r.name_of(book, rule)), book.meters[index].origin.place
        case k.ModifierRule(modifier=index):
            yield ("modifier", book.modifiers[index].name), book.modifiers[index].origin.place
        case k.ExclusionRule(line=exclusion):
            sides = r.name_of(book, rule).split(" with ")
            for names in (sides, sides[::-1]):
                yield ("exclusion", " with ".join(names)), exclusion.origin.place
        case (
            k.ChargePriceRule(charge=index)
            | k.ChargeMinimumRule(charge=index)
            | k.ChargePoolRule(charge=index)
            | k.ChargeFreeRule(charge=index)
        ):
            charge = book.charges[index]
            yield ("charge", book.meters[charge.meter].name), charge.origin.place
        case (
            k.AliasRule()
            | k.PriceRule()
            | k.AnnouncementRule()
            | k.DerivationRule()
            | k.LimitRule()
            | k.AllowRule()
            | k.RefusalRule()
            | k.FreeRule()
            | k.NoteRule()
            | k.RoundingRule()
            | k.ConversionRule()
        ):
            pass
        case _:
            assert_never(rule)
