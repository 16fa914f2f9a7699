"""Every change of a request that the book knows.

A change is one value of a dimension, another meter, model or date, the other side of a threshold,
or another price for the same thing (a derivation, what a price stands instead of, one that was
withdrawn, the list below a contract).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Literal, assert_never

from attrs import define, evolve, field, frozen

from pricelang.apps.reconcile.keys import Request, window_sides
from pricelang.apps.reconcile.unit_prices import MeterPrices, UnitPrice, least_side, rate_of
from pricelang.evaluate.line_rates import Rate
from pricelang.model import book as m
from pricelang.model import rule_kinds as k
from pricelang.model import rules as r
from pricelang.model.instants import seconds_of, written
from pricelang.present.decimals import grouped, money

PAIRED = (
    "service_tier",
    "speed",
    "inference_geo",
    "context_window",
    "platform",
    "endpoint",
    "surface",
)
"""The dimensions that are also tried two at a time, and with another meter, model or date."""

NEVER_TRIED = ("outcome", "refusal_category", "fallback_credit")
"""Dimensions that say how a request ended: usage that was counted was served."""

ChangeKind = Literal["dimension", "meter", "model", "date", "side", "price"]


@frozen
class RequestChange:
    """One change of a request: its kind, what is changed, to what, and in words; a price also has
    the place of the rule that it is from.
    """

    kind: ChangeKind
    name: str
    value: str | int | Fraction
    words: str = ""
    place: str = ""


@define(eq=False, repr=False)
class RequestChanges:
    """The changes that one book knows, and the prices after them."""

    prices: MeterPrices
    _rules: dict[int, list[k.ListedRule]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._rules = {}
        for rule in r.rules_of(self.book):
            if isinstance(rule, k.ListedRule):  # a bill may rest on it in place of the right one
                self._rules.setdefault(rule.line.meter, []).append(rule)

    @property
    def book(self) -> m.Book:
        """The checked book."""
        return self.prices.book.checked

    def price(self, request: Request, changes: Sequence[RequestChange]) -> UnitPrice | None:
        """The price of a request after some changes, or None where there is none."""
        special = [change for change in changes if change.kind == "price"]
        for change in changes:
            request = self.applied(request, change)
        if not special:
            return self.prices.price(request)
        value = special[0].value
        if not isinstance(value, Fraction):
            return self.prices.list_price(request)
        return self.prices.instead(request, value, special[0].place)

    def applied(self, request: Request, change: RequestChange) -> Request:
        """A request after one change; a price changes the request in nothing."""
        value = str(change.value)
        match change.kind:
            case "dimension":
                return with_value(self.book, request, change.name, value)
            case "side":
                side = (int(change.value),)
                return evolve(request, sides={**request.sides, int(change.name): side})
            case "date":
                return evolve(request, at=value)
            case "meter":
                return evolve(request, meter=value)
            case "model":
                return evolve(request, model=value)
            case "price":
                return request
            case _:
                assert_never(change.kind)

    # ---- one change ----

    def single(self, request: Request) -> Iterator[RequestChange]:
        """Every single change of a request."""
        yield from self._dimensions(request)
        yield from self._sides(request)
        meters = self.book.meters
        own = next((meter for meter in meters if meter.name == request.meter), None)
        for meter in meters:
            if own is not None and meter.kind == own.kind and meter.name != own.name:
                yield RequestChange("meter", "meter", meter.name, f"as {meter.name}")
        yield from self._dates(request)
        yield from self._prices(request)
        for model in self.book.models:
            if model.name != request.model:
                yield RequestChange("model", "model", model.name, f"as model {model.name}")

    def _dimensions(self, request: Request) -> Iterator[RequestChange]:
        """Every other value of a dimension."""
        for dimension in self.book.dimensions:
            if dimension.clocked or dimension.name in NEVER_TRIED:
                continue
            now = request.dimensions.get(dimension.name, dimension.values[dimension.default].name)
            for value in dimension.values:
                if value.name != now:
                    words = f"with {dimension.name} {value.name} instead of {now}"
                    yield RequestChange("dimension", dimension.name, value.name, words)

    def _sides(self, request: Request) -> Iterator[RequestChange]:
        """The other side of each threshold."""
        for index, summed in enumerate(self.book.sums):
            for side in range(len(summed.limits) + 1):
                if side != least_side(request, index):
                    limit = grouped(summed.limits[max(side - 1, 0)])
                    words = f"with {summed.label} {'over' if side else 'up to'} {limit}"
                    yield RequestChange("side", str(index), side, words)

    def _dates(self, request: Request) -> Iterator[RequestChange]:
        """The days on which the meter has another price than on its own,
        nearest first, each price once.
        """
        own = self.prices.price(request)
        seconds, boundaries = seconds_of(request.at), self.book.boundaries
        later = [(day, f"from {written(day)}") for day in boundaries if day > seconds]
        earlier = [
            (day - 1, f"before {written(day)}") for day in reversed(boundaries) if day <= seconds
        ]
        for days in (earlier, later):
            seen = {own.unit if own is not None else None}
            for day, words in days:
                at = written(day)
                price = self.prices.price(evolve(request, at=at))
                if price is not None and price.unit not in seen:
                    seen.add(price.unit)
                    yield RequestChange("date", "at", at, f"at the price {words}")

    def _prices(self, request: Request) -> Iterator[RequestChange]:
        """Other prices for the same: what a derivation would give,
        what was withdrawn, the list below a contract.
        """
        found = rate_of(self.prices.book, request)
        if found is None:
            return
        meter = [meter.name for meter in self.book.meters].index(request.meter)
        for rule in self._rules.get(meter, ()):
            change = self._price(request, found.rate, rule)
            if change is not None:
                yield change
        if self.prices.list is not None:
            words = f"at the list price of `{self.prices.list.name}`"
            yield RequestChange("price", "list", 0, words)

    def _price(self, request: Request, rate: Rate, rule: k.ListedRule) -> RequestChange | None:
        """The price that a rule gives in place of a rate, where that is another one."""
        book, place = self.book, r.origin_of(rule).place
        if isinstance(rule, k.DerivationRule):
            factor, of = rule.line.factor, book.meters[rule.line.of].name
            base = rate_of(self.prices.book, evolve(request, meter=of))
            if base is None or base.rate.list_price * factor == rate.list_price:
                return None
            price = base.rate.list_price * factor
            words = f"at {grouped(factor)} x {of}"
            return RequestChange("price", f"derived {factor}", price, words, place)
        if isinstance(rule, k.AnnouncementRule):
            if book.models[rule.line.model].name != request.model:
                return None
            words = (
                f"at the price that was announced on {written(rule.line.announced)} and withdrawn "
                f"on {written(rule.line.withdrawn)}"
            )
            return RequestChange("price", "announced", rule.line.amount / rate.size, words, place)
        if isinstance(rule, k.PriceRule) and rule.line.instead_of is not None:
            line, before = rule.line, rule.line.instead_of
            if book.models[line.model].name == request.model and rate.origin is line.origin:
                amount = money(before, book.currency)
                words = f"at the {amount} per {line.per} that the price stands instead of"
                return RequestChange("price", "instead of", before / line.size, words, place)
        return None

    # ---- two changes ----

    def pairs(self, request: Request) -> Iterator[tuple[RequestChange, ...]]:
        """Two changes at once, of those that are often wrong together."""
        singles = list(self.single(request))
        plain = [change for change in singles if change.kind == "side" or change.name in PAIRED]
        for left, right in itertools.combinations(plain, 2):
            if (left.kind, left.name) != (right.kind, right.name):
                yield left, right
        rest = [change for change in singles if change.kind in ("meter", "date", "price")]
        yield from itertools.product(plain, rest)
        yield from itertools.product(
            [change for change in singles if change.kind == "meter"],
            [change for change in singles if change.kind == "date"],
        )


def with_value(book: m.Book, request: Request, dimension: str, value: str) -> Request:
    """A request with a value of a dimension;
    a long context window is on the far side of its threshold.
    """
    changed = evolve(request, dimensions={**request.dimensions, dimension: value})
    if dimension == "context_window" and value == "long":
        return evolve(changed, sides={**request.sides, **window_sides(book, True)})
    return changed
