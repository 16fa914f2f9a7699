"""Unit prices through the stack, amounts, rounding, and the total:
steps 6, 8 and 9, and all nine in order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction

from attrs import evolve

from pricelang.syntax import tree as t
from tests.oracle.case import Case, Modifier, NotOffered, Priced, Result, of_kind, only, texts
from tests.oracle.rates import Rate, amended, base_rate, charge_lines, money_rate, paid
from tests.oracle.rules import dimension_values, effects, missing, refusal
from tests.oracle.scopes import (
    holding,
    holds,
    in_meter_unit,
    meters_of,
    released,
    resolve,
    same_unit,
)

MODES: dict[str, Callable[[Fraction], int]] = {
    "half_even": round,
    "half_up": lambda x: math.floor(x + Fraction(1, 2)),
    "half_down": lambda x: math.ceil(x - Fraction(1, 2)),
    "up": math.ceil,
    "down": math.floor,
}


def modifiers(case: Case) -> list[Modifier]:
    """All modifiers in the order of the stack, the rest after it by name."""
    every: list[Modifier] = [*case.all(t.Multiplier), *case.all(t.Surcharge), *case.all(t.Limit)]
    named = {modifier.name.text: modifier for modifier in every}
    order: list[str] = []
    for layer in case.layers:
        order += [
            name for s in of_kind(layer, t.Stack) if s.after is None for name in texts(s.names)
        ]
        waiting = [s for s in of_kind(layer, t.Stack) if s.after is not None]
        while waiting:  # one may be inserted after another that is inserted too
            stack = next(s for s in waiting if s.after and s.after.text in order)
            waiting.remove(stack)
            place = order.index(stack.after.text) + 1 if stack.after else 0
            order[place:place] = texts(stack.names)
    return [named[name] for name in (*order, *sorted(named.keys() - set(order))) if name in named]


def change_on(case: Case, modifier: t.Multiplier | t.Surcharge, meter: str) -> Fraction | None:
    """The factor on a meter's price, or what is added to the price of one unit;
    None where nothing changes.
    """
    found: list[Rate] = []
    for effect in effects(case, modifier) or []:
        if isinstance(effect, t.Factors):
            found += [
                Rate(paid(f, f.number))
                for f in effect.factors
                if meter in meters_of(case, texts(f.meters))
            ]
        elif meter in meters_of(case, texts(effect.meters)):
            found.append(money_rate(case, effect.money, effect.per, meter))
    name = modifier.name.text
    return (
        amended(case, name, meter, only(found, f"`{name}` on `{meter}`")).price if found else None
    )


def once_a_request(case: Case) -> dict[str, Fraction]:
    """The surcharges that are added once a request, by name."""
    return {
        surcharge.name.text: effect.money.value
        / (effect.per.number.value if effect.per.number else 1)
        for surcharge in case.all(t.Surcharge)
        for effect in effects(case, surcharge) or []
        if isinstance(effect, t.Addition)
        and not effect.meters
        and same_unit(effect.per.unit.text, "request")
    }


def unit_price(case: Case, meter: str, rate: Rate) -> Fraction:
    """The price of one unit after the stack and its rounding; what is free stays free."""
    price = rate.price
    for modifier in modifiers(case):
        if isinstance(modifier, t.Limit):
            for line in modifier.lines if holds(case, modifier.endings) else ():
                if (
                    line.per
                    and meter in meters_of(case, texts(line.meters))
                    and holds(case, line.endings)
                ):
                    bound = money_rate(case, line.money, line.per, meter).price
                    price = max(price, bound) if line.at_least else min(price, bound)
        else:
            change = change_on(case, modifier, meter)
            if change is not None:
                price = price * change if isinstance(modifier, t.Multiplier) else price + change
    return (
        Fraction(0)
        if rate.free
        else rounded(case, "unit_price", price * rate.together) / rate.together
    )


def rounded(case: Case, stage: str, value: Fraction) -> Fraction:
    line = case.decisive(
        f"the rounding of `{stage}`",
        lambda layer: [r for r in holding(case, layer, t.Round) if r.stage.text == stage],
    )
    return MODES[line.mode.text](value / line.step.value) * line.step.value if line else value


def billed(case: Case, meter: str) -> Fraction:
    """The quantity that pays: each use raised to the minimum, a use of nothing left as it is."""
    amends = [
        line.effect
        for amend in case.all(t.Amend)
        if amend.name.text == meter and holds(case, amend.endings)
        for line in amend.lines
        if isinstance(line.effect, t.ChargeMinimum) and holds(case, line.endings)
    ]
    line = (
        amends[-1]
        if amends
        else case.decisive(
            f"the minimum of `{meter}`",
            lambda layer: charge_lines(case, layer, meter, t.ChargeMinimum),
        )
    )
    least = in_meter_unit(case, line.number, line.unit, meter) if line else Fraction(0)
    return sum((max(use, least) for use in case.uses(meter) if use > 0), Fraction(0))


def price(case: Case, model: str, given: Mapping[str, str], currency: str) -> Result:
    """The nine steps, in order."""
    case = evolve(case, model=resolve(case, model))
    if not any(day <= case.at for day in released(case, case.model)):
        return NotOffered(model)
    case = evolve(case, values=dimension_values(case, given))
    absent = missing(case, given)
    if absent is not None:
        return NotOffered(absent, absent in case.usage and refusal(case) is not None)
    refused = refusal(case)
    if refused is not None:
        return refused
    lines: dict[str, Fraction] = {}
    for meter in case.usage:
        if sum(case.uses(meter)) > 0:
            rate = base_rate(case, meter)
            if rate is None:
                return NotOffered(meter)
            lines[meter] = billed(case, meter) * unit_price(case, meter, rate)
    lines.update(once_a_request(case))
    free = any(holding(case, layer, t.Free) for layer in case.layers)
    lines = {
        name: Fraction(0) if free else rounded(case, "line", amount)
        for name, amount in lines.items()
    }
    return finished(case, lines, free, currency)


def finished(case: Case, lines: dict[str, Fraction], free: bool, currency: str) -> Priced:
    """The sum of the lines, its limits per request,
    the conversion, and the rounding of the total.
    """
    total = sum(lines.values(), Fraction(0))
    for limit in case.all(t.Limit) if not free else ():
        for line in limit.lines:
            once = (
                line.per is not None
                and not line.meters
                and same_unit(line.per.unit.text, "request")
            )
            if once and holds(case, limit.endings) and holds(case, line.endings):
                total = (
                    max(total, line.money.value) if line.at_least else min(total, line.money.value)
                )
    convert = case.decisive("the conversion", lambda layer: holding(case, layer, t.Convert))
    rate = convert.rate.value if convert else Fraction(1)
    converted = {name: amount * rate for name, amount in lines.items()}
    return Priced(
        rounded(case, "total", total * rate),
        converted,
        convert.currency.text if convert else currency,
    )
