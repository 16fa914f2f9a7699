"""Days as pages and packages write them."""

from __future__ import annotations

import datetime
import re

_STARTS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"\b(20[0-9]{2})-([0-9]{2})-([0-9]{2})\b", re.ASCII)
_NAMED = re.compile(
    rf"\b({'|'.join(_STARTS)})[a-z]*\.?\s+([0-9]{{1,2}})(?:st|nd|rd|th)?,?\s+(20[0-9]{{2}})\b",
    re.ASCII | re.IGNORECASE,
)


def day_in(text: str) -> str:
    """The first day in a text as `YYYY-MM-DD`; empty where it has none.

    >>> day_in("January 22nd, 2027"), day_in("retired on 2026-11-30"), day_in("soon")
    ('2027-01-22', '2026-11-30', '')
    """
    found = _ISO.search(text)
    if found:
        year, month, day = map(int, found.groups())
    else:
        named = _NAMED.search(text)
        if named is None:
            return ""
        month, day, year = _STARTS.index(named[1].lower()) + 1, int(named[2]), int(named[3])
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return ""
