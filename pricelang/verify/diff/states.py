"""The states of a request, and of the price of a meter, under two books, as leaves of diagrams."""

from __future__ import annotations

from fractions import Fraction
from typing import Final, Literal, TypeAlias

from pricelang.verify.diff.aligned_space import NO
from pricelang.verify.diff.boxes import OPEN

RequestState: TypeAlias = Literal["absent", "unoffered", "offer", "both refused", "refusal", "live"]
ABSENT: Final = "absent"
UNOFFERED: Final = "unoffered"
OFFER: Final = "offer"
BOTH_REFUSED: Final = "both refused"
REFUSAL: Final = "refusal"
LIVE: Final = "live"
"""The state of a request: no model, or no value; one book offers it and prices it;
neither prices it, or one; both price it.
"""

PriceState: TypeAlias = Literal["off", "gone", "nil", "equal", "less", "more", "differs"]
OFF: Final = "off"
GONE: Final = "gone"
NIL: Final = "nil"
EQUAL: Final = "equal"
LESS: Final = "less"
MORE: Final = "more"
DIFFERS: Final = "differs"
"""The state of a meter's price: in neither book, in one, zero in both for good, the same in both,
less or more in the newer; or another, where it is too much to work out which.
"""


def request_state(was: bool, now: bool, prices: bool, priced: bool) -> RequestState:
    """The state of a request of a model that there is: whether each book offers it (`was`, `now`),
    and whether each prices it where it offers it.
    """
    if not was and not now:
        return UNOFFERED
    before, after = was and prices, now and priced
    if before == after:
        return LIVE if before else BOTH_REFUSED
    return OFFER if was != now else REFUSAL


def unreleased(released: str) -> RequestState | None:
    """What the state of a request is where no model is, which settles it."""
    return ABSENT if released == NO else None


def absent(state: RequestState) -> str | None:
    """What a diagram of changes says where no model is, which settles it."""
    return OPEN if state == ABSENT else None


def off(state: RequestState) -> PriceState | None:
    """What a diagram of prices says where not both books price the request, which settles it."""
    return OFF if state != LIVE else None


def one_way(ratio: PriceState | Fraction) -> PriceState:
    """The state of a price by the ratio of new to old, or by what it is already."""
    return ratio if isinstance(ratio, str) else compared(Fraction(1), ratio)


def compared(was: Fraction, now: Fraction) -> PriceState:
    """The state of a price by its amounts."""
    return EQUAL if was == now else MORE if now > was else LESS


def differs(state: PriceState) -> PriceState:
    """The state of a price, whichever way it differs."""
    return DIFFERS if state in (LESS, MORE) else state
