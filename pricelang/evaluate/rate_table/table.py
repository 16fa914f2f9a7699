"""Rows of compiled rates, as integers: what an engine joins to a table of usage.

A table of rates is made for the names, values and period that some usage has, or that a caller asks
for. It holds a row for each combination that is a plain sum of quantity times price; whatever else
a book says of a request (a rounding, a minimum below which a use costs more, a refusal) has no row
there, and is left to the evaluator of single requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from attrs import define, evolve, field, frozen

from pricelang.evaluate.combination import Combination
from pricelang.evaluate.limits import RequestLimit, limits_of
from pricelang.evaluate.rate_card import RateCard
from pricelang.evaluate.rate_table.axes import ALWAYS, Axes, Period, axes_of
from pricelang.evaluate.rate_table.request_limits import ONE, Each, of_sum, threshold_of
from pricelang.evaluate.rate_table.scale import places_of
from pricelang.evaluate.rate_table.unit_prices import UnitPrices, unit_prices
from pricelang.evaluate.rate_table.versions import dated
from pricelang.evaluate.rate_table.walk import walk_of
from pricelang.model.errors import PriceError
from pricelang.model.time_of_day import Setting


class RateKey(NamedTuple):
    """What usage is joined by: the name of a model and the version, the values of dimensions, the
    point of the clock, and the side of each threshold.
    """

    name: str
    version: int
    values: tuple[str | None, ...]
    clock: int
    sides: tuple[int, ...]


@frozen(eq=False, repr=False)
class RateTable:
    """Rows of rates, each by its key, and the axes that place a request among them.
    `places` is the power of ten of all `atoms`.
    """

    meters: tuple[str, ...]
    dimensions: tuple[str, ...]
    axes: Axes
    places: int
    rows: Mapping[RateKey, UnitPrices]

    def widest(self, meter: int) -> int:
        """The largest price of a meter, in atoms:
        times the largest quantity it bounds what a product can be.
        """
        return max((row.atoms[meter] or 0 for row in self.rows.values()), default=0)

    def lacks(self, meter: int) -> bool:
        """Whether a row has no price of a meter."""
        return any(row.atoms[meter] is None for row in self.rows.values())

    def has_least(self, meter: int) -> bool:
        """Whether a row has a least quantity of a meter."""
        return any(row.least[meter] is not None for row in self.rows.values())


def rate_table(
    card: RateCard,
    dimensions: Sequence[str],
    combinations: Iterable[tuple[str, Sequence[str | None]]],
    meters: Sequence[str],
    period: Period = ALWAYS,
    fixed: Mapping[str, str] = {},
    each: Each = ONE,
) -> RateTable:
    """The rates of some combinations, over a period of UTC seconds, both ends included (None:
    no end).

    A combination is a model (an id or an alias) and a value for each of `dimensions`, or None for
    its default; `fixed` are values that hold for all, and every other dimension is at its default.
    What the book does not know has no row, nor has what `each` row of usage cannot be.
    """
    rows = _Rows(card, axes_of(card.book, period), period, each)
    for name, values in dict.fromkeys((name, tuple(values)) for name, values in combinations):
        said = {key: text for key, text in zip(dimensions, values, strict=True) if text is not None}
        rows.add(name, values, {**fixed, **said})
    cells = list({id(cell): cell for cell in rows.cells.values()}.values())
    places = places_of(card.book, cells, meters)
    # many combinations share a cell: its prices are worked out once
    prices = {id(cell): unit_prices(card.book, cell, meters, places) for cell in cells}
    made = {key: prices[id(cell)] for key, cell in rows.cells.items()}
    table = RateTable(tuple(meters), tuple(dimensions), rows.axes, places, made)
    return _merged(_limited(table, rows.limits, each.largest))


@define
class _Rows:
    """The cells of the combinations that have a price, and what one request has at most there."""

    card: RateCard
    axes: Axes
    period: Period
    each: Each
    cells: dict[RateKey, Combination] = field(factory=dict)
    limits: dict[tuple[object, ...], tuple[RequestLimit, ...]] = field(factory=dict)

    def add(self, name: str, values: tuple[str | None, ...], given: Mapping[str, str]) -> None:
        """Adds a combination, whose dimensions are `given` a value or at their default."""
        model, ids = name, self.card.ids
        try:
            if ids is not None:
                model, given = ids.asked(name, given)[:2]
        except PriceError:
            return  # the evaluator of single requests says why
        for version, start in enumerate(self.axes.starts(self.period)):
            point = dated(self.card, model, start)
            for clock in range(self.axes.clocks) if point is not None else ():
                chosen = self._values_at(point, given, start, self.axes.setting(clock))
                if point is None or chosen is None:
                    continue
                if ids is not None and not self.each.sums:
                    limits = limits_of(self.card.book).at((*point, *chosen), start)
                    self.limits[name, version, values] = limits
                for sides, cell in self._sides(point, chosen):
                    self.cells[RateKey(name, version, values, clock, sides)] = cell

    def _values_at(
        self, point: tuple[int, int] | None, given: Mapping[str, str], at: int, setting: Setting
    ) -> tuple[int, ...] | None:
        """The values of a request, or None where the book does not know one."""
        try:
            return None if point is None else self.card.values_at(point[0], given, at, setting)[0]
        except PriceError:
            return None

    def _sides(
        self, point: tuple[int, int], values: tuple[int, ...]
    ) -> Iterator[tuple[tuple[int, ...], Combination]]:
        """What prices a request on each side of the thresholds."""
        walk = walk_of(self.card)
        state = walk.start(point)
        cells = {sides: walk.cell(state, point, values, sides) for sides in self.axes.every_side}
        for sides in cells:
            cell = of_sum(cells, sides) if self.each.sums else cells[sides]
            if cell is not None and cell.coefficients is not None:
                yield sides, cell


def _limited(
    table: RateTable,
    most: Mapping[tuple[object, ...], tuple[RequestLimit, ...]],
    largest: Mapping[str, int],
) -> RateTable:
    """The table with a threshold for each sum of meters of which a request has so many at most,
    and no row beyond it.
    """
    known: dict[tuple[str, ...], set[int]] = {}
    for limits in most.values():
        for limit in limits:
            known.setdefault(limit.meters, set()).add(limit.most)
    for meters, found in known.items():
        bounds = [largest.get(meter) for meter in meters if meter in table.meters]
        if None not in bounds and sum(bound or 0 for bound in bounds) <= min(found):
            continue  # no row is beyond any
        steps = sorted(found)
        rows = {}
        for key, prices in table.rows.items():
            here = {limit.meters: limit.most for limit in most[key.name, key.version, key.values]}
            last = steps.index(here[meters]) if meters in here else len(steps)
            for side in range(last + 1):
                rows[key._replace(sides=(*key.sides, side))] = prices
        thresholds = (*table.axes.thresholds, threshold_of(meters, steps))
        table = evolve(table, axes=evolve(table.axes, thresholds=thresholds), rows=rows)
    return table


# ---- fewer questions -----------------------------------------------------------------------------


def _merged(table: RateTable) -> RateTable:
    """The table without the cuts, clocks and thresholds that none of its rates depends on,
    so that a request is placed with fewer questions.
    """
    table = _without_cuts(table)
    if table.axes.clock is not None:
        clocks = [key.clock for key in table.rows]
        rows = _alike(
            table, clocks, table.axes.clocks, [key._replace(clock=0) for key in table.rows]
        )
        if rows:
            table = evolve(table, axes=evolve(table.axes, clock=None), rows=rows)
    for index, size in reversed([*enumerate(table.axes.sides)]):
        sides = [key.sides[index] for key in table.rows]
        bare = [
            key._replace(sides=key.sides[:index] + key.sides[index + 1 :]) for key in table.rows
        ]
        rows = _alike(table, sides, size, bare)
        if rows or not table.rows:
            table = evolve(table, axes=table.axes.without(index), rows=rows)
    return table


def _without_cuts(table: RateTable) -> RateTable:
    """The table without the cuts at which no rate changes."""
    by_version: list[dict[object, UnitPrices]] = [{} for _ in range(len(table.axes.cuts) + 1)]
    for key, prices in table.rows.items():
        by_version[key.version][key._replace(version=0)] = prices
    kept = [n for n, rates in enumerate(by_version) if not n or rates != by_version[n - 1]]
    new = {old: number for number, old in enumerate(kept)}
    rows = {
        key._replace(version=new[key.version]): prices
        for key, prices in table.rows.items()
        if key.version in new
    }
    cuts = tuple(table.axes.cuts[number - 1] for number in kept[1:])
    return evolve(table, axes=evolve(table.axes, cuts=cuts), rows=rows)


def _alike(
    table: RateTable, parts: Sequence[int], size: int, bare: Sequence[RateKey]
) -> dict[RateKey, UnitPrices]:
    """The rows without one of the `parts` of their keys, where every rate is the same at all of its
    `size` values; else none. `bare` are the keys without it.
    """
    found: dict[RateKey, UnitPrices] = {}
    seen: dict[RateKey, set[int]] = {}
    for prices, part, key in zip(table.rows.values(), parts, bare, strict=True):
        other = found.setdefault(key, prices)
        if other is not prices and other != prices:
            return {}
        seen.setdefault(key, set()).add(part)
    return found if all(len(there) == size for there in seen.values()) else {}
