"""A book on one day: its models, newest first, with their prices plainly and under a modifier.

Every figure is that of a priced request: a table is made of cells,
as a bill is, and never of the rows of the book.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property

from attrs import define, evolve

from pricelang.apps.price_page.page import BASE, CONDITIONS, PageFigure, PageRow, PriceTable
from pricelang.evaluate.combination import Combination, cell_at
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.offers import Point
from pricelang.model import book as m
from pricelang.model.diagrams import slot_of
from pricelang.model.errors import PriceError
from pricelang.model.instants import DAY
from pricelang.model.requests import Requests, requests_in
from pricelang.model.rules import rules_of, scope_of
from pricelang.model.space import first_sum, meet, space_of, value_at
from pricelang.present.decimals import grouped

STILL_LISTED = 120 * DAY
"""Seconds for which a page goes on listing a model after it was retired."""


@define
class PageDay:
    """A book on one day: its models, newest first."""

    book: m.Book
    seconds: int
    stretch: int
    requests: Requests
    models: list[int]

    @classmethod
    def of(cls, book: m.Book, seconds: int, retired: bool) -> PageDay:
        """The day of an instant; long retired models are left out unless asked for."""
        stretch = sum(1 for boundary in book.boundaries if boundary <= seconds)
        models = listed_models(book, seconds, retired)
        return cls(book, seconds, stretch, requests_in(space_of(book)), models)

    def cell(self, model: int, scope: m.Scope) -> tuple[Point, Combination] | None:
        """The cell of a model within a scope, defaults first;
        None where there is no such request.
        """
        narrowed = meet(((m.MODELS, 1 << model), (m.DATES, 1 << self.stretch)), scope)
        point = self.requests.request_in(narrowed) if narrowed is not None else None
        try:
            return (point, cell_at(self.book, point)) if point is not None else None
        except PriceError:
            return None

    @cached_property
    def _priced(self) -> list[str]:
        """The meters that have a price by model."""
        found = dict.fromkeys(price.meter for price in self.book.prices)
        return [self.book.meters[index].name for index in found]

    def conditions(self) -> PriceTable:
        """Each condition of a rule under which a model's prices are others than in the base."""
        meters, rows = self._priced, []
        for model, scopes in self._conditional().items():
            base = self.cell(model, ())
            usual = tuple(base and self.figure(base[1], name) for name in meters)
            for when, scope in scopes.items():
                found = self.cell(model, scope)
                prices = tuple(found and self.figure(found[1], name) for name in meters)
                if prices != usual:
                    name, status = self.book.models[model].name, self._status(model)
                    rows.append(PageRow(name, status, prices, when))
        kept = [n for n in range(len(meters)) if any(row.prices[n] for row in rows)]
        return PriceTable(
            CONDITIONS,
            "Other prices under a condition",
            (),
            tuple(meters[n] for n in kept),
            tuple(evolve(row, prices=tuple(row.prices[n] for n in kept)) for row in rows),
        )

    def _conditional(self) -> dict[int, dict[str, m.Scope]]:
        """The conditions of prices by model, in words and as scopes."""
        space, found = space_of(self.book), dict[int, dict[str, m.Scope]]()
        # What modifiers and charges change has tables of its own.
        for rule in rules_of(self.book):
            slot, whole = slot_of(rule), scope_of(rule)
            if slot is None or slot.group not in ("price", "derivation", "conversion"):
                continue
            when, within = space.conditions(whole), dict(whole)
            if not when or not within.get(m.DATES, -1) >> self.stretch & 1:
                continue
            scope = tuple(part for part in whole if part[0] not in (m.MODELS, m.DATES))
            for model in self.models:
                if within.get(m.MODELS, -1) >> model & 1:
                    found.setdefault(model, {})[when] = scope
        return {model: found[model] for model in self.models if model in found}

    def base(self) -> PriceTable:
        """Every model at the defaults."""
        meters = self._priced
        cells = [(model, found[1]) for model in self.models if (found := self.cell(model, ()))]
        return self._table(BASE, "Model pricing", (), meters, cells)

    def under(self, modifier: m.Modifier) -> PriceTable:
        """The models whose prices a modifier changes,
        with the meters that have a price of their own.
        """
        found = [(model, *hit) for model in self.models if (hit := self._changed(model, modifier))]
        derived = {self.book.meters[derivation.meter].name for derivation in self.book.derivations}
        touched = dict.fromkeys(
            name for _, _, cell in found for name in _touched(cell, modifier.name)
        )
        meters = [name for name in touched if name not in derived] or list(touched)
        given = self._given(found[0][1]) if found else ()
        return self._table(
            modifier.name,
            modifier.title,
            given,
            meters,
            [(model, cell) for model, _, cell in found],
        )

    def _changed(self, model: int, modifier: m.Modifier) -> tuple[Point, Combination] | None:
        for line in modifier.lines:
            scope = meet(modifier.when, line.scope) if line.outcome in ("factor", "add") else None
            found = self.cell(model, scope) if scope is not None else None
            if found is not None and _touched(found[1], modifier.name):
                return found
        return None

    def _given(self, point: Point) -> tuple[str, ...]:
        found = [
            f"{dimension.name} {dimension.values[value].name}"
            for number, dimension in enumerate(self.book.dimensions)
            if (value := value_at(point, number)) != dimension.default
        ]
        sides = zip(self.book.sums, point[first_sum(self.book.dimensions) :], strict=True)
        return (
            *found,
            *(
                f"{summed.label} over {grouped(summed.limits[side - 1])}"
                for summed, side in sides
                if side
            ),
        )

    def _table(
        self,
        mode: str,
        title: str,
        given: tuple[str, ...],
        meters: list[str],
        cells: list[tuple[int, Combination]],
    ) -> PriceTable:
        rows = [
            PageRow(
                self.book.models[model].name,
                self._status(model),
                tuple(self.figure(cell, name) for name in meters),
            )
            for model, cell in cells
        ]
        return PriceTable(
            mode, title, given, tuple(meters), tuple(row for row in rows if any(row.prices))
        )

    def _status(self, index: int) -> str:
        model = self.book.models[index]
        if model.retired is not None and model.retired <= self.seconds:
            return "retired"
        if model.deprecated is not None and model.deprecated <= self.seconds:
            return "deprecated"
        return "unsure" if index in self._doubted else ""

    @cached_property
    def _doubted(self) -> frozenset[int]:
        """The models with a price that is in doubt on that day."""
        inside = 1 << self.stretch
        unsure = (price for price in self.book.prices if price.origin.unsure)
        return frozenset(
            price.model for price in unsure if dict(price.scope).get(m.DATES, inside) & inside
        )

    def figure(self, cell: Combination, meter: str) -> PageFigure | None:
        """The price of a meter in a cell; None where it is not offered."""
        rate = cell.rates[meter]
        if not isinstance(rate, Rate):
            return None
        return converted(self.book, rate.unit_price * rate.size, rate.per, cell)


def listed_models(book: m.Book, seconds: int, retired: bool) -> list[int]:
    """The models that are released by an instant, newest first;
    long retired ones are left out unless asked for.
    """
    found = [
        index
        for index, model in enumerate(book.models)
        if model.released <= seconds
        and (retired or model.retired is None or seconds - model.retired < STILL_LISTED)
    ]
    return sorted(found, key=lambda index: -book.models[index].released)


def converted(book: m.Book, amount: Fraction, per: str, cell: Combination) -> PageFigure:
    """An amount of the book in the currency in which a cell is billed."""
    if cell.conversion is None:
        return PageFigure(amount, per, book.currency)
    return PageFigure(amount * cell.conversion.rate, per, cell.conversion.currency)


def _touched(cell: Combination, modifier: str) -> list[str]:
    """The meters of a cell whose price a modifier changed."""
    return [
        name
        for name, rate in cell.rates.items()
        if isinstance(rate, Rate) and any(step.rule == modifier for step in rate.steps)
    ]
