"""The alternatives to a request that a book has:
its models, the values of its dimensions, and the ways to cache.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator

from attrs import frozen

from pricelang.apps.break_even.meters import cache_meters
from pricelang.evaluate.rate_card import RateCard
from pricelang.model import book as m
from pricelang.model.errors import BadRequest, NotOffered, UnknownName
from pricelang.model.instants import seconds_of
from pricelang.model.time_of_day import setting_at
from pricelang.present.text import help_for, shown

MODEL, AT, CACHE, NONE = "model", "at", "cache", "none"
KINDS = ("models", "modes")
"""What `only` may name besides a single axis: other models, or everything else."""

MAX_ALTERNATIVES = 2_000


@frozen
class Alternative:
    """One or more changes to a request, each an axis (`model`,
    `at`, `cache` or a dimension) and its value.
    """

    changes: tuple[tuple[str, str], ...]

    @property
    def axis(self) -> str:
        """The axes that vary, such as `model` or `model, service_tier`."""
        return ", ".join(axis for axis, _ in self.changes)

    @property
    def value(self) -> str:
        """Their values."""
        return ", ".join(value for _, value in self.changes)


@frozen(eq=False, repr=False)
class Caches:
    """The meters of a cache: the writes by the name of the way to cache (`5m`),
    the read, and what is paid without.
    """

    writes: dict[str, str]
    read: str
    base: str


def caches_of(book: m.Book) -> Caches | None:
    """The ways to cache that a book derives, or None where it derives none.

    >>> import pricelang
    >>> found = caches_of(pricelang.load().checked)
    >>> found.writes, found.read, found.base
    ({'5m': 'cache_write_5m', '1h': 'cache_write_1h'}, 'cache_read', 'input')
    """
    found = cache_meters(book)
    if found is None or any(dimension.name == CACHE for dimension in book.dimensions):
        return None
    writes, read, base = found
    names = [book.meters[index].name for index in writes]
    words = [name.split("_") for name in names]
    while len(words) > 1 and all(len(each) > 1 and each[0] == words[0][0] for each in words):
        words = [each[1:] for each in words]
    labels = ["_".join(each) for each in words]
    return Caches(
        dict(zip(labels, names, strict=True)), book.meters[read].name, book.meters[base].name
    )


def alternatives_of(book: m.Book, only: Iterable[str] = ()) -> tuple[Alternative, ...]:
    """One change each, to every model, every value that a caller may choose,
    and every way to cache; or `only` some axes.

    Raises `UnknownName` for an axis that the book does not have.
    """
    axes = dict(_axes(book))
    wanted = set(only)
    for name in wanted - set(axes) - set(KINDS):
        help = help_for(name, [*KINDS, *axes], "axes")
        raise UnknownName("unknown_axis", f"there is no axis `{shown(name)}` to compare", help=help)
    chosen = [
        axis
        for axis in axes
        if not wanted or axis in wanted or ("models" if axis == MODEL else "modes") in wanted
    ]
    return tuple(Alternative(((axis, value),)) for axis in chosen for value in axes[axis])


def crossed(found: Iterable[Alternative], axes: Iterable[str]) -> tuple[Alternative, ...]:
    """Every combination of a change on each of some axes, behind the changes on one axis.

    Raises `BadRequest` (`too_large`) where they are too many.
    """
    single = tuple(found)
    combined: list[tuple[tuple[str, str], ...]] = [()]
    for axis in axes:
        values = [change.changes[0] for change in single if change.axis == axis]
        combined = [
            (*before, *more)
            for before in combined
            for more in [(), *((value,) for value in values)]
        ]
        if len(combined) > MAX_ALTERNATIVES:
            raise BadRequest(
                "too_large", f"more than {MAX_ALTERNATIVES:,} alternatives", help="cross fewer axes"
            )
    return (*single, *(Alternative(changes) for changes in combined if len(changes) > 1))


def what_if(rates: RateCard, text: str) -> Alternative:
    """`service_tier=batch`, or several changes at once:
    `model=claude-haiku-4-5,service_tier=batch`.

    Raises `PriceError`: for another form, an axis that is named twice,
    and names that the book does not know.
    """
    changes: dict[str, str] = {}
    for part in text.split(","):
        axis, equals, value = (word.strip() for word in part.partition("="))
        if not equals or not axis or not value:
            raise BadRequest(
                "bad_what_if",
                f"`{shown(text)}` is not AXIS=VALUE",
                help="such as `service_tier=batch`",
            )
        if axis in changes:
            raise BadRequest("bad_what_if", f"`{shown(axis)}` is given twice in `{shown(text)}`")
        _check(rates, axis, value)
        changes[axis] = value
    return Alternative(tuple(changes.items()))


def _check(rates: RateCard, axis: str, value: str) -> None:
    book, caches = rates.book, caches_of(rates.book)
    if axis == MODEL:
        with contextlib.suppress(
            NotOffered
        ):  # an alias that stands for a model in another period: each record tells
            rates.model_index(value, 0)
    elif axis == AT:
        seconds_of(value)
    elif axis == CACHE and caches is not None:
        if value not in (*caches.writes, NONE):
            raise UnknownName(
                "unknown_value",
                f"unknown value `{shown(value)}` of {axis}",
                help="known: " + ", ".join([*caches.writes, NONE]),
            )
    else:
        known = [dimension.name for dimension in book.dimensions]
        if axis not in known:
            axes = [MODEL, AT, *([CACHE] if caches else []), *known]
            help = help_for(axis, axes, "axes")
            raise UnknownName(
                "unknown_axis", f"there is no axis `{shown(axis)}` to compare", help=help
            )
        if book.dimensions[known.index(axis)].clocked:
            raise BadRequest("bad_what_if", f"{axis} is set by the time of day, not by the request")
        rates.values_at(0, {axis: value}, 0, setting_at(book, 0))


def _axes(book: m.Book) -> Iterator[tuple[str, tuple[str, ...]]]:
    newest = sorted(book.models, key=lambda model: -model.released)
    yield MODEL, tuple(model.name for model in newest)
    ends = _endings(book)
    for index, dimension in enumerate(book.dimensions):
        if not dimension.clocked and dimension.ladder is None and index not in ends:
            yield dimension.name, tuple(value.name for value in dimension.values)
    caches = caches_of(book)
    if caches is not None:
        yield CACHE, (*caches.writes, NONE)


def _endings(book: m.Book) -> set[int]:
    """The dimensions that say how a request ended, which nobody chooses: those by which alone the
    book frees whole requests, and those with a value that is offered only to some of these endings.
    """
    freeing = [_dimensions_of(book, remark.scope) for remark in book.free]
    alone = {index for found in freeing if len(found) == 1 for index in found}
    mixed = {index for found in freeing if not found & alone for index in found}
    of_endings = {
        index
        for index, dimension in enumerate(book.dimensions)
        for value in dimension.values
        for offer in value.offers
        if _dimensions_of(book, offer.scope) & alone
    }
    return alone | mixed | of_endings


def _dimensions_of(book: m.Book, scope: m.Scope) -> set[int]:
    return {axis - 2 for axis, _ in scope if 2 <= axis < 2 + len(book.dimensions)}


_LENGTH = re.compile(r"([0-9]+)(s|m|h|d)", re.ASCII)
_WORDS = {"s": "second", "m": "minute", "h": "hour", "d": "day"}


def cache_words(label: str) -> str:
    """A way to cache in words.

    >>> cache_words("1h"), cache_words("5m"), cache_words("long")
    ('a 1-hour cache', 'a 5-minute cache', 'a long cache')
    """
    match = _LENGTH.fullmatch(label)
    return f"a {match[1]}-{_WORDS[match[2]]} cache" if match else f"a {label} cache"


__all__ = [
    "Alternative",
    "Caches",
    "alternatives_of",
    "cache_words",
    "caches_of",
    "crossed",
    "what_if",
]
