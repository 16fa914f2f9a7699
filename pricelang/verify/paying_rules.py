"""The rules that decide what a request pays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from attrs import frozen

from pricelang.evaluate.announced import would_hold
from pricelang.evaluate.line_items import Priced, Uses
from pricelang.evaluate.line_rates import Rate, derivation_at, price_at
from pricelang.evaluate.offers import Point
from pricelang.evaluate.stack.numbers import applied
from pricelang.model import book as m
from pricelang.model.diagrams import deciding
from pricelang.model.rule_kinds import KINDS, Kind, WholeRule
from pricelang.model.rules import origin_of, stage_of
from pricelang.model.space import holds, value_at
from pricelang.verify.failing_rules import Deciding, meeting


@frozen(eq=False, slots=False)
class PricedPoint:
    """A request at one point of the space, and what it pays there."""

    book: m.Book
    point: Point
    priced: Priced

    @cached_property
    def used(self) -> list[tuple[int, Rate, Uses]]:
        """The meters that are used and have a rate, by index."""
        found = []
        for index, meter in enumerate(self.book.meters):
            uses, rate = self.priced.usage.get(meter.name, ()), self.priced.cell.rates[meter.name]
            if any(uses) and isinstance(rate, Rate):
                found.append((index, rate, uses))
        return found

    @cached_property
    def billed(self) -> list[tuple[int, Rate, Uses]]:
        """Those that are billed: none of a request that is free as a whole."""
        if self.priced.cell.free is not None:
            return []
        return [found for found in self.used if found[1].free_origin is None]

    @cached_property
    def charged(self) -> set[int]:
        """The meters that have a charge."""
        return {charge.meter for charge in self.book.charges}

    @cached_property
    def deciding(self) -> tuple[WholeRule, ...]:
        """The rules that decide the request as a whole."""
        return tuple(deciding(self.book, self.point))

    @cached_property
    def moving(self) -> frozenset[m.Origin]:
        """Where the steps that move an amount are from, and modifiers that have no effect."""
        if self.priced.cell.free is not None:
            return frozenset()
        return frozenset(
            [
                *(origin for _, rate, _ in self.billed for origin in _moving(rate)),
                *_moving_totals(self.priced),
                *(silence.origin for silence in self.priced.cell.silences),
            ]
        )


def _moving(rate: Rate) -> Iterator[m.Origin]:
    price = rate.list_price
    for step in rate.steps:
        before, price = price, applied(price, step.operation)
        if step.kind not in ("at_least", "at_most") or price != before:
            yield step.origin


def _moving_totals(priced: Priced) -> Iterator[m.Origin]:
    """What is added once a request, limits that hold the sum,
    and roundings that leave a residue.
    """
    cell = priced.cell
    for line in priced.amounts:
        if line.step is not None:
            yield line.step.origin
        if line.residue and cell.line_rounding is not None:
            yield cell.line_rounding.origin
    lines = sum(line.amount for line in priced.amounts)
    if cell.total_rounding is not None and priced.total != lines:
        yield cell.total_rounding.origin


def rules_of_price(at: PricedPoint) -> Iterator[Deciding]:
    """The rules that decide what a request pays."""
    for kind in KINDS:
        yield from ((kind, origin) for origin in _origins(at, kind))


def _origins(at: PricedPoint, kind: Kind) -> Iterable[m.Origin]:
    """Where the rules of a kind stand that decide what a request pays."""
    book, point, cell = at.book, at.point, at.priced.cell
    match kind:
        case "model":
            return [cell.model.origin]
        case "value":
            return [x.origin for x in _offers_of_values(book, point) if holds(x.scope, point)]
        case "meter":
            offers = (x for index, _, _ in at.used for x in book.meters[index].offers)
            return [x.origin for x in offers if holds(x.scope, point)]
        case "price" | "derivation":
            rated = [index for index, _, _ in at.billed if index not in at.charged]
            rows = (row for index in rated for row in _rows(book, point, index))
            return [origin for of, origin in rows if of == kind]
        case "charge price":
            return [rate.origin for index, rate, _ in at.billed if index in at.charged]
        case "charge minimum":
            return _minimums(at)
        case "charge free":
            return _free_charges(at)
        case "allow":
            return _allowing(at)
        case "announcement":
            return _announced(book, point)
        case "alias" | "exclusion" | "refusal" | "charge pool":
            return []  # asked before any point, or why there is no price, or of an account
        case _:
            return _whole(at, kind)


def _whole(at: PricedPoint, kind: Kind) -> Iterator[m.Origin]:
    """The rules of a kind that decide a request as a whole: of what moves a price or an amount,
    those that do.
    """
    for rule in at.deciding:
        if rule.kind == kind:
            sure = stage_of(rule) in ("existence", "currency", "told")
            if sure or origin_of(rule) in at.moving:
                yield origin_of(rule)


def _offers_of_values(book: m.Book, point: Point) -> Iterator[m.Offer]:
    for index, dimension in enumerate(book.dimensions):
        yield from dimension.values[value_at(point, index)].offers


def _free_charges(at: PricedPoint) -> Iterator[m.Origin]:
    for _, rate, _ in at.used:
        if at.priced.cell.free is None and rate.free_origin is not None:
            yield rate.free_origin


def _minimums(at: PricedPoint) -> Iterator[m.Origin]:
    """The minimums that a use falls below."""
    for _, rate, uses in at.billed:
        if rate.minimum is not None and any(0 < use < rate.minimum.quantity for use in uses):
            yield rate.minimum.origin


def _rows(book: m.Book, point: Point, index: int) -> Iterator[Deciding]:
    """The row of a meter, and what its price derives from."""
    price = price_at(book, point, index)
    if price is not None:
        yield "price", price.origin
        if price.kind == "derived":
            line = derivation_at(book, point, index)
            yield "derivation", line.origin
            yield from _rows(book, point, line.of)


def _allowing(at: PricedPoint) -> Iterator[m.Origin]:
    """What a contract allows, where the pair would be excluded without it."""
    for exclusion, _ in meeting(at.book, at.point):
        if at.priced.cell.free is None and holds(exclusion.scope, at.point):
            for offer in exclusion.allowed:
                if holds(offer.scope, at.point):
                    yield offer.origin


def _announced(book: m.Book, point: Point) -> Iterator[m.Origin]:
    for line in book.announcements:
        if line.model == point[m.MODELS] and would_hold(book, line, point[m.DATES]):
            yield line.origin
