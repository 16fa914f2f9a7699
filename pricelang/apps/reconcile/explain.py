"""What would make an amount right:
every change of a request that the book knows, the simplest first.

A change is one value of a dimension, another meter, model or date, the other side of a threshold,
or another price for the same thing (a derivation, what a price stands instead of, one that was
withdrawn, the list below a contract). Changes that explain an amount equally simply are all told; a
guess is never made between them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen

from pricelang.apps.reconcile.keys import Request, Used, window_sides
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.stack.numbers import through
from pricelang.model.errors import PriceError
from pricelang.model.instants import seconds_of, written
from pricelang.present.decimals import RoundingMode, exact, grouped, money, rounded

if TYPE_CHECKING:
    from pricelang.apps.price_book import PriceBook

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

ROUNDINGS: tuple[RoundingMode, ...] = ("half_even", "half_up", "up", "down")
MAX_MEMORY = 50_000


@frozen
class RequestChange:
    """One change of a request: its kind (`dimension`, `meter`, `model`,
    `date`, `side`, `price`), what is changed, and to what.
    """

    kind: str
    name: str
    value: str | int | Fraction
    words: str = ""


@frozen
class UnitPrice:
    """A price per unit of a meter, with the places of the rules behind it;
    `per` is the price as a page prints it.
    """

    unit: Fraction
    per: str
    places: tuple[str, ...]


@frozen
class Explanation:
    """What would make an amount right: how many changes that takes,
    of which kind, in words, and the places of the rules.
    """

    changes: int
    kind: str
    text: str
    places: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """The explanation as JSON."""
        return {
            "changes": self.changes,
            "kind": self.kind,
            "text": self.text,
            "locations": list(self.places),
        }


@define(eq=False, repr=False)
class CauseSearch:
    """Looks for explanations in one book; prices are worked out once each."""

    book: PriceBook
    _prices: dict[object, UnitPrice | None] = field(factory=dict, init=False)
    _list: PriceBook | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        if self.book.checked.bases:
            self._list = self.book.list_book()

    # ---- prices ----

    def price(self, request: Request) -> UnitPrice | None:
        """The price of a request's meter, or None where it has none or not one alone."""
        key = (
            request.model,
            request.at,
            tuple(sorted(request.dimensions.items())),
            request.meter,
            tuple(sorted(request.sides.items())),
        )
        if key not in self._prices:
            if len(self._prices) >= MAX_MEMORY:
                self._prices.clear()
            self._prices[key] = _price(self.book, request)
        return self._prices[key]

    def changed(self, request: Request, changes: Sequence[RequestChange]) -> UnitPrice | None:
        """The price of a request after some changes, or None where there is none."""
        special: list[RequestChange] = []
        for change in changes:
            if change.kind == "price":
                special.append(change)
            else:
                request = applied(self.book, request, change)
        if not special:
            return self.price(request)
        if special[0].name == "list":
            return _price(self._list, request) if self._list is not None else None
        rate = _rate(self.book, request)
        value = special[0].value
        if rate is None or not isinstance(value, Fraction) or rate[0].free is not None:
            return None
        price = through(value, rate[0].operations)
        return UnitPrice(
            price * rate[1],
            _per(price * rate[1], rate[0], rate[2]),
            (special[0].words.rpartition("[")[2].rstrip("]"),),
        )

    # ---- changes ----

    def changes(self, request: Request) -> Iterator[RequestChange]:
        """Every single change of a request."""
        yield from self.dimension_changes(request)
        meters = self.book.checked.meters
        own = next((meter for meter in meters if meter.name == request.meter), None)
        for meter in meters:
            if own is not None and meter.kind == own.kind and meter.name != own.name:
                yield RequestChange("meter", "meter", meter.name, f"as {meter.name}")
        yield from self.date_changes(request)
        yield from self.price_changes(request)
        for model in self.book.checked.models:
            if model.name != request.model:
                yield RequestChange("model", "model", model.name, f"as model {model.name}")

    def dimension_changes(self, request: Request) -> Iterator[RequestChange]:
        """Every other value of a dimension, and the other side of each threshold."""
        for dimension in self.book.checked.dimensions:
            if dimension.clocked or dimension.name in NEVER_TRIED:
                continue
            now = request.dimensions.get(dimension.name, dimension.values[dimension.default].name)
            for value in dimension.values:
                if value.name != now:
                    yield RequestChange(
                        "dimension",
                        dimension.name,
                        value.name,
                        f"with {dimension.name} {value.name} instead of {now}",
                    )
        for index, summed in enumerate(self.book.checked.sums):
            for side in range(len(summed.limits) + 1):
                if side != _least_side(request, index):
                    where = (
                        f"over {grouped(summed.limits[side - 1])}"
                        if side
                        else f"up to {grouped(summed.limits[0])}"
                    )
                    yield RequestChange("side", str(index), side, f"with {summed.label} {where}")

    def date_changes(self, request: Request) -> Iterator[RequestChange]:
        """The days on which the meter has another price than on its own,
        nearest first, each price once.
        """
        own = self.price(request)
        seconds = seconds_of(request.at)
        boundaries = self.book.checked.boundaries
        later = [
            (start, f"at the price from {written(start)}")
            for start in boundaries
            if start > seconds
        ]
        earlier = [
            (end - 1, f"at the price before {written(end)}")
            for end in reversed(boundaries)
            if end <= seconds
        ]
        for days in (earlier, later):
            seen = {own.unit if own is not None else None}
            for day, words in days:
                at = written(day)
                price = self.price(evolve(request, at=at))
                if price is not None and price.unit not in seen:
                    seen.add(price.unit)
                    yield RequestChange("date", "at", at, words)

    def price_changes(self, request: Request) -> Iterator[RequestChange]:
        """Other prices for the same: what a derivation would give,
        what was withdrawn, the list below a contract.
        """
        book = self.book.checked
        found = _rate(self.book, request)
        if found is None:
            return
        rate = found[0]
        names = [meter.name for meter in book.meters]
        for derivation in book.derivations:
            if names[derivation.meter] != request.meter:
                continue
            base = _rate(self.book, evolve(request, meter=names[derivation.of]))
            if base is not None and base[0].list_price * derivation.factor != rate.list_price:
                words = (
                    f"at {grouped(derivation.factor)} x {names[derivation.of]} "
                    f"[{derivation.origin.place}]"
                )
                yield RequestChange(
                    "price",
                    f"derived {derivation.factor}",
                    base[0].list_price * derivation.factor,
                    words,
                )
        model = next(
            (index for index, model in enumerate(book.models) if model.name == request.model), None
        )
        for said in book.announcements:
            if said.model == model and names[said.meter] == request.meter:
                words = (
                    f"at the price that was announced on {written(said.announced)} and withdrawn "
                    f"on {written(said.withdrawn)} [{said.origin.place}]"
                )
                yield RequestChange("price", "announced", said.amount / rate.size, words)
        for price in book.prices:
            if (
                price.instead_of is not None
                and price.model == model
                and names[price.meter] == request.meter
                and rate.origin is price.origin
            ):
                words = (
                    f"at the {money(price.instead_of, book.currency)} per {price.per} that the "
                    f"price stands instead of [{price.origin.place}]"
                )
                yield RequestChange("price", "instead of", price.instead_of / price.size, words)
        if self._list is not None:
            yield RequestChange("price", "list", 0, f"at the list price of `{self._list.name}`")

    # ---- explanations ----

    def explanations(self, used: Sequence[Used], amount: Fraction) -> tuple[Explanation, ...]:
        """What would make the amount of some quantities right:
        all of the simplest kind that there are.
        """
        if not used or any(use.error is not None for use in used):
            return ()
        found = [
            *self._by_changes(
                used, amount, ((change,) for change in self.changes(used[0].request))
            ),
            *self._by_rows(used, amount),
            *self._by_rounding(used, amount),
        ]
        if not found:
            found = [
                *self._by_changes(used, amount, self._pairs(used[0].request)),
                *self._by_one_row(used, amount),
            ]
        return tuple(_merged(found or self._by_quantity(used, amount)))

    def _pairs(self, request: Request) -> Iterator[tuple[RequestChange, ...]]:
        singles = list(self.changes(request))
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

    def _by_changes(
        self, used: Sequence[Used], amount: Fraction, ways: Iterable[tuple[RequestChange, ...]]
    ) -> Iterator[Explanation]:
        for changes in ways:
            prices = [self.changed(use.request, changes) for use in used]
            if all(price is not None for price in prices):
                total = sum(
                    (
                        use.quantity * price.unit
                        for use, price in zip(used, prices, strict=True)
                        if price is not None
                    ),
                    Fraction(0),
                )
                if total == amount and prices[0] is not None:
                    words = " and ".join(change.words.partition(" [")[0] for change in changes)
                    places = tuple(
                        dict.fromkeys(
                            place for price in prices if price is not None for place in price.places
                        )
                    )
                    yield Explanation(
                        len(changes), changes[-1].kind, f"{words}: {prices[0].per}", places
                    )

    def _by_one_row(self, used: Sequence[Used], amount: Fraction) -> Iterator[Explanation]:
        """One of several usage rows alone under another price."""
        if len(used) < 2:
            return
        whole = sum((use.low for use in used), Fraction(0))
        for use in used[:50]:
            for found in self._by_changes(
                [use], amount - whole + use.low, ((change,) for change in self.changes(use.request))
            ):
                yield evolve(
                    found,
                    changes=2,
                    text=f"the {grouped(use.quantity)} of {use.place} alone {found.text}",
                )

    def _by_rows(self, used: Sequence[Used], amount: Fraction) -> Iterator[Explanation]:
        """Rows that were counted several times, or not at all."""
        expected = sum((use.low for use in used), Fraction(0))
        times = amount / expected if expected else Fraction(0)
        if times.denominator == 1 and 2 <= times <= 10:
            yield Explanation(1, "quantity", f"with the whole quantity counted {times} times")
        for use in used[:50] if len(used) > 1 else ():
            if use.low and expected - use.low == amount:
                yield Explanation(
                    1, "quantity", f"without the {grouped(use.quantity)} of {use.place}"
                )
            if use.low and expected + use.low == amount:
                yield Explanation(
                    1, "quantity", f"with the {grouped(use.quantity)} of {use.place} counted twice"
                )

    def _by_rounding(self, used: Sequence[Used], amount: Fraction) -> Iterator[Explanation]:
        """The right amount, or the right price of a million, rounded to fewer decimals."""
        currency = used[0].currency
        expected = sum((use.low for use in used), Fraction(0))
        for places in range(6, -1, -1):
            step = Fraction(1, 10**places)
            modes = [mode for mode in ROUNDINGS if rounded(expected, step, mode) == amount]
            if modes and expected != amount:
                yield Explanation(
                    1,
                    "rounding",
                    f"with the amount rounded to {money(step, currency)}{_mode(modes)}",
                )
                break
        prices = [self.price(use.request) for use in used]
        if any(price is None for price in prices):
            return
        for places in range(6, -1, -1):
            step = Fraction(1, 10**places) / 1_000_000
            modes = [
                mode
                for mode in ROUNDINGS
                if sum(
                    (
                        use.quantity * rounded(price.unit, step, mode)
                        for use, price in zip(used, prices, strict=True)
                        if price is not None
                    ),
                    Fraction(0),
                )
                == amount
            ]
            if modes and expected != amount:
                price = (
                    rounded(prices[0].unit, step, modes[0])
                    if prices[0] is not None
                    else Fraction(0)
                )
                yield Explanation(
                    1,
                    "rounding",
                    f"with the price rounded to {money(step * 1_000_000, currency)} per "
                    f"million{_mode(modes)}: {money(price * 1_000_000, currency)}",
                )
                break

    def _by_quantity(self, used: Sequence[Used], amount: Fraction) -> list[Explanation]:
        """Another quantity at the right price."""
        price = self.price(used[0].request)
        if price is None or not price.unit or amount < 0:
            return []
        if any(self.price(use.request) != price for use in used):
            return []
        quantity = sum((use.quantity for use in used), Fraction(0))
        implied = amount / price.unit
        if exact(implied) is None or implied.denominator != 1:
            return []
        more = implied - quantity
        text = (
            f"with a quantity of {grouped(implied)} instead of {grouped(quantity)} "
            f"({grouped(abs(more))} {'more' if more > 0 else 'fewer'})"
        )
        return [Explanation(3, "quantity", text, price.places)]


# ---- parts ---------------------------------------------------------------------------------------


def applied(book: PriceBook, request: Request, change: RequestChange) -> Request:
    """A request after one change."""
    value = str(change.value)
    if change.kind == "dimension":
        changed = evolve(request, dimensions={**request.dimensions, change.name: value})
        if change.name == "context_window" and value == "long":
            return evolve(changed, sides={**request.sides, **window_sides(book.checked, True)})
        return changed
    if change.kind == "side" and isinstance(change.value, int):
        return evolve(request, sides={**request.sides, int(change.name): (change.value,)})
    if change.kind == "date":
        return evolve(request, at=value)
    return evolve(request, meter=value) if change.kind == "meter" else evolve(request, model=value)


def _least_side(request: Request, index: int) -> int:
    """The side of a sum whose price a request is looked at with:
    the lowest of those that are open.
    """
    return request.sides.get(index, (0,))[0]


def _rate(book: PriceBook, request: Request) -> tuple[Rate, Fraction, str] | None:
    """The rate of a request's meter, the factor into the bill's currency and that currency;
    None where it has no one price.
    """
    sides = {index: (_least_side(request, index),) for index in range(len(book.checked.sums))}
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
    return first, conversion.rate if conversion is not None else Fraction(1), found[0].currency


def _price(book: PriceBook, request: Request) -> UnitPrice | None:
    found = _rate(book, request)
    if found is None:
        return None
    rate, conversion, currency = found
    unit = rate.unit_price * conversion
    places = [rate.origin.place, *(step.origin.place for step in rate.steps)]
    return UnitPrice(unit, _per(unit, rate, currency), tuple(dict.fromkeys(places)))


def _per(unit: Fraction, rate: Rate, currency: str) -> str:
    return f"{money(unit * rate.size, currency)} per {rate.per}"


def _mode(modes: Sequence[str]) -> str:
    return "" if len(modes) > 1 else f" ({modes[0].replace('_', ' ')})"


def _merged(found: Sequence[Explanation]) -> Iterator[Explanation]:
    """The simplest of some explanations; models of one price stand on one line."""
    least = min((one.changes for one in found), default=0)
    simplest = list(dict.fromkeys(one for one in found if one.changes == least))
    models = [one for one in simplest if one.kind == "model"]
    yield from (one for one in simplest if one.kind != "model")
    by_price: dict[str, list[Explanation]] = {}
    for one in models:
        by_price.setdefault(one.text.partition(": ")[2], []).append(one)
    for price, some in by_price.items():
        names = [one.text.partition(": ")[0].removeprefix("as model ") for one in some]
        text = (
            f"as model {', '.join(names[:-1])} or {names[-1]}"
            if len(names) > 1
            else f"as model {names[0]}"
        )
        yield Explanation(
            least,
            "model",
            f"{text}: {price}",
            tuple(dict.fromkeys(place for one in some for place in one.places)),
        )
