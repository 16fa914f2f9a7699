"""The leaves of the diagrams that `diff` compares: outcomes, prices, bounds and roundings, never
indices.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Literal, TypeAlias

from attrs import fields, frozen

from pricelang.evaluate.stack.numbers import through
from pricelang.evaluate.stack.operations import Operation
from pricelang.model import book as m
from pricelang.model.rule_kinds import WholeRule
from pricelang.model.rules import name_of
from pricelang.present.decimals import RoundingMode
from pricelang.verify.diff.counted_usage import Counted

OutcomeKind: TypeAlias = Literal["none", "refuse", "effect"]
ListedKind: TypeAlias = Literal["none", "free", "price", "derived"]


@frozen
class ModifierOutcome:
    """What a modifier does. Factors are by meter; additions by meter are in the currency per base
    unit; `extras` are amounts per request.
    """

    kind: OutcomeKind
    factors: tuple[tuple[str, Fraction], ...] = ()
    adds: tuple[tuple[str, Fraction], ...] = ()
    extras: tuple[Fraction, ...] = ()


@frozen
class Listed:
    """The price of a meter before any modifier: `kind` is none (it cannot be used), free, price, or
    derived (from the price of another meter, which makes it a price).

    `amount` is in the currency per base unit;
    `size` (base units) only where prices are rounded per so much.
    """

    kind: ListedKind
    amount: Fraction = Fraction(0)
    size: Fraction | None = None


@frozen
class LimitEffect:
    """A line of a limit: on `target`, with the meter or the account that it is about, and of an
    account whose requests it counts, and the meters whose cost counts, where not all do.
    """

    target: m.Target
    about: str
    at_least: bool
    amount: Fraction
    counted: Counted = ()
    kind: m.LimitKind = "limit"
    meters: tuple[str, ...] = ()

    def place(self) -> tuple[object, ...]:
        """Its place among others where their order says nothing."""
        return self.kind, self.about, self.at_least, self.amount, self.counted, self.meters


@frozen
class RoundingEffect:
    """A rounding to a step in a currency."""

    step: Fraction
    currency: str
    mode: RoundingMode


@frozen
class WholeEffect:
    """What a rule does to a request as a whole: in words, and all that it says but where it holds
    and stands.
    """

    words: str
    terms: tuple[Any, ...]


def whole_effect(book: m.Book, rule: WholeRule) -> WholeEffect:
    """What a rule does to a request as a whole."""
    said = [one.name for one in fields(type(rule.line)) if one.name not in ("scope", "origin")]
    return WholeEffect(name_of(book, rule), tuple(getattr(rule.line, name) for name in said))


NOTHING, REFUSED = ModifierOutcome("none"), ModifierOutcome("refuse")
UNUSABLE, FREE = Listed("none"), Listed("free")


def factor_of(outcome: ModifierOutcome, meter: str) -> Fraction:
    """What a modifier multiplies a meter by."""
    return next((factor for name, factor in outcome.factors if name == meter), Fraction(1))


def step(meter: str, outcome: ModifierOutcome) -> tuple[Fraction, Fraction]:
    """What a modifier does to the price of a meter: a factor and an addition."""
    return factor_of(outcome, meter), dict(outcome.adds).get(meter, Fraction(0))


def bounds_on(meter: str, effects: tuple[LimitEffect, ...]) -> tuple[LimitEffect, ...]:
    """The lines of limits on the unit price of a meter, in their order."""
    return tuple(x for x in effects if x.target == "unit_price" and x.about == meter)


def stepped(listed: Listed, steps: list[Any], rounding: RoundingEffect | None) -> Fraction:
    """A price after the steps of a stack, each a factor and an addition or some bounds,
    and its rounding.
    """
    operations: list[Operation] = []
    for step in steps:
        if step and isinstance(step[0], Fraction):
            operations += [Operation("factor", step[0])] if step[0] != 1 else []
            operations += [Operation("add", step[1])] if step[1] else []
        else:
            operations += [
                Operation("at_least" if bound.at_least else "at_most", bound.amount)
                for bound in step
            ]
    if rounding is not None and listed.size is not None:
        operations.append(Operation("round", rounding.step, listed.size, rounding.mode))
    return through(listed.amount, operations)


def changed_meters(before: ModifierOutcome, after: ModifierOutcome) -> set[str]:
    """The meters that two outcomes say different things of."""
    factors = set(before.factors) ^ set(after.factors)
    return {meter for meter, _ in factors | (set(before.adds) ^ set(after.adds))}


def only_changed(
    before: ModifierOutcome, after: ModifierOutcome
) -> tuple[ModifierOutcome, ModifierOutcome]:
    """Two effects without what they share; an effect beside none stays whole."""
    if NOTHING in (before, after):
        return before, after
    changed = changed_meters(before, after)
    found = []
    for outcome in (before, after):
        factors = tuple(x for x in outcome.factors if x[0] in changed)
        adds = tuple(x for x in outcome.adds if x[0] in changed)
        extras = outcome.extras if before.extras != after.extras else ()
        found.append(
            ModifierOutcome(
                "effect" if factors or adds or extras else "none", factors, adds, extras
            )
        )
    return found[0], found[1]
