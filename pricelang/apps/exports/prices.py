"""What each model costs on one day, read off the cells of a book:
by value of each dimension and length of prompt.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction

from attrs import Factory, define, frozen

from pricelang.apps.imports.drafts import Unsaid
from pricelang.apps.price_book import PriceBook
from pricelang.evaluate.combination import Combination, cell_at
from pricelang.evaluate.limits import Wider, limits_of
from pricelang.evaluate.line_rates import Rate
from pricelang.model import book as m
from pricelang.model.clock import Clock
from pricelang.model.errors import PriceError
from pricelang.model.instants import Instant, seconds_of, today, written
from pricelang.model.rules import scopes_of
from pricelang.model.space import axis_of, first_sum, holds
from pricelang.solver.axis_parts import positions

REQUESTS = "requests"
"""The name under which an amount for each request stands among the prices of meters."""

Value = tuple[str, str]
"""A dimension and a value of it."""

Bands = list[tuple[int, dict[str, Fraction]]]
"""Prices by meter (per one of its unit) for prompts longer than so many tokens,
the first for any.
"""


@define
class Exported:
    """Prices in another project's form, and what that form cannot say."""

    entries: object
    text: str
    unsaid: list[Unsaid]
    models: int = 0


@frozen
class Pool:
    """What an account has free of a meter in each period."""

    number: int
    count: Fraction
    period: str


@define
class ModelPrices:
    """One model on one day.

    `standard` holds where every dimension is at its default, `values` where one is not; a value
    that the model does not have is left out. `summed` are the meters whose sum decides the band.
    """

    name: str
    aliases: tuple[str, ...]
    retired: str | None
    standard: Bands
    values: dict[Value, Bands] = Factory(dict)
    clocks: dict[Value, tuple[Clock, ...]] = Factory(dict)
    summed: tuple[str, ...] = ()
    pools: dict[str, Pool] = Factory(dict)
    unsaid: list[Unsaid] = Factory(list)

    def miss(self, field: str, value: object, reason: str) -> None:
        """Notes what cannot be said, once."""
        one = Unsaid(self.name, field, str(value), reason)
        if one not in self.unsaid:
            self.unsaid.append(one)


Watched = Callable[[Iterable[ModelPrices]], Iterator[ModelPrices]]
"""What looks on while a long book is gone through."""


def prices_on(book: PriceBook, at: Instant | None = None) -> Iterator[ModelPrices]:
    """Each model of a book that is released by a day (today unless given), with its prices.
    Raises `BadRequest` (`bad_date`).
    """
    seconds = seconds_of(today() if at is None else at)
    checked = book.checked
    axes = _axes_that_matter(checked)
    for index, model in enumerate(checked.models):
        if model.released <= seconds:
            found = _Reader(checked, index, seconds, axes[index]).model_prices()
            if found is not None:
                yield found


def _axes_that_matter(book: m.Book) -> list[frozenset[int]]:
    """For each model the axes on which anything about it turns."""
    found: list[set[int]] = [set() for _ in book.models]
    for scope in scopes_of(book):
        axes = {axis for axis, _ in scope} - {m.MODELS, m.DATES}
        mask = dict(scope).get(m.MODELS, (1 << len(book.models)) - 1)
        for model in positions(mask) if axes else ():
            found[model] |= axes
    return [frozenset(axes) for axes in found]


@frozen
class _Reader:
    """One model of a book on one day."""

    book: m.Book
    index: int
    seconds: int
    axes: frozenset[int]

    def model_prices(self) -> ModelPrices | None:
        """Its prices, or None where nothing about it can be priced."""
        book, model = self.book, self.book.models[self.index]
        defaults = tuple(dimension.default for dimension in book.dimensions)
        first = first_sum(book.dimensions)
        sums = [axis - first for axis in sorted(self.axes) if axis >= first]
        summed = book.sums[sums[0]] if sums else None
        found = ModelPrices(
            model.name,
            tuple(self._aliases()),
            written(model.retired) if model.retired is not None else None,
            self.bands(defaults, sums),
            summed=tuple(book.meters[i].name for i in summed.meters) if summed is not None else (),
        )
        for other in sums[1:]:
            found.miss(
                "threshold", book.sums[other].label, "a second kind of length decides prices too"
            )
        for index, dimension in enumerate(book.dimensions):
            for number, value in enumerate(dimension.values) if axis_of(index) in self.axes else ():
                if number == dimension.default:
                    continue
                bands = self.bands((*defaults[:index], number, *defaults[index + 1 :]), sums)
                if bands:
                    found.values[dimension.name, value.name] = bands
                    if value.clocks:
                        found.clocks[dimension.name, value.name] = value.clocks
                elif value.clocks:
                    found.miss(dimension.name, value.name, "hours in which it has no price")
        if not found.standard and not found.values:
            return None
        for cell in self._cells(defaults, sums):
            self._remarks(found, cell)
        self._pools(found, defaults)
        return found

    def _cells(self, defaults: tuple[int, ...], sums: list[int]) -> Iterator[Combination]:
        """The cells of the defaults and of each other value, on all sides of the thresholds."""
        book = self.book
        values = [defaults] + [
            (*defaults[:index], number, *defaults[index + 1 :])
            for index, dimension in enumerate(book.dimensions)
            for number in range(len(dimension.values))
            if axis_of(index) in self.axes and number != dimension.default
        ]
        sides = range(len(book.sums[sums[0]].limits) + 1 if sums else 1)
        cells = (self.cell(one, sums, side) for one in values for side in sides)
        yield from (cell for cell in cells if cell is not None)

    def _aliases(self) -> Iterator[str]:
        """The other names of the model on that day."""
        for alias in self.book.aliases:
            if alias.model == self.index and alias.holds_at(self.seconds):
                yield alias.name

    def bands(self, values: tuple[int, ...], sums: list[int]) -> Bands:
        """The prices at some values, by length of prompt;
        none where no request has these values.
        """
        found: Bands = []
        limits = self.book.sums[sums[0]].limits if sums else ()
        held = limits_of(self.book)
        windows = held.windows(self.index, self.seconds) if sums else {}
        wider = held.wider(self.index, self.seconds) if sums else None
        most = max(windows.values(), default=None)
        starts = (
            start
            for start in {0, *map(int, limits), *windows.values()}
            if most is None or start < most
        )
        for above in sorted(starts):
            cell = self.cell(self._fitting(values, wider, above), sums, bisect_right(limits, above))
            prices = _prices(cell) if cell is not None else {}
            if prices or found:
                if not found or prices != found[-1][1]:
                    found.append((above if found else 0, prices))
        return found

    def _fitting(self, values: tuple[int, ...], wider: Wider | None, above: int) -> tuple[int, ...]:
        """The values of a request with a longer prompt:
        the only window that holds it goes for the default one.
        """
        axis = limits_of(self.book).axis
        if (
            axis is None
            or wider is None
            or not wider.holds(above + 1)
            or values[axis] != self.book.dimensions[axis].default
        ):
            return values
        names = [value.name for value in self.book.dimensions[axis].values]
        return (*values[:axis], names.index(wider.window), *values[axis + 1 :])

    def cell(self, values: tuple[int, ...], sums: list[int], side: int) -> Combination | None:
        """The cell of some values on one side of the thresholds, or None where it cannot exist."""
        sides = [0] * len(self.book.sums)
        if sums:
            sides[sums[0]] = side
        point = (self.index, bisect_right(self.book.boundaries, self.seconds), *values, *sides)
        try:
            return cell_at(self.book, point)
        except PriceError:
            return None

    def _remarks(self, found: ModelPrices, cell: Combination) -> None:
        """What neither format has a word for."""
        for step in cell.floors:
            found.miss(
                step.rule, step.value, f"{step.kind.replace('_', ' ')} an amount per {step.per}"
            )
        for rounding in (cell.line_rounding, cell.total_rounding):
            if rounding is not None:
                found.miss("round", rounding.stage, "rounding")
        if cell.conversion is not None:
            found.miss("convert", cell.conversion.currency, "a conversion to another currency")
        for charge in self.book.charges:
            meter = self.book.meters[charge.meter].name
            rate = cell.rates.get(meter)
            if isinstance(rate, Rate) and rate.minimum is not None:
                found.miss(meter, rate.minimum.written, "a least quantity per use")
            if isinstance(rate, Rate) and any(price.after is not None for price in charge.prices):
                found.miss(meter, "", "a price that falls with an account's use")
        for one in cell.left_out:
            if one.meter is None:  # pools are exported, and later tiers are missed above
                found.miss("account", one.text, "what an account pays for a period")

    def _pools(self, found: ModelPrices, defaults: tuple[int, ...]) -> None:
        """What an account has free at the defaults."""
        cell = self.cell(defaults, [], 0)
        for charge in self.book.charges if cell is not None else ():
            meter = self.book.meters[charge.meter].name
            for number, pool in enumerate(charge.pools):
                if cell is not None and isinstance(cell.rates.get(meter), Rate):
                    if holds(pool.scope, cell.point):
                        found.pools[meter] = Pool(
                            number, pool.quantity, pool.account.rpartition(" per ")[2]
                        )


def _prices(cell: Combination) -> dict[str, Fraction]:
    factor = cell.conversion.rate if cell.conversion is not None else Fraction(1)
    prices = {
        name: rate.unit_price * factor
        for name, rate in cell.rates.items()
        if isinstance(rate, Rate)
    }
    extra = sum((step.value * factor for step in cell.extras), Fraction(0))
    return {**prices, REQUESTS: extra} if extra else prices


def unit_of(book: PriceBook, meter: str) -> str:
    """The unit of a meter, in the singular; an amount per request is counted in requests."""
    return next((known.kind for known in book.checked.meters if known.name == meter), "request")


def size_of(book: PriceBook, meter: str) -> Fraction:
    """How many of its kind one unit of a meter is (3,600 seconds for hours)."""
    return next((known.size for known in book.checked.meters if known.name == meter), Fraction(1))


def ratio(base: Mapping[str, Fraction], other: Mapping[str, Fraction]) -> Fraction | None:
    """What every price is multiplied by to get another's, or None where it is not one factor."""
    if base.keys() != other.keys():
        return None
    factors = {other[meter] / price for meter, price in base.items() if price}
    zero = all(not other[meter] for meter, price in base.items() if not price)
    return factors.pop() if len(factors) == 1 and zero else None
