"""Lines of usage after the tiers of ladders, for a bill that shows no discount beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from attrs import evolve

from pricelang.apps.reconcile.exact_sums import exact_sum
from pricelang.apps.reconcile.join import DIFFERENT, OTHER_QUANTITY, JoinedLine, joined_line
from pricelang.apps.reconcile.keys import Used
from pricelang.evaluate.allowances import ChargedRequest

TierChanges: TypeAlias = Mapping[int, Mapping[str, Fraction]]
"""What ladders change of each meter of a request, by the request's identity."""


def tier_changes(charged: ChargedRequest) -> dict[str, Fraction]:
    """What the ladders change of each meter of a request."""
    found = {
        line.meter: sum((one.amount for one in line.ladders), Fraction(0))
        for line in charged.lines
        if line.ladders
    }
    return {meter: amount for meter, amount in found.items() if amount}


def after_tiers(
    lines: Sequence[JoinedLine], changes: TierChanges, within: Fraction, kind: str
) -> tuple[JoinedLine, ...] | None:
    """The lines after the tiers, if that is what the bill shows: its amounts are nearer to it than
    to what each request costs alone. None for a bill that shows them without tiers.
    """
    after = {id(line): _tiered(line, changes, within, kind) for line in lines if _single(line)}
    pairs = [(line, after[id(line)]) for line in lines if after.get(id(line)) is not None]
    billed = [(line, new) for line, new in pairs if new is not None and line.billed]
    alone = exact_sum(abs(line.amount - line.low) for line, _ in billed)
    tiered = exact_sum(abs(line.amount - new.low) for line, new in billed)
    if tiered >= alone:
        return None
    return tuple(after.get(id(line)) or line for line in lines)


def _single(line: JoinedLine) -> bool:
    return line.low == line.high and all(use.error is None for use in line.used)


def _tiered(
    line: JoinedLine, changes: TierChanges, within: Fraction, kind: str
) -> JoinedLine | None:
    """A line after the tiers; None where these change nothing."""
    used = tuple(_of(use, changes) for use in line.used)
    if not any(use.tiers for use in used):
        return None
    found = joined_line(line.key, used, line.billed, within, kind)
    other = line.reason == OTHER_QUANTITY
    return evolve(found, status=DIFFERENT, reason=OTHER_QUANTITY) if other else found


def _of(use: Used, changes: TierChanges) -> Used:
    more = changes.get(id(use.priced), {}).get(use.request.meter, Fraction(0))
    return evolve(use, low=use.low + more, high=use.high + more, tiers=more)


def without_tiers(used: Iterable[Used]) -> Fraction:
    """What some usage costs request by request."""
    return exact_sum(use.low - use.tiers for use in used)
