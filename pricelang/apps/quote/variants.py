"""A record under an alternative: the requests that it would have been, at least and at most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import ceil

from attrs import evolve, frozen

from pricelang.apps.quote.alternatives import AT, CACHE, MODEL, NONE, Alternative, caches_of
from pricelang.apps.quote.tokenizer_growth import Growth
from pricelang.evaluate.line_items import Uses
from pricelang.evaluate.rate_card import RateCard
from pricelang.model.errors import BadRequest, NotOffered
from pricelang.model.instants import seconds_of, written
from pricelang.model.notes import Note
from pricelang.usage.meter_mapping import book_request
from pricelang.usage.records import SINGLE, Part

GIVEN = Alternative(())


@frozen
class Scenario:
    """What holds where records say nothing, and that each is sent once and `reads` times again,
    of which `cached` tokens (or the whole prompt) are the same each time.
    """

    model: str | None
    at: str
    dimensions: Mapping[str, str]
    reads: int | None = None
    cached: int | None = None


@frozen(eq=False, repr=False)
class Settled:
    """A part of a record that says everything itself, with its model,
    its instant (UTC seconds) and its uses as read.
    """

    part: Part
    model: int
    seconds: int
    uses: dict[str, Uses]


@frozen(eq=False, repr=False)
class Calls:
    """The same request `count` times, with each number of tokens that it may have:
    the fewest, the usual, the most.
    """

    count: int
    ends: tuple[Part, ...]


@frozen(eq=False, repr=False)
class Variant:
    """The requests of a part of a record;
    `changed` says whether they are not those that were given.
    """

    calls: tuple[Calls, ...]
    changed: bool
    notes: tuple[Note, ...] = ()


class Variants:
    """Makes the variants of records by a book's figures and its ways to cache."""

    def __init__(self, rates: RateCard, scenario: Scenario) -> None:
        self.rates, self.scenario = rates, scenario
        self.book, self.caches = rates.book, caches_of(rates.book)
        self.growth = Growth(rates.book)
        self._tokens = {meter.name for meter in self.book.meters if meter.kind == "token"}
        self.defaults = {
            d.name: d.values[d.default].name for d in self.book.dimensions if not d.clocked
        }
        if scenario.reads is not None and self.caches is None:
            raise BadRequest(
                "no_cache", "the book derives no price of a cache", help="leave out `reads`"
            )

    def settled(self, part: Part) -> Settled:
        """A part that says everything itself.
        Raises `PriceError` where no model is named, or something cannot be read.
        """
        scenario = self.scenario
        asked = book_request(self.rates, part, scenario.model, scenario.at, scenario.dimensions)
        at = part.at if part.at is not None else scenario.at
        uses, seconds = self.rates.uses(asked.usage), seconds_of(at)
        if self.scenario.reads is not None:
            self._check_reads(uses, part)
        whole = evolve(part, model=asked.model, at=at, dimensions=asked.dimensions, unsaid=())
        return Settled(whole, self.rates.model_index(asked.model, seconds), seconds, uses)

    def given(self, settled: Settled) -> Variant:
        """A part as it is: one request, or several where it is sent again."""
        part = settled.part
        return Variant(
            tuple(Calls(count, (part,)) for count, _ in self._sent(settled.uses, None)), False
        )

    def of(self, settled: Settled, alternative: Alternative) -> Variant | None:
        """A part under an alternative; None where that is as it is given. Raises `PriceError` for a
        model that the alternative's day does not know; what has no price raises only when it is
        priced.
        """
        part, changes = settled.part, dict(alternative.changes)
        at, seconds = part.at, settled.seconds
        if AT in changes:
            at, seconds = changes[AT], seconds_of(changes[AT])
        old = new = settled.model
        if MODEL in changes:
            new = self.rates.model_index(changes[MODEL], seconds)
        own = {axis: value for axis, value in changes.items() if axis in self.defaults}
        dimensions = {**part.dimensions, **own}
        moved = new != old or seconds != settled.seconds
        model = self.book.models[new].name if new != old else part.model
        whole = evolve(part, model=model, at=at, dimensions=dimensions)
        uses = self._uses(whole) if moved else settled.uses
        sent = self._sent(uses, changes.get(CACHE))
        cached = CACHE in changes and sent != self._sent(uses, None)
        if not moved and not cached and not self._differ(dimensions, part.dimensions, own):
            return None
        # What a record says that a cache did is kept, and said where the model would not have
        # done it; only what is sent again by the question itself is priced without a cache there.
        single = part.kind == SINGLE and (moved or self.scenario.reads is not None)
        factors = self.growth.factors(old, new)
        notes: list[Note] = []
        calls = []
        for count, uses in sent:
            ends = []
            for factor in factors if factors[0] != factors[-1] else factors[:1]:
                most = grown(uses, factor, self._tokens)
                if single:
                    most = self._long_enough(most, new, seconds, notes)
                sides = _sides(part.sides, factor)
                ends.append(evolve(whole, usage=_usage(most), sides=sides))
            calls.append(Calls(count, tuple(ends)))
        return Variant(tuple(calls), True, tuple(dict.fromkeys(notes)))

    def _uses(self, part: Part) -> dict[str, Uses]:
        """The uses of a part by the meters that count them for its model and day."""
        return self.rates.uses(book_request(self.rates, part, None, None, {}).usage)

    def _differ(
        self, one: Mapping[str, str], other: Mapping[str, str], names: Iterable[str]
    ) -> bool:
        """Decides whether some dimensions have other values, those that are not said included."""
        return any(self._value(one, name) != self._value(other, name) for name in names)

    def check_in_use(self, settled: Settled, alternative: Alternative) -> None:
        """Raises `NotOffered` where a model that the alternative moves to was retired by then,
        or was not yet released.
        """
        changes = dict(alternative.changes)
        if MODEL not in changes and AT not in changes:
            return
        seconds = seconds_of(changes[AT]) if AT in changes else settled.seconds
        index = (
            self.rates.model_index(changes[MODEL], seconds) if MODEL in changes else settled.model
        )
        if index == settled.model and seconds == settled.seconds:
            return  # as it is given, whatever became of the model since
        model = self.book.models[index]
        if model.retired is not None and model.retired <= seconds:
            raise NotOffered(
                "retired",
                f"model `{model.name}` was retired on {written(model.retired)}",
                origin=model.origin,
            )
        if model.released > seconds:
            raise NotOffered(
                "not_offered",
                f"model `{model.name}` is not offered before {written(model.released)}",
                origin=model.origin,
            )

    def _value(self, dimensions: Mapping[str, str], name: str) -> str | None:
        return dimensions.get(name, self.defaults.get(name))

    # ---- caches ----

    def _check_reads(self, uses: Mapping[str, Uses], part: Part) -> None:
        assert self.caches is not None
        for name in (*self.caches.writes.values(), self.caches.read):
            if any(uses.get(name, ())):
                raise BadRequest(
                    "bad_reads",
                    f"the record says itself what a cache did (`{name}`)",
                    help="leave out `--reads`",
                )
        if part.kind != SINGLE:
            raise BadRequest(
                "bad_reads", "a sum of requests cannot be sent again", help="leave out `--reads`"
            )
        cached = self.scenario.cached
        if cached is not None and cached > sum(uses.get(self.caches.base, ())):
            raise BadRequest(
                "bad_reads",
                f"{cached:,} tokens are more than the record's `{self.caches.base}`",
                help="lower `--cached`",
            )

    def _sent(self, uses: dict[str, Uses], cache: str | None) -> list[tuple[int, dict[str, Uses]]]:
        """The requests that some uses stand for, with another way to cache where one is named."""
        reads, caches = self.scenario.reads, self.caches
        if caches is None or (cache is None and reads is None):
            return [(1, uses)]
        if reads is None:
            write = None if cache == NONE else caches.writes[cache or NONE]
            return [(1, self._moved(uses, write))]
        if cache is None or cache == NONE:
            return [(reads + 1, uses)]
        again = [(reads, self._cached(uses, caches.read))] if reads else []
        return [(1, self._cached(uses, caches.writes[cache])), *again]

    def _cached(self, uses: Mapping[str, Uses], meter: str) -> dict[str, Uses]:
        """Uses whose prompt is counted by a meter of the cache,
        as far as it is the same each time.
        """
        assert self.caches is not None
        whole = sum(uses.get(self.caches.base, ()))
        same = whole if self.scenario.cached is None else self.scenario.cached
        return {**uses, self.caches.base: (whole - same,), meter: (same,)}

    def _moved(self, uses: dict[str, Uses], write: str | None) -> dict[str, Uses]:
        """Uses whose writes are all of one meter;
        without one, what was written or read is paid as it is without a cache.
        """
        assert self.caches is not None
        caches = self.caches
        sources = [name for name in caches.writes.values() if any(uses.get(name, ()))]
        if write is None:
            sources += [caches.read] if any(uses.get(caches.read, ())) else []
        target = caches.base if write is None else write
        moved = sum(sum(uses[name]) for name in sources if name != target)
        if not moved:
            return uses
        rest = {name: each for name, each in uses.items() if name not in sources or name == target}
        return {**rest, target: (sum(rest.get(target, ())) + moved,)}

    def _long_enough(
        self, uses: dict[str, Uses], model: int, seconds: int, notes: list[Note]
    ) -> dict[str, Uses]:
        """Uses whose prompt to be cached is shorter than the model caches: without a cache where
        the question asks for one, and as the record says, with a note, where it had one.
        """
        caches, floor = self.caches, self.growth.floor(model, seconds)
        if caches is None or floor is None:
            return uses
        cached = sum(sum(uses.get(name, ())) for name in (*caches.writes.values(), caches.read))
        if not 0 < cached < floor:
            return uses
        asked = self.scenario.reads is not None
        what = "priced without a cache" if asked else "what records say was cached is kept"
        short = f"a prompt under {floor:,} tokens is not cached by `{self.book.models[model].name}`"
        notes.append(Note("assumed", f"{short}: {what}"))
        return self._moved(uses, None) if asked else uses


def grown(uses: dict[str, Uses], factor: Fraction, tokens: set[str]) -> dict[str, Uses]:
    """Uses with another count of tokens, each rounded up to a whole one.

    >>> grown({"input": (100,), "web_search": (3,)}, Fraction(27, 20), {"input"})
    {'input': (135,), 'web_search': (3,)}
    """
    if factor == 1:
        return uses
    return {
        name: tuple(ceil(use * factor) for use in each) if name in tokens else each
        for name, each in uses.items()
    }


def _usage(uses: Mapping[str, Uses]) -> dict[str, object]:
    return {
        name: each[0] if len(each) == 1 else list(each) for name, each in uses.items() if any(each)
    }


def _sides(sides: tuple[str, ...], factor: Fraction) -> tuple[str, ...]:
    """What still holds of each request of a sum:
    one that grew may be over a threshold now, one that shrank below it.
    """
    gone = " up to " if factor > 1 else " over " if factor < 1 else None
    return tuple(side for side in sides if gone is None or gone not in side)
