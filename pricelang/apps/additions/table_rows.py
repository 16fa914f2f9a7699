"""Rows of the tables of a book: the cells by their columns, and a row like another with some cells
changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pricelang.apps.additions.edited_book import AdditionFault, EditedBook, TextEdit
from pricelang.present.text import shown
from pricelang.syntax import tree as t
from pricelang.syntax.print_values import quoted

MODEL, FROM, SEE, UNSURE = "model", "from", "see", "unsure"


def columns_of(table: t.TableOfCells) -> list[str]:
    """The names of the columns."""
    return [
        cell.value.text if isinstance(cell.value, t.Name) else "" for cell in table.header.cells
    ]


def cell_of(table: t.TableOfCells, row: t.Row, column: str) -> t.Cell | None:
    """The cell of a row in a column, None where the table has no such column."""
    columns = columns_of(table)
    return row.cells[columns.index(column)] if column in columns else None


def rows_of(table: t.TableOfCells, model: str) -> list[t.Row]:
    """The rows of a model."""
    return [row for row in table.rows if cell_text(table, row, MODEL) == model]


def cell_text(table: t.TableOfCells, row: t.Row, column: str) -> str:
    """The name in a cell, or nothing."""
    cell = cell_of(table, row, column)
    return cell.value.text if cell is not None and isinstance(cell.value, t.Name) else ""


def start_of(table: t.TableOfCells, row: t.Row, column: str = FROM) -> int:
    """The instant (UTC seconds) in a cell, by default that from which a row holds; 0 where the cell
    has none.
    """
    cell = cell_of(table, row, column)
    return cell.value.seconds if cell is not None and isinstance(cell.value, t.Date) else 0


def rate_rows(book: EditedBook, model: str) -> Iterator[tuple[t.Rates, t.Row, int]]:
    """The rows that price a model, each with its table and the instant from which it holds; not
    those of prices that were only announced.
    """
    for statement in book.statements():
        if isinstance(statement, t.Rates) and statement.announced is None:
            for row in rows_of(statement.table, model):
                yield statement, row, start_of(statement.table, row)


def texts_like(
    book: EditedBook, table: t.TableOfCells, row: t.Row, cells: Mapping[str, str]
) -> dict[str, str]:
    """The texts of a row by its columns, with others in some."""
    return {
        column: cells.get(column, book.written(cell.span) if cell.kind != "blank" else "").strip()
        for column, cell in zip(columns_of(table), row.cells, strict=True)
    }


def as_row(texts: Iterable[str]) -> str:
    """A row of a table."""
    return "  | " + " | ".join(texts) + " |"


def row_like(book: EditedBook, table: t.TableOfCells, row: t.Row, cells: Mapping[str, str]) -> str:
    """A row with other texts in some columns."""
    return as_row(texts_like(book, table, row, cells).values())


def row_below(
    book: EditedBook, table: t.TableOfCells, row: t.Row, cells: Mapping[str, str]
) -> TextEdit:
    """A row like another, right below it."""
    return TextEdit.below(row.span, row_like(book, table, row, cells))


def row_instead(
    book: EditedBook, table: t.TableOfCells, row: t.Row, cells: Mapping[str, str]
) -> TextEdit:
    """A row with other texts in some columns, instead of what it is."""
    return TextEdit.row(row.span, row_like(book, table, row, cells))


def quoted_text(text: str) -> str:
    """A text in quotes, as the language has it. Raises `AdditionFault` for one that it has not."""
    try:
        return quoted(text)
    except ValueError as error:
        raise AdditionFault(f"`{shown(text)}` is no text of a book", str(error)) from None
