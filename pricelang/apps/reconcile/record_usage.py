"""The usage of records, with what each quantity comes to."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import IO, TYPE_CHECKING, Literal

from attrs import define, evolve, field, frozen

from pricelang.apps.reconcile.keys import (
    LONG,
    PLAIN_TIER,
    Key,
    Side,
    Unread,
    Used,
    endpoint_of,
    stated_by,
    window_of,
    window_sides,
)
from pricelang.apps.reconcile.pages import day_after
from pricelang.apps.reconcile.quantities import Quantities, canonical, priced_quantities
from pricelang.model.errors import BELT, PriceError
from pricelang.model.instants import seconds_of, today, written
from pricelang.usage.io.files import STDIN, opened
from pricelang.usage.meter_mapping import book_request
from pricelang.usage.records import Outcome, Part, Record, Rejected, Skipped

if TYPE_CHECKING:
    from pricelang.apps.price_book import PriceBook


ALWAYS_STATED = frozenset(("cost_type", "token_type", "service_tier", "inference_geo"))
"""What every record states, if only by its default."""


def outcomes_of(path: str, stdin: IO[bytes], unknown_counters: str) -> Iterator[Outcome]:
    """The records of a path; `stdin` is what was read of standard input."""
    from pricelang.usage.io.folders import record_files
    from pricelang.usage.reading import read, read_paths

    if path == STDIN:
        return read(opened(stdin), path, unknown_counters=unknown_counters)
    return read_paths(
        record_files(path) if os.path.isdir(path) else [path], unknown_counters=unknown_counters
    )


def record_side(
    book: PriceBook,
    path: str,
    given: Mapping[str, str],
    at: str | None,
    outcomes: Iterable[Outcome],
) -> tuple[tuple[Used, ...], Side]:
    """The parts of usage records; the day of a record is that of its `at`,
    its workspace what it says of itself.
    """
    read = _Read(_Pricing(book, given, at or today(), window_sides(book.checked, True)))
    for outcome in outcomes:
        read.add(outcome)
    days = sorted(line.key.day for line in read.used if line.key.day)
    start, end = (days[0], day_after(days[-1])) if days else (None, None)
    return tuple(read.used), Side(
        path,
        "usage records",
        read.records + len(read.unread),
        start,
        end,
        stated_by([line.key for line in read.used]) | ALWAYS_STATED,
        tuple(read.notes(at or today())),
        tuple(read.unread),
        blank_is_any=True,
    )


@frozen(eq=False)
class _Pricing:
    """What prices all records: the book, what holds where they say nothing, the day of those
    without one, and the sides of the long context window.
    """

    book: PriceBook
    given: Mapping[str, str]
    undated: str
    long_sides: Mapping[int, tuple[int, ...]]


@define(eq=False)
class _Read:
    """What was read so far of records."""

    pricing: _Pricing
    used: list[Used] = field(factory=list)
    unread: list[Unread] = field(factory=list)
    records: int = 0
    skipped: int = 0
    undated: int = 0

    def add(self, outcome: Outcome) -> None:
        """Adds a record; a part without a price is unread."""
        if isinstance(outcome, Skipped):
            self.skipped += 1
            return
        place = str(outcome.place)
        if isinstance(outcome, Rejected):
            self.unread.append(Unread(place, outcome.code, outcome.message, outcome.help))
            return
        self.records += 1
        self.undated += any(part.at is None for part in outcome.parts)
        for part in outcome.parts:
            try:
                with BELT:
                    self.used += list(_priced_part(self.pricing, outcome, part))
            except PriceError as error:
                self.unread.append(Unread(place, error.code, error.message, error.help))

    def notes(self, undated: str) -> Iterator[str]:
        """What to know of the records."""
        if self.skipped:
            yield (
                f"{self.skipped:,} of the lines are no usage records of their own and were skipped"
            )
        if self.undated:
            yield f"{self.undated:,} of the records have no date: priced as of {undated}"


def _priced_part(pricing: _Pricing, record: Record, part: Part) -> Iterator[Used]:
    book = pricing.book
    asked = book_request(book.rates, part, None, pricing.undated, pricing.given)
    at, dimensions = part.at if part.at is not None else pricing.undated, asked.dimensions
    day = written(seconds_of(at))[:10]
    carried = {**record.attributes, **part.attributes}
    key = Key(
        day,
        carried.get("workspace"),
        None,
        canonical(book, asked.model, at),
        dimensions.get("service_tier", PLAIN_TIER),
        LONG if dimensions.get("context_window") == "long" else None,
        dimensions.get("inference_geo", "global"),
        endpoint=endpoint_of(dimensions.get("endpoint")),
    )
    sides = book.rates.sides(part.sides)
    kind: Literal["single", "sum"] = "single" if part.kind == "single" else "sum"
    place = str(record.place)
    for use in priced_quantities(
        book, Quantities(kind, key, at, dimensions, asked.usage, sides, place, carried)
    ):
        window = window_of(pricing.long_sides, use.request.sides)
        yield use if window is None else evolve(use, key=_in_window(use.key, window))


@lru_cache(maxsize=100_000)
def _in_window(key: Key, window: str) -> Key:
    return evolve(key, context_window=window)
