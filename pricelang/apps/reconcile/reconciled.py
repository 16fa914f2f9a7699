"""What a reconciliation has found: the lines of the join, and what explains their differences."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property

from attrs import frozen

from pricelang.apps.reconcile.causes import Cause
from pricelang.apps.reconcile.drift import Drift, drift_of
from pricelang.apps.reconcile.exact_sums import exact_sum
from pricelang.apps.reconcile.finding import Finding
from pricelang.apps.reconcile.join import (
    BOUNDED,
    MATCHED,
    NOT_COMPARED,
    STATUSES,
    WITHIN,
    JoinedLine,
)
from pricelang.apps.reconcile.keys import Side
from pricelang.apps.reconcile.left_out import left_out

AGREEING = frozenset((MATCHED, WITHIN, BOUNDED, NOT_COMPARED))


@frozen
class BilledSubtotal:
    """The lines of one status: their number, and exact sums in the currency of the bill."""

    status: str
    lines: int
    expected: Fraction
    billed: Fraction

    @property
    def difference(self) -> Fraction:
        """What was billed beyond what was expected."""
        return self.billed - self.expected


@frozen(eq=False, repr=False, slots=False)
class Reconciled:
    """Usage against its cost. Amounts are exact fractions in `currency`.

    `lines` are all lines of the join in the order of their keys, `findings` the differences, each
    with what would explain it. `within` is the tolerance of a line. `book` says which prices were
    used: name, title, the last day on which a source of it was read, and the first digits of the
    key of its text.
    """

    book: tuple[str, str, str | None, str | None]
    usage: Side
    cost: Side
    fields: tuple[str, ...]
    within: Fraction
    currency: str
    lines: tuple[JoinedLine, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    total_within: Fraction | None = None
    settled: frozenset[str] = frozenset()
    causes: tuple[Cause, ...] = ()

    @property
    def subtotals(self) -> tuple[BilledSubtotal, ...]:
        """A sum for each status that occurs; together they are the total."""
        found = []
        for status in STATUSES:
            lines = [line for line in self.lines if line.status == status]
            if lines:
                expected = exact_sum(line.expected for line in lines)
                found.append(
                    BilledSubtotal(
                        status,
                        len(lines),
                        expected,
                        exact_sum(line.amount for line in lines),
                    )
                )
        return tuple(found)

    @property
    def total(self) -> BilledSubtotal:
        """The sum of all lines."""
        found = self.subtotals
        return BilledSubtotal(
            "total",
            sum(x.lines for x in found),
            sum((x.expected for x in found), Fraction(0)),
            sum((x.billed for x in found), Fraction(0)),
        )

    @property
    def agrees(self) -> bool:
        """Says whether every line that can be compared matches, every row could be read, and what
        is within tolerance does not add up to something.
        """
        return (
            self.drift is None
            and not self.usage.unread
            and not self.cost.unread
            and all(line.status in AGREEING for line in self.lines)
        )

    @cached_property
    def left_out(self) -> tuple[str, ...]:
        """What is on bills and was not compared: free allowances, graduated prices,
        minimums, fees and limits of requests, credits.
        """
        return left_out(self.lines, self.settled)

    @cached_property
    def drift(self) -> Drift | None:
        """What the lines within tolerance add up to, where that is too much or one-sided."""
        return drift_of(self.lines, self.within, self.total_within)

    @cached_property
    def apart(self) -> tuple[JoinedLine, ...]:
        """Lines of the bill alone that no record can match, such as credits and tax."""
        return tuple(line for line in self.lines if line.status == NOT_COMPARED and line.billed)


def numbered(found: Reconciled) -> Mapping[int, int]:
    """The number of the finding that a line belongs to, by the line's identity."""
    return {
        id(line): number
        for number, finding in enumerate(found.findings, 1)
        for line in finding.lines
    }
