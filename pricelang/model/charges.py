"""What meters without rates cost: charges, their graduated tiers, minimums and free allowances."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, TypeAlias, get_args

from attrs import frozen

from pricelang.model.names import Offer
from pricelang.model.origins import Origin
from pricelang.solver.boxes import Scope

Period: TypeAlias = Literal["day", "month", "year"]
"""A calendar period of an account."""
PERIODS: tuple[Period, ...] = get_args(Period)
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
