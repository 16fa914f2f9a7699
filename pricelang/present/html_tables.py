"""A table as HTML, in a box of its own that scrolls; its first column heads the rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Self

from pricelang.present.markup import Html, element, join
from pricelang.present.table import NotedCell, Table

Link = Callable[[NotedCell], Html]
"""What leads from a cell to the rule behind it."""


class MarkupCell(Html):
    """A cell that is markup already; `kind` is its class of style."""

    __slots__ = ("kind",)
    kind: str

    def __new__(cls, text: str | Html, kind: str = "") -> Self:
        """The markup, or a text that is escaped."""
        self = super().__new__(cls, join(text))
        self.kind = kind
        return self


def html_table(table: Table, link: Link, kind: str = "", ids: Sequence[str] = ()) -> Html:
    """The table with its title, its note above and numbered doubts below; a `folded` one opens on
    demand. `kind` is its class of style, `ids` are the anchors of its rows.
    """
    doubts: dict[str, int] = {}
    rows = [
        element("tr", *_cells(table, row, link, doubts), id=ids[number] if ids else "")
        for number, row in enumerate(table.rows)
    ]
    anchor = "t-" + hashlib.sha256(table.title.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    drawn = element(
        "table",
        element("thead", element("tr", *_heads(table))),
        element("tbody", *rows),
        class_=kind,
        aria_labelledby=anchor,
    )
    shown = join(
        element("h3", table.title, id=anchor),
        element("p", table.note, class_="note") if table.note else Html(""),
        element("div", drawn, class_="scroll", tabindex="0", role="region", aria_labelledby=anchor),
    )
    if table.folded:
        shown = element("details", element("summary", f"{table.title} ({len(rows)})"), shown)
    notes = (element("li", f"unsure: {doubt}") for doubt in doubts)
    return join(shown, element("ol", *notes, class_="doubts") if doubts else Html(""))


def _heads(table: Table) -> list[Html]:
    return [
        element("th", name, scope="col", class_="n" if at in table.numbers else "")
        if name
        else element("td")
        for at, name in enumerate(table.headers)
    ]


def _cells(table: Table, row: tuple[str, ...], link: Link, doubts: dict[str, int]) -> list[Html]:
    """The cells of a row; what is doubtful is marked with its number."""
    cells = []
    for at, text in enumerate(row):
        if isinstance(text, Html):
            kind = text.kind if isinstance(text, MarkupCell) else ""
            cells.append(_cell(at, text, kind))
            continue
        cell = NotedCell.of(text)
        mark = Html("")
        if cell.doubt:
            mark = element("sup", str(doubts.setdefault(cell.doubt, len(doubts) + 1)))
        if at == 0:
            tag = element("span", f" {cell.note}", class_="tag") if cell.note else ""
            shown, kind = join(link(cell), tag, mark), "short" if len(cell) < 40 else ""
        else:
            shown, kind = join(link(cell), mark), "n" if at in table.numbers else breadth(cell)
        cells.append(_cell(at, shown, kind))
    return cells


def _cell(at: int, shown: Html, kind: str) -> Html:
    return (
        element("td", shown, class_=kind) if at else element("th", shown, scope="row", class_=kind)
    )


def breadth(text: str) -> str:
    """How much room a cell of a text needs."""
    return "short" if len(text) < 16 else "long" if len(text) > 40 else ""
