"""The clocks of a dimension: their windows, days and zone, and that no two hold at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from attrs import frozen

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
from pricelang.syntax.clock_habits import day_named, days_from

Clocks = dict[str, tuple[Clock, ...]]
"""The clocks of each value that has one."""
DAYS: dict[str, tuple[int, ...]] = {
    **{name: (number,) for number, name in enumerate(WEEKDAYS)},
    "weekdays": EVERY_DAY[:5],
    "weekends": EVERY_DAY[5:],
}
WHOLE_DAY = ((0, DAY_MINUTES),)


@frozen
class _Set:
    """The clock of a line and a value that it sets."""

    name: t.Name
    line: t.ValueLine
    clock: Clock


def clocks_of(draft: Draft, statement: t.Dimension) -> Clocks:
    """The clocks of a dimension, each fault of them reported."""
    every: list[_Set] = []
    firsts: dict[str, _Set] = {}
    for line in statement.lines:
        draft.only(line.endings, SCOPED | WORDS, "a value")
        if line.clock is None:
            continue
        clock = _clock(draft, line.clock)
        for name in line.values:
            every.append(_Set(name, line, clock))
            first = firsts.setdefault(name.text, every[-1])
            if first.line.endings != line.endings:
                draft.fault(
                    "twice",
                    f"`{name.text}` has two clocks, and not the same clauses behind both",
                    name.span,
                    "write the same behind both, or give the second a name of its own",
                    (first.name.span, "the first"),
                )
    clocks: Clocks = {
        name: tuple(one.clock for one in every if one.name.text == name) for name in firsts
    }
    _check_default(draft, statement, clocks)
    if every:
        _check_unclocked(draft, statement, clocks)
        _check_zones(draft, every)
    _check_windows(draft, statement)
    _check_overlaps(draft, every)
    return clocks


def _clock(draft: Draft, clock: t.Clock) -> Clock:
    windows = tuple((one.start.minutes, one.end.minutes) for one in clock.windows) or WHOLE_DAY
    days: set[int] = set()
    for name in clock.days:
        if name.text not in DAYS:
            draft.unknown("day", name, *_days_meant(name.text))
        days.update(DAYS.get(name.text, EVERY_DAY))
    return Clock(windows, tuple(sorted(days or EVERY_DAY)), _zone(draft, clock.zone))


def _days_meant(text: str) -> tuple[Collection[str], str, str | None]:
    """The names of days that a text may mean, and a help where it means several.

    >>> _days_meant("Sat"), _days_meant("Mon-Fri")
    ((['saturday'], '', 'did you mean `saturday`?'), ((), '', 'write `weekdays`'))
    """
    start, mark, end = text.partition("-")
    several = days_from(start, end) if mark else None
    if several is not None:
        return (), "", f"write `{several}`"
    day = day_named(text) if text not in ("weekday", "weekend") else None
    return ([day], "", f"did you mean `{day}`?") if day else (DAYS, "", None)


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
    if meant is None and zone.text.isupper():
        help = (
            "write a place of the zone, such as `America/New_York`, which has its summer time too"
        )
        draft.unknown("zone", zone, (), help=help)
    elif meant is None:
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


def _check_zones(draft: Draft, every: Sequence[_Set]) -> None:
    """Reports the first clock that is in another zone than the first."""
    first = every[0]
    for one in every:
        if one.clock.zone != first.clock.zone:
            draft.fault(
                "clock",
                f"the clock of `{one.name.text}` is in {one.clock.zone}, that of "
                f"`{first.name.text}` in {first.clock.zone}",
                one.name.span,
                "the values of one dimension are set in one zone; another zone is a dimension of "
                "its own",
                (first.name.span, "the other"),
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


def _check_overlaps(draft: Draft, every: Sequence[_Set]) -> None:
    """Reports the first minute of the week at which two windows hold."""
    spans = sorted(
        (start, number, end) for number, one in enumerate(every) for start, end in _parts(one.clock)
    )
    until, holder = 0, 0
    for start, number, end in spans:
        if start < until:
            first, second = (every[n].name for n in sorted([holder, number]))
            daily = all(one.clock.is_daily for one in every)
            when = day_time(start) if daily else week_time(start)
            message = f"`{first.text}` and `{second.text}` both hold at {when}"
            if first.text == second.text:
                message = f"two windows of `{first.text}` hold at {when}"
            if first is second:
                draft.fault("overlap", message, first.span)
            else:
                draft.overlap(message, second.span, first.span)
            return
        if end > until:
            until, holder = end, number


def _parts(clock: Clock) -> Iterator[tuple[int, int]]:
    """The windows of a week, none of which passes its end."""
    for start, end in clock.spans():
        if end > WEEK_MINUTES:
            yield start, WEEK_MINUTES
            yield 0, end - WEEK_MINUTES
        elif start != end:
            yield start, end
