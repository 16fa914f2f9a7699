"""Times of day and days of the week as dimensions:
the stretches of a day in which no price changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from attrs import frozen

from pricelang.apps.imports.drafts import Axis
from pricelang.model.space import in_clock

HOURS, WEEKDAY = "hours", "weekday"
OTHER_HOURS = "other_hours"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
UNSAID_DAY = "unsaid"


@frozen
class DayClock:
    """The stretches of a day by the name of their value:
    minutes from midnight (UTC), the end not within.
    """

    stretches: Mapping[str, tuple[int, int]]

    def axis(self) -> Axis:
        """The dimension, which the instant sets."""
        clocks = {name: clock for name, clock in self.stretches.items() if name != OTHER_HOURS}
        return Axis(HOURS, OTHER_HOURS, (OTHER_HOURS, *clocks), clocks)

    def within(self, windows: Iterable[tuple[int, int]]) -> tuple[str, ...]:
        """The stretches inside some windows; one that ends when it begins is the whole day."""
        found = list(windows)
        return tuple(
            name
            for name, (start, _) in self.stretches.items()
            if any(first == end or in_clock((first, end), start) for first, end in found)
        )

    def others(self, names: Sequence[str]) -> tuple[str, ...]:
        """The stretches that are not among these."""
        return tuple(name for name in self.stretches if name not in names)


def day_of(minutes: Iterable[int]) -> DayClock | None:
    """The day as some turns part it (into one stretch where there is but one),
    or None where nothing turns.

    >>> day_of([60, 240]).stretches
    {'from_0100_to_0400': (60, 240), 'other_hours': (240, 60)}
    """
    turns = sorted({minute % 1440 for minute in minutes})
    if not turns:
        return None
    stretches = {
        f"from_{_clock(start)}_to_{_clock(end)}": (start, end) for start, end in pairwise(turns)
    }
    stretches[OTHER_HOURS] = (turns[-1], turns[0])
    return DayClock(stretches)


def week_axis() -> Axis:
    """The dimension of the day of the week, which a record must say."""
    return Axis(WEEKDAY, UNSAID_DAY, (UNSAID_DAY, *WEEKDAYS))


def minutes_of(text: str) -> int:
    """Minutes from midnight of `HH:MM` or `HH:MM:SS`, with `Z` or without. Raises `ValueError`."""
    hour, minute, *rest = text.removesuffix("Z").removesuffix("+00:00").split(":")
    if any(int(part) for part in rest) or not (0 <= int(hour) <= 24 and 0 <= int(minute) < 60):
        raise ValueError(f"no time of day in whole minutes: {text[:20]}")
    return (60 * int(hour) + int(minute)) % 1440


def _clock(minute: int) -> str:
    return f"{minute // 60:02}{minute % 60:02}"
