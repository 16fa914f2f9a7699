"""What an account adds and takes under two books: allowances, tiers, minimums, caps, commitments
and credits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TypeAlias

from attrs import frozen

from pricelang.apps.price_book import PriceBook
from pricelang.apps.reports.account import AccountUsage
from pricelang.evaluate.bill import Bill
from pricelang.usage.records import Record

Currencies: TypeAlias = tuple[str, str]


@frozen
class AccountRow:
    """A line of both invoices: the requests, an adjustment of one kind and name (such as
    `allowance` of `code_execution`) over all its periods, or what is `owed`.
    """

    kind: str
    name: str
    currencies: Currencies
    old: Fraction
    new: Fraction


class AccountChange:
    """The accounts of the same usage under two books. (A plain class: it grows.)"""

    def __init__(self, books: tuple[PriceBook, PriceBook]) -> None:
        self._currencies = (books[0].currency, books[1].currency)
        self._sides = tuple(AccountUsage(book.checked, None) for book in books)
        self.notes: list[tuple[str, ...]] = [(), ()]

    def check(self, side: int, record: Record, bill: Bill) -> None:
        """Raises `BadRequest` for a request that no account of the book can have."""
        for part, carried in zip(bill.parts, record.carried(), strict=True):
            self._sides[side].check(part, carried)

    def add(self, record: Record, bills: Iterable[Bill]) -> None:
        """Takes in a record that both books price."""
        for account, bill in zip(self._sides, bills, strict=True):
            for part, carried in zip(bill.parts, record.carried(), strict=True):
                account.add(part, carried)

    def rows(self, totals: dict[Currencies, list[Fraction]]) -> list[AccountRow]:
        """The lines of both invoices for requests that cost `totals`, by currencies;
        none where no account adds or takes anything. Raises `BadRequest` (`mixed_accounts`).
        """
        sums: dict[tuple[str, str], tuple[dict[str, Fraction], dict[str, Fraction]]] = {}
        for side, account in enumerate(self._sides):
            adjustments, self.notes[side] = account.settle()
            for one in adjustments:
                found = sums.setdefault((one.kind, one.name), ({}, {}))[side]
                found[one.currency] = found.get(one.currency, Fraction(0)) + one.amount
        return [row for pair in self._pairs(totals) for row in _of(pair, totals, sums)]

    def _pairs(self, totals: dict[Currencies, list[Fraction]]) -> Iterable[Currencies]:
        return dict.fromkeys([*totals, self._currencies])


def _of(
    pair: Currencies,
    totals: dict[Currencies, list[Fraction]],
    sums: dict[tuple[str, str], tuple[dict[str, Fraction], dict[str, Fraction]]],
) -> Iterator[AccountRow]:
    """The lines in a pair of currencies. Each adjustment is taken once, with the first of them."""
    owed = list(totals.get(pair, [Fraction(0), Fraction(0)]))
    found = []
    for (kind, name), sides in sorted(sums.items()):
        if not any(currency in side for side, currency in zip(sides, pair, strict=True)):
            continue
        old, new = (
            side.pop(currency, Fraction(0)) for side, currency in zip(sides, pair, strict=True)
        )
        owed = [owed[0] + old, owed[1] + new]
        found.append(AccountRow(kind, name, pair, old, new))
    if found:
        yield AccountRow("requests", "", pair, *totals.get(pair, [Fraction(0), Fraction(0)]))
        yield from found
        yield AccountRow("owed", "", pair, *owed)
