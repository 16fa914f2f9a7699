"""The prices of a contract beside those of the list that it extends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from attrs import frozen

from pricelang.apps.audit_report.prices import CHARGES, MODEL_PRICES, price_sheets
from pricelang.apps.price_page.page import ALL, BASE, Page, PageFigure
from pricelang.apps.price_page.price_page import price_page
from pricelang.model import book as m
from pricelang.model.instants import written
from pricelang.present.decimals import money
from pricelang.present.table import NotedCell, Table
from pricelang.present.text import how_many
from pricelang.verify.diff.phrases import percent

_Key: TypeAlias = tuple[str, str, str]
"""What a price is of: the title of its table, the model or charge, and the column."""


@frozen
class _Shown:
    """A price as it is shown, with the meter that it is of."""

    meter: str
    text: str
    figure: PageFigure | None


def beside_list(book: m.Book, below: m.Book, seconds: int, sheets: Iterable[Table]) -> Table:
    """The prices of a day that are not those of the list, both with the lines that say so.
    `sheets` are the price tables of the book.
    """
    at = written(seconds)
    ours, theirs = (dict(_prices(price_page(each, at, [ALL]))) for each in (book, below))
    here, there = _places(sheets), _places(price_sheets(below, seconds))
    none = _Shown("", "not offered", None)
    rows, same = [], 0
    for key in dict.fromkeys([*ours, *theirs]):
        new, old = ours.get(key, none), theirs.get(key, none)
        if new == old:
            same += 1
            continue
        title, name, _ = key
        meter = new.meter or old.meter
        place = here.get((title, name, "")) or there.get((title, name, ""), "")
        rows.append(
            (
                NotedCell(name, place),
                meter if title in (MODEL_PRICES, CHARGES) else f"{meter}, {title}",
                NotedCell(new.text, here.get(key, "")),
                NotedCell(old.text, there.get(key, "")),
                _change(old.figure, new.figure),
            )
        )
    rest = f"{how_many(same, 'price')} {'is' if same == 1 else 'are'} as there"
    differing = "" if rows else "no price differs; "
    return Table(
        ("Price of", "Meter", book.name, below.name, "Change"),
        tuple(rows),
        frozenset({2, 3, 4}),
        title=f"Prices beside those of {below.name}",
        note=f"on {at}, of the plainest requests; {differing}{rest}",
    )


def _prices(page: Page) -> Iterator[tuple[_Key, _Shown]]:
    for table in page.tables:
        title = MODEL_PRICES if table.mode == BASE else table.title
        for row in table.rows:
            for meter, figure in zip(table.meters, row.prices, strict=True):
                if figure is not None:
                    yield (title, row.model, meter), _Shown(meter, _words(figure), figure)
    for charged in page.charges:
        text = "free" if charged.price is None else _words(charged.price)
        shown = _Shown(charged.meter, text, charged.price)
        yield (CHARGES, charged.title, "Price"), shown


def _words(figure: PageFigure) -> str:
    return f"{money(figure.amount, figure.currency)} / {figure.per}"


def _change(old: PageFigure | None, new: PageFigure | None) -> str:
    if old is None or new is None or (old.per, old.currency) != (new.per, new.currency):
        return ""
    return percent(old.amount, new.amount)


def _places(sheets: Iterable[Table]) -> dict[_Key, str]:
    """The line that each cell of price tables leads to; that of a row's name has no column."""
    return {
        (sheet.title, str(row[0]), header if at else ""): NotedCell.of(cell).place
        for sheet in sheets
        for row in sheet.rows
        for at, (header, cell) in enumerate(zip(sheet.headers, row, strict=True))
    }
