"""The meeting of modifiers: for each pair whether both can hold, and for each one where it can
apply.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Literal, TypeAlias

from attrs import frozen

from pricelang.compile.decisions import has_effect
from pricelang.model import book as m
from pricelang.model.requests import YES, Point, is_no, is_yes
from pricelang.model.space import axis_of
from pricelang.solver.witness_search import Constraint
from pricelang.verify.analysis import Analysis
from pricelang.verify.breaches import OPEN
from pricelang.verify.modifier_claims import effect_of, order_matters
from pricelang.verify.price_relations import Undecided
from pricelang.verify.witness import Witness, witness

MeetingKind: TypeAlias = Literal[
    "multiply", "order", "exclude", "no_effect", "refuse", "never", "undecided"
]


@frozen
class Meeting:
    """How two modifiers meet, over every request.

    `kind` is multiply (both have effect on some request, and their order is nothing), order (there
    it matters), exclude (an exclusion keeps them apart), no_effect (both are asked for, and never
    do both have effect), refuse (one of them refuses whatever asks for both), never (no request
    asks for both), or undecided (both have effect, and whether their order matters was too much to
    tell).
    """

    left: str
    right: str
    kind: MeetingKind
    rule: str = ""
    location: str = ""
    witness: Witness | None = None
    why: str = ""


@frozen
class Applicability:
    """Where a modifier can have effect: models, half-open periods (UTC seconds; None is no bound),
    and values of each dimension that matters.

    With any value of the dimensions in `any` it can.
    """

    name: str
    title: str
    models: tuple[str, ...]
    periods: tuple[tuple[int | None, int | None], ...]
    values: tuple[tuple[str, tuple[str, ...]], ...]
    any: tuple[str, ...] = ()


def meetings(analysis: Analysis) -> tuple[Meeting, ...]:
    """Each pair of modifiers, in the order of the stack."""
    pairs = itertools.combinations(analysis.modifiers_in_order, 2)
    return tuple(_meeting(analysis, left, right) for left, right in pairs)


def _meeting(analysis: Analysis, left: int, right: int) -> Meeting:
    names = (analysis.book.modifiers[left].name, analysis.book.modifiers[right].name)
    both: list[Constraint] = [(effect_of(analysis, index), is_yes) for index in (left, right)]
    point = analysis.find([*both, analysis.usable])
    if point is not None:
        try:
            breach = order_matters(analysis, left, right)
        except Undecided:
            return Meeting(*names, kind="undecided", witness=_request(analysis, point), why=OPEN)
        if breach is not None:
            return Meeting(*names, kind="order", witness=breach[0], why=breach[1])
        return Meeting(*names, kind="multiply", witness=_request(analysis, point))
    asked = [_asked(analysis, index) for index in (left, right)]
    # a request that nothing but an exclusion of this very pair refuses shows it best
    others = [
        (root, is_no)
        for exclusion, root in zip(analysis.book.exclusions, analysis.conflicts, strict=True)
        if {exclusion.left, exclusion.right} != {left, right}
    ]
    ways: tuple[tuple[MeetingKind, list[Constraint]], ...] = (
        ("exclude", [*both, analysis.not_excluded, *others]),
        ("exclude", [*both, analysis.not_excluded]),
        ("no_effect", [*asked, analysis.usable]),
        ("refuse", [*asked, analysis.existing]),
    )
    for kind, constraints in ways:
        point = analysis.find(constraints)
        if point is not None:
            rule, origin = _decider(analysis, kind, (left, right), point)
            return Meeting(
                *names, kind, rule, origin.place, _request(analysis, point), origin.because or ""
            )
    return Meeting(*names, kind="never")


def _decider(
    analysis: Analysis, kind: str, pair: tuple[int, int], point: Point
) -> tuple[str, m.Origin]:
    """The rule that keeps a pair apart on a request."""
    if kind == "no_effect":
        silent = next(
            index
            for index in pair
            if not has_effect(analysis.book.modifiers[index], _leaf(analysis, index, point))
        )
        return analysis.book.modifiers[silent].name, _line(analysis, silent, point)
    return _refuser(analysis, point)


def _refuser(analysis: Analysis, point: Point) -> tuple[str, m.Origin]:
    """The rule that refuses a request, looked for in the order of `price`: both name the same."""
    book = analysis.book
    refusal = analysis.forest.value(book.decisions.refusals, point)
    if isinstance(refusal, tuple) and refusal:
        return "refuse", book.refusals[refusal[0]].origin
    for index in analysis.modifiers_in_order:
        modifier = book.modifiers[index]
        if any(modifier.lines[tag].outcome == "refuse" for tag in _leaf(analysis, index, point)):
            return modifier.name, _line(analysis, index, point)
    return _excluder(analysis, point)


def _excluder(analysis: Analysis, point: Point) -> tuple[str, m.Origin]:
    """The exclusion that refuses a request."""
    names = tuple(modifier.name for modifier in analysis.book.modifiers)
    exclusion = next(
        exclusion
        for exclusion, root in zip(analysis.book.exclusions, analysis.conflicts, strict=True)
        if analysis.forest.value(root, point) == YES
    )
    return exclusion.label(names), exclusion.origin


def _asked(analysis: Analysis, index: int) -> Constraint:
    """That a modifier says anything of a request at all."""
    return analysis.book.decisions.modifiers[index], lambda leaf: leaf != ()


def _leaf(analysis: Analysis, index: int, point: Point) -> tuple[int, ...]:
    leaf = analysis.forest.value(analysis.book.decisions.modifiers[index], point)
    return leaf if isinstance(leaf, tuple) else ()


def _line(analysis: Analysis, index: int, point: Point) -> m.Origin:
    leaf = _leaf(analysis, index, point)
    modifier = analysis.book.modifiers[index]
    return modifier.lines[leaf[0]].origin if leaf else modifier.origin


def _request(analysis: Analysis, point: Point) -> Witness:
    for meter in range(len(analysis.book.meters)):
        if isinstance(analysis.forest.value(analysis.list_price(meter), point), Fraction):
            return witness(analysis, point, {meter: Fraction(1)})
    return witness(analysis, point, {})


# ---- where a modifier applies --------------------------------------------------------------------


def reaches(analysis: Analysis) -> tuple[Applicability, ...]:
    """Where each modifier can have effect on a request that can be priced,
    in the order of the stack.
    """
    return tuple(_reach(analysis, index) for index in analysis.modifiers_in_order)


def _reach(analysis: Analysis, index: int) -> Applicability:
    book, modifier = analysis.book, analysis.book.modifiers[index]
    base = [(effect_of(analysis, index), is_yes), analysis.usable]
    models, stretches = (_points(analysis.project(base, axis)) for axis in (m.MODELS, m.DATES))
    values, free = [], []
    for number, dimension in enumerate(book.dimensions):
        held = _points(analysis.project(base, axis_of(number)))
        if 0 < len(held) < len(dimension.values):
            values.append((dimension.name, tuple(dimension.values[v].name for v in held)))
        elif held:
            free.append(dimension.name)
    names = tuple(book.models[n].name for n in models)
    return Applicability(
        modifier.name, modifier.title, names, _periods(book, stretches), tuple(values), tuple(free)
    )


def _points(mask: int) -> list[int]:
    return [point for point in range(mask.bit_length()) if mask >> point & 1]


def _periods(book: m.Book, stretches: list[int]) -> tuple[tuple[int | None, int | None], ...]:
    """Runs of stretches of time as half-open periods (UTC seconds)."""
    periods: list[tuple[int | None, int | None]] = []
    for _, run in itertools.groupby(enumerate(stretches), lambda pair: pair[1] - pair[0]):
        numbers = [number for _, number in run]
        start = book.boundaries[numbers[0] - 1] if numbers[0] else None
        end = book.boundaries[numbers[-1]] if numbers[-1] < len(book.boundaries) else None
        periods.append((start, end))
    return tuple(periods)
