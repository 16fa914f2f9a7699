"""What the clocks of a book set: at an instant, within a stretch of time, and at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise, product
from math import prod
from typing import Protocol

from pricelang.model.clock import (
    UTC,
    WEEK_MINUTES,
    Clock,
    local_minute,
    minute_of_week,
    offsets,
)
from pricelang.model.instants import DAY
from pricelang.model.names import Dimension

WEEK = 7 * DAY
CALENDAR = 28 * 366 * DAY
"""Within these years each date falls on each day of the week. What no clock sets in them after the
last date of a book, no clock sets.
"""
MANY = 4096
"""More settings are not tried that no instant may have."""
Setting = tuple[int, ...]
"""For each dimension that the clock sets, the value whose hours it is;
the default outside of all hours.
"""
Turn = tuple[int, Setting]
"""An instant (UTC seconds), and what the clocks set from it on."""


class HasClocks(Protocol):
    """A book, or its space."""

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """All dimensions."""

    @property
    def boundaries(self) -> tuple[int, ...]:
        """The instants (UTC seconds) that part time."""


# ---- one dimension -------------------------------------------------------------------------------


def value_at(dimension: Dimension, seconds: int) -> int:
    """The value that the clock sets of a dimension at an instant (UTC seconds)."""
    return value_in_week(dimension, local_minute(zone_of(dimension), seconds))


def value_in_week(dimension: Dimension, minute: int) -> int:
    """The same at a minute of the week in the zone of the dimension:
    the default outside of all windows.
    """
    for number, value in enumerate(dimension.values):
        for clock in value.clocks:
            if clock.holds(minute):
                return number
    return dimension.default


def clocks_of(dimension: Dimension) -> list[Clock]:
    """The clocks of a dimension."""
    return [clock for value in dimension.values for clock in value.clocks]


def zone_of(dimension: Dimension) -> str:
    """The zone of the clocks of a dimension, which is one."""
    return next((clock.zone for clock in clocks_of(dimension)), UTC)


def is_daily(dimension: Dimension) -> bool:
    """Decides whether the clock sets the same on every day of the week."""
    return all(clock.is_daily for clock in clocks_of(dimension))


def week_of(dimension: Dimension) -> tuple[tuple[int, int], ...]:
    """The minutes of the week, in the zone of the dimension, at which another value begins, each
    with the value; the first is the beginning of the week.
    """
    spans = [span for clock in clocks_of(dimension) for span in clock.spans()]
    edges = {edge % WEEK_MINUTES for span in spans for edge in span}
    found: list[tuple[int, int]] = []
    for minute in sorted({0, *edges}):
        value = value_in_week(dimension, minute)
        if not found or found[-1][1] != value:
            found.append((minute, value))
    return tuple(found)


# ---- all dimensions ------------------------------------------------------------------------------


def clocked(book: HasClocks) -> tuple[Dimension, ...]:
    """The dimensions that the clock sets."""
    return tuple([dimension for dimension in book.dimensions if dimension.clocked])


def setting_at(book: HasClocks, at: int) -> Setting:
    """What the clocks set at an instant."""
    return tuple([value_at(one, at) for one in book.dimensions if one.clocked])


def clock_settings(book: HasClocks) -> tuple[tuple[Setting, ...], ...] | None:
    """For each stretch of time what the clocks can set in it; None without a clock."""
    dimensions = clocked(book)
    return (
        tuple(tuple(setting for _, setting in turns) for turns in _all(dimensions, book.boundaries))
        if dimensions
        else None
    )


def settings_of(book: HasClocks) -> tuple[Setting, ...]:
    """All that the clocks can set; without a clock there is one setting, of nothing."""
    return tuple(dict.fromkeys(s for one in clock_settings(book) or (((),),) for s in one))


def open_settings(book: HasClocks) -> tuple[Setting, ...]:
    """The values that requests of a sum may have of all dimensions that the clock sets: any
    together, or where those are too many what the clocks can set together.
    """
    every = [range(len(dimension.values)) for dimension in clocked(book)]
    return tuple(product(*every)) if prod(map(len, every)) <= MANY else settings_of(book)


def turns_in(book: HasClocks, stretch: int) -> tuple[Turn, ...]:
    """The first instant in a stretch of time of each setting that it has, earliest first."""
    return _all(clocked(book), book.boundaries)[stretch]


@lru_cache(maxsize=64)
def _all(
    dimensions: tuple[Dimension, ...], boundaries: tuple[int, ...]
) -> tuple[tuple[Turn, ...], ...]:
    """The turns of each stretch of time."""
    first = boundaries[0] if boundaries else WEEK
    last = boundaries[-1] if boundaries else first
    edges = [first - WEEK, *(boundaries or (first,)), last + CALENDAR]
    found = [tuple(_first_turns(dimensions, *pair)) for pair in pairwise(edges)]
    return tuple(found) if boundaries else (tuple(_first_turns(dimensions, edges[0], edges[-1])),)


def _first_turns(dimensions: Sequence[Dimension], start: int, end: int) -> Iterator[Turn]:
    """The first instant of each setting between two instants."""
    seen: set[Setting] = set()
    zones = tuple(zone_of(dimension) for dimension in dimensions)
    weeks = tuple(week_of(dimension) for dimension in dimensions)
    for begin, after, ahead in _with_offsets(zones, start, end):
        length = min(after - begin, WEEK)
        for late, setting in _within_week(weeks, ahead, begin % WEEK, length):
            if setting not in seen:
                seen.add(setting)
                yield begin + late, setting


def _with_offsets(
    zones: Sequence[str], start: int, end: int
) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """The parts of the time between two instants in which no zone changes its offset:
    the first instant, the first after it, and the offset of each zone.
    """
    changes = {zone: dict(offsets(zone, start, end)) for zone in set(zones)}
    instants = sorted({at for found in changes.values() for at in found})
    now: dict[str, int] = {}
    for begin, after in pairwise([*instants, end]):
        now.update((zone, found[begin]) for zone, found in changes.items() if begin in found)
        yield begin, after, tuple([now[zone] for zone in zones])


@lru_cache(maxsize=1024)
def _within_week(
    weeks: tuple[tuple[tuple[int, int], ...], ...],
    ahead: tuple[int, ...],
    begin: int,
    length: int,
) -> tuple[Turn, ...]:
    """The first of each setting within a week of no other offsets: how many seconds after the
    beginning it is set. `begin` is modulo a week.
    """
    events: dict[int, list[tuple[int, int]]] = {}
    setting = []
    for number, (week, offset) in enumerate(zip(weeks, ahead, strict=True)):
        now = minute_of_week(begin + offset)
        setting.append(next(value for minute, value in reversed(week) if minute <= now))
        for minute, value in week:
            late = (60 * (minute - minute_of_week(0)) - offset - begin) % WEEK
            if 0 < late < length:
                events.setdefault(late, []).append((number, value))
    found = {tuple(setting): 0}
    for late in sorted(events):
        for number, value in events[late]:
            setting[number] = value
        found.setdefault(tuple(setting), late)
    return tuple((late, which) for which, late in found.items())


def turns_of_day(book: HasClocks, midnight: int) -> Iterator[int]:
    """The instants of a day of UTC at which the clocks may set something else, and its midnight."""
    yield midnight
    minutes = range(midnight + 60, midnight + DAY, 60)
    for dimension in clocked(book):
        zone, week = zone_of(dimension), {minute for minute, _ in week_of(dimension)}
        changes = [at for at, _ in offsets(zone, midnight, midnight + DAY)]
        yield from changes[1:]
        if zone == UTC or len(changes) == 1:
            ahead = offsets(zone, midnight, midnight + DAY)[0][1]
            for minute in week:
                late = (60 * (minute - minute_of_week(0)) - ahead - midnight) % WEEK
                if late < DAY:
                    yield midnight + late
        else:
            yield from (at for at in minutes if local_minute(zone, at) in week)


def possible(
    setting: Setting,
    given: Sequence[int],
    defaults: Sequence[int],
    offered: Sequence[Sequence[bool]],
) -> bool:
    """Decides whether a setting gives these values: what is not offered leaves the default."""
    return all(
        value == (hours if hours == default or known[hours] else default)
        for hours, value, default, known in zip(setting, given, defaults, offered, strict=True)
    )
