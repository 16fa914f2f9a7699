"""What a model, an instant and dimension values resolve to in a book, cached for the next request
like it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TypeVar

from attrs import define, field

from pricelang.evaluate.limits import RequestLimit, limits_of
from pricelang.evaluate.line_items import Basis
from pricelang.evaluate.offers import Point
from pricelang.evaluate.request_names import RequestNames
from pricelang.model import book as m
from pricelang.model.ages import beyond_reading
from pricelang.model.instants import seconds_of
from pricelang.model.notes import Note
from pricelang.model.space import holds
from pricelang.model.time_of_day import Setting, open_settings, setting_at

K = TypeVar("K")
V = TypeVar("V")
MAX_ENTRIES = 20_000


@define(eq=False, repr=False)
class RatedContext:
    """What a model, an instant and dimension values resolve to: a point of the space without the
    sides of thresholds, and the sums of meters whose thresholds matter there.

    There are many contexts, since there are many instants; they share their combinations.
    """

    at: int
    point: Point
    dimensions: tuple[tuple[str, str], ...]
    sums: tuple[int, ...]
    # What is doubtful about the name of the model.
    notes: tuple[Note, ...] = ()
    # What prices every such request, where no threshold matters.
    basis: Basis | None = None
    # What one such request has at most.
    limits: tuple[RequestLimit, ...] = ()


@define(eq=False, repr=False)
class RatedContexts:
    """The contexts of requests to a book."""

    names: RequestNames
    _known: dict[object, RatedContext] = field(factory=dict, init=False)
    _sums: dict[Point, tuple[int, ...]] = field(factory=dict, init=False)

    @cached_property
    def _settings(self) -> tuple[Setting, ...]:
        """What a sum of requests may be priced under."""
        return open_settings(self.names.book)

    def of(self, model: str, at: str, dimensions: Mapping[str, str]) -> RatedContext:
        """The context of a request."""
        try:
            key: object = (model, at, *dimensions.items())
            found = self._known.get(key)
        except TypeError:
            key, found = None, None
        if found is not None:
            return found
        seconds = seconds_of(at)
        notes: tuple[Note, ...] = ()
        if self.names.ids is not None and isinstance(model, str):
            model, dimensions, notes = self.names.ids.asked(model, dimensions)
        index = self.names.model_index(model, seconds)
        setting = setting_at(self.names.book, seconds)
        values, given = self.names.values_at(index, dimensions, seconds, setting)
        entry = self._new(
            seconds, (index, bisect_right(self.names.book.boundaries, seconds), *values), given
        )
        if model not in self.names.models:
            doubts = [
                a.origin.unsure
                for a in self.names.book.aliases
                if a.name == model and a.model == index and a.origin.unsure
            ]
            notes += tuple(Note("unsure", doubt) for doubt in doubts)
        entry.notes = notes
        if self.names.ids is not None:
            entry.limits = limits_of(self.names.book).at(entry.point, seconds)
            entry.notes += self._beyond_reading(seconds)
        if key is not None:
            kept(self._known, key, entry)
        return entry

    @cached_property
    def _beyond(self) -> tuple[int, str] | None:
        return beyond_reading(self.names.book)

    def _beyond_reading(self, seconds: int) -> tuple[Note, ...]:
        if self._beyond is None or seconds < self._beyond[0]:
            return ()
        return (Note("beyond_reading", self._beyond[1]),)

    def _new(self, seconds: int, point: Point, given: tuple[tuple[str, str], ...]) -> RatedContext:
        return RatedContext(seconds, point, given, self.sums_at(point))

    def sums_at(self, point: Point) -> tuple[int, ...]:
        """The sums whose thresholds matter to a point, which is without their sides."""
        sums = self._sums.get(point)
        if sums is None:
            found: set[int] = set()
            for plain, watched in self.names.book.decisions.watched:
                if holds(plain, point):
                    found.update(watched)
            sums = kept(self._sums, point, tuple(sorted(found)))
        return sums

    def by_clock(self, entry: RatedContext) -> Iterator[RatedContext]:
        """The context for each that the clocks may set."""
        timed = [i for i, dimension in enumerate(self.names.book.dimensions) if dimension.clocked]
        if not timed:
            yield entry
            return
        for values in self._settings:
            point = list(entry.point)
            for index, value in zip(timed, values, strict=True):
                point[m.FIRST_DIMENSION + index] = value
            offers = [
                self.names.book.dimensions[index].values[value].offers
                for index, value in zip(timed, values, strict=True)
            ]
            if all(any(holds(offer.scope, point) for offer in some) for some in offers):
                found = self._new(entry.at, tuple(point), entry.dimensions)
                found.notes = entry.notes
                yield found


def kept(cache: dict[K, V], key: K, value: V) -> V:
    """Puts a value into a cache and returns it; a full cache is emptied first, so that memory stays
    bounded.
    """
    if len(cache) >= MAX_ENTRIES:
        cache.clear()
    cache[key] = value
    return value
