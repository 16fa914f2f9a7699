"""The figures of a book that hold on a day, as tables."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from pricelang.apps.quote.figures import Found, ModelFigures
from pricelang.apps.quote.model import QuoteError
from pricelang.model import book as m
from pricelang.present.text import help_for


@frozen
class FigureTable:
    """A table of figures on a day: what heads its rows, its columns,
    and the rows that hold, in the order of the book.
    """

    name: str
    unit: str
    key: str
    columns: tuple[str, ...]
    rows: tuple[Found, ...]


def figure_tables(
    book: m.Book, at: int, names: Iterable[str] = (), model: int | None = None
) -> tuple[FigureTable, ...]:
    """The tables that have rows at an instant (UTC seconds): those of `names`, or all;
    of a model's index its rows alone.

    Raises `QuoteError` for a table that the book has not.

    >>> import pricelang
    >>> from pricelang.model.instants import seconds_of
    >>> (table,) = figure_tables(
    ...     pricelang.load().checked, seconds_of("2026-04-17"), ["count_tokens"]
    ... )
    >>> table.unit, table.key, [(row.label, int(row["per_minute"])) for row in table.rows][:2]
    ('requests', 'usage_tier', [('tier_1', 100), ('tier_2', 2000)])
    """
    known = list(dict.fromkeys(figure.table for figure in book.figures))
    wanted = list(dict.fromkeys(names)) or known
    for name in wanted:
        if name not in known:
            help = help_for(name, known, "tables") if known else "it has none at all"
            raise QuoteError("unknown_table", f"the book has no figures `{name}`", help=help)
    only = None if model is None else book.models[model].name
    found = (_table(book, name, at, only) for name in known if name in wanted)
    return tuple(table for table in found if table.rows)


def _table(book: m.Book, name: str, at: int, model: str | None) -> FigureTable:
    figures = [figure for figure in book.figures if figure.table == name]
    rows = ModelFigures(book, 0, at).rows(name).values()
    held = tuple(
        row
        for row in rows
        if model is None or (figures[0].model is not None and row.label == model)
    )
    columns = dict.fromkeys(figure.column for figure in figures)
    return FigureTable(name, figures[0].unit, figures[0].key, tuple(columns), held)
