"""The tables of a price page, out of a book:
what each model costs on a day, plainly and under each modifier.

Every figure is that of a priced request: a table is made of cells,
as a bill is, and never of the rows of the book.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cached_property

from attrs import define, frozen

from pricelang.apps.page_rules import rules_beside
from pricelang.evaluate.announced import announced_notes
from pricelang.evaluate.combination import Combination, cell_at
from pricelang.evaluate.line_rates import Rate, derivation_at
from pricelang.evaluate.offers import Point
from pricelang.model import book as m
from pricelang.model.errors import BadRequest, PriceError
from pricelang.model.instants import Instant, seconds_of, today
from pricelang.model.notes import Note
from pricelang.model.requests import Requests, requests_in
from pricelang.model.space import first_sum, holds, meet, space_of
from pricelang.model.units import TIMES, plural
from pricelang.present.decimals import grouped, money
from pricelang.present.text import did_you_mean

BASE, CACHE, CHARGES, ALL = "base", "cache", "charges", "all"
USUAL = (BASE, CACHE, "batch", "fast", CHARGES)
"""What a price page shows, of the tables that a book has."""

STILL_LISTED = 120 * 86_400
"""Seconds for which a page goes on listing a model after it was retired."""

# How price pages head the columns of the usual meters; other meters go by their names.
HEADERS = {
    "input": "Base Input Tokens",
    "cache_write_5m": "5m Cache Writes",
    "cache_write_1h": "1h Cache Writes",
    "cache_read": "Cache Hits & Refreshes",
    "output": "Output Tokens",
}


@frozen
class PageFigure:
    """An amount in a currency for `per`, such as `MTok` or `1,000 searches`."""

    amount: Fraction
    per: str
    currency: str


@frozen
class PageRow:
    """A model and its price of each meter of the table, None where it has none;
    `status` is deprecated, retired, unsure or empty.
    """

    model: str
    status: str
    prices: tuple[PageFigure | None, ...]


@frozen
class PriceTable:
    """The prices of models: `mode` is `base` or a modifier,
    `given` what requests say beyond the defaults.
    """

    mode: str
    title: str
    given: tuple[str, ...]
    meters: tuple[str, ...]
    rows: tuple[PageRow, ...]


@frozen
class Multiple:
    """A meter whose price is a multiple of another's, for some models;
    for all others where `models` is empty.
    """

    meter: str
    factor: Fraction
    of: str
    models: tuple[str, ...]


@frozen
class Charged:
    """A meter that is priced by itself:
    its figure (None where it is free), and the conditions in words.
    """

    meter: str
    title: str
    price: PageFigure | None
    conditions: tuple[str, ...]


@frozen
class Page:
    """The tables of a day (UTC seconds). What was not asked for is empty.

    With all tables go the rules `beside` them: what holds that day and no table can show.
    """

    at: int
    tables: tuple[PriceTable, ...]
    multiples: tuple[Multiple, ...]
    charges: tuple[Charged, ...]
    notes: tuple[Note, ...] = ()
    beside: tuple[str, ...] = ()


def modes_of(book: m.Book) -> list[str]:
    """The tables that a book has:
    `base`, `cache` where prices derive from others, one a modifier, `charges`.
    """
    derived, charged = [CACHE] if book.derivations else [], [CHARGES] if book.charges else []
    return [BASE, *derived, *(modifier.name for modifier in book.modifiers), *charged]


def price_page(
    book: m.Book, at: Instant | None = None, modes: Iterable[str] = (), retired: bool = False
) -> Page:
    """The tables of a book on a day: those of `modes`,
    or those that a price page shows; `all` are all.

    Models that were retired long before are left out, unless `retired` asks for them.
    Raises `BadRequest` (`unknown_mode`, `bad_date`).
    """
    known = modes_of(book)
    # what holds without being asked for belongs to the prices of a model
    always = {modifier.name for modifier in book.modifiers if not modifier.conditional}
    usual = [mode for mode in USUAL if mode in known and mode != CHARGES]
    wanted = list(modes) or [
        *usual,
        *(mode for mode in known if mode in always and mode not in usual),
        *([CHARGES] if book.charges else []),
    ]
    for mode in wanted:
        if mode not in (*known, ALL):
            help = did_you_mean(mode, [*known, ALL]) or "tables: " + ", ".join([*known, ALL])
            raise BadRequest("unknown_mode", f"the book has no table `{mode}`", help=help)
    everything = ALL in wanted
    if everything:
        wanted = known
    day = _Day.of(book, seconds_of(today() if at is None else at), retired)
    modifiers = {modifier.name: modifier for modifier in book.modifiers}
    tables = [
        day.base() if mode == BASE else day.under(modifiers[mode])
        for mode in wanted
        if mode not in (CACHE, CHARGES)
    ]
    return Page(
        day.seconds,
        tuple(table for table in tables if table.rows),
        tuple(day.multiples()) if CACHE in wanted else (),
        tuple(day.charges()) if CHARGES in wanted else (),
        (
            *(note for model in day.models for note in announced_notes(book, model, day.stretch)),
            *(Note("remark", x.text) for x in book.remarks),
        ),
        rules_beside(book, day.models, day.stretch) if everything else (),
    )


@define
class _Day:
    """A book on one day: its models, newest first."""

    book: m.Book
    seconds: int
    stretch: int
    requests: Requests
    models: list[int]

    @classmethod
    def of(cls, book: m.Book, seconds: int, retired: bool) -> _Day:
        stretch = sum(1 for boundary in book.boundaries if boundary <= seconds)
        models = [
            index
            for index, model in enumerate(book.models)
            if model.released <= seconds
            and (retired or model.retired is None or seconds - model.retired < STILL_LISTED)
        ]
        models.sort(key=lambda index: -book.models[index].released)
        return cls(
            book,
            seconds,
            stretch,
            requests_in(space_of(book)),
            models,
        )

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

    def base(self) -> PriceTable:
        """Every model at the defaults."""
        meters = [
            self.book.meters[index].name
            for index in dict.fromkeys(price.meter for price in self.book.prices)
        ]
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
            for dimension, value in zip(self.book.dimensions, point[2:], strict=False)
            if value != dimension.default
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
                tuple(self._figure(cell, name) for name in meters),
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

    def _figure(self, cell: Combination, meter: str) -> PageFigure | None:
        rate = cell.rates[meter]
        if not isinstance(rate, Rate):
            return None
        return self._converted(rate.unit_price * rate.size, rate.per, cell)

    def _converted(self, amount: Fraction, per: str, cell: Combination) -> PageFigure:
        if cell.conversion is None:
            return PageFigure(amount, per, self.book.currency)
        return PageFigure(amount * cell.conversion.rate, per, cell.conversion.currency)

    def multiples(self) -> Iterator[Multiple]:
        """The derived meters as multiples of what they derive from,
        published exceptions beside the rule.
        """
        found = [hit for model in self.models if (hit := self.cell(model, ()))]
        derived = {derivation.meter for derivation in self.book.derivations}
        for index in dict.fromkeys(
            price.meter for price in self.book.prices if price.meter in derived
        ):
            name = self.book.meters[index].name
            groups: dict[tuple[Fraction, str], list[str]] = {}
            for point, cell in found:
                if not any(
                    x.meter == index and holds(x.scope, point) for x in self.book.derivations
                ):
                    continue
                of = self.book.meters[derivation_at(self.book, point, index).of].name
                rate, base = cell.rates[name], cell.rates[of]
                if isinstance(rate, Rate) and isinstance(base, Rate) and base.list_price:
                    groups.setdefault((rate.list_price / base.list_price, of), []).append(
                        cell.model.name
                    )
            ordered = sorted(groups.items(), key=lambda item: -len(item[1]))
            for number, ((factor, of), models) in enumerate(ordered):
                yield Multiple(name, factor, of, tuple(models) if number else ())

    def charges(self) -> Iterator[Charged]:
        """What is priced by itself, for the newest model that can use it."""
        for charge in self.book.charges:
            meter = self.book.meters[charge.meter]
            hits = (
                self.cell(model, offer.scope) for model in self.models for offer in meter.offers
            )
            found = next(
                (hit for hit in hits if hit and isinstance(hit[1].rates[meter.name], Rate)), None
            )
            if found is not None:
                yield self._charged(charge, meter, *found)

    def _charged(
        self, charge: m.Charge, meter: m.Meter, point: Point, cell: Combination
    ) -> Charged:
        rate = cell.rates[meter.name]
        assert isinstance(rate, Rate)
        conditions = [f"free: {rate.free}"] if rate.free is not None else []
        if rate.minimum is not None:
            conditions.append(f"at least {_written(rate.minimum.quantity, meter)} per use")
        for pool in charge.pools:
            if holds(pool.scope, point):
                conditions.append(
                    f"the first {grouped(pool.quantity)} {plural(meter.unit)} free per "
                    f"{pool.account}"
                )
        for price in charge.prices:
            if price.after is not None and holds(price.scope, point):
                tier = self._converted(price.amount, price.per, cell)
                after = f"after {grouped(price.after)} {plural(meter.unit)} per {price.account}"
                conditions.append(f"{money(tier.amount, tier.currency)} per {tier.per} {after}")
        today_only = ((m.DATES, 1 << self.stretch),)
        for offer in charge.free:
            if not holds(offer.scope, point) and meet(offer.scope, today_only) is not None:
                reason = offer.origin.because or "in some cases"
                conditions.append(reason if reason.startswith("free") else f"free: {reason}")
        return Charged(
            meter.name,
            charge.title,
            None if rate.free is not None else self._figure(cell, meter.name),
            tuple(conditions),
        )


def _touched(cell: Combination, modifier: str) -> list[str]:
    """The meters of a cell whose price a modifier changed."""
    return [
        name
        for name, rate in cell.rates.items()
        if isinstance(rate, Rate) and any(step.rule == modifier for step in rate.steps)
    ]


def _written(quantity: Fraction, meter: m.Meter) -> str:
    """A quantity of a meter, times in the largest unit that leaves no fraction: `5 minutes`."""
    if meter.kind == "second":
        seconds = quantity * meter.size
        for unit in sorted(TIMES, key=lambda unit: -unit.size):
            if (seconds / unit.size).denominator == 1:
                count = seconds / unit.size
                return f"{grouped(count)} {unit.name if count == 1 else plural(unit.name)}"
    return f"{grouped(quantity)} {meter.unit if quantity == 1 else plural(meter.unit)}"
