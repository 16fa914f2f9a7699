"""Hours, days of the week and zones as people write them elsewhere, and how a clock has them."""

from __future__ import annotations

import re

from pricelang.syntax.diagnostics import Mend
from pricelang.syntax.habit import Habit, Said, first_said

_TIME = r"(?:[0-9]{1,2}(?::[0-9]{2})? ?[ap]\.?m\b\.?|[0-9]{1,2}:[0-9]{2}(?!:)|noon\b|midnight\b)"
_WINDOW = re.compile(
    rf"(?:\b(?:from|between|at) +)?(?<![\w:.-])(?P<start>{_TIME}) *"
    rf"(?:-|–|—|(?:to|until|till|through|and|before)\b) *(?P<end>{_TIME})",
    re.IGNORECASE,
)
_ONE = re.compile(rf"(?<![\w:.-]){_TIME}", re.IGNORECASE)
_NAMED = {"noon": "12:00", "midnight": "00:00"}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_AS_CONDITION = (
    "hours are a dimension with a clock, such as `dimension hours default peak` with a line "
    "`off_peak from {} before 06:00`, and a condition here: `when hours is off_peak`"
)
_AS_INSTANT = "an instant is a day with its time: `2026-07-24 {}`"
_MEANT = dict.fromkeys(
    ("charge", "exclude", "free", "limit", "multiplier", "note", "refuse", "surcharge"),
    _AS_CONDITION,
)
"""What a time of day means where it is a condition."""
_CLOCK_HABITS = (
    Habit(
        r"\b(on +[\w, ]*\w +)from +",
        r"([0-9:]+ +before +[0-9:]+)",
        lambda x, rest: f"write `from {rest[1]} {x[1].strip()}`",
    ),
    Habit(
        r"\b(in +\S+ +)",
        r"(on +[\w, ]*\w)",
        lambda x, rest: f"write `{rest[1]} {x[1].strip()}`",
    ),
    Habit(
        r"\bon +(?:\w+, *)*(\w+) +",
        r"(?:to|through|thru|until|till|-|–) *(\w+)",
        lambda x, rest: (
            f"write `{found}`"
            if (found := days_from(x[1], rest[1]))
            else "name the days, with `,` between them"
        ),
    ),
    Habit(
        r"\bin +(?:UTC|GMT) ?",
        r"[+-] ?[0-9]",
        "write the hours in UTC, or a zone such as `in Europe/Berlin`, which has summer time too",
    ),
    Habit(
        r"\bin +[A-Z]\w+ +",
        r"[A-Z]\w+",
        "a zone is one word of the IANA database, such as `America/New_York`",
    ),
)


def day_named(text: str) -> str | None:
    """The day of the week that a text begins, or None.

    >>> day_named("Sat"), day_named("Weds"), day_named("s")
    ('saturday', 'wednesday', None)
    """
    start = text.lower().rstrip(".s")[:3]
    return next((day for day in _DAYS if len(start) >= 2 and day.startswith(start)), None)


def days_from(first: str, last: str) -> str | None:
    """The days from one to another, as a clock has them; None where a text is no day.

    >>> days_from("Mon", "Fri"), days_from("saturday", "monday")
    ('weekdays', 'saturday, sunday, monday')
    """
    start, end = day_named(first), day_named(last)
    if start is None or end is None:
        return None
    begin, length = _DAYS.index(start), (_DAYS.index(end) - _DAYS.index(start)) % 7 + 1
    named = [_DAYS[(begin + number) % 7] for number in range(length)]
    whole = {_DAYS[:5]: "weekdays", _DAYS[5:]: "weekends"}
    return whole.get(tuple(named)) or ", ".join(named)


def _time(text: str) -> str | None:
    """A time of day as a clock has it; None where there is none such.

    >>> _time("10 p.m."), _time("6:30"), _time("12am"), _time("25:00")
    ('22:00', '06:30', '00:00', None)
    """
    if text.lower() in _NAMED:
        return _NAMED[text.lower()]
    found = re.match(r"([0-9]{1,2})(?::([0-9]{2}))? ?([ap]?)", text.lower())
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        hour = hour % 12 + (12 if found[3] == "p" else 0) if 1 <= hour <= 12 else 99
    is_time = (hour < 24 and minute < 60) or (hour, minute) == (24, 0)
    return f"{hour:02}:{minute:02}" if is_time else None


def clock_said(row: str, column: int, wanted: list[str], of: str) -> Said | None:
    """What is said of hours, days or a zone at a column (from 1) of a row below a header; `of` is
    the word with which its statement begins. None where there are none.

    >>> clock_said("  off_peak  from 10pm to 6am", 18, [], "dimension").help
    'write `from 22:00 before 06:00`'
    >>> clock_said("  given alpha at 9:00", 18, [], "example").help
    'an instant is a day with its time: `2026-07-24 09:00`'
    """
    said = first_said(_CLOCK_HABITS, row, column, wanted) if of == "dimension" else None
    if said is not None:
        return said
    for pattern in (_WINDOW, _ONE):
        found = next((x for x in pattern.finditer(row) if x.start() < column <= x.end()), None)
        if found is not None:
            return _times_said(found, of)
    return None


def _times_said(found: re.Match[str], of: str) -> Said | None:
    """What is said of one time, or of the two of a window."""
    times = [_time(text) for text in found.groupdict().values() or (found.group(),)]
    if None in times:
        return None
    if of != "dimension":
        return Said(_MEANT.get(of, _AS_INSTANT).format(times[0]))
    said = str(times[0]) if len(times) == 1 else f"from {times[0]} before {times[1]}"
    return Said(f"write `{said}`", Mend(found.start() + 1, found.end() + 1, said))
