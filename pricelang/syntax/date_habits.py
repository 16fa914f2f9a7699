"""Days, instants and periods as people write them elsewhere, and how a book writes them."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterator

from pricelang.syntax.diagnostics import Mend
from pricelang.syntax.habit import DAY, Said

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
        r"(?:(?P<quarter>q[1-4])[ /-]*(?P<year>[0-9]{4}))",
        r"(?:(?P<year>[0-9]{4})[ /-]*(?P<quarter>q[1-4]))",
        r"(?:(?<=from )|(?<=before )|(?<=read ))(?P<year>[0-9]{4})(?! *\|)",
    )
)
_NAMED = rf"(?:{'|'.join(_MONTHS)})[a-z]*\.?"
_STRETCH = (
    rf"{DAY}|[0-9]{{1,2}}[./-][0-9]{{1,2}}[./-][0-9]{{4}}|[0-9]{{4}}[-/][0-9]{{1,2}}"
    rf"|q[1-4][ /-]*[0-9]{{4}}|[0-9]{{4}}[ /-]*q[1-4]|[0-9]{{1,2}} +{_NAMED}[ ,-]+[0-9]{{4}}"
    rf"|{_NAMED}[ ,-]+(?:[0-9]{{1,2}}(?:st|nd|rd|th)?[ ,]+)?[0-9]{{4}}|[0-9]{{4}}"
)
_UNTIL = re.compile(
    r"\b(?P<word>until|till|through|thru|to|ending|ends|expires)(?: +on)? +"
    r"(?P<last>(?:and +)?(?:including|incl\.?) +|(?:the +)?(?:end|last +day) +of +)?"
    rf"(?P<when>{_STRETCH})(?![\w.,:/-])",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    rf"\b(?P<word>on|in|during|after|since +the +end +of) +(?P<when>{_STRETCH})(?![\w.,:/-])",
    re.IGNORECASE,
)
_NO_DAY = re.compile(
    r"\b(?:today|tomorrow|yesterday|now|immediately|(?:next|last|this) +(?:day|week|month|"
    r"quarter|year))\b",
    re.IGNORECASE,
)
_TIMED = re.compile(
    rf"(?P<day>{DAY})(?: +at)? +(?P<hour>[0-9]{{1,2}})(?::(?P<minute>[0-9]{{2}}))? ?"
    r"(?P<half>[ap])?\.?(?(half)m\b\.?)(?![\w:.-])",
    re.IGNORECASE,
)
_RANGE = re.compile(
    rf"\b(?P<start>{DAY}) *"
    r"(?P<word>-|–|—|\.\.+|to|through|thru|until|till|and)(?: +including)? *"
    rf"(?P<end>{DAY})"
)
_ZONED = re.compile(
    rf"(?P<at>{DAY}[ T][0-9]{{2}}:[0-9]{{2}})(?P<seconds>:[0-9]{{2}})?(?:\.[0-9]+)? *"
    r"(?:(?P<sign>[+−-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2})?"
    r"|(?P<zone>Z|[A-Z]{2,5}\b|[A-Z]\w+/\w+))"
)


def day_help(written: str) -> str:
    """What a date may mean that is not in the calendar.

    >>> day_help("2026-06-31")
    'that month has 30 days: the next begins on `2026-07-01`'
    >>> day_help("2026-13-01"), day_help("2026-02-01 24:00")
    ('did you mean `2026-01-13`?', 'a day ends where the next begins: `2026-02-02 00:00`')
    """
    year, month, day = int(written[:4]), int(written[5:7]), int(written[8:10])
    try:
        if month > 12:
            return f"did you mean `{datetime.date(year, day, month)}`?"
        last = calendar.monthrange(year, month)[1]
        if day > last:
            after = datetime.date(year, month, last) + datetime.timedelta(days=1)
            return f"that month has {last} days: the next begins on `{after}`"
        if written[11:16] != "24:00":
            return "the last time of a day is `23:59`"
        after = datetime.date(year, month, day) + datetime.timedelta(days=1)
        return f"a day ends where the next begins: `{after} 00:00`"
    except (ValueError, OverflowError):
        return "write a day of the calendar such as `2026-07-24`"


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
    >>> date_said("note 'x' until the end of 2026", 10).help
    'write `before 2027-01-01`'
    """
    for pattern, say in _SAID_OF:
        found = _at(pattern, row, column)
        said = say(found) if found is not None else None
        if said is not None:
            return said
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


def _until_said(found: re.Match[str]) -> Said | None:
    """What is said of a last day, month, quarter or year."""
    first, after = _stretch(found["when"])
    if first is None or after is None:
        return None
    if found["last"] or found["word"].lower() in ("through", "thru"):
        return Said(f"write `before {after}`", _mend(found, f"before {after}"))
    return Said(f"write `before {first}`, or `before {after}` if `{found['when']}` counts too")


def _within_said(found: re.Match[str]) -> Said | None:
    """What is said of a day, a month or a year in which something holds, or after which it does;
    examples and sources have a day of their own.
    """
    first, after = _stretch(found["when"])
    before = found.string[: found.start()]
    if first is None or re.match(r" +(?:given\b|$)|source\b|.*\b(?:when|and) +\w+ +$", before):
        return None
    if found["word"].lower() in ("on", "in", "during"):
        said = f"from {first} before {after}"
        return Said(f"write `{said}`", _mend(found, said))
    return Said(f"write `from {after}`, or `from {first}` if `{found['when']}` counts too")


def _stretch(text: str) -> tuple[datetime.date, datetime.date] | tuple[None, None]:
    """The first day of a day, a month, a quarter or a year, and the first day after it."""
    matches = (pattern.fullmatch(text) for pattern in _WRITTEN)
    found = next((x for x in matches if x is not None and _days(x)), None)
    part = found.groupdict() if found is not None else {}
    days = _days(found) if found is not None else (f"{text}-01-01",)
    if len(days) > 1 or (found is None and len(text) > 4):
        return None, None
    try:
        first = datetime.date.fromisoformat(days[0])
        if part.get("day") or part.get("one"):
            return first, first + datetime.timedelta(days=1)
        months = 3 if part.get("quarter") else 1 if part.get("month") else 12
        year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
        return first, datetime.date(year, month + 1, 1)
    except (ValueError, OverflowError):
        return None, None


def _no_day_said(found: re.Match[str]) -> Said:
    return Said("write the day itself, such as `2026-07-24`")


def _time_said(found: re.Match[str]) -> Said | None:
    """What is said of a time of day behind its day that is not written as `09:00`."""
    hour, half = int(found["hour"]), (found["half"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0) if 1 <= hour <= 12 else 99
    instant = f"{found['day']} {hour:02}:{found['minute'] or '00'}"
    if hour > 23 or not (half or found["minute"]) or instant == found.group():
        return None
    return Said(f"write `{instant}`", _mend(found, instant))


def _zone_said(found: re.Match[str]) -> Said | None:
    at = found["at"].replace("T", " ") + (found["seconds"] or ":00").replace(":00", "")
    if found["zone"] in ("UTC", "GMT", "Z"):
        return Said(f"an instant is in UTC: `{at}`", _mend(found, at))
    if found["zone"]:
        help = f"an instant is in UTC: convert `{at} {found['zone']}`, and leave the zone out"
        return Said(help)
    away = datetime.timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    try:
        local = datetime.datetime.fromisoformat(at)
        utc = local - away if found["sign"] == "+" else local + away
    except (ValueError, OverflowError):
        return None
    instant = f"{utc:%Y-%m-%d %H:%M}" + (f":{utc:%S}" if utc.second else "")
    return Said(f"an instant is in UTC: `{instant}`", _mend(found, instant))


def _days(found: re.Match[str]) -> tuple[str, ...]:
    """The days that a text may mean: two where the day or the month may come first."""
    part = found.groupdict()
    year = int(part["year"]) + (2000 if len(part["year"]) == 2 else 0)
    if part.get("one") is not None:
        one, two = int(part["one"]), int(part["two"])
        orders = [(two, one), (one, two)]
    else:
        orders = [(_month(part), int(part.get("day") or 1))]
    return tuple(dict.fromkeys(day for order in orders for day in _real(year, *order)))


def _month(part: dict[str, str | None]) -> int:
    """The month that a text names, or the first month of its quarter or of its year."""
    name, quarter = (part.get("month") or "1").lower(), part.get("quarter")
    if quarter:
        return 3 * int(quarter[1]) - 2
    return _MONTHS.index(name[:3]) + 1 if name[:1].isalpha() else int(name)


def _real(year: int, month: int, day: int) -> Iterator[str]:
    """The day of a date that exists."""
    try:
        yield str(datetime.date(year, month, day))
    except ValueError:
        return


_SAID_OF = (
    (_RANGE, _period_said),
    (_ZONED, _zone_said),
    (_TIMED, _time_said),
    (_UNTIL, _until_said),
    (_WITHIN, _within_said),
    (_NO_DAY, _no_day_said),
)
"""What is said of a text that is no single day."""
