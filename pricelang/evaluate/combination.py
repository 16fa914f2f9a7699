"""The rates of one combination: what requests of one model, day, set of values and side of each
threshold pay.

A cell is worked out once from the rules of the book, exactly,
and then prices every request that falls into it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any

from attrs import evolve, field, frozen

from pricelang.evaluate.announced import announced_notes
from pricelang.evaluate.line_rates import (
    Effects,
    Point,
    Rate,
    leaf_at,
    offered_where,
    rate_of,
)
from pricelang.evaluate.quantities import PLAIN
from pricelang.evaluate.stack.operations import Step, limit_step
from pricelang.model import book as m
from pricelang.model.errors import NotOffered, PriceError, Refused
from pricelang.model.instants import written
from pricelang.model.notes import Note
from pricelang.model.space import holds, value_at
from pricelang.present.decimals import NARROW, grouped, power_of_ten


@frozen(eq=False, repr=False)
class Silence:
    """A modifier that was asked for and changes nothing, and why."""

    rule: str
    origin: m.Origin


@frozen(eq=False, repr=False)
class Combination:
    """All rates of a combination. `rates` has an error for each meter that cannot be used in it."""

    model: m.Model
    rates: dict[str, Rate | PriceError]
    extras: tuple[Step, ...]
    floors: tuple[Step, ...]
    silences: tuple[Silence, ...]
    line_rounding: m.Rounding | None
    total_rounding: m.Rounding | None
    conversion: m.Conversion | None
    notes: tuple[Note, ...]
    left_out: tuple[str, ...]
    free: m.Remark | None
    point: Point
    # Integer rates: amount = sum(coefficient * quantity) / 10**places, for the meters that are that
    # simple; None where a bill is more than such a sum, or where plain quantities could make one of
    # more digits than `divide` takes.
    coefficients: dict[str, int] | None = None
    places: int = 0
    # 10**places, to divide by.
    divisor: Decimal = Decimal(1)
    # What all bills of the cell share, filled in by the first (see `bill`).
    terms: dict[str, Any] = field(factory=dict)


def cell_at(book: m.Book, point: Point) -> Combination:
    """The cell of a point of the book's space.
    Raises `NotOffered` or `Refused` when no such request can exist.
    """
    _check_exists(book, point)
    decided = book.decisions
    for index in leaf_at(book, decided.refusals, point):
        refusal = book.refusals[index]
        raise Refused(
            "refused", refusal.text, origin=refusal.origin, help=_read_more(book, refusal.origin)
        )
    effects, silences = _effects(book, point)
    _check_exclusions(book, point, effects)
    free = next((book.free[index] for index in leaf_at(book, decided.free, point)), None)
    rates: dict[str, Rate | PriceError] = {}
    for index, meter in enumerate(book.meters):
        try:
            rates[meter.name] = rate_of(book, point, index, effects, free)
        except PriceError as error:
            rates[meter.name] = error
    model = book.models[point[m.MODELS]]
    roundings = {
        book.roundings[index].stage: book.roundings[index]
        for index in leaf_at(book, decided.roundings, point)
    }
    floors, left_out = _floors(book, point)
    cell = Combination(
        model,
        rates,
        tuple(_extras(book, effects)),
        floors,
        silences,
        roundings.get("line"),
        roundings.get("total"),
        next(
            (book.conversions[index] for index in leaf_at(book, decided.conversions, point)), None
        ),
        tuple(_notes(book, point, effects, silences)),
        left_out,
        free,
        tuple(point),
    )
    return _with_integers(cell)


# ---- what exists ---------------------------------------------------------------------------------


def _check_exists(book: m.Book, point: Point) -> None:
    model = book.models[point[m.MODELS]]
    stretch = point[m.DATES]
    start = book.boundaries[stretch - 1] if stretch else None
    if start is None or start < model.released:
        raise NotOffered(
            "not_offered",
            f"model `{model.name}` is not offered before {written(model.released)}",
            origin=model.origin,
        )
    for index, dimension in enumerate(book.dimensions):
        value = dimension.values[value_at(point, index)]
        if not leaf_at(book, book.decisions.values[index][value_at(point, index)], point):
            origin = value.offers[0].origin if value.offers else dimension.origin
            raise NotOffered(
                "not_offered",
                f"{dimension.name} `{value.name}` is not offered to this request",
                origin=origin,
                help=offered_where(book, point, value.name, value.offers),
            )


# ---- modifiers -----------------------------------------------------------------------------------


def _effects(book: m.Book, point: Point) -> tuple[Effects, tuple[Silence, ...]]:
    effects: Effects = {}
    silences = []
    for kind, index in book.stack:
        if kind != "modifier":
            continue
        modifier = book.modifiers[index]
        lines = [
            modifier.lines[number]
            for number in leaf_at(book, book.decisions.modifiers[index], point)
        ]
        if not lines:
            continue
        first = lines[0]
        if first.outcome == "refuse":
            reason = first.origin.because or "this request cannot exist"
            raise Refused(
                "refused",
                reason,
                rule=modifier.name,
                origin=first.origin,
                help=_read_more(book, first.origin),
            )
        if first.outcome == "no_effect":
            silences.append(Silence(modifier.name, first.origin))
        else:
            effects[index] = lines
    return effects, tuple(silences)


def _check_exclusions(book: m.Book, point: Point, effects: Effects) -> None:
    names = tuple(modifier.name for modifier in book.modifiers)
    for exclusion, root in zip(book.exclusions, book.decisions.exclusions, strict=True):
        both = exclusion.left in effects and (exclusion.right is None or exclusion.right in effects)
        if both and leaf_at(book, root, point):
            raise Refused(
                "excluded",
                exclusion.origin.because or "these never meet",
                rule=exclusion.label(names),
                origin=exclusion.origin,
                help=_read_more(book, exclusion.origin),
            )


def _read_more(book: m.Book, origin: m.Origin) -> str | None:
    source = next((source for source in book.sources if source.name == origin.source), None)
    return f"see {source.address}" if source is not None else None


# ---- the rest of a bill --------------------------------------------------------------------------


def _extras(book: m.Book, effects: Effects) -> Iterator[Step]:
    """Additions once a request."""
    for index, lines in effects.items():
        for line in lines:
            if line.outcome == "add" and not line.meters and line.amount is not None:
                yield Step(
                    book.modifiers[index].name,
                    "add",
                    line.amount,
                    "request",
                    Fraction(1),
                    line.origin,
                )


def _floors(book: m.Book, point: Point) -> tuple[tuple[Step, ...], tuple[str, ...]]:
    floors, left_out = [], []
    for limit, root in zip(book.limits, book.decisions.limits, strict=True):
        for row in (limit.lines[place] for place in leaf_at(book, root, point)):
            if row.target == "unit_price":
                continue
            kind = "at_least" if row.at_least else "at_most"
            if row.target == "request":
                floors.append(limit_step(limit, row, "request", Fraction(1)))
            else:
                left_out.append(
                    f"`{limit.name}`: {kind.replace('_', ' ')} {grouped(row.amount)} "
                    f"{book.currency} per {row.per}"
                )
    return tuple(floors), tuple(left_out)


def _notes(
    book: m.Book, point: Point, effects: Effects, silences: Sequence[Silence]
) -> Iterator[Note]:
    model = book.models[point[m.MODELS]]
    start = book.boundaries[point[m.DATES] - 1]
    if model.retired is not None and start >= model.retired:
        yield Note(
            "retired",
            f"`{model.name}` was retired on {written(model.retired)}: this is its last price",
        )
    if model.origin.unsure:
        yield Note("unsure", model.origin.unsure)
    first, last = book.term
    if book.bases and (
        (first is not None and start < first) or (last is not None and start >= last)
    ):
        period = " ".join(
            [
                *([f"from {written(first)}"] if first is not None else []),
                *([f"before {written(last)}"] if last is not None else []),
            ]
        )
        yield Note(
            "outside_term",
            f"outside the term of `{book.name}` ({period}): the prices of the book below hold",
        )
    if book.announcements:
        yield from announced_notes(book, point[m.MODELS], point[m.DATES])
    for remark in (book.notes[index] for index in leaf_at(book, book.decisions.notes, point)):
        yield Note("remark", remark.text)
        if remark.origin.unsure:
            yield Note("unsure", remark.origin.unsure)
    for index, dimension in enumerate(book.dimensions):
        offers = dimension.values[value_at(point, index)].offers
        held = [offer for offer in offers if holds(offer.scope, point)]
        if all(offer.origin.unsure for offer in held) and held[0].origin.unsure:
            yield Note("unsure", held[0].origin.unsure)
    yield from (
        Note("unsure", silence.origin.unsure) for silence in silences if silence.origin.unsure
    )
    for lines in effects.values():
        for line in lines:
            if line.origin.unsure and not line.factors and not line.meters:
                yield Note("unsure", line.origin.unsure)


def _with_integers(cell: Combination) -> Combination:
    """The cell with integer rates,
    where an amount is nothing but quantity times a decimal unit price.
    """
    if (
        cell.line_rounding is not None
        or cell.total_rounding is not None
        or cell.extras
        or cell.floors
    ):
        return cell
    factor = cell.conversion.rate if cell.conversion is not None else Fraction(1)
    simple = {
        name: rate.unit_price * factor
        for name, rate in cell.rates.items()
        if isinstance(rate, Rate)
        and rate.minimum is None
        and power_of_ten((rate.unit_price * factor).denominator) is not None
    }
    places = power_of_ten(lcm(1, *(price.denominator for price in simple.values()))) or 0
    coefficients = {name: int(price * 10**places) for name, price in simple.items()}
    if sum(map(abs, coefficients.values())) * PLAIN >= 10**NARROW:
        return cell
    return evolve(cell, coefficients=coefficients, places=places, divisor=Decimal(10**places))
