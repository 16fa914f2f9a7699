"""The values that the clock can set within each stretch of time, and an instant for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pricelang.model import book as m
from pricelang.model.space import Space, in_clock

DAY = 86_400
Setting = tuple[int, ...]
"""For each dimension that the clock sets, the value whose hours it is;
the default outside of all hours.
"""


def clock_settings(book: m.Book | Space) -> tuple[tuple[Setting, ...], ...] | None:
    """For each stretch of time what the clock can set in it, all clocks at once;
    None without a clock.
    """
    if not any(dimension.clocked for dimension in book.dimensions):
        return None
    return tuple(
        tuple(dict.fromkeys(setting_at(book, at) for at in instants_in(book, stretch)))
        for stretch in range(len(book.boundaries) + 1)
    )


def instants_in(book: m.Book | Space, stretch: int) -> Iterator[int]:
    """Instants (UTC seconds) of a stretch of time, earliest first:
    one for each setting of the clocks in it.
    """
    first = book.boundaries[0] if book.boundaries else 2 * DAY
    start = book.boundaries[stretch - 1] if stretch else first - 2 * DAY
    end = book.boundaries[stretch] if stretch < len(book.boundaries) else start + 2 * DAY
    yield start
    turns = sorted(
        {
            0,
            *(
                minute
                for d in book.dimensions
                for value in d.values
                if value.clock
                for minute in value.clock
            ),
        }
    )
    midnight = start - start % DAY
    for days in range(3):  # two days have every minute, wherever they begin
        yield from (at for turn in turns if start < (at := midnight + days * DAY + 60 * turn) < end)


def setting_at(book: m.Book | Space, at: int) -> Setting:
    """What the clocks set at an instant."""
    minute, found = at % DAY // 60, []
    for dimension in book.dimensions:
        if dimension.clocked:
            hours = (
                number
                for number, value in enumerate(dimension.values)
                if value.clock and in_clock(value.clock, minute)
            )
            found.append(next(hours, dimension.default))
    return tuple(found)


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
