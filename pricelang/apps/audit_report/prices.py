"""The price tables of a report: those of a price page,
each figure with the row that it comes from.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attrs import evolve

from pricelang.apps.price_page.page import (
    ALL,
    BASE,
    Charged,
    Multiple,
    PageFigure,
    PriceTable,
)
from pricelang.apps.price_page.price_page import price_page
from pricelang.apps.tables.price_page import charges_table, multiples_table
from pricelang.evaluate.combination import Combination as Rates
from pricelang.evaluate.combination import cell_at
from pricelang.evaluate.line_rates import Rate
from pricelang.evaluate.stack.numbers import applied
from pricelang.evaluate.stack.step_words import step_words
from pricelang.model import book as m
from pricelang.model import rule_kinds as k
from pricelang.model import rules as r
from pricelang.model.errors import PriceError
from pricelang.model.instants import written
from pricelang.model.requests import Requests, requests_in
from pricelang.model.space import meet, space_of
from pricelang.present.decimals import grouped, money
from pricelang.present.table import NotedCell, Table

MODEL_PRICES, CHARGES = "Model prices", "Charges"
"""Titles of the tables that hold the prices of plain requests."""


def price_sheets(book: m.Book, seconds: int) -> Iterator[Table]:
    """The tables of a price page, each figure with the row that it comes from."""
    page = price_page(book, written(seconds), [ALL])
    requests = requests_in(space_of(book))
    for number, table in enumerate(page.tables):
        yield _price_sheet(book, seconds, table, requests)
        if not number and page.multiples:
            yield _multiples(book, page.multiples)
    if page.charges:
        yield _charges(book, page.charges, seconds)


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
    title = table.title if table.mode != BASE else MODEL_PRICES
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
                shown = step_words(step, currency) + (f" {step.rule}" if mode == BASE else "")
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
    """The multiples of a price page, each leading to its derivation or to the published price."""
    table = multiples_table(multiples)
    rows = [
        (meter, NotedCell(factor, _multiple_place(book, multiple)), models)
        for multiple, (meter, factor, models) in zip(multiples, table.rows, strict=True)
    ]
    return evolve(table, rows=tuple(rows), numbers=frozenset({1}))


def _multiple_place(book: m.Book, multiple: Multiple) -> str:
    for rule in r.rules_of(book):
        if (
            isinstance(rule, k.DerivationRule)
            and r.name_of(book, rule) == multiple.meter
            and rule.line.factor == multiple.factor
            and bool(rule.line.rank) == bool(multiple.models)
        ):
            return rule.line.origin.place
    published = {f"{multiple.meter} of {model}" for model in multiple.models}
    for rule in r.rules_of(book):
        if isinstance(rule, k.PriceRule) and r.name_of(book, rule) in published:
            return rule.line.origin.place
    return ""


def _charges(book: m.Book, charges: tuple[Charged, ...], seconds: int) -> Table:
    """The charges of a price page, each leading to itself and to its price."""
    table = charges_table(charges, joined=True)
    found = {book.meters[charge.meter].name: charge for charge in book.charges}
    rows = []
    for charged, (title, price, conditions) in zip(charges, table.rows, strict=True):
        charge = found[charged.meter]
        place = _charge_price(book, charge, charged, seconds).place
        rows.append((NotedCell(title, charge.origin.place), NotedCell(price, place), conditions))
    return evolve(table, rows=tuple(rows), numbers=frozenset({1}))


def _charge_price(book: m.Book, charge: m.Charge, charged: Charged, seconds: int) -> m.Origin:
    """Where the price of a charge on a day is from, or what makes it free."""
    if charged.price is None:
        return next((offer.origin for offer in charge.free), charge.origin)
    day = ((m.DATES, 1 << _stretch(book, seconds)),)
    held = (x.origin for x in charge.prices if x.after is None and meet(x.scope, day) is not None)
    return next(held, charge.origin)
