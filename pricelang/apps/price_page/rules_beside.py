"""The rules of a day that tables of prices cannot show, each as a line under them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import assert_never

from pricelang.model import book as m
from pricelang.model import rules as r
from pricelang.model.space import undated
from pricelang.present.decimals import money
from pricelang.present.text import printable


def rules_beside(book: m.Book, models: Collection[int], stretch: int) -> tuple[str, ...]:
    """What holds of requests to some models in a stretch of time and is in no table,
    in the order of the book.
    """
    inside = sum(1 << model for model in models)
    found = []
    for rule in r.rules_of(book):
        scope = dict(r.scope_of(rule))
        if scope.get(m.MODELS, inside) & inside and scope.get(m.DATES, -1) >> stretch & 1:
            found += [f"{text} [{r.origin_of(rule).place}]" for text in _text_of(book, rule)]
    return tuple(dict.fromkeys(found))


def _text_of(book: m.Book, rule: r.Rule) -> Iterator[str]:
    """A rule in words; nothing where the tables show it."""
    name = r.name_of(book, rule)
    match rule:
        case (
            r.ModelRule()
            | r.MeterRule()
            | r.PriceRule()
            | r.AnnouncementRule()
            | r.DerivationRule()
            | r.ChargePriceRule()
            | r.ChargeMinimumRule()
            | r.ChargePoolRule()
            | r.ChargeFreeRule()
            | r.ConversionRule()
        ):
            pass
        case r.AliasRule(line=alias):
            yield f"alias: `{name}` is `{book.models[alias.model].name}`"
        case r.ValueRule(line=offer):
            yield f"value: {name}{', to some requests only' if undated(offer.scope) else ''}"
        case r.ModifierRule(line=line):
            yield from _of_modifier(book, book.modifiers[rule.modifier].name, line)
        case r.LimitRule(line=bound):
            if bound.target != "unit_price":
                side = "at least" if bound.at_least else "at most"
                amount = money(bound.amount, book.currency)
                yield f"limit: `{name}`, {side} {amount} per {bound.per}"
        case r.ExclusionRule():
            yield f"exclusion: {name}"
        case r.AllowRule():
            yield f"allowed: {name}"
        case r.RefusalRule() | r.FreeRule() | r.NoteRule():
            yield f"{rule.kind}: {printable(name)}"
        case r.RoundingRule(line=rounding):
            if rounding.stage != "unit_price":
                step = money(rounding.step, rounding.currency)
                yield f"rounding: the {rounding.stage} to {step} {rounding.mode}"
        case _:
            assert_never(rule)


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
