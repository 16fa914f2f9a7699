"""What meters without rates cost: charges, their graduated tiers, minimums and free allowances."""

from __future__ import annotations

from fractions import Fraction
from typing import Final, Literal, TypeAlias, get_args

from attrs import frozen

from pricelang.model.names import Offer
from pricelang.model.origins import Origin
from pricelang.solver.boxes import Scope

CalendarPeriod: TypeAlias = Literal["day", "month", "year"]
CALENDAR_PERIODS: tuple[CalendarPeriod, ...] = get_args(CalendarPeriod)
TERM: Final = "term"
Period: TypeAlias = CalendarPeriod | Literal["term"]
"""A period of an account: one of the calendar, or the `term`, from the first day of a rule to its
last (see `term_of`).
"""
PERIODS: tuple[Period, ...] = (*CALENDAR_PERIODS, TERM)


def period_word(per: str) -> str:
    """The period of a key and a period.

    >>> period_word("organization per month")
    'month'
    """
    return per.rpartition(" ")[2]


ORGANIZATION = "organization"
"""The key of an account that is the whole of an invoice, unless records carry one of that name."""


@frozen(eq=False, repr=False)
class ChargePrice:
    """A price of a meter that has no models' rates;
    `after` starts a graduated tier of an account.
    """

    scope: Scope
    rank: int
    amount: Fraction
    instead_of: Fraction | None
    size: Fraction
    per: str
    after: Fraction | None
    account: str
    origin: Origin


@frozen(eq=False, repr=False)
class ChargeQuantity:
    """A minimum per use or a free pool of an account, in the meter's unit, and as written."""

    scope: Scope
    quantity: Fraction
    written: str
    account: str
    origin: Origin


@frozen(eq=False, repr=False)
class Charge:
    """What a meter costs by itself."""

    meter: int
    title: str
    prices: tuple[ChargePrice, ...]
    minimums: tuple[ChargeQuantity, ...]
    pools: tuple[ChargeQuantity, ...]
    free: tuple[Offer, ...]
    origin: Origin
