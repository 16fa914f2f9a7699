"""The parts of a bill besides unit prices. Where two books may differ in them, unit prices prove
nothing about bills.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from types import MappingProxyType
from typing import Any

from attrs import frozen

from pricelang.evaluate.limits import HELD_AGAINST
from pricelang.model import book as m
from pricelang.model.requests import YES, Leaf, is_yes
from pricelang.solver.witness_search import Constraint
from pricelang.verify.analysis import Analysis

COMPARED = "compared"
"""What a comparison of two books looks at:
which requests exist, what refuses them, and their unit prices.
"""
BESIDE = "beside"
"""What is on bills and not in unit prices:
it is only asked whether both books say the same of it.
"""
NO_BILL = "no bill"
"""What no amount depends on."""

BOOK: MappingProxyType[str, str] = MappingProxyType(
    {
        "name": NO_BILL,
        "title": NO_BILL,
        "currency": BESIDE,
        "term": NO_BILL,
        "files": NO_BILL,
        "sources": NO_BILL,
        "models": COMPARED,
        "aliases": COMPARED,
        "boundaries": COMPARED,
        "dimensions": COMPARED,
        "units": COMPARED,
        "meters": COMPARED,
        "groups": NO_BILL,
        "sums": COMPARED,
        "prices": COMPARED,
        "announcements": NO_BILL,
        "derivations": COMPARED,
        "modifiers": BESIDE,
        "limits": BESIDE,
        "stack": COMPARED,
        "charges": BESIDE,
        "exclusions": COMPARED,
        "refusals": COMPARED,
        "free": COMPARED,
        "notes": NO_BILL,
        "roundings": BESIDE,
        "conversions": BESIDE,
        "bases": NO_BILL,
        "figures": BESIDE,
        "decisions": COMPARED,
        "sayings": NO_BILL,
    }
)
"""What becomes of each field of a book.
A test asks for every field, so that nothing new is forgotten.
"""

TIERS = "graduated prices"


@frozen(eq=False)
class _Aspect:
    """One thing that bills hold besides unit prices: in words,
    as a diagram of what is said of it, and where it stands.

    Two books never say the same of what is `never_alike`, wherever one of them says anything.
    """

    words: str
    root: int
    origins: tuple[m.Origin, ...]
    never_alike: bool = False


def first_beside(
    upper: Analysis, lower: Analysis, carry: Callable[[int], int], inside: Sequence[Constraint]
) -> str | None:
    """What the bills of two books may differ in although their unit prices do not,
    in words with its place.

    None where both say the same of everything besides unit prices, for each request inside: then
    bills grow with unit prices, for minimums, limits, roundings and pools that are the same never
    turn an order round. Graduated prices are never taken for the same, for a modifier may move them
    otherwise than the price before them.
    """
    if upper.book.currency != lower.book.currency:
        return f"prices are in {upper.book.currency} and in {lower.book.currency}"
    longest = _longest(upper.book), _longest(lower.book)
    for request in sorted(longest[0].keys() ^ longest[1].keys()):
        origin = longest[0].get(request) or longest[1][request]
        return f"what one request can have at most: {request[0]} of `{request[1]}` [{origin.place}]"
    ours, theirs = (dict(_aspects(analysis)) for analysis in (upper, lower))
    for key in dict.fromkeys([*ours, *theirs]):
        pair = (ours.get(key), theirs.get(key))
        nothing = upper.forest.leaf(())
        roots = [
            nothing if pair[0] is None else pair[0].root,
            nothing if pair[1] is None else carry(pair[1].root),
        ]
        told = next(aspect for aspect in pair if aspect is not None)
        other = upper.forest.combine(roots, partial(_other, told.never_alike))
        if upper.find([(other, is_yes), *inside]) is not None:
            return f"{told.words}{_place(pair)}"
    return None


def _longest(book: m.Book) -> dict[tuple[str, str, str, int, Fraction], m.Origin]:
    """The figures that a request is held against, and where they stand."""
    return {
        (
            figure.table,
            book.models[figure.model].name,
            figure.column,
            figure.start,
            figure.value,
        ): figure.origin
        for figure in book.figures
        if figure.table in HELD_AGAINST and figure.model is not None
    }


def _other(never_alike: bool, leaves: tuple[Any, ...]) -> Leaf:
    return YES if leaves[0] != leaves[1] or (never_alike and bool(leaves[0])) else ()


def _place(pair: tuple[_Aspect | None, _Aspect | None]) -> str:
    """Where the first rule stands that only one of two books has, or else the first of any."""
    places = [
        [] if aspect is None else [origin.place for origin in aspect.origins] for aspect in pair
    ]
    own = [place for side in (0, 1) for place in places[side] if place not in places[1 - side]]
    found = next(iter([*own, *places[0], *places[1]]), None)
    return "" if found is None else f" [{found}]"


def _aspects(analysis: Analysis) -> Iterator[tuple[object, _Aspect]]:
    """Everything besides unit prices that a book's bills may hold,
    under keys that two books share.
    """
    yield from _extras(analysis)
    yield from _limits(analysis)
    yield from _roundings(analysis)
    yield from _conversions(analysis)
    for number in range(len(analysis.book.charges)):
        yield from _charge(analysis, number)


def _extras(analysis: Analysis) -> Iterator[tuple[object, _Aspect]]:
    """Amounts added once a request, and any outcome of a line that unit prices do not know."""
    book = analysis.book
    found = [
        (index, modifier)
        for index, modifier in enumerate(book.modifiers)
        if any(map(_is_extra, modifier.lines))
    ]

    def amounts(leaves: tuple[Any, ...]) -> Leaf:
        if leaves[0] == YES:
            return ()
        lines = [
            modifier.lines[n]
            for (_, modifier), leaf in zip(found, leaves[1:], strict=True)
            for n in leaf
        ]
        return tuple(sorted((line.outcome, line.amount or 0) for line in lines if _is_extra(line)))

    if found:
        roots = [book.decisions.free, *(book.decisions.modifiers[index] for index, _ in found)]
        origins = tuple(
            line.origin for _, modifier in found for line in modifier.lines if _is_extra(line)
        )
        yield (
            "extras",
            _Aspect(
                "an amount added to each request",
                analysis.forest.combine(_marked(analysis, roots), amounts),
                origins,
            ),
        )


def _is_extra(line: m.ModifierLine) -> bool:
    """Whether a line does more than refuse, or change unit prices."""
    return line.outcome not in ("factor", "add", "no_effect", "refuse") or (
        line.outcome == "add" and not line.meters
    )


def _marked(analysis: Analysis, roots: list[int]) -> list[int]:
    """Diagrams of which the first, of what is free, says yes or no."""
    return [
        analysis.forest.combine([roots[0]], lambda leaves: YES if leaves[0] else ()),
        *roots[1:],
    ]


def _limits(analysis: Analysis) -> Iterator[tuple[object, _Aspect]]:
    """Floors and caps of a request, in their order, and of an account:
    all but those of unit prices.
    """
    book = analysis.book
    targets = sorted(
        {line.target for limit in book.limits for line in limit.lines} - {"unit_price"}
    )
    for target in targets:
        found = [
            (index, limit)
            for index, limit in enumerate(book.limits)
            if any(x.target == target for x in limit.lines)
        ]

        def bounds(
            leaves: tuple[Any, ...], target: str = target, found: list[tuple[int, m.Limit]] = found
        ) -> Leaf:
            if leaves[0] == YES and target == "request":
                return ()
            lines = [
                limit.lines[n]
                for (_, limit), leaf in zip(found, leaves[1:], strict=True)
                for n in leaf
            ]
            return tuple((x.at_least, x.amount, x.size, x.per) for x in lines if x.target == target)

        roots = [book.decisions.free, *(book.decisions.limits[index] for index, _ in found)]
        lines = [line for _, limit in found for line in limit.lines if line.target == target]
        sides = {"a minimum" if line.at_least else "a maximum" for line in lines}
        per = (
            "a request"
            if target == "request"
            else "an account"
            if target == "account"
            else f"a {target}"
        )
        words = f"{' and '.join(sorted(sides, reverse=True))} for {per}"
        root = analysis.forest.combine(_marked(analysis, roots), bounds)
        yield ("limits", target), _Aspect(words, root, tuple(line.origin for line in lines))


def _roundings(analysis: Analysis) -> Iterator[tuple[object, _Aspect]]:
    """Roundings of all stages but unit prices."""
    book = analysis.book
    for stage in sorted({rounding.stage for rounding in book.roundings} - {"unit_price"}):

        def steps(leaves: tuple[Any, ...], stage: str = stage) -> Leaf:
            held = (book.roundings[number] for number in leaves[0])
            return tuple((x.step, x.currency, x.mode) for x in held if x.stage == stage)

        origins = tuple(rounding.origin for rounding in book.roundings if rounding.stage == stage)
        root = analysis.forest.combine([book.decisions.roundings], steps)
        yield (
            ("rounding", stage),
            _Aspect(f"a rounding of the {stage.replace('_', ' ')}", root, origins),
        )


def _conversions(analysis: Analysis) -> Iterator[tuple[object, _Aspect]]:
    """The currency of bills."""
    lines = analysis.book.conversions

    def rate(leaves: tuple[Any, ...]) -> Leaf:
        return tuple((lines[number].currency, lines[number].rate) for number in leaves[0])

    if lines:
        root = analysis.forest.combine([analysis.book.decisions.conversions], rate)
        yield (
            "conversion",
            _Aspect("a conversion to another currency", root, tuple(line.origin for line in lines)),
        )


def _charge(analysis: Analysis, number: int) -> Iterator[tuple[object, _Aspect]]:
    """A charge's minimums per use, free pools and graduated prices."""
    charge, roots = analysis.book.charges[number], analysis.book.decisions.charges[number]
    meter = analysis.book.meters[charge.meter].name

    def quantities(of: tuple[m.ChargeQuantity, ...], leaves: tuple[Any, ...]) -> Leaf:
        return tuple(sorted((of[index].quantity, of[index].account) for index in leaves[0]))

    def tiers(leaves: tuple[Any, ...]) -> Leaf:
        held = (charge.prices[index] for index in leaves[0])
        return tuple(
            sorted((x.after, x.account, x.amount / x.size) for x in held if x.after is not None)
        )

    for words, found, root in (
        ("a minimum per use", charge.minimums, roots[1]),
        ("a free pool", charge.pools, roots[2]),
    ):
        if found:
            made = analysis.forest.combine([root], partial(quantities, found))
            yield (
                (words, meter),
                _Aspect(f"{words} of `{meter}`", made, tuple(line.origin for line in found)),
            )
    graduated = tuple(price.origin for price in charge.prices if price.after is not None)
    if graduated:
        made = analysis.forest.combine([roots[0]], tiers)
        yield (TIERS, meter), _Aspect(f"{TIERS} of `{meter}`", made, graduated, never_alike=True)
