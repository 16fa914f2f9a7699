"""The rules that decide something in an example.

A line decides where the book's decision diagrams name it at the point of an example, and where
taking it away could change the outcome: a factor on a meter that is used, a minimum that a use
falls below, a rounding that leaves a residue, the line that refuses. Of a refused example only what
made it exist and what refuses it decide.
"""

from __future__ import annotations

from typing import TypeAlias

from pricelang.evaluate.offers import Point
from pricelang.evaluate.rate_card import RateCard
from pricelang.model import book as m
from pricelang.model.errors import NotOffered, PriceError
from pricelang.model.rule_kinds import Kind
from pricelang.verify.example_points import points_of, priced_at
from pricelang.verify.failing_rules import rules_without_price
from pricelang.verify.paying_rules import PricedPoint, rules_of_price

Key: TypeAlias = tuple[Kind, str, int, int]
"""A rule: its kind, and the file, line and column where it stands.
What is written once is one rule.
"""


def key_of(kind: Kind, origin: m.Origin) -> Key:
    """The key of a rule that stands at a place."""
    return kind, origin.file, origin.line, origin.column


def decided_in(rates: RateCard, example: m.Example) -> set[Key]:
    """The rules that decided something in an example."""
    book = rates.book
    named = [alias for alias in book.aliases if alias.name == example.model]
    try:
        model = rates.model_index(example.model, example.at)
    except NotOffered:
        return {key_of("alias", alias.origin) for alias in named}
    except PriceError:
        return set()
    found = {key_of("alias", alias.origin) for alias in named if alias.holds_at(example.at)}
    uses = rates.uses(dict(example.usage))
    priced: list[PricedPoint] = []
    failed: list[Point] = []
    for point in points_of(book, model, example, uses):
        try:
            priced.append(PricedPoint(book, point, priced_at(book, point, example, uses)))
        except PriceError:
            failed.append(point)
    if not priced:
        for point in failed[:1]:
            found.update(key_of(*rule) for rule in rules_without_price(book, point, uses))
        return found
    # a sum is between two figures, and what lies between them decides neither
    ends = {pick(one.priced.total for one in priced) for pick in (min, max)}
    for one in priced:
        if one.priced.total in ends:
            found.update(key_of(*rule) for rule in rules_of_price(one))
    return found
