"""The rules that decide a request at one point of the space: which modifiers have effect, what
bounds, rounds, converts, frees and remarks it; or the error of a request that is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from attrs import define, field, frozen

from pricelang.evaluate.line_rates import Effects
from pricelang.evaluate.offers import Point
from pricelang.model import book as m
from pricelang.model import rule_kinds as k
from pricelang.model.diagrams import deciding
from pricelang.model.errors import Refused
from pricelang.model.rules import Stage, origin_of, stage_of
from pricelang.model.space import holds

BEYOND_UNIT_PRICES: frozenset[Stage] = frozenset(("line item", "request", "currency"))


@frozen(eq=False, repr=False)
class Silence:
    """A modifier that was asked for and changes nothing, and why."""

    rule: str
    origin: m.Origin


@define(eq=False, repr=False)
class StandingRules:
    """The rules that decide at a point, by what they do. `modifiers` has the lines of each that
    holds, `effects` those that change a price, and `silences` those that were asked in vain.
    """

    modifiers: Effects = field(factory=dict)
    effects: Effects = field(factory=dict)
    silences: tuple[Silence, ...] = ()
    exclusions: list[m.Exclusion] = field(factory=list)
    limits: list[tuple[m.Limit, m.LimitLine]] = field(factory=list)
    roundings: dict[m.Stage, m.Rounding] = field(factory=dict)
    conversion: m.Conversion | None = None
    free: m.Remark | None = None
    remarks: list[m.Remark] = field(factory=list)
    amounts: list[m.Origin] = field(factory=list)
    """Where the rules stand that its amount rests on, but for those of unit prices."""


def standing_at(book: m.Book, point: Point) -> StandingRules:
    """The rules that decide at a point. Raises `Refused` where they leave no such request."""
    found = StandingRules()
    for rule in deciding(book, point):
        _take(book, found, rule)
        if isinstance(rule, k.FreeRule) or stage_of(rule) in BEYOND_UNIT_PRICES:
            found.amounts.append(origin_of(rule))
    _part_modifiers(book, found)
    _check_exclusions(book, found)
    found.amounts += _allowing(book, point, found)
    return found


def _take(book: m.Book, found: StandingRules, rule: k.WholeRule) -> None:
    match rule:
        case k.RefusalRule(line=refusal):
            raise _refused(book, "refused", refusal.text, refusal.origin)
        case k.ModifierRule(modifier=index, line=line):
            found.modifiers.setdefault(index, []).append(line)
        case k.ExclusionRule(line=exclusion):
            found.exclusions.append(exclusion)
        case k.LimitRule(limit=index, line=row):
            found.limits.append((book.limits[index], row))
        case k.RoundingRule(line=rounding):
            found.roundings[rounding.stage] = rounding
        case k.ConversionRule(line=conversion):
            found.conversion = found.conversion or conversion
        case k.FreeRule(line=remark):
            found.free = found.free or remark
        case k.NoteRule(line=remark):
            found.remarks.append(remark)
        case _:
            assert_never(rule)


def _part_modifiers(book: m.Book, found: StandingRules) -> None:
    """Parts the modifiers that hold, in the order of the stack, into effects and silences."""
    silences = []
    for index in (index for kind, index in book.stack if kind == "modifier"):
        lines = found.modifiers.get(index)
        if lines is None:
            continue
        name, first = book.modifiers[index].name, lines[0]
        match first.outcome:
            case "refuse":
                reason = first.origin.because or "this request cannot exist"
                raise _refused(book, "refused", reason, first.origin, name)
            case "no_effect":
                silences.append(Silence(name, first.origin))
            case "factor" | "add":
                found.effects[index] = lines
            case _:
                assert_never(first.outcome)
    found.silences = tuple(silences)


def _check_exclusions(book: m.Book, found: StandingRules) -> None:
    for exclusion in found.exclusions:
        if _meet(found, exclusion):
            reason = exclusion.origin.because or "these never meet"
            label = exclusion.label(tuple(modifier.name for modifier in book.modifiers))
            raise _refused(book, "excluded", reason, exclusion.origin, label)


def _meet(found: StandingRules, exclusion: m.Exclusion) -> bool:
    """Decides whether all modifiers of an exclusion have effect."""
    pair = exclusion.left, exclusion.right
    return all(index is None or index in found.effects for index in pair)


def _allowing(book: m.Book, point: Point, found: StandingRules) -> Iterator[m.Origin]:
    """What a contract allows, where the pair would be excluded without it."""
    for exclusion in book.exclusions:
        if exclusion.allowed and _meet(found, exclusion) and holds(exclusion.scope, point):
            yield from (offer.origin for offer in exclusion.allowed if holds(offer.scope, point))


def _refused(
    book: m.Book, code: str, reason: str, origin: m.Origin, rule: str | None = None
) -> Refused:
    source = next((source for source in book.sources if source.name == origin.source), None)
    help = f"see {source.address}" if source is not None else None
    return Refused(code, reason, rule=rule, origin=origin, help=help)
