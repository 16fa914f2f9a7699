"""What is priced by itself, with its conditions in words."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pricelang.apps.price_page.day import PageDay, converted
from pricelang.apps.price_page.page import Charged
from pricelang.evaluate.combination import Combination
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.offers import Point
from pricelang.model import book as m
from pricelang.model.space import holds, meet, space_of
from pricelang.model.units import TIMES, plural
from pricelang.present.decimals import grouped, money


def charges_of(day: PageDay) -> Iterator[Charged]:
    """What is priced by itself, for the newest model that can use it."""
    for charge in day.book.charges:
        meter = day.book.meters[charge.meter]
        hits = (day.cell(model, offer.scope) for model in day.models for offer in meter.offers)
        found = next(
            (hit for hit in hits if hit and isinstance(hit[1].rates[meter.name], Rate)), None
        )
        if found is not None:
            yield _charged(day, charge, *found)


def _charged(day: PageDay, charge: m.Charge, point: Point, cell: Combination) -> Charged:
    name = day.book.meters[charge.meter].name
    rate = cell.rates[name]
    assert isinstance(rate, Rate)
    return Charged(
        name,
        charge.title,
        None if rate.free is not None else day.figure(cell, name),
        tuple(_conditions(day, charge, rate, point, cell)),
    )


def _conditions(
    day: PageDay, charge: m.Charge, rate: Rate, point: Point, cell: Combination
) -> Iterator[str]:
    meter = day.book.meters[charge.meter]
    units = plural(meter.unit)
    if rate.free is not None:
        yield f"free: {rate.free}"
    if rate.minimum is not None:
        yield f"at least {_written(rate.minimum.quantity, meter)} per use"
    for pool in charge.pools:
        if holds(pool.scope, point):
            yield f"the first {grouped(pool.quantity)} {units} free per {pool.account}"
    yield from _other_prices(day, charge, point, cell)
    today_only = ((m.DATES, 1 << day.stretch),)
    for offer in charge.free:
        if not holds(offer.scope, point) and meet(offer.scope, today_only) is not None:
            reason = offer.origin.because or "in some cases"
            yield reason if reason.startswith("free") else f"free: {reason}"


def _other_prices(day: PageDay, charge: m.Charge, point: Point, cell: Combination) -> Iterator[str]:
    """The tiers of a charge, and its prices under a condition where there are several."""
    today_only, space = ((m.DATES, 1 << day.stretch),), space_of(day.book)
    units = plural(day.book.meters[charge.meter].unit)
    held = [price for price in charge.prices if meet(price.scope, today_only) is not None]
    several = len({(price.amount, price.after) for price in held if price.after is None}) > 1
    for price in held:
        when = space.conditions(price.scope) if several else ""
        if not when and (price.after is None or not holds(price.scope, point)):
            continue
        shown = converted(day.book, price.amount, price.per, cell)
        text = f"{money(shown.amount, shown.currency)} per {shown.per}"
        if price.after is not None:
            text += f" after {grouped(price.after)} {units} per {price.account}"
        yield f"{text} when {when}" if when else text


def _written(quantity: Fraction, meter: m.Meter) -> str:
    """A quantity of a meter, times in the largest unit that leaves no fraction: `5 minutes`."""
    if meter.kind == "second":
        seconds = quantity * meter.size
        for unit in sorted(TIMES, key=lambda unit: -unit.size):
            if (seconds / unit.size).denominator == 1:
                count = seconds / unit.size
                return f"{grouped(count)} {unit.name if count == 1 else plural(unit.name)}"
    return f"{grouped(quantity)} {meter.unit if quantity == 1 else plural(meter.unit)}"
