"""Where one way to pay becomes cheaper than another:
a cache after n reads, a charge when its free allowance ends, a model from a share of output.

All of it is decided on the unit prices of every request of a day. What a book adds,
limits or rounds once a request is no part of a unit price, and is left aside.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from pricelang.apps.break_even.allowances import PoolEnd, allowance_ends
from pricelang.apps.break_even.caches import CacheBreakEven, cache_break_evens
from pricelang.apps.break_even.meters import cache_meters, meter_index
from pricelang.apps.break_even.shares import OutputShare, output_share
from pricelang.apps.price_page.day import listed_models
from pricelang.evaluate.rate_card import RateCard
from pricelang.model import book as m
from pricelang.model.errors import BadRequest, NotOffered
from pricelang.model.instants import Instant, seconds_of, today, written
from pricelang.present.notebook import InNotebook
from pricelang.present.text import shown
from pricelang.verify.analysis import Analysis


@frozen
class BreakEven(InNotebook):
    """What breaks even on a day (`at`, UTC seconds);
    `without` are the models that no cache has a price for. Prices are those of the first tier of
    each ladder in `tiers`.
    """

    at: int
    caches: tuple[CacheBreakEven, ...]
    without: tuple[str, ...]
    pools: tuple[PoolEnd, ...]
    shares: tuple[OutputShare, ...]
    tiers: tuple[str, ...] = ()


def break_even(
    book: m.Book,
    at: Instant | None = None,
    *,
    models: Iterable[str] = (),
    against: str | None = None,
    write: str | None = None,
    read: str | None = None,
    base: str | None = None,
    retired: bool = False,
) -> BreakEven:
    """What breaks even in a book on a day, or today.

    Of `models` (ids or aliases), or of all, newest first and without those that were retired long
    before unless `retired`. `write`, `read` and `base` are meters; unless named, they are found in
    the derivations of the book: writes derive from the base by a factor of one or more, reads by
    less. With `against`, each model's output share against that one.

    Raises `PriceError`: `UnknownName`, `NotOffered`, or `BadRequest` for no such meters.

    >>> import pricelang
    >>> book = pricelang.load().checked
    >>> found = break_even(book, "2026-04-17", models=["claude-haiku-4-5"], against="claude-2.0")
    >>> [(cache.write, cache.reads) for cache in found.caches], found.shares[0].below
    ([('cache_write_5m', 1), ('cache_write_1h', 2)], 'claude-haiku-4-5-20251001')
    """
    day = written(seconds_of(today() if at is None else at))
    seconds, rates, analysis = seconds_of(day), RateCard(book), Analysis(book)
    chosen = _models(rates, models, seconds) or listed_models(book, seconds, retired)
    if not chosen:
        raise NotOffered("not_offered", f"no model is offered on {day}", help=_first_day(book))
    triple = cache_meters(book, write, read, base)
    caches = [] if triple is None else _caches(analysis, chosen, seconds, triple)
    return BreakEven(
        seconds,
        tuple(caches),
        () if triple is None else _without(book, chosen, caches),
        tuple(allowance_ends(analysis, seconds)),
        () if against is None else _shares(rates, day, chosen, against, base, triple),
        _ladders(book),
    )


def _ladders(book: m.Book) -> tuple[str, ...]:
    return tuple(one.name for one in book.dimensions if one.ladder is not None)


def _models(rates: RateCard, names: Iterable[str], seconds: int) -> list[int]:
    """The models of some ids or aliases, each once. Raises `PriceError`."""
    found = (rates.model_index(name, seconds) for name in names)
    return list(dict.fromkeys(_released(rates.book, index, seconds) for index in found))


def _caches(
    analysis: Analysis, models: list[int], seconds: int, meters: tuple[list[int], int, int]
) -> list[CacheBreakEven]:
    """The caches of some models, in their order."""
    writes, read, base = meters
    found: list[CacheBreakEven] = []
    for write in writes:
        found += cache_break_evens(analysis, models, seconds, (write, read, base))
    names = [analysis.book.models[index].name for index in models]
    return sorted(found, key=lambda cache: names.index(cache.model))


def _shares(
    rates: RateCard,
    day: str,
    models: list[int],
    against: str,
    base: str | None,
    cache: tuple[list[int], int, int] | None,
) -> tuple[OutputShare, ...]:
    """The shares of output of models against another one; the rest is `base`, or what a cache is
    of, or input. Raises `PriceError`.
    """
    of = meter_index(rates.book, base or "input") if base or cache is None else cache[2]
    seconds = seconds_of(day)
    other = _released(rates.book, rates.model_index(against, seconds), seconds)
    if models == [other]:
        raise BadRequest(
            "same_model",
            f"`{shown(against)}` is the model itself",
            help="name another one to compare it with",
        )
    return tuple(output_share(rates, day, model, other, of) for model in models if model != other)


def _without(book: m.Book, models: list[int], caches: list[CacheBreakEven]) -> tuple[str, ...]:
    """The models that no cache has a price for."""
    cached = {cache.model for cache in caches}
    names = (book.models[index].name for index in models)
    return tuple(name for name in names if name not in cached)


def _released(book: m.Book, index: int, seconds: int) -> int:
    """A model that is offered by then. Raises `NotOffered`."""
    model = book.models[index]
    if model.released > seconds:
        raise NotOffered(
            "not_offered",
            f"model `{model.name}` is not offered before {written(model.released)}",
            origin=model.origin,
        )
    return index


def _first_day(book: m.Book) -> str | None:
    return (
        f"the first model was released on {written(min(model.released for model in book.models))}"
        if book.models
        else None
    )
