"""The tab of a price: what a request costs, and why; and how a table is shown in any tab.

The first answer waits for this module alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pricelang.api import Book
from pricelang.apps.tables.footnotes import note_line
from pricelang.apps.tables.request import request_table
from pricelang.editor.playground.keeping import kept
from pricelang.editor.playground.screen import Screen
from pricelang.model.errors import PriceError
from pricelang.present.html_tables import html_table
from pricelang.present.markup import Html, element, join
from pricelang.present.table import Table
from pricelang.usage.request_flags import quantity

_PLACE = re.compile(r"([A-Za-z0-9_./-]+\.price:[0-9]+)")


def price_tab(screen: Screen, book: Book, request: Mapping[str, Any]) -> Iterator[Html]:
    """What a request costs, and why."""
    usage = {meter: quantity(text) for meter, text in request["usage"].items() if str(text).strip()}
    dimensions = {name: value for name, value in request["dimensions"].items() if value}
    asked = (request["model"], request.get("at") or None, usage, dimensions)
    try:
        bill = book.rates.bill(*asked)
    except PriceError as error:
        yield refusal(screen, error)
        yield from kept(*asked, error)
        return
    yield shown_table(screen, request_table(bill))
    for note in bill.notes:
        yield element("p", note_line(note), class_=f"note {note.level}")
    yield element("h3", "Why")
    lines = (_explained(screen, line) for line in bill.explain().split("\n"))
    yield element("pre", *lines, class_="why", tabindex="0")
    yield from kept(*asked, bill)


def _explained(screen: Screen, line: str) -> Html:
    """A line of an explanation, whose places lead to the lines of their rules."""
    parts = _PLACE.split(line)
    shown = [place_link(screen, part, part) if at % 2 else part for at, part in enumerate(parts)]
    return join(*shown, Html("\n"))


def refusal(screen: Screen, error: PriceError) -> Html:
    """Why there is no answer."""
    told = [element("p", f"{error.code}: {error}")]
    if error.location:
        told.append(element("p", place_link(screen, error.location, error.location)))
    if error.help:
        told.append(element("p", f"help: {error.help}"))
    return element("div", *told, class_="refused", role="alert")


def shown_table(screen: Screen, table: Table) -> Html:
    """A table whose cells lead to the lines of their rules."""
    return html_table(
        table, lambda cell: place_link(screen, cell.place, cell) if cell.place else join(cell)
    )


def place_link(screen: Screen, place: str, text: str) -> Html:
    """What leads to a line, by the name of its file in messages."""
    file, _, line = place.rpartition(":")
    return _button(f"{screen.file(file)}:{line}", text)


def _button(place: str, text: str) -> Html:
    return element("button", text, type="button", class_="place", data_place=place)
