"""Instants as formats write them:
text, seconds since 1970 with or without a fraction, nanoseconds.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from pricelang.usage.fields import shown, word
from pricelang.usage.records import UsageError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST = 253_402_300_799  # the last second of the year 9999


def instant(value: object, path: str) -> str | None:
    """An instant as text in UTC, None where there is none; a text is left as it is.

    >>> instant(1785000000, "created")
    '2026-07-25T17:20:00Z'

    Raises `UsageError` for a number that is no time, and for any other type.
    """
    if value is None or isinstance(value, str):
        return word(value, path) or None
    if isinstance(value, bool) or not (
        isinstance(value, int | float | Decimal) and 0 <= value <= _MOST
    ):
        raise UsageError("bad_date", f"`{path}` is {shown(value)}, no time in seconds")
    return (_EPOCH + timedelta(seconds=int(value))).isoformat().removesuffix("+00:00") + "Z"


def nanoseconds(value: object, path: str) -> str | None:
    """An instant given in nanoseconds since 1970, as a number or as its text;
    None where it is missing or 0.
    """
    if value is None:
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 25:
        value = int(value)
    if type(value) is not int:
        raise UsageError("bad_date", f"`{path}` is {shown(value)}, no time in nanoseconds")
    return instant(value // 10**9, path) if value else None


def milliseconds(value: object, path: str) -> str | None:
    """An instant given in milliseconds since 1970, as a number or as its digits;
    None where it is missing or 0, and a text that is no number as it is.

    >>> milliseconds(1785000000123, "ts")
    '2026-07-25T17:20:00Z'
    """
    if isinstance(value, str):
        if not (value.isascii() and value.isdigit() and len(value) < 20):
            return word(value, path)
        value = int(value)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value < 10**15:
        raise UsageError("bad_date", f"`{path}` is {shown(value)}, no time in milliseconds")
    return instant(int(value) // 1000, path) if value else None
