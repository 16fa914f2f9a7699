"""Instants as a request gives them, to whole UTC seconds;
they matter only by the stretch of time they fall in.
"""

from __future__ import annotations

import datetime
import math
import re

from pricelang.model.errors import BadRequest
from pricelang.present.text import shown

DAY = 86_400
"""The seconds of a day in UTC."""
FIRST, LAST = -62_135_596_800, 253_402_300_799
"""What the calendar holds in UTC, whatever zone an instant is given in."""
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)

Instant = str | datetime.date | datetime.datetime | int | float
"""A day or an instant; a number is of seconds since 1970, and a fraction of one is dropped."""


def seconds_of(at: Instant) -> int:
    """UTC seconds of a day (its start) or an instant;
    one without a zone is UTC, a fraction of a second is dropped.

    Raises `BadRequest` (`bad_date`) for anything else.

    >>> seconds_of("1970-01-02"), seconds_of(86400.5)
    (86400, 86400)
    """
    try:
        at = getattr(at, "item", lambda: at)() if hasattr(at, "dtype") else at  # one of numpy
        if isinstance(at, int | float) and not isinstance(at, bool):
            seconds = math.floor(at)
            if not FIRST <= seconds <= LAST:
                raise ValueError
            return seconds
        if isinstance(at, str):
            if len(at) > 40 or not at.isascii():
                raise ValueError
            instant = datetime.datetime.fromisoformat(at.strip().replace(" UTC", "Z"))
        elif isinstance(at, datetime.datetime):
            instant = at
        elif isinstance(at, datetime.date):
            instant = datetime.datetime(at.year, at.month, at.day)
        else:
            raise ValueError
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=datetime.UTC)
        seconds = (instant - _EPOCH) // datetime.timedelta(seconds=1)
        if not FIRST <= seconds <= LAST:
            raise ValueError
        return seconds
    except (ValueError, OverflowError):
        raise BadRequest(
            "bad_date",
            f"`{shown(at)}` is not a day or an instant",
            help=_instant_help(at),
        ) from None


def _instant_help(at: object) -> str:
    """How an instant is written that cannot be read."""
    day, instant = "a day such as `2026-04-17`", "an instant such as `2026-04-17T12:30:00Z`"
    if not isinstance(at, str):
        return f"write {day}, {instant}, or seconds since 1970"
    text = at.strip()[:40]
    if re.fullmatch(r"[0-9]{9,10}", text):
        read = datetime.datetime.fromtimestamp(int(text), datetime.UTC)
        return f"write `{read:%Y-%m-%dT%H:%M:%SZ}`: seconds since 1970 are a number, not a text"
    from pricelang.syntax.date_habits import date_help, day_help  # which no day that is one needs

    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return day_help(text)
    row = f"from {text}"
    found = (date_help(row, column) for column in range(6, len(row) + 1))
    return next((help for help in found if help), f"write {day}, or {instant}")


def is_day(at: Instant) -> bool:
    """Decides whether an instant is given as a day, without a time.

    >>> is_day("2026-04-17"), is_day("2026-04-17T00:00:00Z")
    (True, False)
    """
    if isinstance(at, str):
        try:
            datetime.date.fromisoformat(at.strip())
        except ValueError:
            return False
        return True
    return isinstance(at, datetime.date) and not isinstance(at, datetime.datetime)


def text_of(at: Instant) -> str:
    """An instant as text, of which a day is told from its midnight.
    Raises `BadRequest` (`bad_date`).
    """
    seconds = seconds_of(at)
    return written(seconds) if is_day(at) else with_time(seconds)


def now() -> int:
    """The present instant."""
    return (datetime.datetime.now(datetime.UTC) - _EPOCH) // datetime.timedelta(seconds=1)


def with_time(seconds: int) -> str:
    """UTC seconds as a day and a time, midnight too.

    >>> with_time(86_400)
    '1970-01-02 00:00:00'
    """
    return (_EPOCH + datetime.timedelta(seconds=seconds)).isoformat(" ").removesuffix("+00:00")


def iso_instant(seconds: int) -> str:
    """UTC seconds as an instant of ISO 8601, midnight too.

    >>> iso_instant(86_400)
    '1970-01-02T00:00:00Z'
    """
    return with_time(seconds).replace(" ", "T") + "Z"


def today() -> str:
    """The present day in UTC."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def written(seconds: int) -> str:
    """UTC seconds for readers: a day, with the time unless it is midnight."""
    text = with_time(seconds).removesuffix(" 00:00:00")
    return text.removesuffix(":00") if len(text) > 10 else text


def for_programs(seconds: int) -> str:
    """UTC seconds as records have them: a day, with the time unless it is midnight.

    >>> for_programs(86_400), for_programs(90_000)
    ('1970-01-02', '1970-01-02T01:00Z')
    """
    text = written(seconds)
    return text.replace(" ", "T") + "Z" if " " in text else text
