"""The calendar periods of accounts, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def turn_of(at: int, per: str) -> int:
    """The start of the calendar period of an instant, both UTC seconds: a day, a month or a year.

    >>> turn_of(1_776_384_000 + 5, "organization per month") == 1_775_001_600
    True
    """
    day = datetime.fromtimestamp(at, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    period = per.rsplit(" ", 1)[-1]
    if period != "day":
        day = day.replace(day=1, month=1) if period == "year" else day.replace(day=1)
    return int(day.timestamp())


def turn_end(start: int, per: str) -> int:
    """The end of the calendar period that begins at an instant, both UTC seconds.

    >>> turn_end(
    ...     turn_of(1_776_384_000, "organization per month"), "organization per month"
    ... ) == 1_777_593_600
    True
    """
    day = {"day": 1, "year": 366}.get(per.rsplit(" ", 1)[-1], 31)
    return turn_of(start + day * 86_400, per)
