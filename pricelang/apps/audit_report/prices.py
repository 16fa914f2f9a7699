"""The price tables of a report: those of a price page,
each figure with the row that it comes from.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pricelang.apps.price_page import (
    ALL,
    BASE,
    Charged,
    Multiple,
    PageFigure,
    PriceTable,
    price_page,
)
from pricelang.evaluate.combination import Combination as Rates
from pricelang.evaluate.combination import cell_at
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.stack.numbers import applied
from pricelang.model import book as m
from pricelang.model.errors import PriceError
from pricelang.model.instants import written
from pricelang.model.requests import Requests, requests_in
from pricelang.model.space import meet, space_of
from pricelang.present.decimals import grouped, money
from pricelang.present.table import NotedCell, Table

_DOES = {
    "factor": "x",
    "add": "+",
    "at_least": "at least",
    "at_most": "at most",
    "round": "rounded by",
}


def price_sheets(book: m.Book, seconds: int) -> Iterator[Table]:
    """The tables of a price page, each figure with the row that it comes from."""
    page = price_page(book, written(seconds), [ALL])
    requests = requests_in(space_of(book))
    for number, table in enumerate(page.tables):
        yield _price_sheet(book, seconds, table, requests)
        if not number and page.multiples:
            yield _multiples(book, page.multiples)
    if page.charges:
        rows = tuple(_charge(book, charged, seconds) for charged in page.charges)
        yield Table(("Charge", "Price", "Conditions"), rows, frozenset({1}), title="Charges")


def _price_sheet(book: m.Book, seconds: int, table: PriceTable, requests: Requests) -> Table:
    index = {model.name: number for number, model in enumerate(book.models)}
    modifier = next((found for found in book.modifiers if found.name == table.mode), None)
    pers = {figure.per for row in table.rows for figure in row.prices if figure is not None}
    common = pers.pop() if len(pers) == 1 else None
    rows = []
    for row in table.rows:
        number = index[row.model]
        day = ((m.MODELS, 1 << number), (m.DATES, 1 << _stretch(book, seconds)))
        rates = _rates(book, requests, day, modifier)
        origin = book.models[number].origin
        name = NotedCell(
            row.model,
            origin.place,
            row.status if row.status != "unsure" else "",
            origin.unsure or "",
        )
        cells = [
            _figure(figure, meter, rates, common)
            for figure, meter in zip(row.prices, table.meters, strict=True)
        ]
        rows.append((name, *cells, _acting(rates, table.mode, book.currency)))
    columns: tuple[str, ...] = ("Model", *table.meters, table.mode if modifier else "Changed by")
    if not any(row[-1] for row in rows):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    note = ", ".join([*table.given, *([f"per {common}"] if common else [])])
    title = table.title if table.mode != BASE else "Model prices"
    numbers = frozenset(range(1, 1 + len(table.meters)))
    return Table(columns, tuple(rows), numbers, title=title, note=note)


def _stretch(book: m.Book, seconds: int) -> int:
    return sum(1 for boundary in book.boundaries if boundary <= seconds)


def _rates(
    book: m.Book, requests: Requests, day: m.Scope, modifier: m.Modifier | None
) -> Rates | None:
    """The rates that a table shows of a model and a day:
    of the plainest request that the modifier changes, or of the plainest at all.
    """
    scopes = (
        [()]
        if modifier is None
        else [
            meet(modifier.when, x.scope) for x in modifier.lines if x.outcome in ("factor", "add")
        ]
    )
    for scope in scopes:
        narrowed = meet(day, scope) if scope is not None else None
        point = requests.request_in(narrowed) if narrowed is not None else None
        try:
            rates = cell_at(book, point) if point is not None else None
        except PriceError:
            continue
        if rates is not None and (modifier is None or _steps(rates, modifier.name, book.currency)):
            return rates
    return None


def _steps(rates: Rates, mode: str, currency: str) -> list[NotedCell]:
    """What a modifier does in some rates, or in the base table what anything does:
    each thing once, with its line.
    """
    found = {}
    for rate in rates.rates.values():
        price = rate.list_price if isinstance(rate, Rate) else Fraction(0)
        for step in rate.steps if isinstance(rate, Rate) else ():
            before, price = price, applied(price, step.operation)
            if mode in (BASE, step.rule) and price != before:
                value = (
                    grouped(step.value)
                    if step.kind == "factor"
                    else f"{money(step.value, currency)} per {step.per}"
                )
                shown = f"{_DOES[step.kind]} {value}" + (f" {step.rule}" if mode == BASE else "")
                found[shown, step.origin.place] = NotedCell(shown, step.origin.place)
    return list(found.values())


def _acting(rates: Rates | None, mode: str, currency: str) -> NotedCell:
    steps = _steps(rates, mode, currency) if rates is not None else []
    return NotedCell(", ".join(steps), steps[0].place if steps else "")


def _figure(
    figure: PageFigure | None, meter: str, rates: Rates | None, common: str | None
) -> NotedCell:
    if figure is None:
        return NotedCell("–", "", "not offered")
    text = money(figure.amount, figure.currency) + (
        "" if figure.per == common else f" / {figure.per}"
    )
    rate = rates.rates[meter] if rates is not None else None
    if not isinstance(rate, Rate):
        return NotedCell(text)
    note = f"{grouped(rate.derivation[0])} x {rate.derivation[1]}" if rate.derivation else ""
    return NotedCell(text, rate.origin.place, note, "; ".join(rate.doubts))


def _multiples(book: m.Book, multiples: tuple[Multiple, ...]) -> Table:
    meters = {meter.name: number for number, meter in enumerate(book.meters)}
    general = {multiple.meter for multiple in multiples if multiple.models}
    rows = []
    for multiple in multiples:
        meter, models = meters[multiple.meter], ", ".join(multiple.models)
        lines = [
            x
            for x in book.derivations
            if x.meter == meter and x.factor == multiple.factor and x.special == bool(models)
        ]
        priced = [
            x
            for x in book.prices
            if x.meter == meter and book.models[x.model].name in multiple.models
        ]
        place = next(
            (x.place for x in (*(x.origin for x in lines), *(x.origin for x in priced))), ""
        )
        factor = NotedCell(f"{grouped(multiple.factor)} x {multiple.of}", place)
        rows.append(
            (
                NotedCell(multiple.meter),
                factor,
                NotedCell(models or ("all others" if multiple.meter in general else "all")),
            )
        )
    headers = ("Meter", "Price", "Models")
    return Table(headers, tuple(rows), frozenset({1}), title="Derived prices")


def _charge(book: m.Book, charged: Charged, seconds: int) -> tuple[NotedCell, ...]:
    charge = next(x for x in book.charges if book.meters[x.meter].name == charged.meter)
    day = ((m.DATES, 1 << _stretch(book, seconds)),)
    held = [x.origin for x in charge.prices if x.after is None and meet(x.scope, day) is not None]
    if charged.price is None:
        price = NotedCell(
            "free", next((offer.origin.place for offer in charge.free), charge.origin.place)
        )
    else:
        text = f"{money(charged.price.amount, charged.price.currency)} per {charged.price.per}"
        price = NotedCell(text, (held or [charge.origin])[0].place)
    return (
        NotedCell(charged.title, charge.origin.place),
        price,
        NotedCell("; ".join(charged.conditions)),
    )
