"""The rate card of a book: one lookup by model, day and values, then integers. Each combination is
worked out once.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from attrs import define, field

from pricelang.evaluate.bill import Bill
from pricelang.evaluate.combination import Combination, cell_at
from pricelang.evaluate.days import Days, any_time, noted, undated
from pricelang.evaluate.fast_path import Shortcut, shortcut_of
from pricelang.evaluate.limits import PROMPT, WINDOW, RequestLimit, limits_of, long_window, too_long
from pricelang.evaluate.line_items import Basis, Priced, Uses
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.models import Ids
from pricelang.evaluate.offers import Point, not_offered
from pricelang.evaluate.rated_context import RatedContext, RatedContexts, kept
from pricelang.evaluate.request_names import RequestNames, said
from pricelang.evaluate.scopes import sides_said
from pricelang.model import book as m
from pricelang.model.errors import NotOffered, PriceError, Refused
from pricelang.model.instants import Instant, seconds_of, text_of
from pricelang.model.space import holds, open_sides
from pricelang.model.time_of_day import Setting


@define(eq=False, repr=False)
class RateCard:
    """Prices requests by a checked book. Safe to share between threads; every answer is exact."""

    book: m.Book
    # None for the examples of the book itself:
    # names and defaults are its own, and a million tokens stand for a price.
    ids: Ids | None = None
    # By model, instant as text, meters and items of the dimensions, in their order;
    # always the same dictionary.
    shortcuts: dict[object, Shortcut] = field(factory=dict, init=False)
    _cells: dict[Point, Combination | PriceError] = field(factory=dict, init=False)
    _names: RequestNames = field(init=False)
    _contexts: RatedContexts = field(init=False)
    _days: Days = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._names = RequestNames(self.book, self.ids)
        self._contexts = RatedContexts(self._names)
        self._days = Days.of(self.book)

    # ---- one request ----

    def amount(
        self,
        model: str,
        at: Instant | None,
        usage: Mapping[str, object],
        dimensions: Mapping[str, str],
    ) -> Decimal:
        """`request(…).amount` without the rest. Raises `PriceError`."""
        if type(at) is not str:
            at = self._days.present() if at is None else text_of(at)
        if type(usage) is dict:
            try:
                return self.shortcuts[(model, at, *usage, *dimensions.items())].amount(
                    usage.values()
                )
            except (KeyError, TypeError, ValueError):
                # not seen yet, or not that simple: the full way says what is wrong, if anything is
                pass
        return self._request(model, at, usage, dimensions, "").amount

    def request(
        self,
        model: str,
        at: Instant | None,
        usage: Mapping[str, object],
        dimensions: Mapping[str, str],
        label: str = "",
        *,
        held: bool = True,
    ) -> Priced:
        """Prices one request. Without `held`, the limits of a single request are not applied,
        since the usage may add up several. Raises `PriceError`.
        """
        if at is None:
            return undated(
                self.request(model, self._days.present(), usage, dimensions, label, held=held)
            )
        if type(at) is not str:
            # two instants of different zones may be equal and yet
            # differ (the hour that comes twice), so none is a key
            at = text_of(at)
        if type(usage) is dict:
            given = usage.copy()
            try:
                shortcut = self.shortcuts[
                    (model, at, *given, *dimensions.items()) if dimensions else (model, at, *given)
                ]
                return Priced(shortcut.basis, given, shortcut.units(given.values()), label)
            except (KeyError, TypeError, ValueError):
                pass  # as in `amount`
        return self._request(model, at, usage, dimensions, label, held)

    def bill(
        self,
        model: str,
        at: Instant | None,
        usage: Mapping[str, object],
        dimensions: Mapping[str, str],
    ) -> Bill:
        """The bill of one request. Raises `PriceError`."""
        return Bill((self.request(model, at, usage, dimensions),))

    def _request(
        self,
        model: str,
        at: str,
        usage: Mapping[str, object],
        dimensions: Mapping[str, str],
        label: str,
        held: bool = True,
    ) -> Priced:
        """Prices a request the full way, and keeps a shortcut for the next ones like it."""
        if self._days.lacks_time(at):
            return any_time(
                self._days,
                seconds_of(at),
                lambda instant: self._request(model, instant, usage, dimensions, label, held),
            )
        dimensions = said(dimensions) if dimensions else dimensions
        entry = self._contexts.of(model, at, dimensions)
        uses = self._names.uses(usage)
        basis = entry.basis or self._basis(
            entry, tuple(self.side(index, uses) for index in entry.sums), uses
        )
        for limit in entry.limits if held else ():
            amount = limit.amount(uses)
            if amount > limit.most:
                return self._beyond(entry, limit, amount, (model, at, usage, dimensions, label))
        priced = self._priced(basis, uses, label)
        if entry.basis is not None and type(model) is str:
            found = shortcut_of(basis, tuple(uses), entry.limits)
            if found is not None:
                kept(self.shortcuts, (model, at, *uses, *dimensions.items()), found)
        return priced

    def _beyond(
        self,
        entry: RatedContext,
        limit: RequestLimit,
        amount: Fraction | int,
        asked: tuple[str, str, Mapping[str, object], Mapping[str, str], str],
    ) -> Priced:
        """Prices a request beyond a limit as the only one that it can have been.
        Raises `Refused` where there is none.
        """
        model, at, usage, dimensions, label = asked
        index = entry.point[m.MODELS]
        limits = limits_of(self.book)
        wider = limits.wider(index, entry.at) if limit.label == PROMPT else None
        if wider is None or WINDOW in dimensions or not wider.holds(amount):
            others = (limits.windows if limit.label == PROMPT else limits.answers)(index, entry.at)
            fits = {value: most for value, most in others.items() if amount <= most}
            raise too_long(self.book.models[index].name, limit, amount, fits)
        priced = self._request(model, at, usage, {**dimensions, WINDOW: wider.window}, label)
        return noted(priced, long_window(wider.window, limit, amount))

    def bounds(
        self,
        model: str,
        at: Instant | None,
        usage: Mapping[str, object],
        dimensions: Mapping[str, str],
        sides: Mapping[int, Sequence[int]],
        label: str = "",
    ) -> list[Priced]:
        """Prices a record that adds up several requests on each side of every threshold that it may
        be on, cheapest first.

        `sides` are the sides (points of the axis) that are left of some sums:
        see `sides`. What the clock sets is open too.
        """
        no_date = at is None
        if type(at) is not str:
            at = self._days.present() if at is None else text_of(at)
        dimensions = said(dimensions)
        uses = self._names.uses(usage)
        found: list[Priced] = []
        errors: list[PriceError] = []
        for entry in self._contexts.by_clock(self._contexts.of(model, at, dimensions)):
            choices = [open_sides(self.side(index, uses), sides.get(index)) for index in entry.sums]
            for combination in itertools.product(*choices):
                try:
                    found.append(self._priced(self._basis(entry, combination, uses), uses, label))
                except PriceError as error:
                    errors.append(error)
        if errors and not found:
            raise errors[0]
        found.sort(key=lambda priced: priced.total)
        return [undated(priced) for priced in found] if no_date else found

    def _priced(self, basis: Basis, uses: Mapping[str, Uses], label: str) -> Priced:
        cell = basis.cell
        coefficients = cell.coefficients or {}
        units: int | None = 0 if cell.coefficients is not None else None
        for name, quantities in uses.items():
            coefficient = coefficients.get(name)
            quantity = quantities[0] if len(quantities) == 1 else sum(quantities)
            if units is not None and coefficient is not None and type(quantity) is int:
                units += coefficient * quantity
                continue
            if coefficient is None and quantity:
                rate = cell.rates[name]
                if not isinstance(rate, Rate):
                    raise rate.with_traceback(None)
            if quantity:
                units = None
        return Priced(basis, uses, units, label)

    def side(self, index: int, uses: Mapping[str, Uses]) -> int:
        """The point of a sum's axis that quantities fall on."""
        summed = self.book.sums[index]
        amount = sum(sum(uses.get(self.book.meters[meter].name, ())) for meter in summed.meters)
        return sum(1 for limit in summed.limits if amount > limit)

    def priced(
        self, model: str, at: Instant | None, dimensions: Mapping[str, str]
    ) -> frozenset[str]:
        """The meters that have a price for a request which is up to every threshold; none where
        such a request is refused. Raises `PriceError` for words that the book does not know.
        """
        text = self._days.present() if at is None else text_of(at)
        entry = self._contexts.of(model, text, dimensions)
        try:
            cell = self._basis(entry, tuple(0 for _ in entry.sums), {}).cell
        except (NotOffered, Refused):
            return frozenset()
        return frozenset(name for name, rate in cell.rates.items() if isinstance(rate, Rate))

    # ---- the words of a request ----

    def uses(self, usage: Mapping[str, object]) -> dict[str, Uses]:
        """The quantities of a record, read and checked."""
        return self._names.uses(usage)

    def model_index(self, name: object, seconds: int) -> int:
        """The model of an id or an alias on a day (UTC seconds)."""
        return self._names.model_index(name, seconds)

    def values_at(
        self, model: int, dimensions: Mapping[str, str], seconds: int, setting: Setting
    ) -> tuple[tuple[int, ...], tuple[tuple[str, str], ...]]:
        """See `RequestNames.values_at`."""
        return self._names.values_at(model, dimensions, seconds, setting)

    def sides(self, each: Iterable[str]) -> dict[int, tuple[int, ...]]:
        """See `sides_said`."""
        return sides_said(self.book, each)

    # ---- combinations ----

    def _basis(
        self, entry: RatedContext, sides: tuple[int, ...], uses: Mapping[str, Uses]
    ) -> Basis:
        by_sum = dict(zip(entry.sums, sides, strict=True))
        point = (*entry.point, *(by_sum.get(index, 0) for index in range(len(self.book.sums))))
        cell = self._cells.get(point)
        if cell is None:
            try:
                cell = cell_at(self.book, point)
            except PriceError as error:
                cell = error
            kept(self._cells, point, cell)
        if isinstance(cell, Refused):
            self._check_meters(entry, uses)  # what does not exist comes before what is refused
        if isinstance(cell, PriceError):
            raise cell.with_traceback(None)
        basis = Basis(self.book, cell, entry.at, entry.dimensions, entry.notes)
        if not entry.sums:
            entry.basis = basis
        return basis

    def _check_meters(self, entry: RatedContext, uses: Mapping[str, Uses]) -> None:
        for name, quantities in uses.items():
            meter = self._names.meters[name]
            if any(quantities) and not any(
                holds(offer.scope, entry.point) for offer in meter.offers
            ):
                raise not_offered(self.book, entry.point, meter)
