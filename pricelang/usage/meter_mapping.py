"""A request of a record as a book prices it: the model and the dimensions by the book's names, and
the counters of the record in the meters that count them.

This is the one place where counters become meters: after reading, before pricing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache, partial

from attrs import frozen

from pricelang.evaluate.rate_card import RateCard
from pricelang.model import book as m
from pricelang.model.counter_names import COUNTERS, PLAIN_LIFETIME, UNKNOWN_LIFETIME
from pricelang.model.errors import UnknownName
from pricelang.model.instants import Instant
from pricelang.model.notes import Note
from pricelang.present.text import help_for, shown
from pricelang.usage.model_ids import model_ids_of
from pricelang.usage.model_mapping import requested
from pricelang.usage.records import Part
from pricelang.usage.routes import routed

_LIFETIME = Note(
    "cache_lifetime",
    "the lifetime of the cache writes is not known: priced as 5-minute writes",
)


@frozen
class MeterChoice:
    """A meter in which a counter may be counted, and what is to be known where it is."""

    meter: str
    note: Note | None = None


class MeterNames:
    """Which meters of a book count which counters.

    A counter is counted by the meter of its name, else by the meter that says so, else in the
    counter that it is a part of. The first of these that has a price for the request is taken.
    """

    def __init__(self, book: m.Book) -> None:
        self._meters = {meter.name for meter in book.meters}
        self._said = {counter: meter.name for meter in book.meters for counter in meter.counts}
        self._book = book.name
        self._choices = {name: tuple(self._of(name)) for name in COUNTERS}
        self.plain = frozenset(
            name for name in self._meters if len(self._choices.get(name, ())) < 2
        )
        """The names of usage that can only be the meters so called."""

    def choices(self, name: str) -> tuple[MeterChoice, ...]:
        """The meters of a name of a record's usage, the best first. Raises `UnknownName`."""
        found = self._choices.get(name, (MeterChoice(name),) if name in self._meters else ())
        if found:
            return found
        if name not in COUNTERS:
            raise UnknownName(
                "unknown_meter",
                f"unknown meter `{shown(name)}`",
                help=help_for(name, self._meters),
            )
        raise UnknownName(
            "unknown_meter",
            f"no meter of the book `{self._book}` counts `{name}`",
            help=f"a book says which does: `meter NAME in UNIT counts {name}`",
        )

    def _of(self, counter: str) -> Iterator[MeterChoice]:
        yield from self._own(counter)
        if counter == UNKNOWN_LIFETIME:
            yield from self._own(PLAIN_LIFETIME, _LIFETIME)
        part, note = counter, None
        while (whole := COUNTERS[part].part_of) is not None:
            if note is None and COUNTERS[part].differs:
                text = f"the book has no price of `{counter}`: priced as `{whole}`"
                note = Note("merged_counter", text)
            yield from self._own(whole, note)
            part = whole

    def _own(self, counter: str, note: Note | None = None) -> Iterator[MeterChoice]:
        """The meter of a counter's name, and the one that says that it counts it."""
        if counter in self._meters:
            yield MeterChoice(counter, note)
        if counter in self._said:
            yield MeterChoice(self._said[counter], note)


@lru_cache(maxsize=16)
def meter_names_of(book: m.Book) -> MeterNames:
    """The meters of a book by the counters that they count."""
    return MeterNames(book)


@frozen(eq=False)
class BookRequest:
    """A request of a record in the words of a book, and what is to be known of its counters."""

    model: str
    at: Instant | None
    dimensions: Mapping[str, str]
    usage: Mapping[str, object]
    notes: tuple[Note, ...] = ()


def book_request(
    rates: RateCard,
    part: Part,
    model: str | None,
    at: Instant | None,
    dimensions: Mapping[str, str],
    provider: str | None = None,
) -> BookRequest:
    """The request of a part; `model`, `at` and `dimensions` hold where the part says nothing, and
    `provider` is the one that its record tells.

    Raises `PriceError`: see `requested`, and `unknown_meter` for what the book does not count.
    """
    part, known = routed(model_ids_of(rates.book), part, provider)
    name, values = requested(rates.book, part, model, dimensions)
    instant = part.at if part.at is not None else at
    names = meter_names_of(rates.book)
    if names.plain.issuperset(part.usage):
        return BookRequest(name, instant, values, part.usage, known)
    usage, notes = _metered(names, part.usage, partial(rates.priced, name, instant, values))
    return BookRequest(name, instant, values, usage, (*known, *notes))


def _metered(
    names: MeterNames, usage: Mapping[str, object], priced: Callable[[], Collection[str]]
) -> tuple[dict[str, object], tuple[Note, ...]]:
    """A usage by meters; `priced` gives those that have a price for the request."""
    found: dict[str, object] = {}
    notes: list[Note] = []
    known: Collection[str] | None = None
    for name, quantity in usage.items():
        choices = names.choices(name)
        chosen = choices[0]
        if len(choices) > 1 and quantity:
            known = priced() if known is None else known
            chosen = next((choice for choice in choices if choice.meter in known), chosen)
        before = found.get(chosen.meter)
        found[chosen.meter] = quantity if before is None else _together(before, quantity)
        if chosen.note is not None and quantity:
            notes.append(chosen.note)
    return found, tuple(notes)


def _together(one: object, other: object) -> object:
    """Two quantities of one meter: a sum of whole numbers, or a list of uses."""
    if type(one) is int and type(other) is int:
        return one + other
    return [use for quantity in (one, other) for use in _uses(quantity)]


def _uses(quantity: object) -> list[object]:
    return list(quantity) if isinstance(quantity, list | tuple) else [quantity]
