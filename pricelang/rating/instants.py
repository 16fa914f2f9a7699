"""Instants as a request gives them, to whole UTC seconds; they matter only by the stretch of time they fall in."""

from __future__ import annotations

import datetime
import re

from pricelang.rating.errors import BadRequest

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)

Instant = str | datetime.date | datetime.datetime


def seconds_of(at: Instant) -> int:
    """UTC seconds of a day (its start) or an instant; one without a zone is UTC, a fraction of a second is dropped.

    Raises `BadRequest` (`bad_date`) for anything else.

    >>> seconds_of("1970-01-02")
    86400
    """
    try:
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
        return (instant - _EPOCH) // datetime.timedelta(seconds=1)
    except (ValueError, OverflowError):
        raise BadRequest(
            "bad_date", f"`{str(at)[:60]}` is not a day or an instant",
            help="write a day such as `2026-04-17`, or an instant such as `2026-04-17T12:30:00Z`",
        ) from None  # fmt: skip


def today() -> str:
    """The present day in UTC."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def written(seconds: int) -> str:
    """UTC seconds for readers: a day, with the time unless it is midnight."""
    instant = _EPOCH + datetime.timedelta(seconds=seconds)
    text = instant.strftime("%Y-%m-%d %H:%M:%S").removesuffix(" 00:00:00")
    return text.removesuffix(":00") if len(text) > 10 else text
