"""Tables and remarks as HTML for the cell of a notebook, where no page of styles is around them."""

from __future__ import annotations

from collections.abc import Iterable

from pricelang.present.html_tables import html_table
from pricelang.present.markup import Html, element, join
from pricelang.present.table import NotedCell, Table


def notebook_html(tables: Iterable[Table], remarks: Iterable[str] = ()) -> str:
    """The tables one below the other, then the remarks; the place of a rule shows on its cell."""
    shown = [html_table(table, _placed) for table in tables]
    items = [element("li", remark) for remark in remarks]
    return str(
        element("div", join(*shown), element("ul", *items) if items else "", class_="pricelang")
    )


def _placed(cell: NotedCell) -> Html:
    """A cell with the place of the rule behind it."""
    return element("span", cell, title=cell.place) if cell.place else join(cell)


class InNotebook:
    """An answer that a notebook shows as its tables."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        # The tables of answers stand above the answers, so they are looked up when a cell asks.
        from importlib import import_module

        views = import_module("pricelang.apps.tables.notebook")
        tables, remarks = views.view_of(self)
        return notebook_html(tables, remarks)
