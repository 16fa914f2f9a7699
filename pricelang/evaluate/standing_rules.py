"""The rules that decide a request at one point of the space: which modifiers have effect, what
bounds, rounds, converts and frees it.
"""

from __future__ import annotations

from typing import TypeVar, assert_never

from attrs import define, field, frozen

from pricelang.evaluate.line_rates import Effects
from pricelang.evaluate.offers import Point
from pricelang.evaluate.refusals import check_allowed
from pricelang.model import book as m
from pricelang.model import rule_kinds as k
from pricelang.model.diagrams import deciding

Some = TypeVar("Some")


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

    def of(self, kind: type[Some]) -> list[Some]:
        """The rules of a kind."""
        return [rule for rule in self.rules if isinstance(rule, kind)]

    @property
    def free(self) -> m.Remark | None:
        """What makes the request cost nothing as a whole."""
        return next((rule.line for rule in self.of(k.FreeRule)), None)


def standing_at(book: m.Book, point: Point) -> StandingRules:
    """The rules that decide at a point. Raises `Refused` where they leave no such request."""
    check_allowed(book, point)
    found = StandingRules(tuple(deciding(book, point)))
    _part_modifiers(book, found)
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
        match lines[0].outcome:
            case "no_effect":
                silences.append(Silence(book.modifiers[index].name, lines[0].origin))
            case "factor" | "add":
                found.effects[index] = lines
            case "refuse":
                pass  # there is no such request
            case _:
                assert_never(lines[0].outcome)
    found.silences = tuple(silences)
