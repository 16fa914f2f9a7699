"""A model like another of the book: its row, its prices, its figures, and its place in each list in
which the other stands.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from pricelang.apps.additions.edited_book import AdditionFault, EditedBook, TextEdit
from pricelang.apps.additions.listed_names import listed_names
from pricelang.apps.additions.price_lines import NewPrices, price_lines
from pricelang.apps.additions.table_rows import (
    FROM,
    MODEL,
    SEE,
    UNSURE,
    cell_text,
    columns_of,
    quoted_text,
    row_below,
    row_like,
    rows_of,
    start_of,
)
from pricelang.model.instants import seconds_of
from pricelang.syntax import tree as t

RELEASED = "released"
NOT_OFFERED = "not offered"


@frozen
class NewModel:
    """A model with its prices from the day of its release, and the one that it is like."""

    prices: NewPrices
    like: str

    @property
    def name(self) -> str:
        """The name of the model."""
        return self.prices.model


def model_lines(book: EditedBook, new: NewModel, currency: str) -> list[TextEdit]:
    """All lines of a model. Raises `AdditionFault` where the book has it, or has no model like
    it.
    """
    names = {name for statement in book.statements() for name in _models(statement)}
    if new.name in names:
        raise AdditionFault(f"the book has a model `{new.name}`")
    if new.like not in names:
        raise AdditionFault(f"the book has no model `{new.like}` for the new one to be like")
    edits = price_lines(book, _as_priced(new), new.like, currency)
    released = seconds_of(new.prices.start)
    for statement in book.statements():
        match statement:
            case t.Models():
                edits += _model_row(book, statement, new)
            case t.Figures():
                edits += _figure_rows(book, statement, new)
            case t.Note():
                _remark_note(book, statement, new)
        edits += (
            TextEdit.after(name.span, f", {new.name}")
            for name in listed_names(statement, new.like, released)
        )
    return edits


def _as_priced(new: NewModel) -> NewPrices:
    """The prices with a doubt where none is named."""
    if new.prices.amounts:
        return new.prices
    doubt = f"no price was named; these are those of {new.like}"
    return evolve(new.prices, unsure="; ".join(filter(None, [new.prices.unsure, doubt])))


def _models(statement: t.Statement) -> Iterator[str]:
    if isinstance(statement, t.Models):
        table = statement.table
        yield from filter(None, (cell_text(table, row, MODEL) for row in table.rows))


def _model_row(book: EditedBook, statement: t.Models, new: NewModel) -> Iterator[TextEdit]:
    """The row of the model, below the last one that is not released later."""
    if not rows_of(statement.table, new.like):
        return
    table, start = statement.table, seconds_of(new.prices.start)
    before = [row for row in table.rows if start_of(table, row, RELEASED) <= start]
    cells = dict.fromkeys(columns_of(table), "")
    cells |= {MODEL: new.name, RELEASED: new.prices.start}
    if SEE in cells:
        cells[SEE] = new.prices.see
    if UNSURE in cells and new.prices.unsure:
        cells[UNSURE] = quoted_text(new.prices.unsure)
    row = (before or list(table.rows))[-1]
    yield TextEdit.below(row.span, row_like(book, table, row, cells))


def _figure_rows(book: EditedBook, statement: t.Figures, new: NewModel) -> Iterator[TextEdit]:
    """The figures of the other model: with a doubt, or as not known where no doubt can be said."""
    table = statement.table
    columns = columns_of(table)
    rows = rows_of(table, new.like) if MODEL in columns and FROM in columns else []
    if not rows:
        return
    row = max(rows, key=lambda each: start_of(table, each))
    cells = {MODEL: new.name, FROM: new.prices.start}
    known = [
        column
        for column, cell in zip(columns, row.cells, strict=True)
        if cell.kind in ("number", "money")
    ]
    if known and UNSURE in columns:
        cells[UNSURE] = quoted_text(f"taken from {new.like}")
    elif known:
        cells |= dict.fromkeys(known, NOT_OFFERED) | ({SEE: ""} if SEE in columns else {})
        book.remarks.append(
            f"figures `{statement.name.text}` are not known of `{new.name}`; those of "
            f"`{new.like}` stand at {row.span.file}:{row.span.line}"
        )
    yield row_below(book, table, row, cells)


def _remark_note(book: EditedBook, statement: t.Note, new: NewModel) -> None:
    if any(name.text == new.like for name in statement.endings.models):
        book.remarks.append(
            f'the note "{statement.text.text}" is for `{new.like}`, and was not taken over '
            f"({statement.span.file}:{statement.span.line})"
        )
