"""The rules that decide a request at one point of the space: which modifiers have effect, what
bounds, rounds, converts, frees and remarks it; or the error of a request that is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar, assert_never

from attrs import define, field, frozen

from pricelang.evaluate.line_rates import Effects
from pricelang.evaluate.offers import Point
from pricelang.model import book as m
from pricelang.model import rule_kinds as k
from pricelang.model.diagrams import deciding
from pricelang.model.errors import Refused
from pricelang.model.rules import Stage, origin_of, stage_of
from pricelang.model.space import holds

Some = TypeVar("Some")

BEYOND_UNIT_PRICES: frozenset[Stage] = frozenset(("line item", "request", "currency"))


@frozen(eq=False, repr=False)
class Silence:
    """A modifier that was asked for and changes nothing, and why."""

    rule: str
    origin: m.Origin


@define(eq=False, repr=False)
class StandingRules:
    """The rules that decide at a point. `effects` has the lines of each modifier that changes a
    price, and `silences` are those that were asked in vain.
    """

    rules: tuple[k.WholeRule, ...]
    effects: Effects = field(factory=dict)
    silences: tuple[Silence, ...] = ()
    amounts: list[m.Origin] = field(factory=list)
    """Where the rules stand that its amount rests on, but for those of unit prices."""

    def of(self, kind: type[Some]) -> list[Some]:
        """The rules of a kind."""
        return [rule for rule in self.rules if isinstance(rule, kind)]

    @property
    def free(self) -> m.Remark | None:
        """What makes the request cost nothing as a whole."""
        return next((rule.line for rule in self.of(k.FreeRule)), None)


def standing_at(book: m.Book, point: Point) -> StandingRules:
    """The rules that decide at a point. Raises `Refused` where they leave no such request."""
    found = StandingRules(tuple(deciding(book, point)))
    for refusal in (rule.line for rule in found.of(k.RefusalRule)):
        raise _refused(book, "refused", refusal.text, refusal.origin)
    found.amounts += (
        origin_of(rule)
        for rule in found.rules
        if isinstance(rule, k.FreeRule) or stage_of(rule) in BEYOND_UNIT_PRICES
    )
    _part_modifiers(book, found)
    _check_exclusions(book, found)
    found.amounts += _allowing(book, point, found)
    return found


def _part_modifiers(book: m.Book, found: StandingRules) -> None:
    """Parts the modifiers that hold, in the order of the stack, into effects and silences."""
    silences = []
    modifiers: Effects = {}
    for rule in found.of(k.ModifierRule):
        modifiers.setdefault(rule.modifier, []).append(rule.line)
    for index in (index for kind, index in book.stack if kind == "modifier"):
        lines = modifiers.get(index)
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
    for exclusion in (rule.line for rule in found.of(k.ExclusionRule)):
        if _meet(found, exclusion):
            reason = exclusion.origin.because or "these never meet"
            label = exclusion.label(tuple(modifier.name for modifier in book.modifiers))
            raise _refused(book, "excluded", reason, exclusion.origin, label)


def _meet(found: StandingRules, exclusion: m.Exclusion) -> bool:
    """Decides whether all modifiers of an exclusion have effect."""
    return all(index in found.effects for index in exclusion.sides)


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
