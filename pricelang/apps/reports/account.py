"""What an account's invoice adds and takes beside its lines:
free allowances, tiers, floors and caps, by calendar period.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TypeAlias

from attrs import evolve, frozen

from pricelang.apps.reports.adjustments import (
    ALLOWANCE,
    CAP,
    MINIMUM,
    PER_REQUEST,
    TIER,
    Adjustment,
    AllowanceShare,
    group_order,
)
from pricelang.apps.reports.period import Period
from pricelang.evaluate.allowance_terms import SpendLimit, account_bounds, bounds_for, terms_of
from pricelang.evaluate.allowances import AccountLine, ChargedRequest, Ledger
from pricelang.evaluate.billing_periods import turn_end, turn_of
from pricelang.evaluate.line_items import Priced
from pricelang.evaluate.line_rates import Rate
from pricelang.model import book as m
from pricelang.model.instants import written
from pricelang.present.decimals import money

ACCOUNT = ""
"""The one account that an invoice is of."""


@frozen(eq=False)
class CountedRequest:
    """A request that a free allowance or a tier counts, kept until all are known;
    `order` breaks ties by what the request says, and `group` is what it is grouped by.
    """

    priced: Priced
    billed: bool
    order: tuple[object, ...]
    group: tuple[object, ...] = ()


class AccountUsage:
    """The account-wide side of an invoice: requests go in in any order, adjustments come out."""

    def __init__(self, book: m.Book, period: Period | None) -> None:
        self._book, self._period = book, period
        self._uses: list[CountedRequest] = []
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

    def check(self, priced: Priced) -> None:
        """Raises `BadRequest` (`bad_book`) for a request that no account can have."""
        list(self._periods_of(priced))
        self._bounds_of(priced)

    def add(self, priced: Priced, group: tuple[object, ...] = ()) -> None:
        """Takes in a request of the period, and what it is grouped by."""
        if any(self._periods_of(priced)):
            self._uses.append(CountedRequest(priced, True, _order(priced), group))
        else:
            self._settle(priced, None)

    def before(self, priced: Priced) -> None:
        """Takes in a request from before the period,
        which may have used what the account has for a longer one.
        """
        assert self._period is not None
        start = self._period.start
        if start is not None and any(
            turn_of(priced.at, per) == turn_of(start, per) for per in self._periods_of(priced)
        ):
            self._uses.append(CountedRequest(priced, False, _order(priced)))

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

    def _settle(self, priced: Priced, total: Fraction | None) -> None:
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
            self._ledger.add(ACCOUNT, priced, priced.total if total is None else total, whole)

    def _covers(self, start: int, per: str) -> bool:
        period = self._period
        if period is None:
            return True
        return (period.start is None or period.start <= start) and (
            period.end is None or turn_end(start, per) <= period.end
        )

    def settle(self) -> tuple[tuple[Adjustment, ...], tuple[str, ...]]:
        """What the account adds and takes, in order of kind, name and time;
        and the notes on what it left out.
        """
        changes: _Changes = {}
        for use in sorted(self._uses, key=lambda use: (use.priced.at, use.order)):
            charged = self._ledger.charge(ACCOUNT, use.priced)
            if use.billed:
                _add_changes(changes, charged, use.group)
                self._settle(use.priced, charged.total)
        found = [_change(*key, groups) for key, groups in changes.items()]
        self._open_floors()
        found += [
            self._bound(each.bound, each.start, each.difference) for each in self._ledger.settled()
        ]
        kinds = (ALLOWANCE, TIER, PER_REQUEST, CAP, MINIMUM)
        adjustments = tuple(
            sorted(
                (one for one in found if one.amount or one.quantity),
                key=lambda one: (one.currency, kinds.index(one.kind), one.since, one.name),
            )
        )
        return adjustments, tuple(self._later)

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
                    self._ledger.open(ACCOUNT, turn, bound)
                turn = end

    def _bound(self, bound: SpendLimit, start: int, difference: Fraction) -> Adjustment:
        amount = money(bound.amount, self._book.currency)
        kind, word = (MINIMUM, "at least") if bound.at_least else (CAP, "at most")
        text = f"{word} {amount} per {bound.per}"
        return Adjustment(
            kind,
            bound.name,
            written(start),
            bound.per,
            None,
            text,
            difference,
            self._book.currency,
        )


_Changes: TypeAlias = dict[tuple[str, str, int, str, str], dict[tuple[object, ...], AllowanceShare]]
"""By kind, meter, start (UTC seconds) and name of the account's period, and currency:
what each group of requests has of it.
"""


def _add_changes(changes: _Changes, charged: ChargedRequest, group: tuple[object, ...]) -> None:
    """What free allowances and tiers made of a request,
    and what followed from that for the whole of it.
    """
    priced, known = charged.priced, Fraction(0)

    def add(kind: str, name: str, line: AccountLine, quantity: Fraction, amount: Fraction) -> None:
        key = kind, name, line.start, line.per, priced.currency
        groups = changes.setdefault(key, {})
        before = groups.get(group) or AllowanceShare(group, Fraction(0), Fraction(0), Fraction(0))
        groups[group] = evolve(
            before,
            used=before.used + line.quantity,
            quantity=before.quantity + quantity,
            amount=before.amount + amount,
        )

    for line in charged.lines:
        for kind, quantity, amount in _parts(line):
            add(kind, line.meter, line, quantity, amount)
            known += amount
    rest = charged.total - priced.total - known
    if rest:
        first = min(charged.lines, key=lambda line: line.start)
        add(PER_REQUEST, "limits and rounding", first, Fraction(0), rest)


def _parts(line: AccountLine) -> Iterable[tuple[str, Fraction, Fraction]]:
    yield ALLOWANCE, line.free, line.amount - line.tiered
    yield TIER, line.later, line.tiered - line.alone


def _change(
    kind: str,
    name: str,
    start: int,
    per: str,
    currency: str,
    groups: dict[tuple[object, ...], AllowanceShare],
) -> Adjustment:
    text = {
        ALLOWANCE: "free allowance",
        TIER: "later tiers instead of the first price",
        PER_REQUEST: "after allowances and tiers",
    }[kind]
    shares = tuple(sorted(groups.values(), key=lambda share: group_order(share.by)))
    quantity = sum((share.quantity for share in shares), Fraction(0))
    return Adjustment(
        kind,
        name,
        written(start),
        per,
        quantity if kind != PER_REQUEST else None,
        text,
        sum((share.amount for share in shares), Fraction(0)),
        currency,
        shares,
    )


def _dates_hold(book: m.Book, scope: m.Scope, start: int, end: int) -> bool:
    """Says whether a rule holds for anything between two instants."""
    first, last = bisect_right(book.boundaries, start), bisect_right(book.boundaries, end - 1)
    mask = dict(scope).get(m.DATES, -1)
    return any(mask >> stretch & 1 for stretch in range(first, last + 1))


def _period(per: str) -> str:
    return per.rsplit(" ", 1)[-1]


def _order(priced: Priced) -> tuple[object, ...]:
    """What a request says, so that the order of the input
    does not matter between requests of one instant.
    """
    usage: Sequence[tuple[str, tuple[Fraction | int, ...]]] = sorted(priced.usage.items())
    return priced.cell.point, tuple((name, tuple(map(Fraction, uses))) for name, uses in usage)
