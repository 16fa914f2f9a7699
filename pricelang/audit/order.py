"""Whether the order of the stack can be seen in an amount at all: where, and by how much at most."""

from __future__ import annotations

import itertools
import operator
from fractions import Fraction
from functools import partial
from typing import Any

from attrs import frozen

from pricelang.audit.analysis import Analysis, Leaf
from pricelang.audit.witness import Witness, witness

MAX_MEMBERS = 7


@frozen
class Observable:
    """A meter on which the order of the stack shows: the greatest spread of a unit price over all orders, and where."""

    meter: str
    spread: Fraction
    low: Fraction
    high: Fraction
    members: tuple[str, ...]
    witness: Witness


@frozen
class Order:
    """What the order of the stack does. Factors commute, so it shows only beside additions, floors, caps and rounding."""

    observable: tuple[Observable, ...]
    not_factors: tuple[str, ...]


def order_of_stack(analysis: Analysis) -> Order:
    """Every meter on which some request pays another unit price in another order of the stack."""
    book = analysis.book
    names = [book.modifiers[i].name if kind == "modifier" else book.limits[i].name for kind, i in book.stack]
    odd = [
        name for name, member in zip(names, book.stack, strict=True)
        if any(not analysis.plain(*member, meter) for meter in range(len(book.meters)))
    ]  # fmt: skip
    found = []
    for meter in range(len(book.meters)):
        members = [member for member in book.stack if analysis.touches(*member, meter)]
        if len(members) < 2 or all(analysis.plain(*member, meter) for member in members):
            continue
        seen = _spread(analysis, meter, members[:MAX_MEMBERS])
        if seen is not None:
            found.append(seen)
    return Order(tuple(found), tuple(odd))


def _spread(analysis: Analysis, meter: int, members: list[tuple[str, int]]) -> Observable | None:
    """The greatest difference between two orders of some members, on one request; pure factors keep their places."""
    book = analysis.book

    def spread(leaves: tuple[Any, ...]) -> Leaf:
        price = leaves[0]
        if not isinstance(price, Fraction):
            return None
        acting = [(member, leaf) for member, leaf in zip(members, leaves[1:], strict=True) if _acts(analysis, member, meter, leaf)]
        if len(acting) < 2:
            return None
        results = set()
        for order in itertools.permutations(acting):
            value = price
            for (kind, index), leaf in order:
                value = analysis.step(kind, index, meter, leaf, value)
            results.add(value)
        return (min(results), max(results)) if len(results) > 1 else None

    root = analysis.forest.combine((analysis.list_price(meter), *(analysis.member(*member) for member in members)), spread)
    known = sorted({leaf for leaf in _leaves(analysis, root) if isinstance(leaf, tuple)}, key=lambda pair: pair[0] - pair[1])
    for low, high in known:
        point = analysis.find([(root, partial(operator.eq, (low, high))), analysis.billed, analysis.usable])
        if point is not None:
            names = tuple(book.modifiers[i].name if kind == "modifier" else book.limits[i].name for kind, i in members)
            return Observable(book.meters[meter].name, high - low, low, high, names, witness(analysis, point, {meter: Fraction(1)}))
    return None


def _acts(analysis: Analysis, member: tuple[str, int], meter: int, leaf: Any) -> bool:
    kind, index = member
    if kind == "limit":
        return any(meter in analysis.book.limits[index].lines[number].meters for number in leaf)
    lines = [analysis.book.modifiers[index].lines[number] for number in leaf]
    return any(meter in line.meters or meter in dict(line.factors) for line in lines)


def _leaves(analysis: Analysis, root: int) -> set[Any]:
    """The leaves of a diagram."""
    seen: set[int] = set()
    todo, found = [root], set()
    while todo:
        node = todo.pop()
        if node < 0:
            found.add(analysis.forest.leaves[~node])
        elif node not in seen:
            seen.add(node)
            todo += [child for _, child in analysis.forest.nodes[node][1]]
    return found
