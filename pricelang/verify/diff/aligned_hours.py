"""The clocks of two books, hour by hour, as one dimension of their joint space."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from pricelang.model import book as m
from pricelang.model.clock import (
    DAY_MINUTES,
    EVERY_DAY,
    UTC,
    WEEK_MINUTES,
    WEEKDAYS,
    day_time,
    week_time,
)
from pricelang.model.instants import DAY
from pricelang.model.time_of_day import (
    Setting,
    clock_settings,
    clocked,
    is_daily,
    setting_at,
    turns_of_day,
    value_in_week,
    week_of,
    zone_of,
)

Pair = tuple[Setting, Setting]
On = tuple[int | None, int | None]


@frozen
class Hours:
    """What two clocks set together:
    `settings` have for each book and each value what its own clocks set there.

    `name` is that of the dimension; `before` is the clocked dimension in whose place it stands.
    `masks` are the values that can be in each stretch of time.
    """

    name: str
    before: str
    values: tuple[str, ...]
    default: str
    settings: tuple[tuple[Setting, ...], tuple[Setting, ...]]
    masks: tuple[int, ...]


@frozen
class _Both:
    """The clocks of two books at once, and the boundaries of both."""

    dimensions: tuple[m.Dimension, ...]
    boundaries: tuple[int, ...]


def hours_of(books: tuple[m.Book, m.Book], on: On, boundaries: tuple[int, ...]) -> Hours | None:
    """What the clocks of two books set together in stretches of time, None without a clock.
    Two books that are looked at `on` instants (UTC seconds) have what is set there: at a midnight
    all that is set on its day.
    """
    timed = [clocked(book) for book in books]
    if not any(timed):
        return None
    stretches = [*_pairs(books, on, boundaries)]
    kinds = list(dict.fromkeys(pair for found in stretches for pair in found))
    every = [dimension for some in reversed(timed) for dimension in some]
    names = _names(timed, kinds)
    if names is not None:
        order = [value.name for dimension in every for value in dimension.values]
        kinds.sort(key=lambda kind: order.index(names[kind]))
        values = tuple(names[kind] for kind in kinds)
    else:
        values = _described(books, on, kinds)
    default = every[0].values[every[0].default].name
    number = {kind: place for place, kind in enumerate(kinds)}
    return Hours(
        _name(books, every),
        every[0].name,
        values,
        default if default in values else values[0],
        (tuple(kind[0] for kind in kinds), tuple(kind[1] for kind in kinds)),
        tuple(sum(1 << number[pair] for pair in found) for found in stretches),
    )


def _pairs(
    books: tuple[m.Book, m.Book], on: On, boundaries: tuple[int, ...]
) -> Iterator[tuple[Pair, ...]]:
    """What both set together in each stretch of time, or on two days."""
    if on != (None, None):
        yield tuple(dict.fromkeys(pair for _, pair in _of_days(books, on)))
        return
    first = len(clocked(books[0]))
    both = _Both((*clocked(books[0]), *clocked(books[1])), boundaries)
    for found in clock_settings(both) or ():
        yield tuple((setting[:first], setting[first:]) for setting in found)


def _of_days(books: tuple[m.Book, m.Book], on: On) -> Iterator[tuple[int, Pair]]:
    """The seconds of a day after which either clock turns, with what both set then. An instant that
    is no midnight stays what it is at every hour.
    """
    days = [(book, at) for book, at in zip(books, on, strict=True) if at is not None]
    turns = {turn - at for book, at in days if at % DAY == 0 for turn in turns_of_day(book, at)}
    for late in sorted(turns | {0}):
        old, new = (setting_at(book, at + late * (at % DAY == 0)) for book, at in days)
        yield late, (old, new)


def _name(books: tuple[m.Book, m.Book], every: Sequence[m.Dimension]) -> str:
    """The name of the joint clock: the one that all share, where no other dimension has it."""
    taken = {found.name for book in books for found in book.dimensions if not found.clocked}
    own = {dimension.name for dimension in every}
    if len(own) == 1 and not own & taken:
        return every[0].name
    return next(name for name in ("time", "time_of_day", " time") if name not in taken)


def _names(timed: Sequence[Sequence[m.Dimension]], kinds: Sequence[Pair]) -> dict[Pair, str] | None:
    """The name of what is set, where both books call it by one, and by no other."""
    names: dict[Pair, str] = {}
    for kind in kinds:
        said = {
            dimension.values[value].name
            for some, setting in zip(timed, kind, strict=True)
            for dimension, value in zip(some, setting, strict=True)
        }
        if len(said) != 1 or said & set(names.values()):
            return None
        (names[kind],) = said
    return names


# ---- hours in words ------------------------------------------------------------------------------


def _described(books: tuple[m.Book, m.Book], on: On, kinds: Sequence[Pair]) -> tuple[str, ...]:
    """The hours of each value, where all clocks are in one zone; else what each book sets."""
    timed = [clocked(book) for book in books]
    every = [dimension for some in timed for dimension in some]
    zones = {zone_of(dimension) for dimension in every}
    if len(zones) > 1 or (zones != {UTC} and on != (None, None)):
        return tuple(_set_by(timed, kind) for kind in kinds)
    if on != (None, None):
        length, turns = DAY_MINUTES, [(late // 60, pair) for late, pair in _of_days(books, on)]
    else:
        length = DAY_MINUTES if all(map(is_daily, every)) else WEEK_MINUTES
        minutes = {minute for one in every for minute, _ in week_of(one) if minute < length}
        turns = [(minute, _at_minute(timed, minute)) for minute in sorted(minutes)]
    ending = "" if zones == {UTC} else f" in {zones.pop()}"
    return tuple(
        " and ".join(_spans(turns, kind, length == WEEK_MINUTES)) + ending for kind in kinds
    )


def _at_minute(timed: Sequence[Sequence[m.Dimension]], minute: int) -> Pair:
    """What both set at a minute of the week."""
    old, new = (tuple(value_in_week(one, minute) for one in some) for some in timed)
    return old, new


def _set_by(timed: Sequence[Sequence[m.Dimension]], kind: Pair) -> str:
    """What each book sets: `hours peak, desk open`, and after `then` what the newer one does."""
    said = [
        ", ".join(f"{one.name} {one.values[v].name}" for one, v in zip(some, setting, strict=True))
        for some, setting in zip(timed, kind, strict=True)
    ]
    return said[0] if said[0] == said[1] else " then ".join(text or "any time" for text in said)


def _spans(turns: Sequence[tuple[int, Pair]], kind: Pair, weekly: bool) -> Iterator[str]:
    """The hours of the day or the week at which something is set: `22:00 to 06:00`.
    Hours of several days that are alike are said once.
    """
    if all(pair == kind for _, pair in turns):
        yield "any time"
    alike: dict[tuple[int, int], list[int]] = {}
    for start, end in _stretches(turns, kind):
        if not weekly:
            yield f"{day_time(start)} to {day_time(end)}"
        elif (end - start) % WEEK_MINUTES >= DAY_MINUTES:
            yield f"{week_time(start)} to {week_time(end)}"
        else:
            hours = start % DAY_MINUTES, end % DAY_MINUTES
            alike.setdefault(hours, []).append(start // DAY_MINUTES)
    for (start, end), days in alike.items():
        yield f"{_days(sorted(days))} {day_time(start)} to {day_time(end)}"


def _stretches(turns: Sequence[tuple[int, Pair]], kind: Pair) -> Iterator[tuple[int, int]]:
    """The first minute of each time at which something is set, and the first after it."""
    count = len(turns)
    for number in range(count):
        if turns[number][1] == kind and turns[number - 1][1] != kind:
            last = number
            while turns[(last + 1) % count][1] == kind:
                last += 1
            yield turns[number][0], turns[(last + 1) % count][0]


def _days(days: Sequence[int]) -> str:
    """Days of the week in words."""
    known = {EVERY_DAY: "every day", EVERY_DAY[:5]: "weekdays", EVERY_DAY[5:]: "weekends"}
    return known.get(tuple(days)) or ", ".join(WEEKDAYS[day].capitalize() for day in days)
