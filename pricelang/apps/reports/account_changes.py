"""What free allowances and tiers change in what requests cost: sums by whose they are, meter and
period, and by group of requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TypeAlias

from attrs import evolve

from pricelang.apps.reports.adjustments import (
    ALLOWANCE,
    PER_REQUEST,
    TIER,
    Adjustment,
    AllowanceShare,
    group_order,
)
from pricelang.evaluate.account_keys import Holder
from pricelang.evaluate.allowances import AccountLine, ChargedRequest
from pricelang.model.instants import written

ChangeKey: TypeAlias = tuple[str, str, int, str, Holder, str]
"""A kind, a meter, the start (UTC seconds) and the key and name of a period, whose it is, and the
currency.
"""
AccountChanges: TypeAlias = dict[ChangeKey, dict[tuple[object, ...], AllowanceShare]]
"""What each group of requests has of each change."""


def add_changes(
    changes: AccountChanges, charged: ChargedRequest, group: tuple[object, ...]
) -> None:
    """What free allowances and tiers made of a request,
    and what followed from that for the whole of it.
    """
    priced, known = charged.priced, Fraction(0)

    def add(kind: str, name: str, line: AccountLine, quantity: Fraction, amount: Fraction) -> None:
        key = kind, name, line.start, line.per, line.holder, priced.currency
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


def adjustments_of(changes: AccountChanges) -> Iterator[Adjustment]:
    """A line of the invoice for each change."""
    for key, groups in changes.items():
        yield _adjustment(key, groups)


def _adjustment(key: ChangeKey, groups: dict[tuple[object, ...], AllowanceShare]) -> Adjustment:
    kind, name, start, per, holder, currency = key
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
        holder,
    )
