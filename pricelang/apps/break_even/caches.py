"""After how many reads a cache pays for itself, in every stack of modifiers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from attrs import frozen

from pricelang.apps.break_even.figures import figure_of
from pricelang.evaluate.combination import cell_at
from pricelang.model import book as m
from pricelang.model.errors import BadRequest
from pricelang.model.requests import Point
from pricelang.model.space import first_sum
from pricelang.verify.analysis import Analysis
from pricelang.verify.price_relations import members_that_matter

MAX_MEMBERS = 12
"""Members of the stack that change how the three prices compare;
of more, the stacks are too many to list.
"""


Leaf = Any


@frozen
class CacheBreakEven:
    """After how many reads writing a prompt to a cache costs less than sending it again;
    None is never.

    `reads` is the smallest n with write + n x read < (n + 1) x base. `everywhere` says that this is
    so in every stack and for every request of the model on that day; else `stack` names what holds
    (of the rules that change the number) and `given` is such a request. The prices are those of the
    plainest request, in `currency` for `per`.
    """

    model: str
    write: str
    read: str
    base: str
    reads: int | None
    everywhere: bool
    stack: tuple[str, ...]
    given: str
    write_price: Fraction
    read_price: Fraction
    base_price: Fraction
    per: str
    currency: str


def costs(cache: CacheBreakEven, calls: int) -> list[tuple[Fraction, Fraction]]:
    """What a prompt of `per` tokens costs over 1, 2, … calls:
    sent anew each time, and written once and then read.
    """
    return [
        (count * cache.base_price, cache.write_price + (count - 1) * cache.read_price)
        for count in range(1, calls + 1)
    ]


def reads_to_pay(write: Fraction, read: Fraction, base: Fraction) -> int | None:
    """The smallest n of 0, 1, 2, … with write + n x read < (n + 1) x base, or None.

    >>> (
    ...     reads_to_pay(Fraction(2), Fraction(1, 10), Fraction(1)),
    ...     reads_to_pay(Fraction(2), Fraction(1), Fraction(1)),
    ... )
    (2, None)
    """
    if write < base:
        return 0
    return int((write - base) // (base - read)) + 1 if read < base else None


def cache_break_evens(
    analysis: Analysis, models: Sequence[int], seconds: int, meters: Sequence[int]
) -> Iterator[CacheBreakEven]:
    """The number of reads in each stack;
    what multiplies all three prices alike is never looked at.
    """
    root = _reads_and_stacks(analysis, meters)
    exists = [
        (_alone(analysis, found, meter), test)
        for found, test in (analysis.usable, analysis.billed)
        for meter in meters
    ]
    stretch = bisect_right(analysis.book.boundaries, seconds)
    for model in models:
        here = analysis.within(((m.MODELS, 1 << model), (m.DATES, 1 << stretch)))
        inside = analysis.forest.restrict(root, m.MODELS, model)
        inside = analysis.forest.restrict(inside, m.DATES, stretch)
        found: list[tuple[int | None, tuple[str, ...], Point]] = []
        for leaf in _leaves(analysis, inside):
            point = analysis.find([here, (inside, _equals(leaf)), *exists])
            if point is not None:
                found.append((*leaf, point))
        found.sort(key=lambda hit: (len(hit[1]), hit[0] is None, hit[0] or 0))
        everywhere = len({reads for reads, _, _ in found}) == 1
        for reads, names, point in found[:1] if everywhere else found:
            yield _cache(analysis, point, meters, reads, () if everywhere else names, everywhere)


def _reads_and_stacks(analysis: Analysis, meters: Sequence[int]) -> int:
    """A diagram of the reads after which a cache pays, and of the names of the rules of the stack
    that hold there; None where one of its prices is none. Raises `BadRequest` (`too_large`).
    """
    members = members_that_matter(analysis, meters)
    if len(members) > MAX_MEMBERS:
        raise BadRequest(
            "too_large",
            f"{len(members)} rules change how the prices of a cache compare: too many stacks "
            "to list",
        )
    prices = [_alone(analysis, analysis.unit_price(meter, members), meter) for meter in meters]

    def decide(leaves: tuple[Leaf, ...]) -> Leaf:
        write, read, base = leaves[:3]
        if not all(isinstance(price, Fraction) for price in leaves[:3]):
            return None
        names = [
            _named(analysis, member, leaf, meters)
            for member, leaf in zip(members, leaves[3:], strict=True)
        ]
        return reads_to_pay(write, read, base), tuple(name for name in names if name)

    held = (analysis.member(*member) for member in members)
    return analysis.forest.combine([*prices, *held], decide)


def _equals(leaf: Leaf) -> Callable[[Leaf], bool]:
    return lambda held: bool(held == leaf)


def _alone(analysis: Analysis, root: int, meter: int) -> int:
    """A diagram for a request that uses one meter only:
    a sum that leaves the meter out is over no threshold.
    """
    for index, summed in enumerate(analysis.book.sums):
        if meter not in summed.meters:
            root = analysis.forest.restrict(root, first_sum(analysis.book.dimensions) + index, 0)
    return root


def _named(analysis: Analysis, member: m.Member, leaf: Leaf, meters: Sequence[int]) -> str:
    """The name of a member of the stack where it does something to one of some meters,
    else nothing.
    """
    kind, index = member
    if kind == "limit":
        limit = analysis.book.limits[index]
        return (
            limit.name
            if any(set(limit.lines[number].meters) & set(meters) for number in leaf)
            else ""
        )
    modifier = analysis.book.modifiers[index]
    touched = {
        meter
        for number in leaf
        for meter in (*dict(modifier.lines[number].factors), *modifier.lines[number].meters)
    }
    return modifier.name if touched & set(meters) else ""


def _leaves(analysis: Analysis, root: int) -> list[Leaf]:
    """The leaves of a diagram that are prices, each once."""
    seen, todo = {root}, [root]
    while todo:
        inner = todo.pop()
        fresh = (
            {child for _, child in analysis.forest.nodes[inner][1]} - seen if inner >= 0 else set()
        )
        seen |= fresh
        todo += fresh
    found = [analysis.forest.leaves[~inner] for inner in sorted(seen, reverse=True) if inner < 0]
    return [leaf for leaf in found if leaf is not None]


def _cache(
    analysis: Analysis,
    point: Point,
    meters: Sequence[int],
    reads: int | None,
    names: tuple[str, ...],
    everywhere: bool,
) -> CacheBreakEven:
    book = analysis.book
    prices = [
        figure_of(book, cell_at(book, _point_of(book, point, meter)), meter) for meter in meters
    ]
    (write, per, currency), (read, _, _), (base, _, _) = prices
    _, _, given = analysis.space.describe(point).partition(", ")
    names_of = [book.meters[meter].name for meter in meters]
    return CacheBreakEven(
        book.models[point[m.MODELS]].name,
        names_of[0],
        names_of[1],
        names_of[2],
        reads,
        everywhere,
        names,
        "" if everywhere else given,
        write,
        read,
        base,
        per,
        currency,
    )


def _point_of(book: m.Book, point: Point, meter: int) -> Point:
    """The point of the same request when it uses one meter only."""
    first = first_sum(book.dimensions)
    sides = [
        side if meter in summed.meters else 0
        for side, summed in zip(point[first:], book.sums, strict=True)
    ]
    return (*point[:first], *sides)
