"""What breaks a claim: the request that does, and the search for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import TypeAlias, TypeVar

from pricelang.model import book as m
from pricelang.model.requests import Point, is_yes
from pricelang.solver.witness_search import Constraint
from pricelang.verify.analysis import Analysis
from pricelang.verify.price_relations import Undecided
from pricelang.verify.witness import Witness

T = TypeVar("T")
Breach: TypeAlias = tuple[Witness | None, str]
"""A request that breaks a claim, and how, in words."""

OPEN = "too many combinations of prices lie too close to tell them apart by their bounds"


def found_in(analysis: Analysis, claim: m.Claim, *more: Constraint) -> Point | None:
    """A request of the claim's scope that can be priced and meets what breaks the claim."""
    # what breaks the claim goes first: where nothing does, nothing else is walked
    if analysis.find([*more, analysis.within(claim.scope)]) is None:
        return None
    return analysis.find([*more, analysis.within(claim.scope), analysis.usable])


def says_yes(root: int) -> Constraint:
    """That a diagram says yes."""
    return root, is_yes


def first_of(breach: Callable[[T], Breach | None], cases: Iterable[T]) -> Breach | None:
    """The first breach of some cases. One that cannot be decided is no matter where another is
    broken. Raises `Undecided`.
    """
    undecided: Undecided | None = None
    for case in cases:
        try:
            found = breach(case)
        except Undecided as error:
            undecided = undecided or error
            continue
        if found is not None:
            return found
    if undecided is not None:
        raise undecided
    return None


def plain_usage(analysis: Analysis, point: Point) -> dict[int, Fraction]:
    """One of the first meter that the request can use."""
    for meter in range(len(analysis.book.meters)):
        if isinstance(analysis.forest.value(analysis.list_price(meter), point), Fraction):
            return {meter: Fraction(1)}
    return {}
