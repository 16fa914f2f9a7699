"""The rate card of a book: one lookup by model, day and values, then integers. Each combination is
worked out once.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import TypeVar

from attrs import define, field

from pricelang.evaluate.combination import Combination, cell_at
from pricelang.evaluate.days import Days, any_time, noted, undated
from pricelang.evaluate.fast_path import Shortcut, shortcut_of
from pricelang.evaluate.limits import PROMPT, WINDOW, RequestLimit, limits_of, long_window, too_long
from pricelang.evaluate.line_items import Basis, Priced, Uses
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.models import Ids
from pricelang.evaluate.offers import Point, not_offered
from pricelang.evaluate.quantities import PLAIN, read_uses
from pricelang.evaluate.scopes import side_said
from pricelang.model import book as m
from pricelang.model.errors import BadRequest, NotOffered, PriceError, Refused, UnknownName
from pricelang.model.instants import Instant, seconds_of, text_of, written
from pricelang.model.notes import Note
from pricelang.model.space import holds, in_clock, open_sides
from pricelang.present.text import did_you_mean, shown

K = TypeVar("K")
V = TypeVar("V")
MAX_ENTRIES = 20_000


@define(eq=False, repr=False)
class RatedContext:
    """What a model, an instant and values come to:
    a point without the sides of thresholds, and the sums that matter there.

    Entries are many, for instants are; the cells they lead to are shared.
    """

    at: int
    point: Point
    dimensions: tuple[tuple[str, str], ...]
    sums: tuple[int, ...]
    # What is doubtful about the name of the model.
    notes: tuple[Note, ...] = ()
    # What prices every such request, where no threshold matters.
    basis: Basis | None = None
    # What one such request has at most.
    limits: tuple[RequestLimit, ...] = ()


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
    _entries: dict[object, RatedContext] = field(factory=dict, init=False)
    _cells: dict[Point, Combination | PriceError] = field(factory=dict, init=False)
    _sums: dict[Point, tuple[int, ...]] = field(factory=dict, init=False)
    _models: dict[str, int] = field(init=False)
    _meters: dict[str, m.Meter] = field(init=False)
    _days: Days = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._models = {model.name: index for index, model in enumerate(self.book.models)}
        self._meters = {meter.name: meter for meter in self.book.meters}
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
        """One request, priced;
        it is not `held` against the limits of one where it may add up several. Raises `PriceError`.
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

    def _request(
        self,
        model: str,
        at: str,
        usage: Mapping[str, object],
        dimensions: Mapping[str, str],
        label: str,
        held: bool = True,
    ) -> Priced:
        """One request, priced the full way, and a shortcut for the next ones like it."""
        if self._days.lacks_time(at):
            return any_time(
                self._days,
                seconds_of(at),
                lambda instant: self._request(model, instant, usage, dimensions, label, held),
            )
        entry = self._entry(model, at, dimensions)
        uses = self.uses(usage)
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
                _kept(self.shortcuts, (model, at, *uses, *dimensions.items()), found)
        return priced

    def _beyond(
        self,
        entry: RatedContext,
        limit: RequestLimit,
        amount: Fraction | int,
        asked: tuple[str, str, Mapping[str, object], Mapping[str, str], str],
    ) -> Priced:
        """A request beyond a limit, priced as the only one that it can have been.
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
        """A record that adds up requests, priced on every side of each threshold it may be on,
        cheapest first.

        `sides` are the sides (points of the axis) that are left of some sums:
        see `sides`. What the clock sets is open too.
        """
        no_date = at is None
        if type(at) is not str:
            at = self._days.present() if at is None else text_of(at)
        uses = self.uses(usage)
        found: list[Priced] = []
        errors: list[PriceError] = []
        for entry in self._clock_entries(self._entry(model, at, dimensions)):
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

    def uses(self, usage: Mapping[str, object]) -> dict[str, Uses]:
        """The quantities of a record, read and checked."""
        if not isinstance(usage, Mapping):
            raise BadRequest("bad_record", "`usage` is not a map of meters to quantities")
        found: dict[str, Uses] = {}
        for name, value in usage.items():
            meter = self._meters.get(name) if isinstance(name, str) else None
            if meter is None:
                raise self._unknown("meter", name, self._meters)
            if type(value) is int and 0 <= value < PLAIN:
                found[name] = (value,)
            else:
                found[name] = read_uses(value, meter, self.book.units)
        return found

    def side(self, index: int, uses: Mapping[str, Uses]) -> int:
        """The point of a sum's axis that quantities fall on."""
        summed = self.book.sums[index]
        amount = sum(sum(uses.get(self.book.meters[meter].name, ())) for meter in summed.meters)
        return sum(1 for limit in summed.limits if amount > limit)

    def sides(self, each: Iterable[str]) -> dict[int, tuple[int, ...]]:
        """What holds for each request of a sum, as the points that
        all of it leaves on the axis of a sum, by the sum's index.

        In a book with thresholds of 100,000 and 200,000, `prompt over 100,000` leaves the two
        points over it, and with `prompt up to 200,000` besides the one between. Raises `BadRequest`
        for a threshold of no rule, and where no point is left.
        """
        found: dict[int, tuple[int, ...]] = {}
        said: list[tuple[str, int, tuple[int, ...]]] = []
        for text in each:
            index, points = side_said(self.book, text)
            for earlier, other, others in said:
                if other == index and not set(points) & set(others):
                    raise BadRequest(
                        "bad_record",
                        f"no request is both `{shown(earlier)}` and `{shown(text)}`",
                        help="`each` holds for every request of the sum: make a record of its own "
                        "for each side",
                    )
            said.append((text, index, points))
            found[index] = tuple(point for point in points if point in found.get(index, points))
        return found

    # ---- combinations ----

    def _entry(self, model: str, at: str, dimensions: Mapping[str, str]) -> RatedContext:
        """The combination of a request."""
        try:
            key: object = (model, at, *dimensions.items())
            found = self._entries.get(key)
        except TypeError:
            key, found = None, None
        if found is not None:
            return found
        seconds = seconds_of(at)
        notes: tuple[Note, ...] = ()
        if self.ids is not None and isinstance(model, str):
            model, dimensions, notes = self.ids.asked(model, dimensions)
        index = self.model_index(model, seconds)
        values, given = self.values_at(index, dimensions, seconds, seconds % 86_400 // 60)
        entry = self._new_entry(
            seconds, (index, bisect_right(self.book.boundaries, seconds), *values), given
        )
        if model not in self._models:
            doubts = [
                a.origin.unsure
                for a in self.book.aliases
                if a.name == model and a.model == index and a.origin.unsure
            ]
            notes += tuple(Note("unsure", doubt) for doubt in doubts)
        entry.notes = notes
        if self.ids is not None:
            entry.limits = limits_of(self.book).at(entry.point, seconds)
        if key is not None:
            _kept(self._entries, key, entry)
        return entry

    def _new_entry(
        self, seconds: int, point: Point, given: tuple[tuple[str, str], ...]
    ) -> RatedContext:
        return RatedContext(seconds, point, given, self.sums_at(point))

    def sums_at(self, point: Point) -> tuple[int, ...]:
        """The sums whose thresholds matter to a point, which is without their sides."""
        sums = self._sums.get(point)
        if sums is None:
            found: set[int] = set()
            for plain, watched in self.book.decisions.watched:
                if holds(plain, point):
                    found.update(watched)
            sums = _kept(self._sums, point, tuple(sorted(found)))
        return sums

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
            _kept(self._cells, point, cell)
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
            meter = self._meters[name]
            if any(quantities) and not any(
                holds(offer.scope, entry.point) for offer in meter.offers
            ):
                raise not_offered(self.book, entry.point, meter)

    def _clock_entries(self, entry: RatedContext) -> Iterator[RatedContext]:
        clocked = [i for i, dimension in enumerate(self.book.dimensions) if dimension.clocked]
        if not clocked:
            yield entry
            return
        for values in itertools.product(
            *(range(len(self.book.dimensions[i].values)) for i in clocked)
        ):
            point = list(entry.point)
            for index, value in zip(clocked, values, strict=True):
                point[m.FIRST_DIMENSION + index] = value
            offers = [
                self.book.dimensions[index].values[value].offers
                for index, value in zip(clocked, values, strict=True)
            ]
            if all(any(holds(offer.scope, point) for offer in some) for some in offers):
                yield self._new_entry(entry.at, tuple(point), entry.dimensions)

    def model_index(self, name: object, seconds: int) -> int:
        """The model of an id or an alias on a day (UTC seconds)."""
        if name is None:
            raise BadRequest("bad_record", "the request names no model", help="give `model`")
        if not isinstance(name, str):
            raise self._unknown("model", name, ())
        index = self._models.get(name)
        if index is not None:
            return index
        if self.ids is not None:
            name = self.ids.name_of(name)
            if name in self._models:
                return self._models[name]
        named = [alias for alias in self.book.aliases if alias.name == name]
        for alias in named:
            if (alias.start is None or seconds >= alias.start) and (
                alias.end is None or seconds < alias.end
            ):
                return alias.model
        if named:
            raise NotOffered(
                "not_offered",
                f"alias `{name}` stands for no model on {written(seconds)}",
                origin=named[0].origin,
                help=f"it stands for `{self.book.models[named[0].model].name}` at other times",
            )
        raise self._unknown(
            "model", name, [*self._models, *(alias.name for alias in self.book.aliases)]
        )

    def values_at(
        self, model: int, dimensions: Mapping[str, str], seconds: int, minute: int
    ) -> tuple[tuple[int, ...], tuple[tuple[str, str], ...]]:
        """The value of each dimension at a minute of the day,
        and those given or set by the clock that are no default.

        Raises `PriceError` for what the book does not know.
        """
        values = [dimension.default for dimension in self.book.dimensions]
        named = {dimension.name: index for index, dimension in enumerate(self.book.dimensions)}
        for name, value in dimensions.items():
            if name not in named:
                raise self._unknown("dimension", name, [*named, "model", "at", "usage"])
            known = {v.name: i for i, v in enumerate(self.book.dimensions[named[name]].values)}
            if not isinstance(value, str) or value not in known:
                raise self._unknown("value", value, known, f" of {name}")
            values[named[name]] = known[value]
        for index, dimension in enumerate(self.book.dimensions):
            if dimension.clocked:
                value_now = self._clock_value(model, index, values, seconds, minute)
                if dimension.name in dimensions and values[index] != value_now:
                    raise BadRequest(
                        "bad_record",
                        f"{dimension.name} is set by the time of day, not by the record",
                    )
                values[index] = value_now
        given = tuple(
            (dimension.name, dimension.values[value].name)
            for dimension, value in zip(self.book.dimensions, values, strict=True)
            if value != dimension.default
        )
        return tuple(values), given

    def _clock_value(
        self, model: int, index: int, values: Sequence[int], seconds: int, minute: int
    ) -> int:
        """The value that the clock sets, where it is offered; else the default."""
        dimension = self.book.dimensions[index]
        point = [model, bisect_right(self.book.boundaries, seconds), *values]
        for number, value in enumerate(dimension.values):
            if value.clock and in_clock(value.clock, minute):
                point[m.FIRST_DIMENSION + index] = number
                if any(holds(offer.scope, point) for offer in value.offers):
                    return number
        return dimension.default

    @staticmethod
    def _unknown(
        kind: str, name: object, known: Sequence[str] | Mapping[str, object], of: str = ""
    ) -> UnknownName:
        if not isinstance(name, str):
            return UnknownName(
                f"unknown_{kind}",
                f"the {kind} `{shown(name, 100)}`{of} is not a text but a Python "
                f"`{type(name).__name__}`",
            )
        help = partial(_nearest, kind, shown(name), known)
        return UnknownName(f"unknown_{kind}", f"unknown {kind} `{shown(name, 100)}`{of}", help=help)


def _nearest(kind: str, name: str, known: Sequence[str] | Mapping[str, object]) -> str | None:
    """The known names nearest to one, or where to find them."""
    help = did_you_mean(name, known)
    if help is None and len(known) <= 12:
        return "known: " + ", ".join(known)
    if help is None and kind == "model":
        return "`pricelang models` lists those of the book, `book.models()` in Python"
    return help


def _kept(cache: dict[K, V], key: K, value: V) -> V:
    """The value, now in the cache; a full cache begins anew, so that memory stays bounded."""
    if len(cache) >= MAX_ENTRIES:
        cache.clear()
    cache[key] = value
    return value
