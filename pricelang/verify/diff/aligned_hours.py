"""The clocks of two books, hour by hour, as one dimension of their joint space."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from pricelang.model import book as m
from pricelang.model.time_of_day import DAY, Setting, setting_at

MINUTES = DAY // 60
Pair = tuple[Setting, Setting]


@frozen
class Hours:
    """What two clocks set together:
    `settings` have for each book and each value what its own clocks set there.

    `name` is that of the dimension; `before` is the clocked dimension in whose place it stands.
    `turns` are the minutes of the day at which something changes, each with the number of the value
    from then on.
    """

    name: str
    before: str
    values: tuple[str, ...]
    default: str
    settings: tuple[tuple[Setting, ...], tuple[Setting, ...]]
    turns: tuple[tuple[int, int], ...]

    def within(self, boundaries: Sequence[int]) -> tuple[int, ...]:
        """For each stretch of time between boundaries (UTC seconds),
        the mask of the values that can be within it.
        """
        found = []
        for number in range(len(boundaries) + 1):
            start = boundaries[number - 1] if number else None
            end = boundaries[number] if number < len(boundaries) else None
            long = start is None or end is None or end - start >= DAY
            found.append(
                (1 << len(self.values)) - 1
                if long or start is None or end is None
                else self._between(start, end)
            )
        return tuple(found)

    def _between(self, start: int, end: int) -> int:
        """The mask of the values between two instants of less than a day."""
        first, last, mask = start % DAY // 60, (start % DAY + end - start - 1) // 60, 0
        for (turn, value), (after, _) in zip(
            self.turns, [*self.turns[1:], (MINUTES, 0)], strict=True
        ):
            if any(turn + day <= last and first < after + day for day in (0, MINUTES)):
                mask |= 1 << value
        return mask


def hours_of(books: tuple[m.Book, m.Book], fixed: tuple[int | None, int | None]) -> Hours | None:
    """What the clocks of two books set together, None without a clock.
    A book that is looked at in a `fixed` minute of the day has what is set there at every hour.
    """
    clocked = [[dimension for dimension in book.dimensions if dimension.clocked] for book in books]
    if not any(clocked):
        return None
    turns = _turns(clocked)
    pairs = [
        (_setting(books[0], fixed[0], minute), _setting(books[1], fixed[1], minute))
        for minute in turns
    ]
    kinds = list(dict.fromkeys(pairs))
    every = [dimension for some in reversed(clocked) for dimension in some]
    names = _names(clocked, kinds)
    if names is not None:
        order = [value.name for dimension in every for value in dimension.values]
        kinds.sort(key=lambda kind: order.index(names[kind]))
        values = tuple(names[kind] for kind in kinds)
    else:
        values = tuple(" and ".join(_spans(turns, pairs, kind)) for kind in kinds)
    default = every[0].values[every[0].default].name
    return Hours(
        _name(books, every),
        every[0].name,
        values,
        default if default in values else values[0],
        (tuple(kind[0] for kind in kinds), tuple(kind[1] for kind in kinds)),
        tuple((turn, kinds.index(pair)) for turn, pair in zip(turns, pairs, strict=True)),
    )


def _turns(clocked: Sequence[Sequence[m.Dimension]]) -> list[int]:
    """The minutes of the day at which any clock turns, and midnight."""
    values = [value for some in clocked for dimension in some for value in dimension.values]
    minutes = {minute for value in values if value.clock for minute in value.clock}
    return sorted(minute % MINUTES for minute in {0, *minutes})


def _name(books: tuple[m.Book, m.Book], every: Sequence[m.Dimension]) -> str:
    """The name of the joint clock: the one that all share, where no other dimension has it."""
    taken = {found.name for book in books for found in book.dimensions if not found.clocked}
    own = {dimension.name for dimension in every}
    if len(own) == 1 and not own & taken:
        return every[0].name
    return next(name for name in ("time", "time_of_day", " time") if name not in taken)


def _setting(book: m.Book, fixed: int | None, minute: int) -> Setting:
    return setting_at(book, 60 * (minute if fixed is None else fixed))


def _names(
    clocked: Sequence[Sequence[m.Dimension]], kinds: Sequence[Pair]
) -> dict[Pair, str] | None:
    """The name of what is set, where both books call it by one, and by no other."""
    names: dict[Pair, str] = {}
    for kind in kinds:
        said = {
            dimension.values[value].name
            for some, setting in zip(clocked, kind, strict=True)
            for dimension, value in zip(some, setting, strict=True)
        }
        if len(said) != 1 or said & set(names.values()):
            return None
        (names[kind],) = said
    return names


def _spans(turns: Sequence[int], pairs: Sequence[Pair], kind: Pair) -> Iterator[str]:
    """The hours of the day at which something is set: `22:00 to 06:00`."""
    count = len(turns)
    if all(pair == kind for pair in pairs):
        yield "any time"
    for number in range(count):
        if pairs[number] == kind and pairs[number - 1] != kind:
            last = number
            while pairs[(last + 1) % count] == kind:
                last += 1
            yield f"{_clock(turns[number])} to {_clock(turns[(last + 1) % count])}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
