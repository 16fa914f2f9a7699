"""A line of an account beside its usage: what an allowance, a tier, a minimum, a cap, a commitment
or a credit adds or takes, and which groups of requests it is of.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attrs import evolve, field, frozen

from pricelang.evaluate.account_keys import NONE, WHOLE, Holder, key_of
from pricelang.present.text import shown

ALLOWANCE, TIER, MINIMUM, CAP, PER_REQUEST = "allowance", "tier", "minimum", "cap", "per request"
COMMITMENT, CREDIT = "commitment", "credit"
KINDS = (ALLOWANCE, TIER, PER_REQUEST, CAP, MINIMUM, COMMITMENT, CREDIT)
SPREAD = (ALLOWANCE, TIER, CREDIT)
"""The kinds that are spread over groups of requests."""


@frozen
class AllowanceShare:
    """What one group of requests has of an adjustment: how many units it `used` of the meter (of
    a ladder and a credit, what it used costs), how many of them were free or beyond the first tier,
    and the amount.
    """

    by: tuple[object, ...]
    used: Fraction
    quantity: Fraction
    amount: Fraction


@frozen
class Adjustment:
    """A line of the account: what an `allowance` used, a `tier` reached, a `minimum` not met
    or a `cap` reached, what is left of a `commitment` and what a `credit` pays adds to `amount` (or
    takes, where that is negative), in `currency`.

    `name` is the meter, the ladder or the limit, `since` the day on which the account's period
    begins (UTC), `until` the one on which it has ended, `per` whose period it is (`organization per
    month`), `quantity` how many units were free or beyond the first tier, each a `unit` where that
    is not the one of the meter; `text` says it in a sentence. `per request` is what limits, fees
    and roundings of single requests come to once free allowances and tiers have changed their
    amounts. `shares` is what each group of requests has of it in the order of time, none for a
    minimum, a cap and a commitment, which are of the whole account. `holder` says whose it is: the
    value of the key in `per`, empty for the one organization of an invoice, None for all usage
    together that carries no such key.
    """

    kind: str
    name: str
    since: str
    per: str
    quantity: Fraction | None
    text: str
    amount: Fraction
    currency: str
    shares: tuple[AllowanceShare, ...] = field(default=(), eq=False)
    holder: Holder = WHOLE
    until: str = ""
    unit: str = ""

    @property
    def is_spread(self) -> bool:
        """Decides whether it is spread over the groups of requests."""
        return self.kind in SPREAD and bool(self.shares)

    @property
    def holder_text(self) -> str:
        """Whose it is, such as `project alpha`; nothing for the one organization of an invoice."""
        if self.holder == WHOLE:
            return ""
        return f"{key_of(self.per)} {NONE if self.holder is None else shown(self.holder)}"

    @property
    def order(self) -> tuple[object, ...]:
        """The place among other lines: by currency, kind, time and name, then whose it is."""
        whose = self.holder is None, self.holder or ""
        return self.currency, KINDS.index(self.kind), self.since, self.name, self.per, whose


def spread(adjustment: Adjustment) -> Iterator[Adjustment]:
    """The adjustment as one for each group, in proportion to what each used of the meter;
    exactly, since the last group takes the rest. Itself where it is of the whole account.

    What came first in time does not matter: no group is better off for having used its hours
    before another did.
    """
    whole = sum((share.used for share in adjustment.shares), Fraction(0))
    if not adjustment.is_spread or not whole:
        yield adjustment
        return
    quantity, amount = adjustment.quantity or Fraction(0), adjustment.amount
    left = quantity, amount
    shares = [share for share in adjustment.shares if share.used]
    for number, share in enumerate(shares, 1):
        part = share.used / whole
        own = evolve(share, quantity=quantity * part, amount=amount * part)
        if number == len(shares):
            own = evolve(own, quantity=left[0], amount=left[1])
        left = left[0] - own.quantity, left[1] - own.amount
        counted = None if adjustment.quantity is None else own.quantity
        yield evolve(adjustment, quantity=counted, amount=own.amount, shares=(own,))


def group_order(by: tuple[object, ...]) -> tuple[tuple[bool, str], ...]:
    """The order of groups: by their values, those that say none last."""
    return tuple((value is None, str(value)) for value in by)
