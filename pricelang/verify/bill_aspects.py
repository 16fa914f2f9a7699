"""The parts of a bill besides unit prices, each as a diagram that two books can be compared by."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, TypeAlias, assert_never, get_args

from attrs import frozen

from pricelang.model import book as m
from pricelang.model.diagrams import MINIMUM, POOL, PRICE, Group
from pricelang.model.requests import NO, YES, Leaf
from pricelang.verify.analysis import Analysis


@frozen(eq=False)
class Aspect:
    """One thing that bills hold besides unit prices: under a key that two books share, in words,
    as a diagram of what is said of it, and where it stands.

    Two books never say the same of what is `never_alike`, wherever one of them says anything.
    """

    key: Hashable
    words: str
    root: int
    origins: tuple[m.Origin, ...]
    never_alike: bool = False


def aspects_of(analysis: Analysis) -> Iterator[Aspect]:
    """Everything besides unit prices that a book's bills may hold."""
    for group in get_args(Group):
        yield from _of_group(analysis, group)


def _of_group(analysis: Analysis, group: Group) -> Iterator[Aspect]:
    match group:
        case "modifier":
            yield from _extras(analysis)
        case "limit":
            for target in sorted(get_args(m.Target)):
                yield from _limits(analysis, target)
        case "rounding":
            for stage in get_args(m.Stage):
                yield from _roundings(analysis, stage)
        case "conversion":
            yield from _conversions(analysis)
        case "charge":
            for number in range(len(analysis.book.charges)):
                yield from _charge(analysis, number)
        case "value" | "meter" | "refusal" | "exclusion" | "free" | "price" | "derivation":
            pass  # which requests there are, and their unit prices
        case "note":
            pass  # no amount depends on it
        case _:
            assert_never(group)


def _origins(lines: Iterable[Line]) -> tuple[m.Origin, ...]:
    return tuple(line.origin for line in lines)


Line: TypeAlias = (
    m.ModifierLine | m.LimitLine | m.Rounding | m.Conversion | m.ChargePrice | m.ChargeQuantity
)


def _of_billed(
    analysis: Analysis, roots: Sequence[int], say: Callable[[Sequence[Any]], Leaf]
) -> int:
    """The diagram of what some leaves say together; nothing where a request is free."""

    def decide(leaves: tuple[Any, ...]) -> Leaf:
        return NO if leaves[0] == YES else say(leaves[1:])

    marked = analysis.forest.mapped(analysis.book.decisions.free, lambda leaf: YES if leaf else NO)
    return analysis.forest.combine([marked, *roots], decide)


# ---- requests ------------------------------------------------------------------------------------


def _extras(analysis: Analysis) -> Iterator[Aspect]:
    """Amounts added once a request."""
    book = analysis.book
    found = [
        (modifier.lines, root)
        for modifier, root in zip(book.modifiers, book.decisions.modifiers, strict=True)
        if any(map(_is_extra, modifier.lines))
    ]

    def amounts(leaves: Sequence[Any]) -> Leaf:
        pairs = zip(found, leaves, strict=True)
        lines = [lines[tag] for (lines, _), leaf in pairs for tag in leaf]
        return tuple(sorted((line.outcome, line.amount or 0) for line in lines if _is_extra(line)))

    if found:
        lines = (line for lines, _ in found for line in lines if _is_extra(line))
        root = _of_billed(analysis, [root for _, root in found], amounts)
        yield Aspect("extras", "an amount added to each request", root, _origins(lines))


def _is_extra(line: m.ModifierLine) -> bool:
    """Decides whether a line does more than refuse, or change unit prices."""
    match line.outcome:
        case "add":
            return not line.meters
        case "factor" | "no_effect" | "refuse":
            return False
        case _:
            assert_never(line.outcome)


def _limits(analysis: Analysis, target: m.Target) -> Iterator[Aspect]:
    """Floors and caps of a request, in their order, or of an account."""
    book = analysis.book
    found = [
        (limit.lines, root)
        for limit, root in zip(book.limits, book.decisions.limits, strict=True)
        if any(line.target == target for line in limit.lines)
    ]

    def bounds(leaves: Sequence[Any]) -> Leaf:
        pairs = zip(found, leaves, strict=True)
        lines = [lines[tag] for (lines, _), leaf in pairs for tag in leaf]
        return tuple((x.at_least, x.amount, x.size, x.per) for x in lines if x.target == target)

    if not found or target == "unit_price":
        return
    roots = [root for _, root in found]
    lines = [line for lines, _ in found for line in lines if line.target == target]
    match target:
        case "request":
            per, root = "a request", _of_billed(analysis, roots, bounds)
        case "account":
            per, root = "an account", analysis.forest.combine(roots, bounds)
        case _:
            assert_never(target)
    sides = {"a minimum" if line.at_least else "a maximum" for line in lines}
    words = f"{' and '.join(sorted(sides, reverse=True))} for {per}"
    yield Aspect(("limits", target), words, root, _origins(lines))


# ---- roundings and currencies --------------------------------------------------------------------


def _roundings(analysis: Analysis, stage: m.Stage) -> Iterator[Aspect]:
    """The rounding of a stage, but for that of unit prices."""
    book = analysis.book
    found = [rounding for rounding in book.roundings if rounding.stage == stage]

    def steps(leaves: tuple[Any, ...]) -> Leaf:
        held = (book.roundings[tag] for tag in leaves[0])
        return tuple((x.step, x.currency, x.mode) for x in held if x.stage == stage)

    if found and stage != "unit_price":
        root = analysis.forest.combine([book.decisions.roundings], steps)
        words = f"a rounding of the {stage.replace('_', ' ')}"
        yield Aspect(("rounding", stage), words, root, _origins(found))


def _conversions(analysis: Analysis) -> Iterator[Aspect]:
    """The currency of bills."""
    lines = analysis.book.conversions

    def rate(leaves: tuple[Any, ...]) -> Leaf:
        return tuple((lines[tag].currency, lines[tag].rate) for tag in leaves[0])

    if lines:
        root = analysis.forest.combine([analysis.book.decisions.conversions], rate)
        yield Aspect("conversion", "a conversion to another currency", root, _origins(lines))


# ---- charges -------------------------------------------------------------------------------------


def _charge(analysis: Analysis, number: int) -> Iterator[Aspect]:
    """A charge's minimums per use, free pools and graduated prices."""
    charge, roots = analysis.book.charges[number], analysis.book.decisions.charges[number]
    meter = analysis.book.meters[charge.meter].name

    minimums, pools = (partial(_quantities, of) for of in (charge.minimums, charge.pools))
    graduated = [price for price in charge.prices if price.after is not None]
    parts: tuple[tuple[str, int, Callable[[Any], Leaf], Sequence[Line]], ...] = (
        ("a minimum per use", MINIMUM, minimums, charge.minimums),
        ("a free pool", POOL, pools, charge.pools),
        ("graduated prices", PRICE, partial(_tiers, charge), graduated),
    )
    for words, part, say, lines in parts:
        if lines:
            root = analysis.forest.mapped(roots[part], say)
            whole, never = f"{words} of `{meter}`", part == PRICE
            yield Aspect((words, meter), whole, root, _origins(lines), never)


def _quantities(of: tuple[m.ChargeQuantity, ...], leaf: Any) -> Leaf:
    return tuple(sorted((of[tag].quantity, of[tag].account) for tag in leaf))


def _tiers(charge: m.Charge, leaf: Any) -> Leaf:
    held = (charge.prices[tag] for tag in leaf)
    return tuple(
        sorted((x.after, x.account, x.amount / x.size) for x in held if x.after is not None)
    )
