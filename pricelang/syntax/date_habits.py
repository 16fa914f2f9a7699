"""Days, instants and periods as people write them elsewhere, and how a book writes them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from pricelang.syntax.diagnostics import Mend
from pricelang.syntax.habit import Said

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_NUMBERED = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_WRITTEN = tuple(
    re.compile(rf"(?<![\w./-]){pattern}(?![\w/-])", re.IGNORECASE)
    for pattern in (
        rf"{_NUMBERED}(?:[ .-]+| of ){_MONTH}[ ,.-]+(?P<year>[0-9]{{4}}|[0-9]{{2}})",
        rf"{_MONTH}[ -]+{_NUMBERED}[ ,-]+(?P<year>[0-9]{{4}})",
        rf"{_MONTH}[ ,-]+(?P<year>[0-9]{{4}})",
        r"(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})",
        r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})",
        r"(?P<one>[0-9]{1,2})[/-](?P<two>[0-9]{1,2})[/-](?P<year>[0-9]{4})",
        r"(?P<year>[0-9]{4})[-/](?P<month>[0-9]{1,2})",
    )
)
_RANGE = re.compile(
    rf"\b(?P<start>{_DAY}) *(?P<word>-|–|—|\.\.+|to|through|thru|until|till|and)(?: +including)? *"
    rf"(?P<end>{_DAY})"
)
_ZONED = re.compile(
    rf"(?P<at>{_DAY}[ T][0-9]{{2}}:[0-9]{{2}})(?::[0-9]{{2}})? *"
    r"(?:(?P<sign>[+−-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2})?"
    r"|(?P<zone>[A-Z]{2,5}\b|[A-Z]\w+/\w+))"
)


def date_help(row: str, column: int) -> str | None:
    """The help of `date_said`."""
    said = date_said(row, column)
    return said.help if said is not None else None


def date_said(row: str, column: int) -> Said | None:
    """How a book writes the day, the instant or the period that stands at a column (from 1) of a
    row; None where there is none that is written otherwise.

    >>> date_said("note 'x' from 2026-02-01 to 2026-02-28", 26).help
    'write `before 2026-03-01`, the first day on which it no longer holds'
    >>> date_said("note 'x' from 2026-02-01T00:00:00+01:00", 34).help
    'an instant is in UTC: `2026-01-31 23:00`'
    """
    period, zoned = _at(_RANGE, row, column), _at(_ZONED, row, column)
    if period is not None:
        return _period_said(period)
    if zoned is not None:
        return _zone_said(zoned)
    for pattern in _WRITTEN:
        found = _at(pattern, row, column)
        days = _days(found) if found is not None else ()
        if found is not None and days and days != (found.group(),):
            help = "write a day as " + " or ".join(f"`{day}`" for day in days)
            return Said(help, _mend(found, days[0]) if len(days) == 1 else None)
    return None


def _mend(found: re.Match[str], text: str, group: str | int = 0) -> Mend:
    """The text instead of what was found, from the beginning of a group."""
    return Mend(found.start(group) + 1, found.end() + 1, text)


def _at(pattern: re.Pattern[str], row: str, column: int) -> re.Match[str] | None:
    found = pattern.finditer(row)
    return next((one for one in found if one.start() < column <= one.end() + 1), None)


def _period_said(found: re.Match[str]) -> Said | None:
    try:
        after = datetime.date.fromisoformat(found["end"]) + datetime.timedelta(days=1)
    except (ValueError, OverflowError):
        return None
    if found["word"] in ("until", "till") or found["end"].endswith("-01"):
        return Said(f"write `before {found['end']}`, or `before {after}` if that day counts too")
    help = f"write `before {after}`, the first day on which it no longer holds"
    return Said(help, _mend(found, f"before {after}", "word"))


def _zone_said(found: re.Match[str]) -> Said | None:
    at = found["at"].replace("T", " ")
    if found["zone"]:
        help = f"an instant is in UTC: convert `{at} {found['zone']}`, and leave the zone out"
        return Said(help)
    away = datetime.timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    try:
        local = datetime.datetime.fromisoformat(at)
        utc = local - away if found["sign"] == "+" else local + away
    except (ValueError, OverflowError):
        return None
    instant = f"{utc:%Y-%m-%d %H:%M}"
    return Said(f"an instant is in UTC: `{instant}`", _mend(found, instant))


def _days(found: re.Match[str]) -> tuple[str, ...]:
    """The days that a text may mean: two where the day or the month may come first."""
    part = found.groupdict()
    year = int(part["year"]) + (2000 if len(part["year"]) == 2 else 0)
    if part.get("one") is not None:
        one, two = int(part["one"]), int(part["two"])
        orders = [(two, one), (one, two)]
    else:
        name, day = part["month"].lower(), part.get("day") or "1"
        month = _MONTHS.index(name[:3]) + 1 if name[:1].isalpha() else int(name)
        orders = [(month, int(day))]
    return tuple(dict.fromkeys(day for order in orders for day in _real(year, *order)))


def _real(year: int, month: int, day: int) -> Iterator[str]:
    """The day of a date that exists."""
    try:
        yield str(datetime.date(year, month, day))
    except ValueError:
        return
