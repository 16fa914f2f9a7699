"""The rate of one meter in one combination: its price, what it derives from, what the stack does
to it, and why it may be free.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import assert_never
from weakref import WeakKeyDictionary

from attrs import evolve, frozen

from pricelang.evaluate.deciding_roots import deciding_roots
from pricelang.evaluate.offers import Point, leaf_at, not_offered
from pricelang.evaluate.stack.numbers import through
from pricelang.evaluate.stack.operations import (
    Operations,
    Step,
    roundings_of,
    steps_of,
    steps_of_modifier,
)
from pricelang.model import book as m
from pricelang.model.errors import NotOffered
from pricelang.model.space import holds
from pricelang.solver.walk import walk

Effects = dict[int, list[m.ModifierLine]]
"""The lines of each modifier (by its index) that have effect on a request."""


@frozen(eq=False, repr=False)
class Rate:
    """What one meter costs in a combination, in the book's currency per one of its unit.

    `list_price` is the price before `steps`, `unit_price` after them.
    A derived price names what it comes from: `derivation` is (factor, meter, price of that meter).
    """

    meter: m.Meter
    list_price: Fraction
    unit_price: Fraction
    per: str
    size: Fraction
    steps: tuple[Step, ...]
    origin: m.Origin
    derivation: tuple[Fraction, str, Fraction, m.Origin] | None = None
    minimum: m.ChargeQuantity | None = None
    free: str | None = None
    free_origin: m.Origin | None = None
    doubts: tuple[str, ...] = ()
    operations: Operations = ()
    """What makes any price in the place of the list price its unit price."""


@frozen(eq=False, repr=False)
class _Known:
    """The rates of a book that were worked out, by what decided them: for each meter the roots of
    diagrams, whose leaves decide, and the modifiers that may change its price.
    """

    deciding: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]
    rates: dict[tuple[int, ...], Rate]


def _known(book: m.Book) -> _Known:
    found = _BY_BOOK.get(book)
    if found is None:
        deciding = tuple(deciding_roots(book, index) for index in range(len(book.meters)))
        found = _BY_BOOK.setdefault(book, _Known(deciding, {}))
    return found


_BY_BOOK: WeakKeyDictionary[m.Book, _Known] = WeakKeyDictionary()


def rate_of(
    book: m.Book, point: Point, index: int, effects: Effects, free: m.Remark | None
) -> Rate:
    """The rate of a meter (by its index), worked out once for all requests that decide it alike.
    Raises `NotOffered` where the meter has none.
    """
    meter = book.meters[index]
    offer = next((offer for offer in meter.offers if holds(offer.scope, point)), None)
    if offer is None:
        raise not_offered(book, point, meter)
    known, decided = _known(book), book.decisions
    roots, modifiers = known.deciding[index]
    key = (
        index,
        id(offer),
        id(free),
        *[walk(decided.nodes, root, point, decided.jumps) for root in roots],
        *[id(line) for number in modifiers for line in effects.get(number, ())],
    )
    rate = known.rates.get(key)
    if rate is None:
        rate = known.rates[key] = _worked_out(book, point, index, effects, free, offer)
    return rate


def _worked_out(
    book: m.Book,
    point: Point,
    index: int,
    effects: Effects,
    free: m.Remark | None,
    offer: m.Offer,
) -> Rate:
    """The rate of a meter by an offer that holds."""
    meter = book.meters[index]
    charge = next(
        (number for number, charge in enumerate(book.charges) if charge.meter == index), None
    )
    rate = (
        _charged(book, point, meter, charge) if charge is not None else _rated(book, point, index)
    )
    steps = tuple(_steps(book, point, index, effects)) if rate.free is None else ()
    leaf = leaf_at(book, book.decisions.roundings, point)
    roundings = tuple(roundings_of(book, leaf, rate.size))
    before = through(rate.list_price, (step.operation for step in steps))
    price = through(before, roundings)
    operations = (*(step.operation for step in steps), *roundings)
    if price != before:
        change, origin = (price - before) * rate.size, _rounding_of(book, leaf).origin
        step = Step("round unit_price", "round", change, rate.per, rate.size, origin)
        steps = (*steps, step)
    rate = evolve(rate, steps=steps, operations=operations)
    doubts = _doubts(offer.origin)
    if free is not None:
        return _finished(rate, Fraction(0), doubts, free.text, free.origin)
    return _finished(rate, price, doubts, rate.free, rate.free_origin)


def _rounding_of(book: m.Book, leaf: Sequence[int]) -> m.Rounding:
    """The rounding of unit prices that holds: no two of one stage do."""
    return next(book.roundings[tag] for tag in leaf if book.roundings[tag].stage == "unit_price")


def _finished(
    rate: Rate,
    price: Fraction,
    doubts: tuple[str, ...],
    free: str | None,
    origin: m.Origin | None,
) -> Rate:
    found = [*rate.doubts, *doubts, *_doubts(*(step.origin for step in rate.steps))]
    return evolve(
        rate,
        unit_price=Fraction(0) if free is not None else price,
        free=free,
        free_origin=origin,
        doubts=tuple(dict.fromkeys(found)),
    )


def _steps(book: m.Book, point: Point, index: int, effects: Effects) -> Iterator[Step]:
    """What the stack does to a meter's price, in its order."""
    for kind, number in book.stack:
        match kind:
            case "modifier":
                lines = effects.get(number, ())
                yield from steps_of_modifier(book.modifiers[number], lines, index)
            case "limit":
                leaf = leaf_at(book, book.decisions.limits[number], point)
                yield from steps_of(book, (kind, number), index, leaf)
            case _:
                assert_never(kind)


def _rated(book: m.Book, point: Point, index: int, depth: int = 0) -> Rate:
    """The price of a meter in the tables of rates, before any modifier."""
    meter, model = book.meters[index], point[m.MODELS]
    price = price_at(book, point, index)
    if price is None or price.kind == "absent":
        name = book.models[model].name
        origin = price.origin if price is not None else book.models[model].origin
        raise NotOffered(
            "not_offered", f"`{meter.name}` has no price for `{name}` on this day", origin=origin
        )
    doubts = _doubts(price.origin)
    if price.kind == "amount" or depth > 16:
        amount = (price.amount or Fraction(0)) / price.size
        return Rate(meter, amount, amount, price.per, price.size, (), price.origin, doubts=doubts)
    derivation = derivation_at(book, point, index)
    base = _rated(book, point, derivation.of, depth + 1)
    amount = base.list_price * derivation.factor
    made = (derivation.factor, book.meters[derivation.of].name, base.list_price, derivation.origin)
    return Rate(
        meter,
        amount,
        amount,
        price.per,
        price.size,
        (),
        price.origin,
        made,
        doubts=(*doubts, *base.doubts, *_doubts(derivation.origin)),
    )


def price_at(book: m.Book, point: Point, index: int) -> m.Price | None:
    """The row that prices a meter at a point: of those that hold, the one of the highest rank."""
    return next(
        (book.prices[found] for found in leaf_at(book, book.decisions.prices[index], point)), None
    )


def derivation_at(book: m.Book, point: Point, index: int) -> m.Derivation:
    """The derivation of a meter that holds at a point: an exception before the general line."""
    return book.derivations[leaf_at(book, book.decisions.derivations[index], point)[0]]


def _charged(book: m.Book, point: Point, meter: m.Meter, number: int) -> Rate:
    """The price of a meter that has a charge, before any modifier;
    what belongs to an account is only named.
    """
    charge, roots = book.charges[number], book.decisions.charges[number]
    prices = [charge.prices[index] for index in leaf_at(book, roots[0], point)]
    first = next((price for price in prices if price.after is None), None)
    minimum = next((charge.minimums[index] for index in leaf_at(book, roots[1], point)), None)
    free = next((charge.free[index] for index in leaf_at(book, roots[3], point)), None)
    if first is None and free is None:
        raise NotOffered(
            "not_offered", f"`{meter.name}` has no price for this request", origin=charge.origin
        )
    amount = first.amount / first.size if first is not None else Fraction(0)
    per, size = (first.per, first.size) if first is not None else (meter.unit, Fraction(1))
    origin = first.origin if first is not None else charge.origin
    if free is not None:
        reason = free.origin.because or charge.title
        origin = first.origin if first is not None else free.origin
        rate = Rate(meter, amount, Fraction(0), per, size, (), origin, minimum=minimum)
        doubts = _doubts(free.origin)
        return evolve(rate, free=reason, free_origin=free.origin, doubts=doubts)
    doubts = _doubts(origin, *([] if minimum is None else [minimum.origin]))
    rate = Rate(meter, amount, amount, per, size, (), origin, minimum=minimum)
    return evolve(rate, doubts=doubts)


def _doubts(*origins: m.Origin) -> tuple[str, ...]:
    return tuple(origin.unsure for origin in origins if origin.unsure)
