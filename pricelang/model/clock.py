"""When the clock sets a value: windows of the day, days of the week and a zone."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

DAY_MINUTES, WEEK_MINUTES = 1440, 7 * 1440
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EVERY_DAY = tuple(range(7))
UTC = "UTC"
_MONDAY = 3 * DAY_MINUTES
"""The minute of its week at which the first of January 1970 began, a Thursday."""


@frozen
class Clock:
    """The `windows` (minutes of the day; one that passes midnight ends on the next day) that begin
    on some `days` (0 is Monday) of the calendar of a `zone`.
    """

    windows: tuple[tuple[int, int], ...]
    days: tuple[int, ...] = EVERY_DAY
    zone: str = UTC

    def holds(self, minute: int) -> bool:
        """Decides whether a minute of the week is within a window."""
        day, now = divmod(minute, DAY_MINUTES)
        for start, end in self.windows:
            if start < end:
                if start <= now < end and day in self.days:
                    return True
            elif (now >= start and day in self.days) or (now < end and (day - 1) % 7 in self.days):
                return True
        return False

    def spans(self) -> Iterator[tuple[int, int]]:
        """The windows of the week, in minutes of the week; the last may end in the next week."""
        for day in self.days:
            for start, end in self.windows:
                begin = day * DAY_MINUTES + start
                yield begin, begin + (end - start if start < end else end - start + DAY_MINUTES)

    @property
    def is_daily(self) -> bool:
        """Decides whether every day is the same."""
        return self.days == EVERY_DAY


def week_time(minute: int) -> str:
    """A minute of the week in words.

    >>> week_time(1560)
    'Tuesday 02:00'
    """
    day, now = divmod(minute, DAY_MINUTES)
    return f"{WEEKDAYS[day].capitalize()} {day_time(now)}"


def day_time(minute: int) -> str:
    """A minute of the day in words."""
    return f"{minute // 60:02}:{minute % 60:02}"


# ---- zones ---------------------------------------------------------------------------------------


def local_minute(zone: str, seconds: int) -> int:
    """The minute of the week that it is in a zone at an instant (UTC seconds), from Monday on.

    >>> local_minute("UTC", 0) == 3 * 1440
    True
    """
    return minute_of_week(seconds + offset_at(zone, seconds))


def minute_of_week(seconds: int) -> int:
    """The minute of the week of seconds that are counted from 1970 in some zone."""
    return (seconds // 60 + _MONDAY) % WEEK_MINUTES


def offset_at(zone: str, seconds: int) -> int:
    """The seconds by which the clocks of a zone are ahead of UTC at an instant (UTC seconds)."""
    if zone == UTC:
        return 0
    seconds = min(max(seconds, _FIRST), _LAST)
    offset = datetime.datetime.fromtimestamp(seconds, _zone(zone)).utcoffset()
    assert offset is not None
    return offset // datetime.timedelta(seconds=1)


@cache
def _zone(name: str) -> ZoneInfo:
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """The names of all zones; those that another machine has otherwise are none."""
    from zoneinfo import available_timezones

    return frozenset(available_timezones()) - {"localtime", "Factory", "posixrules"}


_FIRST, _LAST = -62_000_000_000, 253_300_000_000
"""Instants within the calendar of Python, whatever the zone."""

_PROBE = 60 * WEEK_MINUTES
"""No zone goes back within so many seconds to the offset that it had."""


@lru_cache(maxsize=256)
def offsets(zone: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """The offsets of a zone from an instant on and before another (UTC seconds):
    the first instant of each, and the offset.
    """
    found = [(start, offset_at(zone, start))]
    at = start
    while zone != UTC and at < end - 1:
        after = min(at + _PROBE, end - 1)
        while offset_at(zone, after) != found[-1][1]:
            low, high = at, after  # the first instant with another offset
            while high - low > 1:
                middle = (low + high) // 2
                if offset_at(zone, middle) == found[-1][1]:
                    low = middle
                else:
                    high = middle
            found.append((high, offset_at(zone, high)))
            at = high
        at = after
    return tuple(found)
