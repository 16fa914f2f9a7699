"""What a book says twice, and days of which it says nothing: modifiers with one effect or one
scope, a modifier or a price that is missing between days on which it is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from attrs import frozen

from pricelang.model import book as m
from pricelang.model.requests import NO, YES, Point, is_yes
from pricelang.model.space import day
from pricelang.solver.witness_search import Constraint
from pricelang.verify.analysis import Analysis

UnusedKind: TypeAlias = Literal["unreached", "hidden", "same", "gap"]


@frozen
class UnusedRule:
    """Something that could go, or that is missing: `kind` is unreached, hidden, same or gap."""

    kind: UnusedKind
    text: str
    location: str


def same_rules(analysis: Analysis) -> Iterator[UnusedRule]:
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


def holes(analysis: Analysis) -> Iterator[UnusedRule]:
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
        point = _hole(analysis, roots) if len({*roots}) > 1 else None
        if point is not None:
            text = f"says nothing {_period(analysis.book, roots, point[m.DATES])}"
            yield UnusedRule(
                "gap",
                f"`{modifier.name}` {text}, of requests that it speaks of before and after",
                modifier.origin.place,
            )


def _hole(analysis: Analysis, roots: Sequence[int]) -> Point | None:
    """A request in a stretch of time of which nothing is said, and something before and after;
    `roots` say of each stretch where something is said.
    """
    forest = analysis.forest
    later = [forest.leaf(NO)]
    for root in reversed(roots):
        later.append(_either(analysis, later[-1], root))
    later.reverse()
    before = forest.leaf(NO)
    for number, root in enumerate(roots):
        hole = forest.combine(
            [before, root, later[number + 1]],
            lambda leaves: YES if leaves == (YES, NO, YES) else NO,
        )
        before = _either(analysis, before, root)
        if hole != forest.leaf(NO):
            inside = analysis.within(((m.DATES, 1 << number + 1),))
            point = analysis.find([(hole, is_yes), inside, analysis.usable])
            if point is not None:
                return point
    return None


def _period(book: m.Book, roots: Sequence[int], stretch: int) -> str:
    """The stretches of time around one in which the same is said, in words."""
    first = last = stretch
    while first > 1 and roots[first - 2] == roots[first - 1]:
        first -= 1
    while last < len(roots) and roots[last] == roots[last - 1]:
        last += 1
    return f"from {day(book.boundaries[first - 1])} before {day(book.boundaries[last])}"


def _either(analysis: Analysis, left: int, right: int) -> int:
    return analysis.forest.combine([left, right], lambda leaves: YES if YES in leaves else NO)


def gaps(analysis: Analysis) -> Iterator[UnusedRule]:
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
