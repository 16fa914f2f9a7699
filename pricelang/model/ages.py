"""How old what a book says is: when its sources were last read, and which of them are alive."""

from __future__ import annotations

from attrs import frozen

from pricelang.model.book import Book
from pricelang.model.instants import DAY, written
from pricelang.model.origins import Source


@frozen
class AgedSource:
    """The newest reading of an address, how old it is in days, and after how many it is read
    again.
    """

    source: Source
    days: int
    every: int


def read_to(book: Book) -> int | None:
    """The last day on which a source of a book was read; None where it names none."""
    return max((source.read for source in book.sources), default=None)


def interval(book: Book) -> int | None:
    """The longest time in days after which a source of a book is read again; None where none is
    alive.
    """
    return max((source.every for source in book.sources if source.every), default=None)


def beyond_reading(book: Book) -> tuple[int, str] | None:
    """The instant (UTC seconds) from which a price may have changed since the sources of a book
    were read, and a sentence on that; None for a book that says of no source how often it is read.
    """
    read, days = read_to(book), interval(book)
    if read is None or days is None:
        return None
    text = f"the book was read to {written(read)}: a price may have changed since"
    return read + (days + 1) * DAY, text


def aged_sources(book: Book, now: int) -> list[AgedSource]:
    """The addresses that are alive by an instant, the oldest first. One address may stand for
    several readings, of which the last counts, and is alive if any says how often it is read.
    """
    newest: dict[str, Source] = {}
    every: dict[str, int] = {}
    for source in book.sources:
        if source.address not in newest or source.read > newest[source.address].read:
            newest[source.address] = source
        if source.every:
            every[source.address] = min(source.every, every.get(source.address, source.every))
    found = [
        AgedSource(newest[address], (now - newest[address].read) // DAY, days)
        for address, days in every.items()
    ]
    return sorted(found, key=lambda aged: -aged.days)
