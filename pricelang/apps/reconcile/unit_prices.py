"""The price of one unit of a request's meter, worked out once each."""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from pricelang.apps.reconcile.keys import Request
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.stack.numbers import through
from pricelang.model.errors import PriceError
from pricelang.model.instants import seconds_of
from pricelang.present.decimals import money

if TYPE_CHECKING:
    from pricelang.apps.price_book import PriceBook

MAX_MEMORY = 50_000
"""Prices that are kept."""


@frozen
class UnitPrice:
    """A price per unit of a meter, with the places of the rules behind it;
    `per` is the price as a page prints it.
    """

    unit: Fraction
    per: str
    places: tuple[str, ...]


@frozen
class BilledRate:
    """A rate, the factor into the currency of the bill, and that currency."""

    rate: Rate
    conversion: Fraction
    currency: str

    def price(self, unit: Fraction, places: tuple[str, ...]) -> UnitPrice:
        """A price of one unit in the currency of the book."""
        converted = unit * self.conversion
        per = f"{money(converted * self.rate.size, self.currency)} per {self.rate.per}"
        return UnitPrice(converted, per, places)


@define(eq=False, repr=False)
class MeterPrices:
    """The prices of one book, and of the list that it extends."""

    book: PriceBook
    list: PriceBook | None = field(default=None, init=False)
    _prices: dict[object, UnitPrice | None] = field(factory=dict, init=False)
    _stretches: dict[str, int] = field(factory=dict, init=False)
    _clocked: bool = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._clocked = any(dimension.clocked for dimension in self.book.checked.dimensions)
        if self.book.checked.bases:
            self.list = self.book.list_book()

    def key(self, request: Request) -> object:
        """What decides the price of a request; without a clock, of its instant only between which
        days of the book it lies.
        """
        at: object = request.at
        if not self._clocked:
            at = self._stretches.get(request.at)
            if at is None:
                at = bisect_right(self.book.checked.boundaries, seconds_of(request.at))
                self._stretches[request.at] = at
        return (
            request.model,
            at,
            tuple(sorted(request.dimensions.items())),
            request.meter,
            tuple(sorted(request.sides.items())),
        )

    def price(self, request: Request) -> UnitPrice | None:
        """The price of a request's meter, or None where it has none or not one alone."""
        key = self.key(request)
        if key not in self._prices:
            if len(self._prices) >= MAX_MEMORY:
                self._prices.clear()
            self._prices[key] = _price(self.book, request)
        return self._prices[key]

    def list_price(self, request: Request) -> UnitPrice | None:
        """The same by the list."""
        return None if self.list is None else _price(self.list, request)

    def instead(self, request: Request, price: Fraction, place: str) -> UnitPrice | None:
        """What another list price of the meter, from a rule at `place`, would come to."""
        found = rate_of(self.book, request)
        if found is None or found.rate.free is not None:
            return None
        return found.price(through(price, found.rate.operations), (place,))


def _price(book: PriceBook, request: Request) -> UnitPrice | None:
    found = rate_of(book, request)
    if found is None:
        return None
    rate = found.rate
    places = [rate.origin.place, *(step.origin.place for step in rate.steps)]
    return found.price(rate.unit_price, tuple(dict.fromkeys(places)))


def rate_of(book: PriceBook, request: Request) -> BilledRate | None:
    """The rate of a request's meter; None where it has no one price."""
    sides = {index: (least_side(request, index),) for index in range(len(book.checked.sums))}
    try:
        found = book.rates.bounds(
            request.model, request.at, {request.meter: 1}, request.dimensions, sides
        )
    except PriceError:
        return None
    rates = [priced.cell.rates[request.meter] for priced in found]
    first = rates[0]
    if not isinstance(first, Rate) or any(
        not isinstance(rate, Rate) or rate.unit_price != first.unit_price for rate in rates
    ):
        return None
    conversion = found[0].cell.conversion
    factor = conversion.rate if conversion is not None else Fraction(1)
    return BilledRate(first, factor, found[0].currency)


def least_side(request: Request, index: int) -> int:
    """The side of a sum whose price a request is looked at with:
    the lowest of those that are open.
    """
    return request.sides.get(index, (0,))[0]
