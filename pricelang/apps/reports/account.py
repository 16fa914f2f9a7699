"""What an account's invoice adds and takes beside its lines:
free allowances, tiers, floors and caps, by calendar period.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from fractions import Fraction

from attrs import evolve

from pricelang.apps.reports.account_changes import AccountChanges, add_changes, adjustments_of
from pricelang.apps.reports.adjustments import CAP, MINIMUM, Adjustment
from pricelang.apps.reports.counted_requests import CountedRequest, CountedRequests
from pricelang.apps.reports.holders import Holders, NamedHolders
from pricelang.apps.reports.period import Period
from pricelang.evaluate.account_keys import WHOLE, MissingKey, key_of
from pricelang.evaluate.allowance_terms import SpendLimit, account_bounds, bounds_for, terms_of
from pricelang.evaluate.allowances import Ledger, TrueUp
from pricelang.evaluate.billing_periods import turn_end, turn_of
from pricelang.evaluate.line_items import Priced
from pricelang.evaluate.line_rates import Rate
from pricelang.model import book as m
from pricelang.model.instants import written
from pricelang.present.decimals import money


class AccountUsage:
    """The account-wide side of an invoice: requests go in in any order, adjustments come out.

    `missing` says what becomes of a request that lacks a key by which the book counts it.
    """

    def __init__(self, book: m.Book, period: Period | None, missing: MissingKey = "refuse") -> None:
        self._book, self._period = book, period
        self._holders = NamedHolders(missing)
        self._floor_keys = {
            key_of(bound.per) for bound, _ in account_bounds(book) if bound.at_least
        }
        self._uses = CountedRequests(book)
        self._ledger = Ledger(book)
        self._terms: dict[tuple[int, ...], dict[str, str | None]] = {}
        self._bounds: dict[tuple[int, ...], tuple[SpendLimit, ...]] = {}
        self._later: dict[str, None] = {}
        self.since = self._since()

    def _since(self) -> int | None:
        """The instant from which usage before the period matters,
        for it uses what the account has for a longer one.
        """
        if self._period is None or self._period.start is None:
            return None
        start = self._period.start
        periods = {
            period
            for charge in self._book.charges
            for period in (
                *(pool.account for pool in charge.pools),
                *(price.account for price in charge.prices),
            )
        }
        turns = [turn_of(start, period) for period in periods if period]
        return min(turns, default=start) if min(turns, default=start) < start else None

    def check(self, priced: Priced, carried: Mapping[str, str]) -> None:
        """Raises `BadRequest` for a request that no account can have (`bad_book`), or that lacks a
        key by which it is counted (`no_account`); `carried` is what its record carries.
        """
        self._holders.of(self._keys_of(priced), carried)

    def _keys_of(self, priced: Priced) -> dict[str, str]:
        """The keys by which a request is counted, each with its period."""
        bounds = (bound.per for bound in self._bounds_of(priced))
        return {key_of(per): per for per in (*self._periods_of(priced), *bounds)}

    def add(
        self, priced: Priced, carried: Mapping[str, str], group: tuple[object, ...] = ()
    ) -> None:
        """Takes in a request of the period, what its record carries, and what it is grouped by.
        Raises `BadRequest` (`no_account`).
        """
        holders = self._holders.take(self._keys_of(priced), carried)
        self._holders.owe(self._floor_keys, holders, carried)
        if any(self._periods_of(priced)):
            self._uses.add(CountedRequest(priced, True, holders, group))
        else:
            self._settle(priced, holders, None)

    def before(self, priced: Priced, carried: Mapping[str, str]) -> None:
        """Takes in a request from before the period,
        which may have used what the account has for a longer one.
        Raises `BadRequest` (`no_account`).
        """
        assert self._period is not None
        start = self._period.start
        if start is not None and any(
            turn_of(priced.at, per) == turn_of(start, per) for per in self._periods_of(priced)
        ):
            holders = self._holders.take(self._keys_of(priced), carried)
            self._uses.add(CountedRequest(priced, False, holders))

    def _periods_of(self, priced: Priced) -> Iterator[str]:
        """The holder and period of each allowance and tier that counts a request."""
        cell = priced.cell
        known = self._terms.get(cell.point)
        if known is None:
            known = self._terms[cell.point] = {}
        for name, uses in priced.given.items():
            if not (uses if isinstance(uses, int) else any(uses)) or not isinstance(
                cell.rates[name], Rate
            ):
                continue
            if name not in known:
                terms = terms_of(self._book, cell, name)
                known[name] = None if terms is None else terms.per
            per = known[name]
            if per is not None:
                yield per

    def _bounds_of(self, priced: Priced) -> tuple[SpendLimit, ...]:
        point = priced.cell.point
        if point not in self._bounds:
            self._bounds[point] = bounds_for(self._book, priced.cell)
        return self._bounds[point]

    def _settle(self, priced: Priced, holders: Holders, total: Fraction | None) -> None:
        """Adds what a request cost (its own total unless given) to the floors
        and caps whose whole period is inside the invoice's.
        """
        whole = []
        for bound in self._bounds_of(priced):
            if self._covers(turn_of(priced.at, bound.per), bound.per):
                whole.append(bound)
            else:
                self._later[
                    f"`{bound.name}` is of a {_period(bound.per)}, and this invoice is not "
                    "of a whole one: left out"
                ] = None
        if whole:
            self._ledger.add(holders, priced, priced.total if total is None else total, whole)

    def _covers(self, start: int, per: str) -> bool:
        period = self._period
        if period is None:
            return True
        return (period.start is None or period.start <= start) and (
            period.end is None or turn_end(start, per) <= period.end
        )

    def settle(self) -> tuple[tuple[Adjustment, ...], tuple[str, ...]]:
        """What the account adds and takes, in order of kind, time and name; and the notes on what
        it left out or counted together. Raises `BadRequest` (`mixed_accounts`) where some records
        name an organization and others do not.
        """
        self._holders.check()
        changes: AccountChanges = {}
        for use in self._uses:
            charged = self._ledger.charge(use.holders, use.priced)
            if use.billed:
                add_changes(changes, charged, use.group)
                self._settle(use.priced, use.holders, charged.total)
        self._open_floors()
        found = (*adjustments_of(changes), *map(self._bound, self._ledger.settled()))
        named = (self._named(one) for one in found if one.amount or one.quantity)
        adjustments = sorted(named, key=lambda one: one.order)
        return tuple(adjustments), (*self._later, *self._holders.notes())

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
            turn = turn_of(period.start, bound.per)
            while bound.at_least and turn < period.end:
                end = turn_end(turn, bound.per)
                if self._covers(turn, bound.per) and _dates_hold(self._book, row.scope, turn, end):
                    for holder in self._holders.owing(key_of(bound.per)):
                        self._ledger.open(holder, turn, bound)
                turn = end

    def _bound(self, settled: TrueUp) -> Adjustment:
        bound = settled.bound
        amount = money(bound.amount, self._book.currency)
        kind, word = (MINIMUM, "at least") if bound.at_least else (CAP, "at most")
        text = f"{word} {amount} per {bound.per}"
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
        )


def _dates_hold(book: m.Book, scope: m.Scope, start: int, end: int) -> bool:
    """Says whether a rule holds for anything between two instants."""
    first, last = bisect_right(book.boundaries, start), bisect_right(book.boundaries, end - 1)
    mask = dict(scope).get(m.DATES, -1)
    return any(mask >> stretch & 1 for stretch in range(first, last + 1))


def _period(per: str) -> str:
    return per.rsplit(" ", 1)[-1]
