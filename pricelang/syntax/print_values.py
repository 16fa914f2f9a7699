"""Values, clauses and effects of the tree as text."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from fractions import Fraction
from typing import assert_never

from pricelang.syntax import tree as t
from pricelang.syntax.build_values import SYMBOLS

SIGNS = {currency: sign for sign, currency in SYMBOLS.items()}
"""The sign of each currency that has one."""
_EPOCH = datetime.datetime(1970, 1, 1)
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799  # the years 1 to 9999


def words(*parts: str) -> str:
    """Words with a space between them, empty ones left out."""
    return " ".join(part for part in parts if part)


# ---- values --------------------------------------------------------------------------------------


def decimal(value: Fraction, least_places: int = 0) -> str:
    """A finite decimal with thousands separators;
    `least_places` digits after the point when there are any.
    """
    rest, places = value.denominator, 0
    for prime in (2, 5):
        power = 0
        while rest % prime == 0:
            rest, power = rest // prime, power + 1
        places = max(places, power)
    if rest != 1 or value < 0:
        raise ValueError(f"no number of the language: {value}")
    whole, part = divmod(value.numerator * 10**places // value.denominator, 10**places)
    return f"{whole:,}" + (f".{part:0{places}d}".ljust(least_places + 1, "0") if places else "")


def number(number: t.Number) -> str:
    """A number as it was written, or canonically."""
    return number.written or decimal(number.value)


def money(money: t.Money) -> str:
    """An amount of money."""
    if money.written:
        return money.written
    return SIGNS.get(money.currency, money.currency + " ") + decimal(money.value, least_places=2)


def date(date: t.Date) -> str:
    """A day, with its time unless midnight."""
    if date.written:
        return date.written
    if not _FIRST_SECOND <= date.seconds <= _LAST_SECOND:
        raise ValueError(f"no day of the calendar: {date.seconds} seconds from 1970")
    instant = _EPOCH + datetime.timedelta(seconds=date.seconds)
    day, time = instant.isoformat().split("T")
    return day if time == "00:00:00" else f"{day} {time.removesuffix(':00')}"


def clock(clock: t.Clock) -> str:
    """When the clock sets a value."""
    windows = ", ".join(f"from {_time(w.start)} before {_time(w.end)}" for w in clock.windows)
    days = f"on {names(clock.days)}" if clock.days else ""
    return words(windows, days, f"in {clock.zone.text}" if clock.zone is not None else "")


def _time(time: t.TimeOfDay) -> str:
    return f"{time.minutes // 60:02d}:{time.minutes % 60:02d}"


def text(text: t.Text) -> str:
    """A string in its quotes."""
    return quoted(text.text)


def quoted(text: str) -> str:
    """A text as a string in its quotes. Raises `ValueError` for one that no string is.

    >>> quoted('a "new" price')
    '"a \\\\"new\\\\" price"'
    """
    if not text.isprintable():
        raise ValueError("a string of the language has no line break, tab or control character")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def names(names: Sequence[t.Name], between: str = ", ") -> str:
    """Names with what stands between them."""
    return between.join(name.text for name in names)


def optional(value: t.Text | None) -> str:
    """A string, or nothing."""
    return text(value) if value is not None else ""


def after_word(word: str, name: t.Name | t.Text | None) -> str:
    """A name or a string after its word, or nothing."""
    if name is None:
        return ""
    return f"{word} {text(name) if isinstance(name, t.Text) else name.text}"


def instead(value: t.Number | t.Money | None) -> str:
    """`instead of …`, or nothing."""
    if value is None:
        return ""
    return "instead of " + (number(value) if isinstance(value, t.Number) else money(value))


def per(per: t.Per) -> str:
    """`per …`."""
    return words("per", number(per.number) if per.number is not None else "", per.unit.text)


def quantity(amount: t.Number | t.Money, unit: t.Name | None) -> str:
    """A number of a unit, or an amount of money."""
    if isinstance(amount, t.Money):
        return money(amount)
    return words(number(amount), unit.text if unit is not None else "")


def account(account: t.Account | None) -> str:
    """`per … per …`, or nothing."""
    return f"per {account.holder.text} per {account.period.text}" if account is not None else ""


# ---- endings of a line ---------------------------------------------------------------------------


def test(test: t.Test | t.Fact) -> str:
    """One condition."""
    match test:
        case t.Fact(dimension, value):
            return f"{dimension.text} {value.text}"
        case t.IsTest(dimension, values):
            return f"{dimension.text} is {names(values, ' or ')}"
        case t.Threshold(meters, over, limit):
            return f"{names(meters, ' + ')} {'over' if over else 'up to'} {number(limit)}"
        case _:
            assert_never(test)


def when(tests: tuple[t.Test, ...]) -> str:
    """`when …`, or nothing."""
    return "when " + " and ".join(map(test, tests)) if tests else ""


def outcome(outcome: t.Outcome) -> str:
    """What a line says instead of a factor."""
    match outcome.kind:
        case "refuse":
            return "refuse"
        case "no_effect":
            return "no effect"
        case _:
            assert_never(outcome.kind)


def clauses(endings: t.Endings) -> list[str]:
    """The clauses at the end of a line, in their one order; the dates are one clause."""
    start = f"from {date(endings.start)}" if endings.start is not None else ""
    end = f"before {date(endings.end)}" if endings.end is not None else ""
    parts = (
        f"for {names(endings.models)}" if endings.models else "",
        f"except for {names(endings.except_models)}" if endings.except_models else "",
        when(endings.when),
        words(start, end),
        f"then {outcome(endings.then)}" if endings.then is not None else "",
        f"because {text(endings.because)}" if endings.because is not None else "",
        f"unsure {text(endings.unsure)}" if endings.unsure is not None else "",
        after_word("see", endings.see),
    )
    return [part for part in parts if part]


def endings(endings: t.Endings) -> str:
    """The clauses at the end of a line, a space between them."""
    return words(*clauses(endings))


# ---- effects -------------------------------------------------------------------------------------


def factor(factor: t.FactorClause) -> str:
    """`x … on …`, or `…% off …`."""
    if not factor.off:
        meters = names(factor.meters)
        return words("x", number(factor.number), instead(factor.instead_of), "on", meters)
    replaced = f"instead of {_off(factor.instead_of)}" if factor.instead_of is not None else ""
    return words(_off(factor.number), replaced, names(factor.meters))


def _off(number: t.Number) -> str:
    return f"{number.written or decimal(number.value * 100) + '%'} off"


def effect(effect: t.Effect) -> str:
    """What a line of a modifier does."""
    match effect:
        case t.Factors(factors):
            return " and ".join(map(factor, factors))
        case t.Addition():
            return words(money(effect.money), per(effect.per), on(effect.meters))
        case t.Outcome():
            return outcome(effect)
        case _:
            assert_never(effect)


def on(meters: tuple[t.Name, ...]) -> str:
    """`on …`, or nothing."""
    return f"on {names(meters)}" if meters else ""


def price(price: t.ChargePrice) -> str:
    """A price of a charge, without its `after`."""
    return words(money(price.money), instead(price.instead_of), per(price.per))


def after(price: t.ChargePrice) -> str:
    """`after …`, or nothing."""
    if price.after is None or price.after_unit is None:
        return ""
    return words("after", number(price.after), price.after_unit.text, account(price.account))
