"""The rates of a whole book as two tables: which dated version a name stands for at an instant, and the rates of each.

A dated version is a model over the stretches of time in which no rule that it can meet changes; so prices are joined by
equality, whatever the day. Both tables hold what can be asked for: combinations that are refused have no row.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from attrs import define, evolve, field, frozen

from pricelang.book import model as m
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
from pricelang.rating.cells import Cell, cell_at
from pricelang.rating.errors import BadRequest, PriceError, UnknownName
from pricelang.rating.ratecard import RateCard
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
) -> Versions:  # fmt: skip
    """The rates of a book (`dimensions`: those that multiply, unless others are named; the rest is `fixed` or at its
    default), for some models (all) and a period in UTC seconds (all of time).

    Raises `UnknownName` for what the book does not have, `BadRequest` (`too_large`) for more rows than `MAX_ROWS`, and
    (`bad_book`) for a book whose requests are not all billed in one currency.
    """
    book = card.book
    chosen = tuple(dimensions_that_multiply(book) if dimensions is None else dimensions)
    used = tuple(meter.name for meter in book.meters) if meters is None else tuple(meters)
    _check(book, chosen, used, fixed or {})
    wanted = _wanted(card, models)
    cuts, turns, thresholds = cuts_of(book, period), turns_of(book), thresholds_of(book)
    spaces = [_values(book, name) for name in chosen]
    walk = Walk(book, used)
    first: dict[int, tuple[int, int]] = {}
    names = []
    start = period[0] if period[0] is not None else (cuts[0] - 1 if cuts else 0)
    for name in _names(book, wanted):
        held = []
        for at in (start, *cuts):
            point = _dated(card, name, at)
            state = walk.start(point) if point is not None and point[0] in wanted else None
            if state is not None and point is not None:
                first.setdefault(state, (point[0], at))
            held.append(state)
        if any(state is not None for state in held):
            names.append((name, held))
    kept = [0, *(n for n in range(1, len(cuts) + 1) if any(held[n] != held[n - 1] for _, held in names))]
    _check_size(len(first), spaces, turns, thresholds)
    found: list[tuple[tuple[int, tuple[str, ...], int, tuple[int, ...]], Cell]] = []
    number = {state: n for n, state in enumerate(first)}
    every_side = [*itertools.product(*(range(len(threshold.limits) + 1) for threshold in thresholds))]
    combinations = [{**(fixed or {}), **dict(zip(chosen, values, strict=True))} for values in itertools.product(*spaces)]
    for state, (model, at) in first.items():
        for given, clock in itertools.product(combinations, range(len(turns) + 1)):
            values, _ = card.values_at(model, given, at, minute_of(turns, clock))
            for sides in every_side:
                cell = walk.cell(state, model, at, values, sides)
                if cell is not None:
                    found.append(((number[state], tuple(given[name] for name in chosen), clock, sides), cell))
    if len({cell.conversion.currency for _, cell in found if cell.conversion is not None}) + any(
        cell.conversion is None for _, cell in found
    ) > 1:
        raise BadRequest("bad_book", "the book bills in several currencies", help="name the models of one (`models=`)")
    places = places_of(book, [cell for _, cell in found], used)
    rows = tuple(row_of(book, cell.model.name, *key, cell, used, places) for key, cell in found)
    return Versions(
        used, tuple(zip(chosen, spaces, strict=True)), tuple(cuts[n - 1] for n in kept[1:]), turns, thresholds,
        tuple((name, tuple(None if (state := held[n]) is None else number[state] for n in kept)) for name, held in names),
        len(first), places,
        rows[0].currency if rows else book.currency, rows, tuple(walk.beyond),
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


def _dated(card: RateCard, name: str, at: int) -> tuple[int, int] | None:
    """The model of a name and the stretch of time, where the model is released by then."""
    try:
        index = card.model_index(name, at)
    except PriceError:
        return None
    stretch = bisect_right(card.book.boundaries, at)
    start = card.book.boundaries[stretch - 1] if stretch else None
    return (index, stretch) if start is not None and start >= card.book.models[index].released else None


REFUSED = -1
State = tuple[int, tuple[int, ...], tuple[tuple[int, ...], ...]]
"""A model, what is left of the diagrams of all rules, and of those that say where each value of a dimension is offered."""


@define(eq=False, repr=False)
class Walk:
    """A walk down all diagrams of a book at once, axis by axis. Equal states price alike, so each is worked out once,
    however many combinations lead to it."""

    book: m.Book
    meters: Sequence[str]
    beyond: dict[str, None] = field(factory=dict)
    _states: list[State] = field(factory=list)
    _numbers: dict[State, int] = field(factory=dict)
    _steps: dict[tuple[int, int, int], int] = field(factory=dict)
    _cells: dict[int, Cell | None] = field(factory=dict)

    def start(self, point: tuple[int, int]) -> int:
        """The state at a model and a stretch of time: a dated version. Models never share one."""
        decided = self.book.decisions
        rules = (
            decided.refusals, decided.free, decided.roundings, decided.conversions, *decided.modifiers, *decided.exclusions,
            *decided.meters, *decided.prices, *decided.derivations, *decided.limits, *(root for charge in decided.charges for root in charge),
        )  # fmt: skip
        state: State = (point[m.MODELS], rules, decided.values)
        for axis, position in enumerate(point):
            state = self._below(state, axis, position)
        return self._number(state)

    def cell(self, state: int, model: int, at: int, values: Sequence[int], sides: Sequence[int]) -> Cell | None:
        """The cell of a dated version, of values and of sides; None where there is no such request, or it is no plain sum."""
        positions = (*values, *sides)
        for axis, position in enumerate(positions, 2):
            found = self._steps.get((state, axis, position))
            if found is None:
                below = self._below(self._states[state], axis, position)
                found = self._steps[(state, axis, position)] = REFUSED if self._refuses(below) else self._number(below)
            if found == REFUSED:
                return None
            state = found
        if state not in self._cells:
            self._cells[state] = self._worked_out((model, bisect_right(self.book.boundaries, at), *positions))
        return self._cells[state]

    def _worked_out(self, point: tuple[int, ...]) -> Cell | None:
        try:
            cell = cell_at(self.book, point)
        except PriceError:
            return None
        self.beyond.update(dict.fromkeys(beyond_sums(cell, self.meters)))
        return cell if cell.coefficients is not None else None

    def _below(self, state: State, axis: int, position: int) -> State:
        """The state at a point of the next axis: of a dimension's values only the one that the request has still matters."""
        model, rules, values = state
        nodes, index = self.book.decisions.nodes, axis - 2
        kept = tuple(
            tuple(_down(nodes, root, axis, position) for root in (roots[position : position + 1] if number == index else roots))
            for number, roots in enumerate(values)
        )
        return model, tuple(_down(nodes, root, axis, position) for root in rules), kept

    def _refuses(self, state: State) -> bool:
        """Whether no request below a state exists, whatever else it says."""
        _, rules, values = state
        leaves = self.book.decisions.leaves
        if rules[0] < 0 and leaves[~rules[0]]:
            return True
        for modifier, root in zip(self.book.modifiers, rules[4:], strict=False):
            if root < 0 and any(modifier.lines[number].outcome == "refuse" for number in leaves[~root]):
                return True
        return any(len(roots) == 1 and roots[0] < 0 and not leaves[~roots[0]] for roots in values)

    def _number(self, state: State) -> int:
        number = self._numbers.setdefault(state, len(self._states))
        if number == len(self._states):
            self._states.append(state)
        return number


def _down(nodes: Sequence[tuple[int, tuple[tuple[int, int], ...]]], root: int, axis: int, position: int) -> int:
    """What is left of a diagram at a point of its axis."""
    if root < 0 or nodes[root][0] != axis:
        return root
    return next(child for mask, child in nodes[root][1] if mask >> position & 1)
