"""The clocks of a dimension: their windows, days and zone, and that no two hold at once."""

from __future__ import annotations

from collections.abc import Iterator

from pricelang.check.draft import SCOPED, WORDS, Draft
from pricelang.model.clock import (
    DAY_MINUTES,
    EVERY_DAY,
    UTC,
    WEEK_MINUTES,
    WEEKDAYS,
    Clock,
    day_time,
    week_time,
    zone_names,
)
from pricelang.syntax import tree as t

Clocks = dict[str, Clock]
"""The clock of each value that has one."""
DAYS: dict[str, tuple[int, ...]] = {
    **{name: (number,) for number, name in enumerate(WEEKDAYS)},
    "weekdays": EVERY_DAY[:5],
    "weekends": EVERY_DAY[5:],
}
WHOLE_DAY = ((0, DAY_MINUTES),)


def clocks_of(draft: Draft, statement: t.Dimension) -> Clocks:
    """The clocks of a dimension, each fault of them reported."""
    clocks: Clocks = {}
    lines: dict[str, tuple[t.Name, t.Clock]] = {}
    for line in statement.lines:
        draft.only(line.endings, SCOPED | WORDS, "a value")
        for name in line.values if line.clock is not None else ():
            if name.text in clocks:
                draft.fault(
                    "twice",
                    f"`{name.text}` has two clocks",
                    name.span,
                    "give the second a name of its own",
                    (lines[name.text][0].span, "the first"),
                )
            elif line.clock is not None:
                clocks[name.text] = _clock(draft, line.clock)
                lines[name.text] = name, line.clock
    _check_default(draft, statement, clocks)
    if clocks:
        _check_unclocked(draft, statement, clocks)
        _check_zones(draft, lines, clocks)
    _check_windows(draft, statement)
    _check_overlaps(draft, lines, clocks)
    return clocks


def _clock(draft: Draft, clock: t.Clock) -> Clock:
    windows = tuple((one.start.minutes, one.end.minutes) for one in clock.windows) or WHOLE_DAY
    days: set[int] = set()
    for name in clock.days:
        if name.text not in DAYS:
            draft.unknown("day", name, DAYS)
        days.update(DAYS.get(name.text, EVERY_DAY))
    return Clock(windows, tuple(sorted(days or EVERY_DAY)), _zone(draft, clock.zone))


def _zone(draft: Draft, zone: t.Name | None) -> str:
    """The name of a zone; UTC for one that nobody knows."""
    if zone is None or zone.text == UTC:
        return UTC
    known = zone_names()
    if zone.text in known:
        return zone.text
    # people know cities: the last part of a name
    cities = {name.rpartition("/")[2]: name for name in sorted(known)}
    meant = cities.get(zone.text.replace(" ", "_"))
    if meant is None:
        draft.unknown("zone", zone, known)
    else:
        draft.fault(
            "unknown_zone", f"unknown zone `{zone.text}`", zone.span, f"did you mean `{meant}`?"
        )
    return UTC


def _check_default(draft: Draft, statement: t.Dimension, clocks: Clocks) -> None:
    """Reports a clock of the default, and an `otherwise` that is not its."""
    default = statement.default
    if default.text in clocks:
        message = "the default holds whenever no clock does, and has no clock itself"
        draft.fault("clock", message, default.span)
    for line in statement.lines:
        for name in line.values if line.otherwise else ():
            if name.text != default.text:
                message = f"`otherwise` says when the default holds, and that is `{default.text}`"
                draft.fault("clock", message, name.span)
            elif not clocks:
                message = "`otherwise` stands beside values that the clock sets, and there is none"
                draft.fault("clock", message, name.span)


def _check_unclocked(draft: Draft, statement: t.Dimension, clocks: Clocks) -> None:
    """Reports values without a clock, other than the default, beside values with one."""
    for line in statement.lines:
        for name in line.values if line.clock is None and not line.otherwise else ():
            if name.text not in clocks and name.text != statement.default.text:
                message = f"`{name.text}` has no clock, and requests cannot set a clocked dimension"
                draft.fault("clock", message, name.span)


def _check_zones(draft: Draft, lines: dict[str, tuple[t.Name, t.Clock]], clocks: Clocks) -> None:
    """Reports the first value whose clock is in another zone than the first."""
    first, *others = lines
    for value in others:
        if clocks[value].zone != clocks[first].zone:
            draft.fault(
                "clock",
                f"the clock of `{value}` is in {clocks[value].zone}, that of `{first}` in "
                f"{clocks[first].zone}",
                lines[value][0].span,
                "the values of one dimension are set in one zone; another zone is a dimension of "
                "its own",
                (lines[first][0].span, "the other"),
            )
            return


def _check_windows(draft: Draft, statement: t.Dimension) -> None:
    """Reports windows of no length."""
    for line in statement.lines:
        for window in line.clock.windows if line.clock is not None else ():
            if window.start.minutes == window.end.minutes:
                message = f"the clock of `{line.values[0].text}` ends when it begins"
                help = "a whole day is `from 00:00 before 24:00`"
                draft.fault("clock", message, window.end.span, help)


def _check_overlaps(draft: Draft, lines: dict[str, tuple[t.Name, t.Clock]], clocks: Clocks) -> None:
    """Reports the first minute of the week at which two windows hold."""
    spans = sorted(
        (start, value, end) for value, clock in clocks.items() for start, end in _parts(clock)
    )
    order = [*lines]
    until, holder = 0, ""
    for start, value, end in spans:
        if start < until:
            first, second = sorted([holder, value], key=order.index)
            daily = all(clock.is_daily for clock in clocks.values())
            when = day_time(start) if daily else week_time(start)
            if first == second:
                message = f"two windows of `{value}` hold at {when}"
                draft.fault("overlap", message, lines[value][0].span)
            else:
                message = f"`{first}` and `{second}` both hold at {when}"
                draft.overlap(message, lines[second][0].span, lines[first][0].span)
            return
        if end > until:
            until, holder = end, value


def _parts(clock: Clock) -> Iterator[tuple[int, int]]:
    """The windows of a week, none of which passes its end."""
    for start, end in clock.spans():
        if end > WEEK_MINUTES:
            yield start, WEEK_MINUTES
            yield 0, end - WEEK_MINUTES
        elif start != end:
            yield start, end
