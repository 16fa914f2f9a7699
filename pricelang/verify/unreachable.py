"""Rules that decide nothing: lines, rows and derivations that no request reaches, and scopes that
say the same twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from attrs import frozen

from pricelang.compile.decisions import has_effect
from pricelang.model import book as m
from pricelang.model.requests import NO, YES, Point, is_yes
from pricelang.model.space import axis_of, day
from pricelang.solver.witness_search import Constraint
from pricelang.verify.analysis import Analysis


@frozen
class UnusedRule:
    """Something that could go, or that is missing: `kind` is unreached, hidden, same or gap."""

    kind: str
    text: str
    location: str


def dead_rules(analysis: Analysis) -> tuple[UnusedRule, ...]:
    """All of them, in order of place."""
    found = [
        *_lines(analysis),
        *_rows(analysis),
        *_derivations(analysis),
        *_exclusions(analysis),
        *_allowances(analysis),
        *_remarks(analysis),
        *_values(analysis),
        *_same(analysis),
        *_gaps(analysis),
        *_holes(analysis),
    ]
    return tuple(sorted(found, key=lambda dead: _key(dead.location)))


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
        sides = [exclusion.left] if exclusion.right is None else [exclusion.left, exclusion.right]
        effective: list[Constraint] = [
            (roots[side], partial(has_effect, analysis.book.modifiers[side])) for side in sides
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


def _remarks(analysis: Analysis) -> Iterator[UnusedRule]:
    decided = analysis.book.decisions
    groups: list[tuple[str, tuple[m.Remark, ...], int, list[Constraint]]] = [
        ("refusal", analysis.book.refusals, decided.refusals, [analysis.existing]),
        ("`free`", analysis.book.free, decided.free, [analysis.usable]),
        ("note", analysis.book.notes, decided.notes, [analysis.usable]),
    ]
    for what, remarks, root, constraints in groups:
        for index, remark in enumerate(remarks):
            if not _reached(analysis, root, index, constraints):
                yield UnusedRule(
                    "unreached", f"no request reaches this {what}", remark.origin.place
                )


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


def _same(analysis: Analysis) -> Iterator[UnusedRule]:
    """Modifiers that have the same effect on the same requests,
    or whose scopes mean the same, however they are written.
    """
    seen: dict[int, m.Modifier] = {}
    scopes: dict[int, m.Modifier] = {}
    exists, _ = analysis.existing
    for index, modifier in enumerate(analysis.book.modifiers):

        def effect(leaves: tuple[Any, ...], modifier: m.Modifier = modifier) -> Any:
            lines = [modifier.lines[number] for number in leaves[0]] if leaves[1] == YES else []
            return tuple(
                (line.outcome, line.factors, line.amount, line.size, line.meters) for line in lines
            )

        decided = analysis.book.decisions.modifiers[index]
        root = analysis.forest.combine([decided, exists], effect)
        scope = analysis.forest.combine(
            [decided, exists], lambda leaves: YES if leaves[0] and leaves[1] == YES else NO
        )
        if root in seen and modifier.lines:
            yield UnusedRule(
                "same",
                f"`{modifier.name}` says just what `{seen[root].name}` says",
                modifier.origin.place,
            )
        elif scope in scopes and scope != analysis.forest.leaf(NO) and scope != exists:
            yield UnusedRule(
                "same",
                f"`{modifier.name}` holds for just the requests that `{scopes[scope].name}` "
                "holds for",
                modifier.origin.place,
            )
        seen.setdefault(root, modifier)
        scopes.setdefault(scope, modifier)


def _holes(analysis: Analysis) -> Iterator[UnusedRule]:
    """Days on which a modifier says nothing of a request
    that it speaks of both before and after.
    """
    forest = analysis.forest
    stretches = range(1, len(analysis.book.boundaries) + 1)
    for index, modifier in enumerate(analysis.book.modifiers):
        says = forest.combine(
            [analysis.book.decisions.modifiers[index]], lambda leaves: YES if leaves[0] else NO
        )
        roots = [forest.restrict(says, m.DATES, stretch) for stretch in stretches]
        if len(set(roots)) < 2:
            continue
        later = [forest.leaf(NO)]
        for root in reversed(roots):
            later.append(_either(analysis, later[-1], root))
        later.reverse()
        before = forest.leaf(NO)
        point: Point | None = None
        for number, stretch in enumerate(stretches):
            hole = forest.combine(
                [before, roots[number], later[number + 1]],
                lambda leaves: YES if leaves == (YES, NO, YES) else NO,
            )
            before = _either(analysis, before, roots[number])
            if hole != forest.leaf(NO) and point is None:
                point = analysis.find(
                    [(hole, is_yes), analysis.within(((m.DATES, 1 << stretch),)), analysis.usable]
                )
        if point is not None:
            first = last = point[m.DATES]
            while first > 1 and roots[first - 2] == roots[first - 1]:
                first -= 1
            while last < len(roots) and roots[last] == roots[last - 1]:
                last += 1
            period = (
                f"from {day(analysis.book.boundaries[first - 1])} before "
                f"{day(analysis.book.boundaries[last])}"
            )
            yield UnusedRule(
                "gap",
                f"`{modifier.name}` says nothing {period}, of requests that it speaks of "
                "before and after",
                modifier.origin.place,
            )


def _either(analysis: Analysis, left: int, right: int) -> int:
    return analysis.forest.combine([left, right], lambda leaves: YES if YES in leaves else NO)


def _gaps(analysis: Analysis) -> Iterator[UnusedRule]:
    """Days on which a model that had a price of a meter has none."""
    book = analysis.book
    first: dict[tuple[int, int], m.Price] = {}
    absent = {(price.meter, price.model) for price in book.prices if price.kind == "absent"}
    for price in book.prices:
        first.setdefault((price.meter, price.model), price)
    for meter in range(len(book.meters)):
        if any(charge.meter == meter for charge in book.charges):
            continue
        offered: Constraint = (book.decisions.meters[meter], is_yes)
        none: Constraint = (
            analysis.list_price(meter),
            lambda leaf: not isinstance(leaf, Fraction) and leaf != "free",
        )
        priced = {
            price.model for price in book.prices if price.meter == meter and price.kind != "absent"
        }
        bare = analysis.project([none, offered, analysis.usable], m.MODELS)
        for model in sorted(priced):
            if (meter, model) in absent or not bare >> model & 1:
                continue
            point = analysis.find(
                [none, offered, analysis.within(((m.MODELS, 1 << model),)), analysis.usable]
            )
            if point is not None:
                at = day(analysis.space.instant(point[m.DATES]))
                yield UnusedRule(
                    "gap",
                    f"`{book.meters[meter].name}` of `{book.models[model].name}` has no "
                    f"price at {at}",
                    first[meter, model].origin.place,
                )
