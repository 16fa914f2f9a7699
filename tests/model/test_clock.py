"""What a clock sets, beside a slow answer from the calendar of its zone, and around the changes of
daylight saving time.
"""

from __future__ import annotations

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from pricelang.model.clock import UTC, WEEKDAYS, Clock, offset_at, offsets, zone_names
from pricelang.model.instants import DAY
from pricelang.model.names import Dimension, Value
from pricelang.model.time_of_day import (
    clock_settings,
    setting_at,
    settings_of,
    turns_in,
    turns_of_day,
    value_at,
)
from pricelang.syntax import tree as t
from tests.oracle.rules import on_clock

FIRST, LAST = 1_735_689_600, 1_861_920_000  # 2025-01-01 and 2029-01-01
ZONES = sorted(zone_names())


class Clocks:
    """The dimensions and dates of a book."""

    def __init__(self, clocks: tuple[tuple[Clock, ...], ...], boundaries: tuple[int, ...]) -> None:
        self.dimensions = tuple(_dimension(*((one,) for one in some)) for some in clocks)
        self.boundaries = boundaries


def _dimension(*clocks: tuple[Clock, ...]) -> Dimension:
    values = [Value(f"v{n}", (), some) for n, some in enumerate(clocks)]
    return Dimension("hours", len(values), (*values, Value("rest", (), ())), True, None)  # type: ignore[arg-type]


@st.composite
def clocks(draw: st.DrawFn) -> Clock:
    """A clock with windows that do not overlap."""
    edges = sorted(draw(st.sets(st.integers(0, 1440), min_size=2, max_size=6)))
    windows = tuple(zip(edges[::2], edges[1::2], strict=False))
    if draw(st.booleans()) and edges[-1] < 1440:
        windows = ((edges[-1], edges[0] or 1), *zip(edges[1:-1:2], edges[2:-1:2], strict=False))
    days = tuple(sorted(draw(st.sets(st.integers(0, 6), min_size=1))))
    return Clock(windows, days, draw(st.sampled_from(ZONES)))


@st.composite
def instants(draw: st.DrawFn, zone: str) -> int:
    """An instant, often beside a change of the zone."""
    changes = [at for at, _ in offsets(zone, FIRST, LAST)][1:]
    if changes and draw(st.booleans()):
        return draw(st.sampled_from(changes)) + draw(st.integers(-8_000, 8_000))
    return draw(st.integers(FIRST, LAST - 1))


def written(clock: Clock) -> t.Clock:
    """A clock as a book writes it."""
    return t.Clock(
        tuple(t.Window(t.TimeOfDay(a), t.TimeOfDay(b)) for a, b in clock.windows),
        tuple(t.Name(WEEKDAYS[day]) for day in clock.days),
        t.Name(clock.zone),
    )


@given(st.data())
def test_the_value_at_an_instant(data: st.DataObject) -> None:
    clock = data.draw(clocks())
    other = evolve(data.draw(clocks()), zone=clock.zone)  # more hours of the same value
    some = data.draw(st.sampled_from([(clock,), (clock, other)]))
    at = data.draw(instants(clock.zone))
    expected = any(on_clock(at, written(one)) for one in some)
    assert value_at(_dimension(some), at) == (0 if expected else 1)


@given(st.data())
def test_what_is_set_at_an_instant_is_among_what_can_be(data: st.DataObject) -> None:
    """Of several zones at once: no instant has a setting that its stretch of time has not, and the
    first instant of a setting has it, and none before.
    """
    some = data.draw(st.lists(clocks(), min_size=1, max_size=3))
    boundaries = tuple(sorted(data.draw(st.sets(instants(some[0].zone), max_size=2))))
    book = Clocks(tuple((clock,) for clock in some), boundaries)
    at = data.draw(instants(some[-1].zone))
    found = setting_at(book, at)
    assert found in settings_of(book)
    if boundaries and at >= boundaries[0]:
        stretch = sum(at >= one for one in boundaries)
        possible = clock_settings(book)
        assert possible is not None
        assert found in possible[stretch]
        turns = turns_in(book, stretch)
        assert all(setting_at(book, turn) == setting for turn, setting in turns)
        assert all(turn <= at for turn, setting in turns if setting == found)


@given(st.data())
def test_a_day_turns_where_it_says(data: st.DataObject) -> None:
    """Between two turns of a day nothing else is set."""
    clock = data.draw(clocks())
    book = Clocks(((clock,),), ())
    midnight = data.draw(instants(clock.zone)) // DAY * DAY
    at = midnight + data.draw(st.integers(0, DAY - 1))
    turns = sorted(set(turns_of_day(book, midnight)))
    assert turns[0] == midnight
    assert setting_at(book, max(turn for turn in turns if turn <= at)) == setting_at(book, at)


@given(st.data())
def test_the_offsets_of_a_zone(data: st.DataObject) -> None:
    zone = data.draw(st.sampled_from(ZONES))
    at = data.draw(instants(zone))
    found = [offset for start, offset in offsets(zone, FIRST, LAST) if start <= at]
    assert found[-1] == offset_at(zone, at)


def test_utc_needs_no_zone() -> None:
    assert UTC in zone_names()
    assert offsets(UTC, FIRST, LAST) == ((FIRST, 0),)
