"""What free allowances, tiers and credits change in what requests cost: sums by whose they are,
meter, ladder or credit and period, and by group of requests.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attrs import frozen

from pricelang.apps.reports.adjustments import (
    ALLOWANCE,
    CREDIT,
    PER_REQUEST,
    TIER,
    Adjustment,
    AllowanceShare,
    group_order,
)
from pricelang.evaluate.account_keys import Holder
from pricelang.evaluate.account_lines import AccountLine, LadderChange
from pricelang.evaluate.allowances import ChargedRequest
from pricelang.evaluate.billing_periods import turn_end
from pricelang.evaluate.credits import CreditUse
from pricelang.model import book as m
from pricelang.model.instants import written
from pricelang.present.decimals import money

Group = tuple[object, ...]
NOTHING = Fraction(0)


@frozen
class ChangeKey:
    """What changes the cost of requests: its kind, the name of its meter, ladder or credit, the
    start and the end of its period (UTC seconds), the key and the period, whose it is, and the
    currency. `of` is the index of the dimension of a ladder; `text` says what a credit is.
    """

    kind: str
    name: str
    start: int
    end: int
    per: str
    holder: Holder
    currency: str
    of: int | None = None
    text: str = ""


class AccountChanges:
    """What each group of requests has of each change. (A plain class: it grows.)"""

    def __init__(self, book: m.Book) -> None:
        self._book = book
        self._dimensions = {one.name: index for index, one in enumerate(book.dimensions)}
        self._sums: dict[ChangeKey, dict[Group, list[Fraction]]] = {}
        self._tiers: dict[ChangeKey, int] = {}

    def add(self, charged: ChargedRequest, group: Group) -> None:
        """Takes in what allowances, tiers and ladders made of a request,
        and what followed from that for the whole of it.
        """
        currency, known = charged.priced.currency, NOTHING
        for line in charged.lines:
            if line.per:
                own = line.start, line.end, line.per, line.holder, currency
                allowed, tiered = ChangeKey(ALLOWANCE, line.meter, *own), line.tiered - line.alone
                self._add(allowed, group, line.quantity, line.free, line.allowed)
                tier = ChangeKey(TIER, line.meter, *own)
                self._add(tier, group, line.quantity, line.later, tiered)
            for one in line.ladders:
                self._add_ladder(one, currency, group)
            known += line.amount - line.alone
        rest = charged.total - charged.priced.total - known
        if rest:
            self._add(_period_of(charged.lines, currency), group, NOTHING, NOTHING, rest)

    def _add_ladder(self, one: LadderChange, currency: str, group: Group) -> None:
        of = self._dimensions[one.name]
        key = ChangeKey(TIER, one.name, one.start, one.end, one.per, one.holder, currency, of)
        self._tiers[key] = max(one.tier, self._tiers.get(key, 0))
        self._add(key, group, one.weight, one.counted or NOTHING, one.amount)

    def add_credit(self, use: CreditUse, currency: str, group: Group) -> None:
        """Takes in what a credit pays of a request."""
        holder, start, bound = use.key
        end = turn_end(start, bound.per, bound.term)
        text = f"credit of {money(bound.amount, self._book.currency)} per {bound.per}"
        key = ChangeKey(
            CREDIT, bound.name, start, end, bound.per, holder, currency, bound.number, text
        )
        self._add(key, group, use.cost, NOTHING, -use.amount)

    def _add(self, key: ChangeKey, group: Group, *amounts: Fraction) -> None:
        """Adds to what a group used, how many units were free or beyond the first tier, and the
        amount.
        """
        sums = self._sums.setdefault(key, {}).setdefault(group, [NOTHING, NOTHING, NOTHING])
        for place, amount in enumerate(amounts):
            if amount:
                sums[place] += amount

    def adjustments(self) -> Iterator[Adjustment]:
        """A line of the invoice for each change."""
        for key, groups in self._sums.items():
            ordered = sorted(groups.items(), key=lambda pair: group_order(pair[0]))
            shares = tuple(AllowanceShare(group, *sums) for group, sums in ordered)
            quantity, unit, text = self._counted(key, shares)
            yield Adjustment(
                key.kind,
                key.name,
                written(key.start),
                key.per,
                quantity,
                text,
                sum((share.amount for share in shares), NOTHING),
                key.currency,
                shares,
                key.holder,
                written(key.end),
                unit,
            )

    def _counted(
        self, key: ChangeKey, shares: tuple[AllowanceShare, ...]
    ) -> tuple[Fraction | None, str, str]:
        """How many units a change is of, their name where the meter does not say it, and what it
        is in words.
        """
        quantity = sum((share.quantity for share in shares), NOTHING)
        if key.kind in (PER_REQUEST, CREDIT):
            return None, "", key.text or "after allowances and tiers"
        if key.of is None:
            words = {ALLOWANCE: "free allowance", TIER: "later tiers instead of the first price"}
            return quantity, "", words[key.kind]
        dimension = self._book.dimensions[key.of]
        assert dimension.ladder is not None
        tier = dimension.values[self._tiers[key]].name
        text = f"`{tier}` for all units" if dimension.ladder.all_units else f"up to `{tier}`"
        if dimension.ladder.spend:
            return None, "", text
        meter = self._book.meters[dimension.ladder.counts[0]]
        return quantity / meter.size, meter.unit, text


def _period_of(lines: tuple[AccountLine, ...], currency: str) -> ChangeKey:
    """The period of what follows from some lines: the one that began first."""
    periods = [(one.start, one.end, one.per, one.holder) for one in lines if one.per]
    ladders = (each for line in lines for each in line.ladders)
    periods += [(one.start, one.end, one.per, one.holder) for one in ladders]
    first = min(periods, key=lambda period: period[0])
    return ChangeKey(PER_REQUEST, "limits and rounding", *first, currency)
