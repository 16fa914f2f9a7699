"""The rules of a day that tables of prices cannot show, each as a line under them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from fractions import Fraction
from typing import assert_never

from pricelang.model import book as m
from pricelang.model import rule_kinds as k
from pricelang.model import rules as r
from pricelang.model.space import space_of, undated
from pricelang.present.decimals import money, plain
from pricelang.present.text import printable


def rules_beside(
    book: m.Book,
    models: Collection[int],
    stretch: int,
    wanted: Callable[[k.Rule], bool] = lambda _: True,
) -> tuple[str, ...]:
    """What holds of requests to some models in a stretch of time and is in no table,
    in the order of the book: the rules that are `wanted`.
    """
    inside, space = sum(1 << model for model in models), space_of(book)
    found = []
    for rule in filter(wanted, r.rules_of(book)):
        whole = r.scope_of(rule)
        scope, conditions = dict(whole), space.conditions(whole)
        if scope.get(m.MODELS, inside) & inside and scope.get(m.DATES, -1) >> stretch & 1:
            texts = [*_text_of(book, rule)]
            if conditions:
                texts += [f"{text}, when {conditions}" for text in _if_conditional(book, rule)]
            found += [f"{text} [{r.origin_of(rule).place}]" for text in texts]
    return tuple(dict.fromkeys(found))


def conditions_beside(
    book: m.Book, models: Collection[int], stretch: int, shown: Collection[str]
) -> tuple[str, ...]:
    """What moves prices in a stretch of time and is in no table: the modifiers that are not among
    those `shown`, bounds, roundings, and what is free.
    """

    def moves(rule: k.Rule) -> bool:
        match rule:
            case k.ModifierRule(modifier=index, line=line):
                per_request = line.outcome == "add" and not line.meters
                hidden = book.modifiers[index].name not in shown
                return per_request or (hidden and line.outcome in ("factor", "add"))
            case k.LimitRule() | k.RoundingRule() | k.FreeRule():
                return True
            case _:
                return False

    return rules_beside(book, models, stretch, moves)


def _if_conditional(book: m.Book, rule: k.Rule) -> Iterator[str]:
    """A rule that tables show at the defaults only, in words."""
    name, currency = r.name_of(book, rule), book.currency
    match rule:
        case k.PriceRule(line=price):
            yield _price(price, name, currency)
        case k.DerivationRule(line=line):
            of = book.meters[line.of].name
            yield f"price: {name}, {plain(line.factor)} x {of} where it is derived"
        case k.ChargePriceRule(line=charge):
            yield f"price: {name}, {_per(charge.amount, charge.per, currency)}"
        case k.ChargeMinimumRule(line=minimum):
            yield f"minimum: {name}, {minimum.written} per use"
        case k.ChargePoolRule(line=pool):
            yield f"free: {name}, the first {pool.written} per {pool.account}"
        case k.ChargeFreeRule(line=offer):
            reason = f", {printable(offer.origin.because)}" if offer.origin.because else ""
            yield f"free: {name}{reason}"
        case k.ModifierRule(line=part):
            factors = _factors(book, part)
            if factors:
                yield f"multiplier: `{book.modifiers[rule.modifier].name}`, {factors}"
        case k.LimitRule(line=bound) if bound.target == "unit_price":
            side = "at least" if bound.at_least else "at most"
            amount = _per(bound.amount, bound.per, currency)
            yield f"limit: `{name}`, unit prices {side} {amount}"
        case k.RoundingRule(line=rounding) if rounding.stage == "unit_price":
            yield f"rounding: unit prices to {money(rounding.step, rounding.currency)}"
        case _:
            pass  # no table shows it: it has its text


def _price(price: m.Price, name: str, currency: str) -> str:
    match price.kind:
        case "amount":
            return f"price: {name}, {_per(price.amount, price.per, currency)}"
        case "derived":
            return f"price: {name}, derived"
        case "absent":
            return f"not offered: {name}"
        case _:
            assert_never(price.kind)


def _factors(book: m.Book, line: m.ModifierLine) -> str:
    """The factors of a line: `x 2 on input, output and x 3 on cache_read`."""
    meters: dict[Fraction, list[str]] = {}
    for meter, factor in line.factors:
        meters.setdefault(factor, []).append(book.meters[meter].name)
    return " and ".join(f"x {plain(x)} on {', '.join(names)}" for x, names in meters.items())


def _per(amount: Fraction | None, per: str, currency: str) -> str:
    return f"{money(amount or Fraction(0), currency)} per {per}"


def _text_of(book: m.Book, rule: k.Rule) -> Iterator[str]:
    """A rule in words; nothing where the tables show it."""
    name = r.name_of(book, rule)
    match rule:
        case (
            k.PriceRule()
            | k.DerivationRule()
            | k.ChargePriceRule()
            | k.ChargeMinimumRule()
            | k.ChargePoolRule()
            | k.ChargeFreeRule()
        ):
            pass
        case k.ModelRule() | k.MeterRule() | k.AnnouncementRule() | k.ConversionRule():
            pass  # the rows and columns of tables, the notes under them, and their currency
        case k.AliasRule(line=alias):
            yield f"alias: `{name}` is `{book.models[alias.model].name}`"
        case k.ValueRule(line=offer):
            yield f"value: {name}{', to some requests only' if undated(offer.scope) else ''}"
        case k.ModifierRule(line=line):
            yield from _of_modifier(book, book.modifiers[rule.modifier].name, line)
        case k.LimitRule(line=bound):
            if bound.target != "unit_price":
                yield _of_bill(book, book.limits[rule.limit], bound)
        case k.AllowRule():
            yield f"allowed: {name}"
        case k.RoundingRule(line=rounding):
            if rounding.stage != "unit_price":
                step = money(rounding.step, rounding.currency)
                yield f"rounding: the {rounding.stage} to {step} {rounding.mode}"
        case _:
            yield f"{rule.kind}: {printable(name)}"


def _of_bill(book: m.Book, limit: m.Limit, line: m.LimitLine) -> str:
    """A floor or a cap of requests or accounts, a commitment or a credit."""
    side = ("at least " if line.at_least else "at most ") * (limit.kind == "limit")
    on = ", ".join(book.meters[meter].name for meter in line.meters)
    amount = f"{side}{_per(line.amount, line.per, book.currency)}" + (f" on {on}" if on else "")
    return f"{limit.kind}: `{limit.name}`, {amount}"


def _of_modifier(book: m.Book, name: str, line: m.ModifierLine) -> Iterator[str]:
    match line.outcome:
        case "factor" | "no_effect":
            pass
        case "add":
            if not line.meters and line.amount is not None:
                yield f"surcharge: `{name}`, {money(line.amount, book.currency)} per {line.per}"
        case "refuse":
            reason = f": {printable(line.origin.because)}" if line.origin.because else ""
            yield f"refusal: `{name}`{reason}"
        case _:
            assert_never(line.outcome)
