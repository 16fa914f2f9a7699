"""Rows of compiled rates, as integers: what an engine joins to a table of usage.

A table of rates is made for the names, values and period that some usage has, or that a caller asks
for. It holds a row for each combination that is a plain sum of quantity times price; whatever else
a book says of a request (a rounding, a minimum below which a use costs more, a refusal) has no row
there, and is left to the evaluator of single requests.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

from attrs import evolve, frozen

from pricelang.evaluate.allowance_terms import AllowanceTerms, SpendLimit
from pricelang.evaluate.combination import Combination
from pricelang.evaluate.limits import RequestLimit, limits_of
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.rate_card import RateCard
from pricelang.evaluate.rate_table.walk import dated, walk_of
from pricelang.model import book as m
from pricelang.model.errors import PriceError
from pricelang.present.decimals import power_of_ten

MAX_PLACES = 18
"""A power of ten beyond this leaves an int64 no room for a unit price."""


@frozen(repr=False)
class RateThreshold:
    """A sum of meters that rules look at:
    the side of a request is the number of `limits` that it is over.
    """

    label: str
    meters: tuple[str, ...]
    limits: tuple[Fraction, ...]


@frozen(repr=False)
class RateRow:
    """The rates of one combination. `atoms` are, for each meter of the table, the price of one of
    its unit in units of 10**-places of the currency: None where the meter cannot be used, or its
    price is no such number. A use of less than `least` (in the meter's unit) is not priced by it.
    `terms` and `bounds` are what belongs to accounts, where that was asked for: for each meter, and
    of the whole request.
    """

    name: str
    version: int
    values: tuple[str | None, ...]
    clock: int
    sides: tuple[int, ...]
    model: str
    currency: str
    atoms: tuple[int | None, ...]
    least: tuple[Fraction | None, ...]
    terms: tuple[AllowanceTerms | None, ...] = ()
    bounds: tuple[SpendLimit, ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        """What usage is joined by."""
        return self.name, self.version, self.values, self.clock, self.sides


@frozen
class Each:
    """What each row of usage is: one request, which is held against what one can have at most, or
    with `sums` several that are added up. `largest` bounds the quantities of meters, where it is
    known.
    """

    sums: bool = False
    largest: Mapping[str, int] = {}


ONE = Each()
Priced = TypeVar("Priced")


@frozen(eq=False, repr=False)
class RateTable:
    """Rows of rates and what places a request among them.

    `cuts` are UTC seconds: version k holds from `cuts[k-1]` on and before `cuts[k]`. `turns` are
    minutes of the day, the same way, for values that the clock sets. `places` is the power of ten
    of all `atoms`.
    """

    meters: tuple[str, ...]
    dimensions: tuple[str, ...]
    cuts: tuple[int, ...]
    turns: tuple[int, ...]
    thresholds: tuple[RateThreshold, ...]
    places: int
    rows: tuple[RateRow, ...]

    def widest(self, meter: int) -> int:
        """The largest price of a meter, in atoms:
        times the largest quantity it bounds what a product can be.
        """
        return max((row.atoms[meter] or 0 for row in self.rows), default=0)


def rate_table(
    card: RateCard,
    dimensions: Sequence[str],
    combinations: Iterable[tuple[str, Sequence[str | None]]],
    meters: Sequence[str],
    period: tuple[int | None, int | None] = (None, None),
    fixed: Mapping[str, str] = {},
    each: Each = ONE,
) -> RateTable:
    """The rates of some combinations, over a period of UTC seconds, both ends included (None:
    no end).

    A combination is a model (an id or an alias) and a value for each of `dimensions`, or None for
    its default; `fixed` are values that hold for all, and every other dimension is at its default.
    What the book does not know has no row, nor has what `each` row of usage cannot be.
    """
    book = card.book
    cuts, turns, thresholds = cuts_of(book, period), turns_of(book), thresholds_of(book)
    walk = walk_of(card)
    made: list[
        tuple[tuple[str, int, tuple[str | None, ...], int, tuple[int, ...]], Combination]
    ] = []
    most: dict[tuple[object, ...], tuple[RequestLimit, ...]] = {}
    every_side = [
        *itertools.product(*(range(len(threshold.limits) + 1) for threshold in thresholds))
    ]
    for name, values in dict.fromkeys((name, tuple(values)) for name, values in combinations):
        given: Mapping[str, str] = {
            **fixed,
            **{
                key: value
                for key, value in zip(dimensions, values, strict=True)
                if value is not None
            },
        }
        try:
            model, given = (name, given) if card.ids is None else card.ids.asked(name, given)[:2]
        except PriceError:
            continue  # the evaluator of single requests says why
        for (version, start), clock in itertools.product(
            enumerate(_starts(cuts, period)), range(len(turns) + 1)
        ):
            point = dated(card, model, start)
            chosen = (
                None
                if point is None
                else _values_at(card, point[0], given, start, minute_of(turns, clock))
            )
            if point is None or chosen is None:
                continue
            state = walk.start(point)
            if card.ids is not None and not each.sums:
                most[name, version, values] = limits_of(book).at((*point, *chosen), start)
            cells = {sides: walk.cell(state, point, chosen, sides) for sides in every_side}
            for sides in every_side:
                cell = of_sum(cells, sides) if each.sums else cells[sides]
                if cell is not None and cell.coefficients is not None:
                    made.append(((name, version, values, clock, sides), cell))
    places = places_of(book, list({id(cell): cell for _, cell in made}.values()), meters)
    known: dict[int, RateRow] = {}  # many combinations share a cell: its prices are folded once
    rows = []
    for key, cell in made:
        row = known.get(id(cell))
        if row is None:
            row = known[id(cell)] = row_of(book, *key, cell, meters, places)
        rows.append(RateRow(*key, row.model, row.currency, row.atoms, row.least))
    table = RateTable(
        tuple(meters), tuple(dimensions), cuts, turns, thresholds, places, tuple(rows)
    )
    return _merged(_held(table, most, each.largest))


# ---- what one request can have -------------------------------------------------------------------


def of_sum(found: Mapping[tuple[int, ...], Priced | None], sides: tuple[int, ...]) -> Priced | None:
    """What prices a sum that is on some sides: its requests may be on any below
    on which there are some, and it has no price where these cost else.
    """
    below = [found[each] for each in itertools.product(*(range(side + 1) for side in sides))]
    there = [each for each in below if each is not None]
    return (
        there[0] if there and all(each is there[0] or each == there[0] for each in there) else None
    )


def _held(
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
        rows = []
        for row in table.rows:
            here = {limit.meters: limit.most for limit in most[row.name, row.version, row.values]}
            last = steps.index(here[meters]) if meters in here else len(steps)
            rows += [evolve(row, sides=(*row.sides, side)) for side in range(last + 1)]
        table = evolve(
            table, thresholds=(*table.thresholds, _most(meters, steps)), rows=tuple(rows)
        )
    return table


def _most(meters: tuple[str, ...], steps: Sequence[int]) -> RateThreshold:
    return RateThreshold(f"the most of {' and '.join(meters)}", meters, tuple(map(Fraction, steps)))


def thresholds_of_rows(card: RateCard, each: Each) -> tuple[RateThreshold, ...]:
    """All thresholds that tables of a book may have:
    those of its rules, and what one request has at most.
    """
    held = {} if each.sums or card.ids is None else limits_of(card.book).every
    return (*thresholds_of(card.book), *(_most(meters, steps) for meters, steps in held.items()))


# ---- where the rules change ----------------------------------------------------------------------


def cuts_of(book: m.Book, period: tuple[int | None, int | None]) -> tuple[int, ...]:
    """The instants (UTC seconds) within a period, both ends included,
    at which a rule or an alias may change.
    """
    days = {
        *book.boundaries,
        *limits_of(book).days,
        *(day for alias in book.aliases for day in (alias.start, alias.end) if day is not None),
    }
    first, last = period
    return tuple(
        sorted(
            day for day in days if (first is None or day > first) and (last is None or day <= last)
        )
    )


def _starts(cuts: Sequence[int], period: tuple[int | None, int | None]) -> tuple[int, ...]:
    """An instant in each version that cuts make of a period:
    its first, or for an open beginning one just before the first cut.
    """
    first = period[0]
    return (first if first is not None else cuts[0] - 1 if cuts else 0, *cuts)


def turns_of(book: m.Book) -> tuple[int, ...]:
    """The minutes of the day, but for midnight, at which the clock may set another value."""
    clocks = [
        value.clock
        for dimension in book.dimensions
        if dimension.clocked
        for value in dimension.values
        if value.clock
    ]
    return tuple(sorted({minute for clock in clocks for minute in clock} - {0}))


def minute_of(turns: Sequence[int], clock: int) -> int:
    """A minute of the day after a number of turns."""
    return turns[clock - 1] if clock else 0


def thresholds_of(book: m.Book) -> tuple[RateThreshold, ...]:
    """The sums that rules look at."""
    return tuple(
        RateThreshold(
            total.label, tuple(book.meters[index].name for index in total.meters), total.limits
        )
        for total in book.sums
    )


# ---- the cells -----------------------------------------------------------------------------------


def _values_at(
    card: RateCard, model: int, given: Mapping[str, str], at: int, minute: int
) -> tuple[int, ...] | None:
    """The values of a request, or None where the book does not know one."""
    try:
        return card.values_at(model, given, at, minute)[0]
    except PriceError:
        return None


def beyond_sums(cell: Combination, meters: Sequence[str]) -> Iterator[str]:
    """What a request of a cell pays that is no sum of quantity times price, each in words."""
    for rounding, what in ((cell.line_rounding, "each line"), (cell.total_rounding, "each total")):
        if rounding is not None:
            yield f"the rounding of {what}"
    yield from (f"the addition of `{step.rule}` to each request" for step in cell.extras)
    yield from (f"the limit `{step.rule}` of each request" for step in cell.floors)
    for meter in meters:
        if isinstance(cell.rates[meter], Rate) and finite_price(cell, meter) is None:
            yield f"the price of `{meter}`, which has no finite decimal"


def finite_price(cell: Combination, meter: str) -> Fraction | None:
    """The price of one of a meter's unit in the currency of the bill,
    where it is a finite decimal.
    """
    rate = cell.rates[meter]
    if not isinstance(rate, Rate):
        return None
    price = rate.unit_price * (cell.conversion.rate if cell.conversion is not None else 1)
    return price if power_of_ten(price.denominator) is not None else None


def row_of(
    book: m.Book,
    name: str,
    version: int,
    values: tuple[str | None, ...],
    clock: int,
    sides: tuple[int, ...],
    cell: Combination,
    meters: Sequence[str],
    places: int,
) -> RateRow:
    """The row of a cell, at a power of ten."""
    prices = [finite_price(cell, meter) for meter in meters]
    rates = [cell.rates[meter] for meter in meters]
    least = tuple(
        rate.minimum.quantity
        if price and isinstance(rate, Rate) and rate.minimum is not None
        else None
        for rate, price in zip(rates, prices, strict=True)
    )
    currency = cell.conversion.currency if cell.conversion is not None else book.currency
    atoms = tuple(None if price is None else int(price * 10**places) for price in prices)
    return RateRow(name, version, values, clock, sides, cell.model.name, currency, atoms, least)


# ---- the power of ten ----------------------------------------------------------------------------


def places_of(book: m.Book, cells: Sequence[Combination], meters: Sequence[str]) -> int:
    """The power of ten of all prices: that of the book, so that two tables of one book agree;
    but no more than the rows need where the book's is out of an integer's reach.
    """
    needed = max(
        (
            power_of_ten(price.denominator) or 0
            for cell in cells
            for meter in meters
            if (price := finite_price(cell, meter)) is not None
        ),
        default=0,
    )
    bound = most_places(book)
    return max(needed, bound) if bound <= MAX_PLACES else needed


def most_places(book: m.Book) -> int:
    """A number of decimals that no unit price of a book exceeds:
    those of the finest figure, and of each factor on it.

    >>> import pricelang
    >>> most_places(pricelang.load().checked)
    14
    """
    return max((_places_of_meter(book, index) for index in range(len(book.meters))), default=0)


def ends_everywhere(book: m.Book) -> bool:
    """Whether every figure of a book is a finite decimal, for one of its meter's unit,
    and no more of them meet than an integer holds.
    """
    figures = [amount for index in range(len(book.meters)) for amount in _listed(book, index)]
    figures += [
        factor
        for modifier in book.modifiers
        for line in modifier.lines
        for _, factor in line.factors
    ]
    figures += [line.factor for line in book.derivations]
    return (
        all(power_of_ten(figure.denominator) is not None for figure in figures)
        and most_places(book) <= MAX_PLACES
    )


def _decimals(value: Fraction) -> int:
    return power_of_ten(value.denominator) or 0


def _places_of_meter(book: m.Book, meter: int) -> int:
    amounts = [_decimals(amount) for amount in _listed(book, meter)]
    most = max([*amounts, _derived_places(book, meter, 0)], default=0)
    for modifier in book.modifiers:
        factors = [
            _decimals(factor)
            for line in modifier.lines
            for found, factor in line.factors
            if found == meter
        ]
        most += max(factors, default=0)
        added = [
            _decimals(line.amount / line.size)
            for line in modifier.lines
            if line.amount is not None and meter in line.meters
        ]
        most = max([most, *added])
    bounds = [
        _decimals(line.amount / line.size)
        for limit in book.limits
        for line in limit.lines
        if meter in line.meters
    ]
    return max([most, *bounds]) + max(
        (_decimals(conversion.rate) for conversion in book.conversions), default=0
    )


def _listed(book: m.Book, meter: int) -> Iterator[Fraction]:
    """Every price of a meter that a book writes out, for one of its unit."""
    yield from (
        price.amount / price.size
        for price in book.prices
        if price.meter == meter and price.amount is not None
    )
    yield from (
        price.amount / price.size
        for charge in book.charges
        if charge.meter == meter
        for price in charge.prices
    )


def _derived_places(book: m.Book, meter: int, depth: int) -> int:
    found = 0
    for line in (line for line in book.derivations if line.meter == meter and depth < 16):
        base = max(
            [
                *(_decimals(amount) for amount in _listed(book, line.of)),
                _derived_places(book, line.of, depth + 1),
            ],
            default=0,
        )
        found = max(found, base + _decimals(line.factor))
    return found


# ---- fewer questions -----------------------------------------------------------------------------


def _merged(table: RateTable) -> RateTable:
    """The table without the cuts, turns and thresholds that none of its rates depends on,
    so that a request is placed with fewer questions.
    """
    by_version: list[dict[object, object]] = [{} for _ in range(len(table.cuts) + 1)]
    for row in table.rows:
        by_version[row.version][(row.name, row.values, row.clock, row.sides)] = (
            row.model,
            row.currency,
            row.atoms,
            row.least,
        )
    kept = [
        0,
        *(
            number
            for number in range(1, len(by_version))
            if by_version[number] != by_version[number - 1]
        ),
    ]
    new = {old: number for number, old in enumerate(kept)}
    rows = tuple(evolve(row, version=new[row.version]) for row in table.rows if row.version in new)
    table = evolve(table, cuts=tuple(table.cuts[number - 1] for number in kept[1:]), rows=rows)
    if table.turns and (
        rows := _alike(
            table.rows,
            len(table.turns) + 1,
            lambda row: row.clock,
            lambda row: evolve(row, clock=0),
        )
    ):
        table = evolve(table, turns=(), rows=rows)
    for index in reversed(range(len(table.thresholds))):
        rows = alike_on_sides(table.rows, table.thresholds, index)
        if rows or not table.rows:
            table = evolve(
                table,
                thresholds=table.thresholds[:index] + table.thresholds[index + 1 :],
                rows=rows,
            )
    return table


def alike_on_sides(
    rows: Sequence[RateRow], thresholds: Sequence[RateThreshold], index: int
) -> tuple[RateRow, ...]:
    """The rows without their sides of a threshold, where every rate is the same on all of them;
    else none.
    """

    def without(row: RateRow) -> RateRow:
        return evolve(row, sides=row.sides[:index] + row.sides[index + 1 :])

    return _alike(rows, len(thresholds[index].limits) + 1, lambda row: row.sides[index], without)


def _alike(
    rows: Sequence[RateRow],
    size: int,
    part: Callable[[RateRow], int],
    without: Callable[[RateRow], RateRow],
) -> tuple[RateRow, ...]:
    """The rows without one part of their keys,
    where every rate is the same at all of its `size` values; else none.
    """
    seen: dict[RateRow, set[int]] = {}
    for row in rows:
        seen.setdefault(without(row), set()).add(part(row))
    return tuple(seen) if all(len(parts) == size for parts in seen.values()) else ()
