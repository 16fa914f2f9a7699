"""The calendar periods of accounts, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import assert_never

from pricelang.model.charges import CALENDAR_PERIODS, CalendarPeriod, period_word


def turn_of(at: int, per: str) -> int:
    """The start of the calendar period of an instant, both UTC seconds: a day, a month or a year.

    >>> turn_of(1_776_384_000 + 5, "organization per month") == 1_775_001_600
    True
    """
    day = datetime.fromtimestamp(at, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    period = _period_of(per)
    match period:
        case "day":
            pass
        case "month":
            day = day.replace(day=1)
        case "year":
            day = day.replace(day=1, month=1)
        case _:
            assert_never(period)
    return int(day.timestamp())


def turn_end(start: int, per: str) -> int:
    """The end of the calendar period that begins at an instant, both UTC seconds.

    >>> turn_end(
    ...     turn_of(1_776_384_000, "organization per month"), "organization per month"
    ... ) == 1_777_593_600
    True
    """
    days: dict[CalendarPeriod, int] = {"day": 1, "month": 31, "year": 366}
    return turn_of(start + days[_period_of(per)] * 86_400, per)


def _period_of(per: str) -> CalendarPeriod:
    """The period of `organization per month`."""
    return next(period for period in CALENDAR_PERIODS if period == period_word(per))
