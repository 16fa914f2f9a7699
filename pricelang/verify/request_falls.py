"""What is paid beyond quantities times unit prices, and falls over a threshold: additions, floors
and caps of requests, minimums of a use, roundings, and requests that become free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from pricelang.model import book as m
from pricelang.model.diagrams import MINIMUM, Slot, place_of, reach_of, root_of, slots_of
from pricelang.model.requests import NO, YES, Leaf
from pricelang.model.rules import rules_of, stage_of
from pricelang.verify.threshold_steps import Across

FAR = Fraction(10**40)


def falls_per_request(across: Across) -> Iterator[int]:
    """Where what is added to a request, or bounds it, or a use,
    or is rounded, is less after than before.
    """
    for slot in slots_of(across.analysis.book):
        yield from _falls(across, slot)


def _falls(across: Across, slot: Slot) -> Iterator[int]:
    """Where the line items or the request have less of what a diagram decides."""
    book, index = across.analysis.book, slot.index
    root, free = root_of(book.decisions, slot), across.both(book.decisions.free)
    match slot.group:
        case "modifier":
            yield _lower(across, root, partial(_added, book.modifiers[index].lines))
        case "limit":
            for at_least in (True, False):
                yield _lower(across, root, partial(_bound, book.limits[index].lines, at_least))
        case "charge":
            if slot.part == MINIMUM:
                yield _lower(across, root, partial(_least, book.charges[index].minimums))
        case "rounding":
            roots = (*across.both(root), *free)
            yield across.analysis.forest.combine(roots, partial(_rounds_otherwise, book))
        case "free":
            if free[0] != free[1]:
                yield _gone_with_it(across, free)
        case "price" | "derivation":
            pass  # the unit prices are looked at by themselves
        case _ if reach_of(slot.group) in ("existence", "told"):
            pass
        case _:
            yield across.analysis.forest.combine((*across.both(root), *free), _differs)


def _lower(across: Across, root: int, amount: Callable[[Any], Fraction]) -> int:
    """Where an amount is less after than before, of a request that is free on neither side."""

    def decide(leaves: tuple[Any, ...]) -> Leaf:
        before, after, free_before, free_after = leaves
        falls = not free_before and not free_after and amount(after) < amount(before)
        return YES if falls else NO

    free = across.both(across.analysis.book.decisions.free)
    return across.analysis.forest.combine((*across.both(root), *free), decide)


def _gone_with_it(across: Across, free: tuple[int, int]) -> int:
    """Where a request becomes free, and its additions and bounds go with it."""
    book = across.analysis.book
    slots = {
        place[0]: None
        for rule, place in ((rule, place_of(rule)) for rule in rules_of(book))
        if place is not None and stage_of(rule) == "request" and place[0].group != "rounding"
    }
    roots = [across.on(root_of(book.decisions, slot), False) for slot in slots]

    def gone(leaves: tuple[Any, ...]) -> Leaf:
        return YES if not leaves[0] and leaves[1] and any(leaves[2:]) else NO

    return across.analysis.forest.combine((*free, *roots), gone)


def _added(lines: Sequence[m.ModifierLine], leaf: Any) -> Fraction:
    return sum((lines[n].amount or Fraction(0) for n in leaf if not lines[n].meters), Fraction(0))


def _bound(lines: Sequence[m.LimitLine], at_least: bool, leaf: Any) -> Fraction:
    held = [
        lines[n].amount
        for n in leaf
        if lines[n].target == "request" and lines[n].at_least == at_least
    ]
    return (max(held) if at_least else min(held)) if held else (Fraction(0) if at_least else FAR)


def _least(minimums: Sequence[m.ChargeQuantity], leaf: Any) -> Fraction:
    return max((minimums[n].quantity for n in leaf), default=Fraction(0))


def _differs(leaves: tuple[Any, ...]) -> Leaf:
    """Where rules differ of which it is not known here what they do to an amount."""
    return YES if leaves[0] != leaves[1] and not leaves[2] else NO


def _rounds_otherwise(book: m.Book, leaves: tuple[Any, ...]) -> Leaf:
    if leaves[2]:
        return NO
    held = [
        {
            (x.stage, x.step, x.currency, x.mode)
            for x in (book.roundings[n] for n in leaf)
            if x.stage != "unit_price"
        }
        for leaf in leaves[:2]
    ]
    return YES if held[0] != held[1] else NO
