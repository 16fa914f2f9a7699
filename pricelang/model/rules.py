"""The registry of rules: every rule of a book, and one arm a kind for what each is.

Who needs all scopes, all axes that matter or everything that can differ iterates `rules_of`; who
decides something of each kind has an arm for each, closed by `assert_never`, so that the type
checker names every place where a new kind must be decided. Elsewhere most ask what a rule is by
one of these questions, or have an arm for what they know and take the rest for the worst it can be.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias, assert_never

from pricelang.model import book as m
from pricelang.model import rule_kinds as k
from pricelang.model.ladder_words import ladder_name
from pricelang.model.space import axis_of


def rules_of(book: m.Book) -> Iterator[k.Rule]:
    """Every rule of a book, kind by kind."""
    yield from (k.ModelRule(*found) for found in enumerate(book.models))
    yield from (k.AliasRule(*found) for found in enumerate(book.aliases))
    yield from _offers(book)
    yield from (k.PriceRule(*found) for found in enumerate(book.prices))
    yield from (k.AnnouncementRule(*x) for x in enumerate(book.announcements))
    yield from (k.DerivationRule(*found) for found in enumerate(book.derivations))
    for number, modifier in enumerate(book.modifiers):
        yield from (k.ModifierRule(number, *x) for x in enumerate(modifier.lines))
    for number, limit in enumerate(book.limits):
        yield from (k.LimitRule(number, *found) for found in enumerate(limit.lines))
    for number, exclusion in enumerate(book.exclusions):
        yield k.ExclusionRule(number, exclusion)
        yield from (k.AllowRule(number, *found) for found in enumerate(exclusion.allowed))
    for number, charge in enumerate(book.charges):
        yield from _of_charge(number, charge)
    yield from (k.RefusalRule(*found) for found in enumerate(book.refusals))
    yield from (k.FreeRule(*found) for found in enumerate(book.free))
    yield from (k.NoteRule(*found) for found in enumerate(book.notes))
    yield from (k.RoundingRule(*found) for found in enumerate(book.roundings))
    yield from (k.ConversionRule(*found) for found in enumerate(book.conversions))


def _offers(book: m.Book) -> Iterator[k.Rule]:
    for place, dimension in enumerate(book.dimensions):
        for number, value in enumerate(dimension.values):
            yield from (k.ValueRule(place, number, *x) for x in enumerate(value.offers))
    for number, meter in enumerate(book.meters):
        yield from (k.MeterRule(number, *found) for found in enumerate(meter.offers))
    for place, dimension in enumerate(book.dimensions):
        if dimension.ladder is not None:
            yield k.LadderRule(place, dimension.ladder)


def _of_charge(number: int, charge: m.Charge) -> Iterator[k.Rule]:
    yield from (k.ChargePriceRule(number, *x) for x in enumerate(charge.prices))
    yield from (k.ChargeMinimumRule(number, *x) for x in enumerate(charge.minimums))
    yield from (k.ChargePoolRule(number, *x) for x in enumerate(charge.pools))
    yield from (k.ChargeFreeRule(number, *found) for found in enumerate(charge.free))


# ---- one question of each kind -------------------------------------------------------------------


def scope_of(rule: k.Rule) -> m.Scope:
    """The box of requests in which a rule holds.

    The periods of names are not in it: what is released or called so is asked with the name.
    """
    match rule:
        case k.ModelRule(index=model):
            return ((m.MODELS, 1 << model),)
        case k.AnnouncementRule() | k.AliasRule():
            return ((m.MODELS, 1 << rule.line.model),)
        case _:
            return rule.line.scope


def origin_of(rule: k.Rule) -> m.Origin:
    """Where a rule stands, and what it is from."""
    return rule.line.origin


Stage: TypeAlias = Literal[
    "name",
    "existence",
    "unit price",
    "line item",
    "request",
    "currency",
    "account",
    "told",
]
"""What a rule moves: which names there are, whether a request can be made and is billed, a unit
price, the amount of a line item beyond quantity times unit price, that of a request beyond its
line items, the currency of a bill, what an account pays in a period, or no amount at all.
"""


def stage_of(rule: k.Rule) -> Stage:
    """What a rule moves."""
    match rule:
        case k.ModelRule() | k.AliasRule():
            return "name"
        case k.ValueRule() | k.MeterRule() | k.RefusalRule() | k.ExclusionRule() | k.AllowRule():
            return "existence"
        case k.FreeRule():
            return "existence"
        case k.PriceRule() | k.DerivationRule() | k.ChargeFreeRule():
            return "unit price"
        case k.ModifierRule(line=line):
            return _stage_of_modifier(line)
        case k.LimitRule(line=bound):
            return _stage_of_limit(bound.target)
        case k.ChargePriceRule(line=price):
            return "unit price" if price.after is None else "account"
        case k.ChargeMinimumRule():
            return "line item"
        case k.ChargePoolRule() | k.LadderRule():
            return "account"
        case k.RoundingRule(line=rounding):
            return _stage_of_rounding(rounding.stage)
        case k.ConversionRule():
            return "currency"
        case k.NoteRule() | k.AnnouncementRule():
            return "told"
        case _:
            assert_never(rule)


def _stage_of_limit(target: m.Target) -> Stage:
    match target:
        case "unit_price":
            return "unit price"
        case "request" | "account":
            return target
        case _:
            assert_never(target)


def _stage_of_rounding(stage: m.Stage) -> Stage:
    match stage:
        case "unit_price":
            return "unit price"
        case "line":
            return "line item"
        case "total":
            return "request"
        case _:
            assert_never(stage)


def _stage_of_modifier(line: m.ModifierLine) -> Stage:
    match line.outcome:
        case "refuse":
            return "existence"
        case "factor" | "no_effect":
            return "unit price"
        case "add":
            return "unit price" if line.meters else "request"
        case _:
            assert_never(line.outcome)


def pays(rule: k.Rule) -> bool:
    """Decides whether a rule can change what a request pays, or that it exists."""
    return stage_of(rule) != "told"


def of_account(rule: k.Rule) -> bool:
    """Decides whether a rule belongs to an account and a period,
    so that the price of one request leaves it out.
    """
    return stage_of(rule) == "account"


def name_of(book: m.Book, rule: k.Rule) -> str:
    """What a rule is called where all are listed: what it is of, or what it says."""
    match rule:
        case k.ModelRule(line=model):
            return model.name
        case k.AliasRule(line=alias):
            return alias.name
        case k.ValueRule(dimension=place, value=number):
            dimension = book.dimensions[place]
            return f"{dimension.name} {dimension.values[number].name}"
        case k.MeterRule(meter=index):
            return book.meters[index].name
        case k.LadderRule(dimension=place, line=ladder):
            return ladder_name(book, book.dimensions[place], ladder)
        case k.PriceRule(line=line) | k.AnnouncementRule(line=line):
            return f"{book.meters[line.meter].name} of {book.models[line.model].name}"
        case k.DerivationRule(line=derivation):
            return book.meters[derivation.meter].name
        case k.ModifierRule(modifier=index, line=part):
            return f"{book.modifiers[index].name}: {part.outcome.replace('_', ' ')}"
        case k.LimitRule(limit=index):
            return book.limits[index].name
        case k.ExclusionRule(index=index) | k.AllowRule(exclusion=index):
            names = tuple(modifier.name for modifier in book.modifiers)
            return book.exclusions[index].label(names)
        case (
            k.ChargePriceRule(charge=index)
            | k.ChargeMinimumRule(charge=index)
            | k.ChargePoolRule(charge=index)
            | k.ChargeFreeRule(charge=index)
        ):
            return book.meters[book.charges[index].meter].name
        case k.RefusalRule(line=remark) | k.FreeRule(line=remark) | k.NoteRule(line=remark):
            return remark.text
        case k.RoundingRule(line=rounding):
            return rounding.stage
        case k.ConversionRule(line=conversion):
            return conversion.currency
        case _:
            assert_never(rule)


# ---- what all rules look at ----------------------------------------------------------------------


def scopes_of(book: m.Book) -> Iterator[m.Scope]:
    """Every scope of a book, those of whole modifiers too."""
    yield from (scope_of(rule) for rule in rules_of(book))
    yield from (modifier.when for modifier in book.modifiers)


def dimensions_that_pay(book: m.Book) -> tuple[str, ...]:
    """The dimensions on which it may turn what a request pays,
    or that it exists, but for those that the clock sets.

    >>> import pricelang
    >>> {"service_tier", "speed", "outcome"} <= {*dimensions_that_pay(pricelang.load().checked)}
    True
    """
    axes = {axis for rule in rules_of(book) if pays(rule) for axis, _ in scope_of(rule)}
    axes |= {axis for modifier in book.modifiers for axis, _ in modifier.when}
    axes |= {axis_of(n) for n, found in enumerate(book.dimensions) if _is_limited(found)}
    return tuple(
        found.name
        for n, found in enumerate(book.dimensions)
        if axis_of(n) in axes and not found.clocked
    )


def _is_limited(dimension: m.Dimension) -> bool:
    """Whether some value of a dimension is not offered always and to all."""
    return not all(any(not offer.scope for offer in value.offers) for value in dimension.values)
