"""The rows of FOCUS that are of an account and not of its requests: credits of free allowances,
tiers, minimums, caps, commitments and credits, so that all rows add up to what is owed.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import define, evolve, field

from pricelang.apps.exports.focus import (
    BillingAccount,
    Row,
    cells_of_account,
    cost_cells,
    periods,
)
from pricelang.apps.reports.account import AccountUsage
from pricelang.apps.reports.adjustments import (
    ALLOWANCE,
    CAP,
    COMMITMENT,
    CREDIT,
    MINIMUM,
    Adjustment,
)
from pricelang.apps.reports.period import Period
from pricelang.evaluate.account_keys import key_of
from pricelang.evaluate.billing_periods import turn_of
from pricelang.evaluate.line_items import Priced
from pricelang.present.decimals import to_decimal
from pricelang.present.readable import readable_quantity

if TYPE_CHECKING:
    from pricelang.apps.price_book import PriceBook

MONTH = "organization per month"


@define(eq=False)
class FocusAccount:
    """The account of a run: its requests, and the sums of the rows that were written for them.

    `due` is what they and the account's rows come to, exactly, by currency.
    """

    book: PriceBook
    owner: BillingAccount
    period: Period | None
    usage: AccountUsage
    due: dict[str, Fraction] = field(factory=dict)
    written: dict[str, Fraction] = field(factory=dict)
    platforms: set[str] = field(factory=set)
    latest: int = 0

    @classmethod
    def of(cls, book: PriceBook, owner: BillingAccount, period: Period | None) -> FocusAccount:
        """One without usage."""
        return cls(book, owner, period, AccountUsage(book.checked, period))

    def holds(self, priced: Priced) -> bool:
        """Says whether a request is inside of the period."""
        return self.period is None or self.period.holds(priced.at)

    def add(self, priced: Priced, carried: Mapping[str, str]) -> None:
        """Takes in a request of the period, or of the time before it, and what it carries."""
        if not self.holds(priced):
            self.usage.before(priced, carried)
            return
        self.usage.add(priced, carried, (turn_of(priced.at, MONTH),))
        before = self.due.get(priced.currency, Fraction(0))
        self.due[priced.currency] = before + priced.total
        self.platforms.add(dict(priced.dimensions).get("platform", "api"))
        self.latest = max(self.latest, priced.at)

    def wrote(self, row: Row) -> None:
        """Counts a row that is written."""
        currency = row["BillingCurrency"]
        before = self.written.get(currency, Fraction(0))
        self.written[currency] = before + Fraction(row["BilledCost"])

    def rows(self, left_out: Callable[[str], None]) -> Iterator[Row]:
        """The rows of the account once all requests are known; `left_out` is told what it cannot
        settle.

        A credit and a difference of tiers are of the months in which they were used, a minimum, a
        cap and a commitment of the month in which their period ends.
        """
        adjustments, notes = self.usage.settle()
        for note in notes:
            left_out(note)
        for adjustment in adjustments:
            for own, month in self._by_month(adjustment):
                before = self.due.get(own.currency, Fraction(0))
                self.due[own.currency] = before + own.amount
                if own.amount:
                    row = self._row(own, month)
                    self.wrote(row)
                    yield row
        for currency, due in self.due.items():
            # Amounts without a finite decimal are rounded row by row, and their sum once.
            rest = Fraction(to_decimal(due)) - self.written.get(currency, Fraction(0))
            if rest:
                yield self._rest(currency, rest)

    def _by_month(self, one: Adjustment) -> Iterator[tuple[Adjustment, int]]:
        if not one.shares:
            yield one, turn_of(_seconds(one.until) - 1, MONTH)
        for share in one.shares:
            (month,) = share.by
            assert isinstance(month, int)
            quantity = None if one.quantity is None else share.quantity
            yield evolve(one, quantity=quantity, amount=share.amount, shares=(share,)), month

    def _row(self, one: Adjustment, month: int) -> Row:
        start, cost = _seconds(one.since), to_decimal(one.amount)
        used = "" if one.quantity is None else f": {readable_quantity(one.quantity)}"
        by_period = one.kind in (MINIMUM, CAP, COMMITMENT)
        whose = f", {one.holder_text}" if one.holder_text else ""
        return {
            **cells_of_account(self.book, self.owner, self._platform(), one.currency),
            **periods(_moment(start), _moment(_seconds(one.until)), _moment(month)),
            **cost_cells(one.amount, cost, cost),
            "ChargeCategory": "Credit" if one.kind in (ALLOWANCE, CREDIT) else "Adjustment",
            "ChargeDescription": f"{one.name}, {one.text}{whose}{used}",
            **self._whose(one),
            "ChargeFrequency": "Recurring" if by_period else "Usage-Based",
        }

    def _whose(self, one: Adjustment) -> Row:
        """The workspace or the tag whose line it is; nothing for a line of the whole account."""
        if not one.holder:
            return {}
        whole = evolve(self.owner, sub_account=None, tags=None)
        own = owner_of(whole, {key_of(one.per): one.holder})
        return {"SubAccountId": own.sub_account or "", "Tags": own.tags or ""}

    def _rest(self, currency: str, rest: Fraction) -> Row:
        day, cost = _moment(turn_of(self.latest, "organization per day")), to_decimal(rest)
        return {
            **cells_of_account(self.book, self.owner, self._platform(), currency),
            **periods(day, day + datetime.timedelta(days=1), day),
            **cost_cells(rest, cost, cost),
            "ChargeCategory": "Adjustment",
            "ChargeDescription": "amounts without a finite decimal, rounded together",
        }

    def _platform(self) -> str:
        """The one platform of the account, or the book's first where it has several."""
        return next(iter(self.platforms)) if len(self.platforms) == 1 else "api"


def owner_of(account: BillingAccount, attributes: Mapping[str, str]) -> BillingAccount:
    """The account with what a record says of itself:
    its workspace is the sub-account, all else but the day are tags.
    """
    tags = {name: value for name, value in attributes.items() if name not in ("workspace", "day")}
    return evolve(
        account,
        sub_account=attributes.get("workspace", account.sub_account),
        tags=json.dumps(tags) if tags else account.tags,
    )


def _seconds(day: str) -> int:
    moment = datetime.datetime.fromisoformat(day).replace(tzinfo=datetime.UTC)
    return int(moment.timestamp())


def _moment(seconds: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)
