"""Random requests to a checked book, drawn from a seed: its names, each side of its dates and
thresholds, and some words that it does not know.

The requests are of the kit's own and no strategy of hypothesis, whose next version draws others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from pricelang.model import book as m
from pricelang.model.instants import DAY, with_time, written
from pricelang.model.rules import scopes_of
from pricelang.model.space import first_sum

Request = dict[str, Any]
"""The arguments of `Book.price`, as JSON has them."""

Aim = dict[int, int]
"""The scope of a rule, by axis."""

SAFE = 2**53
"""Whole numbers from here on are written as text: not every reader of JSON keeps them."""
# The changes of daylight saving time in 2026: New York, Berlin and Lord Howe, in UTC.
CHANGES = (1_772_953_200, 1_793_512_800, 1_774_746_000, 1_792_890_000, 1_775_314_800, 1_791_041_400)


class Drawer:
    """Draws requests to one book."""

    def __init__(self, book: m.Book, seed: int | str) -> None:
        self.book, self.random = book, Random(seed)
        self.dates = list(_dates(book))
        self.scopes = list(dict.fromkeys(scopes_of(book)))
        self.names = [model.name for model in book.models]
        self.names += [alias.name for alias in book.aliases if not alias.pattern]
        self.ladders = [found for found in book.dimensions if found.ladder is not None]
        self.limits = sorted({int(limit) for found in book.sums for limit in found.limits})

    def pick(self, choices: Sequence[Any]) -> Any:
        """One of some choices."""
        return choices[int(self.random.random() * len(choices))]

    def maybe(self, percent: int) -> bool:
        """True so often."""
        return self.random.random() * 100 < percent

    def number(self, least: int, most: int) -> int:
        """A whole number between two, both included."""
        return least + int(self.random.random() * (most - least + 1))

    def request(self) -> Request:
        """One request, which may be refused or not offered: mostly one that a rule looks at."""
        aim = dict(self.pick(self.scopes)) if self.maybe(70) else {}
        found: Request = {"model": self.model(aim), "at": self.instant(aim)}
        found["dimensions"] = self.values(aim)
        if self.maybe(30):
            found["dimensions"] |= self.values(dict(self.pick(self.scopes)))
        meters = self.book.meters
        count = self.pick((0, 1, 1, 1, 2, 2, 3))
        used = {self.number(0, len(meters) - 1): None for _ in range(count)}
        found["usage"] = {meters[index].name: self.uses(meters[index]) for index in used}
        summed = self.sum(aim)
        if summed is not None and self.maybe(60):  # over a threshold
            meter, limit = meters[self.pick(summed.meters)], int(self.pick(summed.limits))
            found["usage"][meter.name] = limit * self.number(1, 3) + 1
        if self.maybe(5 if summed is None else 40):
            found["record"] = "sum"
            if summed is not None and self.maybe(40):
                over, limit = self.pick(("over", "up to")), self.pick(summed.limits)
                found["each"] = [f"{summed.label} {over} {limit}"]
        if self.maybe(30):
            found["limits"] = False
        elif self.ladders and self.maybe(60):
            found["position"] = {self.pick(self.ladders).name: None for _ in range(2)}
            found["position"] = {name: self.place(name) for name in found["position"]}
        return found

    def place(self, name: str) -> Any:
        """What a ladder has counted: near the start of one of its tiers, mostly."""
        (ladder,) = (one.ladder for one in self.ladders if one.name == name)
        assert ladder is not None
        start = int(self.pick(ladder.starts))
        count = max(0, start - self.pick((0, 1, 500, 50_000)) if self.maybe(80) else 2 * start)
        if ladder.spend:
            return f"${count:,}"
        meter = self.book.meters[ladder.counts[0]]
        return f"{count} seconds" if meter.is_time else count

    def model(self, aim: Aim) -> str:
        """A model that a rule wants, or any model or alias."""
        if m.MODELS in aim and self.maybe(85):
            return self.book.models[self.pick(points(aim[m.MODELS], len(self.book.models)))].name
        return str(self.pick(self.names))

    def values(self, aim: Aim) -> dict[str, str]:
        """A value of each dimension that a rule looks at, mostly one that it wants."""
        found = {}
        for index, dimension in enumerate(self.book.dimensions):
            if m.FIRST_DIMENSION + index in aim and not dimension.clocked:
                every = range(len(dimension.values))
                wanted = points(aim[m.FIRST_DIMENSION + index], len(every))
                found[dimension.name] = dimension.values[
                    self.pick(wanted if self.maybe(85) else every)
                ].name
        return found

    def sum(self, aim: Aim) -> m.Sum | None:
        """A sum whose thresholds a rule looks at, or now and then any."""
        first = first_sum(self.book.dimensions)
        watched = [found for n, found in enumerate(self.book.sums) if first + n in aim]
        if not watched and self.book.sums and self.maybe(20):
            watched = list(self.book.sums)
        return self.pick(watched) if watched else None

    def instant(self, aim: Aim) -> str:
        """A day, or an instant within a second of a date, or any."""
        if m.DATES in aim and self.maybe(85):
            stretch = self.pick(points(aim[m.DATES], len(self.book.boundaries) + 1))
            at = self.book.boundaries[max(stretch - 1, 0)] + self.pick((-1, 0, 0, 0, 1))
        elif self.maybe(70):
            at = self.pick(self.dates) + self.pick((-1, 0, 0, 1))
        else:
            at = self.number(self.dates[0] - DAY, self.dates[-1] + 60 * DAY)
        if self.maybe(40):
            return written(at // DAY * DAY)
        return with_time(at).replace(" ", "T") + self.pick(("Z", "", "+00:00", ".25Z"))

    def uses(self, meter: m.Meter) -> Any:
        """A quantity of a meter, or a list of uses."""
        if self.maybe(15):
            return [self.quantity(meter) for _ in range(self.number(0, 3))]
        return self.quantity(meter)

    def quantity(self, meter: m.Meter) -> Any:
        """A quantity of a meter: a whole number, or text with a decimal or a unit."""
        if meter.is_time and self.maybe(50):
            return f"{self.number(0, 5000)} {self.pick(('minutes', 'seconds'))}"
        if not meter.whole and self.maybe(60):
            return f"{self.number(0, 50)}.{self.number(0, 999):03}"
        near = [limit + step for limit in self.limits for step in (-1, 0, 1) if limit + step >= 0]
        edge = self.pick((0, 1, 1_000_000, *near))
        size = self.number(0, self.pick((1_000, 30_000, 300_000, 3_000_000, 10**18)))
        return _written(self.pick((edge, size)))

    def mistakes(self) -> Iterator[Request]:
        """Requests with a word, a date or a quantity that the book does not know."""
        good = {"model": self.names[0], "at": written(self.dates[-1]), "dimensions": {}}
        meter = self.book.meters[0].name
        good |= {"usage": {meter: 1}}
        yield {**good, "model": "no-such-model"}
        yield {**good, "usage": {"no_such_meter": 1}}
        yield {**good, "usage": {meter: -1}}
        yield {**good, "usage": {meter: "1.5.0"}}
        yield {**good, "usage": {meter: "12 furlongs"}}
        yield {**good, "usage": {meter: True}}
        yield {**good, "usage": {meter: None}}
        yield {**good, "at": "2026-13-01"}
        yield {**good, "at": "yesterday"}
        yield {**good, "dimensions": {"no_such_dimension": "x"}}
        yield {**good, "record": "several"}
        yield {**good, "each": ["input over 1"]}
        yield {**good, "record": "sum", "each": ["no_such_sum over 1"]}
        for dimension in self.book.dimensions[:1]:
            yield {**good, "dimensions": {dimension.name: "no_such_value"}}


def _written(number: int) -> int | str:
    return number if number < SAFE else str(number)


def _dates(book: m.Book) -> Iterator[int]:
    """The dates of a book; with a clock, its hours around them too."""
    clocks = [clock for d in book.dimensions for v in d.values for clock in v.clocks]
    edges = {60 * edge for clock in clocks for span in clock.windows for edge in span}
    dates = {*book.boundaries, *(model.released for model in book.models)}
    dates |= {at for alias in book.aliases for at in (alias.start, alias.end) if at is not None}
    dates |= {at // DAY * DAY + edge for at in dates for edge in edges}
    if clocks:
        dates |= {at + day * DAY for at in dates for day in (1, 2)}
        dates |= {at + step for at in CHANGES for step in (-3601, 0, 3599)}
    return iter(sorted(dates))


def points(mask: int, size: int) -> list[int]:
    """The points of a mask on an axis of some size."""
    return [point for point in range(size) if mask >> point & 1]
