"""A price page as tables: base prices, cache multiples, modes and charges; and as data."""

from __future__ import annotations

from collections.abc import Iterator

from pricelang.apps.price_page.page import (
    BASE,
    CACHE,
    CHARGES,
    CONDITIONS,
    HEADERS,
    Charged,
    Multiple,
    Page,
    PageFigure,
    PriceTable,
)
from pricelang.model.instants import for_programs, written
from pricelang.present.decimals import grouped, money
from pricelang.present.json_data import fields_of
from pricelang.present.table import Table

_FIRST = (BASE, CONDITIONS)
"""The tables above the others, whose meters have their usual names."""


def page_tables(page: Page, joined: bool = False) -> Iterator[Table]:
    """The tables in the order of a price page;
    the conditions of a charge are `joined` on one row, or have a row each.
    """
    for table in (table for table in page.tables if table.mode in _FIRST):
        yield _prices(table, page.at)
    if page.multiples:
        yield multiples_table(page.multiples)
    for table in (table for table in page.tables if table.mode not in _FIRST):
        yield _prices(table, page.at)
    if page.charges:
        yield charges_table(page.charges, joined)


def _prices(table: PriceTable, at: int) -> Table:
    heads = [
        HEADERS.get(meter, meter)
        if table.mode in _FIRST
        else f"{table.mode.replace('_', ' ').capitalize()} {meter}"
        for meter in table.meters
    ]
    conditional = table.mode == CONDITIONS
    rows = [
        (
            row.model + (f" ({row.status})" if row.status else ""),
            *([row.when] if conditional else []),
            *(f"{_money(x)} / {x.per}" if x is not None else "-" for x in row.prices),
        )
        for row in table.rows
    ]
    title = f"{table.title} on {written(at)}" if table.mode == BASE else table.title
    given = f" ({', '.join(table.given)})" if table.given else ""
    heads = ["When", *heads] if conditional else heads
    return Table(("Model", *heads), tuple(rows), title=title + given)


def multiples_table(multiples: tuple[Multiple, ...]) -> Table:
    """The meters whose price is a multiple of another's; a row for each."""
    general = {multiple.meter for multiple in multiples if multiple.models}
    rows = []
    for multiple in multiples:
        rest = "all others" if multiple.meter in general else "all"
        factor = f"{grouped(multiple.factor)} x {multiple.of}"
        rows.append((multiple.meter, factor, ", ".join(multiple.models) or rest))
    return Table(("Meter", "Price", "Models"), tuple(rows), title="Derived prices")


def charges_table(charges: tuple[Charged, ...], joined: bool) -> Table:
    """What is priced by itself, and its conditions."""
    rows = []
    for charged in charges:
        price, conditions = "free", list(charged.conditions)
        if charged.price is not None:
            price = f"{_money(charged.price)} per {charged.price.per}"
        else:
            conditions = [text.removeprefix("free: ") for text in conditions]
        if joined:
            conditions = ["; ".join(conditions)]
        rows.append((charged.title, price, *(conditions[:1] or [""])))
        rows += [("", "", text) for text in conditions[1:]]
    return Table(("Charge", "Price", "Conditions"), tuple(rows), title="Charges")


def _money(figure: PageFigure) -> str:
    return money(figure.amount, figure.currency)


# ---- for programs --------------------------------------------------------------------------------


def page_data(page: Page) -> dict[str, object]:
    """Everything, for JSON."""
    return {
        "at": for_programs(page.at),
        "tables": [_table_data(table) for table in page.tables],
        CACHE: [
            {**fields_of(x, "meter", "factor", "of"), "models": list(x.models) or None}
            for x in page.multiples
        ],
        CHARGES: [
            {
                **fields_of(x, "meter", "title"),
                "price": _figure_data(x.price),
                "conditions": list(x.conditions),
            }
            for x in page.charges
        ],
        "notes": [note.to_dict() for note in page.notes],
        "beside": list(page.beside),
    }


def _table_data(table: PriceTable) -> dict[str, object]:
    rows = [
        {
            "model": row.model,
            "status": row.status or None,
            **({"when": row.when} if row.when else {}),
            "prices": dict(zip(table.meters, map(_figure_data, row.prices), strict=True)),
        }
        for row in table.rows
    ]
    return {**fields_of(table, "mode", "title", "given", "meters"), "rows": rows}


def _figure_data(figure: PageFigure | None) -> dict[str, object] | None:
    return None if figure is None else fields_of(figure, "amount", "per", "currency")
