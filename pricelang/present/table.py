"""A table as data: every form of output (text, terminal, Markdown, HTML) is made of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Self

from attrs import evolve, frozen

WIDE = "pricelang.wide"
"""What says, in the context of a command, that tables are printed whole on any terminal."""


class NotedCell(str):
    """The text of a cell, with the rule behind it as `file:line` (or empty),
    a remark on the side, and what is doubtful about it.
    """

    __slots__ = ("doubt", "note", "place")
    place: str
    note: str
    doubt: str

    def __new__(cls, text: str, place: str = "", note: str = "", doubt: str = "") -> Self:
        """The text with what is known of it."""
        self = super().__new__(cls, text)
        self.place, self.note, self.doubt = place, note, doubt
        return self

    @classmethod
    def of(cls, text: str) -> NotedCell:
        """A text as a cell, of which nothing is known unless it is one."""
        return text if isinstance(text, NotedCell) else cls(text)


@frozen(eq=False, repr=False)
class Table:
    """A table whose first column names the row.

    `numbers` are the columns (from 0) that hold figures and line up at their decimal points,
    `totals` the last rows that sum up; a `folded` table opens on demand where a form can do so.
    `narrower` make tables that say less of the same, for terminals on which this one does not fit.
    """

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    totals: int = 0
    title: str = ""
    note: str = ""
    folded: bool = False
    narrower: tuple[Callable[[], Table], ...] = ()

    def only(self, columns: Sequence[int], title: str) -> Table:
        """Some columns of the table, under a title."""
        numbers = frozenset(n for n, column in enumerate(columns) if column in self.numbers)
        rows = tuple(tuple(row[column] for column in columns) for row in self.rows)
        headers = tuple(self.headers[column] for column in columns)
        return evolve(self, headers=headers, rows=rows, numbers=numbers, title=title, narrower=())
