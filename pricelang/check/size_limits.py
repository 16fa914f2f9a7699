"""How many digits a price may need:
what factors multiply out to is bounded before anything is priced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import assert_never

from pricelang.check.draft import Draft, span_of
from pricelang.model import book as m

MAX_DIGITS = 300

Sized = tuple[str, m.Origin, list[tuple[m.Scope, int]]]
"""A member of the stack:
its name and place, and the digits that each of its lines may add to a price.
"""


def digits_of(value: Fraction) -> int:
    """How many decimal digits the longer part of a fraction has."""
    return len(str(max(abs(value.numerator), value.denominator)))


def check_digits(
    draft: Draft,
    prices: Sequence[m.Price],
    derivations: Mapping[int, Sequence[m.Derivation]],
    charges: Sequence[m.Charge],
    modifiers: Sequence[m.Modifier],
    limits: Sequence[m.Limit],
    stack: Sequence[m.Member],
) -> None:
    """No price needs more than `MAX_DIGITS` digits, above its point or below,
    once all that may meet on it is multiplied out.
    """
    listed = _list_prices(prices, charges)
    known: dict[int, tuple[int, m.Origin | None]] = {}
    for meter in range(len(draft.meters)):
        longest, origin = _longest(meter, listed, derivations, known)
        name = draft.meters[meter].name
        if origin is not None and longest > MAX_DIGITS:
            draft.fault(
                "too_large",
                f"a price of `{name}` may need more than {MAX_DIGITS} digits",
                span_of(origin),
            )
            return
        members = list(_members(meter, modifiers, limits, stack))
        if (
            longest + sum(max(digits for _, digits in lines) for _, _, lines in members)
            <= MAX_DIGITS
        ):
            continue
        for (added, place, _), digits in zip(members, _together(draft, members), strict=True):
            if longest + digits > MAX_DIGITS:
                draft.fault(
                    "too_large",
                    f"a price of `{name}` may need more than {MAX_DIGITS} digits once it "
                    f"meets `{added}`",
                    span_of(place),
                    "write factors of fewer digits, or fewer of them that meet",
                )
                return  # one is enough: the same factors are on other meters too


def _list_prices(
    prices: Sequence[m.Price], charges: Sequence[m.Charge]
) -> dict[int, tuple[int, m.Origin]]:
    """The most digits of an amount that a row or a charge gives each meter, and where."""
    found: dict[int, tuple[int, m.Origin]] = {}
    amounts = [(p.meter, p.amount, p.size, p.origin) for p in prices if p.amount is not None]
    amounts += [(c.meter, p.amount, p.size, p.origin) for c in charges for p in c.prices]
    for meter, amount, size, origin in amounts:
        digits = digits_of(amount / size)
        if digits > found.get(meter, (0, origin))[0]:
            found[meter] = digits, origin
    return found


def _longest(
    meter: int,
    listed: Mapping[int, tuple[int, m.Origin]],
    derivations: Mapping[int, Sequence[m.Derivation]],
    known: dict[int, tuple[int, m.Origin | None]],
) -> tuple[int, m.Origin | None]:
    """The most digits of a meter's price before the stack,
    along any derivation, and what makes them.
    """
    if meter not in known:
        longest: tuple[int, m.Origin | None] = listed.get(meter, (0, None))
        for line in derivations.get(meter, ()):
            digits = digits_of(line.factor) + _longest(line.of, listed, derivations, known)[0]
            if digits > longest[0]:
                longest = digits, line.origin
        known[meter] = longest
    return known[meter]


def _members(
    meter: int,
    modifiers: Sequence[m.Modifier],
    limits: Sequence[m.Limit],
    stack: Sequence[m.Member],
) -> Iterator[Sized]:
    """What the stack does to a price of a meter, in its order."""
    for kind, index in stack:
        member: m.Modifier | m.Limit
        match kind:
            case "modifier":
                member = modifiers[index]
                lines = [
                    (line.scope, digits_of(factor))
                    for line in member.lines
                    for on, factor in line.factors
                    if on == meter
                ]
                lines += [
                    (x.scope, digits_of(x.amount / x.size))
                    for x in member.lines
                    if x.amount is not None and meter in x.meters
                ]
            case "limit":
                member = limits[index]
                lines = [
                    (row.scope, digits_of(row.amount / row.size))
                    for row in member.lines
                    if meter in row.meters
                ]
            case _:
                assert_never(kind)
        if lines:
            yield member.name, member.origin, lines


def _together(draft: Draft, members: Sequence[Sized]) -> Iterator[int]:
    """For each member the digits that it and those before it may add to one price,
    or somewhat more.

    It is the most that one point of an axis brings together, on the axis where that is least:
    modifiers of which each is for one customer, or for one month, do not add up.
    """
    totals = [[0] * draft.space.size(axis) for axis in range(draft.space.axes)]
    for _, _, lines in members:
        for axis, points in enumerate(totals):
            most = [0] * len(points)
            for scope, digits in lines:
                mask = dict(scope).get(axis, -1)
                most = [
                    max(digits, old) if mask >> point & 1 else old for point, old in enumerate(most)
                ]
            points[:] = [old + digits for old, digits in zip(points, most, strict=True)]
        yield min(max(points, default=0) for points in totals)
