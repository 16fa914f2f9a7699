"""Stretches of the calendar: a day, a month or a year in a time zone,
and which of them an instant falls in.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo

from attrs import frozen

from pricelang.model.errors import BadRequest
from pricelang.model.instants import seconds_of
from pricelang.present.text import did_you_mean, shown

PERIODS = ("hour", "day", "week", "month", "year")
"""What an instant can be grouped by; a week begins on Monday."""
_CALENDAR = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?\Z", re.ASCII)


@frozen
class Period:
    """A stretch of time in UTC seconds: `start` is inside, `end` is not, None is open.
    `name` is as it was asked for.
    """

    name: str
    start: int | None
    end: int | None

    def holds(self, at: int) -> bool:
        """Says whether an instant (UTC seconds) is inside."""
        return (self.start is None or at >= self.start) and (self.end is None or at < self.end)


def period_of(text: str, zone: tzinfo | None = UTC) -> Period:
    """The day, month or year that a text names, such as `2026-05`.

    Raises `BadRequest` (`bad_period`).

    >>> found = period_of("2026-05")
    >>> (found.end - found.start) // 86_400
    31
    """
    match = _CALENDAR.match(text.strip())
    try:
        if match is None:
            raise ValueError
        first = date(int(match["year"]), int(match["month"] or 1), int(match["day"] or 1))
        if match["day"]:
            last = first + timedelta(days=1)
        elif match["month"]:
            last = (first + timedelta(days=31)).replace(day=1)
        else:
            last = first.replace(year=first.year + 1)
        return Period(text.strip(), _midnight(first, zone), _midnight(last, zone))
    except (ValueError, OverflowError):
        raise BadRequest(
            "bad_period",
            f"`{shown(text)}` is not a day, month or year",
            help="write `2026-05-31`, `2026-05` or `2026`",
        ) from None


def between(since: str | None, until: str | None, zone: tzinfo | None = UTC) -> Period | None:
    """From the first instant of `since` to the last one of `until`, each a day, month or year;
    None where both are.

    Raises `BadRequest` (`bad_period`), also where nothing lies between.
    """
    if since is None and until is None:
        return None
    start = period_of(since, zone).start if since is not None else None
    end = period_of(until, zone).end if until is not None else None
    if start is not None and end is not None and start >= end:
        raise BadRequest(
            "bad_period",
            f"`{shown(since)}` is not before `{shown(until)}`",
            help="both days are included",
        )
    return Period(f"{since or ''} to {until or ''}".strip(), start, end)


def zone_of(name: str | None) -> tzinfo | None:
    """The time zone of a name such as `Europe/Berlin`; UTC where there is none.
    `local` is None: the zone of this machine.

    Raises `BadRequest` (`bad_zone`).
    """
    if name is None or name.upper() == "UTC":
        return UTC
    if name == "local":
        return None
    import zoneinfo

    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise BadRequest(
            "bad_zone",
            f"there is no time zone `{shown(name)}`",
            help=lambda: (
                did_you_mean(shown(name), zoneinfo.available_timezones())
                or "write a name such as `Europe/Berlin`, or `UTC`"
            ),
        ) from None


def moment(at: str, zone: tzinfo | None = UTC) -> tuple[int, datetime]:
    """An instant in UTC seconds, and as a clock of the zone shows it.
    A day that says no time is that day in every zone.

    Raises `BadRequest` (`bad_date`).

    >>> moment("2026-05-01T23:30:00Z")
    (1777678200, datetime.datetime(2026, 5, 1, 23, 30))
    """
    seconds = seconds_of(at)
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    if zone is UTC:
        return seconds, instant.replace(tzinfo=None)
    try:
        if len(at.strip()) <= 10:
            return _midnight(instant.date(), zone), instant.replace(tzinfo=None)
        return seconds, instant.astimezone(zone).replace(tzinfo=None)
    except OverflowError:  # the first and the last day of the calendar
        return seconds, instant.replace(tzinfo=None)


def turn_name(time: datetime, period: str) -> str:
    """The hour, day, week, month or year of a time, by its first moment:
    `2026-05-01`, and an hour `2026-05-01 13:00:00`.

    >>> turn_name(datetime(2026, 5, 6, 13, 20), "week"), turn_name(datetime(2026, 5, 6), "month")
    ('2026-05-04', '2026-05-01')
    """
    if period == "hour":
        return time.replace(minute=0, second=0, microsecond=0).isoformat(" ")
    day = time.date()
    if period == "week":
        day = date.fromordinal(max(day.toordinal() - day.weekday(), 1))
    elif period != "day":
        day = day.replace(day=1, month=1) if period == "year" else day.replace(day=1)
    return day.isoformat()


def _midnight(day: date, zone: tzinfo | None) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())
