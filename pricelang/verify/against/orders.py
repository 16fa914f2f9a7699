"""The order of two things that a bill is made of: whether ours ever makes a bill higher, or lower,
than theirs.

A bill does not fall where a price, an addition, a minimum, a floor, a cap or a rounding rises. So
the order of each part is one of bills, as long as all else is equal.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Literal, TypeAlias, assert_never

from attrs import frozen

from pricelang.present.decimals import RoundingMode
from pricelang.verify.diff.align import RoundingEffect
from pricelang.verify.diff.counted_usage import Counted, counts_within

Order: TypeAlias = Literal["same", "less", "more", "either"]
"""Ours beside theirs: equal always; never more and sometimes less; never less and sometimes more;
or one or the other, or not told.
"""


def of_numbers(ours: Fraction, theirs: Fraction) -> Order:
    """The order of two amounts.

    >>> of_numbers(Fraction(2), Fraction(3))
    'less'
    """
    return "same" if ours == theirs else "more" if ours > theirs else "less"


def of_caps(ours: Fraction | None, theirs: Fraction | None) -> Order:
    """The order of two caps; none is the highest.

    >>> of_caps(None, Fraction(3))
    'more'
    """
    if ours is None or theirs is None:
        return "same" if ours is theirs else "more" if ours is None else "less"
    return of_numbers(ours, theirs)


def together(orders: Iterable[Order]) -> Order:
    """The order of bills in which several things are ordered.

    >>> together(["same", "less"]), together(["less", "more"])
    ('less', 'either')
    """
    found = {*orders} - {"same"}
    if not found:
        return "same"
    return found.pop() if len(found) == 1 else "either"


def of_roundings(ours: RoundingEffect | None, theirs: RoundingEffect | None) -> Order:
    """The order of two roundings of the same amount, whatever it is.

    Rounding up to a step gives at least the amount, and at least what a finer step that divides it
    gives; rounding down at most. Among modes of one step the order is down, half down, half even,
    half up, up.
    """
    if ours == theirs:
        return "same"
    if ours is None:
        return _turned(of_roundings(theirs, ours))
    if theirs is None:
        return _beside_none(ours.mode)
    if ours.currency != theirs.currency:
        return "either"
    if ours.step == theirs.step:
        return of_numbers(_rank(ours.mode), _rank(theirs.mode))
    return _of_steps(ours, theirs)


def _of_steps(ours: RoundingEffect, theirs: RoundingEffect) -> Order:
    modes = ours.mode, theirs.mode
    if modes == ("up", "down"):
        return "more"
    if modes == ("down", "up"):
        return "less"
    if ours.mode != theirs.mode or ours.mode not in ("up", "down"):
        return "either"
    coarse = (ours.step / theirs.step).denominator == 1
    fine = (theirs.step / ours.step).denominator == 1
    if not coarse and not fine:
        return "either"
    return "more" if coarse == (ours.mode == "up") else "less"


def _beside_none(mode: RoundingMode) -> Order:
    match mode:
        case "up":
            return "more"
        case "down":
            return "less"
        case "half_even" | "half_up" | "half_down":
            return "either"
        case _:
            assert_never(mode)


def _rank(mode: RoundingMode) -> Fraction:
    order: tuple[RoundingMode, ...] = ("down", "half_down", "half_even", "half_up", "up")
    return Fraction(order.index(mode))


def _turned(order: Order) -> Order:
    match order:
        case "less":
            return "more"
        case "more":
            return "less"
        case "same" | "either":
            return order
        case _:
            assert_never(order)


Pool: TypeAlias = tuple[Fraction, str, Counted]
"""A free allowance: how much, of which account and period, and whose usage it counts."""


def of_pools(ours: tuple[Pool, ...], theirs: tuple[Pool, ...]) -> Order:
    """The order of the free allowances of a charge: more that is free is less to pay, and so is an
    allowance that less usage takes from.
    """
    mine, other = ({account: (size, of) for size, account, of in side} for side in (ours, theirs))
    nothing = Fraction(0), ()
    return together(
        _of_two_pools(mine.get(account, nothing), other.get(account, nothing))
        for account in {*mine, *other}
    )


def _of_two_pools(ours: tuple[Fraction, Counted], theirs: tuple[Fraction, Counted]) -> Order:
    order = of_numbers(theirs[0], ours[0])
    if ours[1] == theirs[1] or not ours[0] or not theirs[0]:
        return order
    if counts_within(ours[1], theirs[1]) and order != "more":
        return "less"
    return "more" if counts_within(theirs[1], ours[1]) and order != "less" else "either"


Tier: TypeAlias = tuple[Fraction, str, Fraction, Counted]
"""A later price of a charge: after which quantity, of which account and period, how much, and whose
usage goes up the ladder.
"""


@frozen
class PriceLadder:
    """The first price of a charge, and its later ones, lowest quantity first."""

    first: Fraction
    tiers: tuple[Tier, ...]

    def price_after(self, quantity: Fraction) -> Fraction:
        """The price of the next unit after a quantity of the period."""
        return next((x[2] for x in reversed(self.tiers) if x[0] <= quantity), self.first)

    @property
    def prices(self) -> list[Fraction]:
        """All its prices."""
        return [self.first, *(x[2] for x in self.tiers)]


def of_ladders(ours: PriceLadder, theirs: PriceLadder, counts_alike: bool = True) -> Order:
    """The order of two ladders of prices that go through one stack: step by step, where one account
    and period, and the same usage, counts for both; else a unit may stand anywhere on each.
    """
    counters = {(x[1], x[3]) for ladder in (ours, theirs) for x in ladder.tiers}
    if counts_alike and len(counters) == 1:
        steps = {Fraction(0), *(x[0] for ladder in (ours, theirs) for x in ladder.tiers)}
        return together(of_numbers(ours.price_after(x), theirs.price_after(x)) for x in steps)
    if {*ours.prices} == {*theirs.prices} == {ours.first}:
        return "same"
    if max(ours.prices) <= min(theirs.prices):
        return "less"
    return "more" if min(ours.prices) >= max(theirs.prices) else "either"
