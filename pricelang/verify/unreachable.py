"""Rules that decide nothing: lines, rows and derivations that no request reaches."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import partial
from typing import get_args

from pricelang.compile.decisions import has_effect
from pricelang.model.diagrams import Group, Slot, place_of, root_of
from pricelang.model.requests import is_yes
from pricelang.model.rules import origin_of, rules_of
from pricelang.model.space import axis_of
from pricelang.solver.witness_search import Constraint
from pricelang.verify.analysis import Analysis
from pricelang.verify.unsaid import UnusedRule, gaps, holes, same_rules


def dead_rules(analysis: Analysis) -> tuple[UnusedRule, ...]:
    """All of them, in order of place."""
    found = [
        *itertools.chain.from_iterable(_of_group(analysis, group) for group in get_args(Group)),
        *same_rules(analysis),
        *gaps(analysis),
        *holes(analysis),
    ]
    return tuple(sorted(found, key=lambda dead: _key(dead.location)))


def _of_group(analysis: Analysis, group: Group) -> Iterator[UnusedRule]:
    """The rules of a group of diagrams that decide nothing."""
    match group:
        case "value":
            return _values(analysis)
        case "price":
            return _rows(analysis)
        case "derivation":
            return _derivations(analysis)
        case "modifier":
            return _lines(analysis)
        case "exclusion":
            return itertools.chain(_exclusions(analysis), _allowances(analysis))
        case "refusal":
            return _told(analysis, group, "refusal", analysis.existing)
        case "free":
            return _told(analysis, group, "`free`", analysis.usable)
        case "note":
            return _told(analysis, group, "note", analysis.usable)
        case _:
            return iter(())  # `check` finds those, in the book that says them


def _key(location: str) -> tuple[str, int]:
    file, _, line = location.rpartition(":")
    return file, int(line or 0)


def _reached(analysis: Analysis, root: int, index: int, constraints: Sequence[Constraint]) -> bool:
    return analysis.find([(root, lambda leaf: index in leaf), *constraints]) is not None


def _lines(analysis: Analysis) -> Iterator[UnusedRule]:
    """Lines that decide for no request that otherwise exists
    (a refusal need not end in a price to have decided).
    """
    for number, modifier in enumerate(analysis.book.modifiers):
        free_of = [analysis.let_through(but=number)]
        for index, line in enumerate(modifier.lines):
            if not _reached(analysis, analysis.book.decisions.modifiers[number], index, free_of):
                yield UnusedRule(
                    "unreached",
                    "no request that other rules let through reaches this line of "
                    f"`{modifier.name}`",
                    line.origin.place,
                )


def _rows(analysis: Analysis) -> Iterator[UnusedRule]:
    constraints = [analysis.usable]
    decided = analysis.book.decisions
    paid: set[int] = set()
    ranks: dict[tuple[int, int], int] = {}
    for price in analysis.book.prices:
        ranks[price.model, price.meter] = max(
            price.rank, ranks.get((price.model, price.meter), price.rank)
        )
    for meter in {
        price.meter for price in analysis.book.prices
    }:  # one walk for all rows of a meter
        offered: Constraint = (decided.meters[meter], is_yes)
        paid |= {
            index
            for leaf in analysis.reached(decided.prices[meter], [offered, *constraints])
            for index in leaf
        }
    for index, price in enumerate(analysis.book.prices):
        if price.kind != "absent" and index not in paid:
            name, model = (
                analysis.book.meters[price.meter].name,
                analysis.book.models[price.model].name,
            )
            hidden = ranks[price.model, price.meter] > price.rank
            why = (
                "another price always stands instead of it"
                if hidden
                else "the meter is not offered while it holds"
            )
            yield UnusedRule(
                "hidden" if hidden else "unreached",
                f"the price of `{name}` for `{model}` is never paid: {why}",
                price.origin.place,
            )


def _derivations(analysis: Analysis) -> Iterator[UnusedRule]:
    """Derivations that a published price always hides."""
    for index, line in enumerate(analysis.book.derivations):
        decided = analysis.book.decisions
        derived = [
            i
            for i, price in enumerate(analysis.book.prices)
            if price.meter == line.meter and price.kind == "derived"
        ]
        row: Constraint = (
            decided.prices[line.meter],
            lambda leaf, rows=frozenset(derived): not rows.isdisjoint(leaf),  # type: ignore[misc]
        )
        if not _reached(analysis, decided.derivations[line.meter], index, [row, analysis.usable]):
            name = analysis.book.meters[line.meter].name
            yield UnusedRule(
                "hidden", f"no price of `{name}` comes from this derivation", line.origin.place
            )


def _exclusions(analysis: Analysis) -> Iterator[UnusedRule]:
    names = tuple(modifier.name for modifier in analysis.book.modifiers)
    for exclusion, root in zip(analysis.book.exclusions, analysis.conflicts, strict=True):
        if analysis.find([(root, is_yes), analysis.not_excluded]) is None:
            yield UnusedRule(
                "unreached",
                f"the exclusion of `{exclusion.label(names)}` never decides",
                exclusion.origin.place,
            )


def _allowances(analysis: Analysis) -> Iterator[UnusedRule]:
    """What is allowed although nothing would refuse it."""
    names = tuple(modifier.name for modifier in analysis.book.modifiers)
    roots = analysis.book.decisions.modifiers
    for exclusion in analysis.book.exclusions:
        effective: list[Constraint] = [
            (roots[side], partial(has_effect, analysis.book.modifiers[side]))
            for side in exclusion.sides
        ]
        for offer in exclusion.allowed:
            inside = [analysis.within(exclusion.scope), analysis.within(offer.scope)]
            if analysis.find([*effective, *inside, analysis.not_excluded]) is None:
                yield UnusedRule(
                    "unreached",
                    f"no request is allowed by this that would not be without it: "
                    f"`{exclusion.label(names)}`",
                    offer.origin.place,
                )


def _told(
    analysis: Analysis, group: Group, what: str, constraint: Constraint
) -> Iterator[UnusedRule]:
    """Lines with a reason or a text, of which each decides for some request."""
    for rule in rules_of(analysis.book):
        place = place_of(rule)
        if place is not None and place[0] == Slot(group):
            root = root_of(analysis.book.decisions, place[0])
            if not _reached(analysis, root, place[1], [constraint]):
                text = f"no request reaches this {what}"
                yield UnusedRule("unreached", text, origin_of(rule).place)


def _values(analysis: Analysis) -> Iterator[UnusedRule]:
    for number, dimension in enumerate(analysis.book.dimensions):
        for index, value in enumerate(dimension.values):
            inside = analysis.within(((axis_of(number), 1 << index),))
            if analysis.find([inside, analysis.usable]) is None:
                yield UnusedRule(
                    "unreached",
                    f"no request has {dimension.name} `{value.name}`",
                    dimension.origin.place,
                )
