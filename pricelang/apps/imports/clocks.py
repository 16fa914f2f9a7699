"""Hours of the day and days of the week in price lists, as one dimension that the clock sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from attrs import frozen

from pricelang.apps.imports.drafts import Axis
from pricelang.model.clock import DAY_MINUTES, EVERY_DAY, WEEK_MINUTES, WEEKDAYS, Clock

HOURS = "hours"
OTHER_HOURS = "other_hours"
Window = tuple[int, int]
"""The first minute of the day (UTC) and the first after it: a window that ends when it begins is
the whole day.
"""


@frozen
class HoursRule:
    """Windows that hold on some days (0 is Monday). The day is that of the instant, on a calendar
    `ahead` of UTC by so many minutes.
    """

    windows: tuple[Window, ...]
    days: tuple[int, ...] = EVERY_DAY
    ahead: int = 0

    def holds(self, minute: int) -> bool:
        """Decides whether a minute of the week (UTC) is within."""
        now = minute % DAY_MINUTES
        return (minute + self.ahead) % WEEK_MINUTES // DAY_MINUTES in self.days and any(
            start <= now < end if start < end else now >= start or now < end
            for start, end in self.windows
        )

    def turns(self) -> set[int]:
        """The minutes of the day at which it may begin or end."""
        edges = {edge for window in self.windows for edge in window}
        return edges if self.days == EVERY_DAY else {*edges, -self.ahead % DAY_MINUTES}


Schedule = Sequence[HoursRule]
"""Hours that hold where any of their rules does."""


@frozen
class WeekClock:
    """The parts of the week in which no price changes, by the name of their value: the clock of
    each but the default, and a minute of each.
    """

    clocks: Mapping[str, Clock]
    minutes: Mapping[str, int]

    @property
    def stretches(self) -> tuple[str, ...]:
        """The names of all parts."""
        return tuple(self.minutes)

    def axis(self) -> Axis:
        """The dimension, which the instant sets."""
        return Axis(HOURS, OTHER_HOURS, (OTHER_HOURS, *self.clocks), self.clocks)

    def within(self, schedule: Schedule) -> tuple[str, ...]:
        """The parts inside some hours."""
        return tuple(name for name, minute in self.minutes.items() if _holds(schedule, minute))

    def others(self, names: Sequence[str]) -> tuple[str, ...]:
        """The parts that are not among these."""
        return tuple(name for name in self.minutes if name not in names)


def week_of(schedules: Iterable[Schedule]) -> WeekClock | None:
    """The week as some schedules part it, or None where there is none.

    >>> week_of([[HoursRule(((60, 240),))]]).clocks
    {'from_0100_to_0400': Clock(windows=((60, 240),), days=(0, 1, 2, 3, 4, 5, 6), zone='UTC')}
    """
    known = list(dict.fromkeys(tuple(schedule) for schedule in schedules if schedule))
    if not known:
        return None
    turns = sorted(
        {0, *(turn % DAY_MINUTES for some in known for rule in some for turn in rule.turns())}
    )
    # what no schedule holds is the default, or else what is in force as the week begins
    default = tuple(_holds(schedule, 0) for schedule in known)
    parts: dict[tuple[tuple[bool, ...], tuple[int, ...]], list[Window]] = {}
    for start, end in pairwise([*turns, DAY_MINUTES]):
        days: dict[tuple[bool, ...], list[int]] = {}
        for day in EVERY_DAY:
            minute = day * DAY_MINUTES + start
            days.setdefault(tuple(_holds(schedule, minute) for schedule in known), []).append(day)
        for held, some in days.items():
            parts.setdefault((held, tuple(some)), []).append((start, end))
    if any(not any(held) for held, _ in parts):
        default = (False,) * len(known)
    clocks, minutes = dict[str, Clock](), dict[str, int]()
    for (held, on), windows in parts.items():
        minute = on[0] * DAY_MINUTES + windows[0][0]
        if held == default:
            minutes.setdefault(OTHER_HOURS, minute)
        else:
            clock = Clock(_joined(windows, on == EVERY_DAY), on)
            clocks[_name(clock)], minutes[_name(clock)] = clock, minute
    return WeekClock(clocks, minutes)


def _holds(schedule: Schedule, minute: int) -> bool:
    return any(rule.holds(minute) for rule in schedule)


def _joined(windows: Sequence[Window], daily: bool) -> tuple[Window, ...]:
    """Windows in their order, without a turn between two that meet; those of every day may meet at
    midnight.
    """
    found: list[Window] = []
    for start, end in windows:
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    if daily and len(found) > 1 and found[0][0] == 0 and found[-1][1] == DAY_MINUTES:
        found = [*found[1:-1], (found[-1][0], found[0][1])]
    return tuple(found)


def _name(clock: Clock) -> str:
    """The name of the value that a clock sets."""
    whole = clock.windows == ((0, DAY_MINUTES),)
    hours = (
        "" if whole else "_and_".join(f"from_{_clock(a)}_to_{_clock(b)}" for a, b in clock.windows)
    )
    return "_".join(word for word in (days_name(clock.days), hours) if word) or "every_hour"


def days_name(days: tuple[int, ...]) -> str:
    """Some days of the week as part of a name; nothing for every day."""
    known = {EVERY_DAY: "", EVERY_DAY[:5]: "weekdays", EVERY_DAY[5:]: "weekends"}
    return known[days] if days in known else "_".join(WEEKDAYS[day] for day in days)


def minutes_of(text: str) -> int:
    """Minutes from midnight of `HH:MM` or `HH:MM:SS`, with `Z` or without. Raises `ValueError`."""
    hour, minute, *rest = text.removesuffix("Z").removesuffix("+00:00").split(":")
    if any(int(part) for part in rest) or not (0 <= int(hour) <= 24 and 0 <= int(minute) < 60):
        raise ValueError(f"no time of day in whole minutes: {text[:20]}")
    return (60 * int(hour) + int(minute)) % 1440


def _clock(minute: int) -> str:
    return f"{minute // 60:02}{minute % 60:02}"
