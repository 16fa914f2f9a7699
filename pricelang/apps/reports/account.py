"""What an account's invoice adds and takes beside its lines:
free allowances, tiers, floors and caps, commitments and credits, by period.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping

from attrs import evolve

from pricelang.apps.reports.account_changes import AccountChanges
from pricelang.apps.reports.account_notes import AccountNotes
from pricelang.apps.reports.account_rules import AccountRules, CountedBy
from pricelang.apps.reports.adjustments import CAP, COMMITMENT, MINIMUM, Adjustment
from pricelang.apps.reports.counted_requests import CountedRequest, CountedRequests
from pricelang.apps.reports.holders import Holders, NamedHolders
from pricelang.apps.reports.period import Period
from pricelang.evaluate.account_items import Reached
from pricelang.evaluate.account_keys import WHOLE, MissingKey, key_of
from pricelang.evaluate.allowance_terms import SpendLimit, account_bounds
from pricelang.evaluate.allowances import ChargedRequest, Ledger, TrueUp, counts_twice
from pricelang.evaluate.billing_periods import turn_end, turn_of
from pricelang.evaluate.credits import CreditBalances
from pricelang.evaluate.line_items import Priced
from pricelang.evaluate.pieces import Counter
from pricelang.model import book as m
from pricelang.model.instants import DAY, written
from pricelang.present.decimals import money


class AccountUsage:
    """The account-wide side of an invoice: requests go in in any order, adjustments come out.

    `missing` says what becomes of a request that lacks a key by which the book counts it.
    """

    def __init__(self, book: m.Book, period: Period | None, missing: MissingKey = "refuse") -> None:
        self._book, self._period = book, period
        self._holders = NamedHolders(missing)
        self._rules = AccountRules(book)
        self._floor_keys = {
            key_of(bound.per) for bound, _ in account_bounds(book) if bound.at_least
        }
        self._uses = CountedRequests(book)
        self._ledger = Ledger(book)
        self._notes = AccountNotes(book, period)
        self._latest = 0
        start = None if period is None else period.start
        self.since = None if start is None else self._rules.since(start)

    def check(self, priced: Priced, carried: Mapping[str, str]) -> None:
        """Raises `BadRequest` for a request that no account can have (`bad_book`), that names a
        tier (`said_tier`), or that lacks a key by which it is counted (`no_account`); `carried` is
        what its record carries.
        """
        self._holders.of(self._rules.keys_of(priced), carried)

    def add(
        self, priced: Priced, carried: Mapping[str, str], group: tuple[object, ...] = ()
    ) -> None:
        """Takes in a request of the period, what its record carries, and what it is grouped by.
        Raises `BadRequest` (`no_account`).
        """
        holders = self._holders.take(self._rules.keys_of(priced), carried)
        self._latest = max(self._latest, priced.at)
        self._holders.owe(self._floor_keys, holders, carried)
        if any(self._rules.in_order(priced)):
            self._uses.add(CountedRequest(priced, True, holders, group))
        else:
            self._settle(ChargedRequest(holders, priced, (), priced.total), holders, True)

    def before(self, priced: Priced, carried: Mapping[str, str]) -> None:
        """Takes in a request from before the period, which may have used what the account has for
        a longer one, or been counted towards what it has committed to for that.
        Raises `BadRequest` (`no_account`).
        """
        assert self._period is not None
        start = self._period.start
        if start is None:
            return

        def matters(one: CountedBy) -> bool:
            return turn_of(priced.at, one.per, one.term) == turn_of(start, one.per, one.term)

        ordered = self._rules.in_order(priced)
        if any(ordered if self._rules.counts_money else map(matters, ordered)):
            holders = self._holders.take(self._rules.keys_of(priced), carried)
            self._uses.add(CountedRequest(priced, False, holders))
        elif any(map(matters, self._rules.commitments(priced))):
            holders = self._holders.take(self._rules.keys_of(priced), carried)
            self._settle(ChargedRequest(holders, priced, (), priced.total), holders, False)

    def _settle(self, charged: ChargedRequest, holders: Holders, billed: bool) -> None:
        """Adds what a request cost to the commitments that hold for it, and to the floors and caps
        whose whole period is inside the invoice's.
        """
        priced, whole = charged.priced, []
        for bound in self._rules.bounds(priced):
            if bound.kind == "commitment" or (
                billed and self._covers(turn_of(priced.at, bound.per, bound.term), bound)
            ):
                whole.append(bound)
            elif billed:
                self._notes.left_out(bound)
        if whole:
            self._ledger.add(holders, priced, charged, whole)

    def _covers(self, start: int, bound: SpendLimit) -> bool:
        return covers(self._period, start, turn_end(start, bound.per, bound.term))

    def settle(
        self, charged_as: Callable[[ChargedRequest, tuple[object, ...]], None] | None = None
    ) -> tuple[tuple[Adjustment, ...], tuple[str, ...]]:
        """What the account adds and takes, in order of kind, time and name; and the notes on what
        it left out or counted together. `charged_as` is told what each counted request of the
        period costs, and its group. Raises `BadRequest` (`mixed_accounts`) where some records
        name an organization and others do not.
        """
        self._holders.check()
        changes, balances = AccountChanges(self._book), CreditBalances()
        ledger = Ledger(self._book, self._reached())
        for use in self._uses:
            charged = ledger.charge(use.holders, use.priced)
            self._settle(charged, use.holders, use.billed)
            if use.billed:
                changes.add(charged, use.group)
                if charged_as is not None:
                    charged_as(charged, use.group)
            for paid in balances.pay(use.holders, charged, self._rules.credits(use.priced)):
                if use.billed:
                    changes.add_credit(paid, use.priced.currency, use.group)
        self._open_floors()
        self._notes.drawn(balances.drawn())
        found = (*changes.adjustments(), *self._bounds())
        named = (self._named(one) for one in found if one.amount or one.quantity)
        adjustments = sorted(named, key=lambda one: one.order)
        return tuple(adjustments), (*self._notes.texts(), *self._holders.notes())

    def _reached(self) -> Reached:
        """The tiers of ladders of all units, of those periods that the invoice covers."""
        if not counts_twice(self._book):
            return {}
        first = Ledger(self._book)
        for use in self._uses:
            first.charge(use.holders, use.priced)
        found: dict[Counter, int] = {}
        for one in first.reached():
            if covers(self._period, one.counter[-1], one.end):
                found[one.counter] = one.tier
            else:
                self._notes.not_reached(one)
        return found

    def _named(self, one: Adjustment) -> Adjustment:
        """A line of what names no organization, beside others that do, is of nobody named."""
        nobody = one.holder == WHOLE and self._holders.is_mixed
        return evolve(one, holder=None) if nobody else one

    def _open_floors(self) -> None:
        """The floors of the invoice's own periods hold though nothing was used in them."""
        period = self._period
        if period is None or period.start is None or period.end is None:
            return
        for bound, row in account_bounds(self._book):
            turn = turn_of(period.start, bound.per, bound.term)
            while bound.at_least and turn < period.end:
                end = turn_end(turn, bound.per, bound.term)
                if self._covers(turn, bound) and _dates_hold(self._book, row.scope, turn, end):
                    for holder in self._holders.owing(key_of(bound.per)):
                        self._ledger.open(holder, turn, bound)
                turn = end if bound.term is None else period.end

    def _bounds(self) -> Iterator[Adjustment]:
        for one in self._ledger.settled():
            if one.bound.kind == "limit" or self._is_over(one):
                yield self._bound(one)
            else:
                self._notes.spent(one)

    def _is_over(self, one: TrueUp) -> bool:
        """Decides whether what is left of a commitment is due: the invoice is of its whole period,
        or is of all records, of which some are from its last day or later.
        """
        end = turn_end(one.start, one.bound.per, one.bound.term)
        if self._period is not None:
            return covers(self._period, one.start, end)
        return end - DAY <= self._latest

    def _bound(self, settled: TrueUp) -> Adjustment:
        bound = settled.bound
        amount = money(bound.amount, self._book.currency)
        kind, word = (MINIMUM, "at least") if bound.at_least else (CAP, "at most")
        text = f"{word} {amount} per {bound.per}"
        if bound.kind == "commitment":
            spent = money(settled.cost, self._book.currency)
            kind, text = COMMITMENT, f"{spent} of {amount} per {bound.per}"
        return Adjustment(
            kind,
            bound.name,
            written(settled.start),
            bound.per,
            None,
            text,
            settled.difference,
            self._book.currency,
            holder=settled.account,
            until=written(turn_end(settled.start, bound.per, bound.term)),
        )


def covers(period: Period | None, start: int, end: int) -> bool:
    """Decides whether an invoice is of a whole period of an account (UTC seconds)."""
    if period is None:
        return True
    return (period.start is None or period.start <= start) and (
        period.end is None or end <= period.end
    )


def _dates_hold(book: m.Book, scope: m.Scope, start: int, end: int) -> bool:
    """Says whether a rule holds for anything between two instants."""
    first, last = bisect_right(book.boundaries, start), bisect_right(book.boundaries, end - 1)
    mask = dict(scope).get(m.DATES, -1)
    return any(mask >> stretch & 1 for stretch in range(first, last + 1))
