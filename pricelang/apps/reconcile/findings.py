"""Differences to findings: what belongs together (a cost row under another key),
and what would explain the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import frozen

from pricelang.apps.reconcile.causes import Cause, causes_of
from pricelang.apps.reconcile.explain import CauseSearch, Explanation
from pricelang.apps.reconcile.finding import KINDS, Finding
from pricelang.apps.reconcile.join import (
    DIFFERENT,
    NOT_IN_COST,
    NOT_IN_USAGE,
    WITHIN,
    JoinedLine,
)
from pricelang.apps.reconcile.keys import Side
from pricelang.apps.reconcile.moved_rows import key_distance, moved_rows
from pricelang.apps.reconcile.other_prices import OtherPrice
from pricelang.apps.reconcile.tiered_lines import without_tiers

if TYPE_CHECKING:
    from pricelang.apps.price_book import PriceBook

MOST = 200
"""In so many differing lines, explanations are looked for in each."""

MOST_UNKNOWN = 20
"""In a longer list, in so many of those whose cause is not known."""


@frozen(eq=False)
class LineFinding:
    """What was found about lines that differ: single findings, causes of many, and notes."""

    findings: tuple[Finding, ...] = ()
    causes: tuple[Cause, ...] = ()
    notes: tuple[str, ...] = ()


def findings_of(
    book: PriceBook,
    lines: Sequence[JoinedLine],
    sides: tuple[Side, Side],
    within: Fraction,
    drifting: bool,
) -> LineFinding:
    """The findings in the order of their first lines, their causes, and notes on what was not
    looked for. Lines within tolerance that drift have causes too.
    """
    differing = [line for line in lines if line.status in KINDS]
    drifted = [line for line in lines if drifting and line.status == WITHIN]
    if not differing and not drifted:
        return LineFinding()
    usage, cost = sides
    search = CauseSearch(book)
    found = list(moved_rows(search, differing[:MOST]))
    known = _known_causes(found, differing, usage, cost)
    causes = causes_of(
        search.alternatives, [*differing, *drifted], Fraction(0) if drifted else within, known
    )
    taken = {id(line) for finding in found for line in finding.lines}
    rest = [line for line in differing if id(line) not in taken]
    single, searched = _single(search, rest, causes, sides)
    found += single
    order = {id(line): number for number, line in enumerate(lines)}
    notes = (
        (f"single explanations were looked for in {searched:,} of {len(rest):,} differences",)
        if len(rest) > MOST
        else ()
    )
    found.sort(key=lambda finding: min(order[id(line)] for line in finding.lines))
    return LineFinding(tuple(found), causes, notes)


def _single(
    search: CauseSearch,
    lines: Sequence[JoinedLine],
    causes: Iterable[Cause],
    sides: tuple[Side, Side],
) -> tuple[list[Finding], int]:
    """A finding for each line, and in how many of them explanations were looked for."""
    of_cause = {id(line): cause for cause in causes for line in cause.lines}
    found, searched = [], 0
    for line in lines:
        ways = _reasons(line, *sides)
        if line.status == DIFFERENT:
            cause = of_cause.get(id(line))
            if len(lines) <= MOST or (cause is None and searched < MOST_UNKNOWN):
                searched += 1
                more = search.explanations(line.used, line.amount, line.stated)
                ways = (*ways, *more, *_twice(line))
            if cause is not None and not ways:
                ways = (Explanation(cause.errors, cause.kind, cause.text, cause.places),)
        found.append(Finding(KINDS[line.status], (line,), ways))
    return found, searched


def _known_causes(
    moved: Iterable[Finding], lines: Iterable[JoinedLine], usage: Side, cost: Side
) -> dict[int, OtherPrice]:
    """The causes of lines that are known without their prices: rows under another key, days that
    one side does not cover.
    """
    found: dict[int, OtherPrice] = {}
    for finding in moved:
        fields = ", ".join(key_distance(*finding.lines))
        one = OtherPrice("moved", f"billed under another {fields}", Fraction(0))
        found |= {id(line): one for line in finding.lines}
    for line in lines:
        for reason in _reasons(line, usage, cost) if id(line) not in found else ():
            if reason.kind == "period":
                side = usage if line.status == NOT_IN_USAGE else cost
                text = f"days that the {side.kind} does not cover"
                found[id(line)] = OtherPrice("moved", text, Fraction(0))
    return found


def _reasons(line: JoinedLine, usage: Side, cost: Side) -> tuple[Explanation, ...]:
    """Why a line stands on one side only:
    its day is outside of the other's period, or it is a credit.
    """
    if line.status == DIFFERENT and line.amount == without_tiers(line.used) != line.low:
        return (Explanation(1, "account", "without tiers: at the price of the first"),)
    if line.of_account:
        text = f"{line.key.cost_type} of `{line.key.token_type}` not applied: {line.reason}"
        return (Explanation(1, "account", text),)
    other = {NOT_IN_USAGE: usage, NOT_IN_COST: cost}.get(line.status)
    day = line.key.day
    if (
        other is not None
        and other.start
        and other.end
        and day is not None
        and not other.start <= day < other.end
    ):
        return (
            Explanation(
                1,
                "period",
                f"the {other.kind} is from {other.start} and before {other.end}: it does not "
                "cover this day",
            ),
        )
    if line.status == NOT_IN_USAGE and line.amount < 0:
        return (Explanation(1, "credit", "a negative amount, such as a credit"),)
    return ()


def _twice(line: JoinedLine) -> tuple[Explanation, ...]:
    """Cost rows of one key of which some are too many: without them the amount is exact."""
    if len(line.billed) < 2:
        return ()
    extra = line.amount - line.expected
    same = [bill for bill in line.billed if bill.amount == extra]
    others = "; ".join(f"{bill.place}" for bill in same)
    return (
        (
            Explanation(
                1, "row", f"without one of {len(line.billed)} cost rows under this key: {others}"
            ),
        )
        if same
        else ()
    )
