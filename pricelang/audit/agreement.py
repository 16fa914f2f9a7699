"""A contract against the book below it: where they agree, whether it ever charges more, and whether it loosens a refusal.

The contract's space refines that of the book below (it has all of its models, days, values and limits, and more), so the
diagrams of the lower book are carried up, and whatever both have in common cancels.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from attrs import frozen

from pricelang.audit.analysis import NO, YES, Analysis, Leaf, is_yes
from pricelang.audit.witness import Witness, witness
from pricelang.book import model as m
from pricelang.decimals import money
from pricelang.rating.errors import PriceError
from pricelang.rating.ratecard import RateCard

Breach = tuple[Witness | None, str]


@frozen
class Against:
    """How a contract stands to the book below it: for each question a request that shows it, or None and no reason.

    `dearer` is a request that it charges more for, `cheaper` one that it charges less for, `loosened` one that only the
    contract prices, `tightened` one that only the book below does.
    """

    below: str
    dearer: Breach | None
    cheaper: Breach | None
    loosened: Breach | None
    tightened: Breach | None


def against_below(upper: Analysis) -> Against | None:
    """What a contract changes in kind against the book that it extends; None for a book that extends none."""
    book = upper.below()
    if book is None:
        return None
    lower = Analysis(book)
    carry = _carrier(lower, upper)
    allowed = carry(lower.usable[0])
    found: dict[str, Breach | None] = {}
    for name, wanted in (("loosened", (YES, NO)), ("tightened", (NO, YES))):
        root = upper.forest.combine([upper.usable[0], allowed], lambda leaves, wanted=wanted: YES if _plain(leaves) == wanted else NO)  # type: ignore[misc]
        point = upper.find([(root, is_yes), upper.existing] if name == "tightened" else [(root, is_yes)])
        found[name] = None if point is None else _told(upper.book, book, witness(upper, point, {0: Fraction(1)}))
    for name, sign in (("dearer", 1), ("cheaper", -1)):
        found[name] = next((x for meter in range(len(upper.book.meters)) if (x := _apart(upper, lower, carry, meter, sign))), None)
    return Against(book.name, found["dearer"], found["cheaper"], found["loosened"], found["tightened"])


def _plain(leaves: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(YES if leaf == YES else NO for leaf in leaves)


def _apart(upper: Analysis, lower: Analysis, carry: Callable[[int], int], meter: int, sign: int) -> Breach | None:
    """A request that both price, on which the contract charges more (sign 1) or less (-1) for a meter."""
    name = upper.book.meters[meter].name
    below = next((index for index, found in enumerate(lower.book.meters) if found.name == name), None)
    if below is None:
        return None
    roots = [_paid(upper, meter), carry(_paid(lower, below))]

    def differs(leaves: tuple[Any, ...]) -> Leaf:
        ours, theirs = (Fraction(0) if leaf == "free" else leaf for leaf in leaves)
        both = isinstance(ours, Fraction) and isinstance(theirs, Fraction)
        return YES if both and (ours - theirs) * sign > 0 else NO

    root = upper.forest.combine(roots, differs)
    point = upper.find([(root, is_yes), upper.usable, (carry(lower.usable[0]), is_yes)])
    if point is None:
        return None
    shown = [_amount(upper.forest.value(found, point), upper.book.currency) for found in roots]
    return witness(upper, point, {meter: Fraction(1)}), f"one of `{name}` costs {shown[0]}, and {shown[1]} by `{lower.book.name}`"


def first_disagreement(upper: Analysis, claim: m.Claim) -> Breach | None:
    """A request in the claim's scope that the two books price differently, with both amounts; None when there is none.

    Raises `ValueError` where the book below is not at hand.
    """
    book = upper.below()
    if book is None:
        raise ValueError("the book below is not at hand: audit the contract from its file")
    lower = Analysis(book)
    carry = _carrier(lower, upper)
    inside = upper.within(claim.scope)
    both = upper.forest.combine([upper.usable[0], carry(lower.usable[0])], lambda leaves: YES if leaves[0] != leaves[1] else NO)
    point = upper.find([(both, is_yes), inside])
    if point is not None:
        return _told(upper.book, book, witness(upper, point, {0: Fraction(1)}))
    for meter in range(len(upper.book.meters)):
        found = _on_meter(upper, lower, carry, meter, inside)
        if found is not None:
            return found
    return None


def _told(upper: m.Book, lower: m.Book, request: Witness) -> Breach:
    """A request that one of two books prices and the other refuses, and what each says of it."""
    return request, f"it {_said(upper, request)}; by `{lower.name}` it {_said(lower, request)}"


def _said(book: m.Book, request: Witness) -> str:
    try:
        priced = RateCard(book).request(request.model, request.at, request.record()["usage"], dict(request.dimensions))
        return f"costs {money(priced.total, priced.currency)}"
    except PriceError as error:
        return f"has no price: {error.message}" + (f" [{error.location}]" if error.location else "")


def _on_meter(
    upper: Analysis, lower: Analysis, carry: Callable[[int], int], meter: int, inside: tuple[int, Callable[[Any], bool]]
) -> Breach | None:
    name = upper.book.meters[meter].name
    below = next((index for index, found in enumerate(lower.book.meters) if found.name == name), None)
    roots = [_paid(upper, meter), upper.forest.leaf(None)]
    if below is not None:
        roots[1] = carry(_paid(lower, below))
    other = upper.forest.combine(roots, lambda leaves: YES if leaves[0] != leaves[1] else NO)
    point = upper.find([(other, is_yes), inside, upper.usable])
    if point is None:
        return None
    shown = [_amount(upper.forest.value(root, point), upper.book.currency) for root in roots]
    return witness(upper, point, {meter: Fraction(1)}), f"one of `{name}` costs {shown[0]}, and {shown[1]} by `{lower.book.name}`"


def _paid(analysis: Analysis, meter: int) -> int:
    """The final unit price of a meter, 0 where the request is free."""
    members = [member for member in analysis.book.stack if analysis.touches(*member, meter)]
    roots = (analysis.unit_price(meter, members), analysis.book.decisions.free)
    return analysis.forest.combine(roots, lambda leaves: leaves[0] if leaves[1] == NO or leaves[0] is None else "free")


def _amount(value: Leaf, currency: str) -> str:
    if isinstance(value, Fraction):
        return money(value, currency)
    return "nothing" if value == "free" else "has no price"


def _carrier(lower: Analysis, upper: Analysis) -> Callable[[int], int]:
    """Carries a diagram of the lower book into the upper one's space; what the lower does not know it does not offer."""
    axes, spread = _axes(lower, upper), {}
    for axis in range(lower.space.axes):
        spread[axis] = _spread(lower, upper, axis, axes[axis])
    known: dict[int, int] = {}

    def carry(root: int) -> int:
        found = known.get(root)
        if found is None:
            if root < 0:
                found = upper.forest.leaf(lower.forest.leaves[~root])
            else:
                axis, branches = lower.forest.nodes[root]
                parts = []
                for mask, child in branches:
                    points = 0
                    for position, inside in enumerate(spread[axis]):
                        if mask >> position & 1:
                            points |= inside
                    parts.append((points, carry(child)))
                full, seen = (1 << upper.space.size(axes[axis])) - 1, 0
                for points, _ in parts:
                    seen |= points
                # points that the lower book does not know are told apart by what exists there, not here
                parts.append((full & ~seen, upper.forest.leaf(None)))
                found = _select(upper, axes[axis], parts)
            known[root] = found
        return found

    return carry


def _select(upper: Analysis, axis: int, parts: list[tuple[int, int]]) -> int:
    """The diagram that is another in each part of an axis, also where their own axes come before it."""
    literals = [(upper.forest.node(axis, [(mask, upper.forest.leaf(number)), (~mask & (1 << upper.space.size(axis)) - 1, upper.forest.leaf(None))]) if mask else None, root)
                for number, (mask, root) in enumerate(parts)]  # fmt: skip
    kept = [(literal, root) for literal, root in literals if literal is not None]
    roots = [literal for literal, _ in kept] + [root for _, root in kept]

    def decide(leaves: tuple[Any, ...]) -> Leaf:
        half = len(leaves) // 2
        return next((leaf for here, leaf in zip(leaves[:half], leaves[half:], strict=True) if here is not None), None)

    return upper.forest.combine(roots, decide)


def _axes(lower: Analysis, upper: Analysis) -> list[int]:
    names = {dimension.name: index for index, dimension in enumerate(upper.book.dimensions)}
    sums = {_sum_key(upper.book, total): index for index, total in enumerate(upper.book.sums)}
    found = [m.MODELS, m.DATES, *(2 + names[dimension.name] for dimension in lower.book.dimensions)]
    return [*found, *(2 + len(upper.book.dimensions) + sums[_sum_key(lower.book, total)] for total in lower.book.sums)]


def _sum_key(book: m.Book, total: m.Sum) -> frozenset[str]:
    return frozenset(book.meters[index].name for index in total.meters)


def _spread(lower: Analysis, upper: Analysis, axis: int, target: int) -> list[int]:
    """For each point of a lower axis, the mask of the upper axis's points that it stands for."""
    size = lower.space.size(axis)
    masks = [0] * size
    if axis == m.MODELS:
        names = {model.name: index for index, model in enumerate(lower.book.models)}
        for index, model in enumerate(upper.book.models):
            if model.name in names:
                masks[names[model.name]] |= 1 << index
    elif axis == m.DATES:
        for index, start in enumerate([-(1 << 62), *upper.book.boundaries]):
            masks[bisect_right(lower.book.boundaries, start)] |= 1 << index
    elif axis - 2 < len(lower.book.dimensions):
        names = {value.name: index for index, value in enumerate(lower.book.dimensions[axis - 2].values)}
        for index, value in enumerate(upper.book.dimensions[target - 2].values):
            if value.name in names:
                masks[names[value.name]] |= 1 << index
    else:
        below = lower.book.sums[axis - 2 - len(lower.book.dimensions)].limits
        above = upper.book.sums[target - 2 - len(upper.book.dimensions)].limits
        for index in range(len(above) + 1):
            lowest = above[index - 1] if index else Fraction(-1)
            masks[sum(1 for limit in below if limit <= lowest)] |= 1 << index
    return masks
