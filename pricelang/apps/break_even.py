"""Where one way to pay becomes cheaper than another:
a cache after n reads, a pool when it ends, a model from a share of output.

All of it is decided on the unit prices of every request of a day. What a book adds,
limits or rounds once a request is no part of a unit price, and is left aside.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from attrs import frozen

from pricelang.apps.price_page.day import STILL_LISTED
from pricelang.evaluate.combination import Combination, cell_at
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.rate_card import RateCard
from pricelang.model import book as m
from pricelang.model.errors import BadRequest, NotOffered, UnknownName
from pricelang.model.instants import Instant, seconds_of, today, written
from pricelang.model.requests import Point, is_no, is_yes
from pricelang.model.space import first_sum
from pricelang.model.units import plural
from pricelang.present.decimals import rounded
from pricelang.present.text import did_you_mean, shown
from pricelang.solver.witness_search import Constraint
from pricelang.verify.analysis import Analysis
from pricelang.verify.claims import members_that_matter

MAX_MEMBERS = 12
"""Members of the stack that change how the three prices compare;
of more, the stacks are too many to list.
"""

Leaf = Any


@frozen
class CacheBreakEven:
    """After how many reads writing a prompt to a cache costs less than sending it again;
    None is never.

    `reads` is the smallest n with write + n x read < (n + 1) x base. `everywhere` says that this is
    so in every stack and for every request of the model on that day; else `stack` names what holds
    (of the rules that change the number) and `given` is such a request. The prices are those of the
    plainest request, in `currency` for `per`.
    """

    model: str
    write: str
    read: str
    base: str
    reads: int | None
    everywhere: bool
    stack: tuple[str, ...]
    given: str
    write_price: Fraction
    read_price: Fraction
    base_price: Fraction
    per: str
    currency: str


@frozen
class PoolEnd:
    """When a free pool ends: after `quantity` (in `unit`) for one `account`,
    or after that many `uses` that count as `least`.

    From then on `price` is paid for `per`, in `currency`.
    `location` is the `file:line` of the pool.
    """

    meter: str
    title: str
    quantity: Fraction
    unit: str
    account: str
    uses: int | None
    least: str | None
    price: Fraction
    per: str
    currency: str
    location: str


@frozen
class OutputShare:
    """From which share of output (in tokens, the rest is input) another model is the cheaper one.

    `below` and `above` name the model that costs less below and above `share` (from 0 to 1), None
    where both cost the same. Without a share, one model is always the cheaper one, or both always
    cost the same.
    """

    model: str
    against: str
    share: Fraction | None
    below: str | None
    above: str | None


@frozen
class BreakEven:
    """What breaks even on a day (`at`, UTC seconds);
    `without` are the models that no cache has a price for.
    """

    at: int
    caches: tuple[CacheBreakEven, ...]
    without: tuple[str, ...]
    pools: tuple[PoolEnd, ...]
    shares: tuple[OutputShare, ...]


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

    Raises `PriceError`: `UnknownName`, `NotOffered`,
    or `BadRequest` where no such meters are known.

    >>> import pricelang
    >>> found = break_even(
    ...     pricelang.load().checked,
    ...     "2026-04-17",
    ...     models=["claude-haiku-4-5"],
    ...     against="claude-2.0",
    ... )
    >>> [(cache.write, cache.reads) for cache in found.caches], found.shares[0].below
    ([('cache_write_5m', 1), ('cache_write_1h', 2)], 'claude-haiku-4-5-20251001')
    """
    day = written(seconds_of(today() if at is None else at))
    seconds, rates, analysis = seconds_of(day), RateCard(book), Analysis(book)
    named = [_released(book, rates.model_index(name, seconds), seconds) for name in models]
    chosen = list(dict.fromkeys(named)) or _listed(book, seconds, retired)
    if not chosen:
        raise NotOffered("not_offered", f"no model is offered on {day}", help=_first_day(book))
    names = [book.models[index].name for index in chosen]
    triple = cache_meters(book, write, read, base)
    caches: list[CacheBreakEven] = []
    if triple is not None:
        writes, one_read, of = triple
        for kind in writes:
            caches += _caches(analysis, chosen, seconds, (kind, one_read, of))
    caches.sort(key=lambda cache: names.index(cache.model))
    without = (
        [name for name in names if all(cache.model != name for cache in caches)]
        if triple is not None
        else []
    )
    shares: list[OutputShare] = []
    if against is not None:
        other = _released(book, rates.model_index(against, seconds), seconds)
        share_of = (
            _meter(book, base)
            if base is not None
            else triple[2]
            if triple is not None
            else _meter(book, "input")
        )
        if chosen == [other]:
            raise BadRequest(
                "same_model",
                f"`{shown(against)}` is the model itself",
                help="name another one to compare it with",
            )
        shares = [_share(rates, day, model, other, share_of) for model in chosen if model != other]
    return BreakEven(
        seconds, tuple(caches), tuple(without), tuple(_pools(analysis, seconds)), tuple(shares)
    )


def costs(cache: CacheBreakEven, calls: int) -> list[tuple[Fraction, Fraction]]:
    """What a prompt of `per` tokens costs over 1, 2, … calls:
    sent anew each time, and written once and then read.
    """
    return [
        (count * cache.base_price, cache.write_price + (count - 1) * cache.read_price)
        for count in range(1, calls + 1)
    ]


def reads_to_pay(write: Fraction, read: Fraction, base: Fraction) -> int | None:
    """The smallest n of 0, 1, 2, … with write + n x read < (n + 1) x base, or None.

    >>> (
    ...     reads_to_pay(Fraction(2), Fraction(1, 10), Fraction(1)),
    ...     reads_to_pay(Fraction(2), Fraction(1), Fraction(1)),
    ... )
    (2, None)
    """
    if write < base:
        return 0
    return int((write - base) // (base - read)) + 1 if read < base else None


# ---- models and meters ---------------------------------------------------------------------------


def _released(book: m.Book, index: int, seconds: int) -> int:
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


def _listed(book: m.Book, seconds: int, retired: bool) -> list[int]:
    found = [
        index
        for index, model in enumerate(book.models)
        if model.released <= seconds
        and (retired or model.retired is None or seconds - model.retired < STILL_LISTED)
    ]
    return sorted(found, key=lambda index: -book.models[index].released)


def _meter(book: m.Book, name: str) -> int:
    names = [meter.name for meter in book.meters]
    if name not in names:
        help = did_you_mean(shown(name), names) or "meters: " + ", ".join(names)
        raise UnknownName("unknown_meter", f"unknown meter `{shown(name)}`", help=help)
    return names.index(name)


def cache_meters(
    book: m.Book, write: str | None = None, read: str | None = None, base: str | None = None
) -> tuple[list[int], int, int] | None:
    """The writes, the read and the base; None where a book derives nothing and none are named."""
    of = (
        _meter(book, base)
        if base is not None
        else next((line.of for line in book.derivations), None)
    )
    factors: dict[int, list[Fraction]] = {}
    for line in book.derivations:
        if line.of == of:
            factors.setdefault(line.meter, []).append(line.factor)
    reads = [meter for meter, found in sorted(factors.items()) if max(found) < 1]
    writes = (
        [_meter(book, write)]
        if write is not None
        else [meter for meter, found in sorted(factors.items()) if min(found) >= 1]
    )
    one_read = _meter(book, read) if read is not None else next(iter(reads), None)
    if of is None or one_read is None or not writes:
        if write is None and read is None and base is None:
            return None
        raise BadRequest(
            "no_cache",
            "the book does not say which meters are writes, reads and the base",
            help="name all three",
        )
    for meter in (*writes, one_read):
        if meter in (of, one_read if meter in writes else of):
            raise BadRequest(
                "bad_meter", f"`{book.meters[meter].name}` cannot break even with itself"
            )
        if book.meters[meter].unit != book.meters[of].unit:
            names = f"`{book.meters[meter].name}` and `{book.meters[of].name}`"
            raise BadRequest("bad_meter", f"{names} are counted in different units")
    return writes, one_read, of


# ---- caches --------------------------------------------------------------------------------------


def _caches(
    analysis: Analysis, models: Sequence[int], seconds: int, meters: Sequence[int]
) -> Iterator[CacheBreakEven]:
    """The number of reads in each stack;
    what multiplies all three prices alike is never looked at.
    """
    book, forest = analysis.book, analysis.forest
    members = members_that_matter(analysis, meters)
    if len(members) > MAX_MEMBERS:
        raise BadRequest(
            "too_large",
            f"{len(members)} rules change how the prices of a cache compare: too many stacks "
            "to list",
        )
    prices = [_unit_price(analysis, meter, members) for meter in meters]

    def decide(leaves: tuple[Leaf, ...]) -> Leaf:
        write, read, base = leaves[:3]
        if not all(isinstance(price, Fraction) for price in leaves[:3]):
            return None
        names = [
            _named(analysis, member, leaf, meters)
            for member, leaf in zip(members, leaves[3:], strict=True)
        ]
        return reads_to_pay(write, read, base), tuple(name for name in names if name)

    root = forest.combine([*prices, *(analysis.member(*member) for member in members)], decide)
    usable, billed = analysis.usable, analysis.billed
    exists = [
        (_alone(analysis, found, meter), test)
        for found, test in (usable, billed)
        for meter in meters
    ]
    stretch = bisect_right(book.boundaries, seconds)
    for model in models:
        inside = forest.restrict(forest.restrict(root, m.MODELS, model), m.DATES, stretch)
        found: list[tuple[int | None, tuple[str, ...], Point]] = []
        for leaf in _leaves(analysis, inside):
            here = analysis.within(((m.MODELS, 1 << model), (m.DATES, 1 << stretch)))
            point = analysis.find([here, (inside, _equals(leaf)), *exists])
            if point is not None:
                found.append((*leaf, point))
        found.sort(key=lambda hit: (len(hit[1]), hit[0] is None, hit[0] or 0))
        everywhere = len({reads for reads, _, _ in found}) == 1
        for reads, names, point in found[:1] if everywhere else found:
            yield _cache(analysis, point, meters, reads, everywhere, names)


def _equals(leaf: Leaf) -> Callable[[Leaf], bool]:
    return lambda held: bool(held == leaf)


def _alone(analysis: Analysis, root: int, meter: int) -> int:
    """A diagram for a request that uses one meter only:
    a sum that leaves the meter out is over no threshold.
    """
    for index, summed in enumerate(analysis.book.sums):
        if meter not in summed.meters:
            root = analysis.forest.restrict(root, first_sum(analysis.book.dimensions) + index, 0)
    return root


def _unit_price(analysis: Analysis, meter: int, members: Sequence[m.Member]) -> int:
    """A meter's unit price, after roundings, of a request that uses nothing else."""
    book, decided = analysis.book, analysis.book.decisions
    root = analysis.unit_price(meter, members)
    if any(rounding.stage == "unit_price" for rounding in book.roundings):
        charge = next((n for n, charge in enumerate(book.charges) if charge.meter == meter), None)
        rows: Sequence[m.Price | m.ChargePrice] = (
            book.prices if charge is None else book.charges[charge].prices
        )
        row_root = decided.prices[meter] if charge is None else decided.charges[charge][0]

        def decide(leaves: tuple[Leaf, ...]) -> Leaf:
            price, row, held = leaves
            for rounding in (book.roundings[number] for number in held):
                if isinstance(price, Fraction) and rounding.stage == "unit_price":
                    size = rows[row[0]].size
                    price = rounded(price * size, rounding.step, rounding.mode) / size
            return price

        root = analysis.forest.combine((root, row_root, decided.roundings), decide)
    return _alone(analysis, root, meter)


def _named(analysis: Analysis, member: m.Member, leaf: Leaf, meters: Sequence[int]) -> str:
    """The name of a member of the stack where it does something to one of some meters,
    else nothing.
    """
    kind, index = member
    if kind == "limit":
        limit = analysis.book.limits[index]
        return (
            limit.name
            if any(set(limit.lines[number].meters) & set(meters) for number in leaf)
            else ""
        )
    modifier = analysis.book.modifiers[index]
    touched = {
        meter
        for number in leaf
        for meter in (*dict(modifier.lines[number].factors), *modifier.lines[number].meters)
    }
    return modifier.name if touched & set(meters) else ""


def _leaves(analysis: Analysis, root: int) -> list[Leaf]:
    """The leaves of a diagram that are prices, each once."""
    seen, todo = {root}, [root]
    while todo:
        inner = todo.pop()
        fresh = (
            {child for _, child in analysis.forest.nodes[inner][1]} - seen if inner >= 0 else set()
        )
        seen |= fresh
        todo += fresh
    found = [analysis.forest.leaves[~inner] for inner in sorted(seen, reverse=True) if inner < 0]
    return [leaf for leaf in found if leaf is not None]


def _cache(
    analysis: Analysis,
    point: Point,
    meters: Sequence[int],
    reads: int | None,
    everywhere: bool,
    names: tuple[str, ...],
) -> CacheBreakEven:
    book = analysis.book
    prices = [
        _figure(book, cell_at(book, _point_of(book, point, meter)), meter) for meter in meters
    ]
    (write, per, currency), (read, _, _), (base, _, _) = prices
    _, _, given = analysis.space.describe(point).partition(", ")
    labels = [book.meters[meter].name for meter in meters]
    return CacheBreakEven(
        book.models[point[m.MODELS]].name,
        labels[0],
        labels[1],
        labels[2],
        reads,
        everywhere,
        () if everywhere else names,
        "" if everywhere else given,
        write,
        read,
        base,
        per,
        currency,
    )


def _point_of(book: m.Book, point: Point, meter: int) -> Point:
    """The point of the same request when it uses one meter only."""
    first = first_sum(book.dimensions)
    sides = [
        side if meter in summed.meters else 0
        for side, summed in zip(point[first:], book.sums, strict=True)
    ]
    return (*point[:first], *sides)


def _figure(book: m.Book, cell: Combination, meter: int) -> tuple[Fraction, str, str]:
    """The price of a meter in a cell, what it is for, and its currency."""
    rate = cell.rates[book.meters[meter].name]
    if not isinstance(rate, Rate):
        raise rate
    if cell.conversion is not None:
        return (
            rate.unit_price * rate.size * cell.conversion.rate,
            rate.per,
            cell.conversion.currency,
        )
    return rate.unit_price * rate.size, rate.per, book.currency


# ---- pools and shares ----------------------------------------------------------------------------


def _pools(analysis: Analysis, seconds: int) -> Iterator[PoolEnd]:
    """The free pools of a day, for the plainest request that draws on each."""
    book = analysis.book
    here = analysis.within(((m.DATES, 1 << bisect_right(book.boundaries, seconds)),))
    for charge, roots in zip(book.charges, book.decisions.charges, strict=True):
        meter = book.meters[charge.meter]
        for index, pool in enumerate(charge.pools):
            offered: Constraint = (book.decisions.meters[charge.meter], is_yes)
            point = analysis.find(
                [
                    here,
                    (roots[2], _holds(index)),
                    offered,
                    (roots[3], is_no),
                    analysis.usable,
                    analysis.billed,
                ]
            )
            if point is None:
                continue
            cell = cell_at(book, point)
            rate = cell.rates[meter.name]
            price, per, currency = _figure(book, cell, charge.meter)
            minimum = rate.minimum if isinstance(rate, Rate) else None
            yield PoolEnd(
                meter.name,
                charge.title,
                pool.quantity,
                plural(meter.unit),
                pool.account,
                None if minimum is None else -int(-pool.quantity // minimum.quantity),
                minimum.written if minimum else None,
                price,
                per,
                currency,
                pool.origin.place,
            )


def _holds(index: int) -> Callable[[Leaf], bool]:
    return lambda leaf: index in leaf


def _share(rates: RateCard, day: str, model: int, other: int, base: int) -> OutputShare:
    """Two lines over the share of output: where they cross, and who is below."""
    book = rates.book
    name, against = book.models[model].name, book.models[other].name
    left, right = (rates.request(one, day, {}, {}).cell for one in (name, against))
    at_none, at_all = (
        _unit(book, left, meter) - _unit(book, right, meter)
        for meter in (base, _meter(book, "output"))
    )
    below, above = (name if gap < 0 else against if gap > 0 else None for gap in (at_none, at_all))
    crossing = None if at_none == at_all or at_none * at_all > 0 else at_none / (at_none - at_all)
    return OutputShare(name, against, crossing, below, above)


def _unit(book: m.Book, cell: Combination, meter: int) -> Fraction:
    rate = cell.rates[book.meters[meter].name]
    if not isinstance(rate, Rate):
        raise rate
    return rate.unit_price
