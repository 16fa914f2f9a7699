"""What is wrong with all of a bill, or of one meter, alike: a factor, as of a currency, or
an amount on each line.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from fractions import Fraction

from pricelang.apps.reconcile.join import JoinedLine
from pricelang.apps.reconcile.keys import meter_of
from pricelang.apps.reconcile.other_prices import OtherPrice
from pricelang.present.decimals import plain, rounded

LEAST = 4
"""So many lines, of several prices, must have a factor or an amount in common …"""
SHARE = 20
"""… and one in so many of those that nothing else explains."""


def in_common(
    lines: Sequence[JoinedLine], one_meter: bool = False
) -> Iterator[tuple[JoinedLine, OtherPrice]]:
    """The factor or the amount that lines of several meters, or those of one meter and model, have
    in common which nothing of the book explains.
    """
    priced = [line for line in lines if line.used and line.billed and line.low == line.high]
    measures: tuple[Callable[[JoinedLine], Fraction | None], ...] = (_ratio, _added)
    for measure in measures:
        groups: dict[Fraction, list[JoinedLine]] = {}
        for line in priced:
            value = measure(line)
            if value is not None:
                groups.setdefault(value, []).append(line)
        for value, own in groups.items():
            counted = {(line.key.model, meter_of(line.key)) for line in own}
            if len(own) >= max(LEAST, len(priced) // SHARE) and one_meter == (len(counted) == 1):
                text = _factor(value, counted) if measure is _ratio else _amount(value)
                for line in own:
                    yield line, OtherPrice("whole", text, Fraction(0))


def _ratio(line: JoinedLine) -> Fraction | None:
    return line.amount / line.low if line.low and line.amount else None


def _added(line: JoinedLine) -> Fraction | None:
    return line.amount - line.low


def _amount(value: Fraction) -> str:
    return f"{plain(value)} on each line"


def _factor(value: Fraction, counted: Collection[tuple[str | None, str]]) -> str:
    if value == 100:
        return "cents taken for the main unit of the currency (x 100)"
    if value == Fraction(1, 100):
        return "the main unit of the currency taken for cents (x 0.01)"
    shown = plain(rounded(value, Fraction(1, 10**6), "half_even"))
    if len(counted) == 1:
        ((model, meter),) = counted
        of = f" of {model}" if model else ""
        return f"{meter}{of} at x {shown} of its price, by no rule of the book"
    return f"every amount x {shown}, such as another currency"
