"""The audit of one book, `book.audit`: an object that answers each question of an auditor."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Protocol

from attrs import define

from pricelang.model import book as m
from pricelang.verify.against.verdict import Against, against
from pricelang.verify.agreement import against_below
from pricelang.verify.analysis import Analysis
from pricelang.verify.claims import Verdict, decide_claims
from pricelang.verify.order import Order, order_of_stack
from pricelang.verify.stacking import Applicability, Meeting, meetings, reaches
from pricelang.verify.unreachable import dead_rules
from pricelang.verify.unsaid import UnusedRule


class HasBook(Protocol):
    """Something that has a checked book, as `pricelang.Book` does."""

    @property
    def checked(self) -> m.Book:
        """The checked book."""
        ...


@define(eq=False, repr=False)
class Audit:
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

    @cached_property
    def analysis(self) -> Analysis:
        """The diagrams that the questions are put to."""
        return Analysis(self.book, self.below)

    @cached_property
    def claims(self) -> tuple[Verdict, ...]:
        """The verdict on each claim; a broken one has the request that breaks it."""
        return decide_claims(self.analysis)

    @cached_property
    def stacking(self) -> tuple[Meeting, ...]:
        """How each pair of modifiers meets."""
        return meetings(self.analysis)

    @cached_property
    def reach(self) -> tuple[Applicability, ...]:
        """Where each modifier can have effect."""
        return reaches(self.analysis)

    @cached_property
    def order(self) -> Order:
        """Decides whether the order of the stack shows in any amount."""
        return order_of_stack(self.analysis)

    @cached_property
    def against_below(self) -> Against | None:
        """Decides whether a contract ever charges more or less than the book below it,
        or loosens a refusal; None without one.
        """
        return against_below(self.analysis)

    def against(self, other: m.Book | HasBook) -> Against:
        """Whether the book ever charges more or less than any other, alone or in a month,
        or prices what the other refuses.

        >>> import pricelang
        >>> book = pricelang.load()
        >>> book.audit.against(book).verdict
        'same'
        """
        return against(self.book, other if isinstance(other, m.Book) else other.checked)

    @cached_property
    def dead(self) -> tuple[UnusedRule, ...]:
        """Rules that decide nothing."""
        return dead_rules(self.analysis)
