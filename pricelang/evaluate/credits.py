"""Credits of accounts: they pay for requests in order of instant until they are used up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TypeAlias

from attrs import frozen

from pricelang.evaluate.account_keys import Account, Holder, holder_of
from pricelang.evaluate.allowance_terms import SpendLimit
from pricelang.evaluate.allowances import ChargedRequest
from pricelang.evaluate.billing_periods import turn_end, turn_of

CreditKey: TypeAlias = tuple[Holder, int, SpendLimit]
"""Whose credit it is, the start of its period (UTC seconds), and its line."""


@frozen(eq=False)
class CreditUse:
    """What a credit pays of a request: `amount` of what it could have paid (`cost`)."""

    key: CreditKey
    cost: Fraction
    amount: Fraction


class CreditBalances:
    """What is left of credits. Requests come in order of instant. (A plain class: it grows.)"""

    def __init__(self) -> None:
        self._drawn: dict[CreditKey, Fraction] = {}

    def pay(
        self, account: Account, charged: ChargedRequest, credits: Iterable[SpendLimit]
    ) -> Iterator[CreditUse]:
        """What some credits pay of a request. The one that ends first pays first, then the first
        by name; none pays for what another has paid. Raises `BadRequest` (`no_account`).
        """
        at, costs, rest = charged.priced.at, charged.costs(), charged.total
        for _, _, _, bound in sorted(_in_order(at, credits)):
            key = holder_of(account, bound.per), turn_of(at, bound.per, bound.term), bound
            meters = [meter for meter in bound.meters or costs if meter in costs]
            own = sum((costs[meter] for meter in meters), Fraction(0))
            cost = min(own, rest) if bound.meters else rest
            drawn = self._drawn.get(key, Fraction(0))
            amount = min(bound.amount - drawn, cost)
            self._drawn[key] = drawn + amount
            rest -= amount
            if cost:
                yield CreditUse(key, cost, amount)
            for meter in meters:
                paid = min(costs[meter], amount)
                costs[meter], amount = costs[meter] - paid, amount - paid

    def drawn(self) -> tuple[tuple[CreditKey, Fraction], ...]:
        """What was drawn of each credit."""
        return tuple(self._drawn.items())


def _in_order(at: int, credits: Iterable[SpendLimit]) -> Iterator[tuple[int, str, int, SpendLimit]]:
    """Credits with what they are ordered by: when they end, then their names."""
    for bound in credits:
        end = turn_end(turn_of(at, bound.per, bound.term), bound.per, bound.term)
        ends = end if bound.ends is None else min(end, bound.ends)
        yield ends, bound.name, bound.number, bound
