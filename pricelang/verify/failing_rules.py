"""The rules for which a request has no price, and those by which it exists as far as it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias, assert_never, get_args

from pricelang.compile.decisions import has_effect
from pricelang.evaluate.line_items import Uses
from pricelang.evaluate.line_rates import price_at
from pricelang.evaluate.offers import Point, leaf_at
from pricelang.model import book as m
from pricelang.model.diagrams import Stopping
from pricelang.model.rule_kinds import Kind
from pricelang.model.space import holds, value_at
from pricelang.verify.example_points import offered

Deciding: TypeAlias = tuple[Kind, m.Origin]
"""A rule that decides something: its kind, and where it stands."""


def rules_without_price(book: m.Book, point: Point, uses: Mapping[str, Uses]) -> Iterator[Deciding]:
    """What made a request exist as far as it does, and the line that refuses it,
    in the order in which prices are read.
    """
    yield ("model", book.models[point[m.MODELS]].origin)
    start = book.boundaries[point[m.DATES] - 1] if point[m.DATES] else None
    if start is None or start < book.models[point[m.MODELS]].released:
        return
    yield from _values_that_hold(book, point)
    used = [index for index, meter in enumerate(book.meters) if any(uses.get(meter.name, ()))]
    for group in get_args(Stopping):
        stops = [*_stopping(book, point, used, group)]
        if stops:
            yield from stops
            return


def _values_that_hold(book: m.Book, point: Point) -> Iterator[Deciding]:
    """The offers of a request's values, up to the first value that it is not offered."""
    for index, dimension in enumerate(book.dimensions):
        if not offered(book, index, point, value_at(point, index)):
            return
        for offer in dimension.values[value_at(point, index)].offers:
            if holds(offer.scope, point):
                yield ("value", offer.origin)


def _stopping(book: m.Book, point: Point, used: list[int], group: Stopping) -> Iterator[Deciding]:
    """The rules of a group for which a request has no price."""
    match group:
        case "value":
            yield from _value_not_offered(book, point)
        case "meter":
            roots = book.decisions.meters
            missing = [index for index in used if not leaf_at(book, roots[index], point)]
            for index in missing[:1]:
                yield from (("meter", offer.origin) for offer in book.meters[index].offers)
        case "refusal":
            for number in leaf_at(book, book.decisions.refusals, point)[:1]:
                yield ("refusal", book.refusals[number].origin)
        case "modifier":
            lines = (line for held in _in_order(book, point) for line in held)
            refusing = [line.origin for line in lines if line.outcome == "refuse"]
            yield from (("modifier line", origin) for origin in refusing[:1])
        case "exclusion":
            found = (x for x in meeting(book, point) if leaf_at(book, x[1], point))
            yield from (("exclusion", exclusion.origin) for exclusion, _ in [*found][:1])
        case "price":
            rows = (price_at(book, point, index) for index in used)
            absent = [row.origin for row in rows if row is not None and row.kind == "absent"]
            yield from (("price", origin) for origin in absent[:1])
        case _:
            assert_never(group)


def _value_not_offered(book: m.Book, point: Point) -> Iterator[Deciding]:
    for index, dimension in enumerate(book.dimensions):
        number = value_at(point, index)
        if not offered(book, index, point, number):
            for offer in dimension.values[number].offers:
                yield ("value", offer.origin)
            return


def _in_order(book: m.Book, point: Point) -> Iterator[list[m.ModifierLine]]:
    """The deciding lines of each modifier, whatever their outcome, in the order of the stack."""
    for kind, index in book.stack:
        if kind == "modifier":
            tags = leaf_at(book, book.decisions.modifiers[index], point)
            yield [book.modifiers[index].lines[tag] for tag in tags]


def meeting(book: m.Book, point: Point) -> Iterator[tuple[m.Exclusion, int]]:
    """The exclusions all of whose modifiers have effect, and their diagrams."""
    for exclusion, root in zip(book.exclusions, book.decisions.exclusions, strict=True):
        roots = book.decisions.modifiers
        if all(
            has_effect(book.modifiers[side], leaf_at(book, roots[side], point))
            for side in exclusion.sides
        ):
            yield exclusion, root
