"""The book's figures for one model on one day: what a quote reads instead of knowing it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from attrs import frozen

from pricelang.model import book as m


@frozen(eq=False, repr=False)
class Found:
    """The row of a table of figures that holds: its columns,
    its label, since when (UTC seconds), and where it stands.
    """

    label: str
    values: Mapping[str, Fraction]
    origin: m.Origin
    start: int = 0

    def __getitem__(self, column: str) -> Fraction:
        return self.values[column]

    @property
    def place(self) -> str:
        """`file:line` of the row."""
        return self.origin.place


@frozen(eq=False, repr=False)
class ModelFigures:
    """The figures of a book that hold for a model (its index) at an instant (UTC seconds)."""

    book: m.Book
    model: int
    at: int

    def rows(self, table: str) -> dict[str, Found]:
        """All rows of a table that hold on the day, by label.
        A row holds until the next of its label.
        """
        found: dict[str, tuple[int, m.Origin, dict[str, Fraction]]] = {}
        for figure in self.book.figures:
            if figure.table != table or figure.start > self.at:
                continue
            start, _, values = found.get(figure.row, (figure.start, figure.origin, {}))
            if figure.start > start or not values:
                found[figure.row] = (figure.start, figure.origin, {figure.column: figure.value})
            elif figure.start == start:
                values[figure.column] = figure.value
        return {
            label: Found(label, values, origin, start)
            for label, (start, origin, values) in found.items()
        }

    def of_model(self, table: str) -> Found | None:
        """The row of the model in a table of models,
        or None where the table does not have it on the day.
        """
        return self.rows(table).get(self.book.models[self.model].name)

    def row(self, table: str, label: str) -> Found | None:
        """The row of a label, or None."""
        return self.rows(table).get(label)

    def row_or_first(self, table: str, label: str) -> Found | None:
        """The row of a label; before its day its first row,
        for some figures begin only with the page that prints them.
        """
        starts = [
            figure.start
            for figure in self.book.figures
            if figure.table == table and figure.row == label
        ]
        return (
            ModelFigures(self.book, self.model, max(self.at, min(starts))).row(table, label)
            if starts
            else None
        )

    def latest(self, table: str) -> Found | None:
        """Of rows that replace each other, the one that began last, or None."""
        starts = {
            figure.row: figure.start
            for figure in self.book.figures
            if figure.table == table and figure.start <= self.at
        }
        rows = self.rows(table)
        return rows[max(starts, key=lambda label: starts[label])] if rows else None

    def most(self, table: str, column: str) -> Found | None:
        """The row with the largest figure of a column on the day:
        what an unknown one is not expected to exceed.
        """
        rows = [row for row in self.rows(table).values() if column in row.values]
        return max(rows, key=lambda row: row[column], default=None)
