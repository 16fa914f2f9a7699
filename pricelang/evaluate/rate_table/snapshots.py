"""The rates of a whole book as two tables: the dated version that a name stands for at an instant,
and the rates of each version.

A dated version is a model over the stretches of time in which no rule that it can meet changes; so
prices are joined by equality, whatever the day. Both tables hold what can be asked for:
combinations that are refused have no row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import product
from math import prod

from attrs import evolve, frozen

from pricelang.evaluate.allowance_terms import bounds_of, terms_of
from pricelang.evaluate.combination import Combination
from pricelang.evaluate.limits import WINDOW, Longest, Wider, limits_of
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.rate_card import RateCard
from pricelang.evaluate.rate_table.atoms import (
    RateRow,
    RateThreshold,
    beyond_sums,
    cuts_of,
    finite_price,
    minute_of,
    of_sum,
    places_of,
    row_of,
    thresholds_of,
    turns_of,
)
from pricelang.evaluate.rate_table.folding import Fold, folded
from pricelang.evaluate.rate_table.grid import NOTHING, RateGrid, values_of
from pricelang.evaluate.rate_table.walk import dated, walk_of
from pricelang.model import book as m
from pricelang.model.errors import BadRequest, UnknownName
from pricelang.model.rules import dimensions_that_pay
from pricelang.present.text import did_you_mean, shown

MAX_ROWS = 20_000
"""Combinations beyond this are folded: their values become classes, which are far fewer."""

CardKey = tuple[int, tuple[str, ...], int, tuple[int, ...]]
"""A place of a card: its version, values (or the class of them), point of the clock and sides."""


@frozen
class RequestMost:
    """What a request by a name has at most in a period (UTC seconds): in its answer, and in its
    prompt in each of the windows. `wider` is the window of a longer prompt whose row says none.
    """

    name: str
    start: int | None
    end: int | None
    answer: Longest | None
    windows: tuple[int, ...] | None
    wider: Wider | None


@frozen(eq=False, repr=False)
class Versions:
    """The rates of a book for some meters, models and dimensions.

    `cuts` are UTC seconds: stretch k is from `cuts[k-1]` on and before `cuts[k]`. `names` has, for
    each id or alias, its dated version in each stretch, or None; `models` has the model of each
    version. `keys` are combinations of values of the `dimensions` (names and all their values, the
    default first); where there is a `fold`, a key is the number of a class of values (see
    `folding`). `cards` are the rates that differ, and `places` has for each version, key, point of
    the clock and side of each threshold, the last turning first, the number of its card, or None
    where there is no such request. `beyond` says what requests pay that is no such sum, and so has
    no card. `held` is what a request has at most, whose prompt are the meters `prompt`, in each of
    the `windows` (the default first); `window_is_idle` says that no price turns on windows, so that
    they were left out.
    """

    meters: tuple[str, ...]
    dimensions: tuple[tuple[str, tuple[str, ...]], ...]
    cuts: tuple[int, ...]
    turns: tuple[int, ...]
    thresholds: tuple[RateThreshold, ...]
    names: tuple[tuple[str, tuple[int | None, ...]], ...]
    models: tuple[str, ...]
    decimals: int
    currency: str
    keys: tuple[tuple[str, ...], ...]
    cards: tuple[RateRow, ...]
    places: Sequence[int | None]
    beyond: tuple[str, ...] = ()
    fold: Fold = ()
    held: tuple[RequestMost, ...] = ()
    prompt: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()
    window_is_idle: bool = False

    @property
    def width(self) -> int:
        """The number of values of a row."""
        return 1 if self.fold else len(self.dimensions)

    @property
    def sides(self) -> tuple[int, ...]:
        """The number of sides of each threshold."""
        return tuple(len(threshold.limits) + 1 for threshold in self.thresholds)

    @property
    def size(self) -> int:
        """The number of places of a dated version."""
        return len(self.keys) * (len(self.turns) + 1) * prod(self.sides)

    def rows(self) -> Iterator[RateRow]:
        """Each card at each of its places, version by version."""
        for card, key in self.keyed_cards():
            yield _placed(self.cards[card], *key)

    def keyed_cards(self) -> Iterator[tuple[int, CardKey]]:
        """The number of each card, with each of its places, version by version."""
        every_side = [*product(*map(range, self.sides))]
        for version in range(len(self.models)):
            for clock in range(len(self.turns) + 1):
                for number, values in enumerate(self.keys):
                    start = (
                        (version * len(self.keys) + number) * (len(self.turns) + 1) + clock
                    ) * len(every_side)
                    for n, sides in enumerate(every_side, start):
                        card = self.places[n]
                        if card is not None:
                            yield card, (version, values, clock, sides)


def versions_of(
    card: RateCard,
    *,
    dimensions: Sequence[str] | None = None,
    meters: Sequence[str] | None = None,
    models: Sequence[str] | None = None,
    period: tuple[int | None, int | None] = (None, None),
    fixed: dict[str, str] | None = None,
    accounts: bool = False,
    more: Sequence[str] = (),
    widest: int | None = None,
    sums: bool = False,
) -> Versions:
    """The rates of a book, for some models (all) and a period in UTC seconds (all of time);
    with `accounts` also what belongs to those.

    The dimensions are those on which anything turns that these models and meters pay then, unless
    others are named, and `more` besides; the rest is `fixed` or at its default. Beyond `MAX_ROWS`
    rows, or `widest` combinations of values where that is given, these are folded.

    Raises `UnknownName` for what the book does not have, `BadRequest` (`bad_mapping`) for a
    dimension that is also `fixed`, and (`bad_book`) for a book whose requests are not all billed in
    one currency.
    """
    book, fixed = card.book, fixed or {}
    asked = (name for name in dimensions_that_pay(book) if name not in fixed)
    chosen = {*(asked if dimensions is None else dimensions), *more}
    used = tuple(meter.name for meter in book.meters) if meters is None else tuple(meters)
    _check(book, sorted(chosen), used, fixed)
    dated = _dated(card, _wanted(card, models), period)
    grid = RateGrid(
        card,
        tuple(n for n, found in enumerate(book.dimensions) if found.name in chosen),
        fixed,
        partial(_alike, book, used, accounts),
    )
    turns = turns_of(book)
    roots = [
        grid.root(state, *dated.points[state], minute_of(turns, clock))
        for state in dated.points
        for clock in range(len(turns) + 1)
    ]
    if dimensions is None:
        kept = {n for n, found in enumerate(book.dimensions) if found.name in more}
        roots = grid.drop(
            roots,
            frozenset(level for level in grid.idle(roots) if grid.dimensions[level] not in kept),
        )
    _check_currency(grid.seen)
    spaces = tuple(
        (book.dimensions[n].name, _values(book, book.dimensions[n].name)) for n in grid.dimensions
    )
    decimals = places_of(book, grid.cells, used)
    if widest is not None:
        folds = prod(len(values) for _, values in spaces) > widest
    else:
        folds = grid.count(roots) > MAX_ROWS
    fold, keyed = _keyed(grid, roots, spaces, folds)
    cards = [
        _with_accounts(
            book,
            row_of(book, cell.model.name, 0, (), 0, (), cell, used, decimals),
            cell,
            used,
            accounts,
        )
        for cell in grid.cells
    ]
    beyond = dict.fromkeys(what for cell in grid.seen for what in beyond_sums(cell, used))
    return Versions(
        used,
        spaces,
        dated.cuts,
        turns,
        thresholds_of(book),
        dated.names,
        tuple(book.models[point[m.MODELS]].name for point, _ in dated.points.values()),
        decimals,
        cards[0].currency if cards else book.currency,
        tuple(values for _, values in keyed),
        tuple(cards),
        _places(grid, [vector for vector, _ in keyed], len(turns) + 1, len(dated.points), sums),
        tuple(beyond),
        fold,
        () if sums or card.ids is None else tuple(_held(card, [name for name, _ in dated.names])),
        limits_of(book).prompt,
        _values(book, WINDOW) if any(found.name == WINDOW for found in book.dimensions) else (),
        dimensions is None and WINDOW not in (*(fixed or ()), *(name for name, _ in spaces)),
    )


def _held(card: RateCard, names: Sequence[str]) -> Iterator[RequestMost]:
    """What requests by names have at most, period by period."""
    limits = limits_of(card.book)
    cuts = cuts_of(card.book, (None, None)) if limits.days else ()
    for name in names:
        last: RequestMost | None = None
        for start, end in zip((None, *cuts), (*cuts, None), strict=True):
            at = start if start is not None else cuts[0] - 1 if cuts else 0
            there = dated(card, name, at)
            found = RequestMost(
                name,
                start,
                end,
                *((None, None, None) if there is None else limits.of_all(there[0], at)),
            )
            if last is not None and evolve(last, start=start, end=end) == found:
                last = evolve(last, end=end)
                continue
            if last is not None and (last.answer or last.windows):
                yield last
            last = found
        if last is not None and (last.answer or last.windows):
            yield last


def _places(
    grid: RateGrid, vectors: Sequence[tuple[int, ...]], clocks: int, versions: int, sums: bool
) -> list[int | None]:
    """The card at each version, key, point of the clock and side;
    with `sums` none where others cost else.
    """
    sides = [*product(*(range(len(total.limits) + 1) for total in grid.card.book.sums))]
    known: dict[int, list[int | None]] = {}
    found: list[int | None] = []
    for version in range(versions):
        for vector in vectors:
            for node in vector[version * clocks : (version + 1) * clocks]:
                if node not in known:
                    ends = dict(zip(sides, grid.ends(node, len(grid.dimensions)), strict=True))
                    known[node] = [
                        of_sum(ends, side) if sums else end for side, end in ends.items()
                    ]
                found += known[node]
    return found


@frozen(eq=False)
class _Dated:
    """The dated versions of names:
    `points` has a point and an instant of each, by its state of the walk.
    """

    names: tuple[tuple[str, tuple[int | None, ...]], ...]
    cuts: tuple[int, ...]
    points: dict[int, tuple[tuple[int, int], int]]


def _dated(card: RateCard, wanted: frozenset[int], period: tuple[int | None, int | None]) -> _Dated:
    walk, cuts = walk_of(card), cuts_of(card.book, period)
    points: dict[int, tuple[tuple[int, int], int]] = {}
    names = []
    start = period[0] if period[0] is not None else (cuts[0] - 1 if cuts else 0)
    for name in _names(card.book, wanted):
        held = []
        for at in (start, *cuts):
            there = dated(card, name, at)
            state = walk.start(there) if there is not None and there[0] in wanted else None
            if state is not None and there is not None:
                points.setdefault(state, (there, at))
            held.append(state)
        if any(state is not None for state in held):
            names.append((name, held))
    kept = [
        0,
        *(n for n in range(1, len(cuts) + 1) if any(held[n] != held[n - 1] for _, held in names)),
    ]
    number = {state: n for n, state in enumerate(points)}
    listed = tuple(
        (name, tuple(None if (state := held[n]) is None else number[state] for n in kept))
        for name, held in names
    )
    return _Dated(listed, tuple(cuts[n - 1] for n in kept[1:]), points)


def _keyed(
    grid: RateGrid, roots: Sequence[int], spaces: Sequence[tuple[str, tuple[str, ...]]], folds: bool
) -> tuple[Fold, list[tuple[tuple[int, ...], tuple[str, ...]]]]:
    """What rows are told apart by besides versions: values, or with `folds` classes of them.
    To each what it is below every root.
    """
    if folds:
        fold, vectors = folded(grid, roots)
        return fold, [(vector, (str(number),)) for number, vector in enumerate(vectors)]
    found: list[tuple[tuple[int, ...], tuple[str, ...]]] = [(tuple(roots), ())]
    for _, values in spaces:
        found = [
            (
                tuple(NOTHING if node == NOTHING else grid.nodes[node][n] for node in vector),
                (*before, value),
            )
            for vector, before in found
            for n, value in enumerate(values)
        ]
        found = [
            (vector, before) for vector, before in found if any(node != NOTHING for node in vector)
        ]
    return (), found


def _alike(book: m.Book, meters: Sequence[str], accounts: bool, cell: Combination) -> object:
    """What tells a cell from others by what requests of some meters pay."""
    rates = [cell.rates[meter] for meter in meters]
    least = tuple(
        rate.minimum.quantity if isinstance(rate, Rate) and rate.minimum is not None else None
        for rate in rates
    )
    more = (
        (tuple(terms_of(book, cell, meter) for meter in meters), bounds_of(book, cell))
        if accounts
        else ()
    )
    return cell.model.name, tuple(finite_price(cell, meter) for meter in meters), least, more


def _with_accounts(
    book: m.Book, row: RateRow, cell: Combination, meters: Sequence[str], accounts: bool
) -> RateRow:
    if not accounts:
        return row
    return evolve(
        row,
        terms=tuple(terms_of(book, cell, meter) for meter in meters),
        bounds=bounds_of(book, cell),
    )


def _placed(
    row: RateRow, version: int, values: tuple[str, ...], clock: int, sides: tuple[int, ...]
) -> RateRow:
    return RateRow(
        row.name,
        version,
        values,
        clock,
        sides,
        row.model,
        row.currency,
        row.atoms,
        row.least,
        row.terms,
        row.bounds,
    )


def _check_currency(cells: Sequence[Combination]) -> None:
    kinds = {
        cell.conversion.currency if cell.conversion is not None else None
        for cell in cells
        if cell.coefficients is not None
    }
    if len(kinds) > 1:
        raise BadRequest(
            "bad_book",
            "the book bills in several currencies",
            help="name the models of one (`models=`)",
        )


def slim(found: Versions) -> Versions:
    """The same rates without what none of them depends on:
    dated versions of a model that cost the same, the cuts between them, and thresholds.
    """
    parts = [
        tuple(found.places[n * found.size : (n + 1) * found.size]) for n in range(len(found.models))
    ]
    numbers: dict[object, int] = {}
    new: dict[int, int] = {}
    for version, (model, part) in enumerate(zip(found.models, parts, strict=True)):
        if any(card is not None for card in part):
            new[version] = numbers.setdefault((model, part), len(numbers))
    firsts = {number: version for version, number in reversed(new.items())}
    names = [
        (name, [None if version is None else new.get(version) for version in held])
        for name, held in found.names
    ]
    kept = [
        0,
        *(
            n
            for n in range(1, len(found.cuts) + 1)
            if any(held[n] != held[n - 1] for _, held in names)
        ),
    ]
    found = evolve(
        found,
        cuts=tuple(found.cuts[n - 1] for n in kept[1:]),
        models=tuple(found.models[firsts[n]] for n in range(len(numbers))),
        places=[card for n in range(len(numbers)) for card in parts[firsts[n]]],
        names=tuple((name, tuple(held[n] for n in kept)) for name, held in names),
    )
    for index in reversed(range(len(found.thresholds))):
        found = _without(found, index)
    return found


def _without(found: Versions, index: int) -> Versions:
    """The rates without a threshold, where they are the same on all of its sides."""
    size, inner = found.sides[index], prod(found.sides[index + 1 :])
    blocks = [
        [*found.places[start : start + size * inner]]
        for start in range(0, len(found.places), size * inner)
    ]
    if any(block[:inner] * size != block for block in blocks):
        return found
    thresholds = found.thresholds[:index] + found.thresholds[index + 1 :]
    return evolve(
        found, thresholds=thresholds, places=[card for block in blocks for card in block[:inner]]
    )


def _check(
    book: m.Book, dimensions: Sequence[str], meters: Sequence[str], fixed: dict[str, str]
) -> None:
    known = {
        "dimension": [d.name for d in book.dimensions],
        "meter": [meter.name for meter in book.meters],
    }
    for kind, names in (("dimension", [*dimensions, *fixed]), ("meter", meters)):
        for name in names:
            if name not in known[kind]:
                raise UnknownName(
                    f"unknown_{kind}",
                    f"unknown {kind} `{shown(name)}`",
                    help=did_you_mean(shown(name), known[kind]),
                )
    for name, value in fixed.items():
        if value not in _values(book, name):
            raise UnknownName(
                "unknown_value",
                f"unknown value `{shown(value)}` of {name}",
                help=did_you_mean(shown(value), _values(book, name)),
            )
    twice = next((name for name in fixed if name in dimensions), None)
    if twice is not None:
        raise BadRequest(
            "bad_mapping",
            f"`{twice}` has a column and is given for all rows too",
            help="leave one of them out",
        )
    clocked = [d.name for d in book.dimensions if d.clocked and d.name in (*dimensions, *fixed)]
    if clocked:
        raise BadRequest("bad_record", f"{clocked[0]} is set by the time of day, not by the record")


def _wanted(card: RateCard, models: Sequence[str] | None) -> frozenset[int]:
    if models is None:
        return frozenset(range(len(card.book.models)))
    found: set[int] = set()
    for name in models:
        index = next((n for n, model in enumerate(card.book.models) if model.name == name), None)
        found.update(
            [index]
            if index is not None
            else {alias.model for alias in card.book.aliases if alias.name == name}
        )
        if not found:
            card.model_index(name, 0)  # says which names there are
    return frozenset(found)


def _names(book: m.Book, wanted: frozenset[int]) -> Iterator[str]:
    yield from (model.name for index, model in enumerate(book.models) if index in wanted)
    yield from dict.fromkeys(alias.name for alias in book.aliases if alias.model in wanted)


def _values(book: m.Book, name: str) -> tuple[str, ...]:
    """The values of a dimension, the default first."""
    dimension = next(found for found in book.dimensions if found.name == name)
    return tuple(dimension.values[n].name for n in values_of(dimension))
