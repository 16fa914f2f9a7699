"""The rates of a whole book as two tables: the dated version that a name stands for at an instant,
and the rates of each version.

A dated version is a model over the stretches of time in which no rule that it can meet changes; so
prices are joined by equality, whatever the day. Both tables hold what can be asked for:
combinations that are refused have no row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from math import prod

from attrs import evolve, frozen

from pricelang.compile.gc_guard import uncollected
from pricelang.evaluate.combination import Combination
from pricelang.evaluate.limits import WINDOW, limits_of
from pricelang.evaluate.rate_card import RateCard
from pricelang.evaluate.rate_table.asked import RatesAsked, check, values_by_name
from pricelang.evaluate.rate_table.axes import Axes, axes_of
from pricelang.evaluate.rate_table.folding import Fold, folded
from pricelang.evaluate.rate_table.grid import NOTHING, RateGrid
from pricelang.evaluate.rate_table.request_limits import RequestMost, most_of, of_sum
from pricelang.evaluate.rate_table.scale import places_of
from pricelang.evaluate.rate_table.unit_prices import (
    UnitPrices,
    beyond_sums,
    distinction,
    unit_prices,
)
from pricelang.evaluate.rate_table.versions import DatedVersions, Names, dated_versions
from pricelang.model import book as m
from pricelang.model.errors import BadRequest

MAX_ROWS = 20_000
"""Combinations beyond this are folded: their values become classes, which are far fewer."""

CardKey = tuple[int, tuple[str, ...], int, tuple[int, ...]]
"""A place of a card: its version, values (or the class of them), point of the clock and sides."""
Keyed = list[tuple[tuple[int, ...], tuple[str, ...]]]
"""Combinations of values, or classes of them: to each what it is below every root of a grid."""


@frozen(eq=False, repr=False)
class LongestRequests:
    """What requests have at most: `held` by their names, in a prompt that are the meters `prompt`,
    in each of the `windows` (the default first). `window_is_idle` says that no price turns on
    windows, so that they were left out.
    """

    held: tuple[RequestMost, ...] = ()
    prompt: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()
    window_is_idle: bool = False


@frozen(eq=False, repr=False)
class RateSnapshots:
    """The rates of a book for some meters, models and dimensions.

    `names` has, for each id or alias, its dated version in each stretch of time, or None; `models`
    has the model of each version. `keys` are combinations of values of the `dimensions` (names and
    all their values, the default first); where there is a `fold`, a key is the number of a class of
    values (see `folding`). `cards` are the rates that differ, and `places` has for each version,
    key, point of the clock and side of each threshold, the last turning first, the number of its
    card, or None where there is no such request. `beyond` says what requests pay that is no such
    sum, and so has no card.
    """

    meters: tuple[str, ...]
    dimensions: tuple[tuple[str, tuple[str, ...]], ...]
    axes: Axes
    names: Names
    models: tuple[str, ...]
    decimals: int
    currency: str
    keys: tuple[tuple[str, ...], ...]
    cards: tuple[UnitPrices, ...]
    places: Sequence[int | None]
    beyond: tuple[str, ...]
    fold: Fold
    longest: LongestRequests

    @property
    def width(self) -> int:
        """The number of values of a row."""
        return 1 if self.fold else len(self.dimensions)

    @property
    def size(self) -> int:
        """The number of places of a dated version."""
        return len(self.keys) * self.axes.clocks * prod(self.axes.sides)

    def keyed_cards(self) -> Iterator[tuple[int, CardKey]]:
        """The number of each card, with each of its places, version by version."""
        every_side = self.axes.every_side
        for version in range(len(self.models)):
            for clock in range(self.axes.clocks):
                for number, values in enumerate(self.keys):
                    place = (version * len(self.keys) + number) * self.axes.clocks + clock
                    for n, sides in enumerate(every_side, place * len(every_side)):
                        card = self.places[n]
                        if card is not None:
                            yield card, (version, values, clock, sides)


@uncollected()
def rate_snapshots(card: RateCard, asked: RatesAsked) -> RateSnapshots:
    """The rates of a book that are asked for. Beyond `MAX_ROWS` rows, combinations of values are
    folded.

    Raises `UnknownName` for what the book does not have, `BadRequest` (`bad_mapping`) for a
    dimension that is also fixed, and (`bad_book`) for a book whose requests are not all billed in
    one currency.
    """
    book, used = card.book, asked.used(card.book)
    check(book, asked)
    axes = axes_of(book, asked.period)
    dated = dated_versions(card, axes, asked.wanted(card), asked.period)
    axes = evolve(axes, cuts=dated.cuts)
    grid, roots = _grid(card, asked, axes, dated)
    _check_currency(grid.seen)
    names = [book.dimensions[n].name for n in grid.dimensions]
    spaces = tuple((name, values_by_name(book, name)) for name in names)
    fold, keyed = _keyed(grid, roots, spaces, asked.widest)
    decimals = places_of(book, grid.cells, used)
    cards = [unit_prices(book, cell, used, decimals, asked.accounts) for cell in grid.cells]
    return RateSnapshots(
        meters=used,
        dimensions=spaces,
        axes=axes,
        names=dated.names,
        models=tuple(book.models[point[m.MODELS]].name for point, _ in dated.points.values()),
        decimals=decimals,
        currency=cards[0].currency if cards else book.currency,
        keys=tuple(values for _, values in keyed),
        cards=tuple(cards),
        places=_places(grid, [vector for vector, _ in keyed], axes, asked.sums),
        beyond=tuple(dict.fromkeys(what for cell in grid.seen for what in beyond_sums(cell, used))),
        fold=fold,
        longest=_longest(card, asked, dated.names, names),
    )


def _grid(
    card: RateCard, asked: RatesAsked, axes: Axes, dated: DatedVersions
) -> tuple[RateGrid, list[int]]:
    """The combinations of dimensions that have a price, with a root for each dated version and each
    point of the clock.
    """
    book, chosen = card.book, asked.chosen(card.book)
    grid = RateGrid(
        card,
        tuple(n for n, found in enumerate(book.dimensions) if found.name in chosen),
        asked.fixed,
        partial(distinction, book, asked.used(book), asked.accounts),
    )
    roots = [
        grid.root(state, *where, axes.setting(clock))
        for state, where in dated.points.items()
        for clock in range(axes.clocks)
    ]
    if asked.dimensions is None:
        kept = {n for n, found in enumerate(book.dimensions) if found.name in asked.more}
        idle = frozenset(level for level in grid.idle(roots) if grid.dimensions[level] not in kept)
        roots = grid.drop(roots, idle)
    return grid, roots


def _keyed(
    grid: RateGrid,
    roots: Sequence[int],
    spaces: Sequence[tuple[str, tuple[str, ...]]],
    widest: int | None,
) -> tuple[Fold, Keyed]:
    """What rows are told apart by besides versions: values, or where they are too many combinations
    classes of them.
    """
    many = (
        grid.count(roots) > MAX_ROWS
        if widest is None
        else prod(len(values) for _, values in spaces) > widest
    )
    if many:
        fold, vectors = folded(grid, roots)
        return fold, [(vector, (str(number),)) for number, vector in enumerate(vectors)]
    found: Keyed = [(tuple(roots), ())]
    for _, values in spaces:
        found = [
            (below, (*before, value))
            for vector, before in found
            for n, value in enumerate(values)
            for below in [grid.below(vector, n)]
            if any(node != NOTHING for node in below)
        ]
    return (), found


def _places(
    grid: RateGrid, vectors: Sequence[tuple[int, ...]], axes: Axes, sums: bool
) -> list[int | None]:
    """The card at each version, key, point of the clock and side;
    with `sums` none where others cost else.
    """
    sides, clocks = axes.every_side, axes.clocks
    known: dict[int, list[int | None]] = {}
    found: list[int | None] = []
    for version in range(len(vectors[0]) // clocks if vectors else 0):
        for vector in vectors:
            for node in vector[version * clocks : (version + 1) * clocks]:
                if node not in known:
                    ends = dict(zip(sides, grid.ends(node, len(grid.dimensions)), strict=True))
                    known[node] = [
                        of_sum(ends, side) if sums else end for side, end in ends.items()
                    ]
                found += known[node]
    return found


def _longest(
    card: RateCard, asked: RatesAsked, names: Names, dimensions: Sequence[str]
) -> LongestRequests:
    """What requests by some names have at most; a sum of several has no such limit."""
    if asked.sums or card.ids is None:
        held: tuple[RequestMost, ...] = ()
    else:
        held = tuple(most_of(card, [name for name, _ in names]))
    book = card.book
    has_windows = any(found.name == WINDOW for found in book.dimensions)
    return LongestRequests(
        held,
        limits_of(book).prompt,
        values_by_name(book, WINDOW) if has_windows else (),
        asked.dimensions is None and WINDOW not in (*asked.fixed, *dimensions),
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
