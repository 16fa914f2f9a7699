"""The audit of one book, `book.audit`: an object that answers each question of an auditor."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from functools import cached_property
from typing import Protocol

from attrs import define, evolve, field

from pricelang.model import book as m
from pricelang.model.instants import Instant
from pricelang.model.self_checks import what_it_says
from pricelang.present.notebook import InNotebook
from pricelang.verify.against.standing import Against
from pricelang.verify.against.verdict import against
from pricelang.verify.agreement import against_below
from pricelang.verify.analysis import Analysis
from pricelang.verify.assumptions import assumed
from pricelang.verify.claims import Verdict, decide
from pricelang.verify.dead_zones import TierStep, tier_steps
from pricelang.verify.derived_meters import DerivedMeter, derived_meters
from pricelang.verify.extremes import Extreme, extremes
from pricelang.verify.order import Order, order_of_stack
from pricelang.verify.stacking import Applicability, Meeting, meetings, reaches
from pricelang.verify.together import TogetherSets, together
from pricelang.verify.unreachable import dead_rules
from pricelang.verify.unsaid import UnusedRule


class HasBook(Protocol):
    """Something that has a checked book, as `pricelang.Book` does."""

    @property
    def checked(self) -> m.Book:
        """The checked book."""
        ...


@define(eq=False, repr=False)
class Audit(InNotebook):
    """A book's claims, stacking, order and dead rules,
    each decided over every request that the book admits.

    >>> import pricelang
    >>> audit = pricelang.load().audit
    >>> all(verdict.holds for verdict in audit.claims)
    True
    >>> next(
    ...     meeting.rule
    ...     for meeting in audit.stacking
    ...     if {meeting.left, meeting.right} == {"fast", "batch"}
    ... )
    'fast with batch'
    """

    book: m.Book
    below: Callable[[], m.Book | None] = lambda: None
    _verdicts: dict[Hashable, Verdict] = field(init=False, factory=dict)

    @cached_property
    def analysis(self) -> Analysis:
        """The diagrams that the questions are put to."""
        return Analysis(self.book, self.below)

    @cached_property
    def claims(self) -> tuple[Verdict, ...]:
        """The verdict on each claim; a broken one has the request that breaks it."""
        return tuple(self.decided())

    def decided(self) -> Iterator[Verdict]:
        """The verdicts of `claims` one after another, each decided when it is asked for, once."""
        for claim in self.book.claims:
            key = what_it_says(claim)
            found = self._verdicts.get(key)
            if found is None:
                found = self._verdicts[key] = decide(self.analysis, claim)
            yield found if found.claim is claim else evolve(found, claim=claim)

    @cached_property
    def stacking(self) -> tuple[Meeting, ...]:
        """How each pair of modifiers meets."""
        return meetings(self.analysis)

    @cached_property
    def together(self) -> TogetherSets:
        """The sets of three and more modifiers that can all have effect on one request.

        >>> import pricelang
        >>> pricelang.load().audit.together.sets[0].modifiers
        ('long_context', 'fast', 'residency')
        """
        return together(self.analysis)

    @cached_property
    def extremes(self) -> tuple[Extreme, ...]:
        """The highest and the lowest multiplier that a request of each model can meet.

        >>> import pricelang
        >>> found = pricelang.load().audit.extremes
        >>> max(found, key=lambda extreme: extreme.multiplier).model
        'claude-opus-4-6'
        """
        return extremes(self.analysis)

    @cached_property
    def derived(self) -> tuple[DerivedMeter, ...]:
        """How the multipliers stack with the prices that derive from others."""
        return derived_meters(self.analysis)

    @cached_property
    def reach(self) -> tuple[Applicability, ...]:
        """Where each modifier can have effect."""
        return reaches(self.analysis)

    @cached_property
    def order(self) -> Order:
        """Decides whether the order of the stack shows in any amount."""
        return order_of_stack(self.analysis)

    @cached_property
    def tier_steps(self) -> tuple[TierStep, ...]:
        """Each step of tiers by usage, and how much usage below it costs more than the step."""
        return tier_steps(self.analysis)

    @cached_property
    def against_below(self) -> Against | None:
        """Decides whether a contract ever charges more or less than the book below it,
        or loosens a refusal; None without one.
        """
        return against_below(self.analysis)

    def against(
        self, other: m.Book | HasBook, at: Instant | None = None, other_at: Instant | None = None
    ) -> Against:
        """Decides whether the book ever charges more or less than any other, for a request or in
        a month, or prices what the other refuses; `at` and `other_at` look at them on a day.

        Raises `BadRequest` (`bad_date`).

        >>> import pricelang
        >>> book = pricelang.load()
        >>> book.audit.against(book).verdict
        'same'
        """
        theirs = other if isinstance(other, m.Book) else other.checked
        return against(self.book, theirs, days=(at, other_at))

    def assuming(self, *assumptions: str) -> Audit:
        """The audit of the book under assumptions, such as `cache_read is 0.2 x input`.

        Raises `BadRequest`: `assumption`, `unknown_name`. See `pricelang.verify.assumptions`.

        >>> import pricelang
        >>> assuming = pricelang.load().audit.assuming("cache_read is 0.2 x input")
        >>> [x.claim.text for x in assuming.claims if not x.holds][0]
        'claim cache_read costs 0.1 input except for own_read_price see page'
        """
        return Audit(assumed(self.book, assumptions), self.below)

    @cached_property
    def dead(self) -> tuple[UnusedRule, ...]:
        """Rules that decide nothing."""
        return dead_rules(self.analysis)


def with_claims_of(audit: Audit, book: m.Book) -> Audit:
    """The audit of a book whose rules are those of an audited one, and which may claim something
    else: what both claim is decided once.
    """
    other = Audit(book, audit.below)
    other.analysis = audit.analysis
    other._verdicts = audit._verdicts
    return other
