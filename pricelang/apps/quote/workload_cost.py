"""What a workload costs: by mix, by day, with its pools, in a month."""

from __future__ import annotations

import datetime
from fractions import Fraction

from attrs import field, frozen

from pricelang.apps.quote.model import LEVELS, Range
from pricelang.model.errors import BadRequest
from pricelang.model.instants import Instant, seconds_of, today
from pricelang.model.notes import Note
from pricelang.present.notebook import InNotebook
from pricelang.present.text import shown


@frozen
class MixCost:
    """What a mix costs: one `request` on average, on the first day and without pools,
    and the `month` with them.
    """

    name: str
    per_day: Fraction
    request: Range
    month: Range


@frozen
class DayCost:
    """What a day (`YYYY-MM-DD`) costs with pools, and the days up to it together."""

    date: str
    amount: Range
    together: Range


@frozen
class PoolUse:
    """A free pool of a meter, as it is expected to be used: `used` units of `quantity` (in `unit`)
    a month, `free` of them without a price, which saves `saved`. `ends` is the first day on which
    something beyond it is paid, or None.
    """

    meter: str
    unit: str
    per: str
    quantity: Fraction
    used: Fraction
    free: Fraction
    saved: Fraction
    ends: str | None


@frozen
class TierUse:
    """Tiers by usage, as they are expected to be met: what they change of the month (`amount`), the
    last `tier` that is met, and the first day on which it is.
    """

    name: str
    per: str
    tier: str
    since: str
    amount: Fraction


@frozen
class Workload(InNotebook):
    """The expected cost of a calendar month (`YYYY-MM`), in `currency`; amounts are exact.

    `without_pools` is the month as if each request stood alone, without pools and tiers,
    `settled` what floors and caps of the account add or take.
    """

    month: str
    currency: str
    mixes: tuple[MixCost, ...]
    days: tuple[DayCost, ...]
    pools: tuple[PoolUse, ...]
    without_pools: Range
    settled: Range
    notes: tuple[Note, ...] = field(default=())
    tiers: tuple[TierUse, ...] = field(default=())

    @property
    def total(self) -> Range:
        """What the month costs."""
        return self.days[-1].together + self.settled

    @property
    def average_day(self) -> Range:
        """What a day of the month costs on average."""
        return Range(*(Fraction(getattr(self.total, level)) / len(self.days) for level in LEVELS))


def month_of(text: str | None) -> tuple[int, int]:
    """The year and the month of `2026-11`, of a day or an instant, or of today.
    Raises `BadRequest` (`bad_date`).

    >>> month_of("2026-11"), month_of("2026-02-28T12:00:00Z")
    ((2026, 11), (2026, 2))
    """
    day: Instant = today() if text is None else text if len(text) != 7 else text + "-01"
    try:
        instant = datetime.datetime.fromtimestamp(seconds_of(day), datetime.UTC)
    except BadRequest as error:
        raise BadRequest(
            error.code, f"`{shown(text)}` is not a month", help="write a month such as `2026-11`"
        ) from None
    return instant.year, instant.month
