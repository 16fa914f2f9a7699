"""The claims of a book, decided over every request that it admits: proven, or broken by one request."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from attrs import frozen

from pricelang.audit.analysis import YES, Analysis, Constraint, Leaf, Point, is_yes
from pricelang.audit.witness import Witness, witness
from pricelang.book import model as m
from pricelang.decimals import grouped, money


@frozen
class Verdict:
    """A claim and whether it holds. A broken one has the request that breaks it, and both amounts in words."""

    claim: m.Claim
    holds: bool
    witness: Witness | None = None
    why: str = ""


def decide_claims(analysis: Analysis) -> tuple[Verdict, ...]:
    """The verdict on each claim of the book, in their order."""
    return tuple(decide(analysis, claim) for claim in analysis.book.claims)


def decide(analysis: Analysis, claim: m.Claim) -> Verdict:
    """The verdict on one claim."""
    for breaks in _DECIDERS[claim.kind](analysis, claim):
        return Verdict(claim, False, *breaks)
    return Verdict(claim, True)


Breach = tuple[Witness | None, str]


def _found(analysis: Analysis, claim: m.Claim, *more: Constraint) -> Point | None:
    """A request of the claim's scope that can be priced and meets what breaks the claim."""
    # what breaks the claim goes first: where nothing does, nothing else is walked
    if analysis.find([*more, analysis.within(claim.scope)]) is None:
        return None
    return analysis.find([*more, analysis.within(claim.scope), analysis.usable])


def _yes(root: int) -> Constraint:
    return root, is_yes


# ---- prices against each other --------------------------------------------------------------------------------------

_RELATIONS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "equal": lambda left, right: left == right,
    "less": lambda left, right: left < right,
    "at_least": lambda left, right: left >= right,
    "at_most": lambda left, right: left <= right,
}


def _costs(analysis: Analysis, claim: m.Claim) -> Iterator[Breach]:
    """Sums of prices: what multiplies all of them alike cancels, and only the rest of the stack is multiplied out."""
    meters = sorted({meter for meter, _ in (*claim.left, *claim.right)})
    members = members_that_matter(analysis, meters)
    roots = [analysis.unit_price(meter, members) for meter in meters]
    relation = _RELATIONS[claim.relation]

    def sides(prices: Sequence[Any]) -> tuple[Fraction, Fraction] | None:
        if any(not isinstance(price, Fraction) for price in prices):
            return None  # where a meter has no price, the claim says nothing
        by_meter = dict(zip(meters, prices, strict=True))
        left, right = (
            sum((factor * by_meter[meter] for meter, factor in side), Fraction(0)) for side in (claim.left, claim.right)
        )
        return left, right

    def broken(leaves: tuple[Any, ...]) -> Leaf:
        both = sides(leaves)
        return YES if both is not None and not relation(*both) else ()

    root = analysis.forest.combine(roots, broken)
    point = _found(analysis, claim, _yes(root), analysis.billed)
    if point is not None:
        whole = [analysis.unit_price(meter, analysis.book.stack) for meter in meters]
        prices = [analysis.forest.value(found, point) for found in whole]
        left, right = sides(prices) or (Fraction(0), Fraction(0))
        scale, usage = _in_place(analysis, point, claim.left)
        currency = analysis.book.currency
        yield (
            witness(analysis, point, usage),
            f"the left side costs {money(left * scale, currency)}, the right {money(right * scale, currency)}"
            + (f" for {grouped(scale)} each" if scale > 1 else ""),
        )


def _in_place(analysis: Analysis, point: Point, terms: Sequence[tuple[int, Fraction]]) -> tuple[int, dict[int, Fraction]]:
    """Quantities in the ratio of some terms, as large as reads well and stays on the point's sides of all thresholds."""
    whole = lcm(*(factor.denominator for meter, factor in terms if analysis.book.meters[meter].whole), 1)
    for scale in (1_000_000, 1_000, 1):
        usage = {meter: factor * scale * whole for meter, factor in terms}
        if _fits(analysis, point, usage):
            break
    return scale * whole, usage


def _fits(analysis: Analysis, point: Point, usage: dict[int, Fraction]) -> bool:
    for index, total in enumerate(analysis.book.sums):
        side = point[2 + len(analysis.book.dimensions) + index]
        counted = sum((usage.get(meter, Fraction(0)) for meter in total.meters), Fraction(0))
        if side < len(total.limits) and counted > total.limits[side]:
            return False
    return True


def members_that_matter(analysis: Analysis, meters: Sequence[int]) -> list[tuple[str, int]]:
    """The members of the stack that may change how the prices of some meters compare, in the order of the stack."""
    stack = analysis.book.stack
    plain = all(analysis.plain(kind, index, meter) for kind, index in stack for meter in meters)
    rounded = analysis.rounds_unit_prices
    found = []
    for kind, index in stack:
        if not any(analysis.touches(kind, index, meter) for meter in meters):
            continue
        if plain and not rounded and kind == "modifier":
            lines = analysis.book.modifiers[index].lines
            alike = all(len({dict(line.factors).get(meter, Fraction(1)) for meter in meters}) == 1 for line in lines)
            if alike:
                continue
        found.append((kind, index))
    return found


def _above(analysis: Analysis, claim: m.Claim) -> Iterator[Breach]:
    """Every unit price is above an amount. Factors are above zero, so above $0 is a matter of the list price alone."""
    for meter in range(len(analysis.book.meters)):
        stack = [member for member in analysis.book.stack if analysis.touches(*member, meter)]
        only_factors = all(analysis.plain(*member, meter) for member in stack) and not analysis.rounds_unit_prices
        members = [] if only_factors and not claim.amount else stack
        root = analysis.unit_price(meter, members)
        low = analysis.forest.combine(
            [root], lambda leaves: YES if isinstance(leaves[0], Fraction) and leaves[0] <= claim.amount else ()
        )
        point = _found(analysis, claim, _yes(low), analysis.billed)
        if point is not None:
            price = analysis.forest.value(analysis.unit_price(meter, stack), point)
            shown = money(price, analysis.book.currency) if isinstance(price, Fraction) else "nothing"
            name = analysis.book.meters[meter].name
            yield witness(analysis, point, {meter: Fraction(1)}), f"one of `{name}` costs {shown}"


def _prices(analysis: Analysis, claim: m.Claim) -> Iterator[Breach]:
    """Every model has a price for each meter wherever the meter is offered to it."""
    for meter, _ in claim.left:
        roots = (analysis.book.decisions.meters[meter], analysis.list_price(meter))
        gap = analysis.forest.combine(roots, lambda leaves: YES if leaves[0] == YES and leaves[1] is None else ())
        point = _found(analysis, claim, _yes(gap))
        if point is not None:
            name = analysis.book.meters[meter].name
            yield witness(analysis, point, {meter: Fraction(1)}), f"`{name}` has no price for this request"


# ---- modifiers ------------------------------------------------------------------------------------------------------


def _index(analysis: Analysis, name: str) -> int:
    return next(index for index, modifier in enumerate(analysis.book.modifiers) if modifier.name == name)


def effect_of(analysis: Analysis, index: int) -> int:
    """Where a modifier has effect."""
    root = analysis.book.decisions.modifiers[index]
    return analysis.forest.combine([root], lambda leaves: YES if analysis.effective(index, leaves[0]) else ())


def _is(analysis: Analysis, claim: m.Claim) -> Iterator[Breach]:
    """Wherever it has effect, a multiplier is these factors on these meters and nothing else."""
    index = _index(analysis, claim.names[0])
    lines, wanted = analysis.book.modifiers[index].lines, dict(claim.left)

    def other(leaves: tuple[Any, ...]) -> Leaf:
        found: dict[int, Fraction] = {}
        for line in (lines[number] for number in leaves[0]):
            if line.outcome == "add":
                return YES
            found.update(line.factors)
        return YES if found and found != wanted else ()

    root = analysis.forest.combine([analysis.book.decisions.modifiers[index]], other)
    point = _found(analysis, claim, _yes(root))
    if point is not None:
        leaf: Any = analysis.forest.value(analysis.book.decisions.modifiers[index], point)
        factors = [pair for number in leaf for pair in lines[number].factors]
        named = ", ".join(f"x {grouped(factor)} on {analysis.book.meters[meter].name}" for meter, factor in factors)
        touched = sorted(dict(claim.left) | dict(factors))
        priced = [meter for meter in touched if isinstance(analysis.forest.value(analysis.list_price(meter), point), Fraction)]
        usage = {meter: Fraction(1) for meter in priced}
        yield witness(analysis, point, usage), f"there `{claim.names[0]}` is {named or 'an addition'}"


def _nevermeets(analysis: Analysis, claim: m.Claim) -> Iterator[Breach]:
    left, right = (_index(analysis, name) for name in claim.names)
    point = _found(analysis, claim, _yes(effect_of(analysis, left)), _yes(effect_of(analysis, right)))
    if point is not None:
        yield witness(analysis, point, _plain_usage(analysis, point)), "both have effect on this request"


def _commute(analysis: Analysis, claim: m.Claim) -> Iterator[Breach]:
    for left, right in itertools.combinations(claim.names, 2):
        found = order_matters(analysis, _index(analysis, left), _index(analysis, right), analysis.within(claim.scope))
        if found is not None:
            yield found


def order_matters(analysis: Analysis, left: int, right: int, *more: Constraint) -> Breach | None:
    """A request that pays another amount when two modifiers change places in the stack, or None.

    Factors commute; only an addition or a limit on a meter that both touch can tell the order.
    """
    stack = list(analysis.book.stack)
    places = [stack.index(("modifier", index)) for index in (left, right)]
    swapped = list(stack)
    swapped[places[0]], swapped[places[1]] = stack[places[1]], stack[places[0]]
    inside = stack[min(places) : max(places) + 1]
    for meter in range(len(analysis.book.meters)):
        both = all(analysis.touches("modifier", index, meter) for index in (left, right))
        if not both or all(analysis.plain(*member, meter) for member in inside):
            continue
        members, changed = ([x for x in order if analysis.touches(*x, meter)] for order in (stack, swapped))
        roots = [analysis.unit_price(meter, members), analysis.unit_price(meter, changed)]
        root = analysis.forest.combine(roots, lambda leaves: YES if leaves[0] != leaves[1] else ())
        acting = [_yes(_acts_on(analysis, index, meter)) for index in (left, right)]
        point = analysis.find([_yes(root), *acting, analysis.billed, *more, analysis.usable])
        if point is not None:
            values = [analysis.forest.value(found, point) for found in roots]
            shown = [money(value, analysis.book.currency) if isinstance(value, Fraction) else str(value) for value in values]
            names = [analysis.book.modifiers[index].name for index in (left, right)]
            why = f"one of `{analysis.book.meters[meter].name}` costs {shown[0]}, and {shown[1]} with `{names[0]}` and `{names[1]}` changed about"
            return witness(analysis, point, {meter: Fraction(1)}), why
    return None


def _acts_on(analysis: Analysis, index: int, meter: int) -> int:
    """Where a modifier does something to a meter's price."""
    lines = analysis.book.modifiers[index].lines

    def acts(leaves: tuple[Any, ...]) -> Leaf:
        held = [lines[number] for number in leaves[0]]
        return YES if any(meter in dict(line.factors) or meter in line.meters for line in held) else ()

    return analysis.forest.combine([analysis.book.decisions.modifiers[index]], acts)


def _plain_usage(analysis: Analysis, point: Point) -> dict[int, Fraction]:
    """One of the first meter that the request can use."""
    for meter in range(len(analysis.book.meters)):
        if isinstance(analysis.forest.value(analysis.list_price(meter), point), Fraction):
            return {meter: Fraction(1)}
    return {}


# ---- usage ----------------------------------------------------------------------------------------------------------


def _monotone(analysis: Analysis, claim: m.Claim) -> Iterator[Breach]:
    """Across each threshold no price falls: within its sides, amounts grow with every quantity anyway."""
    book, forest = analysis.book, analysis.forest
    for index, total in enumerate(book.sums):
        axis = 2 + len(book.dimensions) + index
        for side, limit in enumerate(total.limits):
            sides = (side, side + 1)
            allowed = [
                (forest.restrict(root, axis, at), test) for root, test in (analysis.usable, analysis.within(claim.scope)) for at in sides
            ]
            for root, fewer in _per_request(analysis):
                below, above = (forest.restrict(root, axis, at) for at in sides)
                less = forest.combine((below, above, *(forest.restrict(book.decisions.free, axis, at) for at in sides)), fewer)
                point = analysis.find([_yes(less), *allowed])
                if point is not None:
                    over = (*point[:axis], sides[1], *point[axis + 1 :])
                    usage = {total.meters[0]: limit + 1}
                    yield witness(analysis, over, usage), f"over {grouped(limit)} of `{total.label}`, less is added or charged at least"
            for meter in range(len(book.meters)):
                members = [x for x in book.stack if analysis.touches(*x, meter)]
                if all(analysis.plain(*x, meter) for x in members) and not analysis.rounds_unit_prices:
                    members = [x for x in members if _looks_at(analysis, analysis.member(*x), axis)]
                root = forest.combine((analysis.unit_price(meter, members), book.decisions.free), _free_or_paid)
                below, above = (forest.restrict(root, axis, at) for at in sides)
                falls = forest.combine((below, above), _falls)
                point = analysis.find([_yes(falls), *allowed])
                if point is not None:
                    yield _dead_zone(analysis, meter, point, axis, sides, limit, total)


def _per_request(analysis: Analysis) -> Iterator[tuple[int, Callable[[tuple[Any, ...]], Leaf]]]:
    """What is added to a request, or charged for it at least or at most, and per use: diagrams of amounts that must not fall."""
    book, forest = analysis.book, analysis.forest

    def falls(leaves: tuple[Any, ...]) -> Leaf:
        below, above, free_below, free_above = leaves
        return YES if not free_below and (free_above or above < below) and below else ()

    for index, modifier in enumerate(book.modifiers):
        if any(line.outcome == "add" and not line.meters for line in modifier.lines):

            def added(leaves: tuple[Any, ...], lines: tuple[m.Line, ...] = modifier.lines) -> Leaf:
                return sum((lines[n].amount or Fraction(0) for n in leaves[0] if not lines[n].meters), Fraction(0))

            yield forest.combine([book.decisions.modifiers[index]], added), falls
    far = Fraction(10**40)
    for index, limit in enumerate(book.limits):
        rows = [row for row in limit.lines if row.target == "request"]
        for at_least in {row.at_least for row in rows}:
            none = Fraction(0) if at_least else far

            def bound(leaves: tuple[Any, ...], lines: Any = limit.lines, floor: bool = at_least, none: Fraction = none) -> Leaf:
                held = [lines[n].amount for n in leaves[0] if lines[n].target == "request" and lines[n].at_least == floor]
                return (max(held) if floor else min(held)) if held else none

            yield forest.combine([book.decisions.limits[index]], bound), falls
    for charge, roots in zip(book.charges, book.decisions.charges, strict=True):
        if charge.minimums:

            def least(leaves: tuple[Any, ...], lines: tuple[m.ChargeQuantity, ...] = charge.minimums) -> Leaf:
                return max((lines[n].quantity for n in leaves[0]), default=Fraction(0))

            yield forest.combine([roots[1]], least), falls


def _free_or_paid(leaves: tuple[Any, ...]) -> Leaf:
    """A unit price, or "free" where the whole request is."""
    return "free" if leaves[1] and leaves[0] is not None else leaves[0]


def _looks_at(analysis: Analysis, root: int, axis: int) -> bool:
    seen, todo = set(), [root]
    while todo:
        node = todo.pop()
        if node < 0 or node in seen:
            continue
        seen.add(node)
        at, branches = analysis.forest.nodes[node]
        if at == axis:
            return True
        todo += [child for _, child in branches]
    return False


def _falls(leaves: tuple[Any, ...]) -> Leaf:
    below, above = leaves
    if below == "free" or not isinstance(below, Fraction):
        return ()
    return YES if above == "free" or (isinstance(above, Fraction) and above < below) else ()


def _dead_zone(
    analysis: Analysis, meter: int, point: Point, axis: int, sides: tuple[int, int], limit: Fraction, total: m.Sum
) -> Breach:
    """The request just over the threshold, and how far over it one still pays less than at it."""
    book = analysis.book
    prices: list[Fraction] = []
    over = (*point[:axis], sides[1], *point[axis + 1 :])
    counted = meter if meter in total.meters else total.meters[0]
    for at in sides:
        there = (*point[:axis], at, *point[axis + 1 :])
        value = analysis.forest.value(analysis.unit_price(meter, book.stack), there)
        prices.append(value if isinstance(value, Fraction) else Fraction(0))
    name, label = book.meters[meter].name, total.label
    usage = {counted: limit + 1}
    if meter != counted:
        # enough of the other meter that its fall shows beside one more of what is counted
        one = analysis.forest.value(analysis.unit_price(counted, book.stack), over)
        more = one if isinstance(one, Fraction) else Fraction(0)
        usage[meter] = Fraction(int(more * (limit + 1) / (prices[0] - prices[1])) + 1)
    why = f"over {grouped(limit)} of `{label}`, one of `{name}` costs {money(prices[1], book.currency)} instead of {money(prices[0], book.currency)}"
    if meter == counted and prices[1]:
        end = limit * prices[0] / prices[1]
        why += f": up to {grouped(Fraction(int(end)))} it costs less than {grouped(limit)} do"
    return witness(analysis, over, usage), why


def _agrees(analysis: Analysis, claim: m.Claim) -> Iterator[Breach]:
    """The book below says the same of every request in the claim's scope."""
    from pricelang.audit.agreement import first_disagreement

    found = first_disagreement(analysis, claim)
    if found is not None:
        yield found


_DECIDERS: dict[str, Callable[[Analysis, m.Claim], Iterator[Breach]]] = {
    "costs": _costs, "is": _is, "nevermeets": _nevermeets, "commute": _commute, "prices": _prices, "above": _above,
    "monotone": _monotone, "agrees": _agrees,
}  # fmt: skip
