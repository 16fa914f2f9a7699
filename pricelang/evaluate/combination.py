"""The rates of one combination: what requests of one model, day, set of values and side of each
threshold pay.

It is worked out once from the rules of the book, exactly, and then prices every request that falls
into it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any, assert_never

from attrs import evolve, field, frozen

from pricelang.evaluate.combination_notes import notes_at
from pricelang.evaluate.left_out import left_out_at
from pricelang.evaluate.line_rates import Effects, Rate, rate_of
from pricelang.evaluate.offers import Point, check_exists
from pricelang.evaluate.quantities import PLAIN
from pricelang.evaluate.stack.operations import Step, limit_step
from pricelang.evaluate.standing_rules import Silence, standing_at
from pricelang.model import book as m
from pricelang.model import rule_kinds as k
from pricelang.model.errors import PriceError
from pricelang.model.notes import Note
from pricelang.model.points import LeftOut
from pricelang.present.decimals import NARROW, atoms, power_of_ten


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
    left_out: tuple[LeftOut, ...]
    free: m.Remark | None
    point: Point
    # Integer rates: amount = sum(coefficient * quantity) / 10**places, for the meters that are that
    # simple; None where a bill is more than such a sum, or where plain quantities could make one of
    # more digits than `divide` takes.
    coefficients: dict[str, int] | None = None
    places: int = 0
    # 10**places, to divide by.
    divisor: Decimal = Decimal(1)
    # What all bills of the combination share, filled in by the first (see `bill`).
    terms: dict[str, Any] = field(factory=dict)


def cell_at(book: m.Book, point: Point) -> Combination:
    """The combination at a point of the book's space.
    Raises `NotOffered` or `Refused` when no such request can exist.
    """
    check_exists(book, point)
    standing = standing_at(book, point)
    rates: dict[str, Rate | PriceError] = {}
    for index, meter in enumerate(book.meters):
        try:
            rates[meter.name] = rate_of(book, point, index, standing.effects, standing.free)
        except PriceError as error:
            rates[meter.name] = error
    roundings = {rule.line.stage: rule.line for rule in standing.of(k.RoundingRule)}
    cell = Combination(
        book.models[point[m.MODELS]],
        rates,
        tuple(_extras(book, standing.effects)),
        tuple(_floors(book, standing.of(k.LimitRule))),
        standing.silences,
        roundings.get("line"),
        roundings.get("total"),
        next((rule.line for rule in standing.of(k.ConversionRule)), None),
        tuple(notes_at(book, point)),
        left_out_at(book, point),
        standing.free,
        tuple(point),
    )
    return _with_integers(cell)


def _extras(book: m.Book, effects: Effects) -> Iterator[Step]:
    """The amounts that are added once a request."""
    one = Fraction(1)
    for index, lines in effects.items():
        name = book.modifiers[index].name
        for line in lines:
            if line.outcome == "add" and not line.meters and line.amount is not None:
                yield Step(name, "add", line.amount, "request", one, line.origin)


def _floors(book: m.Book, limits: Sequence[k.LimitRule]) -> Iterator[Step]:
    """The floors and caps of a request; those of an account are left out of it."""
    for rule in limits:
        match rule.line.target:
            case "unit_price":
                pass  # a step of the rates
            case "request":
                yield limit_step(book.limits[rule.limit], rule.line, "request", Fraction(1))
            case "account":
                pass
            case _:
                assert_never(rule.line.target)


def _with_integers(cell: Combination) -> Combination:
    """The combination with integer rates,
    where an amount is nothing but quantity times a decimal unit price.
    """
    if (
        cell.line_rounding is not None
        or cell.total_rounding is not None
        or cell.extras
        or cell.floors
    ):
        return cell
    simple = {
        name: price
        for name, rate in cell.rates.items()
        if isinstance(rate, Rate) and rate.minimum is None
        for price in [billed(rate, cell.conversion)]
        if power_of_ten(price.denominator) is not None
    }
    places = power_of_ten(lcm(1, *(price.denominator for price in simple.values()))) or 0
    coefficients = {name: atoms(price, places) for name, price in simple.items()}
    if sum(map(abs, coefficients.values())) * PLAIN >= 10**NARROW:
        return cell
    return evolve(cell, coefficients=coefficients, places=places, divisor=Decimal(10**places))


def billed(rate: Rate, conversion: m.Conversion | None) -> Fraction:
    """A unit price in the currency of the bill."""
    return rate.unit_price if conversion is None else rate.unit_price * conversion.rate
