"""The rates of one combination: what a request of one model, day, set of values and side of each threshold pays.

A cell is worked out once from the rules of the book, exactly, and then prices every request that falls into it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from attrs import evolve, field, frozen

from pricelang.book import model as m
from pricelang.book.space import holds
from pricelang.book.units import plural
from pricelang.decimals import grouped, power_of_ten, rounded
from pricelang.rating.errors import NotOffered, PriceError, Refused
from pricelang.rating.instants import written

Point = tuple[int, ...]


@frozen(eq=False, repr=False)
class Step:
    """One thing that was done to a price. `kind` is factor, add, at_least, at_most or round.

    An amount `value` is as written, for `size` of the meter's unit (`per` is that in words).
    """

    rule: str
    kind: str
    value: Fraction
    per: str
    size: Fraction
    origin: m.Origin


@frozen(eq=False, repr=False)
class Silence:
    """A modifier that was asked for and changes nothing, and why."""

    rule: str
    origin: m.Origin


@frozen(eq=False, repr=False)
class Rate:
    """What one meter costs in a cell, in the book's currency per one of its unit.

    `list_price` is the price before `steps`, `unit_price` after them. A derived price names what it comes from:
    `derivation` is (factor, meter, price of that meter).
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
    left_out: tuple[str, ...] = ()
    free: str | None = None
    free_origin: m.Origin | None = None
    doubts: tuple[str, ...] = ()


@frozen(eq=False, repr=False)
class Cell:
    """All rates of a combination. `rates` has an error for each meter that cannot be used in it."""

    model: m.Model
    rates: dict[str, Rate | PriceError]
    extras: tuple[Step, ...]
    floors: tuple[Step, ...]
    silences: tuple[Silence, ...]
    line_rounding: m.Rounding | None
    total_rounding: m.Rounding | None
    conversion: m.Conversion | None
    notes: tuple[str, ...]
    left_out: tuple[str, ...]
    free: m.Remark | None
    # Integer rates: amount = sum(coefficient * quantity) / 10**places, for the meters that are that simple; None where
    # a bill is more than such a sum.
    coefficients: dict[str, int] | None = None
    places: int = 0
    # What all bills of the cell share, filled in by the first (see `bill`).
    templates: dict[str, Any] = field(factory=dict)


def cell_at(book: m.Book, point: Point) -> Cell:
    """The cell of a point of the book's space. Raises `NotOffered` or `Refused` when no such request can exist."""
    _check_exists(book, point)
    for refusal in book.refusals:
        if holds(refusal.scope, point):
            raise Refused("refused", refusal.text, origin=refusal.origin, help=_read_more(book, refusal.origin))
    effects, silences = _effects(book, point)
    _check_exclusions(book, point, effects)
    free = next((remark for remark in book.free if holds(remark.scope, point)), None)
    rates: dict[str, Rate | PriceError] = {}
    for index, meter in enumerate(book.meters):
        try:
            rates[meter.name] = _rate(book, point, index, effects, free)
        except PriceError as error:
            rates[meter.name] = error
    model = book.models[point[m.MODELS]]
    roundings = {r.stage: r for r in book.roundings if holds(r.scope, point)}
    floors, left_out = _floors(book, point)
    cell = Cell(
        model, rates, tuple(_extras(book, effects)), floors, silences, roundings.get("line"), roundings.get("total"),
        next((c for c in book.conversions if holds(c.scope, point)), None), tuple(_notes(book, point, effects)),
        left_out, free,
    )  # fmt: skip
    return _with_integers(cell)


# ---- what exists ----------------------------------------------------------------------------------------------------


def _check_exists(book: m.Book, point: Point) -> None:
    model = book.models[point[m.MODELS]]
    stretch = point[m.DATES]
    start = book.boundaries[stretch - 1] if stretch else None
    if start is None or start < model.released:
        raise NotOffered(
            "not_offered", f"model `{model.name}` is not offered before {written(model.released)}", origin=model.origin,
        )  # fmt: skip
    for index, dimension in enumerate(book.dimensions):
        value = dimension.values[point[2 + index]]
        if not any(holds(offer.scope, point) for offer in value.offers):
            origin = value.offers[0].origin if value.offers else dimension.origin
            raise NotOffered(
                "not_offered", f"{dimension.name} `{value.name}` is not offered to this request", origin=origin,
                help=_offered(book, point, value.name, value.offers),
            )  # fmt: skip


def not_offered(book: m.Book, point: Point, meter: m.Meter) -> NotOffered:
    """The error of a request that uses a meter which it is not offered."""
    message = f"meter `{meter.name}` is not offered to this request"
    return NotOffered("not_offered", message, origin=meter.origin, help=_offered(book, point, meter.name, meter.offers))


def _offered(book: m.Book, point: Point, name: str, offers: Sequence[m.Offer]) -> str:
    """What of some offers this request does not meet, in words."""
    parts = []
    for offer in offers:
        wants = []
        for axis, mask in offer.scope:
            if mask >> point[axis] & 1:
                continue
            if axis == m.DATES:
                first = (mask & -mask).bit_length() - 1
                start = book.boundaries[first - 1] if first else None
                wants.append(f"from {written(start)}" if start and first > point[axis] else f"before {written(book.boundaries[mask.bit_length() - 1])}")
            elif axis == m.MODELS:
                wants.append("for other models")
            else:
                other = book.dimensions[axis - 2]
                names = [v.name for n, v in enumerate(other.values) if mask >> n & 1]
                wants.append(f"when {other.name} is {' or '.join(names)}")
        parts.append(" and ".join(wants))
    return f"`{name}` is offered " + ", or ".join(dict.fromkeys(parts))


# ---- modifiers ------------------------------------------------------------------------------------------------------


def deciding_lines(modifier: m.Modifier, point: Sequence[int]) -> list[m.Line]:
    """The lines of a modifier that decide a request: refuse before no effect before the rest, `otherwise` last."""
    if not holds(modifier.when, point):
        return []
    hit = [line for line in modifier.lines if not line.otherwise and holds(line.scope, point)]
    if not hit:
        hit = [line for line in modifier.lines if line.otherwise and holds(line.scope, point)]
    for outcome in ("refuse", "no_effect"):
        first = [line for line in hit if line.outcome == outcome]
        if first:
            return first[:1]
    return hit


Effects = dict[int, list[m.Line]]


def _effects(book: m.Book, point: Point) -> tuple[Effects, tuple[Silence, ...]]:
    effects: Effects = {}
    silences = []
    for kind, index in book.stack:
        if kind != "modifier":
            continue
        modifier = book.modifiers[index]
        lines = deciding_lines(modifier, point)
        if not lines:
            continue
        first = lines[0]
        if first.outcome == "refuse":
            reason = first.origin.because or "this request cannot exist"
            raise Refused("refused", reason, rule=modifier.name, origin=first.origin, help=_read_more(book, first.origin))
        if first.outcome == "no_effect":
            silences.append(Silence(modifier.name, first.origin))
        else:
            effects[index] = lines
    return effects, tuple(silences)


def _check_exclusions(book: m.Book, point: Point, effects: Effects) -> None:
    names = tuple(modifier.name for modifier in book.modifiers)
    for exclusion in book.exclusions:
        both = exclusion.left in effects and (exclusion.right is None or exclusion.right in effects)
        if both and holds(exclusion.scope, point) and not any(holds(x.scope, point) for x in exclusion.allowed):
            raise Refused(
                "excluded", exclusion.origin.because or "these never meet", rule=exclusion.label(names),
                origin=exclusion.origin, help=_read_more(book, exclusion.origin),
            )  # fmt: skip


def _read_more(book: m.Book, origin: m.Origin) -> str | None:
    source = next((source for source in book.sources if source.name == origin.source), None)
    return f"see {source.address}" if source is not None else None


# ---- prices ---------------------------------------------------------------------------------------------------------


def _rate(book: m.Book, point: Point, index: int, effects: Effects, free: m.Remark | None) -> Rate:
    meter = book.meters[index]
    offer = next((offer for offer in meter.offers if holds(offer.scope, point)), None)
    if offer is None:
        raise not_offered(book, point, meter)
    charge = next((charge for charge in book.charges if charge.meter == index), None)
    rate = _charged(book, point, meter, charge) if charge is not None else _rated(book, point, index)
    steps = tuple(_steps(book, point, index, effects)) if rate.free is None else ()
    price = rate.list_price
    for step in steps:
        price = _stepped(price, step)
    for rounding in book.roundings:
        if rounding.stage == "unit_price" and holds(rounding.scope, point):
            after = rounded(price * rate.size, rounding.step, rounding.mode) / rate.size
            if after != price:
                steps = (*steps, Step("round unit_price", "round", (after - price) * rate.size, rate.per, rate.size, rounding.origin))
            price = after
    doubts = [text for text in (offer.origin.unsure,) if text]
    if free is not None:
        return _finished(rate, steps, Fraction(0), doubts, free.text, free.origin)
    return _finished(rate, steps, price, doubts, rate.free, rate.free_origin)


def _finished(
    rate: Rate, steps: tuple[Step, ...], price: Fraction, doubts: list[str], free: str | None, origin: m.Origin | None
) -> Rate:
    found = [*rate.doubts, *doubts, *(step.origin.unsure for step in steps if step.origin.unsure)]
    return evolve(
        rate, unit_price=Fraction(0) if free is not None else price, steps=steps, free=free, free_origin=origin,
        doubts=tuple(dict.fromkeys(found)),
    )  # fmt: skip


def _stepped(price: Fraction, step: Step) -> Fraction:
    if step.kind == "factor":
        return price * step.value
    amount = step.value / step.size
    if step.kind == "add":
        return price + amount
    return max(price, amount) if step.kind == "at_least" else min(price, amount)


def _steps(book: m.Book, point: Point, index: int, effects: Effects) -> Iterator[Step]:
    """What the stack does to a meter's price, in its order."""
    for kind, number in book.stack:
        if kind == "modifier":
            name = book.modifiers[number].name
            for line in effects.get(number, ()):
                for meter, factor in line.factors:
                    if meter == index:
                        yield Step(name, "factor", factor, "", Fraction(1), line.origin)
                if index in line.meters and line.amount is not None:
                    yield Step(name, "add", line.amount, line.per, line.size, line.origin)
        else:
            limit = book.limits[number]
            for row in limit.lines:
                if row.target == "unit_price" and index in row.meters and holds(row.scope, point):
                    bound = "at_least" if row.at_least else "at_most"
                    yield Step(limit.name, bound, row.amount, row.per, row.size, row.origin)


def _rated(book: m.Book, point: Point, index: int, depth: int = 0) -> Rate:
    """The price of a meter in the tables of rates, before any modifier."""
    meter, model = book.meters[index], point[m.MODELS]
    price = price_at(book, point, index)
    if price is None or price.kind == "absent":
        name = book.models[model].name
        origin = price.origin if price is not None else book.models[model].origin
        raise NotOffered("not_offered", f"`{meter.name}` has no price for `{name}` on this day", origin=origin)
    doubts = (price.origin.unsure,) if price.origin.unsure else ()
    if price.kind == "amount" or depth > 16:
        amount = (price.amount or Fraction(0)) / price.size
        return Rate(meter, amount, amount, price.per, price.size, (), price.origin, doubts=doubts)
    derivation = derivation_at(book, point, index)
    base = _rated(book, point, derivation.of, depth + 1)
    amount = base.list_price * derivation.factor
    more = (derivation.origin.unsure,) if derivation.origin.unsure else ()
    made = (derivation.factor, book.meters[derivation.of].name, base.list_price, derivation.origin)
    return Rate(
        meter, amount, amount, price.per, price.size, (), price.origin, made, doubts=(*doubts, *base.doubts, *more)
    )


def price_at(book: m.Book, point: Point, index: int) -> m.Price | None:
    """The row that prices a meter at a point: of those that hold, the one of the highest rank."""
    best = None
    for price in book.prices:
        if price.meter == index and (best is None or price.rank > best.rank) and holds(price.scope, point):
            best = price
    return best


def derivation_at(book: m.Book, point: Point, index: int) -> m.Derivation:
    """The derivation of a meter that holds at a point: an exception before the general line."""
    found = [x for x in book.derivations if x.meter == index and holds(x.scope, point)]
    return next((x for x in found if x.special), found[0])


def _charged(book: m.Book, point: Point, meter: m.Meter, charge: m.Charge) -> Rate:
    """The price of a meter that has a charge, before any modifier; what belongs to an account is only named."""
    prices = [price for price in charge.prices if holds(price.scope, point)]
    first = next((price for price in prices if price.after is None), None)
    free = next((offer for offer in charge.free if holds(offer.scope, point)), None)
    minimum = next((line for line in charge.minimums if holds(line.scope, point)), None)
    left_out = []
    for pool in charge.pools:
        if holds(pool.scope, point) and free is None:
            left_out.append(f"the first {pool.written} of `{meter.name}` free per {pool.account}")
    for price in prices:
        if price.after is not None:
            left_out.append(f"the price of `{meter.name}` after {grouped(price.after)} {plural(meter.unit)} per {price.account}")
    if free is not None:
        zero = Fraction(0)
        listed = first.amount / first.size if first is not None else zero
        return Rate(
            meter, listed, zero, first.per if first is not None else meter.unit, first.size if first is not None else Fraction(1),
            (), first.origin if first is not None else free.origin, None, minimum, (), free.origin.because or charge.title, free.origin,
        )  # fmt: skip
    if first is None:
        raise NotOffered("not_offered", f"`{meter.name}` has no price for this request", origin=charge.origin)
    amount = first.amount / first.size
    doubts = (first.origin.unsure,) if first.origin.unsure else ()
    return Rate(meter, amount, amount, first.per, first.size, (), first.origin, None, minimum, tuple(left_out), doubts=doubts)


# ---- the rest of a bill ---------------------------------------------------------------------------------------------


def _extras(book: m.Book, effects: Effects) -> Iterator[Step]:
    """Additions once a request."""
    for index, lines in effects.items():
        for line in lines:
            if line.outcome == "add" and not line.meters and line.amount is not None:
                yield Step(book.modifiers[index].name, "add", line.amount, "request", Fraction(1), line.origin)


def _floors(book: m.Book, point: Point) -> tuple[tuple[Step, ...], tuple[str, ...]]:
    floors, left_out = [], []
    for limit in book.limits:
        for row in limit.lines:
            if row.target == "unit_price" or not holds(row.scope, point):
                continue
            kind = "at_least" if row.at_least else "at_most"
            if row.target == "request":
                floors.append(Step(limit.name, kind, row.amount, "request", Fraction(1), row.origin))
            else:
                left_out.append(f"`{limit.name}`: {kind.replace('_', ' ')} {grouped(row.amount)} {book.currency} per {row.per}")
    return tuple(floors), tuple(left_out)


def _notes(book: m.Book, point: Point, effects: Effects) -> Iterator[str]:
    model = book.models[point[m.MODELS]]
    start = book.boundaries[point[m.DATES] - 1]
    if model.retired is not None and start >= model.retired:
        yield f"`{model.name}` was retired on {written(model.retired)}: this is its last price"
    if model.origin.unsure:
        yield f"unsure: {model.origin.unsure}"
    for remark in book.notes:
        if holds(remark.scope, point):
            yield remark.text
            if remark.origin.unsure:
                yield f"unsure: {remark.origin.unsure}"
    for index, dimension in enumerate(book.dimensions):
        offers = dimension.values[point[2 + index]].offers
        held = [offer for offer in offers if holds(offer.scope, point)]
        if all(offer.origin.unsure for offer in held) and held[0].origin.unsure:
            yield f"unsure: {held[0].origin.unsure}"
    for lines in effects.values():
        for line in lines:
            if line.origin.unsure and not line.factors and not line.meters:
                yield f"unsure: {line.origin.unsure}"


def _with_integers(cell: Cell) -> Cell:
    """The cell with integer rates, where an amount is nothing but quantity times a decimal unit price."""
    if cell.line_rounding is not None or cell.total_rounding is not None or cell.extras or cell.floors:
        return cell
    factor = cell.conversion.rate if cell.conversion is not None else Fraction(1)
    simple = {
        name: rate.unit_price * factor
        for name, rate in cell.rates.items()
        if isinstance(rate, Rate) and rate.minimum is None and power_of_ten((rate.unit_price * factor).denominator) is not None
    }
    places = power_of_ten(lcm(1, *(price.denominator for price in simple.values()))) or 0
    coefficients = {name: int(price * 10**places) for name, price in simple.items()}
    return evolve(cell, coefficients=coefficients, places=places)
