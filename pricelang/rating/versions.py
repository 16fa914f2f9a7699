"""The rates of a whole book as two tables: which dated version a name stands for at an instant, and the rates of each.

A dated version is a model over the stretches of time in which no rule that it can meet changes; so prices are joined by
equality, whatever the day. Both tables hold what can be asked for: combinations that are refused have no row.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from attrs import evolve, frozen

from pricelang.book import model as m
from pricelang.rating.accounts import bounds_of, terms_of
from pricelang.rating.atoms import (
    RateRow,
    Threshold,
    alike_on_sides,
    beyond_sums,
    cuts_of,
    minute_of,
    places_of,
    row_of,
    thresholds_of,
    turns_of,
)
from pricelang.rating.cells import Cell
from pricelang.rating.errors import BadRequest, UnknownName
from pricelang.rating.ratecard import RateCard
from pricelang.rating.walk import dated, walk_of
from pricelang.wording import did_you_mean, shown

MAX_ROWS = 2_000_000
"""Combinations beyond this are refused before hours go by: fewer dimensions or models are to be named."""


@frozen(eq=False, repr=False)
class Versions:
    """The rates of a book for some meters, models and dimensions.

    `cuts` are UTC seconds: stretch k is from `cuts[k-1]` on and before `cuts[k]`. `names` has, for each id or alias, its
    dated version in each stretch, or None. A row's `version` is the dated version; its `values` are those of
    `dimensions` (names and all their values, the default first). `beyond` says what requests pay that are no such sum, and
    so have no row.
    """

    meters: tuple[str, ...]
    dimensions: tuple[tuple[str, tuple[str, ...]], ...]
    cuts: tuple[int, ...]
    turns: tuple[int, ...]
    thresholds: tuple[Threshold, ...]
    names: tuple[tuple[str, tuple[int | None, ...]], ...]
    count: int
    places: int
    currency: str
    rows: tuple[RateRow, ...]
    beyond: tuple[str, ...] = ()


def dimensions_that_multiply(book: m.Book) -> tuple[str, ...]:
    """The dimensions that a multiplier, a surcharge or an exclusion looks at: those that change what a token costs.

    >>> import pricelang
    >>> dimensions_that_multiply(pricelang.load().checked)
    ('endpoint', 'surface', 'service_tier', 'speed', 'inference_geo', 'context_window')
    """
    scopes = [modifier.when for modifier in book.modifiers] + [line.scope for modifier in book.modifiers for line in modifier.lines]
    scopes += [exclusion.scope for exclusion in book.exclusions]
    axes = {axis for scope in scopes for axis, _ in scope}
    return tuple(d.name for index, d in enumerate(book.dimensions) if 2 + index in axes and not d.clocked)


def versions_of(
    card: RateCard, *, dimensions: Sequence[str] | None = None, meters: Sequence[str] | None = None,
    models: Sequence[str] | None = None, period: tuple[int | None, int | None] = (None, None), fixed: dict[str, str] | None = None,
    accounts: bool = False,
) -> Versions:  # fmt: skip
    """The rates of a book (`dimensions`: those that multiply, unless others are named; the rest is `fixed` or at its
    default), for some models (all) and a period in UTC seconds (all of time); with `accounts` also what belongs to those.

    Raises `UnknownName` for what the book does not have, `BadRequest` (`bad_mapping`) for a dimension that is also `fixed`,
    (`too_large`) for more rows than `MAX_ROWS`, and (`bad_book`) for a book whose requests are not all billed in one currency.
    """
    book = card.book
    multiply = (name for name in dimensions_that_multiply(book) if name not in (fixed or {}))
    chosen = tuple(multiply if dimensions is None else dimensions)
    used = tuple(meter.name for meter in book.meters) if meters is None else tuple(meters)
    _check(book, chosen, used, fixed or {})
    wanted = _wanted(card, models)
    cuts, turns, thresholds = cuts_of(book, period), turns_of(book), thresholds_of(book)
    spaces = [_values(book, name) for name in chosen]
    walk = walk_of(card)
    first: dict[int, tuple[tuple[int, int], int]] = {}
    names = []
    start = period[0] if period[0] is not None else (cuts[0] - 1 if cuts else 0)
    for name in _names(book, wanted):
        held = []
        for at in (start, *cuts):
            there = dated(card, name, at)
            state = walk.start(there) if there is not None and there[0] in wanted else None
            if state is not None and there is not None:
                first.setdefault(state, (there, at))
            held.append(state)
        if any(state is not None for state in held):
            names.append((name, held))
    kept = [0, *(n for n in range(1, len(cuts) + 1) if any(held[n] != held[n - 1] for _, held in names))]
    _check_size(len(first), spaces, turns, thresholds)
    found: list[tuple[tuple[int, tuple[str, ...], int, tuple[int, ...]], Cell]] = []
    beyond: dict[str, None] = {}
    number = {state: n for n, state in enumerate(first)}
    every_side = [*itertools.product(*(range(len(threshold.limits) + 1) for threshold in thresholds))]
    combinations = [{**(fixed or {}), **dict(zip(chosen, values, strict=True))} for values in itertools.product(*spaces)]
    for state, (point, at) in first.items():
        for given, clock in itertools.product(combinations, range(len(turns) + 1)):
            values, _ = card.values_at(point[0], given, at, minute_of(turns, clock))
            for sides in every_side:
                cell = walk.cell(state, point, values, sides)
                if cell is not None:
                    beyond.update(dict.fromkeys(beyond_sums(cell, used)))
                if cell is not None and cell.coefficients is not None:
                    found.append(((number[state], tuple(given[name] for name in chosen), clock, sides), cell))
    if len({cell.conversion.currency for _, cell in found if cell.conversion is not None}) + any(
        cell.conversion is None for _, cell in found
    ) > 1:
        raise BadRequest("bad_book", "the book bills in several currencies", help="name the models of one (`models=`)")
    places = places_of(book, [cell for _, cell in found], used)
    rows = tuple(row_of(book, cell.model.name, *key, cell, used, places) for key, cell in found)
    if accounts:
        rows = tuple(
            evolve(row, terms=tuple(terms_of(book, cell, meter) for meter in used), bounds=bounds_of(book, cell))
            for row, (_, cell) in zip(rows, found, strict=True)
        )
    return Versions(
        used, tuple(zip(chosen, spaces, strict=True)), tuple(cuts[n - 1] for n in kept[1:]), turns, thresholds,
        tuple((name, tuple(None if (state := held[n]) is None else number[state] for n in kept)) for name, held in names),
        len(first), places,
        rows[0].currency if rows else book.currency, rows, tuple(beyond),
    )  # fmt: skip


def slim(found: Versions) -> Versions:
    """The same rates without what none of them depends on: dated versions of a model that cost the same, the cuts between
    them, and thresholds."""
    by_version: dict[int, list[RateRow]] = {}
    for row in found.rows:
        by_version.setdefault(row.version, []).append(row)
    numbers: dict[object, int] = {}
    new = {version: numbers.setdefault(tuple(evolve(row, version=0) for row in rows), len(numbers)) for version, rows in by_version.items()}
    firsts = {number: version for version, number in reversed(new.items())}
    rows = tuple(evolve(row, version=number) for number, version in firsts.items() for row in by_version[version])
    names = [(name, [None if version is None else new.get(version) for version in held]) for name, held in found.names]
    kept = [0, *(n for n in range(1, len(found.cuts) + 1) if any(held[n] != held[n - 1] for _, held in names))]
    found = evolve(
        found, cuts=tuple(found.cuts[n - 1] for n in kept[1:]), count=len(numbers), rows=tuple(sorted(rows, key=lambda row: row.version)),
        names=tuple((name, tuple(held[n] for n in kept)) for name, held in names),
    )  # fmt: skip
    for index in reversed(range(len(found.thresholds))):
        rows = alike_on_sides(found.rows, found.thresholds, index)
        if rows:
            found = evolve(found, thresholds=found.thresholds[:index] + found.thresholds[index + 1 :], rows=rows)
    return found


def _check(book: m.Book, dimensions: Sequence[str], meters: Sequence[str], fixed: dict[str, str]) -> None:
    known = {"dimension": [d.name for d in book.dimensions], "meter": [meter.name for meter in book.meters]}
    for kind, names in (("dimension", [*dimensions, *fixed]), ("meter", meters)):
        for name in names:
            if name not in known[kind]:
                raise UnknownName(f"unknown_{kind}", f"unknown {kind} `{shown(name)}`", help=did_you_mean(shown(name), known[kind]))
    for name, value in fixed.items():
        if value not in _values(book, name):
            raise UnknownName("unknown_value", f"unknown value `{shown(value)}` of {name}", help=did_you_mean(shown(value), _values(book, name)))
    twice = next((name for name in fixed if name in dimensions), None)
    if twice is not None:
        raise BadRequest("bad_mapping", f"`{twice}` has a column and is given for all rows too", help="leave one of them out")
    clocked = [d.name for d in book.dimensions if d.clocked and d.name in (*dimensions, *fixed)]
    if clocked:
        raise BadRequest("bad_record", f"{clocked[0]} is set by the time of day, not by the record")


def _check_size(versions: int, spaces: Sequence[Sequence[str]], turns: Sequence[int], thresholds: Sequence[Threshold]) -> None:
    size = versions * (len(turns) + 1)
    for part in (*(len(space) for space in spaces), *(len(threshold.limits) + 1 for threshold in thresholds)):
        size *= part
    if size > MAX_ROWS:
        raise BadRequest(
            "too_large", f"the rates of all combinations are {size:,} rows, and {MAX_ROWS:,} are the most",
            help="name fewer dimensions, models, or a period",
        )  # fmt: skip


def _wanted(card: RateCard, models: Sequence[str] | None) -> frozenset[int]:
    if models is None:
        return frozenset(range(len(card.book.models)))
    found: set[int] = set()
    for name in models:
        index = next((n for n, model in enumerate(card.book.models) if model.name == name), None)
        found.update([index] if index is not None else {alias.model for alias in card.book.aliases if alias.name == name})
        if not found:
            card.model_index(name, 0)  # says which names there are
    return frozenset(found)


def _names(book: m.Book, wanted: frozenset[int]) -> Iterator[str]:
    yield from (model.name for index, model in enumerate(book.models) if index in wanted)
    yield from dict.fromkeys(alias.name for alias in book.aliases if alias.model in wanted)


def _values(book: m.Book, name: str) -> tuple[str, ...]:
    """The values of a dimension, the default first."""
    dimension = next(found for found in book.dimensions if found.name == name)
    default = dimension.values[dimension.default].name
    return default, *(value.name for value in dimension.values if value.name != default)
