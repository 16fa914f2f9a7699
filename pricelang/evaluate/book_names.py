"""What a book names, for a program: its meters, its dimensions and its sources."""

from __future__ import annotations

from attrs import frozen

from pricelang.model import book as m
from pricelang.model.instants import written


@frozen
class MeterInfo:
    """A meter of a book and the unit that it counts, in the singular."""

    name: str
    unit: str
    location: str


@frozen
class DimensionInfo:
    """A dimension of a book: its values, the one that holds where nothing is said, and whether the
    time of day sets it, so that no request says it.
    """

    name: str
    values: tuple[str, ...]
    default: str
    clocked: bool
    location: str


@frozen
class SourceInfo:
    """Where figures of a book come from, the day on which that was read, and after how many days it
    is read again (None where it is not alive).
    """

    name: str
    address: str
    read: str
    every: int | None = None


def meters_of(book: m.Book) -> tuple[MeterInfo, ...]:
    """The meters of a book, in its order."""
    return tuple(MeterInfo(one.name, one.unit, one.origin.place) for one in book.meters)


def dimensions_of(book: m.Book) -> tuple[DimensionInfo, ...]:
    """The dimensions of a book, in its order."""
    return tuple(
        DimensionInfo(
            one.name,
            tuple(value.name for value in one.values),
            one.values[one.default].name,
            one.clocked,
            one.origin.place,
        )
        for one in book.dimensions
    )


def sources_of(book: m.Book) -> tuple[SourceInfo, ...]:
    """The sources of a book, in its order."""
    return tuple(
        SourceInfo(one.name, one.address, written(one.read), one.every) for one in book.sources
    )
