"""The least and the most that a price comes to over all orders of its stack.

Factors commute, and so do additions. Each step of a stack lifts a low price by more, beside it,
than a high one; so the dearest order has the factors below 1 first, then caps, floors, additions,
and the factors above 1 last, and the cheapest has all of it the other way about. Two orders are
looked at, not all of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from fractions import Fraction

from attrs import frozen

from pricelang.evaluate.stack.intervals import ZERO
from pricelang.evaluate.stack.numbers import through
from pricelang.evaluate.stack.operations import ONE, Operation, Operations, factor_of
from pricelang.verify.price_relations import Undecided

MAX_MIXED = 6
"""So many members that both bound from below and from above are tried in every order."""


@frozen
class Parts:
    """Some members of a stack by what they do:
    the product of the factors below 1 and above, additions, floors and caps.

    `mixed` are members that bound from both sides, whose steps stay together.
    """

    below: Fraction = ONE
    above: Fraction = ONE
    added: Fraction = ZERO
    floors: tuple[Fraction, ...] = ()
    caps: tuple[Fraction, ...] = ()
    mixed: tuple[Operations, ...] = ()


def parts_of(members: Iterable[Operations]) -> Parts:
    """What members of a stack do, each by its steps.
    Raises `Undecided` where there are too many that do all at once.
    """
    below, above, added = ONE, ONE, ZERO
    floors: list[Fraction] = []
    caps: list[Fraction] = []
    mixed: list[Operations] = []
    for steps in members:
        kinds, factor = {step.kind for step in steps}, factor_of(steps)
        if factor is not None:
            below, above = below * min(factor, ONE), above * max(factor, ONE)
        elif kinds == {"add"}:
            added += sum(step.value for step in steps)
        elif kinds == {"at_least"}:
            floors += [step.value for step in steps]
        elif kinds == {"at_most"}:
            caps += [step.value for step in steps]
        elif kinds == {"at_least", "at_most"}:
            mixed.append(steps)
        else:  # nothing that can be written is both a factor and an addition
            raise Undecided
    if len(mixed) > MAX_MIXED:
        raise Undecided
    return Parts(below, above, added, tuple(floors), tuple(caps), tuple(mixed))


def spread_of(price: Fraction, parts: Parts, rounding: Operations) -> tuple[Fraction, Fraction]:
    """The least and the most that a price comes to over all orders of its stack."""
    floors, caps = (
        (tuple(Operation("at_least", x) for x in parts.floors),),
        (tuple(Operation("at_most", x) for x in parts.caps),),
    )
    cheapest = [
        _bounded(price * parts.above + parts.added, (*floors, *order, *caps)) * parts.below
        for order in _orders(parts)
    ]
    dearest = [
        (_bounded(price * parts.below, (*caps, *order, *floors)) + parts.added) * parts.above
        for order in _orders(parts)
    ]
    return through(min(cheapest), rounding), through(max(dearest), rounding)


def _orders(parts: Parts) -> Iterable[tuple[Operations, ...]]:
    return itertools.permutations(parts.mixed)


def _bounded(price: Fraction, bounds: Iterable[Operations]) -> Fraction:
    for steps in bounds:
        price = through(price, steps)
    return price
